-- What was downloaded on a day and on the 28 days before -> what one client fetched, or of one file was fetched, on
-- that day, and how much of it was usual.
--
-- Reads:  details(project, filename, client, counted)              what was downloaded on the day (details.sql)
--         before_01 ... before_28(project, filename, client, counted)   the same of the days before, yesterday the
--                                                                  first; empty for a day that is not known
--         bounds(least, upper, lower)                              one row: the fewest downloads of the day that are
--                                                                  looked at; the places of the middle days, counted
--                                                                  from the largest
-- Gives:  project, kind, name, counted, own, first_seen, whole     rules/spikes.py says what they are
--
-- A median in whole numbers, on every engine: the days on which something was there are put in order, the largest
-- first; those on which it was not are 0, and come last. So the sum of the two middle ones is that of the two places,
-- or of what of them there is. A client that is not known is one client; a file that is not known is none.
WITH past AS (
    SELECT 1 AS ago, project, filename, client, counted FROM before_01
    UNION ALL SELECT 2 AS ago, project, filename, client, counted FROM before_02
    UNION ALL SELECT 3 AS ago, project, filename, client, counted FROM before_03
    UNION ALL SELECT 4 AS ago, project, filename, client, counted FROM before_04
    UNION ALL SELECT 5 AS ago, project, filename, client, counted FROM before_05
    UNION ALL SELECT 6 AS ago, project, filename, client, counted FROM before_06
    UNION ALL SELECT 7 AS ago, project, filename, client, counted FROM before_07
    UNION ALL SELECT 8 AS ago, project, filename, client, counted FROM before_08
    UNION ALL SELECT 9 AS ago, project, filename, client, counted FROM before_09
    UNION ALL SELECT 10 AS ago, project, filename, client, counted FROM before_10
    UNION ALL SELECT 11 AS ago, project, filename, client, counted FROM before_11
    UNION ALL SELECT 12 AS ago, project, filename, client, counted FROM before_12
    UNION ALL SELECT 13 AS ago, project, filename, client, counted FROM before_13
    UNION ALL SELECT 14 AS ago, project, filename, client, counted FROM before_14
    UNION ALL SELECT 15 AS ago, project, filename, client, counted FROM before_15
    UNION ALL SELECT 16 AS ago, project, filename, client, counted FROM before_16
    UNION ALL SELECT 17 AS ago, project, filename, client, counted FROM before_17
    UNION ALL SELECT 18 AS ago, project, filename, client, counted FROM before_18
    UNION ALL SELECT 19 AS ago, project, filename, client, counted FROM before_19
    UNION ALL SELECT 20 AS ago, project, filename, client, counted FROM before_20
    UNION ALL SELECT 21 AS ago, project, filename, client, counted FROM before_21
    UNION ALL SELECT 22 AS ago, project, filename, client, counted FROM before_22
    UNION ALL SELECT 23 AS ago, project, filename, client, counted FROM before_23
    UNION ALL SELECT 24 AS ago, project, filename, client, counted FROM before_24
    UNION ALL SELECT 25 AS ago, project, filename, client, counted FROM before_25
    UNION ALL SELECT 26 AS ago, project, filename, client, counted FROM before_26
    UNION ALL SELECT 27 AS ago, project, filename, client, counted FROM before_27
    UNION ALL SELECT 28 AS ago, project, filename, client, counted FROM before_28
),
fetched AS (
    SELECT project, 'client' AS kind, client AS name, SUM(counted) AS counted
    FROM details GROUP BY project, client
    UNION ALL
    SELECT project, 'file' AS kind, filename AS name, SUM(counted) AS counted
    FROM details WHERE filename <> '' GROUP BY project, filename
),
looked_at AS (
    SELECT fetched.project AS project, fetched.kind AS kind, fetched.name AS name, fetched.counted AS counted
    FROM fetched CROSS JOIN bounds
    WHERE fetched.counted >= bounds.least
),
projects AS (
    SELECT DISTINCT project FROM looked_at
),
near AS (
    SELECT past.ago AS ago, past.project AS project, past.filename AS filename, past.client AS client,
           past.counted AS counted
    FROM past JOIN projects ON projects.project = past.project
),
days AS (
    SELECT project, 'client' AS kind, client AS name, ago, SUM(counted) AS counted
    FROM near GROUP BY project, client, ago
    UNION ALL
    SELECT project, 'file' AS kind, filename AS name, ago, SUM(counted) AS counted
    FROM near WHERE filename <> '' GROUP BY project, filename, ago
    UNION ALL
    SELECT project, 'whole' AS kind, '' AS name, ago, SUM(counted) AS counted
    FROM near GROUP BY project, ago
),
ordered AS (
    SELECT project, kind, name, ago, counted,
           ROW_NUMBER() OVER (PARTITION BY project, kind, name ORDER BY counted DESC, ago) AS place
    FROM days
),
usual AS (
    SELECT ordered.project AS project, ordered.kind AS kind, ordered.name AS name, MAX(ordered.ago) AS first_seen,
           SUM(CASE WHEN ordered.place = bounds.upper THEN ordered.counted ELSE 0 END
               + CASE WHEN ordered.place = bounds.lower THEN ordered.counted ELSE 0 END) AS doubled
    FROM ordered CROSS JOIN bounds
    GROUP BY ordered.project, ordered.kind, ordered.name
)
SELECT looked_at.project AS project, looked_at.kind AS kind, looked_at.name AS name,
       CAST(looked_at.counted AS BIGINT) AS counted,
       CAST(COALESCE(own.doubled, 0) AS BIGINT) AS own,
       CAST(COALESCE(own.first_seen, 0) AS BIGINT) AS first_seen,
       CAST(COALESCE(whole.doubled, 0) AS BIGINT) AS whole
FROM looked_at
LEFT JOIN usual AS own
       ON own.project = looked_at.project AND own.kind = looked_at.kind AND own.name = looked_at.name
LEFT JOIN usual AS whole
       ON whole.project = looked_at.project AND whole.kind = 'whole'
ORDER BY project, kind, name
