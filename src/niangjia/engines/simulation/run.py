"""A simulation run from its first row to its result, all programmes over one reading of each month."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from niangjia import __version__
from niangjia.engines import policy
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import with_overrides
from niangjia.engines.sensing import load_feeds, load_sensing_pack
from niangjia.engines.sensing.plan.sources import COLUMNS, Inputs
from niangjia.engines.sensing.plan.steps import Workbench, text
from niangjia.engines.simulation import comparing, month
from niangjia.engines.simulation.asked import Pair, Request, Side, as_text, load_text
from niangjia.engines.simulation.columns import listed_unit
from niangjia.engines.simulation.deciding import Course, Program, missing_facts, rows_of
from niangjia.engines.simulation.funds import exhaustion
from niangjia.engines.simulation.given import LakeFacts, load_lake_facts
from niangjia.engines.simulation.results import Gap, MonthResult, ProgramResult, Result, Version
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal
from niangjia.kernel.working import Progress

SPILL = "spill"
NOT_DECIDING = ("sensing", "container")
"""Entries of packs that decide about nobody: the warning signs themselves, and lists of measures."""


@dataclass(frozen=True)
class Lake:
    """Where the data are, and what they may take of the machine."""

    folder: Path
    programs: Path
    memory_limit: str = "8GB"
    threads: int = 2


@dataclass
class _Prepared:
    """A pair whose packs were read. `refused` holds why nothing can be simulated."""

    pair: Pair
    name: str
    packs: dict[str, Pack] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    months: list[MonthResult] = field(default_factory=list)
    lacks: dict[int, int] = field(default_factory=dict)
    lacking: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> Pack:
        return self.packs.get("after") or self.packs["before"]

    @property
    def is_one(self) -> bool:
        """Both sides are the same text with the same values: decided once."""
        before, after = self.pair.before, self.pair.after
        return before is not None and after is not None and _same(before, after, self.packs)

    def refuse(self, refusal: Refusal) -> None:
        self.refused = {"zh": refusal.zh, "en": refusal.en}


class NotListed(Refusal):
    def __init__(self, pack: Pack) -> None:
        unit = pack.vocabulary.units[pack.unit]
        super().__init__(
            f"项目 {pack.id} 按“{unit.title['zh']}”办理，数据湖没有这样的名册，不能模拟。",
            f"The programme {pack.id} is about a {unit.title['en']}; the lake has no list of these, so it cannot be simulated.",
        )


def _same(before: Side, after: Side, packs: Mapping[str, Pack]) -> bool:
    return (
        packs["before"].content_hash == packs["after"].content_hash
        and before.changes == after.changes
        and before.filled == after.filled
    )


def simulate(request: Request, lake: Lake, folder: Path, *, name: str = "", progress: Progress | None = None) -> Result:
    """
    Compare every pair over every month; nothing is written but scratch files below `folder`, which are removed.

    Raises:
        PackError, NoSuchParameter, UnfitChange: a text or change that does not hold.
        MonthNotLanded: nothing to simulate over.
        Whatever `progress` raises: so a run is stopped between two steps.
    """
    started = time.perf_counter()
    facts = lake_facts(request, lake.programs)
    pairs = [_prepare(pair, number, facts) for number, pair in enumerate(request.pairs)]
    running = [pair for pair in pairs if not pair.refused]
    missing: dict[str, tuple[str, ...]] = {}
    clock = {"facts": 0.0, "programs": 0.0}
    with _bench(request, lake, folder, progress, running) as bench:
        for number, one in enumerate(request.months):
            begun = time.perf_counter()
            inputs = _build(bench, request, lake, one, facts, running)
            missing[str(one)] = tuple(sorted(COLUMNS.keys() - inputs.came))
            read = time.perf_counter()
            for pair in running:
                _compare(bench, pair, one, is_last=number == len(request.months) - 1)
            clock["facts"] += read - begun
            clock["programs"] += time.perf_counter() - read
    seconds = {
        "facts": f"{clock['facts']:.2f}",
        "programs": f"{clock['programs']:.2f}",
        "whole": f"{time.perf_counter() - started:.2f}",
    }
    return Result(
        id=name,
        months=tuple(str(one) for one in request.months),
        area=request.area,
        programs=tuple(_result(pair, request) for pair in pairs),
        suppositions={name: formula.text for name, formula in facts.supposed.items()},
        feeds_missing=missing,
        seconds=seconds,
        made_with=f"niangjia {__version__}, duckdb {duckdb.__version__}",
    )


def lake_facts(request: Request, programs: Path) -> LakeFacts:
    facts = load_lake_facts(programs, policy.load_vocabulary(programs))
    if not request.supposes:
        facts = facts.without_suppositions()
    return facts.supposing(request.suppositions)


def _prepare(pair: Pair, number: int, facts: LakeFacts) -> _Prepared:
    prepared = _Prepared(pair, str(number))
    for which, side in (("before", pair.before), ("after", pair.after)):
        if side is not None:
            prepared.packs[which] = side.pack()
    for which, pack in prepared.packs.items():
        unit = rows_of(pack)
        if unit is None or pack.entry in NOT_DECIDING:
            prepared.refuse(NotListed(pack))
            return prepared
        side = pair.before if which == "before" else pair.after
        assert side is not None
        prepared.courses[which] = Course(Program(f"{number}_{which}", pack, side.filled, unit, facts, side.elsewhere))
    return prepared


class _Bench:
    """The connection's life: opened on the simulation's folder, closed and swept whatever happens."""

    def __init__(
        self, spill: Path, connection: duckdb.DuckDBPyConnection, progress: Progress | None, steps: int
    ) -> None:
        self.spill = spill
        self.bench = Workbench(connection, progress, steps)

    def __enter__(self) -> Workbench:
        return self.bench

    def __exit__(self, *failure: Any) -> None:
        self.bench.connection.close()
        shutil.rmtree(self.spill, ignore_errors=True)


def _bench(
    request: Request, lake: Lake, folder: Path, progress: Progress | None, running: Sequence[_Prepared]
) -> _Bench:
    spill = folder / SPILL
    connection = month.connect(spill, lake.folder, request.home, memory_limit=lake.memory_limit, threads=lake.threads)
    steps = len(request.months) * (month.STEPS + sum(len(pair.courses) + 1 for pair in running))
    return _Bench(spill, connection, progress, steps)


def _build(
    bench: Workbench, request: Request, lake: Lake, one: Month, facts: LakeFacts, running: Sequence[_Prepared]
) -> Inputs:
    programs = [course.program for pair in running for course in pair.courses.values()]
    needed = frozenset(column for program in programs for column in facts.columns_for(program.asked))
    wanted = month.Wanted(frozenset(program.rows for program in programs), needed)
    where = month.Home(
        lake.folder,
        request.home,
        request.area,
        load_sensing_pack(lake.programs),
        load_feeds(lake.programs),
        request.own,
    )
    return month.build(bench, where, one, facts.catalogue, wanted)


def _compare(bench: Workbench, pair: _Prepared, one: Month, *, is_last: bool) -> None:
    """Both sides decided and counted."""
    if pair.refused:
        return
    if not any(course.program.has_rows(bench) for course in pair.courses.values()):
        pair.months.append(MonthResult(str(one), {}))
        return
    for which, course in pair.courses.items():
        if not (which == "after" and pair.is_one):
            course.decide(bench, one, is_last=is_last)
    before, after = pair.courses.get("before"), pair.courses.get("after")
    of_before = before.answers if before else None
    of_after = of_before if pair.is_one else after.answers if after else None
    area = min((pack.area for pack in pair.packs.values()), key=len)
    rows = f"rows_{pair.courses[next(iter(pair.courses))].program.rows}"
    counties = comparing.compare(bench, rows, of_before, of_after, area)
    gain, loss = (comparing.spread(bench, which) for which in ("gainers", "losers"))
    pair.months.append(MonthResult(str(one), counties, gain, loss))
    told = of_after or of_before
    assert told is not None
    for bits, count in comparing.lacks(bench, told).items():
        pair.lacks[bits] = pair.lacks.get(bits, 0) + count
    for name, count in comparing.missing_parameters(bench, told).items():
        pair.lacking[name] = pair.lacking.get(name, 0) + count
    bench.drop(*{table for table in (of_before, of_after, "compared") if table})


def _costs_something(pack: Pack) -> bool:
    """Dues that are waived, deferred or owed come out of no fund."""
    return any(line.kind in ("money", "goods") for line in pack.benefit)


def _result(pair: _Prepared, request: Request) -> ProgramResult:
    pack = pair.shown
    course = pair.courses.get("after") or pair.courses.get("before")
    rows = listed_unit(pack.vocabulary, pack.unit) or ""
    gaps: tuple[Gap, ...] = ()
    supposed: tuple[str, ...] = ()
    if course is not None:
        gaps = _gaps(course.program, pair.lacks)
        supposed = tuple(name for name in course.program.asked if name in course.program.facts.supposed)
    costs = {
        which: [(Month(one.month), getattr(one.whole, f"{which}_yuan")) for one in pair.months]
        for which in ("before", "after")
    }
    balance = pair.pair.balance
    spent = {
        which: exhaustion(balance, costs[which])
        if balance is not None and which in pair.packs and pair.months and _costs_something(pair.packs[which])
        else None
        for which in ("before", "after")
    }
    return ProgramResult(
        program=pack.id,
        title=dict(pack.title),
        area=pack.area,
        unit=pack.unit,
        rows_of=rows,
        stands_for=pack.unit if rows and rows != pack.unit else "",
        purpose=pack.fund.get("purpose", ""),
        before=_version(pair.pair.before, pair.packs.get("before"), request.months[-1].last_day),
        after=_version(pair.pair.after, pair.packs.get("after"), request.months[-1].last_day),
        months=tuple(pair.months),
        gaps=gaps,
        supposed=supposed,
        lacking=pair.lacking,
        refused=pair.refused,
        balance=balance,
        balance_source=pair.pair.balance_source,
        before_exhausted=spent["before"],
        after_exhausted=spent["after"],
    )


def _version(side: Side | None, pack: Pack | None, asof: date) -> Version | None:
    if side is None or pack is None:
        return None
    changes = {name: as_text(value) for name, value in side.changes.items()}
    unchanged = with_overrides(load_text(side.files).parameters, side.overrides)
    former = {name: as_text(value) for name in changes if (value := unchanged[name].at(asof, pack.area)) is not None}
    return Version(pack.content_hash, side.label, changes, former)


@dataclass(frozen=True)
class Entitled:
    """
    How many a programme is for, as far as the lake can tell. `granted` rows are listed, and of those that cannot be told the ones for
    which something speaks already (`listed_untold`); the others are only counted (`untold` holds both).
    """

    program: str
    title: Mapping[str, str]
    unit: str
    rows_of: str
    granted: int = 0
    untold: int = 0
    listed_untold: int = 0
    gaps: tuple[Gap, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


def entitled(request: Request, lake: Lake, folder: Path, *, progress: Progress | None = None) -> list[Entitled]:
    """
    Who is entitled in the request's last month, programme by programme, caps left out: ``folder/rows.parquet`` holds one row per
    entitled row: program, unit, subject (pseudonym, credit code or union code), persons (pseudonyms of all who live there), workers, unions
    (codes), area, outcome, tier, amount, if_granted and missing (facts, joined by |).

    Raises: as `simulate`.
    """
    facts = lake_facts(request, lake.programs)
    pairs = [_prepare(pair, number, facts) for number, pair in enumerate(request.pairs)]
    running = [pair for pair in pairs if not pair.refused]
    one = request.months[-1]
    with _bench(request, lake, folder, progress, running) as bench:
        _build(bench, request, lake, one, facts, running)
        bench.connection.execute(f"CREATE TEMP TABLE entitled ({_ENTITLED})")
        found = [_entitle(bench, pair, one) for pair in pairs]
        part = folder / (ROWS + ".part")
        bench.connection.execute(
            f"COPY (SELECT * FROM entitled ORDER BY program, area, subject) TO {text(part)} (FORMAT parquet, COMPRESSION zstd)"
        )
    part.replace(folder / ROWS)
    return found


ROWS = "rows.parquet"
_ENTITLED = """program VARCHAR, unit VARCHAR, subject VARCHAR, persons VARCHAR[], workers VARCHAR[], unions VARCHAR[], area VARCHAR,
    outcome VARCHAR, tier VARCHAR, amount DECIMAL(16,2), if_granted DECIMAL(18,2), missing VARCHAR"""
_HEX = "replace({}::VARCHAR, '-', '')"


def _entitle(bench: Workbench, pair: _Prepared, one: Month) -> Entitled:
    pack = pair.shown
    rows = rows_of(pack) or ""
    if pair.refused:
        return Entitled(pack.id, dict(pack.title), pack.unit, rows, refused=pair.refused)
    course = pair.courses["after"]
    course.decide(bench, one, with_caps=False)
    answers = course.answers
    names = "[" + ", ".join(text(name) for name in course.program.asked) + "]"
    missing = f"""CASE WHEN a.outcome = 'cannot_tell' THEN array_to_string(list_filter({names}::VARCHAR[],
        lambda name, place: (a.lacks >> (place - 1)::INT) & 1 = 1), '|') END"""
    who = _WHO[rows]
    bench.connection.execute(f"""
        INSERT INTO entitled
        SELECT {text(pack.id)}, {text(pack.unit)}, {who["subject"]}, {who["persons"]}, {who["workers"]}, {who["unions"]}, r.area,
               a.outcome, a.tier, a.amount, a.if_granted, {missing}
        FROM {answers} a JOIN rows_{rows} r ON r.number = a.number {who["join"]}
        WHERE a.outcome = 'granted' OR (a.outcome = 'cannot_tell' AND a.has_support)""")
    granted, untold, listed = bench.rows(f"""
        SELECT count(*) FILTER (outcome = 'granted'), count(*) FILTER (outcome = 'cannot_tell'),
               count(*) FILTER (outcome = 'cannot_tell' AND has_support) FROM {answers}""")[0]
    gaps = _gaps(course.program, dict(comparing.lacks(bench, answers)))
    lacking = comparing.missing_parameters(bench, answers)
    bench.drop(answers)
    if lacking and not granted and not untold:
        refusal = policy.MissingParameter(pack=pack.id, names=lacking, area=pack.area, asof=one.last_day)
        return Entitled(pack.id, dict(pack.title), pack.unit, rows, refused={"zh": refusal.zh, "en": refusal.en})
    return Entitled(pack.id, dict(pack.title), pack.unit, rows, granted, untold, listed, gaps)


_LIVING = f"""(SELECT m.household, list({_HEX.format("m.person")} ORDER BY m.person) AS persons,
        list({_HEX.format("m.person")} ORDER BY m.person) FILTER (m.is_worker) AS workers,
        list(DISTINCT u.union_code) FILTER (u.union_code IS NOT NULL) AS unions
    FROM member m LEFT JOIN membership u ON u.person = m.person GROUP BY m.household)"""
_WHO: Mapping[str, Mapping[str, str]] = {
    "person": {
        "subject": _HEX.format("r.key"), "persons": f"[{_HEX.format('r.key')}]", "workers": f"[{_HEX.format('r.key')}]",
        "unions": "CASE WHEN u.union_code IS NULL THEN [] ELSE [u.union_code] END",
        "join": "LEFT JOIN membership u ON u.person = r.key",
    },
    "household": {
        "subject": _HEX.format("r.key"), "persons": "l.persons", "workers": "coalesce(l.workers, [])", "unions": "coalesce(l.unions, [])",
        "join": f"JOIN {_LIVING} l ON l.household = r.household",
    },
    "enterprise": {"subject": "r.key", "persons": "[]", "workers": "[]", "unions": "[]", "join": ""},
    "union": {"subject": "r.key", "persons": "[]", "workers": "[]", "unions": "[r.key]", "join": ""},
}  # fmt: skip


def _gaps(program: Program, lacks: Mapping[int, int]) -> tuple[Gap, ...]:
    found = missing_facts(program, lacks)
    return tuple(
        Gap(name, count, alone, name in program.told)
        for name, (count, alone) in sorted(found.items(), key=lambda one: (-one[1][0], one[0]))
    )
