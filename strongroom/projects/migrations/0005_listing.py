"""The list that visitors search, and the full text that the database keeps in step with it.

One table of full text on either database, under one name, with the same words in it: SQLite keeps them in FTS5,
PostgreSQL as lexemes. Words are made by rules/wording.py; each kind of them can be asked for by itself. On
PostgreSQL the first character tells the kind: ``.`` a word of the name, ``<`` a beginning of one, ``=`` a mark.
"""

import django.db.models.deletion
from django.db import migrations, models

# A mark for how often (the number of digits and the first of them) and one for the month, so that a search for
# what half of all projects have looks only among those that are downloaded most, or changed last.
_SQLITE_MARKS = (
    "{row}.marks || ' d' || length({row}.downloads) || substr({row}.downloads, 1, 1)"
    " || ' u' || substr({row}.updated_at, 1, 4) || substr({row}.updated_at, 6, 2)"
)
_SQLITE_ROW = "{row}.project_id, {row}.name, {row}.words, {row}.heads, " + _SQLITE_MARKS
_SQLITE_ADD = "INSERT INTO projects_fulltext(rowid, name, words, heads, marks) VALUES (" + _SQLITE_ROW + ");"
_SQLITE_DROP = (
    "INSERT INTO projects_fulltext(projects_fulltext, rowid, name, words, heads, marks) VALUES ('delete', "
    + _SQLITE_ROW
    + ");"
)
_SQLITE_CHANGED = " OR ".join(
    f"{value.format(row='OLD')} IS NOT {value.format(row='NEW')}"
    for value in ("{row}.project_id", "{row}.name", "{row}.words", "{row}.heads", _SQLITE_MARKS)
)
SQLITE = (
    # Words come parted by spaces and folded already: this tokenizer leaves every letter beyond ASCII as it is.
    """CREATE VIRTUAL TABLE projects_fulltext USING fts5(
        name, words, heads, marks, content='', columnsize=0, detail=column, tokenize='ascii')""",
    f"""CREATE TRIGGER projects_listing_added AFTER INSERT ON projects_listing BEGIN
        {_SQLITE_ADD.format(row="NEW")}
    END""",
    f"""CREATE TRIGGER projects_listing_dropped AFTER DELETE ON projects_listing BEGIN
        {_SQLITE_DROP.format(row="OLD")}
    END""",
    f"""CREATE TRIGGER projects_listing_changed AFTER UPDATE ON projects_listing WHEN {_SQLITE_CHANGED} BEGIN
        {_SQLITE_DROP.format(row="OLD")}
        {_SQLITE_ADD.format(row="NEW")}
    END""",
)
SQLITE_BACK = (
    "DROP TRIGGER projects_listing_changed",
    "DROP TRIGGER projects_listing_dropped",
    "DROP TRIGGER projects_listing_added",
    "DROP TABLE projects_fulltext",
)

POSTGRESQL = (
    "CREATE TABLE projects_fulltext (listing_id bigint PRIMARY KEY, lexemes tsvector NOT NULL)",
    """CREATE FUNCTION projects_lexemes(one projects_listing) RETURNS tsvector LANGUAGE sql STABLE AS $$
        SELECT array_to_tsvector(array_remove(
            string_to_array(one.words, ' ')
            || string_to_array('.' || replace(one.name, '-', ' .'), ' ')
            || string_to_array('<' || replace(one.heads, ' ', ' <'), ' ')
            || string_to_array('=' || replace(one.marks, ' ', ' ='), ' ')
            || ARRAY[
                '=d' || length(one.downloads::text) || left(one.downloads::text, 1),
                '=u' || to_char(one.updated_at AT TIME ZONE 'UTC', 'YYYYMM')
            ], ''))
    $$""",
    """CREATE FUNCTION projects_keep_fulltext() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        fresh tsvector;
    BEGIN
        IF TG_OP = 'DELETE' THEN
            DELETE FROM projects_fulltext WHERE listing_id = OLD.project_id;
            RETURN OLD;
        END IF;
        fresh := projects_lexemes(NEW);
        INSERT INTO projects_fulltext AS kept (listing_id, lexemes) VALUES (NEW.project_id, fresh)
            ON CONFLICT (listing_id) DO UPDATE SET lexemes = fresh WHERE kept.lexemes <> fresh;
        RETURN NEW;
    END
    $$""",
    """CREATE TRIGGER projects_listing_kept AFTER INSERT OR UPDATE OR DELETE ON projects_listing
        FOR EACH ROW EXECUTE FUNCTION projects_keep_fulltext()""",
    # What a word matches is never known beforehand; reading every row is always the wrong guess.
    """CREATE FUNCTION projects_found(asked tsquery, most integer) RETURNS SETOF bigint
        LANGUAGE sql STABLE ROWS 1000 SET enable_seqscan TO off AS $$
        SELECT listing_id FROM projects_fulltext WHERE lexemes @@ asked LIMIT most
    $$""",
)
POSTGRESQL_BACK = (
    "DROP FUNCTION projects_found(tsquery, integer)",
    "DROP TRIGGER projects_listing_kept ON projects_listing",
    "DROP FUNCTION projects_keep_fulltext()",
    "DROP FUNCTION projects_lexemes(projects_listing)",
    "DROP TABLE projects_fulltext",
)


def keep_fulltext(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)


def drop_fulltext(apps, schema_editor):
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("projects", "0004_console_lists")]

    operations = [
        migrations.CreateModel(
            name="Classifier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=200, unique=True)),
                ("projects", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Listing",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="listing",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("display_name", models.CharField(max_length=200)),
                ("summary", models.CharField(blank=True, max_length=500)),
                ("keywords", models.TextField(blank=True)),
                ("words", models.TextField(blank=True)),
                ("heads", models.TextField(blank=True)),
                ("marks", models.TextField(blank=True)),
                ("version", models.CharField(blank=True, max_length=100)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("downloads", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["name", "downloads", "updated_at", "project"],
                        name="listing_name",
                        opclasses=["varchar_pattern_ops", "int8_ops", "timestamptz_ops", "int8_ops"],
                    ),
                    models.Index(fields=["-downloads", "-project"], name="listing_popular"),
                    models.Index(fields=["-updated_at", "-project"], name="listing_updated"),
                    models.Index(fields=["-created_at", "-project"], name="listing_newest"),
                ],
            },
        ),
        migrations.RunPython(keep_fulltext, drop_fulltext),
    ]
