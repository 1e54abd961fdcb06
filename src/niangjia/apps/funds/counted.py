"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.utils.timezone import localdate

from niangjia.apps.funds.models import FundRequest, GoodsGiven, Payment, Recovery
from niangjia.apps.funds.types import PaymentState, RequestState

_CHUNK = 5_000


def given(
    begun: Mapping[int, datetime], lines_of: Callable[[Sequence[str]], Mapping[str, Sequence[str]]]
) -> Iterator[Mapping[str, Any]]:
    """
    What reached workers, of the union whose budget paid: payments that arrived, goods handed over, and, below zero and of nobody, what
    came back. Their sum is that of `queries.totals`.

    `begun`: of each case, when its signal came; `days` from there to the money, null for money of anything else. `lines_of`: of what
    decided, which benefit lines it gave.
    """
    yield from _payments(begun, lines_of)
    yield from _goods()
    yield from _returned()


def _payments(
    begun: Mapping[int, datetime], lines_of: Callable[[Sequence[str]], Mapping[str, Sequence[str]]]
) -> Iterator[Mapping[str, Any]]:
    found = Payment.objects.filter(state=PaymentState.SETTLED)
    said = (
        "batch_id", "settled_at", "batch__budget__org_id", "person_id", "amount", "batch__budget__purpose", "reservation__program",
        "reservation__case_ref", "reservation__decision_ref",
    )  # fmt: skip
    left = found.values_list(*said).iterator(_CHUNK)
    while some := list(islice(left, _CHUNK)):
        lines = lines_of([row[-1] for row in some])
        for batch, at, union, person, amount, purpose, program, ref, decision in some:
            kind, _colon, rest = ref.partition(":")
            number = rest.partition(":")[0]
            since = begun.get(int(number)) if kind == "case" and number.isdigit() else None
            yield {
                "ref": f"batch:{batch}", "day": localdate(at), "union_id": union, "person": person, "amount": amount,
                "days": (localdate(at) - localdate(since)).days if since else None, "purpose": purpose, "program": program or None,
                "form": "MONEY", "line": list(lines.get(decision, ())),
            }  # fmt: skip


def _goods() -> Iterator[Mapping[str, Any]]:
    said = ("item__budget_id", "given_at", "item__budget__org_id", "person_id", "amount", "item__budget__purpose")
    for budget, at, union, person, amount, purpose in GoodsGiven.objects.values_list(*said).iterator(_CHUNK):
        yield {
            "ref": f"budget:{budget}", "day": localdate(at), "union_id": union, "person": person, "amount": amount, "purpose": purpose,
            "form": "GOODS",
        }  # fmt: skip


def _returned() -> Iterator[Mapping[str, Any]]:
    said = (
        "reservation__budget_id", "received_at", "reservation__budget__org_id", "amount", "reservation__budget__purpose",
        "reservation__program",
    )  # fmt: skip
    for budget, at, union, amount, purpose, program in Recovery.objects.values_list(*said).iterator(_CHUNK):
        yield {
            "ref": f"budget:{budget}", "day": localdate(at), "union_id": union, "amount": -amount, "purpose": purpose,
            "program": program or None, "form": "RETURNED",
        }  # fmt: skip


def budgets() -> Iterator[Mapping[str, Any]]:
    """Money put into a budget; its day is the first of the budget's year, however late it was added."""
    found = FundRequest.objects.filter(state=RequestState.APPROVED, kind=FundRequest.Kind.ADD)
    said = ("budget_id", "budget__year", "budget__org_id", "amount", "budget__purpose")
    for budget, year, union, amount, purpose in found.values_list(*said).iterator(_CHUNK):
        yield {"ref": f"budget:{budget}", "day": date(year, 1, 1), "union_id": union, "amount": amount, "purpose": purpose}  # fmt: skip
