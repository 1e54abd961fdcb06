"""Rounds, looks and corrections as their reader may see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.timezone import localdate

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.assessments import access
from niangjia.apps.assessments.models import Correction, Look, Round
from niangjia.apps.assessments.problems import NotFound
from niangjia.apps.assessments.types import CorrectionCard, LookCard, Result, RoundCard
from niangjia.apps.files import queries as files
from niangjia.apps.files.types import FileCard
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Union
from niangjia.apps.tasks import queries as tasks
from niangjia.apps.tasks.types import LIVE


def list_rounds(viewer: Viewer, *, today: date) -> list[RoundCard]:
    """Newest first, each with the looks that the viewer sees. Raises NotAllowed."""
    return _cards(viewer, access.rounds(viewer).order_by("-made_at", "-pk")[:100], today)


def get_round(viewer: Viewer, round_id: int, *, today: date) -> RoundCard:
    """Raises NotAllowed, NotFound."""
    found = _cards(viewer, access.rounds(viewer).filter(pk=round_id), today)
    if not found:
        raise NotFound
    return found[0]


def get_look(viewer: Viewer, look_id: int, *, today: date) -> LookCard:
    """Raises NotAllowed, NotFound."""
    row = _with_tasks(access.looks(viewer).filter(pk=look_id)).first()
    if row is None:
        raise NotFound
    return _look(row, today)


def get_correction_look(viewer: Viewer, correction_id: int) -> int:
    """The look that a correction belongs to. Raises NotAllowed, NotFound."""
    row = access.corrections(viewer).filter(pk=correction_id).first()
    if row is None:
        raise NotFound
    return row.look_id


def find_look_of_task(viewer: Viewer, task_id: int) -> int | None:
    """The look that asked for this task, if the viewer sees it. Raises NotAllowed."""
    return access.corrections(viewer).filter(task=task_id).values_list("look", flat=True).first()


def to_draw_from(viewer: Viewer) -> list[Union]:
    """The active unions right below the viewer's, by code."""
    return [one for one in organizations.list_children(viewer.org_id) if one.is_active]


def list_evidence(kind: str, ids: Iterable[int]) -> dict[int, list[FileCard]]:
    """Of rows that the viewer was shown."""
    listed = list(ids)
    found = files.list_of_many(kind, map(str, listed))
    return {one: found.get(str(one), []) for one in listed}


def corrections_to_count(now: datetime) -> Iterator[Mapping[str, Any]]:
    """A correction at the union that has to make it, as its task says; its day is that on which it was asked. Late as of `now`."""
    today = localdate(now)
    for row in Correction.objects.select_related("look", "task").order_by("pk").iterator(2000):
        yield {
            "ref": f"rectification:{row.pk}", "day": localdate(row.asked_at), "union_id": row.look.org_id, "state": row.task.state,
            "is_late": tasks.was_late(row.task, today),
        }  # fmt: skip


def count_living_at(org_id: int) -> int:
    """Corrections that a union has still to make or have checked."""
    return Correction.objects.filter(look__org=org_id, task__state__in=LIVE).count()


def _cards(viewer: Viewer, rows: QuerySet[Round], today: date) -> list[RoundCard]:
    listed = list(rows)
    looks: dict[int, list[LookCard]] = {}
    seen = _with_tasks(access.looks(viewer).filter(round__in=[row.pk for row in listed]))
    for look in seen.order_by("org__code"):
        looks.setdefault(look.round_id, []).append(_look(look, today))
    return [
        RoundCard(
            row.pk, row.title, row.about, row.org_id, row.org.name, row.seed, len(row.population), row.made_at, looks.get(row.pk, [])
        )
        for row in listed
    ]  # fmt: skip


def _look(row: Look, today: date) -> LookCard:
    asked = tuple(_correction(one, today) for one in row.corrections.all())
    return LookCard(
        row.pk, row.round_id, row.org_id, row.org.name, row.note, Result(row.result) if row.result else None, asked
    )


def _correction(row: Correction, today: date) -> CorrectionCard:
    return CorrectionCard(row.pk, tasks.card_of(row.task, today), tasks.was_late(row.task, today))


def _with_tasks(looks: QuerySet[Look]) -> QuerySet[Look]:
    asked = Correction.objects.select_related("task__setter", "task__owner").order_by("pk")
    return looks.prefetch_related(Prefetch("corrections", asked))
