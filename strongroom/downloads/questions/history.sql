-- Counts of a month's days -> of each project a text of JSON (without its brackets): what was downloaded on which day,
-- and the most downloaded versions and most used clients of the month. For DuckDB.
--
-- Follows: daily(day, project, counted), a part of the same question
-- Reads:   details(project, version, filename, client, counted)
-- Takes:   $most_versions, $most_clients; $part of $parts: the projects are asked for in parts, for memory's sake
-- Gives:   project, days, versions, clients; in no order
counts AS (
    SELECT project, string_agg('"' || day || '":' || counted, ',') AS days
    FROM daily
    WHERE hash(project) % $parts = $part
    GROUP BY project
),
by_version AS (
    SELECT project, version, SUM(counted) AS counted
    FROM details
    WHERE hash(project) % $parts = $part
    GROUP BY project, version
),
versions AS (
    SELECT project, string_agg(CAST(to_json(version) AS VARCHAR) || ':' || counted, ',') AS versions
    FROM (
        SELECT project, version, CAST(counted AS BIGINT) AS counted
        FROM by_version
        WHERE counted > 0
        QUALIFY ROW_NUMBER() OVER (PARTITION BY project ORDER BY counted DESC, version) <= $most_versions
    )
    GROUP BY project
),
by_client AS (
    SELECT project, client, SUM(counted) AS counted
    FROM details
    WHERE hash(project) % $parts = $part
    GROUP BY project, client
),
clients AS (
    SELECT project, string_agg(CAST(to_json(client) AS VARCHAR) || ':' || counted, ',') AS clients
    FROM (
        SELECT project, client, CAST(counted AS BIGINT) AS counted
        FROM by_client
        WHERE counted > 0
        QUALIFY ROW_NUMBER() OVER (PARTITION BY project ORDER BY counted DESC, client) <= $most_clients
    )
    GROUP BY project
)
SELECT counts.project, counts.days, versions.versions, clients.clients
FROM counts
LEFT JOIN versions ON versions.project = counts.project
LEFT JOIN clients ON clients.project = counts.project
