"""Whose hands an application went through, for the auditor."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit.types import Hand
from niangjia.apps.matters import access
from niangjia.apps.matters.models import Grant, Matter, Move
from niangjia.apps.matters.types import MatterState, Step


def hands_of(matter_ids: Iterable[int]) -> list[Hand]:
    """The officers' moves: the last that acted decided. Without scope: for the room that has bounded its matters."""
    moves = list(Move.objects.filter(matter__in=set(matter_ids), account__isnull=False).order_by("matter_id", "step"))
    last = {move.matter_id: move.pk for move in moves if move.act == Step.ACT and move.role != Role.WORKER}
    found = []
    for move in moves:
        step = (
            "PROPOSED" if move.act == Step.PROPOSE else "DECIDED" if last.get(move.matter_id) == move.pk else "HANDLED"
        )
        step = "APPLIED" if move.role == Role.WORKER else step
        found.append(Hand(f"matter:{move.matter_id}", step, move.account_id, move.at, f"matter:{move.matter_id}"))
    return found


def list_moved(viewer: Viewer, *, since: datetime, until: datetime) -> QuerySet[Matter]:
    return access.visible(viewer).filter(pk__in=Move.objects.filter(at__gte=since, at__lt=until).values("matter"))


def list_refused(viewer: Viewer, *, since: datetime, until: datetime) -> QuerySet[Matter]:
    return access.visible(viewer).filter(state=MatterState.REFUSED, closed_at__gte=since, closed_at__lt=until)


def visible_ids(viewer: Viewer, matter_ids: Iterable[int]) -> set[int]:
    return set(access.visible(viewer).filter(pk__in=set(matter_ids)).values_list("pk", flat=True))


def facts_of(matter_ids: Iterable[int]) -> dict[int, tuple[int | None, int | None, int]]:
    """By matter: household, person, union."""
    rows = Matter.objects.filter(pk__in=set(matter_ids)).values_list("pk", "household_id", "person_id", "org_id")
    return {pk: (household, person, org) for pk, household, person, org in rows}


def decisions_of(matter_ids: Iterable[int]) -> dict[int, list[int]]:
    rows = Matter.objects.filter(pk__in=set(matter_ids), decision__isnull=False).values_list("pk", "decision_id")
    return {pk: [decision_id] for pk, decision_id in rows}


def reservations_of(matter_ids: Iterable[int]) -> dict[int, int]:
    """Reservation → matter."""
    rows = Grant.objects.filter(matter__in=set(matter_ids), reservation__isnull=False)
    return dict(rows.values_list("reservation_id", "matter_id"))
