"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate

from niangjia.apps.funds.models import FundRequest, Payment
from niangjia.apps.funds.types import PaymentState, RequestState

_CHUNK = 5_000


def payments(begun: Mapping[int, datetime]) -> Iterator[Mapping[str, Any]]:
    """
    A payment that reached its worker, of the union whose budget paid. `begun`: of each case, when its signal came; `days` from there to
    the money, null for money of anything else.
    """
    found = Payment.objects.filter(state=PaymentState.SETTLED)
    said = (
        "batch_id", "settled_at", "batch__budget__org_id", "person_id", "amount", "batch__budget__purpose", "reservation__program",
        "reservation__case_ref",
    )  # fmt: skip
    for batch, at, union, person, amount, purpose, program, ref in found.values_list(*said).iterator(_CHUNK):
        kind, _colon, rest = ref.partition(":")
        number = rest.partition(":")[0]
        since = begun.get(int(number)) if kind == "case" and number.isdigit() else None
        yield {
            "ref": f"batch:{batch}", "day": localdate(at), "union_id": union, "person": person, "amount": amount,
            "days": (localdate(at) - localdate(since)).days if since else None, "purpose": purpose, "program": program or None,
        }  # fmt: skip


def budgets() -> Iterator[Mapping[str, Any]]:
    """Money put into a budget; its day is the first of the budget's year, however late it was added."""
    found = FundRequest.objects.filter(state=RequestState.APPROVED, kind=FundRequest.Kind.ADD)
    said = ("budget_id", "budget__year", "budget__org_id", "amount", "budget__purpose")
    for budget, year, union, amount, purpose in found.values_list(*said).iterator(_CHUNK):
        yield {"ref": f"budget:{budget}", "day": date(year, 1, 1), "union_id": union, "amount": amount, "purpose": purpose}  # fmt: skip
