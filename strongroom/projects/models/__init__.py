"""Rows of projects, releases, files, roles and invitations; the serial that mirrors follow;
pages that are due; the list that is searched; names that are critical.
"""

from strongroom.projects.models.designation import DeletionHold, Designation
from strongroom.projects.models.invitation import Invitation
from strongroom.projects.models.ledger import DuePage, Ledger
from strongroom.projects.models.listing import Classifier, Listing
from strongroom.projects.models.project import Collaboration, Project
from strongroom.projects.models.release import Description, File, Release, TakenFilename

__all__ = [
    "Classifier",
    "Collaboration",
    "DeletionHold",
    "Description",
    "Designation",
    "DuePage",
    "File",
    "Invitation",
    "Ledger",
    "Listing",
    "Project",
    "Release",
    "TakenFilename",
]
