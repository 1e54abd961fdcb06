"""One month sensed, and its list taken in: households to the registry, rows to the monthly list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.db import transaction

from niangjia.apps.alerts import actions as alerts
from niangjia.apps.alerts import queries as listed
from niangjia.apps.alerts.types import RunInfo, RunKind, SignalRow
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries as matters
from niangjia.apps.cases.types import HeldMonth
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs.types import StandardRow
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries as persons
from niangjia.apps.registry.types import HouseholdFacts, MemberFacts, MembershipFacts
from niangjia.engines import sensing
from niangjia.kernel import identity
from niangjia.kernel.deployment import Deployment, programs_folder
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

Progress = Callable[[str, float], None]


class NoUnionTree(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "还没有工会组织数据，名单无处下派。请在当月文件夹中放入 union 数据后重新导入。",
            "There are no unions yet, so the list has nowhere to go. Put a union feed into the month's folder and land it again.",
        )


def sense(deployment: Deployment, month: Month, *, now: datetime, progress: Progress | None = None) -> sensing.Run:
    """
    Sense `month` and take its list in. Safe to repeat: a list that is there stays, late data makes a correction list beside it.

    Raises:
        MonthNotLanded, PackError: nothing to sense, or rules that do not hold.
        NoUnionTree, OrphanUnions …: the list is made but has nowhere to go yet.
    """
    run = make_list(deployment, month, progress=progress)
    take_in(deployment, run, now=now, progress=progress)
    return run


def sense_as_far_as_possible(
    deployment: Deployment, month: Month, *, now: datetime, progress: Progress | None = None
) -> tuple[sensing.Run, Refusal | None]:
    """
    The list, and why it could not be taken in (no unions yet, a union tree with a gap), if so.

    The list stands all the same; sensing the month again takes it in once the cause is mended.
    """
    run = make_list(deployment, month, progress=progress)
    try:
        take_in(deployment, run, now=now, progress=progress)
    except Refusal as refusal:
        return run, refusal
    return run, None


def make_list(deployment: Deployment, month: Month, *, progress: Progress | None = None) -> sensing.Run:
    return sensing.sense_month(
        lake=deployment.lake,
        runs=deployment.runs,
        month=month,
        home=deployment.home,
        pack=sensing.load_sensing_pack(programs_folder()),
        feeds=sensing.load_feeds(programs_folder()),
        own=matters.own_history(asof=month.last_day),
        progress=progress,
        memory_limit=deployment.memory_limit,
        threads=deployment.threads,
    )


def take_in(deployment: Deployment, run: sensing.Run, *, now: datetime, progress: Progress | None = None) -> None:
    """
    Unions and standards, households and list, months of those on file; safe to repeat. Lists of earlier months that had nowhere to go
    are taken in first: this month's begins where they ended.
    """
    receive_references(deployment, run.month, now=now)
    for one in [*_waiting_before(deployment, run.month), run]:
        receive(deployment, one, now=now, progress=progress)
        receive_households_on_file(one, now=now)
    audit.anchor(file=deployment.anchors, now=now)


def _waiting_before(deployment: Deployment, month: Month) -> list[sensing.Run]:
    """Lists that were made and never taken in, in order of months, of one month the list before its corrections."""
    taken_in = listed.runs_taken_in()
    waiting = [
        run
        for run in sensing.list_runs(deployment.runs)
        if run.month < month and f"{run.month}-{run.run_id}" not in taken_in
    ]
    return sorted(waiting, key=lambda run: run.month)


def receive_references(deployment: Deployment, month: Month, *, now: datetime) -> None:
    """The union tree and the living standards, as the latest feeds up to `month` say them."""
    feeds = sensing.load_feeds(programs_folder())
    if rows := sensing.latest_snapshot(deployment.lake, feeds["union"], month):
        with transaction.atomic():
            done = organizations.receive_unions(rows)
            if done.created_count or done.changed_count:
                detail = {"created": done.created_count, "changed": done.changed_count, "moved": len(done.moves)}
                audit.record(
                    None, action="organizations.receive_unions", object=f"month:{month}", detail=detail, now=now
                )
    standards = sensing.latest_snapshot(deployment.lake, feeds["standard"], month)
    programs.receive_standards(
        [StandardRow(str(row["area"]), row["from"], row["dibao_monthly"]) for row in standards],  # type: ignore[arg-type]
        source=f"standard {month}",
        now=now,
    )


def receive_households_on_file(run: sensing.Run, *, now: datetime) -> None:
    """What the month says of households on file: the months that lead out of it are counted from this."""
    rows = pq.read_table(run.folder / "on_file.parquet").to_pylist()
    homes = {
        persons.household_of(person_id): row
        for row in rows
        for person_id in persons.ids_of_pseudonyms([sensing.pseudonym_text(row["person"])]).values()
    }
    cases.record_sensed_months(
        months=[
            (home, HeldMonth(run.month, row["income_per_capita"], row["standard"]))
            for home, row in homes.items()
            if home is not None
        ],
        now=now,
    )


def receive(deployment: Deployment, run: sensing.Run, *, now: datetime, progress: Progress | None = None) -> None:
    """Take a run's rows into the registry and the monthly list."""
    rows = pq.read_table(run.folder / "signals.parquet").to_pylist()
    members = _members(run.folder)
    if progress:
        progress("名单入库 · registry", 0.0)
    responsible = Responsible(deployment.home)
    facts = list(_household_facts(deployment, run.month, rows, members, responsible))
    received = registry.receive_households(facts, now=now)
    _receive_memberships(deployment, run.month, received.person_ids, now)
    ids = dict(received.household_ids)
    missing = {row["household_key"] for row in rows} - ids.keys()
    ids |= persons.household_ids_of_keys(missing)
    manifest = run.manifest()
    says = sensing.load_sensing_pack(programs_folder()).says
    info = RunInfo(
        month=run.month,
        run_id=f"{run.month}-{run.run_id}",
        manifest_hash=manifest["hashes"]["signals.parquet"],
        list_hash=manifest["hashes"]["signals.parquet"],
        row_count=len(rows),
        says=says,
        kind=RunKind.MONTHLY if run.kind == "monthly" else RunKind.CORRECTION,
        gaps=tuple(f"{area}：{run.month} 无低保标准" for area in manifest["areas_without_standard"]),
    )
    alerts.receive_run(
        viewer=None,
        run=info,
        rows=[_signal(row, ids[row["household_key"]], responsible(row["area"])) for row in rows],
        now=now,
        progress=(lambda done: progress("名单入库 · alerts", done / max(len(rows), 1))) if progress else None,
    )


def entry(action: str, target: str, detail: Mapping[str, Any], reason: str = "") -> Entry:
    return Entry(action=action, object=target, detail=dict(detail), reason=reason)


def _members(folder: Path) -> dict[str, list[str]]:
    members: dict[str, list[str]] = defaultdict(list)
    for row in pq.read_table(folder / "members.parquet").to_pylist():
        members[row["household_key"]].append(sensing.pseudonym_text(row["person"]))
    return members


def _household_facts(
    deployment: Deployment,
    month: Month,
    rows: list[dict[str, Any]],
    members: Mapping[str, list[str]],
    responsible: Responsible,
) -> Iterator[HouseholdFacts]:
    """Only now, and only for the households of the list, are pseudonyms turned back into names."""
    living = [row for row in rows if row["state"] != "EXITED" or row["size"] is not None]
    wanted = {person for row in living for person in members[row["household_key"]]}
    identities = sensing.find_identities(deployment.lake, deployment.keys(), wanted)
    relations = sensing.relations_of(deployment.lake, sensing.load_feeds(programs_folder()), month, wanted)
    for row in living:
        people = []
        for pseudonym in members[row["household_key"]]:
            found = identities.get(pseudonym)
            people.append(
                MemberFacts(
                    pseudonym=pseudonym,
                    id_number=found.id_number if found else "",
                    name=found.name if found else "",
                    phone=found.phone if found else "",
                    birth_date=identity.birth_date(found.id_number) if found else None,
                    sex=identity.sex(found.id_number) if found else "",
                    relation=relations.get(pseudonym, ""),
                )
            )
        yield HouseholdFacts(key=row["household_key"], members=tuple(people), org_id=responsible(row["area"]))


def _receive_memberships(
    deployment: Deployment, month: Month, persons_received: Mapping[str, int], now: datetime
) -> None:
    """Which union each person of the list belongs to: the first place an order goes."""
    tree = unions.load_by_code()
    spells = sensing.memberships_of(deployment.lake, sensing.load_feeds(programs_folder()), month, persons_received)
    registry.receive_memberships(
        [
            MembershipFacts(spell.person, tree[spell.union_code].id, spell.joined_on, spell.left_on, spell.group)
            for spell in spells
            if spell.union_code in tree
        ],
        now=now,
    )


class Responsible:
    """Area → the union that answers for it: town, else county, else city; elsewhere or unknown, the home union."""

    def __init__(self, home: str) -> None:
        self._home = home.ljust(12, "0")
        self._known: dict[str, int] = {}

    def __call__(self, area: str | None) -> int:
        """Raises NoUnionTree: no `union` feed was ever landed."""
        area = area or self._home
        if area not in self._known:
            found = unions.find_town_union(area) or unions.find_county_union(area) or unions.find_city_union(area)
            found = (
                found
                or unions.find_city_union(self._home)
                or unions.find_county_union(self._home)
                or unions.find_root()
            )
            if found is None:
                raise NoUnionTree
            self._known[area] = found.id
        return self._known[area]


def _signal(row: Mapping[str, Any], household_id: int, org_id: int) -> SignalRow:
    def listed(column: str) -> tuple[str, ...]:
        return tuple(part for part in (row[column] or "").split("|") if part)

    figures = {
        column: row[column]
        for column in (
            "I2",
            "I3",
            "I4",
            "I5",
            "M4",
            "M5",
            "size",
            "students",
            "dis_grade",
            "months_uninsured",
            "confidence",
        )
    }
    return SignalRow(
        household_id=household_id,
        org_id=org_id,
        area=row["area"] or "",
        state=row["state"],
        grade=row["grade"] or "",
        suppress_code=row["suppress_code"] or "",
        causes=listed("causes"),
        triggers=listed("triggers"),
        labels=listed("labels"),
        reasons=listed("reasons"),
        first_month=row["first_month"] or "",
        **figures,
    )
