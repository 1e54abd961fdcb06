"""Trying a programme out: an officer types facts into a form made from the pack and reads the answer beside it. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import areas
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import published, queries
from niangjia.apps.programs.published import Published
from niangjia.engines import policy
from niangjia.engines.policy.pack import Cap
from niangjia.engines.policy.parameters import area_prefix, is_area
from niangjia.engines.policy.published import worked_example
from niangjia.engines.policy.vocabulary import Fact
from niangjia.kernel.money import typed_number, yuan
from niangjia.portals.design.finding import Choice, Unreadable, text_of, value_of
from niangjia.portals.design.pages import page
from niangjia.portals.design.program_pages import language_now
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show


@dataclass(frozen=True)
class Asked:
    """One control of the form; `name` is the fact or, with `is_cap`, the cap whose earlier use is asked."""

    name: str
    label: str
    hint: str
    unit: str
    kind: str  # choice date number
    typed: str
    choices: tuple[Choice, ...]
    wrong: str
    is_cap: bool = False


@page("programs.view", methods=("GET", "POST"))
def try_out(request: PageRequest, pack_id: int) -> HttpResponse:
    """GET: the form, empty or (``?example=1``) filled with the pack's worked example. POST: the same form and the answer beside it."""
    viewer: Viewer = request.viewer
    card = next((one for one in queries.list_packs(viewer) if one.id == pack_id), None)
    if card is None:
        raise Http404
    sent = request.POST
    asof = _day(sent.get("asof", "")) or timezone.localdate()
    home = organizations.get_union(viewer.org_id).area
    wanted = sent.get("area", "")
    inside = home if area_prefix(home).startswith(card.area) else card.area
    area = wanted if is_area(wanted) and area_prefix(wanted).startswith(card.area) else inside
    one = published.find_published(card.pack_id, area=area, asof=asof)
    if one is None or one.pack.area != card.area:
        raise Http404
    trial = _Trial(request, one, area, asof)
    context = {
        "card": card,
        "pack": one.pack,
        "asof": asof,
        "area": area,
        "area_name": areas.full_name_of(area),
        "missing_parameters": [one.pack.parameters[name] for name in one.missing],
        "asked": trial.asked,
        "caps": trial.caps,
        "has_example": worked_example(one.pack, one.overrides) is not None,
        "answer": trial.answer,
    }
    return show(request, "officer/try.html", context, status=422 if trial.is_wrong else 200)


class _Trial:
    def __init__(self, request: PageRequest, one: Published, area: str, asof: date) -> None:
        self.one = one
        self.wording = published.wording()
        self.language = language_now()
        self.sent = request.POST
        self.facts: dict[str, object] = {}
        self.used: dict[str, object] = {}
        self.is_wrong = False
        known = published.known_of_area(area=area, asof=asof)
        example = (
            worked_example(one.pack, one.overrides) if request.GET.get("example") and request.method == "GET" else None
        )
        given = dict(example.case.given) if example else {}
        start = {**known, **given} if request.method == "GET" else {}
        facts = one.pack.vocabulary.facts
        self.asked = [self._asked(facts[name], start.get(name)) for name in one.pack.facts]
        self.caps = [self._cap(cap) for cap in one.pack.caps]
        self.answer = (
            self._answer() if one.program and not self.is_wrong and (request.method == "POST" or example) else None
        )

    def _asked(self, fact: Fact, start: object) -> Asked:
        typed, wrong = self._typed(f"f-{fact.name}", start), ""
        if typed and fact.kind == "text" and not fact.values:
            self.facts[fact.name] = typed
        elif typed:
            try:
                typed = text_of(fact, typed)
                self.facts[fact.name] = value_of(fact, typed)
            except Unreadable as unreadable:
                wrong, self.is_wrong = str(unreadable), True
        kind = (
            "choice"
            if fact.kind == "boolean" or fact.values
            else fact.kind
            if fact.kind in ("date", "text")
            else "number"
        )
        return Asked(
            fact.name, fact.title[self.language], fact.name, self.wording.unit(fact).get(self.language, ""), kind, typed,
            self._choices(fact, typed), wrong,
        )  # fmt: skip

    def _cap(self, cap: Cap) -> Asked:
        """What earlier grants took of a cap: left empty, the caps are left out of the answer."""
        typed, wrong = self.sent.get(f"u-{cap.id}", "").strip(), ""
        if typed:
            try:
                self.used[cap.id] = int(typed) if cap.count is not None else value_of_yuan(typed)
            except (ValueError, ArithmeticError):
                wrong, self.is_wrong = _("请填一个数，例如 12000；不清楚就点“不知道”。"), True
        unit = _("次") if cap.count is not None else _("元")
        return Asked(cap.id, cap.say.get(self.language, cap.id), "", unit, "number", typed, (), wrong, is_cap=True)

    def _typed(self, name: str, start: object) -> str:
        if start is None:
            return str(self.sent.get(name, "")).strip()
        if isinstance(start, bool):
            return "yes" if start else "no"
        return start.isoformat() if isinstance(start, date) else str(start)

    def _choices(self, fact: Fact, typed: str) -> tuple[Choice, ...]:
        if fact.kind == "boolean":
            pairs = [("yes", _("是")), ("no", _("否"))]
        else:
            pairs = [(code, self.wording.value(fact.name, code, self.language)) for code in fact.values]
        return tuple(Choice(code, str(label), code == typed) for code, label in pairs)

    def _answer(self) -> policy.Explanation:
        assert self.one.program is not None
        return self.one.program.explain(self.facts, used=self.used or None, language=self.language)


def value_of_yuan(typed: str) -> object:
    return yuan(typed_number(typed))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
