"""The audit chain in words: what was done, to which thing, and what an event's detail says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.audit.types import Event
from niangjia.apps.cases import queries as cases
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.workorders import queries as workorders
from niangjia.portals.design import words
from niangjia.portals.design.tags import area_name, purpose_word

_OWN_WORDS = {
    "cases": "case_action",
    "workorders": "order_action",
    "matters": "matter_act",
    "contests": "contest_action",
}
_PAGES = {
    "case": "officer:case", "workorder": "officer:order", "batch": "officer:batch", "matter": "officer:application",
    "household": "officer:household", "adjustment": "officer:adjustment", "place": "places:desk_place",
}  # fmt: skip
_STATES = {"cases": "case_state", "workorders": "order_state", "matters": "matter_state", "funds": "reservation"}
_KINDS = {
    "outcome": "outcome",
    "tier": "tier",
    "role": "role",
    "way": "visit_way",
    "what": "looked_at",
    "field": "looked_at",
}
_UNIONS = ("to_org", "told_org")
LONGEST = 2_000
"""Characters of one value that the chain's page prints: a search of conflicts keeps everything it found."""


def deed(action: str) -> str:
    """An action of the chain in words; one that nobody put into words is a change."""
    app, _dot, verb = action.partition(".")
    for kind, code in ((_OWN_WORDS.get(app, ""), verb.upper()), ("event", action), ("account_event", action)):
        if code in words.WORDS.get(kind, {}):
            return str(words.word(kind, code)[0])
    return _("作了改动")


class Shown:
    """Events with the numbers and names of what they speak of, found for all of them at once."""

    def __init__(self, events: Iterable[Event]) -> None:
        found = list(events)
        named = [event.object.partition(":") for event in found]
        ids = {
            kind: {int(number) for one, _colon, number in named if one == kind and number.isdigit()}
            for kind in ("case", "workorder")
        }
        self._numbers = {
            "case": cases.numbers_of(ids["case"]) if ids["case"] else {},
            "workorder": workorders.numbers_of(ids["workorder"]) if ids["workorder"] else {},
        }
        unions = {event.detail[name] for event in found for name in _UNIONS if isinstance(event.detail.get(name), int)}
        self._unions = organizations.get_unions(unions) if unions else {}
        people = {event.account_id for event in found} | {event.detail.get("acting_for") for event in found}
        people |= {event.detail.get("assignee") for event in found}
        self.names = accounts.names_of({one for one in people if isinstance(one, int)})

    def thing(self, event: Event) -> tuple[str, str, str]:
        """Its kind in words, its number, and the address of its page or empty."""
        kind, _colon, number = event.object.partition(":")
        label = str(words.word("thing", kind)[0]) if kind in words.WORDS["thing"] else kind
        is_whole = number.isdigit()
        said = self._numbers.get(kind, {}).get(int(number), "") if is_whole else ""
        own = str(event.detail.get("number", "")) if kind in ("batch", "matter", "place") else ""
        link = reverse(_PAGES[kind], args=[int(number)]) if kind in _PAGES and is_whole else ""
        return label, said or own or (number if is_whole else number[:24]), link

    def pairs(self, event: Event) -> list[tuple[str, str]]:
        """What its detail says for people: name and value, both in words."""
        return [
            (str(words.word("detail", name)[0]), said)
            for name in words.WORDS["detail"]
            if name in event.detail and (said := self._said(event, name, event.detail[name]))
        ]

    def _said(self, event: Event, name: str, value: Any) -> str:
        app = event.action.partition(".")[0]
        if isinstance(value, bool):
            return _("是") if value else _("否")
        if name in _UNIONS:
            union = self._unions.get(value)
            return union.name if union else ""
        if name == "purpose":
            return purpose_word(str(value))
        if name == "area":
            return area_name(str(value))
        if name == "number" and event.object.partition(":")[0] in ("workorder", "batch", "matter", "place"):
            return ""  # stands beside its kind already
        if name == "assignee":
            return self.names.get(value, "")
        if name in ("from", "to", "state") and app not in _STATES:
            return ""
        kind = _STATES[app] if name in ("from", "to", "state") else _KINDS.get(name, "")
        if kind:
            return str(words.word(kind, value)[0]) if value in words.WORDS[kind] else ""
        return "" if value in (None, "None") or isinstance(value, (Mapping, list)) else str(value)


def raw(event: Event) -> str:
    """Everything that was recorded, for machines."""
    said = " · ".join(f"{name}: {_short(value)}" for name, value in event.detail.items() if value is not None)
    return f"{event.action} · {event.object}" + (f" · {said}" if said else "")


def _short(value: object) -> str:
    said = str(value)
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
