"""Lists every project that is there already, in batches: an index may have half a million of them.

Each batch is committed by itself, and what is listed is passed over: broken off, it goes on where it stopped.
"""

from collections import Counter

from django.db import migrations, transaction
from django.db.models import Max

from strongroom.projects.queries.installers import latest_of
from strongroom.projects.rules.wording import word_project

AT_ONCE = 500


def list_projects(apps, schema_editor):
    rows = apps.get_model("projects", "Project").objects
    last = 0
    while True:
        batch = list(rows.filter(pk__gt=last, deleted_at=None).exclude(status="quarantined").order_by("pk")[:AT_ONCE])
        if not batch:
            break
        last = batch[-1].pk
        with transaction.atomic():
            list_some(apps, batch)
    count_classifiers(apps)


def list_some(apps, batch):
    listings = apps.get_model("projects", "Listing").objects
    listed = set(listings.filter(pk__in=[one.pk for one in batch]).values_list("pk", flat=True))
    batch = [one for one in batch if one.pk not in listed]
    shown = shown_releases(apps, batch)
    uploads = newest_uploads(apps, batch)
    wordings = {}
    for one in batch:
        _, metadata = shown.get(one.pk, ("", {}))
        wordings[one.pk] = word_project(one.normalized_name, metadata)
    numbers = number_classifiers(apps, wordings.values())
    listings.bulk_create(
        [
            listings.model(
                project_id=one.pk,
                name=one.normalized_name,
                display_name=one.display_name,
                summary=wordings[one.pk].summary,
                keywords=wordings[one.pk].keywords,
                words=wordings[one.pk].words,
                heads=wordings[one.pk].heads,
                marks=" ".join(f"c{number}" for number in sorted(numbers[text] for text in wordings[one.pk].classifiers)),
                version=shown.get(one.pk, ("", {}))[0],
                created_at=one.created_at,
                updated_at=uploads.get(one.pk) or one.created_at,
            )
            for one in batch
        ]
    )


def shown_releases(apps, batch):
    """Of each project the version that visitors are shown first, and its metadata."""
    rows = apps.get_model("projects", "Release").objects
    versions = {}
    found = rows.filter(project_id__in=[one.pk for one in batch], deleted_at=None)
    for release, project, version, yanked_at in found.values_list("pk", "project_id", "version", "yanked_at"):
        versions.setdefault(project, {})[version] = (release, yanked_at)
    latest = {}
    for project, known in versions.items():
        version = latest_of((text, yanked_at) for text, (_, yanked_at) in known.items())
        latest[known[version][0]] = (project, version)
    shown = rows.filter(pk__in=list(latest)).values_list("pk", "metadata")
    return {latest[release][0]: (latest[release][1], metadata) for release, metadata in shown}


def newest_uploads(apps, batch):
    files = apps.get_model("projects", "File").objects
    found = files.filter(
        release__project_id__in=[one.pk for one in batch], deleted_at=None, release__deleted_at=None
    ).values_list("release__project_id")
    return dict(found.annotate(newest=Max("uploaded_at")))


def number_classifiers(apps, wordings):
    classifiers = apps.get_model("projects", "Classifier").objects
    texts = {text for wording in wordings for text in wording.classifiers}
    known = dict(classifiers.filter(text__in=texts).values_list("text", "pk"))
    for text in sorted(texts.difference(known)):
        known[text] = classifiers.create(text=text).pk
    return known


def count_classifiers(apps):
    marks = apps.get_model("projects", "Listing").objects.values_list("marks", flat=True)
    counted = Counter(mark for some in marks.iterator(chunk_size=10_000) for mark in some.split())
    classifiers = apps.get_model("projects", "Classifier").objects
    for one in classifiers.all():
        classifiers.filter(pk=one.pk).update(projects=counted[f"c{one.pk}"])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("projects", "0005_listing")]
    operations = [migrations.RunPython(list_projects, migrations.RunPython.noop)]
