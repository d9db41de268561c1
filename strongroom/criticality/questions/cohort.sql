-- Daily counts of a window -> how every project that can be installed stands, and which of them are critical.
-- Rules 2 to 8 of rule version 1; docs/criticality.md says them in words.
--
-- Reads:  daily(project, counted, mirrors, proxies, ci)   one row for each project and day of the window
--         eligible(project)                               the projects that can be installed, each once
--         bounds(k, least, mirrors_count, proxies_count)  one row: how many are critical; the fewest downloads that
--                                                         qualify; 1 or 0: whether full mirrors, caching proxies count
-- Gives:  project, total, rank, best_day, ci, mirrors, is_critical; in order of rank, then of name
--
-- Integers from end to end. Rank is 1 and the number of projects with strictly more; ties at the line are all in.
--
-- Two branches, of which one has no rows: the usual way to count takes the numbers as they are, and costs a seventh less.
WITH counts AS (
    SELECT daily.project AS project, daily.counted AS counted, daily.ci AS ci, daily.mirrors AS mirrors
    FROM daily
    WHERE (SELECT mirrors_count + 1 - proxies_count FROM bounds) = 0
    UNION ALL
    SELECT daily.project AS project,
           daily.counted + bounds.mirrors_count * daily.mirrors - (1 - bounds.proxies_count) * daily.proxies AS counted,
           daily.ci AS ci, daily.mirrors AS mirrors
    FROM daily CROSS JOIN bounds
    WHERE bounds.mirrors_count = 1 OR bounds.proxies_count = 0
),
totals AS (
    SELECT project,
           CAST(SUM(counted) AS BIGINT) AS total,
           CAST(MAX(counted) AS BIGINT) AS best_day,
           CAST(SUM(ci) AS BIGINT) AS ci,
           CAST(SUM(mirrors) AS BIGINT) AS mirrors
    FROM counts
    GROUP BY project
),
standings AS (
    SELECT eligible.project AS project,
           COALESCE(totals.total, 0) AS total,
           CAST(RANK() OVER (ORDER BY COALESCE(totals.total, 0) DESC) AS BIGINT) AS rank,
           COALESCE(totals.best_day, 0) AS best_day,
           COALESCE(totals.ci, 0) AS ci,
           COALESCE(totals.mirrors, 0) AS mirrors
    FROM eligible LEFT JOIN totals ON totals.project = eligible.project
)
SELECT standings.project AS project, standings.total AS total, standings.rank AS rank,
       standings.best_day AS best_day, standings.ci AS ci, standings.mirrors AS mirrors,
       CASE WHEN standings.rank <= bounds.k AND standings.total >= bounds.least THEN 1 ELSE 0 END AS is_critical
FROM standings CROSS JOIN bounds
ORDER BY rank, project
