"""What the pages of the desk share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.audit.types import Hand
from niangjia.apps.cases import queries as cases
from niangjia.kernel.months import Month
from niangjia.portals.design import words
from niangjia.portals.design.requests import PageRequest

_PAGES = {"case": "officer:case", "matter": "officer:application", "batch": "officer:batch"}


def months() -> tuple[str, ...]:
    return alerts.months_worked(timezone.localdate())


def month_of(request: PageRequest) -> Month:
    """The month that was asked for; else the last one but this, in which most was done."""
    known = months()
    said = request.POST.get("month") or request.GET.get("month", "")
    return Month(said if said in known else known[min(1, len(known) - 1)])


def thing(ref: str, numbers: dict[int, str] | None = None) -> dict[str, str]:
    """A matter or row in words, with the address of its page and of its chain of hands, each empty where there is none."""
    kind, _colon, number = ref.partition(":")
    label = str(words.word("thing", kind)[0]) if kind in words.WORDS["thing"] else kind
    named = (numbers or {}).get(int(number)) if kind == "case" else None
    url = reverse(_PAGES[kind], args=[int(number)]) if kind in _PAGES else ""
    chain = f"{reverse('auditing:hands')}?of={ref}" if kind in ("case", "matter", "payment") else ""
    return {"ref": ref, "label": label, "number": named or number, "url": url, "chain": chain}


def numbers_in(refs: Iterable[str]) -> dict[int, str]:
    return cases.numbers_of(int(ref[5:]) for ref in refs if ref.startswith("case:"))


def hand_lines(hands: Iterable[Hand], names: Mapping[int, str] | None = None) -> list[dict[str, Any]]:
    """`names` of the accounts, where the page has found them already."""
    found = list(hands)
    if names is None:
        people = {hand.account_id for hand in found} | {hand.for_account_id for hand in found}
        names = accounts.names_of({one for one in people if one is not None})
    return [
        {
            "step": str(words.word("hand", hand.step)[0]), "at": hand.at, "name": names.get(hand.account_id or 0, ""),
            "absent": names.get(hand.for_account_id or 0, ""), "account_id": hand.account_id,
        }
        for hand in found
    ]  # fmt: skip
