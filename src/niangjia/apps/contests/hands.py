"""Jurors and those whom they gave marks, for the auditor."""

from __future__ import annotations

from datetime import datetime

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.contests.models import Mark
from niangjia.apps.organizations import scope


def list_marked(viewer: Viewer, *, since: datetime, until: datetime) -> list[tuple[int, int, int]]:
    """(contest, juror's account, entrant's person), of marks given in that time in contests of the viewer's part of the tree."""
    marks = scope.within(Mark.objects.all(), viewer.org_path, "entry__contest__org__path")
    marks = marks.filter(at__gte=since, at__lt=until, entry__person__isnull=False)
    return list(marks.values_list("entry__contest_id", "juror__account_id", "entry__person_id").distinct())
