"""What a place runs with partners: a project is told by whoever keeps the place, and checked by a union above."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.places.access import get_visible, require_step
from niangjia.apps.places.actions.registering import answers_to
from niangjia.apps.places.kinds import Projects, kind_of
from niangjia.apps.places.lifecycle import PlaceState, Step
from niangjia.apps.places.models import Place, Project
from niangjia.apps.places.problems import (
    EndsBefore,
    NoProjects,
    NoSuchProject,
    NotPartOfKind,
    NotPossibleNow,
    ProjectUnnamed,
)
from niangjia.apps.places.types import ProjectFacts


def start_project(*, viewer: Viewer, place_id: int, facts: ProjectFacts, key: str, now: datetime) -> int:
    """
    Tell of a project with a partner; return its id. Safe to repeat: with the same `key` the one that was told is returned.

    Raises: NotAllowed, NoSuchPlace, NotPossibleNow: the place was closed; NoProjects, WrongPlace.
    """
    permissions.require(viewer, "places.manage")
    with transaction.atomic():
        place = get_visible(viewer, place_id)
        columns = _columns(_asked(place), facts)
        if place.state == PlaceState.CLOSED:
            raise NotPossibleNow(place.name, PlaceState(place.state).label, "添合作项目")
        row, is_new = Project.objects.get_or_create(key=key, defaults=columns | {"place": place})
        if is_new:
            detail = {"project": row.pk, "number": place.number}
            audit.record(viewer, action="places.start_project", object=f"place:{place.pk}", detail=detail, now=now)
        return row.pk


def change_project(*, viewer: Viewer, project_id: int, facts: ProjectFacts, now: datetime) -> None:
    """
    Set what is told of a project anew, also its end. With another partner, or another contract, nobody has checked it yet. Safe to repeat.

    Raises: NotAllowed, NoSuchProject, WrongPlace.
    """
    permissions.require(viewer, "places.manage")
    with transaction.atomic():
        row, place = _found(viewer, project_id)
        columns = _columns(_asked(place), facts)
        changed = sorted(name for name, value in columns.items() if getattr(row, name) != value)
        if not changed:
            return
        if {"partner", "contract", "details"} & set(changed):
            columns |= {"findings": {}, "checked_by_id": None, "checked_at": None}
        Project.objects.filter(pk=row.pk).update(**columns)
        detail = {"project": row.pk, "changed": changed, "was": {name: str(getattr(row, name)) for name in changed}}
        audit.record(viewer, action="places.change_project", object=f"place:{place.pk}", detail=detail, now=now)


def check_project(*, viewer: Viewer, project_id: int, findings: Mapping[str, bool], now: datetime) -> None:
    """
    What somebody of a union above found of each gate; whatever is not said was not found. What was found before stays in the record.

    Raises: NotAllowed, NoSuchProject, OwnPlace, NotPartOfKind.
    """
    permissions.require(viewer, "places.manage")
    with transaction.atomic():
        row, place = _found(viewer, project_id)
        require_step(viewer, place, Step.INSPECT, kind_of(place.kind).steps[Step.INSPECT], "核对合作项目")
        checks = _asked(place).checks
        if strange := set(findings) - set(checks):
            raise NotPartOfKind("机制", min(strange), list(checks))
        found = {name: bool(findings.get(name, False)) for name in checks}
        Project.objects.filter(pk=row.pk).update(findings=found, checked_by_id=viewer.account_id, checked_at=now)
        detail = {"project": row.pk, "findings": found, "number": place.number, "org": place.org_id}
        detail |= {"lacking": not all(found.values())}
        audit.record(viewer, action="places.check_project", object=f"place:{place.pk}", detail=detail, now=now)


def _found(viewer: Viewer, project_id: int) -> tuple[Project, Place]:
    row = Project.objects.select_for_update().filter(pk=project_id).first()
    if row is None:
        raise NoSuchProject
    return row, get_visible(viewer, row.place_id)


def _asked(place: Place) -> Projects:
    kind = kind_of(place.kind)
    if kind.projects is None:
        raise NoProjects(kind.title["zh"])
    return kind.projects


def _columns(asked: Projects, facts: ProjectFacts) -> dict[str, object]:
    told = {name: getattr(facts, name).strip() for name in ("name", "partner", "contract")}
    if not all(told.values()):
        raise ProjectUnnamed
    if facts.until is not None and facts.until < facts.since:
        raise EndsBefore
    return {**told, "since": facts.since, "until": facts.until, "details": answers_to(asked.details, facts.details)}
