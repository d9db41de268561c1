"""The addresses for maintainers."""

from __future__ import annotations

from django.urls import URLPattern, path

from strongroom.upkeep.views.collaborators import (
    change_role,
    leave_project,
    manage_collaborators,
    remove_collaborator,
)
from strongroom.upkeep.views.deleting import (
    delete_file,
    delete_project,
    delete_release,
    restore_file,
    restore_project,
    restore_release,
    withdraw_deletion,
)
from strongroom.upkeep.views.history import manage_history
from strongroom.upkeep.views.inviting import invite, withdraw_invitation
from strongroom.upkeep.views.own import accept, decline, own_invitations, own_projects
from strongroom.upkeep.views.releases import manage, manage_release, unyank_release, yank_release
from strongroom.upkeep.views.statuses import manage_status
from strongroom.upkeep.views.tokens import manage_tokens

_RELEASE = "manage/<str:name>/releases/<str:version>/"
_FILE = "manage/<str:name>/files/<str:filename>/"
_PERSON = "manage/<str:name>/collaborators/<str:account>/"

urlpatterns: list[URLPattern] = [
    path("account/projects/", own_projects, name="own-projects"),
    path("account/invitations/", own_invitations, name="own-invitations"),
    path("account/invitations/<int:invitation>/accept/", accept, name="accept-invitation"),
    path("account/invitations/<int:invitation>/decline/", decline, name="decline-invitation"),
    path("manage/<str:name>/", manage, name="manage"),
    path("manage/<str:name>/collaborators/", manage_collaborators, name="manage-collaborators"),
    path("manage/<str:name>/status/", manage_status, name="manage-status"),
    path("manage/<str:name>/tokens/", manage_tokens, name="manage-tokens"),
    path("manage/<str:name>/history/", manage_history, name="manage-history"),
    path("manage/<str:name>/delete/", delete_project, name="delete-project"),
    path("manage/<str:name>/restore/", restore_project, name="restore-project"),
    path("manage/<str:name>/deletions/<int:hold>/withdraw/", withdraw_deletion, name="withdraw-deletion"),
    path("manage/<str:name>/leave/", leave_project, name="leave-project"),
    path("manage/<str:name>/invite/", invite, name="invite"),
    path("manage/<str:name>/invitations/<int:invitation>/withdraw/", withdraw_invitation, name="withdraw-invitation"),
    path(f"{_PERSON}role/", change_role, name="change-role"),
    path(f"{_PERSON}remove/", remove_collaborator, name="remove-collaborator"),
    path(_RELEASE, manage_release, name="manage-release"),
    path(f"{_RELEASE}yank/", yank_release, name="yank-release"),
    path(f"{_RELEASE}unyank/", unyank_release, name="unyank-release"),
    path(f"{_RELEASE}delete/", delete_release, name="delete-release"),
    path(f"{_RELEASE}restore/", restore_release, name="restore-release"),
    path(f"{_FILE}delete/", delete_file, name="delete-file"),
    path(f"{_FILE}restore/", restore_file, name="restore-file"),
]
