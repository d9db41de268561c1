-- Events of one day -> how often each project was downloaded on it, by kind of client.
--
-- Reads:  events(project, client, ci, status, first_byte, amount)   every row an event, or an amount of equal ones
-- Gives:  project, counted, mirrors, proxies, partial, browser, ci, unknown, other; in order of project
--
-- partial   a later piece of a file that somebody fetches in pieces: no download
-- mirrors   tools that copy whole indexes (rule 2): downloads that say nothing of use
-- proxies   caches with people behind them; counted, unless the index is set to leave them out
-- ci        installers that know that they run in continuous integration
-- browser, unknown, other: the rest. An unknown client counts; so every test here is safe with nothing (NULL).
-- counted   = proxies + ci + browser + unknown + other
WITH sorted AS (
    SELECT project, amount,
           CASE
               WHEN status = 206 AND first_byte > 0 THEN 'partial'
               WHEN client IN ('bandersnatch', 'pep381client', 'z3c.pypimirror') THEN 'mirrors'
               WHEN client IN ('Artifactory', 'Nexus', 'devpi') THEN 'proxies'
               WHEN COALESCE(ci, FALSE) THEN 'ci'
               WHEN COALESCE(client, '') = '' THEN 'unknown'
               WHEN client = 'Browser' THEN 'browser'
               ELSE 'other'
           END AS kind
    FROM events
)
SELECT project,
       CAST(SUM(CASE WHEN kind IN ('partial', 'mirrors') THEN 0 ELSE amount END) AS BIGINT) AS counted,
       CAST(SUM(CASE WHEN kind = 'mirrors' THEN amount ELSE 0 END) AS BIGINT) AS mirrors,
       CAST(SUM(CASE WHEN kind = 'proxies' THEN amount ELSE 0 END) AS BIGINT) AS proxies,
       CAST(SUM(CASE WHEN kind = 'partial' THEN amount ELSE 0 END) AS BIGINT) AS partial,
       CAST(SUM(CASE WHEN kind = 'browser' THEN amount ELSE 0 END) AS BIGINT) AS browser,
       CAST(SUM(CASE WHEN kind = 'ci' THEN amount ELSE 0 END) AS BIGINT) AS ci,
       CAST(SUM(CASE WHEN kind = 'unknown' THEN amount ELSE 0 END) AS BIGINT) AS unknown,
       CAST(SUM(CASE WHEN kind = 'other' THEN amount ELSE 0 END) AS BIGINT) AS other
FROM sorted
GROUP BY project
ORDER BY project
