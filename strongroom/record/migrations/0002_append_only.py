"""The database itself refuses to change or drop an event."""

from django.db import migrations

POSTGRESQL = (
    """
    CREATE FUNCTION record_event_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the record is append-only'; END $$
    """,
    "CREATE TRIGGER record_event_append_only BEFORE UPDATE OR DELETE ON record_event "
    "FOR EACH ROW EXECUTE FUNCTION record_event_is_final()",
    # A table can be emptied without deleting a row.
    "CREATE TRIGGER record_event_no_truncate BEFORE TRUNCATE ON record_event "
    "FOR EACH STATEMENT EXECUTE FUNCTION record_event_is_final()",
)
POSTGRESQL_BACK = (
    "DROP TRIGGER record_event_no_truncate ON record_event",
    "DROP TRIGGER record_event_append_only ON record_event",
    "DROP FUNCTION record_event_is_final()",
)
SQLITE = (
    "CREATE TRIGGER record_event_no_update BEFORE UPDATE ON record_event "
    "BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END",
    "CREATE TRIGGER record_event_no_delete BEFORE DELETE ON record_event "
    "BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END",
)
SQLITE_BACK = ("DROP TRIGGER record_event_no_update", "DROP TRIGGER record_event_no_delete")


def _run(postgresql, sqlite):
    def apply(apps, schema_editor):
        statements = postgresql if schema_editor.connection.vendor == "postgresql" else sqlite
        for statement in statements:
            schema_editor.execute(statement)

    return apply


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [migrations.RunPython(_run(POSTGRESQL, SQLITE), _run(POSTGRESQL_BACK, SQLITE_BACK))]
