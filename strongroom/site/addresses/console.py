"""The addresses for staff. Every one of them asks first who is there (``strongroom.console.views.admitting``)."""

from __future__ import annotations

from django.urls import URLPattern, path

from strongroom.console.views.announcements import announce, announcements, end
from strongroom.console.views.critical import approve, critical, critical_run, designate, dismiss
from strongroom.console.views.machine import jobs, mails, settings_in_force
from strongroom.console.views.overview import overview
from strongroom.console.views.people import people, person
from strongroom.console.views.person_deeds import person_deed, revoke_persons_token
from strongroom.console.views.project_deeds import (
    project_give_role,
    project_remove_collaborator,
    project_restore,
    project_status,
    project_withdraw_deletion,
)
from strongroom.console.views.projects import project, projects
from strongroom.console.views.record import record
from strongroom.console.views.spikes import look_at, spikes

urlpatterns: list[URLPattern] = [
    path("staff/", overview, name="staff"),
    path("staff/people/", people, name="staff-people"),
    path("staff/people/<str:name>/", person, name="staff-person"),
    path("staff/people/<str:name>/tokens/<str:token>/revoke/", revoke_persons_token, name="staff-revoke-token"),
    path("staff/people/<str:name>/<slug:deed>/", person_deed, name="staff-person-deed"),
    path("staff/projects/", projects, name="staff-projects"),
    path("staff/projects/<str:name>/", project, name="staff-project"),
    path("staff/projects/<str:name>/status/", project_status, name="staff-project-status"),
    path("staff/projects/<str:name>/restore/", project_restore, name="staff-project-restore"),
    path(
        "staff/projects/<str:name>/deletions/<int:hold>/withdraw/",
        project_withdraw_deletion,
        name="staff-project-withdraw-deletion",
    ),
    path("staff/projects/<str:name>/give-role/", project_give_role, name="staff-project-give-role"),
    path(
        "staff/projects/<str:name>/collaborators/<str:account>/remove/",
        project_remove_collaborator,
        name="staff-project-remove-collaborator",
    ),
    path("staff/critical/", critical, name="staff-critical"),
    path("staff/critical/<int:run>/", critical_run, name="staff-run"),
    path("staff/critical/<int:run>/approve/", approve, name="approve-run"),
    path("staff/critical/<int:run>/dismiss/", dismiss, name="dismiss-run"),
    path("staff/critical/names/<str:name>/", designate, name="designate-name"),
    path("staff/spikes/", spikes, name="staff-spikes"),
    path("staff/spikes/<int:spike>/look/", look_at, name="look-at-spike"),
    path("staff/record/", record, name="staff-record"),
    path("staff/mails/", mails, name="staff-mails"),
    path("staff/jobs/", jobs, name="staff-jobs"),
    path("staff/settings/", settings_in_force, name="staff-settings"),
    path("staff/announcements/", announcements, name="staff-announcements"),
    path("staff/announcements/make/", announce, name="staff-announce"),
    path("staff/announcements/<int:announcement>/end/", end, name="staff-end-announcement"),
]
