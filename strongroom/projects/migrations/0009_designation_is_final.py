"""The database itself refuses to change or drop a designation: once critical, always critical."""

from django.db import migrations

POSTGRESQL = (
    """
    CREATE FUNCTION projects_designation_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'a designation is for good'; END $$
    """,
    "CREATE TRIGGER projects_designation_insert_only BEFORE UPDATE OR DELETE ON projects_designation "
    "FOR EACH ROW EXECUTE FUNCTION projects_designation_is_final()",
    # A table can be emptied without deleting a row.
    "CREATE TRIGGER projects_designation_no_truncate BEFORE TRUNCATE ON projects_designation "
    "FOR EACH STATEMENT EXECUTE FUNCTION projects_designation_is_final()",
)
POSTGRESQL_BACK = (
    "DROP TRIGGER projects_designation_no_truncate ON projects_designation",
    "DROP TRIGGER projects_designation_insert_only ON projects_designation",
    "DROP FUNCTION projects_designation_is_final()",
)
SQLITE = (
    "CREATE TRIGGER projects_designation_no_update BEFORE UPDATE ON projects_designation "
    "BEGIN SELECT RAISE(ABORT, 'a designation is for good'); END",
    "CREATE TRIGGER projects_designation_no_delete BEFORE DELETE ON projects_designation "
    "BEGIN SELECT RAISE(ABORT, 'a designation is for good'); END",
)
SQLITE_BACK = ("DROP TRIGGER projects_designation_no_update", "DROP TRIGGER projects_designation_no_delete")


def _run(postgresql, sqlite):
    def apply(apps, schema_editor):
        statements = postgresql if schema_editor.connection.vendor == "postgresql" else sqlite
        for statement in statements:
            schema_editor.execute(statement)

    return apply


class Migration(migrations.Migration):
    dependencies = [("projects", "0008_designation_deletionhold")]
    operations = [migrations.RunPython(_run(POSTGRESQL, SQLITE), _run(POSTGRESQL_BACK, SQLITE_BACK))]
