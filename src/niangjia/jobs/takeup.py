"""Who is entitled by what the lake says and has never had it, programme by programme: a list for outreach.

The lake's part (who is entitled) is worked out once a month and lies in a folder of its own, in pseudonyms; who has had it, and whom an
officer may see, is asked of the house each time. A list leaves with a purpose, and is logged like any list.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import areas, scope
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Level, Union
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import DecisionOutcome, Subject, SubjectKind
from niangjia.apps.registry import queries as registry
from niangjia.engines import policy, sensing
from niangjia.engines.simulation import Entitled, Request
from niangjia.engines.simulation import working as simulating
from niangjia.engines.simulation.run import ROWS
from niangjia.jobs import operating, simulate
from niangjia.jobs.sense_month import NoUnionTree
from niangjia.kernel import working
from niangjia.kernel.deployment import Deployment, programs_folder
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

HEADER = ("program", "title", "outcome", "tier", "amount", "area", "area_name", "union", "subject", "missing")
IDENTITY = ("names", "id_numbers", "phones")
_PREFIX = "takeup-"


class NotWorkedOut(Refusal):
    def __init__(self, month: Month) -> None:
        super().__init__(
            f"{month} 的应享未享还没有算过。请先计算，或运行：niangjia programs takeup --month {month}",
            f"Who is entitled in {month} was not worked out yet. Work it out first, or run: niangjia programs takeup --month {month}",
        )


class NothingInstalled(Refusal):
    def __init__(self, month: Month) -> None:
        super().__init__(
            f"{month} 没有启用的项目。请先安装规则包。",
            f"No programme is in force in {month}. Install the packs first.",
        )


@dataclass(frozen=True)
class Count:
    """
    One programme in one part of the tree, in rows (persons, households …). entitled = had + decided + never.

    `had`: granted before. `decided`: somebody decided otherwise before. `maybe`: cannot be told, and something speaks for them already.
    """

    program: str
    title: Mapping[str, str]
    unit: str
    entitled: int = 0
    had: int = 0
    decided: int = 0
    never: int = 0
    maybe: int = 0
    gaps: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def untold(self) -> int:
        return self.maybe


# — the lake's part —


def question(deployment: Deployment, month: Month) -> Request:
    """
    Every programme in force in the deployment's own part of the world.

    Raises:
        NothingInstalled.
    """
    viewer = simulate.operator_view()
    if viewer is None:
        raise NoUnionTree
    installed = simulate.installed_sides(simulate.area_prefix(deployment.home), month, viewer)
    sides = [
        (card, side) for card, side in installed if side.pack().status != "example"
    ]  # nothing is ever paid by those
    if not sides:
        raise NothingInstalled(month)
    return Request((month,), "", deployment.home, tuple(simulate.sides_of(sides)), simulate.own_history())


def prepare(deployment: Deployment, month: Month) -> Path:
    return simulate.prepare(deployment, question(deployment, month), kind="entitled", prefix=f"{_PREFIX}{month}-")


def run(deployment: Deployment, month: Month, *, progress: Any = None) -> Path:
    """Here and now; what was worked out before is read. Safe to repeat."""
    folder = prepare(deployment, month)
    simulating.work(folder, progress=progress)
    _forget_older(deployment, month, folder)
    return folder


def start(deployment: Deployment, viewer: Viewer, month: Month) -> str:
    """In a process of its own. Permission: programs.manage."""
    permissions.require(viewer, "programs.manage")
    folder = prepare(deployment, month)
    simulate.start(deployment, folder)
    return folder.name


def find(deployment: Deployment, month: Month) -> Path | None:
    """The newest folder of the month, done or not; None: it was never begun."""
    folders = list(simulate.home_of(deployment).glob(f"{_PREFIX}{month}-*/{simulating.WORK}"))
    newest = max(folders, key=lambda path: path.stat().st_mtime, default=None)
    return newest.parent if newest else None


def _forget_older(deployment: Deployment, month: Month, kept: Path) -> None:
    for path in simulate.home_of(deployment).glob(f"{_PREFIX}{month}-*"):
        if path != kept and not working.is_running(path):
            shutil.rmtree(path, ignore_errors=True)


# — the house's part —


def count(
    deployment: Deployment,
    folder: Path,
    month: Month,
    *,
    program: str = "",
    username: str = "",
    viewer: Viewer | None = None,
    with_had: bool = True,
    now: datetime,
) -> list[Count]:
    """
    In the part of the tree of `viewer` (or of the officer `username`); null: all of it, for the operator. Without `with_had` nobody's
    decisions are looked up: `had`, `decided` and `never` stay 0.

    Raises:
        NotAllowed, NotWorkedOut.
    """
    viewer = _viewer(viewer, username, "alerts.view", now)
    told = _told(folder, month)
    counts = []
    with _rows_seen(deployment, folder, viewer) as seen:
        for one in told:
            if program not in ("", one.program):
                continue
            if one.refused:
                counts.append(Count(one.program, one.title, one.unit, refused=one.refused))
                continue
            maybe = seen.number_of(one.program, "cannot_tell")
            gaps = tuple(gap.fact for gap in one.gaps)
            found = Count(
                one.program, one.title, one.unit, seen.number_of(one.program, "granted"), maybe=maybe, gaps=gaps
            )
            if with_had:
                entitled = seen.subjects(one.program, "granted")
                had, decided = _had(one, entitled)
                found = replace(found, had=len(had), decided=len(decided), never=len(entitled) - len(had | decided))
            counts.append(found)
    return counts


def rows(
    deployment: Deployment,
    folder: Path,
    month: Month,
    *,
    program: str = "",
    maybe: bool = False,
    members: bool = False,
    reason: str,
    username: str = "",
    viewer: Viewer | None = None,
    now: datetime,
) -> list[list[str]]:
    """
    Header and rows as text: who is entitled and neither had the programme nor was decided about; with `maybe` those who cannot be told
    while something speaks for them. With `members` names, ID numbers and phones of the workers come first. Logged.

    Raises:
        ReasonMissing: no purpose.
        NotAllowed: the officer sees no lists, or opens no ID numbers.
        NotWorkedOut.
    """
    reason = operating.require_reason(reason)
    by_command = viewer is None
    viewer = _viewer(viewer, username, "registry.reveal" if members else "alerts.view", now)
    told = _told(folder, month)
    facts = {name: fact.title["zh"] for name, fact in policy.load_vocabulary(programs_folder()).facts.items()}
    names = {code: union.name for code, union in organizations.load_by_code().items()}
    found: list[tuple[Entitled, dict[str, Any]]] = []
    with _rows_seen(deployment, folder, viewer) as seen:
        for one in told:
            if program in ("", one.program) and not one.refused:
                listed = seen.rows(one.program, "cannot_tell" if maybe else "granted")
                had, decided = _had(one, {row["subject"]: row["persons"] for row in listed})
                found += [(one, row) for row in listed if row["subject"] not in had | decided]
    wanted = {person for _, row in found for person in row["workers"]} if members else set()
    identities = sensing.find_identities(deployment.lake, deployment.keys(), wanted) if wanted else {}
    body = []
    for one, row in found:
        cells = [
            one.program,
            one.title["zh"],
            row["outcome"],
            row["tier"] or "",
            "" if row["amount"] is None else str(row["amount"]),
            row["area"] or "",
            areas.full_name_of(row["area"]) if row["area"] else "",
            "、".join(names.get(code, code) for code in row["unions"]),
            row["subject"],
            "、".join(facts.get(name, name) for name in (row["missing"] or "").split("|") if name),
        ]
        if members:
            people = [identities[person] for person in row["workers"] if person in identities]
            cells = [
                "|".join(getattr(each, part) for each in people) for part in ("name", "id_number", "phone")
            ] + cells
        body.append(cells)
    detail: dict[str, Any] = {
        "program": program or "*",
        "outcome": "cannot_tell" if maybe else "granted",
        "rows": len(body),
        "persons": len(wanted & identities.keys()),
    }
    if by_command:  # never as the officer's own act: it is the operator who has the list now
        detail["operator"] = operating.operator()
        if viewer:
            detail["for_post"] = viewer.post_id
    actor = None if by_command else viewer
    audit.record(actor, action="programs.takeup", object=f"takeup:{month}", reason=reason, detail=detail, now=now)
    return [[*(IDENTITY if members else ()), *HEADER], *body]


def _viewer(viewer: Viewer | None, username: str, action: str, now: datetime) -> Viewer | None:
    """Raises NotAllowed."""
    if viewer is None:
        return simulate.officer(username, "alerts.view", action, now=now) if username else None
    permissions.require(viewer, "alerts.view")
    permissions.require(viewer, action)
    return viewer


def _told(folder: Path, month: Month) -> list[Entitled]:
    if not (folder / working.RESULT).exists():
        raise NotWorkedOut(month)
    found: dict[str, Entitled] = {}
    for one in simulating.read_entitled(folder):  # a programme with versions for several divisions is one programme
        former = found.get(one.program)
        if former is None or former.refused:
            found[one.program] = one
        elif not one.refused:
            found[one.program] = replace(former, gaps=tuple(dict.fromkeys((*former.gaps, *one.gaps))))
    return list(found.values())


@dataclass(frozen=True)
class _Seen:
    """The rows that one viewer may see."""

    connection: duckdb.DuckDBPyConnection

    def __enter__(self) -> _Seen:
        return self

    def __exit__(self, *failure: Any) -> None:
        self.connection.close()

    def rows(self, program: str, outcome: str) -> list[dict[str, Any]]:
        found = self.connection.execute(
            "SELECT * FROM seen WHERE program = ? AND outcome = ? ORDER BY unions, area, subject", [program, outcome]
        )
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def subjects(self, program: str, outcome: str) -> dict[str, list[str]]:
        return dict(
            self.connection.execute(
                "SELECT subject, persons FROM seen WHERE program = ? AND outcome = ?", [program, outcome]
            ).fetchall()
        )

    def number_of(self, program: str, outcome: str) -> int:
        (number,) = self.connection.execute(
            "SELECT count(*) FROM seen WHERE program = ? AND outcome = ?", [program, outcome]
        ).fetchone() or (0,)
        return int(number)


def _rows_seen(deployment: Deployment, folder: Path, viewer: Viewer | None) -> _Seen:
    """
    A row belongs to the unions of its members; without one that the tree knows, to the union that answers for its area.
    """
    connection = duckdb.connect(config={"threads": deployment.threads, "memory_limit": deployment.memory_limit})
    path = str(folder / ROWS).replace("'", "''")
    if viewer is None:
        connection.execute(f"CREATE TEMP VIEW seen AS SELECT * FROM read_parquet('{path}')")
        return _Seen(connection)
    tree = organizations.load_by_code()
    mine = [code for code, union in tree.items() if scope.covers(viewer.org_path, union.path)]
    answers = _Answering(tree.values(), deployment.home)
    areas_met = connection.execute(f"SELECT DISTINCT coalesce(area, '') FROM read_parquet('{path}')").fetchall()
    answering = [area for (area,) in areas_met if scope.covers(viewer.org_path, answers(area))]
    for name, values in (("mine", mine), ("known", list(tree)), ("answering", answering)):
        connection.register(f"{name}_table", pa.table({"code": pa.array(values, pa.string())}))
        connection.execute(f"CREATE TEMP TABLE {name} AS SELECT code FROM {name}_table")
    connection.execute(f"""
        CREATE TEMP TABLE seen AS
        WITH whole AS (SELECT *, list_intersect(unions, (SELECT coalesce(list(code), []) FROM known)) AS theirs FROM read_parquet('{path}'))
        SELECT * EXCLUDE (theirs) FROM whole
        WHERE CASE WHEN len(theirs) > 0 THEN list_has_any(theirs, (SELECT coalesce(list(code), []) FROM mine))
                   ELSE coalesce(area, '') IN (SELECT code FROM answering) END""")
    return _Seen(connection)


class _Answering:
    """Area → path of the union that answers for it, as a list's rows are sent: town, else county, else city, else home; of the whole tree at once."""

    def __init__(self, tree: Iterable[Union], home: str) -> None:
        self._home = home.ljust(12, "0")
        self._root = ""
        self._at: dict[tuple[Level, str], str] = {}
        for union in sorted(tree, key=lambda union: union.code):
            if union.parent_id is None:
                self._root = self._root or union.path
            if union.is_active:
                self._at.setdefault((union.level, union.area), union.path)

    def __call__(self, area: str) -> str:
        return self._of(area or self._home) or self._of(self._home) or self._root

    def _of(self, area: str) -> str:
        division = areas.shorten(area)
        for level, digits in ((Level.TOWN, 9), (Level.COUNTY, 6), (Level.CITY, 4)):
            if len(division) >= digits and (found := self._at.get((level, division[:digits].ljust(12, "0")))):
                return found
        return ""


_KINDS = {"person": SubjectKind.PERSON, "household": SubjectKind.HOUSEHOLD}


def _had(one: Entitled, subjects: Mapping[str, list[str]]) -> tuple[set[str], set[str]]:
    """
    (subjects that were granted the programme before, subjects that somebody decided about otherwise).

    Of a household: what it had, or anybody who lives there now.
    """
    had, decided = set[str](), set[str]()
    if one.rows_of not in _KINDS or not subjects:
        return had, decided
    ids = registry.ids_of_pseudonyms({person for persons in subjects.values() for person in persons})
    homes = registry.households_of(ids.values())
    answers = programs.outcomes_by_subject(one.program)
    for subject, persons in subjects.items():
        about = _subjects(one, [ids[person] for person in persons if person in ids], homes)
        outcomes = {outcome for each in about for outcome in answers.get(each, ())}
        if DecisionOutcome.GRANTED in outcomes:
            had.add(subject)
        elif outcomes:
            decided.add(subject)
    return had, decided


def _subjects(one: Entitled, person_ids: Iterable[int], homes: Mapping[int, int]) -> list[Subject]:
    found = [Subject(SubjectKind.PERSON, person_id) for person_id in person_ids]
    if one.rows_of == "household":
        households = {homes[each.id] for each in found if each.id in homes}
        found += [Subject(SubjectKind.HOUSEHOLD, home) for home in households]
    return found
