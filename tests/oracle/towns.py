"""
Small nasty towns as feed folders: every household stands on or beside some line of the contract.

`Town(seed).write(folder)` gives the steps in order: ``("land", folder)`` and ``("sense", month)``.
The same seed gives the same bytes. Only rows the contract reads in one way are drawn (README.md lists the others).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from niangjia.kernel.months import Month, completed_years
from tests.oracle.oracle import FEEDS, INCREMENTS
from tests.oracle.paper import feed_file, id_number, write_feed

CENT = Decimal("0.01")
SOUTH, VALLEY, TOWN, BARE = "330624001000", "330624102000", "330602005000", "330683003000"
HANGZHOU, NANJING = "330106001000", "320102001000"
STARTS = {feed: "from" for feed in ("disability", "school", "low_income_scheme", "household", "marriage", "business")}
STARTS |= {
    "unemployment": "benefit_from",
    "pension": "retired_on",
    "member": "joined_on",
    "vehicle": "first_registered_on",
}
ENDS = {"unemployment": "benefit_to", "member": "left_on"}
MAY_MISS = [
    "medical_settlement", "social_insurance", "pension", "unemployment", "disability", "school", "event", "canvass",
    "aid_payment", "mutual_aid", "low_income_scheme", "real_estate", "vehicle", "business", "household", "marriage",
    "member", "union", "standard",
]  # fmt: skip
SNAPSHOT_FILLERS, INCREMENT_FILLERS = 40, 40


@dataclass
class Waiting:
    """A row of an increment feed and the folder it comes in."""

    arrives: Month
    cells: dict[str, object]


@dataclass
class Home:
    number: str
    head: str
    members: list[str]
    area: str
    income: Decimal = Decimal(0)  # a year's, constant over all months
    notes: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.members)


class Town:
    def __init__(self, seed: int, *, households: int | None = None) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        # 2022, 2026: a child of 29 February comes of age in a common year; 2024: a leap year.
        first = Month(self.rng.choice(["2022-01", "2024-02", "2024-12", "2025-03", "2026-01", "2026-02"]))
        self.months = [first.plus(n) for n in range(self.rng.randint(3, 6))]
        self.history = [first.plus(n) for n in range(-14, 0)]
        self.history_in_bulk = self.rng.random() < 0.7
        self.snapshots: dict[str, list[dict[str, object]]] = defaultdict(list)
        self.increments: dict[str, list[Waiting]] = defaultdict(list)
        self.people = 0
        self.serial = 0
        self.scenario_of: dict[str, str] = {}  # person -> scenario, for the reader of a difference
        self.strangers = [id_number(date(1970, 1, 1) + timedelta(days=n), n, region="340102") for n in range(60)]
        self._standards()
        kinds = self._scenarios()
        count = households or self.rng.choice([15, 50, 70, 80])
        order = [*kinds] * (count // len(kinds) + 1)
        self.rng.shuffle(order)
        for kind in order[:count]:
            before = self.people
            people = kind()
            for person in people:
                self.scenario_of[person] = kind.__name__.lstrip("_")
            assert self.people > before

    # ------------------------------------------------------------------------------------------ bricks

    def snap(self, feed: str, *, planned: bool = False, since: Month | None = None, until: Month | None = None,
             **cells: object) -> dict[str, object]:  # fmt: skip
        """A snapshot row; an end in the future is not printed unless `planned`. Shown in folders since … until."""
        row = cells | {"_planned": planned, "_since": since, "_until": until}
        self.snapshots[feed].append(row)
        return row

    def inc(self, feed: str, *, arrives: Month | None = None, **cells: object) -> None:
        dated = Month(str(cells[INCREMENTS[feed]])[:7])
        self.increments[feed].append(Waiting(max(arrives or dated, self.history[0]), cells))

    def person(self, birth: date | None = None, *, age: int | None = None, sex: str | None = None) -> str:
        self.people += 1
        if birth is None:
            age = age if age is not None else self.rng.randint(25, 50)
            birth = date(self.months[0].year - age, self.rng.randint(1, 12), self.rng.randint(1, 28))
            birth = birth.replace(year=birth.year - 1)
        region = self.rng.choice(["330624", "330602", "340102", "810000"])
        return id_number(birth, self.people % 500, sex=sex or self.rng.choice("MF"), region=region)

    def number(self) -> str:
        self.serial += 1
        return f"H{self.serial:05d}"

    def live(self, person: str, number: str, relation: str, area: str, *, since: object = "2010-01-01",
             to: object = None, died: object = None, **more: object) -> dict[str, object]:  # fmt: skip
        return self.snap("household", household_no=number, id=person, name="张三", relation=relation, area=area,
                         to=to, death_date=died, **{"from": since}, **more)  # fmt: skip

    def join_union(self, person: str, union: str = "U1", *, left: object = None) -> None:
        self.snap(
            "member",
            id=person,
            name="张三",
            union_code=union,
            joined_on="2015-01-01",
            left_on=left,
            phone="13800000000",
        )

    def earn(self, person: str, base: object, first: Month | None = None, last: Month | None = None, *, paid: int = 1,
             employer: str = "91330624MA00000001", stop: str | None = None) -> None:  # fmt: skip
        month = first or self.history[0]
        last = last or self.months[-1]
        while month <= last:
            self.inc("social_insurance", aac002=person, aab001=employer, aae140="110", month=str(month), aac040=base,
                     paid=paid, stop_reason=stop if month == last else None)  # fmt: skip
            month = month.next()

    def settle(self, person: str, amount: object, day: date, *, visit: str | None = None, refund: bool = False,
               kind: str = "21", place: str = "330624", number: str | None = None, arrives: Month | None = None) -> str:  # fmt: skip
        self.serial += 1
        number = number or f"S{self.serial:06d}"
        amount = Decimal(amount)
        fund = amount * 2
        self.inc("medical_settlement", arrives=arrives, setl_id=number, mdtrt_id=visit, certno=person, psn_name="张三",
                 insutype="310", med_type=kind, setl_time=day, refd_setl_flag=int(refund), medfee_sumamt=amount + fund,
                 fund_pay_sumamt=fund, psn_part_amt=amount, psn_cash_pay=amount, insu_admdvs=place)  # fmt: skip
        return number

    def study(
        self,
        person: str,
        stage: str,
        fee: object = 0,
        *,
        since: object = "2018-09-01",
        to: object = None,
        **more: object,
    ) -> None:
        self.snap("school", id=person, stage=stage, fee_yearly=fee, to=to, **{"from": since}, **more)

    def family(self, *, base: object = None, kids: int = 0, area: str | None = None, spouse: str | None = None) -> Home:
        """A union member with steady wages, perhaps a retired or earning spouse, perhaps small children."""
        home = Home(self.number(), self.person(), [], area or self.rng.choice([SOUTH, SOUTH, VALLEY, TOWN, BARE]))
        home.members.append(home.head)
        self.live(home.head, home.number, "head", home.area)
        self.join_union(home.head)
        if base is None:
            base = self.rng.choice([3000, 5000, 8000])
        self.earn(home.head, base)
        home.income = Decimal(base) * 12
        spouse = spouse or self.rng.choice(["none", "none", "earning", "retired"])
        if spouse != "none":
            partner = self.person(age=62 if spouse == "retired" else None)
            home.members.append(partner)
            self.live(partner, home.number, "spouse", home.area)
            if self.rng.random() < 0.5:
                self.snap("marriage", id_a=home.head, id_b=partner, **{"from": "2012-05-20"})
            if spouse == "retired":
                self.snap("pension", id=partner, retired_on="2012-01-01", pension_monthly="1200.50")
                home.income += Decimal("1200.50") * 12
            else:
                self.earn(partner, 2500)
                home.income += 2500 * 12
        for _ in range(kids):
            child = self.person(age=self.rng.randint(3, 12))
            home.members.append(child)
            self.live(child, home.number, "child", home.area)
        return home

    def standard(self, area: str, month: Month) -> Decimal | None:
        if area == TOWN:
            return Decimal("1105.50") if month < self.months[1] else Decimal("1160")
        return {SOUTH: Decimal(1000), VALLEY: Decimal(640), HANGZHOU: Decimal(1200), NANJING: Decimal(900)}.get(area)

    def _standards(self) -> None:
        def row(area: str, since: object, dibao: object, mean: object = "40") -> None:
            self.snap(
                "standard", planned=True, area=area, dibao_monthly=dibao, mean_housing_area_m2=mean, **{"from": since}
            )

        row("330624", "2019-01-01", "900")
        row("330624", "2020-01-01", "1000")
        row("330624102", "2018-01-01", "640", None)
        row("330624001", self.months[-1].next().first_day, "5000")
        row("330602", "2020-07-01", "1105.50", "45.5")
        row("330602", self.months[1].first_day, "1160", "45.5")
        row("3301", "2020-01-01", "1200")
        row("32", "2020-01-01", "900")
        self.snap("union", code="U0", name="市总工会", level="city", area="330600000000", state="active")
        for code, area in (("U1", SOUTH), ("U2", TOWN), ("U3", None), ("U4", BARE)):
            self.snap(
                "union", code=code, name=f"工会{code}", parent="U0", level="grassroots", area=area, state="active"
            )

    # ------------------------------------------------------------------------------------------ choices

    def target(self) -> Month:
        return self.rng.choice(self.months)

    def beside(self) -> Decimal:
        """On the line, or one cent off it."""
        return self.rng.choice([Decimal(0), Decimal(0), CENT, -CENT])

    def window_day(self, target: Month, *, edges: bool = True) -> date:
        first, last = target.plus(-11).first_day, target.last_day
        if edges and self.rng.random() < 0.6:
            return self.rng.choice([first, last])
        return first + timedelta(days=self.rng.randrange((last - first).days + 1))

    def late(self, day: date) -> Month | None:
        """Sometimes a row arrives a month or two after its day."""
        month = Month.of(day)
        if self.rng.random() < 0.2 and month.plus(1) in self.months:
            return min(month.plus(self.rng.randint(1, 2)), self.months[-1])
        return None

    # ------------------------------------------------------------------------------------------ scenarios

    def _scenarios(self) -> list[Callable[[], list[str]]]:
        return [
            self._own_cost_at_forty_percent, self._own_cost_at_the_yearly_standard, self._a_stay_at_fifty_thousand,
            self._a_jump_at_twenty_thousand, self._refunds, self._maternity, self._window_edges,
            self._couple_in_two_numbers, self._child_in_two_households, self._divorce, self._death_of_an_earner,
            self._death_of_everyone, self._higher_student_at_twice_the_standard, self._school_cost_at_thirty_percent,
            self._two_pupils, self._grade_becomes_severe, self._two_disabled_or_old, self._event_at_eighty_percent,
            self._lost_the_job, self._benefit_ends, self._ratio_exactly_one_or_two, self._scheme, self._property,
            self._moved, self._insured_elsewhere, self._no_register_row, self._canvassed, self._unknown_income,
            self._all_workers_retired, self._birthday_at_the_line, self._born_on_29_february, self._aid_lowers_the_cost,
            self._corrected_later, self._leaves_the_union, self._wage_of_two_employers, self._grown_child_leaves,
            self._pension_starts, self._many_causes, self._worked_without_membership, self._two_rows_of_their_own,
            self._property, self._lost_the_job, self._birthday_at_the_line, self._comes_and_goes, self._retires_and_returns,
        ]  # fmt: skip

    def _own_cost_at_forty_percent(self) -> list[str]:
        home, target = self.family(kids=self.rng.randint(0, 1)), self.target()
        cost = Decimal("0.40") * home.income + self.beside()
        first = (cost / 3).quantize(CENT)
        day = self.window_day(target)
        self.settle(home.head, first, day, arrives=self.late(day))
        self.settle(home.members[-1], cost - first, self.window_day(target), visit="")
        return home.members

    def _own_cost_at_the_yearly_standard(self) -> list[str]:
        home, target = self.family(spouse="none"), self.target()
        partner = self.person()
        home.members.append(partner)
        self.live(partner, home.number, "spouse", home.area)
        if self.rng.random() < 0.5:  # else the partner has no row at all: income unknown
            self.earn(partner, 0, self.months[0].plus(-2), self.months[0].plus(-2), paid=0)
        standard = self.standard(home.area, target) or Decimal(1000)
        cost = Decimal("1.5") * standard * 12 + self.beside()
        self.settle(partner, cost, self.window_day(target))
        return home.members

    def _a_stay_at_fifty_thousand(self) -> list[str]:
        home, target = self.family(base=12000), self.target()
        visit = f"V{self.serial}"
        self.settle(home.head, 30000, self.window_day(target), visit=visit)
        self.settle(home.head, 20000 + self.beside(), self.window_day(target), visit=visit)
        if self.rng.random() < 0.5:
            self.settle(home.head, "499.99", self.window_day(target), visit=f"V{self.serial}x")
        return home.members

    def _a_jump_at_twenty_thousand(self) -> list[str]:
        home, target = self.family(base=15000), self.target()
        month = target.plus(-self.rng.randint(0, 2))
        day = self.rng.choice([month.first_day, month.last_day])
        falls_out = Decimal(self.rng.choice([0, 700]))
        if falls_out:
            old = target.plus(-self.rng.choice([14, 13, 12]))
            self.settle(home.head, falls_out, self.rng.choice([old.first_day, old.last_day]))
        self.settle(home.head, 20000 + falls_out + self.beside(), day)
        self.settle(home.head, 333, target.plus(-3).last_day)
        return home.members

    def _refunds(self) -> list[str]:
        home, target = self.family(), self.target()
        cost = Decimal("0.40") * home.income + 5000
        day = self.window_day(target, edges=False)
        kind = self.rng.choice(["all", "part", "orphan", "before", "found-later", "same-number", "wrong-person"])
        visit = f"V{self.serial}r"
        arrives = target.plus(1) if kind == "found-later" and target.plus(1) in self.months else None
        number = self.settle(home.head, cost, day, visit=visit, arrives=arrives)
        back = self.rng.randint(1, 40)
        refund_day = day - timedelta(days=back) if kind == "before" else day + timedelta(days=back)
        refunded = -(Decimal(5000) - self.beside()) if kind == "part" else -cost
        self.settle(
            home.members[-1] if kind == "wrong-person" else home.head,
            refunded,
            refund_day,
            visit="V-elsewhere" if kind == "orphan" else visit,
            refund=True,
            number=number if kind == "same-number" else None,
        )
        return home.members

    def _maternity(self) -> list[str]:
        home, target = self.family(), self.target()
        for kind in self.rng.sample(["51", "52", "53", "54", "5", "21", None], 2):
            self.settle(home.head, 60000, self.window_day(target), kind=kind)  # type: ignore[arg-type]
        return home.members

    def _window_edges(self) -> list[str]:
        home, target = self.family(base=4000), self.target()
        day = self.rng.choice([
            target.plus(-12).last_day, target.plus(-11).first_day, target.last_day, target.next().first_day,
        ])  # fmt: skip
        self.settle(home.head, 25000, day)
        if self.rng.random() < 0.5:
            self.inc("mutual_aid", id=home.head, amount="8000", paid_on=self.window_day(target))
        return home.members

    def _couple_in_two_numbers(self) -> list[str]:
        ours = self.family(base=self.rng.choice([1200, 2000, 4000]), kids=1, spouse="none")
        theirs = self.family(base=self.rng.choice([0, 1000, 2000]), spouse="none")
        parent, child = self.person(age=66), self.person(age=5)
        self.live(parent, theirs.number, "parent", theirs.area)  # three against two: the larger part keeps the case
        self.live(child, theirs.number, "child", theirs.area)
        month = self.target()
        when = self.rng.choice([month.first_day, month.last_day, month.next().first_day, date(2012, 1, 1)])
        one, other = self.rng.sample([ours.head, theirs.head], 2)
        self.snap("marriage", id_a=one, id_b=other, **{"from": when})
        self.settle(theirs.head, 20000, self.window_day(month))
        return [*ours.members, *theirs.members, parent, child]

    def _child_in_two_households(self) -> list[str]:
        ours, theirs = self.family(base=1700, spouse="none", kids=1), self.family(base=1900, spouse="none", kids=1)
        age = self.rng.choice([10, 17, 18, 20])
        child = self.person(age=age)
        self.live(child, ours.number, "child", ours.area)
        self.live(child, theirs.number, self.rng.choice(["child", "other"]), theirs.area,
                  since=self.rng.choice(["2010-01-01", "2021-01-01", self.target().first_day]))  # fmt: skip
        if self.rng.random() < 0.6:
            self.study(
                child,
                self.rng.choice(["senior", "vocational", "higher", "special"]),
                0,
                to=self.rng.choice([None, self.target().last_day]),
            )
        return [*ours.members, *theirs.members, child]

    def _divorce(self) -> list[str]:
        home = self.family(base=self.rng.choice([1000, 1500, 6000]), spouse="none")
        partner, child = self.person(), self.person(age=8)
        number = self.number()
        self.live(partner, number, "head", home.area)
        self.live(child, self.rng.choice([number, home.number]), "child", home.area)
        self.earn(partner, self.rng.choice([0, 900, 1500]))
        self.join_union(partner)
        month = self.target()
        end = self.rng.choice([month.first_day, month.last_day, month.next().first_day])
        self.snap("marriage", id_a=home.head, id_b=partner, to=end, **{"from": "2014-01-01"})
        return [home.head, partner, child]

    def _death_of_an_earner(self) -> list[str]:
        number, area = self.number(), self.rng.choice([SOUTH, TOWN, BARE])
        earner, partner, child = self.person(), self.person(age=62), self.person(age=9)
        month = self.rng.choice([*self.months, *self.months, *self.history[2:6]])
        died = self.rng.choice([month.first_day, month.last_day])
        self.live(earner, number, "head", area, died=died, to=died if self.rng.random() < 0.5 else None)
        self.live(partner, number, "spouse", area)
        self.live(child, number, "child", area)
        self.join_union(earner, left=died if self.rng.random() < 0.5 else None)
        self.earn(earner, 5000, last=month.previous(), employer=self.rng.choice(["91330624MA00000001", ""]))
        self.snap("pension", id=partner, retired_on="2012-01-01", pension_monthly=self.rng.choice(["1000", "9000"]))
        if self.rng.random() < 0.3:
            self.earn(partner, 300)
            self.join_union(partner)
        return [earner, partner, child]

    def _death_of_everyone(self) -> list[str]:
        home, month = self.family(base=500, spouse="none"), self.target()
        for row in self.snapshots["household"]:
            if row["id"] == home.head:
                row["death_date"] = month.first_day
        self.increments["social_insurance"] = [
            row for row in self.increments["social_insurance"]
            if row.cells["aac002"] != home.head or str(row.cells["month"]) < str(month)
        ]  # fmt: skip
        return home.members

    def _higher_student_at_twice_the_standard(self) -> list[str]:
        target = self.target()
        home = self.family(base=0, spouse="none", area=self.rng.choice([SOUTH, VALLEY, TOWN]))
        student = self.person(age=20)
        self.live(student, home.number, "child", home.area)
        standard = self.standard(home.area, target)
        assert standard
        self.earn(home.head, 4 * standard + self.beside(), employer="91330624MA00000009")  # size 2, twice the standard
        end = self.rng.choice([None, target.last_day, target.next().first_day])
        self.study(student, self.rng.choice(["higher", "higher", "senior"]), 0, to=end)
        return [*home.members, student]

    def _school_cost_at_thirty_percent(self) -> list[str]:
        home = self.family(base=self.rng.choice([6000, 9000]), spouse="none", area=self.rng.choice([SOUTH, TOWN, BARE]))
        child = self.person(age=8)
        self.live(child, home.number, "child", home.area)
        cost = Decimal("0.30") * home.income + self.beside()
        if self.rng.random() < 0.4:
            cost = Decimal(30000) + self.beside()
            ownership = "private"
        else:
            ownership = self.rng.choice(["public", "private", None])
        aid = self.rng.choice([Decimal(0), Decimal("200.50")])
        self.study(child, "compulsory", cost + aid, aid_yearly=aid or None, ownership=ownership)
        if self.rng.random() < 0.3:
            self.study(child, "special", 100, aid_yearly=900)
        return [*home.members, child]

    def _two_pupils(self) -> list[str]:
        home = self.family(base=self.rng.choice([3000, 5999, 6000]), spouse="none")
        people = []
        for _ in range(2):
            pupil = self.person(age=self.rng.randint(6, 14))
            self.live(pupil, home.number, "child", home.area)
            self.study(pupil, self.rng.choice(["kindergarten", "compulsory", "special"]), 500,
                       since=self.rng.choice(["2018-09-01", self.target().last_day]))  # fmt: skip
            people.append(pupil)
        return [*home.members, *people]

    def _grade_becomes_severe(self) -> list[str]:
        home, month = self.family(), self.target()
        when = self.rng.choice([month.first_day, month.last_day, month.next().first_day])
        before, after = self.rng.choice([(3, 2), (2, 1), (4, 3), (2, 3), (None, 1), (3, 1)])
        if before:
            self.snap("disability", id=home.head, kind=4, grade=before, to=when, **{"from": "2011-01-01"})
        self.snap("disability", id=home.head, kind=4, grade=after, **{"from": when})
        return home.members

    def _two_disabled_or_old(self) -> list[str]:
        home = self.family(base=self.rng.choice([3000, 3999, 4000]), spouse="none", area=SOUTH)
        target = self.target()
        sixty = (
            target.last_day.replace(year=target.year - 60)
            if (target.number, target.last_day.day) != (2, 29)
            else date(target.year - 60, 2, 28)
        )
        other = self.person(sixty + timedelta(days=self.rng.choice([-1, 0, 1])))
        self.live(other, home.number, "parent", home.area)
        self.snap("pension", id=other, retired_on="2015-01-01", pension_monthly="0")
        for person in self.rng.choice([[home.head], [other], [home.head, other]]):
            end = self.rng.choice([None, self.target().last_day])
            self.snap("disability", id=person, kind=1, grade=self.rng.choice([3, 4]), to=end, **{"from": "2010-01-01"})
        return [*home.members, other]

    def _event_at_eighty_percent(self) -> list[str]:
        home, target = self.family(), self.target()
        loss = Decimal("0.80") * home.income + self.beside()
        compensation = self.rng.choice([Decimal(0), Decimal("1234.56")])
        self.inc("event", id=home.head, kind=self.rng.choice(["fire", "flood", "traffic", "work", "other"]),
                 happened_on=self.window_day(target), loss=loss + compensation, compensation=compensation or None)  # fmt: skip
        if self.rng.random() < 0.3:
            self.inc(
                "event",
                id=home.members[-1],
                kind="work",
                happened_on=self.window_day(target),
                loss=10,
                compensation=5000,
            )
        return home.members

    def _lost_the_job(self) -> list[str]:
        number, area, person = self.number(), self.rng.choice([SOUTH, TOWN]), self.person()
        self.live(person, number, "head", area)
        self.join_union(person)
        last = self.rng.choice([self.months[0].plus(-self.rng.randint(1, 13)), self.target().plus(-3)])
        reason = self.rng.choice(["ended", "dismissed", "moved", "retired", "other", None])
        other = "91330624MA00000002"
        again = last.plus(self.rng.randint(2, 5))
        kind = self.rng.choice(["nothing", "nothing", "other", "other-unpaid", "same-unpaid", "flexible"])
        if kind in ("same-unpaid", "flexible"):
            reason = self.rng.choice(["ended", "dismissed", None])
        self.earn(person, 9000, last=last, stop=reason)
        if kind == "other":
            self.earn(person, 9000, again, employer=other)
        elif kind == "same-unpaid":
            self.earn(person, 9000, last.next(), last.plus(2), paid=0)
        elif kind == "flexible":
            self.earn(person, 4000, last.next(), employer="")
        elif kind == "other-unpaid":
            self.earn(person, 9000, again, again, employer=other, paid=0)
        return [person]

    def _benefit_ends(self) -> list[str]:
        number, area, person = self.number(), self.rng.choice([SOUTH, VALLEY]), self.person()
        self.live(person, number, "head", area)
        self.join_union(person)
        target = self.target()
        end = self.rng.choice([
            target.last_day, target.first_day, target.previous().first_day, target.plus(-2).last_day, target.next().first_day,
        ])  # fmt: skip
        self.earn(person, 20000, last=target.plus(-8), stop=self.rng.choice(["moved", "dismissed"]))
        if self.rng.random() < 0.3:
            self.earn(person, 20000, Month.of(end).next(), employer="91330624MA00000002")
        self.snap("unemployment", planned=self.rng.random() < 0.5, id=person, registered_on=target.plus(-7).first_day,
                  benefit_from=target.plus(-7).last_day, benefit_to=end, benefit_monthly="1600.60")  # fmt: skip
        return [person]

    def _ratio_exactly_one_or_two(self) -> list[str]:
        target, area = self.target(), self.rng.choice([SOUTH, VALLEY, TOWN])
        home = self.family(base=0, area=area, spouse="none", kids=self.rng.randint(0, 3))
        standard = self.standard(area, target)
        assert standard
        rigid = self.rng.choice([Decimal(0), Decimal(3600)])
        if rigid:
            self.settle(home.head, rigid, self.window_day(target))
        line = self.rng.choice([1, 2]) * standard * home.size + rigid / 12
        self.earn(home.head, line + self.beside(), employer="91330624MA00000009")
        return home.members

    def _scheme(self) -> list[str]:
        home = self.family(base=self.rng.choice([600, 1500]))
        for scheme in self.rng.sample(["dibao", "tekun", "dibian", "rigid"], self.rng.randint(1, 2)):
            month = self.target()
            end = self.rng.choice([None, month.last_day, month.next().first_day])
            self.snap("low_income_scheme", household_no=home.number, id=self.rng.choice(home.members), scheme=scheme,
                      to=end, **{"from": self.rng.choice(["2020-01-01", month.previous().last_day])})  # fmt: skip
        return home.members

    def _property(self) -> list[str]:
        home = self.family(
            base=self.rng.choice([400, 900]),
            kids=self.rng.randint(0, 2),
            area=self.rng.choice([SOUTH, VALLEY, TOWN, BARE]),
        )
        person, target = self.rng.choice(home.members), self.target()
        mean = {SOUTH: Decimal(40), TOWN: Decimal("45.5")}.get(home.area, Decimal(40))
        kind = self.rng.choice(["two", "two", "three", "one", "shop", "capital", "car", "school", "shared"])
        if kind == "two":
            total = mean * home.size + 2 * self.beside()
            self.snap(
                "real_estate",
                id=person,
                property_no=f"P{self.serial}a",
                use="housing",
                area_m2=total,
                share="0.5",
                area=home.area,
            )
            self.snap(
                "real_estate",
                id=home.head,
                property_no=f"P{self.serial}b",
                use="housing",
                area_m2=total / 2,
                share="1",
                area=home.area,
            )
        elif kind == "three":
            for n in range(3):
                self.snap(
                    "real_estate", id=person, property_no=f"P{self.serial}{n}", use="housing", area_m2="1", share="0.1"
                )
        elif kind == "one":
            self.snap(
                "real_estate",
                id=person,
                property_no=f"P{self.serial}",
                use=self.rng.choice(["housing", "other"]),
                area_m2="999",
                share="1",
            )
        elif kind == "shared":
            for member in home.members:
                self.snap(
                    "real_estate", id=member, property_no=f"P{self.serial}s", use="housing", area_m2="900", share="0.3"
                )
        elif kind == "shop":
            self.snap("real_estate", id=person, property_no=f"P{self.serial}", use="shop", area_m2="9", share="0.01")
        elif kind == "capital":
            self.snap("business", id=person, uscc="91330624MA00000077", capital=100000 + self.beside(),
                      state=self.rng.choice(["open", "open", "closed"]), **{"from": "2015-01-01"})  # fmt: skip
        elif kind == "car":
            registered = (
                self.rng.choice([target.last_day, target.next().first_day])
                .replace(day=1)
                .replace(year=target.year - 10)
            )
            price = 180 * (self.standard(home.area, target) or 1000) + self.beside()
            self.snap("vehicle", id=person, kind=self.rng.choice(["car", "car", "motorcycle", "disability", "commercial"]),
                      first_registered_on=registered, price=price)  # fmt: skip
        else:
            self.study(home.members[-1], "compulsory", 30000 + self.beside(), ownership="private")
        if kind != "school" and self.rng.random() < 0.5:
            self.inc("event", id=home.head, kind="fire", happened_on=target.first_day, loss=90000)
        return home.members

    def _moved(self) -> list[str]:
        person, number = self.person(), self.number()
        month = self.target().plus(-self.rng.randint(0, 3))
        when = self.rng.choice([month.first_day, month.last_day])
        there = self.rng.choice([HANGZHOU, NANJING])
        back = self.rng.random() < 0.3
        self.live(person, number, "head", SOUTH, to=None if back else when)
        self.live(person, self.number(), "head", there, since="2011-01-01" if back else when, to=when if back else None)
        if back:  # lived elsewhere first, then came home
            self.snapshots["household"][-2]["from"] = when
        self.join_union(person)
        self.earn(person, 700)
        if self.rng.random() < 0.5:
            place = self.rng.choice(["330624", "330600", *([] if back else [there[:6]])])
            self.settle(person, 10, self.target().plus(-self.rng.randint(0, 3)).first_day, place=place)
        return [person]

    def _insured_elsewhere(self) -> list[str]:
        home, target = self.family(base=300, spouse="none"), self.target()
        place = self.rng.choice(["330106", "320102"])
        self.settle(
            home.head, 10, target.plus(-2).first_day - timedelta(days=self.rng.choice([0, 30, 60])), place=place
        )
        self.settle(
            home.head, 10, target.plus(-self.rng.randint(0, 1)).last_day, place=self.rng.choice([place, "330602"])
        )
        return home.members

    def _no_register_row(self) -> list[str]:
        worker = self.person()
        self.join_union(worker, self.rng.choice(["U1", "U2", "U4"]))
        self.earn(worker, self.rng.choice([900, 1500, 9000]))
        people = [worker]
        if self.rng.random() < 0.5:
            partner = self.person()
            self.snap("marriage", id_a=partner, id_b=worker, **{"from": "2012-01-01"})
            self.earn(partner, 100)
            self.join_union(partner, "U1")  # both without a register row; see README for the mixed case
            people.append(partner)
            for row in self.snapshots["member"]:
                if row["id"] in people:
                    row["union_code"] = "U1"
        return people

    def _canvassed(self) -> list[str]:
        home, target = self.family(base=self.rng.choice([4000, 9000])), self.target()
        for _ in range(self.rng.randint(1, 2)):
            self.inc("canvass", id=self.rng.choice(home.members), union_code="U1", note="走访，见家中困难",
                     reported_on=self.rng.choice([target.first_day, target.last_day]), income_12m=self.rng.choice([None, "1"]),
                     cause=self.rng.choice(["因病", "因学", "因残", "因灾", "失业", "低收入"]))  # fmt: skip
        return home.members

    def _unknown_income(self) -> list[str]:
        home, target = self.family(spouse="none"), self.target()
        partner = self.person()
        self.live(partner, home.number, "spouse", home.area)
        self.settle(partner, self.rng.choice([12000, 18000, 51000]), self.window_day(target))
        for n in range(self.rng.randint(0, 2)):
            self.inc("canvass", id=partner, union_code="U1", reported_on=target.plus(-n).first_day + timedelta(days=n), cause="因病",
                     income_12m=self.rng.choice([None, "30000", "45000", "0"]))  # fmt: skip
        return [*home.members, partner]

    def _all_workers_retired(self) -> list[str]:
        home, month = self.family(base=0, spouse=self.rng.choice(["none", "retired"])), self.target()
        self.snap("pension", planned=True, id=home.head, retired_on=self.rng.choice([month.last_day, month.next().first_day]),
                  pension_monthly="500")  # fmt: skip
        if home.size > 1 and self.rng.random() < 0.5:
            self.join_union(home.members[1])
        return home.members

    def _birthday_at_the_line(self) -> list[str]:
        """Sixteen or sixty on asof, the day before or the day after, without any row: known or unknown income."""
        home, target = self.family(base=self.rng.choice([2000, 5000]), spouse="none"), self.target()
        years = self.rng.choice([16, 60])
        day = target.last_day + timedelta(days=self.rng.choice([-1, 0, 1]))
        if (day.month, day.day) == (2, 29):
            day = date(day.year, 3, 1)
        person = self.person(day.replace(year=day.year - years))
        self.live(person, home.number, "other", home.area)
        self.settle(person, 30000, self.window_day(target))
        return [*home.members, person]

    def _born_on_29_february(self) -> list[str]:
        """Eighteen comes on 1 March of a common year; then the child row counts no longer."""
        ours, theirs = self.family(base=3500, spouse="none", kids=1), self.family(base=5500, spouse="none", kids=1)
        years = [
            year for year in (2004, 2008) if 17 <= completed_years(date(year, 2, 29), self.months[-1].last_day) <= 18
        ]
        child = self.person(date((years or [2004])[0], 2, 29))
        self.live(child, ours.number, "child", ours.area)
        self.live(child, theirs.number, "other", theirs.area, since="2011-01-01")
        self.earn(child, 0, self.months[0].plus(-1), self.months[0].plus(-1), paid=0)
        return [*ours.members, *theirs.members, child]

    def _aid_lowers_the_cost(self) -> list[str]:
        home, target = self.family(), self.target()
        line = Decimal("0.40") * home.income
        self.settle(home.head, line + 3000, self.window_day(target))
        self.inc("mutual_aid", id=home.head, amount=1000, paid_on=self.window_day(target))
        day = self.window_day(target)
        self.inc("aid_payment", id=home.members[-1], scheme=self.rng.choice(["medical", "medical", "temporary"]),
                 amount=2000 + self.beside(), paid_on=day, arrives=self.late(day))  # fmt: skip
        return home.members

    def _corrected_later(self) -> list[str]:
        home = self.family(base=5000)
        month = self.rng.choice(self.months[:-1])
        after = self.rng.choice([m for m in self.months if m > month])
        day = self.rng.choice([month.first_day, month.last_day])
        number = self.settle(home.head, 60000, day)
        self.settle(home.head, self.rng.choice([100, 24000, 70000]), day, number=number, arrives=after)
        if self.rng.random() < 0.4:
            self.inc("social_insurance", arrives=after, aac002=home.head, aab001="91330624MA00000001", aae140="110",
                     month=str(month), aac040=5000, paid=0)  # fmt: skip
        return home.members

    def _leaves_the_union(self) -> list[str]:
        person, number, month = self.person(), self.number(), self.target()
        self.live(person, number, "head", SOUTH)
        self.join_union(person, left=self.rng.choice([month.first_day, month.last_day, month.next().first_day]))
        self.earn(person, 700, last=self.rng.choice([self.history[-1], month, month.plus(-3)]), employer="")
        if self.rng.random() < 0.4:
            self.earn(person, 100, month, month, employer="91330624MA00000005")
        return [person]

    def _wage_of_two_employers(self) -> list[str]:
        person, number = self.person(), self.number()
        self.live(person, number, "head", SOUTH)
        self.earn(person, "1999.99", employer="91330624MA00000001")
        month = self.target()
        self.earn(
            person, self.rng.choice(["2000.10", "2000.11", "2000.12"]), month, month, employer="91330624MA00000002"
        )
        self.earn(person, 9000, month.previous(), month.previous(), employer="91330624MA00000003", paid=0)
        for kind in ("210", "310"):
            self.inc(
                "social_insurance",
                aac002=person,
                aab001="91330624MA00000001",
                aae140=kind,
                month=str(month),
                aac040=50000,
                paid=1,
            )
        return [person]

    def _grown_child_leaves(self) -> list[str]:
        """Someone moves to a number of their own; the household stays the same as last month's."""
        home, month = self.family(base=1500, kids=2, spouse="none"), self.target()
        grown, number = self.person(age=24), self.number()
        day = self.rng.choice([month.first_day, month.last_day])
        self.live(grown, home.number, "other", home.area, to=day)
        self.live(grown, number, "head", home.area, since=day)
        self.earn(grown, self.rng.choice([800, 6000]))
        self.join_union(grown)
        return [*home.members, grown]

    def _pension_starts(self) -> list[str]:
        home, target = self.family(base=2000, spouse="none", area=SOUTH), self.target()
        parent = self.person(age=61)
        self.live(parent, home.number, "parent", SOUTH)
        # I2 = 24,000 + months × pension; the line is 48,000
        day = self.rng.choice([target.plus(-5).last_day, target.plus(-6).last_day, target.plus(-5).first_day])
        self.snap("pension", id=parent, retired_on=day, pension_monthly=self.rng.choice(["4000", "3999.99"]))
        return [*home.members, parent]

    def _many_causes(self) -> list[str]:
        home, target = self.family(base=self.rng.choice([1000, 3000])), self.target()
        for scenario in self.rng.sample(range(4), 2):
            if scenario == 0:
                self.settle(home.head, 52000, self.window_day(target))
            elif scenario == 1:
                self.inc("event", id=home.head, kind="flood", happened_on=self.window_day(target), loss=200000)
            elif scenario == 2:
                self.snap("disability", id=home.head, kind=2, grade=1, **{"from": target.first_day})
            else:
                self.inc("canvass", id=home.head, union_code="U1", reported_on=target.first_day, cause="失业")
        return home.members

    def _comes_and_goes(self) -> list[str]:
        home = self.family(base=9000, spouse="none")
        for month in self.rng.sample(self.months, self.rng.randint(2, len(self.months))):
            self.inc(
                "canvass",
                id=home.head,
                union_code="U1",
                reported_on=month.last_day,
                cause=self.rng.choice(["因病", "失业"]),
            )
        return home.members

    def _retires_and_returns(self) -> list[str]:
        """Held while the pension stands, active before and after."""
        home, month = self.family(base=900, spouse="none"), self.target()
        until = month if self.rng.random() < 0.5 else None
        self.snap("pension", until=until, id=home.head, retired_on=month.first_day, pension_monthly="10")
        return home.members

    def _worked_without_membership(self) -> list[str]:
        """A worker only by insurance: the last paid month is two or three months before some T, or is not paid."""
        person, month = self.person(), self.target().plus(-self.rng.choice([2, 3]))
        self.live(person, self.number(), "head", SOUTH)
        self.earn(person, 900, self.history[2], month)
        if self.rng.random() < 0.4:
            self.earn(person, 900, month.next(), paid=0)
        return [person]

    def _two_rows_of_their_own(self) -> list[str]:
        """Grown, not dependent: the latest row counts, then the larger number; a `child` row does not."""
        ours, theirs = self.family(base=1500, spouse="none", kids=1), self.family(base=4500, spouse="none", kids=1)
        person = self.person(age=30)
        first, second = self.rng.sample([ours, theirs], 2)
        self.earn(person, 2000)
        self.live(person, first.number, self.rng.choice(["other", "head", "child"]), first.area, since="2018-01-01")
        since = self.rng.choice(["2017-01-01", "2018-01-01", self.target().last_day])
        self.live(person, second.number, "other", second.area, since=since)
        return [*ours.members, *theirs.members, person]

    # ------------------------------------------------------------------------------------------ writing

    def write(self, root: Path) -> list[tuple[str, object]]:
        """The folders, and the steps in the order they happen."""
        rng = random.Random(self.seed + 1)
        steps: list[tuple[str, object]] = []
        history = self.history[-1:] if self.history_in_bulk else self.history
        if self.history_in_bulk:
            for rows in self.increments.values():
                for row in rows:
                    row.arrives = max(row.arrives, self.history[-1])
        self._fill()
        long_missing = rng.choice([*MAY_MISS[:8], *[None] * 8])  # three months in a row: STALE twice, then an exit
        for n, month in enumerate([*history, *self.months]):
            sensed = month in self.months
            missing = set()
            if sensed and rng.random() < 0.5:
                missing = {*rng.sample(MAY_MISS, rng.randint(0, 2)), *(["disability"] if rng.random() < 0.4 else [])}
            if long_missing and month in self.months[1:4]:
                missing.add(long_missing)
            broken = {rng.choice(sorted(set(MAY_MISS) - missing))} if sensed and rng.random() < 0.15 else set()
            folder = root / f"{n:02d}" / str(month)
            for feed in FEEDS:
                rows = self._rows_of(feed, month)
                if feed in missing:
                    if feed in INCREMENTS and rng.random() < 0.5 and month != self.months[-1]:
                        for row in self.increments[feed]:
                            if row.arrives == month:
                                row.arrives = month.next()
                    continue
                self._write_feed(folder, feed, rows, rng, month, broken=feed in broken)
            steps.append(("land", folder))
            if rng.random() < 0.25:  # the same folder once more
                steps.append(("land", folder))
            if sensed and n and rng.random() < 0.4:  # last folder's increments sent again, under this month's name
                self._resend(root / f"{n - 1:02d}", root / f"{n:02d}-again" / str(month), rng)
                if (root / f"{n:02d}-again").exists():
                    steps.append(("land", root / f"{n:02d}-again" / str(month)))
            if sensed:
                steps.append(("sense", month))
        return steps

    def _resend(self, earlier: Path, folder: Path, rng: random.Random) -> None:
        previous = next(folder for folder in earlier.iterdir() if folder.is_dir())
        for feed in rng.sample(sorted(INCREMENTS), 3):
            file = previous / f"{feed}.csv"
            # A file that was stopped then would be read now: only files that were taken are sent twice.
            if file.exists() and not (earlier / f"{feed}.broken").exists():
                write_feed(folder, feed, file.read_bytes())

    def _fill(self) -> None:
        """Strangers' rows, so that no feed's volume leaves the usual and no file is like another month's."""
        months = [*self.history, *self.months]
        for feed in INCREMENTS:
            natural: dict[Month, int] = defaultdict(int)
            for row in self.increments[feed]:
                dated = Month(str(row.cells[INCREMENTS[feed]])[:7])
                if row.arrives == dated or (self.history_in_bulk and row.arrives == self.history[-1]):
                    natural[dated] += 1
            level = max([*natural.values(), 0]) + INCREMENT_FILLERS
            for month in months:
                arrives = max(month, self.history[-1]) if self.history_in_bulk else month
                for n in range(level - natural[month]):
                    cells = self._stranger_row(feed, n, month)
                    self.increments[feed].append(Waiting(arrives, cells))

    def _stranger_row(self, feed: str, n: int, month: Month) -> dict[str, object]:
        person, day, odd = (
            self.strangers[n % len(self.strangers)],
            month.first_day + timedelta(days=n % 28),
            month.index % 97,
        )
        number = f"{month}-{n}"
        return {
            "medical_settlement": dict(setl_id=f"Z{number}", mdtrt_id=f"Z{number}", certno=person, med_type="11", setl_time=day,
                                       refd_setl_flag=0, medfee_sumamt=20, fund_pay_sumamt=10, psn_part_amt=10, insu_admdvs="330624"),
            "social_insurance": dict(aac002=person, aab001=f"9134{n:04d}", aae140="310", month=str(month), aac040=4000, paid=1),
            "aid_payment": dict(id=person, scheme="medical", amount=10, paid_on=day),
            "event": dict(id=person, kind="other", happened_on=day, loss=10),
            "mutual_aid": dict(id=person, amount=10, paid_on=day),
            "canvass": dict(id=person, union_code="U1", reported_on=day, cause="因病"),
            "unemployment": {"id": person, "benefit_from": "2016-01-01", "benefit_to": "2016-06-01", "benefit_monthly": 1000 + odd},
            "pension": dict(id=person, retired_on="2016-01-01", pension_monthly=1000 + odd),
            "disability": {"id": person, "kind": 1, "grade": 4, "from": "2016-01-01", "to": date(2016, 2, 1) + timedelta(days=odd)},
            "school": {"id": person, "stage": "special", "fee_yearly": odd, "from": "2016-01-01", "to": "2017-01-01"},
            "low_income_scheme": {"id": person, "scheme": "dibao", "from": "2016-01-01", "to": date(2016, 2, 1) + timedelta(days=odd)},
            "household": {"household_no": f"X{n:05d}", "id": person, "name": f"路人{odd}", "relation": "head", "area": SOUTH, "from": "2016-01-01"},
            "marriage": {"id_a": person, "id_b": self.strangers[(n + 1) % 60], "from": "2016-01-01", "to": date(2016, 2, 1) + timedelta(days=odd)},
            "real_estate": dict(id=person, property_no=f"X{n}", use="other", area_m2=odd, share="1"),
            "vehicle": dict(id=person, kind="motorcycle", first_registered_on="2016-01-01", price=odd),
            "business": dict(id=person, uscc=f"9134{n:04d}", role=f"股东{odd}", capital=1, state="closed"),
            "member": dict(id=person, name=f"路人{odd}", union_code="U1", joined_on="2016-01-01", left_on="2017-01-01"),
            "union": dict(code=f"X{n}", name=f"工会{odd}", parent="U0", level="grassroots", area=SOUTH, state="active"),
            "standard": {"area": f"99{n:04d}", "from": "2016-01-01", "dibao_monthly": 500 + odd},
        }[feed]  # fmt: skip

    def _rows_of(self, feed: str, month: Month) -> list[dict[str, object]]:
        if feed in INCREMENTS:
            return [row.cells for row in self.increments[feed] if row.arrives == month]
        shown = []
        for row in self.snapshots[feed]:
            if (row["_since"] and month < row["_since"]) or (row["_until"] and month > row["_until"]):  # type: ignore[operator]
                continue
            cells = {code: value for code, value in row.items() if not code.startswith("_")}
            if not row["_planned"]:
                start = cells.get(STARTS.get(feed, ""))
                if start and str(start) > str(month.last_day):
                    continue
                for end in (ENDS.get(feed, "to"), "death_date"):
                    if cells.get(end) and str(cells[end]) > str(month.last_day):
                        cells[end] = None
            shown.append(cells)
        return shown + [self._stranger_row(feed, n, month) for n in range(SNAPSHOT_FILLERS)]

    # ------------------------------------------------------------------------------------------ warts

    def _write_feed(
        self, folder: Path, feed: str, rows: list[dict[str, object]], rng: random.Random, month: Month, *, broken: bool
    ) -> None:
        columns = FEEDS[feed]
        warty = [{code: _wart(columns[code].kind, value, rng) for code, value in row.items()} for row in rows]
        if not any(feed == keyed for keyed in ("medical_settlement", "social_insurance")):
            rng.shuffle(warty)
        for _ in range(min(2, len(warty) // 60)):
            warty.insert(rng.randrange(len(warty) + 1), _spoil(feed, dict(rng.choice(warty)), rng))
        separator = rng.choice([",", ",", "\t", ";"])
        encoding = rng.choice(["utf-8", "utf-8-sig", "gb18030"])
        if broken:
            (folder.parent).mkdir(parents=True, exist_ok=True)
            (folder.parent / f"{feed}.broken").write_text("")
        if broken and rng.random() < 0.5:
            warty = warty[: len(warty) // 5]  # far fewer rows than usual
        content = feed_file(
            feed, warty, extra=rng.choice(["", "", f"备注{month}"]), separator=separator, encoding=encoding
        )
        if broken and len(warty) >= len(rows):
            required = next(code for code, column in columns.items() if column.required)
            content = content.replace(required.encode(), b"column_1", 1)
        write_feed(folder, feed, content)


def _wart(kind: str, value: object, rng: random.Random) -> str:
    """The same value in one of the ways offices write it."""
    if value is None or value == "":
        return ""
    text = str(value)
    if rng.random() < 0.75:
        return text
    if kind == "date":
        day = date.fromisoformat(text)
        text = rng.choice([
            f"{day.year}/{day.month}/{day.day}", f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日",
            str((day - date(1899, 12, 30)).days), _full_width(text), f" {text} ",
        ])  # fmt: skip
    elif kind == "money":
        number = Decimal(text)
        text = rng.choice(
            [f"{number:,.2f}" if number == number.quantize(CENT) else text, f"{text}元", _full_width(text), f" {text}"]
        )
    elif kind == "number":
        text = rng.choice([_full_width(text), f" {text} "])
    elif kind == "id":
        choices = [text.lower(), _full_width(text), f" {text} ", f"{text[:6]} {text[6:14]} {text[14:]}"]
        if text[6:8] == "19":
            choices.append(text[:6] + text[8:17])
        text = rng.choice(choices)
    elif kind in ("flag", "value", "text") and rng.random() < 0.3 and text.isascii():
        text = rng.choice([f" {text}", f"{text} ", _full_width(text)])
    return text


def _full_width(text: str) -> str:
    return "".join(chr(ord(mark) + 0xFEE0) if "!" <= mark <= "~" else mark for mark in text)


def _spoil(feed: str, cells: dict[str, str], rng: random.Random) -> dict[str, str]:
    """A copy of a row that cannot be read."""
    required = {code: column for code, column in FEEDS[feed].items() if column.required and column.kind != "id"}
    code = rng.choice(sorted(required))
    kind = required[code].kind
    choices = {
        "date": ["2023-02-30", "昨天"],
        "month": ["2023-13"],
        "money": ["many", "1.2.3"],
        "flag": ["2"],
        "value": ["?"],
    }
    cells[code] = rng.choice([*choices.get(kind, []), ""])
    if feed == "medical_settlement" and rng.random() < 0.5:
        cells |= {"refd_setl_flag": "1", "medfee_sumamt": "5", "fund_pay_sumamt": "2", "psn_part_amt": "3"}
    return cells


if __name__ == "__main__":  # python -m tests.oracle.towns SEED FOLDER
    import sys

    for step in Town(int(sys.argv[1])).write(Path(sys.argv[2])):
        print(*step)
