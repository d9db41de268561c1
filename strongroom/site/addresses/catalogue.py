"""The addresses for visitors."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from strongroom.catalogue.views.feeds import feed_project, feed_projects, feed_releases
from strongroom.catalogue.views.people import person
from strongroom.catalogue.views.projects import (
    project,
    project_description,
    project_files,
    project_release,
    project_releases,
)
from strongroom.catalogue.views.searching import classifiers, search

# A version begins with a digit, so it is none of the words that stand in its place.
_RELEASE = r"^project/(?P<name>[^/]+)/(?P<version>[0-9][^/]*)/"

urlpatterns: list[URLPattern] = [
    path("search/", search, name="search"),
    path("classifiers/", classifiers, name="classifiers"),
    path("rss/projects.xml", feed_projects, name="feed-projects"),
    path("rss/releases.xml", feed_releases, name="feed-releases"),
    path("person/<str:name>/", person, name="person"),
    path("project/<str:name>/", project, name="project"),
    path("project/<str:name>/rss.xml", feed_project, name="feed-project"),
    path("project/<str:name>/releases/", project_releases, name="project-releases"),
    re_path(rf"{_RELEASE}$", project_release, name="project-release"),
    re_path(rf"{_RELEASE}description/$", project_description, name="project-description"),
    re_path(rf"{_RELEASE}files/$", project_files, name="project-files"),
]
