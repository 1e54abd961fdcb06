"""
A small town written on paper: feed files month by month, landed and sensed through the real doors.

What most stories share is given: the standard is 1,000 yuan a month and 50 m² a head in county 330624; a worker is a union
member, lives there alone since 2010 and earns 5,000 a month, so that I2 = 60,000, I3 = 5,000 and nothing fires.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pyarrow.parquet
from stdnum.iso7064 import mod_11_2

from niangjia.engines import sensing
from niangjia.engines.sensing.tests.landing_samples import FEEDS, KEYS
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month

COUNTY, TOWN = "330624", "330624001000"
EMPLOYER, OTHER_EMPLOYER = "91330624MA00000001", "91330624MA00000002"
PACK = sensing.load_sensing_pack(programs_folder())
_DATED_BY = {feed.name: feed.date_column for feed in FEEDS.values() if feed.is_increment}
_serials = itertools.count(1)


def born(day: str, *, sex: str = "M", last: str = "") -> str:
    """An invented ID number of a person born on `day` (not one number twice); `last`: the check character it must end with."""
    while True:
        body = f"{COUNTY}{date.fromisoformat(day):%Y%m%d}{next(_serials) % 499 * 2 + (sex == 'M'):03d}"
        number = body + mod_11_2.calc_check_digit(body)
        if number.endswith(last):
            return number


def pseudonym(person: str) -> str:
    return KEYS.pseudonym_of(person)


def drawn(table: str) -> list[dict[str, str]]:
    """The rows of a drawn table: a header line, a rule, one line a row; cells between bars."""
    lines = [line for line in table.strip().splitlines() if line.strip()]
    header = [cell.strip() for cell in lines[0].split("|")]
    return [dict(zip(header, (cell.strip() for cell in line.split("|")), strict=True)) for line in lines[2:]]


class MonthList:
    """A run's list as its Parquet files tell it: `rows` by household key, `members` (pseudonyms) by household key."""

    def __init__(self, run: sensing.Run) -> None:
        self.run = run
        self.rows = {row["household_key"]: row for row in self._table("signals").to_pylist()}
        self.members: dict[str, set[str]] = {key: set() for key in self.rows}
        for row in self._table("members").to_pylist():
            self.members[row["household_key"]].add(sensing.pseudonym_text(row["person"]))

    def _table(self, name: str) -> pyarrow.Table:
        return pyarrow.parquet.read_table(self.run.folder / f"{name}.parquet")

    def columns(self) -> dict[str, str]:
        """Column → type of signals.parquet."""
        return {field.name: str(field.type) for field in self._table("signals").schema}

    def rows_of(self, person: str) -> list[dict]:
        """Every row that names the person."""
        return [self.rows[key] for key, persons in self.members.items() if pseudonym(person) in persons]

    def of(self, person: str) -> dict:
        """The one row that names the person; {} if there is none."""
        rows = self.rows_of(person)
        assert len(rows) <= 1, rows
        return rows[0] if rows else {}

    def fired(self, person: str) -> set[str]:
        return set(filter(None, (self.of(person).get("triggers") or "").split("|")))

    def state(self, person: str) -> str:
        """The state, with its reason behind it; empty if the person is not on the list."""
        row = self.of(person)
        return " ".join(filter(None, (row["state"], row["reasons"]))) if row else ""

    def set_aside(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO((self.run.folder / "set_aside.csv").read_text(encoding="utf-8"))))


class Town:
    """Paper, and the lake and runs that come of it. Snapshot rows stay until they are changed; increments are sent once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paper: dict[str, list[dict[str, object]]] = {feed: [] for feed in FEEDS}
        self.numbers = itertools.count(1)
        self.add("standard", area=COUNTY, since="2015-01-01", dibao_monthly="1000", mean_housing_area_m2="50")
        self.add(
            "union", code="U1", name="新昌县某厂工会", level="grassroots", area=TOWN, uscc=EMPLOYER, state="active"
        )

    def add(
        self, feed: str, *, since: str | None = None, until: str | None = None, **cells: object
    ) -> dict[str, object]:
        """Write one row; `since` and `until` are the columns from and to. The row may be changed later."""
        row = {code: cell for code, cell in ({"from": since, "to": until} | cells).items() if cell is not None}
        assert set(row) <= set(FEEDS[feed].columns), f"{feed} has no {set(row) - set(FEEDS[feed].columns)}"
        self.paper[feed].append(row)
        return row

    # ---- people

    def worker(
        self, birth: str = "1984-03-01", *, base: object = "5000", months: Iterable[Month] = (), sex: str = "M", last: str = "",
        household: str | None = None, relation: str = "head", area: str = TOWN, since: str = "2010-01-01", until: str | None = None,
    ) -> str:  # fmt: skip
        """A union member in the register, paid `base` in each of `months`; returns the ID number."""
        person = born(birth, sex=sex, last=last)
        self.live(person, household, relation, area=area, since=since, until=until)
        self.add("member", id=person, union_code="U1", joined_on="2015-01-01")
        self.earn(person, base, months)
        return person

    def live(
        self, person: str, household: str | None = None, relation: str = "head", *, area: str = TOWN, since: str = "2010-01-01",
        until: str | None = None, died: str | None = None,
    ) -> dict[str, object]:  # fmt: skip
        number = household or f"H{next(self.numbers)}"
        return self.add(
            "household",
            household_no=number,
            id=person,
            relation=relation,
            area=area,
            since=since,
            until=until,
            death_date=died,
        )

    def lodger(self, with_person: str, birth: str, relation: str = "child", *, sex: str = "F", **stay: str) -> str:
        """Somebody who lives in another's household and is neither a member nor insured."""
        number = next(str(row["household_no"]) for row in self.paper["household"] if row["id"] == with_person)
        person = born(birth, sex=sex)
        self.live(person, number, relation, **stay)
        return person

    def marry(self, one: str, other: str, *, since: str = "2010-05-01", until: str | None = None) -> dict[str, object]:
        return self.add("marriage", id_a=one, id_b=other, since=since, until=until)

    def earn(
        self, person: str, base: object, months: Iterable[Month], *, paid: int = 1, employer: str = EMPLOYER, stop_reason: str | None = None
    ) -> None:  # fmt: skip
        for month in months:
            self.add(
                "social_insurance",
                aac002=person,
                aab001=employer,
                aae140="110",
                month=month,
                aac040=base,
                paid=paid,
                stop_reason=stop_reason,
            )

    def settle(
        self, person: str, amount: object, day: str, *, visit: str | None = None, refund: int = 0, place: str | None = COUNTY
    ) -> dict[str, object]:  # fmt: skip
        number = next(self.numbers)
        return self.add(
            "medical_settlement", setl_id=f"S{number}", mdtrt_id=visit or f"V{number}", certno=person, med_type="21", setl_time=day,
            refd_setl_flag=refund, medfee_sumamt=amount, fund_pay_sumamt="0", psn_part_amt=amount, insu_admdvs=place,
        )  # fmt: skip

    def study(
        self, person: str, stage: str, *, fee: object = "0", aid: object = "0", ownership: str = "public", since: str = "2021-09-01", until: str | None = None
    ) -> None:  # fmt: skip
        self.add(
            "school",
            id=person,
            stage=stage,
            fee_yearly=fee,
            aid_yearly=aid,
            ownership=ownership,
            since=since,
            until=until,
        )

    def misfortune(
        self, person: str, loss: object, day: str, *, kind: str = "fire", compensation: object = "0"
    ) -> None:
        self.add("event", id=person, kind=kind, happened_on=day, loss=loss, compensation=compensation)

    # ---- the doors

    def deliver(
        self, month: Month, *, without: Iterable[str] = (), only: Iterable[str] | None = None, early: Iterable[str] = ()
    ) -> Path:
        """
        Write the month's folder: every feed but `without` (or `only` some), a header alone where there is nothing to tell.

        Rows of increments dated later stay on paper for their month, except of the feeds that are sent `early`.
        """
        place = self.folder / "feeds" / str(month)
        place.mkdir(parents=True, exist_ok=True)
        for feed in set(FEEDS if only is None else only) - set(without):
            rows, later = self.paper[feed], []
            if feed in _DATED_BY:
                later = [row for row in rows if str(row[_DATED_BY[feed]])[:7] > str(month) and feed not in early]
                rows = [row for row in rows if row not in later]
                self.paper[feed] = later
            with open(place / f"{feed}.csv", "w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(FEEDS[feed].columns), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        return place

    def land(self, folder: Path, *, lake: Path | None = None) -> list[sensing.BatchReport]:
        """Land a month's folder; a town this small has no usual volume, so the gate is told to let it pass."""
        reports = sensing.land_folder(
            lake or self.folder / "lake",
            folder,
            keys=KEYS,
            feeds=FEEDS,
            override="a town on paper",
            memory_limit="1GB",
            threads=1,
        )
        assert not [report for report in reports if report.status == "refused" or report.rows_set_aside], reports
        return reports

    def sense(
        self, month: Month, own: sensing.OwnHistory | None = None, *,
        lake: Path | None = None, runs: Path | None = None, pack: sensing.SensingPack = PACK,
    ) -> MonthList:  # fmt: skip
        lake, runs = lake or self.folder / "lake", runs or self.folder / "runs"
        limits = {"memory_limit": "1GB", "threads": 1}
        return MonthList(
            sensing.sense_month(
                lake=lake, runs=runs, month=month, home="330600", pack=pack, feeds=FEEDS, own=own, **limits
            )
        )
