-- Events of one day -> what of each project was downloaded on it, and by which installers; for plots and for spikes.
--
-- Reads:  events(project, version, filename, client, status, first_byte, amount)
-- Gives:  project, version, filename, client, counted; in order of project
--
-- Full mirrors and later pieces are left out, as in `counted` of rollup.sql. What is not known is an empty text.
SELECT project,
       COALESCE(version, '') AS version,
       COALESCE(filename, '') AS filename,
       COALESCE(client, '') AS client,
       CAST(SUM(amount) AS BIGINT) AS counted
FROM events
WHERE NOT (status = 206 AND first_byte > 0)
  AND COALESCE(client, '') NOT IN ('bandersnatch', 'pep381client', 'z3c.pypimirror')
GROUP BY project, COALESCE(version, ''), COALESCE(filename, ''), COALESCE(client, '')
ORDER BY project, version, filename, client
