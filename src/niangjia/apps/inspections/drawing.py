"""What a sample is drawn from, and the draw: anybody who has the seed and the rows can make it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, time

from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.alerts.types import AlertFilter
from niangjia.apps.cases import queries as cases
from niangjia.apps.funds import queries as funds
from niangjia.apps.inspections.types import SampleKind
from niangjia.apps.matters import queries as matters
from niangjia.kernel.months import Month


def span_of(month: Month) -> tuple[datetime, datetime]:
    """From the month's first moment up to, not including, the next one's."""
    first, after = (timezone.make_aware(datetime.combine(one.first_day, time.min)) for one in (month, month.next()))
    return first, after


def population(viewer: Viewer, kind: SampleKind, month: Month) -> dict[str, str]:
    """By row (``payment:12``), the fingerprint of what it says now; of the viewer's part of the tree. Raises NotAllowed."""
    since, until = span_of(month)
    if kind is SampleKind.SUPPRESSED:
        rows = alerts.list_alerts(viewer, AlertFilter(month=month, suppressed=True))
        said = rows.values_list(
            "pk", "household_id", "state", "grade", "suppress_code", "triggers", "causes", "I5", "M4"
        )
        return {f"alert:{row[0]}": _mark(row) for row in said}
    if kind is SampleKind.PAYMENTS:
        paid = funds.hands.list_paid_in(viewer, since=since, until=until)
        rows_paid = paid.values_list("pk", "reference", "amount", "person_id", "account_mark", "state", "batch_id")
        return {f"payment:{row[0]}": _mark(row) for row in rows_paid}
    refused = cases.hands.list_refused(viewer, since=since, until=until)
    found = {
        f"case:{row[0]}": _mark(row)
        for row in refused.values_list(
            "pk", "household_id", "outcome", "close_reason", "verified_by_id", "reviewed_by_id"
        )
    }
    said_no = matters.hands.list_refused(viewer, since=since, until=until)
    return found | {
        f"matter:{row[0]}": _mark(row)
        for row in said_no.values_list("pk", "person_id", "program", "state", "step", "decision_id")
    }


def _mark(row: Iterable[object]) -> str:
    return hashlib.sha256("\x1f".join("" if one is None else str(one) for one in row).encode()).hexdigest()[:32]


def hash_of(rows: dict[str, str]) -> str:
    """
    Over every row with its fingerprint, by name.

    >>> hash_of({"case:2": "b", "case:1": "a"}) == hash_of({"case:1": "a", "case:2": "b"})
    True
    """
    return hashlib.sha256("\n".join(f"{ref} {mark}" for ref, mark in sorted(rows.items())).encode()).hexdigest()


def draw(seed: str, refs: Iterable[str], size: int) -> list[str]:
    """
    Those whose SHA-256 of seed and name is lowest, lowest first.

    >>> draw("abcd", ["case:1", "case:2", "case:3"], 2) == draw("abcd", ["case:3", "case:2", "case:1"], 2)
    True
    """
    return sorted(refs, key=lambda ref: hashlib.sha256(f"{seed} {ref}".encode()).hexdigest())[:size]
