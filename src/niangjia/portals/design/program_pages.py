"""A programme's description as a template takes it: sentences as markup, the worked example decided, the chart drawn.

The public portal and `niangjia programs page` show the same thing through here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from niangjia.apps.organizations import areas
from niangjia.engines.policy import explain
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Overrides
from niangjia.engines.policy.published import Description, Language, Wording, describe, worked_example
from niangjia.engines.policy.published.described import Benefit, Dated, Statement, Step
from niangjia.engines.policy.published.wording import plain
from niangjia.portals.design.marks import bracketed
from niangjia.portals.design.stage_chart import stage_chart


@dataclass(frozen=True)
class Told:
    """A sentence as markup with its clause, which is a citation and stays in the paper's own language."""

    html: SafeString
    clause: str


@dataclass(frozen=True)
class Paid:
    """One line of the amount table. `amount` is words: exactly, at most, or by one's own figures. `tag`: what it is if not money."""

    title: str
    told: Told
    amount: str
    tag: str


@dataclass(frozen=True)
class TierTold:
    title: str
    told: Told
    paid: tuple[Paid, ...]


@dataclass(frozen=True)
class ExampleTold:
    """`facts` as (title, value); `nothing`: titles of what is zero or no. `invented`: numbers that hold for the example alone."""

    day: date
    facts: tuple[tuple[str, str], ...]
    lines: tuple[explain.LineStep, ...]
    amount: Decimal
    tier: str
    nothing: str
    invented: str
    is_reduced: bool


class BringTold(NamedTuple):
    paper: str
    proves: str
    is_required: bool


class WayTold(NamedTuple):
    outcomes: str
    target: int


class StepTold(NamedTuple):
    step: Step
    ways: tuple[WayTold, ...]


@dataclass(frozen=True)
class ProgramPage:
    """Everything a page about one programme shows; `said` is what the engine says of the pack."""

    said: Description
    who: tuple[Told, ...]
    tiers: tuple[TierTold, ...]
    paid: tuple[Paid, ...]
    caps: tuple[Told, ...]
    approvals: tuple[Told, ...]
    signs: tuple[tuple[str, tuple[Told, ...]], ...]
    bring: tuple[BringTold, ...]
    steps: tuple[StepTold, ...]
    untimed: str
    notice_shows: str
    chart: SafeString
    example: ExampleTold | None
    amount: str
    topic: str

    @property
    def pack(self) -> Pack:
        return self.said.pack

    @property
    def path(self) -> str:
        """Where it stands on the site: its area and id."""
        return f"{self.pack.area}/{self.pack.id}"

    @property
    def changed(self) -> tuple[tuple[str, tuple[Dated, ...]], ...]:
        """Numbers that have more than one value by date or place."""
        return tuple((one.title, one.versions) for one in self.said.numbers if len(one.versions) > 1)


def address_of(pack: Pack, area: str = "") -> str:
    """Its page, with the numbers of `area` where that lies inside the programme's own."""
    address = reverse("public:program", args=[pack.area, pack.id])
    return f"{address}?area={area}" if len(area) > len(pack.area) and area.startswith(pack.area) else address


class Listed(NamedTuple):
    """A programme in a list, and where its page is."""

    page: ProgramPage
    href: str


def by_place(listed: Iterable[Listed]) -> list[tuple[str, list[Listed]]]:
    """(place, programmes): the province, its cities and counties in order of code, then what belongs to none of them."""
    groups: dict[str, list[Listed]] = {}
    ours: dict[str, bool] = {}
    for one in sorted(listed, key=lambda one: (one.page.said.title, one.href)):
        code = one.page.pack.area
        name = areas.full_name_of(code)
        is_known = name != code or not code
        place = name if is_known and code else _("全部地区") if is_known else _("外地示例")
        groups.setdefault(place, []).append(one)
        ours[place] = is_known
    return sorted(groups.items(), key=lambda group: (not ours[group[0]], min(one.page.pack.area for one in group[1])))


def language_now() -> Language:
    return "en" if (get_language() or "zh").startswith("en") else "zh"


def program_page(
    pack: Pack,
    *,
    area: str,
    asof: date,
    wording: Wording,
    overrides: Overrides | None = None,
    known: Mapping[str, object] | None = None,
    with_example: bool = True,
) -> ProgramPage:
    """The page in the language that is active."""
    language = language_now()
    said = describe(
        pack, area=area, asof=asof, language=language, wording=wording, overrides=overrides, known=known
    )  # fmt: skip
    topic = wording.topic(pack)
    return ProgramPage(
        said=said,
        who=_told(said.who),
        tiers=tuple(TierTold(tier.title, told(tier.statement), _paid(tier.benefits)) for tier in said.tiers),
        paid=_paid(said.benefits),
        caps=_told(said.caps),
        approvals=_told(said.approvals),
        signs=tuple((cause, _told(statements)) for cause, statements in said.signs),
        bring=tuple(BringTold(one.paper, listed(one.proves), one.is_required) for one in said.bring),
        steps=tuple(
            StepTold(step, tuple(WayTold(listed(way.outcomes), way.target) for way in step.ways)) for step in said.steps
        ),
        untimed=listed(said.untimed),
        notice_shows=listed(said.notice_shows),
        chart=mark_safe(stage_chart(said.steps, language)),
        example=_example(pack, wording, overrides, language) if with_example else None,
        amount=amount_in_words(said),
        topic=next((one.title[language] for one in wording.topics if one.id == topic), ""),
    )


def listed(texts: Iterable[str]) -> str:
    """Several things in a row, as the page's language puts them."""
    return ("、" if language_now() == "zh" else ", ").join(texts)


def told(statement: Statement) -> Told:
    return Told(sentence(statement), statement.clause)


def sentence(statement: Statement) -> SafeString:
    """The pack's sentence: its numbers stand out, the reader's own stand by name."""
    return format_html_join("", "{}", ((_piece(piece.kind, piece.text),) for piece in statement.pieces))


def _piece(kind: str, text: str) -> SafeString | str:
    match kind:
        case "number":
            return format_html('<b class="p-num">{}</b>', text)
        case "blank":
            return format_html('<span class="p-blank">{}</span>', text)
        case "open":
            return format_html(
                '<span class="p-open" title="{}">{}<span class="visually-hidden">{}</span></span>',
                text,
                _("本地未定"),
                bracketed(text),
            )
    return text


def amount_in_words(said: Description) -> str:
    """How much, in one short phrase; empty for a programme that pays nothing itself."""
    if not said.benefits:
        return ""
    if tags := dict.fromkeys(tag(one.kind) for one in said.benefits if one.kind not in ("money", "goods")):
        # No sum of payments: what is waived, deferred or owed is told as that.
        words = list(tags) + ([_("另有补助")] if any(one.kind in ("money", "goods") for one in said.benefits) else [])
        return _("%(kinds)s，按各人情况计算") % {"kinds": listed(words)}
    if said.exact is not None:
        return _("%(sum)s 元") % {"sum": plain(said.exact, "money")} if said.exact else ""
    if said.most is not None:
        return _("最多 %(sum)s 元") % {"sum": plain(said.most, "money")}
    return _("按各人情况计算")


def _told(statements: Sequence[Statement]) -> tuple[Told, ...]:
    return tuple(told(one) for one in statements)


def _paid(benefits: Sequence[Benefit]) -> tuple[Paid, ...]:
    return tuple(Paid(one.title, told(one.statement), _amount(one), tag(one.kind)) for one in benefits)


def tag(kind: str) -> str:
    """What a line is, where it is no payment; empty for money."""
    tags = {"goods": _("实物"), "waived": _("免缴"), "deferred": _("缓缴"), "owed": _("应缴")}
    return tags.get(kind, "")


def _amount(one: Benefit) -> str:
    if one.amount is not None:
        return _("%(sum)s 元") % {"sum": plain(one.amount, "money")}
    if one.ceiling is not None:
        return _("最多 %(sum)s 元") % {"sum": plain(one.ceiling, "money")}
    return _("按各人情况")


def _example(pack: Pack, wording: Wording, overrides: Overrides | None, language: Language) -> ExampleTold | None:
    found = worked_example(pack, overrides)
    if found is None or found.decision.amount is None or not found.decision.lines:
        return None
    case, facts = found.case, pack.vocabulary.facts
    said = found.program.explain(case.given, used=case.used, language=language)
    asked = [name for name in pack.facts if case.given.get(name) is not None]
    telling = [name for name in asked if case.given[name]]
    idle = [name for name in asked if not case.given[name]]
    whole = sum((amount for _line, amount in found.decision.lines), Decimal(0))
    return ExampleTold(
        day=case.asof,
        facts=tuple(
            (facts[name].title[language], wording.shown(facts[name], case.given[name], language)) for name in telling
        ),
        nothing=listed(facts[name].title[language] for name in idle),
        lines=said.lines,
        amount=found.decision.amount,
        tier=next((tier.title[language] for tier in pack.tiers if tier.id == found.decision.tier), ""),
        invented=listed(
            pack.parameters[name].say.get(language) or _fallback(pack, name, language) for name in found.invented
        ),
        is_reduced=found.decision.amount < whole,
    )


def _fallback(pack: Pack, name: str, language: Language) -> str:
    return pack.parameters[name].clause if language == "zh" else name.replace("_", " ")
