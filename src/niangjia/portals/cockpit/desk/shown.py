"""What the pages of the desk share."""

from __future__ import annotations

from collections import defaultdict
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
from niangjia.apps.matters import queries as matters
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


def thing(ref: str, numbers: Mapping[str, str]) -> dict[str, str]:
    """A matter or row in words, with the address of its page and of its chain of hands, each empty where there is none."""
    kind, _colon, number = ref.partition(":")
    label = str(words.word("thing", kind)[0]) if kind in words.WORDS["thing"] else kind
    url = reverse(_PAGES[kind], args=[int(number)]) if kind in _PAGES else ""
    chain = f"{reverse('auditing:hands')}?of={ref}" if kind in ("case", "matter", "payment") else ""
    return {"ref": ref, "label": label, "number": numbers.get(ref, number), "url": url, "chain": chain}


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
    """Of ``alert:3``, ``payment:5``, ``case:7`` and ``matter:9`` in the viewer's part of the tree; what else is drawn has a page of its own."""
    ids = _by_kind(refs)
    listed = alerts.find_alerts(viewer, ids["alert"]) if ids["alert"] else []
    homes = household_names({row.household_id for row in listed})
    found = {
        f"alert:{row.pk}": Told(
            homes[row.household_id].name if row.household_id in homes else "", reverse("officer:household", args=[row.household_id]), row.org.name,
            why=(str(words.word("alert_state", row.state)[0]), *(getattr(one, language_now()) for one in alerts.sentences(row))),
        )
        for row in listed
    }  # fmt: skip
    found |= _cases_told(viewer, ids["case"]) if ids["case"] else {}
    found |= _matters_told(viewer, ids["matter"]) if ids["matter"] else {}
    payments = funds.list_payments(viewer, ids["payment"]) if ids["payment"] else []
    names = registry.masked_names({one.person_id for one in payments})
    return found | {
        f"payment:{one.id}": Told(
            names.get(one.person_id, ""), reverse("officer:batch", args=[one.batch_id]), one.batch_number, amount=one.amount,
            why=(purpose_word(one.purpose),),
        )
        for one in payments
    }  # fmt: skip


def _cases_told(viewer: Viewer, case_ids: set[int]) -> dict[str, Told]:
    rows = cases.list_cases(viewer, cases.CaseFilter()).filter(pk__in=case_ids).select_related("org")
    homes = household_names({row.household_id for row in rows})
    return {
        f"case:{row.pk}": Told(
            homes[row.household_id].name if row.household_id in homes else "", reverse(_PAGES["case"], args=[row.pk]), row.org.name,
            why=tuple(filter(None, (row.outcome and str(words.word("outcome", row.outcome)[0]), str(row.get_close_reason_display())))),
        )
        for row in rows
    }  # fmt: skip


def _matters_told(viewer: Viewer, matter_ids: set[int]) -> dict[str, Told]:
    cards = matters.list_some(viewer, matter_ids)
    names = registry.masked_names({card.person_id for card in cards if card.person_id})
    return {
        f"matter:{card.id}": Told(
            names.get(card.person_id or 0, ""), reverse(_PAGES["matter"], args=[card.id]), card.org_name,
            why=(getattr(card, f"title_{language_now()}"), str(words.word("matter_state", card.state)[0])),
        )
        for card in cards
    }  # fmt: skip


def _by_kind(refs: Iterable[str]) -> dict[str, set[int]]:
    ids: dict[str, set[int]] = defaultdict(set)
    for ref in refs:
        kind, _colon, number = ref.partition(":")
        ids[kind].add(int(number))
    return ids


def numbers_in(refs: Iterable[str]) -> dict[str, str]:
    """Of cases and matters, as people know them."""
    ids = _by_kind(ref for ref in refs if ref.startswith(("case:", "matter:")))
    of_cases = cases.numbers_of(ids["case"]) if ids["case"] else {}
    of_matters = matters.numbers_of(ids["matter"]) if ids["matter"] else {}
    return {
        **{f"case:{pk}": number for pk, number in of_cases.items()},
        **{f"matter:{pk}": number for pk, number in of_matters.items()},
    }


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
