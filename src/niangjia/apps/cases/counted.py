"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from niangjia.apps.alerts import queries as alerts
from niangjia.apps.cases.models import Case, Entitlement, Finding, SpotCheck, Visit
from niangjia.apps.cases.spot_checks import comparable
from niangjia.apps.cases.types import SEEING, CaseKind, Channel, EntitlementState
from niangjia.apps.registry import queries as registry

_CHUNK = 5_000
REPORTED = "T-MAN-1"
"""The trigger of what a union reported itself (the feed `canvass`)."""


def cases() -> Iterator[Mapping[str, Any]]:
    """
    A matter of hardship; its day is that of its opening. `is_unsensed`: people found it and sensing did not: it came by canvass, or the one
    reason why it is on the list is that it was reported.
    """
    found = Case.objects.filter(kind=CaseKind.HARDSHIP)
    said = (
        "pk",
        "opened_at",
        "org_id",
        "household_id",
        "person_id",
        "channel",
        "state",
        "grade",
        "outcome",
        "alert__triggers",
    )
    for number, at, union, household, person, channel, state, grade, outcome, triggers in found.values_list(
        *said
    ).iterator(_CHUNK):
        yield {
            "ref": f"case:{number}", "day": localdate(at), "union_id": union, "household": household, "person": person, "channel": channel,
            "state": state, "grade": grade or None, "outcome": outcome or None,
            "is_unsensed": channel == Channel.CANVASS or alerts.split(triggers or "") == (REPORTED,),
        }  # fmt: skip


def visits() -> Iterator[Mapping[str, Any]]:
    """A visit that saw somebody."""
    found = Visit.objects.filter(way__in=SEEING)
    said = ("case_id", "visited_on", "case__org_id", "case__household_id", "case__person_id", "way")
    marks = registry.marks_to_count()
    for case, day, union, household, person, way in found.values_list(*said).iterator(_CHUNK):
        _sex, group = marks.get(person or 0, ("", ""))
        yield {
            "ref": f"case:{case}", "day": day, "union_id": union, "household": household, "person": person, "way": way, "group": group or None,
        }  # fmt: skip


def verifications() -> Iterator[Mapping[str, Any]]:
    """
    A finding that was accepted and says something of hardship; its day is that of the acceptance, `days` since the matter was opened.
    Triggers are those that put the household on the list.
    """
    found = Finding.objects.filter(is_accepted=True, case__kind=CaseKind.HARDSHIP, outcome__in=comparable())
    said = (
        "case_id", "judged_at", "case__opened_at", "case__org_id", "case__household_id", "person_id", "case__person_id", "outcome",
        "case__channel", "case__grade", "case__causes", "case__alert__triggers",
    )  # fmt: skip
    marks = registry.marks_to_count()
    for case, at, opened, union, household, own, other, outcome, channel, grade, causes, triggers in found.values_list(
        *said
    ).iterator(_CHUNK):
        person = own or other
        sex, group = marks.get(person, ("", ""))
        yield {
            "ref": f"case:{case}", "day": localdate(at), "union_id": union, "household": household, "person": person,
            "days": (localdate(at) - localdate(opened)).days, "outcome": outcome, "channel": channel, "grade": grade or None,
            "cause": alerts.split(causes), "trigger": alerts.split(triggers or ""), "sex": sex or None, "group": group or ("other" if person else None),
        }  # fmt: skip


def spot_checks() -> Iterator[Mapping[str, Any]]:
    """A random re-check that was compared with the first finding."""
    found = SpotCheck.objects.exclude(result="")
    said = ("pk", "second__submitted_at", "finding__case__org_id", "finding__case__household_id", "result")
    for number, at, union, household, result in found.values_list(*said).iterator(_CHUNK):
        yield {
            "ref": f"check:{number}",
            "day": localdate(at),
            "union_id": union,
            "household": household,
            "result": result,
        }


def grants() -> Iterator[Mapping[str, Any]]:
    """A benefit of a case that was granted; its day is that of the grant."""
    found = Entitlement.objects.exclude(state=EntitlementState.CANCELLED).order_by("pk")
    said = ("case_id", "granted_at", "case__org_id", "person_id", "household_id", "program", "amount")
    for case, at, union, person, household, program, amount in found.values_list(*said).iterator(_CHUNK):
        yield {
            "ref": f"case:{case}", "day": localdate(at), "union_id": union, "person": person, "household": household, "amount": amount,
            "program": program,
        }  # fmt: skip


def signals_at() -> dict[int, datetime]:
    """Of each case that sensing opened: when."""
    return dict(Case.objects.filter(channel=Channel.SENSING).values_list("pk", "opened_at"))
