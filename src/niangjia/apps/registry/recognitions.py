"""The register of honours and skill levels: what a person was given, by whom, on which day, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.registry.models import Recognition
from niangjia.apps.registry.types import RecognitionCard, RecognitionFacts, RecognitionKind

SKILL_LEVELS: Sequence[str] = (
    "apprentice", "junior", "intermediate", "senior", "technician", "senior_technician", "special_technician", "chief_technician",
)  # fmt: skip
"""Lowest first; the vocabulary's `skill_level` has the same codes."""


def enter_recognitions(*, viewer: Viewer, rows: Iterable[RecognitionFacts], now: datetime) -> int:
    """
    Enter what was given; return how many were new. The caller has the right to give it. Safe to repeat: one `ref` is entered once.
    """
    told = list(rows)
    with transaction.atomic():
        standing = set(
            Recognition.objects.filter(ref__in=[one.ref for one in told]).values_list("person_id", "kind", "ref")
        )
        fresh = [one for one in told if (one.person_id, one.kind, one.ref) not in standing]
        Recognition.objects.bulk_create(
            Recognition(
                person_id=one.person_id, kind=one.kind, code=one.code, title=one.title, given_on=one.given_on, org_id=one.org_id, ref=one.ref,
                entered_at=now,
            )
            for one in fresh
        )  # fmt: skip
        if fresh:
            kinds = sorted({one.kind.value for one in fresh})
            detail = {"count": len(fresh), "kinds": kinds}
            audit.record(viewer, action="registry.recognise", object=f"union:{fresh[0].org_id}", detail=detail, now=now)
    return len(fresh)


def list_recognitions(person_ids: Iterable[int]) -> dict[int, list[RecognitionCard]]:
    """By person, newest first; no scope: for pages and packs whose caller has bounded the persons."""
    found: dict[int, list[RecognitionCard]] = {}
    rows = Recognition.objects.filter(person_id__in=set(person_ids)).select_related("org").order_by("-given_on", "-pk")
    for row in rows:
        kind = RecognitionKind(row.kind)
        card = RecognitionCard(kind, row.code, row.title, row.given_on, row.org.name, row.ref)
        found.setdefault(row.person_id, []).append(card)
    return found


def highest_skill(person_id: int, *, asof: date) -> RecognitionCard | None:
    """The highest skill level held that day, of equal ones the first given; None: no certificate is on record."""
    return highest_skills([person_id], asof=asof).get(person_id)


def highest_skills(person_ids: Iterable[int], *, asof: date) -> dict[int, RecognitionCard]:
    """The same of several, by person; who has no certificate is left out. No scope."""
    found = {}
    for person_id, held in list_recognitions(person_ids).items():
        levels = [one for one in held if one.kind is RecognitionKind.SKILL and one.given_on <= asof]
        if levels:
            found[person_id] = max(levels, key=lambda one: (SKILL_LEVELS.index(one.code), -one.given_on.toordinal()))
    return found
