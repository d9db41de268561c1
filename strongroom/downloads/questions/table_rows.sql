-- Rows of a table that was imported -> events, and why a row is none. For DuckDB, which reads such tables.
--
-- Reads:  rows(line, moment, project, version, filename, client, client_version, python, system, ci, amount)
--         line: its number, from 1; moment: a time with its zone, or nothing; all others texts, as they were found
--         limits(earliest_ms, latest_ms, has_filename, most)
-- Gives:  day ("skipped" when why says so), why, line, and the columns of every file of events
--
-- An event of a file that is no wheel and no sdist is not counted, as at PyPI since 24 August 2026; so rows of before
-- that day give what would be counted today.
SELECT CASE WHEN why IS NULL THEN strftime(make_timestamp(at_ms * 1000), '%Y-%m-%d') ELSE 'skipped' END AS day,
       why,
       line,
       CASE WHEN why IS NULL THEN lower(regexp_replace(project, '[-_.]+', '-', 'g')) END AS project,
       left(nullif(version, ''), 200) AS version,
       left(nullif(filename, ''), 240) AS filename,
       left(nullif(client, ''), 64) AS client,
       left(nullif(client_version, ''), 64) AS client_version,
       left(nullif(python, ''), 64) AS python,
       left(nullif(system, ''), 64) AS system,
       CASE lower(ci) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END AS ci,
       CAST(200 AS SMALLINT) AS status,
       CAST(0 AS BIGINT) AS first_byte,
       CAST(0 AS BIGINT) AS bytes,
       at_ms,
       CASE WHEN why IS NULL THEN CAST(split_part(amount, '.', 1) AS BIGINT) END AS amount
FROM (
    SELECT *,
           CASE
               WHEN at_ms IS NULL THEN 'NO_TIME'
               WHEN at_ms > latest_ms THEN 'FUTURE'
               WHEN at_ms < earliest_ms THEN 'TOO_OLD'
               WHEN project IS NULL THEN 'NO_PROJECT'
               WHEN length(project) > 200 THEN 'NO_PROJECT'
               WHEN NOT regexp_full_match(project, '[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?') THEN 'NO_PROJECT'
               WHEN has_filename AND (
                   filename IS NULL
                   OR NOT (filename LIKE '%.whl' OR filename LIKE '%.tar.gz' OR filename LIKE '%.zip')
               ) THEN 'NO_FILE'
               WHEN NOT regexp_full_match(coalesce(amount, ''), '[0-9]{1,18}(\.0+)?') THEN 'NO_COUNT'
               WHEN CAST(split_part(amount, '.', 1) AS BIGINT) > most THEN 'NO_COUNT'
           END AS why
    FROM (SELECT *, CASE WHEN isfinite(moment) THEN epoch_ms(moment) END AS at_ms FROM rows) CROSS JOIN limits
)
