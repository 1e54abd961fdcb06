"""Programmes in force, as the public pages say them: who, how much, what to bring, who decides by when, by which clause."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import Http404
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from niangjia.apps.accounts.types import Scope
from niangjia.apps.organizations import areas
from niangjia.apps.programs import published
from niangjia.apps.programs.published import Published
from niangjia.engines.policy.published import Description, Language, describe
from niangjia.engines.policy.published.described import Statement
from niangjia.portals.api.doors import ApiRequest, reads
from niangjia.portals.api.problems import Wrong, at
from niangjia.portals.api.shapes import AreaText, Both, Yuan

router = Router(tags=["programs"])

ProgramId = Annotated[
    str,
    Field(
        max_length=80,
        pattern=r"^[a-z0-9][a-z0-9-]*$",
        description="项目代号 · the programme's id",
        examples=["special-grant"],
    ),
]


class ProgramRow(Schema):
    """`is_in_force`: it decides here now. False: an example, or `missing` names numbers that nobody has set for its area yet."""

    id: str
    area: str = Field(description="区划代码，空＝通用 · a division code, empty = everywhere")
    place: str
    title: Both
    issuer: str
    unit: str
    text_hash: str
    active_from: date | None
    is_in_force: bool
    missing: list[str]


class Programs(Schema):
    items: list[ProgramRow]


class Sentence(Schema):
    """One sentence; a blank of the reader's own stands as ____. The clause is a citation and stays in the paper's language."""

    id: str
    text: str
    clause: str


class Pays(Schema):
    """`amount`: everybody gets the same; `ceiling`: the most; both null: it depends on the reader. `kind`: money, goods, or a due."""

    line: str
    title: str
    sentence: Sentence
    kind: str
    amount: Yuan | None
    ceiling: Yuan | None


class Tier(Schema):
    id: str
    title: str
    sentence: Sentence
    pays: list[Pays]


class ToBring(Schema):
    paper: str
    proves: list[str]
    is_required: bool


class Stage(Schema):
    """
    `working_days`, `days` (of the calendar) null: the paper sets none. `due`: the field that names the day from which `days` count, or the
    last day; empty: none.
    """

    number: int
    title: str
    who: str
    working_days: int | None
    days: int | None
    due: str
    needs_second_person: bool


class Since(Schema):
    since: date
    value: str
    area: str
    is_current: bool


class Number(Schema):
    """A number of the rules by date, the latest first. `current` null: nobody has set it here."""

    name: str
    title: str
    unit: str
    clause: str
    current: str | None
    versions: list[Since]


class Program(ProgramRow):
    """The programme in one language."""

    language: Literal["zh", "en"]
    asof: date
    entry: str
    who: list[Sentence]
    tiers: list[Tier]
    pays: list[Pays]
    caps: list[Sentence]
    approvals: list[Sentence]
    bring: list[ToBring]
    stages: list[Stage]
    notice_days: int | None
    fund: str
    numbers: list[Number]


class ProgramAsked(Schema):
    area: AreaText | None = Field(
        None, description="在项目地区之内的一处，用那里的数 · a place inside its area, whose numbers are used"
    )
    language: Literal["zh", "en"] = Field("zh", description="用哪种语言说 · in which language")


class ProgramsAsked(Schema):
    area: AreaText | None = Field(None, description="只要在此地执行的 · only what holds in this place")


def _row(one: Published) -> dict[str, Any]:
    pack = one.pack
    return {
        "id": pack.id,
        "area": pack.area,
        "place": areas.full_name_of(pack.area),
        "title": {"zh": pack.title["zh"], "en": pack.title["en"]},
        "issuer": pack.issuer,
        "unit": pack.unit,
        "text_hash": one.card.content_hash,
        "active_from": one.card.active_from,
        "is_in_force": one.program is not None and pack.status != "example",
        "missing": list(one.missing),
    }


@reads(
    router,
    "/programs",
    Programs,
    scope=Scope.PROGRAMS_READ,
    right="programs.view",
    summary="项目列表 · List programmes",
)
def list_programs(request: ApiRequest, asked: Query[ProgramsAsked]) -> Any:
    """Every programme in force, by area and title; a few dozen, hence no pages."""
    asof = timezone.localdate()
    found = (
        published.list_in_area(area=asked.area, asof=asof) if asked.area else published.list_published(asof=asof)
    )  # fmt: skip
    return {"items": [_row(one) for one in found]}


@reads(
    router,
    "/programs/{area}/{program_id}",
    Program,
    scope=Scope.PROGRAMS_READ,
    right="programs.view",
    summary="一个项目的全部条文 · One programme, all it says",
)
def get_program(request: ApiRequest, area: AreaText, program_id: ProgramId, asked: Query[ProgramAsked]) -> Any:
    """Made from the rules themselves, as the public page is, with this deployment's numbers."""
    asof = timezone.localdate()
    inside = asked.area or area
    if not inside.startswith(area):
        raise Wrong("invalid", [at("query", "#/area", "须在项目的地区之内", "Must lie inside the programme's area")])
    one = published.find_published(program_id, area=inside, asof=asof)
    if one is None or one.pack.area != area:
        raise Http404(program_id)
    known = published.known_of_area(area=inside, asof=asof)
    language: Language = asked.language
    said = describe(
        one.pack, area=inside, asof=asof, language=language, wording=published.wording(), overrides=one.overrides, known=known
    )  # fmt: skip
    return _row(one) | _said(said)


def _said(said: Description) -> dict[str, Any]:
    return {
        "language": said.language,
        "asof": said.asof,
        "entry": said.entry,
        "who": [_sentence(one) for one in said.who],
        "tiers": [
            {"id": tier.id, "title": tier.title, "sentence": _sentence(tier.statement), "pays": [_pays(one) for one in tier.benefits]}
            for tier in said.tiers
        ],
        "pays": [_pays(one) for one in said.benefits],
        "caps": [_sentence(one) for one in said.caps],
        "approvals": [_sentence(one) for one in said.approvals],
        "bring": [{"paper": one.paper, "proves": list(one.proves), "is_required": one.is_required} for one in said.bring],
        "stages": [
            {
                "number": step.number, "title": step.title, "who": step.who, "working_days": step.working_days,
                "days": step.days, "due": step.due,
                "needs_second_person": step.second_person,
            }
            for step in said.steps
        ],
        "notice_days": said.notice_days,
        "fund": said.fund,
        "numbers": [
            {
                "name": one.name, "title": one.title, "unit": one.unit, "clause": one.clause, "current": one.current,
                "versions": [
                    {"since": dated.since, "value": dated.value, "area": dated.area, "is_current": dated.is_current}
                    for dated in one.versions
                ],
            }
            for one in said.numbers
        ],
    }  # fmt: skip


def _sentence(one: Statement) -> dict[str, str]:
    return {"id": one.id, "text": one.text, "clause": one.clause}


def _pays(one: Any) -> dict[str, Any]:
    return {
        "line": one.line, "title": one.title, "sentence": _sentence(one.statement), "kind": one.kind,
        "amount": _cents(one.amount), "ceiling": _cents(one.ceiling),
    }  # fmt: skip


def _cents(amount: object) -> Decimal | None:
    return None if amount is None else Decimal(str(amount))
