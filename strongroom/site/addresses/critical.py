"""The addresses of downloads and of critical projects."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from strongroom.catalogue.views.critical import project_critical, project_critical_json
from strongroom.catalogue.views.critical_list import critical, critical_csv, critical_json
from strongroom.catalogue.views.downloads import day_file, project_downloads, project_recent
from strongroom.catalogue.views.runs import critical_day, critical_days, critical_file

urlpatterns: list[URLPattern] = [
    path("project/<str:name>/downloads/", project_downloads, name="project-downloads"),
    path("project/<str:name>/downloads/recent.json", project_recent, name="project-recent"),
    path("project/<str:name>/critical/", project_critical, name="project-critical"),
    path("project/<str:name>/critical.json", project_critical_json, name="project-critical-json"),
    path("critical/", critical, name="critical"),
    path("critical.json", critical_json, name="critical-json"),
    path("critical.csv", critical_csv, name="critical-csv"),
    path("critical/days/", critical_days, name="critical-days"),
    path("critical/days/<int:run>/", critical_day, name="critical-day"),
    path("critical/days/<int:run>/<str:filename>", critical_file, name="critical-file"),
    re_path(
        r"^downloads/days/(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})-(?P<digest>[0-9a-f]{12})\.parquet$",
        day_file,
        name="day-file",
    ),
]
