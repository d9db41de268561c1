"""Every address of the control plane; those that installers read are answered by the read plane before."""

from __future__ import annotations

from django.urls import path, re_path

from strongroom.accounts.views import first_staff_account
from strongroom.site.views import help_index, help_page, home
from strongroom.uploads.api import project_behind_upload, upload, upload_without_slash

urlpatterns = [
    path("", home, name="home"),
    path("help/", help_index, name="help"),
    path("help/<slug:code>/", help_page, name="help-reason"),
    path("setup/<str:secret>/", first_staff_account, name="first-staff-account"),
    path("legacy/", upload, name="upload"),
    path("legacy", upload_without_slash),
    re_path(r"^legacy/(?P<project>[A-Za-z0-9._-]+)/(?:(?P<version>[^/]+)/)?$", project_behind_upload),
]
handler404 = "strongroom.site.views.not_found"
