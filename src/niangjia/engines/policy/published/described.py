"""A pack in a reader's words and language, with the numbers in force for an area and a day; the reader's own numbers stay blanks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Literal, NamedTuple

from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.pack import Line, Pack, Say, Stage
from niangjia.engines.policy.parameters import Overrides, Parameter, area_prefix, with_overrides
from niangjia.engines.policy.published.constants import VARIES, constant, constant_yuan
from niangjia.engines.policy.published.wording import Wording, plain
from niangjia.kernel.money import ZERO

Language = Literal["zh", "en"]


class Piece(NamedTuple):
    """
    A stretch of a sentence. `kind`: words; number (a parameter or a standard in force); blank (the reader's own, `text` names it);
    open (a number that nobody has set here yet, `text` names it).
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Statement:
    """A sentence of the pack with its clause, cut so that numbers and blanks can be told apart. `text`: the whole, blanks as gaps."""

    id: str
    pieces: tuple[Piece, ...]
    clause: str

    @property
    def text(self) -> str:
        return "".join(piece.text if piece.kind in ("words", "number") else "____" for piece in self.pieces)


@dataclass(frozen=True)
class Benefit:
    """
    One alternative of one benefit line. `amount`: yuan, where everybody gets the same; `ceiling`: the most, where that is fixed;
    both None: it depends on the reader. `kind`: money or goods.
    """

    line: str
    title: str
    statement: Statement
    kind: str
    amount: Decimal | None
    ceiling: Decimal | None


@dataclass(frozen=True)
class TierRow:
    """One tier, in the order in which they are tried, and what may be paid in it."""

    id: str
    title: str
    statement: Statement
    benefits: tuple[Benefit, ...]


@dataclass(frozen=True)
class Bring:
    """A paper to bring, and what it proves."""

    paper: str
    proves: tuple[str, ...]
    is_required: bool


class Way(NamedTuple):
    """What may come of a stage: the outcomes in words and the number of the stage that follows; 0 = the end."""

    outcomes: tuple[str, ...]
    target: int


@dataclass(frozen=True)
class Step:
    """
    One stage. `working_days` None: the paper sets none. `is_notice`: the days are those of the public notice. `days`: of the calendar, instead
    of working days, from the day of `due` on; `due` alone: the last day. `due`: the title of the field that names a day, empty = none.
    `about`: working days, null = the length is not told.
    """

    id: str
    number: int
    title: str
    who: str
    working_days: int | None
    is_notice: bool
    second_person: bool
    ways: tuple[Way, ...]
    days: int | None = None
    due: str = ""
    about: int | None = None


@dataclass(frozen=True)
class Dated:
    """One value of a parameter. `area`: code prefix, empty = wherever the programme holds; `known`: known only from that day on."""

    since: date
    value: str
    area: str
    known: date | None
    is_current: bool
    is_local: bool


@dataclass(frozen=True)
class History:
    """A parameter's values by date, the latest first. `current` None: no value here yet."""

    name: str
    title: str
    unit: str
    clause: str
    current: str | None
    versions: tuple[Dated, ...]


@dataclass(frozen=True)
class Measure:
    """One measure of a container. `programs`: ids of what carries it out; empty: the source does not tell."""

    title: str
    programs: tuple[str, ...]
    clause: str


@dataclass(frozen=True)
class Description:
    """
    Everything a page about one programme says. `open`: parameters without a value for the area and day: while there is one,
    nothing is decided there. `days`: working days of the main path, as far as they are set; `untimed`: its stages without a limit.
    `shared_with`: groups of caps by sentence that other programmes may share.
    """

    pack: Pack
    language: Language
    asof: date
    area: str
    title: str
    other_title: str
    unit: str
    entry: str
    who: tuple[Statement, ...]
    signs: tuple[tuple[str, tuple[Statement, ...]], ...]
    tiers: tuple[TierRow, ...]
    benefits: tuple[Benefit, ...]
    caps: tuple[Statement, ...]
    approvals: tuple[Statement, ...]
    bring: tuple[Bring, ...]
    told: tuple[str, ...]
    steps: tuple[Step, ...]
    days: int
    untimed: tuple[str, ...]
    notice_days: int | None
    notice_shows: tuple[str, ...]
    fund: str
    numbers: tuple[History, ...]
    open: tuple[History, ...]
    measures: tuple[Measure, ...]

    @property
    def is_in_force(self) -> bool:
        return not self.open and self.pack.status != "example"

    @property
    def exact(self) -> Decimal | None:
        """Yuan, where everybody who gets anything gets the same."""
        amounts = {one.amount for one in self.benefits}
        return next(iter(amounts)) if len(amounts) == 1 and len({one.line for one in self.benefits}) == 1 else None

    @property
    def most(self) -> Decimal | None:
        """The most yuan that all lines together can come to, where each has a fixed most; before the caps."""
        total = ZERO
        for _, group in groupby(self.benefits, key=lambda one: one.line):
            tops = [one.amount if one.amount is not None else one.ceiling for one in group]
            if any(top is None for top in tops):
                return None
            total += max(top for top in tops if top is not None)
        return total if self.benefits else None


def describe(
    pack: Pack,
    *,
    area: str,
    asof: date,
    language: Language,
    wording: Wording,
    overrides: Overrides | None = None,
    known: Mapping[str, object] | None = None,
) -> Description:
    """
    The pack as a page says it, for an area (any length of code) on a day.

    `overrides`: the deployment's values, as for `compile_program`. `known`: facts that are the same for everybody in the area, such as
    its minimum-living standard; they stand in sentences as numbers.
    """
    return _Describer(pack, area, asof, language, wording, overrides, known or {}).description()


_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_WHO = {
    "province": ("省总工会", "the provincial union"),
    "city": ("市总工会", "the city union"),
    "county": ("县（市、区）总工会", "the county union"),
    "township": ("乡镇（街道）工会", "the township union"),
    "grassroots": ("基层工会", "your grassroots union"),
    "finance": ("工会财务", "the union's finance desk"),
    "auditor": ("工会审计", "the union's auditor"),
    "administrator": ("系统管理员", "the system's administrator"),
    "worker": ("职工本人", "you"),
}
_ENTRIES = {
    "sensing": ("工会每月从数据中主动发现，不用申请", "the union finds you from each month's data; no application"),
    "application": ("本人向工会申请", "you apply to the union"),
    "open": (
        "谁都可以提出：登录具名，或不登录凭回执号",
        "anybody: signed in by name, or without an account, with a receipt number",
    ),
    "nomination": ("由单位或工会推荐", "your employer or union nominates"),
    "roster": ("由单位工会统一造册", "your union enters its members as a group"),
    "staff": ("由工会办理，不用申请", "the union does it; no application"),
    "container": ("一组措施，各有各的项目", "a set of measures, each with its own programme"),
}


class _Describer:
    def __init__(
        self,
        pack: Pack,
        area: str,
        asof: date,
        language: Language,
        wording: Wording,
        overrides: Overrides | None,
        known: Mapping[str, object],
    ) -> None:
        self.pack = pack
        self.area = area_prefix(area)
        self.asof = asof
        self.language = language
        self.wording = wording
        self.parameters = with_overrides(pack.parameters, overrides)
        self.local = frozenset(
            (name, area_prefix(place), since)
            for name, places in (overrides or {}).items()
            for place, dates in places.items()
            for since in dates
        )
        self.values = {name: one.at(asof, self.area) for name, one in self.parameters.items()}
        self.known = {name: value for name, value in known.items() if value is not None}

    def description(self) -> Description:
        pack = self.pack
        numbers = tuple(self.history(parameter) for parameter in self.parameters.values())
        steps = self.steps()
        path = _main_path(steps)
        notice = self.notice_days()
        other: Language = "en" if self.language == "zh" else "zh"
        return Description(
            pack=pack,
            language=self.language,
            asof=self.asof,
            area=self.area,
            title=pack.title[self.language],
            other_title=pack.title[other],
            unit=pack.vocabulary.units[pack.unit].title[self.language],
            entry=self.one_of(_ENTRIES[pack.entry]),
            who=tuple(self.statement(rule.id, rule.public or rule.say, rule.clause) for rule in pack.rules),
            signs=self.signs(),
            tiers=self.tiers(),
            benefits=tuple(self.benefit(line, tier=None) for line in pack.benefit),
            caps=tuple(self.statement(cap.id, cap.say, cap.clause) for cap in pack.caps),
            approvals=tuple(self.statement(one.id, one.say, one.clause) for one in pack.approvals),
            bring=self.bring(),
            told=self.told(),
            steps=steps,
            days=sum(step.about or 0 for step in path) + (notice or 0 if self.is_notice_apart(steps) else 0),
            untimed=tuple(step.title for step in path if step.about is None and not step.due),
            notice_days=notice,
            notice_shows=tuple(self.wording.code("shows", str(one), self.language) for one in self.notice_shows()),
            fund=self.wording.code("purposes", pack.fund["purpose"], self.language) if "purpose" in pack.fund else "",
            numbers=numbers,
            open=tuple(one for one in numbers if one.current is None),
            measures=tuple(Measure(one.title[self.language], one.programs, one.clause) for one in pack.measures),
        )

    # — sentences —

    def one_of(self, pair: tuple[str, str]) -> str:
        return pair[0 if self.language == "zh" else 1]

    def statement(self, identity: str, say: Say, clause: str) -> Statement:
        parts = _PLACEHOLDER.split(say.get(self.language, ""))
        pieces = [Piece("words", part) if place % 2 == 0 else self.named(part) for place, part in enumerate(parts)]
        return Statement(identity, tuple(piece for piece in pieces if piece.text), clause)

    def named(self, name: str) -> Piece:
        if name in self.parameters:
            parameter, value = self.parameters[name], self.values[name]
            return (
                Piece("open", self.title(parameter))
                if value is None
                else Piece("number", self.number(parameter, value))
            )
        fact = self.pack.vocabulary.facts.get(name)
        if fact is None:  # `asof`
            return Piece("number", self.asof.isoformat())
        if name in self.known:
            return Piece("number", plain(self.known[name], fact.kind))
        return Piece("blank", fact.title[self.language])

    def title(self, parameter: Parameter) -> str:
        """The parameter's own words; an author who gave none gave at least a clause."""
        if said := parameter.say.get(self.language):
            return said
        return parameter.clause if self.language == "zh" else parameter.name.replace("_", " ")

    def number(self, parameter: Parameter, value: object) -> str:
        if isinstance(value, bool):
            return self.one_of(("是", "yes") if value else ("否", "no"))
        if isinstance(value, tuple):
            return self.one_of(("、", ", ")).join(str(part) for part in value)
        if parameter.unit == "ratio" and isinstance(value, Decimal) and 0 < value < 1:
            return f"{(100 * value).normalize():f}%"  # people read a part of a whole in hundredths
        return plain(value, parameter.kind)

    def signs(self) -> tuple[tuple[str, tuple[Statement, ...]], ...]:
        """Warning signs of sensing by cause."""
        by_cause = groupby(self.pack.triggers, key=lambda trigger: trigger.cause)
        return tuple(
            (self.wording.code("causes", cause, self.language),
             tuple(self.statement(one.id, one.public or one.say, one.clause) for one in group))
            for cause, group in by_cause
        )  # fmt: skip

    # — money —

    def tiers(self) -> tuple[TierRow, ...]:
        return tuple(
            TierRow(tier.id, tier.title[self.language], self.statement(tier.id, tier.public or tier.say, tier.clause),
                    tuple(self.benefit(line, tier=tier.id) for line in self.lines_in(tier.id)))
            for tier in self.pack.tiers
        )  # fmt: skip

    def lines_in(self, tier: str) -> list[Line]:
        """The alternatives that may be paid in a tier: behind one that surely applies, none of its line counts any more."""
        found = []
        for _, group in groupby(self.pack.benefit, key=lambda line: line.id):
            for line in group:
                truth = True if line.when is None else self.constant(line.when.node, tier)
                if truth is VARIES or truth is True:
                    found.append(line)
                if truth is True:
                    break
        return found

    def constant(self, node: tree.Node, tier: str | None) -> object:
        return constant(node, self.values, self.asof, tier=tier, known=self.known)

    def benefit(self, line: Line, *, tier: str | None) -> Benefit:
        def yuan(node: tree.Node) -> Decimal | None:
            found = constant_yuan(node, self.values, self.asof, tier=tier, known=self.known)
            return None if found is None else max(found, ZERO)

        title = line.title.get(self.language) or ""
        statement = self.statement(line.id, line.public or line.say, line.clause)
        return Benefit(
            line.id, title, statement, line.kind, yuan(line.value), yuan(line.ceiling.node) if line.ceiling else None
        )

    # — papers —

    def bring(self) -> tuple[Bring, ...]:
        papers: dict[str, tuple[list[str], bool]] = {}
        for one in self.pack.form:
            for code in one.evidence:
                proves, required = papers.setdefault(code, ([], False))
                proves.append(one.title[self.language])
                papers[code] = (proves, required or one.is_required)
        return tuple(
            Bring(self.wording.code("evidence", code, self.language), tuple(proves), required)
            for code, (proves, required) in papers.items()
        )

    def told(self) -> tuple[str, ...]:
        """
        What whoever reads it is asked without a paper: at their own stages; where they have none, by whom they meet. Of a union's own
        business nothing.
        """
        if self.pack.entry == "staff":
            return ()
        roles = {stage.role for stage in self.pack.stages}
        asking = ("worker",) if "worker" in roles else ("grassroots", "township")
        meets = {stage.id for stage in self.pack.stages if stage.role in asking}
        return tuple(
            one.title[self.language]
            for one in self.pack.form
            if not one.evidence
            and (not one.stage or one.stage in meets)
            and self.wording.is_asked(one.id)
            and not one.register
        )

    # — stages —

    def steps(self) -> tuple[Step, ...]:
        number = {stage.id: place for place, stage in enumerate(self.pack.stages, start=1)}
        return tuple(self.step(stage, place, number) for place, stage in enumerate(self.pack.stages, start=1))

    def step(self, stage: Stage, place: int, number: Mapping[str, int]) -> Step:
        ways: dict[int, list[str]] = {}
        for code, target in stage.outcomes.items():
            ways.setdefault(number.get(target, 0), []).append(self.wording.code("outcomes", code, self.language))
        is_notice = stage.working_days is None and _is_notice(stage)
        working_days = self.notice_days() if is_notice else stage.working_days
        about = working_days if is_notice else stage.about_working_days
        due = next((one.title[self.language] for one in self.pack.form if one.id == stage.due), "")
        return Step(
            stage.id, place, stage.title[self.language], self.one_of(_WHO[stage.role]), working_days, is_notice,
            stage.needs_second_person, tuple(Way(tuple(dict.fromkeys(outcomes)), target) for target, outcomes in ways.items()),
            stage.days, due, about,
        )  # fmt: skip

    def is_notice_apart(self, steps: Sequence[Step]) -> bool:
        return not any(step.is_notice for step in steps)

    def notice_days(self) -> int | None:
        days = self.pack.notice.get("working_days")
        found = self.values.get(days) if isinstance(days, str) else days
        return found if isinstance(found, int) else None

    def notice_shows(self) -> tuple[object, ...]:
        shows = self.pack.notice.get("shows", ())
        return shows if isinstance(shows, tuple) else ()

    # — numbers by date —

    def history(self, parameter: Parameter) -> History:
        value = self.values[parameter.name]
        near = [one for one in parameter.values if one.area.startswith(self.area) or self.area.startswith(one.area)]
        current = None
        if value is not None:
            places = [
                one
                for one in near
                if self.area.startswith(one.area) and one.since <= self.asof and one.value is not None
            ]
            current = max(places, key=lambda one: (len(one.area), one.since, one.known or one.since), default=None)
        versions = [
            Dated(one.since, self.one_of(("（停用）", "(ended)")) if one.value is None else self.number(parameter, one.value),
                  one.area, one.known, one is current, (parameter.name, one.area, one.since) in self.local)
            for one in sorted(near, key=lambda one: (one.since, one.known or one.since), reverse=True)
        ]  # fmt: skip
        unit = self.wording.codes.get("units", {}).get(parameter.unit.split("/")[0].split("*")[0], {})
        return History(
            parameter.name,
            self.title(parameter),
            unit.get(self.language, ""),
            parameter.clause,
            None if value is None else self.number(parameter, value),
            tuple(versions),
        )


def _is_notice(stage: Stage) -> bool:
    return stage.kind == "notice" or "notice" in stage.id or "公示" in stage.title.get("zh", "")


def _main_path(steps: Sequence[Step]) -> list[Step]:
    """From the first stage always by the first outcome that leads to a later one: how a matter goes when all goes well."""
    if not steps:
        return []
    path = [steps[0]]
    while ahead := [way.target for way in path[-1].ways if way.target > path[-1].number]:
        path.append(steps[ahead[0] - 1])
    return path
