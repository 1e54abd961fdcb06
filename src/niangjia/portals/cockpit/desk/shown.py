"""What the pages of the desk share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.audit.types import Hand
from niangjia.apps.cases import queries as cases
from niangjia.apps.funds import queries as funds
from niangjia.apps.registry import queries as registry
from niangjia.kernel.months import Month
from niangjia.portals.design import words
from niangjia.portals.design.people import household_names
from niangjia.portals.design.program_pages import language_now
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.tags import purpose_word

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


@dataclass(frozen=True)
class Told:
    """What a row of a sample says to whoever looks at it: whom it is of, masked, its page, of which union's list or of which batch it is, how much, and why."""

    name: str
    url: str
    whose: str
    amount: Decimal | None = None
    why: tuple[str, ...] = ()


NOTHING = Told("", "", "")


def told_of(viewer: Viewer, refs: Iterable[str]) -> dict[str, Told]:
    """Of ``alert:3`` and ``payment:5`` in the viewer's part of the tree; what else is drawn has a page of its own."""
    ids: dict[str, set[int]] = {"alert": set(), "payment": set()}
    for ref in refs:
        kind, _colon, number = ref.partition(":")
        ids.setdefault(kind, set()).add(int(number))
    listed = alerts.find_alerts(viewer, ids["alert"]) if ids["alert"] else []
    homes = household_names({row.household_id for row in listed})
    found = {
        f"alert:{row.pk}": Told(
            homes[row.household_id].name if row.household_id in homes else "", reverse("officer:household", args=[row.household_id]), row.org.name,
            why=(str(words.word("alert_state", row.state)[0]), *(getattr(one, language_now()) for one in alerts.sentences(row))),
        )
        for row in listed
    }  # fmt: skip
    payments = funds.list_payments(viewer, ids["payment"]) if ids["payment"] else []
    names = registry.masked_names({one.person_id for one in payments})
    return found | {
        f"payment:{one.id}": Told(
            names.get(one.person_id, ""), reverse("officer:batch", args=[one.batch_id]), one.batch_number, amount=one.amount,
            why=(purpose_word(one.purpose),),
        )
        for one in payments
    }  # fmt: skip


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
