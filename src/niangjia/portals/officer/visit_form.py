"""The form of a visit as it stands on the page: what the register knows beside what the visitor says, in steps, and all that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from niangjia.apps.cases import forms
from niangjia.apps.cases import queries as case_queries
from niangjia.apps.cases.forms import MEMBER_COLUMNS, VISIT_FORM
from niangjia.apps.cases.types import CaseCard, DraftCard, Outcome, Outsider
from niangjia.apps.places import queries as places
from niangjia.apps.registry import queries as registry
from niangjia.apps.registry.types import MemberCard
from niangjia.kernel.months import Month
from niangjia.portals.design import words
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.tags import say
from niangjia.portals.officer import sheets
from niangjia.portals.officer.sheets import Cell

HEAD = ("visited_on", "way", "outsider_name", "outsider_post", "key", "outcome", "finding_reason")
STEPS = (
    ("go", gettext_lazy("何时、谁、怎样"), (), ()),
    ("agree", gettext_lazy("本人同意"), ("has_consent", "authorisation_no"), ()),
    ("family", gettext_lazy("家人和困难"), ("people", "members", "main_cause"), ("other_cause", "onset_date")),
    (
        "money",
        gettext_lazy("收入与支出（近 12 个月）"),
        ("income_items", "rigid_items"),
        ("other_aid", "property_note", "job_wish", "urgent_need"),
    ),
    ("signed", gettext_lazy("陈述、照片与签字"), ("statement", "is_signed", "worker_objects"), ()),
    ("found", gettext_lazy("意见与结论"), ("verifier_opinion",), ("suggested_tier", "suggested_help")),
)
_PLACES = {"visited_on": "v-on", "with": "v-with", "outsider_name": "v-out", "outcome": "v-outcome", "finding_reason": "v-why"}  # fmt: skip
_STEP_OF = {"visited_on": "go", "with": "go", "outsider_name": "go", "outcome": "found", "finding_reason": "found"}
_NEEDS_NO_REASON = ("", Outcome.V1, Outcome.V2, Outcome.V3)
RIGHT, WRONG, GONE = "RIGHT", "WRONG", "GONE"
SAYS = (
    (RIGHT, gettext_lazy("对")),
    (WRONG, gettext_lazy("不对")),
    (GONE, gettext_lazy("不在了")),
)
Problems = list[tuple[str, str, str]]


@dataclass
class Typed:
    """
    What stands in the form: `head` beside the sheet, `went` the colleagues ticked, `values` of the sheet, and by person of the
    register what the visitor says of them (`known`: ``says`` and columns of a member; empty where the page did not ask).
    """

    head: dict[str, str]
    went: list[int] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    known: dict[int, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, data: QueryDict) -> Typed:
        went = [account for each in data.getlist("with") if (account := whole(each))]
        known: dict[int, dict[str, str]] = {}
        for name in data:
            if found := re.fullmatch(r"known-(\d{1,15})-([a-z0-9_]+)", name):
                known.setdefault(int(found[1]), {})[found[2]] = data.get(name, "").strip()
        return cls({name: data.get(name, "").strip() for name in HEAD}, went, sheets.read(VISIT_FORM, data), known)

    @classmethod
    def fresh(cls, request: PageRequest, case: CaseCard, order_id: int, members: Sequence[MemberCard]) -> Typed:
        """The day is today; people and cause are the register's and the order's word until the visitor says otherwise."""
        key = case_queries.next_visit_key(request.viewer, order_id).hex
        head = dict.fromkeys(HEAD, "") | {"visited_on": timezone.localdate().isoformat(), "way": "HOME", "key": key}
        cause = next((each for each in case.causes if each in forms.CAUSES), "")
        values = {"people": len(members) or "", "main_cause": cause, "income_items": _earned(request, case)}
        return cls(head, [], values)

    @classmethod
    def drafted(cls, draft: DraftCard) -> Typed:
        data = QueryDict(mutable=True)
        for name, several in draft.values.items():
            data.setlist(name, several)
        data["key"] = draft.key.hex
        return cls.of(data)

    @property
    def day(self) -> date | None:
        try:
            return date.fromisoformat(self.head["visited_on"])
        except ValueError:
            return None

    @property
    def outsider(self) -> Outsider | None:
        name, post = self.head["outsider_name"], self.head["outsider_post"]
        return Outsider(name, post) if name or post else None

    def form(self) -> dict[str, Any]:
        """What `forms.read` takes: those of the register first, as the visitor found them."""
        said = [{"person": person} | {name: each for name, each in one.items() if each} for person, one in self.known.items()]  # fmt: skip
        values = {name: value for name, value in self.values.items() if value not in (None, "", [])}
        asked = {each.name for each in MEMBER_COLUMNS}
        typed = [{name: each for name, each in row.items() if each and name in asked} for row in values.get("members", [])]  # fmt: skip
        members = [one for one in said if one.get("says")] + typed
        return values | ({"members": members} if members else {})


def _earned(request: PageRequest, case: CaseCard) -> list[dict[str, str]]:
    """What places of the household brought it in the twelve months before this one, as rows of its income."""
    this = Month.of(timezone.localdate())
    earned = places.list_earned(request.viewer, case.household_id, since=this.plus(-12).first_day, until=this.first_day)
    return [
        {
            "item": _("%(place)s收益") % {"place": say(places.kind_of(one.kind).title)},
            "amount": f"{one.total}",
            "evidence": _("%(number)s 登记，%(first)s 至 %(last)s，%(months)s 个月")
            % {"number": one.number, "first": f"{one.first:%Y-%m}", "last": f"{one.last:%Y-%m}", "months": one.months},
        }
        for one in earned
    ]


def wrong_with(typed: Typed, photo_count: int) -> Problems:
    """Everything that keeps the visit from being handed in and can be said at a field: (name, zh, en), step by step."""
    said = [*_head_problems(typed, photo_count), *_known_problems(typed), *_sheet_problems(typed)]
    order = ["", *(id for id, *_others in STEPS)]
    return sorted(said, key=lambda one: order.index(_step_of(one[0])))


def _head_problems(typed: Typed, photo_count: int) -> Problems:
    said: Problems = []
    day, outsider = typed.day, typed.outsider
    if day is None:
        said.append(("visited_on", "请选走访日期", "Choose the day of the visit"))
    elif day > timezone.localdate():
        said.append(("visited_on", "走访日期在今天之后，请更正", "The day of the visit lies ahead; please correct it"))
    if outsider and not (outsider.name and outsider.post):
        said.append(("outsider_name", "外部同行人须写明姓名和身份，例如“王芳，社区网格员”", "A companion from outside needs a name and who they are, for example “Wang Fang, community worker”"))  # fmt: skip
    if not (typed.went or outsider or photo_count):
        said.append(("with", "须两人同行，或附现场照片：请选同行的同事、写外部同行人，或拍一张照片", "Two people go, or a photo is taken: choose a colleague, name a companion from outside, or take a photo"))  # fmt: skip
    if typed.head["outcome"] not in _NEEDS_NO_REASON and not typed.head["finding_reason"]:
        said.append(("finding_reason", "请写明理由：除属实、临界外都要说明", "Please give a reason: needed for any outcome but true or marginal hardship"))  # fmt: skip
    return said


def _known_problems(typed: Typed) -> Problems:
    said: Problems = []
    for person, one in typed.known.items():
        others = [value for name, value in one.items() if name != "says" and value]
        if one.get("says") not in (RIGHT, WRONG, GONE):
            said.append((f"known-{person}-says", "请选这位家人对、不对，还是不在了", "Say whether this member is right, wrong or no longer there"))  # fmt: skip
        elif one["says"] == WRONG and not others:
            said.append((f"known-{person}-says", "请在“改正或补充”里写明哪里不对", "Write what is wrong under “Correct or add”"))  # fmt: skip
    return said


def _sheet_problems(typed: Typed) -> Problems:
    """Rows of the register come before the typed ones in the form, not on the page."""
    values = typed.form()
    known = [int(one["person"]) for one in values.get("members", []) if "person" in one]
    try:
        forms.read(VISIT_FORM, values)
    except forms.FormIncomplete as refusal:
        return [(_on_page(name, known), zh, en) for name, zh, en in refusal.problems if name != "members" or not typed.known]  # fmt: skip
    return []


def _on_page(name: str, known: Sequence[int]) -> str:
    if not (found := re.fullmatch(r"members/(\d+)/(\w+)", name)):
        return name
    place = int(found[1])
    return f"known-{known[place]}-{found[2]}" if place < len(known) else f"members/{place - len(known)}/{found[2]}"


@dataclass
class KnownMember:
    """One of the register, masked, with the visitor's word beside it. `is_open`: there is something under “correct or add”."""

    card: MemberCard
    says: str
    cells: list[Cell]
    errors: list[str]

    @property
    def name(self) -> str:
        return f"known-{self.card.person.id}-says"

    @property
    def is_open(self) -> bool:
        return self.says == WRONG or any(one.is_needed for one in self.cells)


@dataclass
class Step:
    id: str
    title: Any
    cells: list[Cell]
    more: list[Cell]
    is_wrong: bool

    @property
    def is_more_open(self) -> bool:
        return any(one.is_needed for one in self.more)


def steps_of(found: dict[str, Cell], problems: Problems) -> list[Step]:
    wrong = {_step_of(name) for name, *_said in problems}
    return [
        Step(id, title, [found[name] for name in names], [found[name] for name in more], id in wrong)
        for id, title, names, more in STEPS
    ]


def _step_of(name: str) -> str:
    first = re.split(r"[/-]", name)[0]
    if first == "known":
        return "family"
    inside = (id for id, _title, names, more in STEPS if first in (*names, *more))
    return _STEP_OF.get(name) or next(inside, "")


def known_members(typed: Typed, members: Iterable[MemberCard], problems: Problems) -> list[KnownMember]:
    said = _by_name(problems)
    return [
        KnownMember(
            card,
            (one := typed.known.get(card.person.id, {})).get("says", ""),
            [
                Cell(each, name := f"known-{card.person.id}-{each.name}", one.get(each.name, ""), said.get(name, []))
                for each in MEMBER_COLUMNS
            ],
            said.get(f"known-{card.person.id}-says", []),
        )
        for card in members
    ]


def page_cells(typed: Typed, problems: Problems, *, more: str, case: CaseCard, size: int) -> dict[str, Cell]:
    """The sheet's cells by name; what was filled in beforehand says from where."""
    found = {cell.name: cell for cell in sheets.cells(VISIT_FORM, typed.values, problems, more=more)}
    asked = {each.name for each in MEMBER_COLUMNS}
    found["members"].rows = [[one for one in row if one.field.name in asked] for row in found["members"].rows]
    if size:
        found["people"].hint = _("登记为 %(n)s 人，请当面核对") % {"n": size}
    if case.causes:
        causes = "、".join(str(words.word("cause", each)[0]) for each in case.causes)
        found["main_cause"].hint = _("名单上的原因：%(causes)s，请当面核对") % {"causes": causes}
    return found


def links(problems: Problems, members: Sequence[MemberCard]) -> list[tuple[str, str, str]]:
    """Where each problem's field is on the page, whom it is about, and its words: for the list above the form."""
    names = {str(card.person.id): card.person.name for card in members}
    is_zh = (get_language() or "zh").startswith("zh")
    return [
        (
            _PLACES.get(name) or f"c-{name.replace('/', '-')}",
            names.get(name.split("-")[1], "") if name.startswith("known-") else "",
            zh if is_zh else en,
        )
        for name, zh, en in problems
        if name
    ]


def head_errors(problems: Problems) -> dict[str, str]:
    return {name: "；".join(said) for name, said in _by_name(problems).items() if name in _PLACES}


def _by_name(problems: Problems) -> dict[str, list[str]]:
    is_zh = (get_language() or "zh").startswith("zh")
    said: dict[str, list[str]] = {}
    for name, zh, en in problems:
        said.setdefault(name, []).append(zh if is_zh else en)
    return said


def told(values: dict[str, Any]) -> dict[str, Any]:
    """A visit's opened form to be read: whom the register knows by their masked name, and the visitor's word for them."""
    members = values.get("members") or []
    names = registry.masked_names(one["person"] for one in members if "person" in one)
    said = dict(SAYS)
    rows = [
        one if "person" not in one
        else {"name": _("登记的 %(name)s") % {"name": names.get(one["person"], "—")}} | {key: said.get(each, each) if key == "says" else each for key, each in one.items() if key != "person"}
        for one in members
    ]  # fmt: skip
    return values | {"members": rows}
