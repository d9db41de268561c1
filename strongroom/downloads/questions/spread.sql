-- Totals over a period -> events of each of its days, in whole numbers that add up exactly to the total. For DuckDB.
--
-- Reads:  totals, which has what table_rows.sql gives, the time being the first instant of the period
--         period(days)
-- Gives:  the same columns; what is skipped is there once, a day without downloads not at all
SELECT CASE WHEN why IS NULL
            THEN strftime(make_timestamp((at_ms + number * 86400000) * 1000), '%Y-%m-%d')
            ELSE 'skipped' END AS day,
       why, line, project, version, filename, client, client_version, python, system, ci, status, first_byte, bytes,
       at_ms + number * 86400000 AS at_ms,
       amount * (number + 1) // days - amount * number // days AS amount
FROM totals CROSS JOIN (SELECT days, unnest(range(days)) AS number FROM period)
WHERE CASE WHEN why IS NULL
           THEN amount * (number + 1) // days > amount * number // days
           ELSE number = 0 END
