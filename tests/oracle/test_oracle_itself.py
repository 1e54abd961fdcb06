"""Hand-computed cases that check the oracle: each is a sentence, and most stand on both sides of a line."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from niangjia.kernel.months import Month
from tests.oracle.oracle import FEEDS, INCREMENTS, Oracle, Row, read_cell, read_file, shown
from tests.oracle.paper import feed_file, id_number, write_feed

MAY = Month("2024-05")  # W12 = 2023-06 … 2024-05
TOWN = "330624001000"
EMPLOYER, OTHER_EMPLOYER = "91330624MA00000001", "91330624MA00000002"

LI = id_number(date(1984, 3, 1), 1)
WANG = id_number(date(1985, 3, 1), 2, sex="F")
CHILD = id_number(date(2012, 9, 1), 3)
YOUTH = id_number(date(2004, 9, 1), 4)  # 19 in May 2024
OLD = id_number(date(1954, 1, 1), 5)


class World:
    """A handful of people; `sense` writes the month's folder, lands it and senses it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.oracle = Oracle(home="330600")
        self.snapshots: dict[str, list[dict]] = defaultdict(list)
        self.waiting: dict[str, list[tuple[Month, dict]]] = defaultdict(list)
        self.serial = 0
        self.add("standard", area="330624", **{"from": "2023-01-01"}, dibao_monthly="1000", mean_housing_area_m2="50")

    def add(self, feed: str, **cells: object) -> None:
        if feed in INCREMENTS:
            self.waiting[feed].append((Month(str(cells[INCREMENTS[feed]])[:7]), cells))
        else:
            self.snapshots[feed].append(cells)

    def live(self, person: str, number: str = "H1", relation: str = "head", *, area: str = TOWN, since: str = "2010-01-01",
             to: str | None = None, death_date: str | None = None) -> None:  # fmt: skip
        self.add("household", household_no=number, id=person, relation=relation, area=area, to=to,
                 death_date=death_date, **{"from": since})  # fmt: skip

    def join_union(self, person: str, left_on: str | None = None) -> None:
        self.add("member", id=person, union_code="U1", joined_on="2015-01-01", left_on=left_on)

    def earn(self, person: str, base: object, first: str = "2023-01", last: str = "2024-12", *, paid: int = 1,
             employer: str = EMPLOYER, stop_reason: str | None = None) -> None:  # fmt: skip
        month = Month(first)
        while month <= Month(last):
            self.add("social_insurance", aac002=person, aab001=employer, aae140="110", month=str(month), aac040=base,
                     paid=paid, stop_reason=stop_reason if month == Month(last) else None)  # fmt: skip
            month = month.next()

    def settle(self, person: str, amount: object, day: str = "2024-01-15", *, visit: str | None = None, refund: int = 0,
               kind: str = "21", place: str = "330624") -> None:  # fmt: skip
        self.serial += 1
        self.add("medical_settlement", setl_id=f"S{self.serial}", mdtrt_id=visit or f"V{self.serial}", certno=person,
                 med_type=kind, setl_time=day, refd_setl_flag=refund, medfee_sumamt=amount, fund_pay_sumamt=0,
                 psn_part_amt=amount, insu_admdvs=place)  # fmt: skip

    def study(self, person: str, stage: str, fee: object = 0, **more: object) -> None:
        self.add("school", **{"id": person, "stage": stage, "fee_yearly": fee, "from": "2023-09-01", **more})

    def land(self, month: Month, *, without: tuple[str, ...] = ()) -> None:
        folder = self.folder / str(month)
        for feed in FEEDS:
            if feed in without:
                continue
            rows = self.snapshots[feed]
            if feed in INCREMENTS:
                rows = [cells for dated, cells in self.waiting[feed] if dated <= month]
                self.waiting[feed] = [(dated, cells) for dated, cells in self.waiting[feed] if dated > month]
            write_feed(folder, feed, feed_file(feed, rows, extra=f"sent {month}"))
        for feed, landed in self.oracle.land(folder).items():
            assert landed.outcome == "landed", (feed, landed)

    def sense(self, month: Month = MAY, *, without: tuple[str, ...] = ()) -> list[Row]:
        self.land(month, without=without)
        return self.oracle.sense(month)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Li: a union member of forty, alone, 5,000 a month, so I2 = 60,000, I3 = 5,000, I5 = 5."""
    return World(tmp_path)


@pytest.fixture
def li(world: World) -> World:
    world.live(LI)
    world.join_union(LI)
    world.earn(LI, 5000)
    return world


def only(rows: list[Row]) -> Row:
    assert len(rows) == 1, rows
    return rows[0]


def fired(rows: list[Row]) -> set[str]:
    return set(only(rows).triggers) if rows else set()


# ------------------------------------------------------------------------------------------------ reading


@pytest.mark.parametrize(
    "text", ["2023-10-08", "2023/10/8", "20231008", "2023年10月8日", "45207", "２０２３－１０－０８", " 2023-10-8 "]
)
def test_every_written_form_of_a_date_is_the_same_day(text: str) -> None:
    assert read_cell(FEEDS["pension"]["retired_on"], text) == date(2023, 10, 8)


@pytest.mark.parametrize("text", ["1,234.50", "1234.5元", "１，２３４．５０ 元", " 1234.50 "])
def test_money_is_read_with_separators_and_the_word_yuan(text: str) -> None:
    assert read_cell(FEEDS["pension"]["pension_monthly"], text) == Fraction("1234.5")


@pytest.mark.parametrize(
    "text", ["11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", " 110105 19491231 002X"]
)
def test_an_id_number_is_upper_cased_and_made_half_width(text: str) -> None:
    assert read_cell(FEEDS["pension"]["id"], text) == "11010519491231002X"


def test_a_fifteen_digit_number_becomes_eighteen() -> None:
    assert read_cell(FEEDS["pension"]["id"], "130503670401001") == "130503196704010016"


@pytest.mark.parametrize(
    ("feed", "cells", "reason"),
    [
        ("pension", dict(id="110105194912310021", retired_on="2020-01-01", pension_monthly="1"), "BAD_ID"),
        ("pension", dict(id=LI, retired_on="2023-02-29", pension_monthly="1"), "BAD_DATE"),
        ("pension", dict(id=LI, retired_on="2020-01-01", pension_monthly="many"), "BAD_NUMBER"),
        ("pension", dict(id=LI, retired_on="", pension_monthly="1"), "MISSING_REQUIRED"),
        ("disability", {"id": LI, "kind": "1", "grade": "5", "from": "2020-01-01"}, "BAD_VALUE"),
        ("medical_settlement", dict(setl_id="1", certno=LI, setl_time="2024-01-01", refd_setl_flag=1, medfee_sumamt=1,
                                    fund_pay_sumamt=0, psn_part_amt=1), "BAD_REFUND_SIGN"),
        ("medical_settlement", dict(setl_id="1", certno=LI, setl_time="2024-01-01", refd_setl_flag=0, medfee_sumamt=-1,
                                    fund_pay_sumamt=0, psn_part_amt=-1), "BAD_REFUND_SIGN"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_set_aside_with_its_reason(feed: str, cells: dict, reason: str) -> None:
    rows, aside, _ = read_file(feed, "x.csv", feed_file(feed, [cells]))
    assert (rows, [(a.row, a.reason) for a in aside]) == ([], [(2, reason)])


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_separators_and_encodings_are_told_apart_by_content(separator: str, encoding: str) -> None:
    cells = {"id": LI, "union_code": "U1", "joined_on": "2020-01-01", "name": "李明，（钱塘）"}
    rows, aside, _ = read_file("member", "x", feed_file("member", [cells], separator=separator, encoding=encoding))
    assert (rows[0]["id"], aside) == (LI, [])


def test_a_file_without_a_required_column_stops_its_batch(tmp_path: Path) -> None:
    write_feed(tmp_path / "2024-05", "pension", b"id,retired_on\n")
    assert Oracle(home="330600").land(tmp_path / "2024-05")["pension"].outcome == "stopped"


def test_a_batch_stops_when_more_than_one_key_in_twenty_fails_and_not_at_exactly_one(tmp_path: Path) -> None:
    good = dict(id=LI, retired_on="2020-01-01", pension_monthly="1")
    for good_rows, outcome in ((19, "landed"), (18, "stopped")):
        content = feed_file("pension", [good] * good_rows + [good | {"id": "123"}])
        write_feed(tmp_path / "2024-05", "pension", content)
        assert Oracle(home="330600").land(tmp_path / "2024-05")["pension"].outcome == outcome


@pytest.mark.parametrize(("count", "outcome"), [(6, "landed"), (5, "stopped"), (14, "landed"), (15, "stopped")])
def test_the_volume_gate_rests_for_three_months_and_then_holds_forty_percent(
    tmp_path: Path, count: int, outcome: str
) -> None:
    oracle = Oracle(home="330600")
    for month, rows in (("2024-01", 10), ("2024-02", 2), ("2024-03", 10), ("2024-04", count)):
        cells = [dict(id=LI, retired_on="2020-01-01", pension_monthly=month[-1])] * rows
        write_feed(tmp_path / month, "pension", feed_file("pension", cells))
        landed = oracle.land(tmp_path / month)["pension"]
    assert landed.outcome == outcome


def test_the_same_file_in_a_later_folder_changes_nothing(li: World) -> None:
    li.add("event", id=LI, kind="fire", happened_on="2024-04-02", loss="30000")
    assert not li.sense(MAY.previous())
    april = (li.folder / "2024-04" / "event.csv").read_bytes()
    write_feed(li.folder / "again" / "2024-05", "event", april)
    assert li.oracle.land(li.folder / "again" / "2024-05")["event"].outcome == "no-op"
    assert not li.sense(MAY)  # 30,000 is half of I2; counted twice it would fire


# ------------------------------------------------------------------------------------------------ 因病


@pytest.mark.parametrize(("amount", "fires"), [("24000", True), ("23999.99", False)])
def test_ill_1_fires_at_forty_percent_of_income(li: World, amount: str, fires: bool) -> None:
    li.add(
        "standard", area="330624001", **{"from": "2023-01-01"}, dibao_monthly="1400", mean_housing_area_m2="50"
    )  # keeps T-ILL-2 away
    li.settle(LI, amount, "2023-06-01")
    rows = li.sense()
    assert ("T-ILL-1" in fired(rows)) == fires
    if fires:
        assert (rows[0].grade, shown(rows[0].M4), shown(rows[0].I2)) == ("ORANGE", "24000.00", "60000.00")


def test_ill_1_does_not_fire_on_nothing_paid_even_without_income(world: World) -> None:
    world.live(LI)
    world.join_union(LI)
    world.earn(LI, 0, paid=0)
    row = only(world.sense())
    assert row.triggers == ("T-INC-1",)


@pytest.mark.parametrize(("amount", "fires"), [("18000", True), ("17999.99", False)])
def test_ill_2_fires_at_one_and_a_half_standards_a_year_though_income_is_unknown(
    world: World, amount: str, fires: bool
) -> None:
    world.live(LI)
    world.join_union(LI)
    world.settle(LI, amount)
    rows = world.sense()
    assert fired(rows) == ({"T-ILL-2"} if fires else set())
    if fires:
        assert (rows[0].I2, rows[0].I5, rows[0].grade) == (None, None, "ORANGE")


@pytest.mark.parametrize(("second", "fires"), [("30000", True), ("29999.99", False)])
def test_ill_3_sums_one_stay_and_fires_at_fifty_thousand(li: World, second: str, fires: bool) -> None:
    li.settle(LI, 20000, "2023-09-01", visit="STAY")
    li.settle(LI, second, "2023-10-01", visit="STAY")
    li.settle(LI, 1, "2023-10-01")
    row = only(li.sense())
    assert ("T-ILL-3" in row.triggers) == fires
    assert (row.grade == "RED") or not fires


@pytest.mark.parametrize(("amount", "fires"), [("20500", True), ("20499.99", False)])
def test_ill_4_compares_with_the_window_three_months_ago(li: World, amount: str, fires: bool) -> None:
    li.add("standard", area="330624001", **{"from": "2023-01-01"}, dibao_monthly="2000")  # keeps T-ILL-2 away
    li.settle(LI, 500, "2023-03-01")  # the first day of the old window: 20,500 − 500 = 20,000
    li.settle(LI, amount, "2024-05-31")
    assert ("T-ILL-4" in fired(li.sense())) == fires


def test_ill_4_is_unknown_when_the_history_is_too_short(li: World) -> None:
    li.add("standard", area="330624001", **{"from": "2023-01-01"}, dibao_monthly="2000")
    li.settle(LI, 1, "2023-04-01")
    li.settle(LI, 22000, "2024-05-01")
    assert fired(li.sense()) == {"T-INC-1"}


@pytest.mark.parametrize(
    ("day", "counts"), [("2023-05-31", False), ("2023-06-01", True), ("2024-05-31", True), ("2024-06-01", False)]
)
def test_the_window_is_twelve_calendar_months_by_the_settlements_own_day(li: World, day: str, counts: bool) -> None:
    li.settle(LI, 60000, day)
    if day == "2024-06-01":  # arrives early, in May's folder
        li.waiting["medical_settlement"] = [(MAY, cells) for _, cells in li.waiting["medical_settlement"]]
    assert bool(li.sense()) == counts


def test_a_refund_nets_its_settlement_to_nothing(li: World) -> None:
    li.settle(LI, 60000, "2023-12-01", visit="V")
    li.settle(LI, -60000, "2024-05-02", visit="V", refund=1)
    assert not li.sense()


def test_an_orphan_refund_waits_until_its_settlement_arrives(li: World) -> None:
    li.settle(LI, 60000, "2023-12-01", visit="V")
    li.settle(LI, -50000, "2024-04-02", visit="W", refund=1)
    row = only(li.sense())
    assert shown(row.M4) == "60000.00" and len(li.oracle.orphans) == 1
    li.settle(LI, 20000, "2024-04-01", visit="W")
    row = only(li.sense(MAY.next()))
    assert (shown(row.M4), li.oracle.orphans) == ("30000.00", [])


def test_a_refund_dated_before_its_settlement_is_an_orphan(li: World) -> None:
    li.settle(LI, 60000, "2024-04-02", visit="V")
    li.settle(LI, -60000, "2024-04-01", visit="V", refund=1)
    assert shown(only(li.sense()).M4) == "60000.00"


@pytest.mark.parametrize("kind", ["51", "52", "53"])
def test_maternity_is_left_out(li: World, kind: str) -> None:
    li.settle(LI, 60000, kind=kind)
    assert not li.sense()


def test_mutual_aid_and_medical_aid_are_taken_off_and_other_aid_is_not(li: World) -> None:
    li.settle(LI, 40000)
    li.add("mutual_aid", id=LI, amount="10000", paid_on="2024-02-01")
    li.add("aid_payment", id=LI, scheme="medical", amount="5000", paid_on="2024-02-01")
    li.add("aid_payment", id=LI, scheme="temporary", amount="5000", paid_on="2024-02-01")
    li.add("mutual_aid", id=LI, amount="10000", paid_on="2023-05-31")
    row = only(li.sense())
    assert (shown(row.M4), shown(row.M5), row.triggers) == ("25000.00", "40000.00", ("T-ILL-1", "T-ILL-2"))


def test_a_later_row_with_the_same_settlement_number_wins(li: World) -> None:
    li.settle(LI, 60000)
    li.sense(MAY.previous())
    li.serial -= 1
    li.settle(LI, 100)  # the same setl_id, corrected
    row = only(li.sense())
    assert (row.state, row.reasons, shown(row.M4)) == ("EXITED", ("threshold",), "100.00")


# ------------------------------------------------------------------------------------------------ 因学


@pytest.mark.parametrize(("base", "fires"), [("4000", False), ("3999.99", True)])
def test_edu_1_fires_for_a_higher_student_under_twice_the_standard(world: World, base: str, fires: bool) -> None:
    world.live(LI)
    world.live(YOUTH, relation="child")
    world.join_union(LI)
    world.earn(LI, base)
    world.study(YOUTH, "higher")
    rows = world.sense()
    assert fired(rows) == ({"T-EDU-1", "T-INC-1"} if fires else set())


@pytest.mark.parametrize(("count", "fires"), [(1, False), (2, True)])
def test_edu_1_fires_for_two_students_of_any_stage_and_not_for_one(world: World, count: int, fires: bool) -> None:
    world.live(LI)
    world.join_union(LI)
    world.earn(LI, 5000)
    for serial in range(2):
        pupil = id_number(date(2015, 1, 1), 50 + serial)
        world.live(pupil, relation="child")
        if serial < count:
            world.study(pupil, "compulsory")
    row = only(world.sense())
    assert ("T-EDU-1" in row.triggers, row.students) == (fires, count)


@pytest.mark.parametrize(
    ("fee", "aid", "fires"), [("18000", None, True), ("17999.99", None, False), ("19000", "1000", True)]
)
def test_edu_2_fires_at_thirty_percent_of_income_after_aid(li: World, fee: str, aid: str | None, fires: bool) -> None:
    li.live(CHILD, relation="child")
    li.study(CHILD, "compulsory", fee, aid_yearly=aid)
    li.add("standard", area="330624001", **{"from": "2023-01-01"}, dibao_monthly="500")
    assert fired(li.sense()) == ({"T-EDU-2"} if fires else set())


@pytest.mark.parametrize(("fee", "fires"), [("30000", True), ("30000.01", False)])
def test_a_high_fee_school_does_not_count_for_edu_2(li: World, fee: str, fires: bool) -> None:
    li.live(CHILD, relation="child")
    li.study(CHILD, "compulsory", fee, ownership="private")
    row = only(li.sense())
    assert ("T-EDU-2" in row.triggers) == fires
    assert row.suppress_code == (None if fires else "S-PROP")
    assert shown(row.I4) == "1250.00"  # it counts as a cost all the same


@pytest.mark.parametrize(("end", "counts"), [("2024-06-01", True), ("2024-05-31", False)])
def test_an_enrolment_that_ends_on_asof_is_closed(li: World, end: str, counts: bool) -> None:
    li.live(CHILD, relation="child")
    li.study(CHILD, "compulsory", 30000, to=end)
    assert bool(li.sense()) == counts


# ------------------------------------------------------------------------------------------------ 因残


@pytest.mark.parametrize(
    ("grade", "since", "fires"),
    [(2, "2024-05-31", True), (2, "2024-05-01", True), (2, "2024-04-30", False), (3, "2024-05-15", False)],
)
def test_dis_1_fires_for_a_grade_that_became_severe_since_last_month(
    li: World, grade: int, since: str, fires: bool
) -> None:
    li.add("disability", id=LI, kind=4, grade=grade, **{"from": since})
    li.land(MAY.previous())
    rows = li.sense()
    assert fired(rows) == ({"T-DIS-1"} if fires else set())
    assert not fires or (rows[0].grade, rows[0].dis_grade) == ("ORANGE", 2)


def test_dis_1_looks_back_past_a_month_whose_feed_did_not_come(li: World) -> None:
    li.land(Month("2024-03"))
    li.land(Month("2024-04"), without=("disability",))
    li.add("disability", id=LI, kind=4, grade=1, **{"from": "2024-04-10"})
    assert fired(li.sense()) == {"T-DIS-1"}


def test_dis_1_fires_when_a_grade_is_raised_and_the_old_row_closed(li: World) -> None:
    li.add("disability", id=LI, kind=4, grade=3, to="2024-05-10", **{"from": "2015-01-01"})
    li.add("disability", id=LI, kind=4, grade=2, **{"from": "2024-05-10"})
    li.land(MAY.previous())
    assert fired(li.sense()) == {"T-DIS-1"}


@pytest.mark.parametrize(
    ("base", "disabled", "fires"),
    [(4000, (LI, OLD), False), ("3999.99", (LI, OLD), True), ("3999.99", (LI,), True), ("3999.99", (OLD,), False)],
)
def test_dis_2_needs_two_disabled_or_an_old_and_another_disabled(
    world: World, base: object, disabled: tuple, fires: bool
) -> None:
    world.live(LI)
    world.live(OLD, relation="parent")
    world.join_union(LI)
    world.earn(LI, base)
    for person in disabled:
        world.add("disability", id=person, kind=1, grade=3, **{"from": "2010-01-01"})
    assert ("T-DIS-2" in fired(world.sense())) == fires


@pytest.mark.parametrize(("birth", "fires"), [(date(1964, 5, 31), True), (date(1964, 6, 1), False)])
def test_dis_2_counts_sixty_in_completed_years_at_asof(world: World, birth: date, fires: bool) -> None:
    aunt = id_number(birth, 9, sex="F")
    world.live(LI)
    world.live(aunt, relation="other")
    world.join_union(LI)
    world.earn(LI, 3000)
    world.add("pension", id=aunt, retired_on="2014-01-01", pension_monthly="0")
    world.add("disability", id=LI, kind=1, grade=3, **{"from": "2010-01-01"})
    assert ("T-DIS-2" in fired(world.sense())) == fires


# ------------------------------------------------------------------------------------------------ 因灾, 失业, 低收入, canvass


@pytest.mark.parametrize(
    ("kind", "loss", "compensation", "fires"),
    [
        ("fire", "48000", None, False),
        ("fire", "48000.01", None, True),
        ("work", "50000", "2000", False),
        ("other", "60000", None, False),
    ],
)
def test_cat_1_fires_above_eighty_percent_and_not_at_it(
    li: World, kind: str, loss: str, compensation: str | None, fires: bool
) -> None:
    li.add("event", id=LI, kind=kind, happened_on="2023-06-01", loss=loss, compensation=compensation)
    rows = li.sense()
    assert fired(rows) == ({"T-CAT-1"} if fires else set())
    assert not fires or (rows[0].causes, rows[0].grade) == (("因灾",), "ORANGE")


def test_two_events_are_summed_and_compensation_above_the_loss_helps_no_other(li: World) -> None:
    li.add("event", id=LI, kind="flood", happened_on="2024-01-01", loss="48000.01")
    li.add("event", id=LI, kind="traffic", happened_on="2024-02-01", loss="10000", compensation="90000")
    assert fired(li.sense()) == {"T-CAT-1"}


@pytest.mark.parametrize(("last", "fires"), [("2024-02", True), ("2024-03", False)])
def test_une_1_fires_three_months_after_the_last_paid_month(world: World, last: str, fires: bool) -> None:
    world.live(LI)
    world.join_union(LI)
    world.earn(LI, 9000, last=last, stop_reason="dismissed")
    rows = world.sense()
    assert fired(rows) == ({"T-UNE-1"} if fires else set())
    assert not fires or (rows[0].months_uninsured, rows[0].causes, rows[0].grade) == (3, ("失业",), "YELLOW")


@pytest.mark.parametrize("reason", ["moved", "retired"])
def test_une_1_does_not_fire_for_who_moved_or_retired(world: World, reason: str) -> None:
    world.live(LI)
    world.join_union(LI)
    world.earn(LI, 9000, last="2024-01", stop_reason=reason)
    assert not world.sense()


def test_une_1_does_not_fire_when_another_employer_follows(world: World) -> None:
    world.live(LI)
    world.join_union(LI)
    world.earn(LI, 9000, last="2024-01", stop_reason="ended")
    world.earn(LI, 9000, "2024-03", "2024-03", paid=0, employer=OTHER_EMPLOYER)
    assert not world.sense()


def test_une_1_does_not_fire_for_a_student_or_a_pensioner_or_at_sixty(world: World) -> None:
    sixty = id_number(date(1964, 5, 31), 9)
    for person, number in ((LI, "H1"), (WANG, "H2"), (sixty, "H3")):
        world.live(person, number)
        world.join_union(person)
        world.earn(person, 9000, last="2024-01")
    world.study(LI, "special")
    world.add("pension", id=WANG, retired_on="2024-02-01", pension_monthly="3000")
    assert not world.sense()


@pytest.mark.parametrize(
    ("ended", "again", "fires"),
    [("2024-05-31", None, True), ("2024-04-01", None, True), ("2024-03-31", None, False), ("2024-06-01", None, False),
     ("2024-04-01", "2024-05", False)],
)  # fmt: skip
def test_une_2_fires_when_the_benefit_ended_this_month_or_last(
    world: World, ended: str, again: str | None, fires: bool
) -> None:
    world.live(LI)
    world.join_union(LI)
    world.earn(LI, 9000, last="2023-09", stop_reason="moved")
    if again:
        world.earn(LI, 9000, again, again, employer=OTHER_EMPLOYER)
    world.add("unemployment", id=LI, benefit_from="2023-10-01", benefit_to=ended, benefit_monthly="1500")
    assert ("T-UNE-2" in fired(world.sense())) == fires


@pytest.mark.parametrize(
    ("base", "triggers", "grade"),
    [
        ("2000", set(), None),
        ("1999.99", {"T-INC-1"}, "ORANGE"),
        ("1000", {"T-INC-1"}, "ORANGE"),
        ("999.99", {"T-INC-1"}, "RED"),
    ],
)
def test_inc_1_fires_under_two_and_is_red_under_one(world: World, base: str, triggers: set, grade: str | None) -> None:
    world.live(LI)
    world.join_union(LI)
    world.earn(LI, base)
    rows = world.sense()
    assert fired(rows) == triggers
    assert not triggers or rows[0].grade == grade


def test_i5_is_compared_unrounded(world: World) -> None:
    world.live(LI)
    world.join_union(LI)
    world.earn(LI, "1999.99")
    row = only(world.sense())
    assert (shown(row.I5), row.triggers) == ("2.00", ("T-INC-1",))


def test_a_dead_sole_earner_makes_the_household_bereaved(world: World) -> None:
    world.live(LI, death_date="2024-03-10", to="2024-03-10")
    world.live(OLD, relation="parent")
    world.join_union(LI, left_on="2024-03-10")
    world.earn(LI, 5000, last="2024-02")
    world.add("pension", id=OLD, retired_on="2014-01-01", pension_monthly="4000")
    row = only(world.sense())
    assert (row.members, row.triggers, row.labels, row.size) == ((OLD,), ("T-INC-1",), ("bereaved",), 1)
    assert (row.grade, row.suppress_code) == ("YELLOW", None)


def test_nobody_is_bereaved_while_a_living_member_has_wages(world: World) -> None:
    world.live(LI, death_date="2024-03-10")
    world.live(WANG, relation="spouse")
    world.join_union(LI)
    world.earn(LI, 5000, last="2024-02")
    world.earn(WANG, 5000)
    assert not world.sense()


@pytest.mark.parametrize(("day", "fires"), [("2024-05-01", True), ("2024-04-30", False)])
def test_man_1_fires_for_a_report_of_the_month_with_its_cause(li: World, day: str, fires: bool) -> None:
    li.add("canvass", id=LI, union_code="U1", reported_on=day, cause="因残")
    rows = li.sense()
    assert fired(rows) == ({"T-MAN-1"} if fires else set())
    assert not fires or (rows[0].causes, rows[0].grade) == (("因残",), "YELLOW")


# ------------------------------------------------------------------------------------------------ income


def test_income_is_unknown_for_a_working_age_member_without_any_row(li: World) -> None:
    li.live(WANG, relation="spouse")
    li.settle(LI, 60000)
    row = only(li.sense())
    assert (row.I2, row.I3, row.I4, row.I5) == (None,) * 4
    assert set(row.triggers) == {"T-ILL-2", "T-ILL-3"}


def test_an_unpaid_row_makes_income_known(li: World) -> None:
    li.live(WANG, relation="spouse")
    li.earn(WANG, 4000, "2023-06", "2023-06", paid=0)
    li.settle(LI, 60000)
    assert shown(only(li.sense()).I2) == "60000.00"


def test_a_canvass_with_the_households_income_replaces_unknown(li: World) -> None:
    li.live(WANG, relation="spouse")
    li.add("canvass", id=WANG, union_code="U1", reported_on="2023-06-01", cause="低收入", income_12m="24000")
    row = only(li.sense())
    assert (shown(row.I2), shown(row.I3), row.triggers, row.grade) == ("24000.00", "1000.00", ("T-INC-1",), "ORANGE")


def test_a_canvass_does_not_replace_a_known_income(li: World) -> None:
    li.add("canvass", id=LI, union_code="U1", reported_on="2024-05-01", cause="低收入", income_12m="1")
    assert shown(only(li.sense()).I2) == "60000.00"


@pytest.mark.parametrize(
    ("birth", "known"),
    [(date(2008, 6, 1), True), (date(2008, 5, 31), False), (date(1964, 5, 31), True), (date(1964, 6, 1), False)],
)
def test_working_age_is_sixteen_to_fifty_nine_at_asof(li: World, birth: date, known: bool) -> None:
    li.live(id_number(birth, 9), relation="other")
    li.settle(LI, 60000)
    assert (only(li.sense()).I2 is not None) == known


def test_born_on_29_february_completes_eighteen_years_on_1_march_of_a_common_year(li: World) -> None:
    child = id_number(date(2008, 2, 29), 9)
    li.live(child, "H1", "child")
    li.live(child, "H9", "other", since="2020-01-01")
    li.earn(LI, 1000, "2025-01", "2026-03")
    li.add("school", **{"id": child, "stage": "compulsory", "fee_yearly": 0, "from": "2023-09-01"})  # income is known
    assert only(li.sense(Month("2026-02"))).members == tuple(sorted((LI, child)))
    assert only(li.sense(Month("2026-03"))).members == (LI,)


def test_the_wage_of_a_month_is_its_largest_paid_base(li: World) -> None:
    li.earn(LI, 6000, "2024-01", "2024-01", employer=OTHER_EMPLOYER)
    li.earn(LI, 9000, "2024-02", "2024-02", employer=OTHER_EMPLOYER, paid=0)
    li.settle(LI, 60000)
    assert shown(only(li.sense()).I2) == "61000.00"


def test_a_pension_month_and_a_benefit_month_count_when_a_day_of_them_is_touched(world: World) -> None:
    world.live(LI)
    world.join_union(LI)
    world.live(OLD, relation="parent")
    world.earn(LI, 0, last="2023-10", paid=0)
    world.add("pension", id=OLD, retired_on="2024-04-30", pension_monthly="100")  # April and May
    world.add(
        "unemployment", id=LI, benefit_from="2023-05-20", benefit_to="2023-08-01", benefit_monthly="10"
    )  # June, July
    world.add(
        "unemployment", id=LI, benefit_from="2023-07-10", benefit_to="2023-08-02", benefit_monthly="10"
    )  # and August
    assert shown(only(world.sense()).I2) == "230.00"


# ------------------------------------------------------------------------------------------------ households


def test_a_marriage_joins_two_household_numbers_until_the_divorce(world: World) -> None:
    for person, number in ((LI, "H1"), (WANG, "H2")):
        world.live(person, number)
        world.join_union(person)
        world.earn(person, 1500)
    world.add("marriage", id_a=WANG, id_b=LI, to="2024-05-31", **{"from": "2015-01-01"})
    first = world.sense(MAY.previous())
    assert [row.members for row in first] == [tuple(sorted((LI, WANG)))]
    second = world.sense()
    assert sorted((row.members, row.state) for row in second) == sorted(
        [((LI,), second[0].state), ((WANG,), second[1].state)]
    )
    assert {row.state for row in second} == {"CONTINUING", "NEW"}


def test_a_dependent_child_takes_its_child_row_and_a_grown_one_its_own(world: World) -> None:
    for person in (CHILD, YOUTH):
        world.live(person, "H1", "child")
        world.live(person, "H9", "other", since="2020-01-01")
    world.live(LI, "H1")
    world.join_union(LI)
    world.earn(LI, 1000)
    assert only(world.sense()).members == tuple(sorted((LI, CHILD)))
    world.study(YOUTH, "vocational")
    assert only(world.sense(MAY.next())).members == tuple(sorted((LI, CHILD, YOUTH)))


def test_between_equal_rows_the_latest_then_the_larger_number_wins(world: World) -> None:
    world.live(LI, "H1")
    world.join_union(LI)
    world.earn(LI, 1000)
    world.live(OLD, "H1", "parent", since="2019-01-01")
    world.live(OLD, "H0", "parent", since="2019-01-01")
    world.live(WANG, "H1", "spouse", since="2019-01-01")
    world.live(WANG, "H2", "head", since="2019-01-02")
    assert only(world.sense()).members == tuple(sorted((LI, OLD)))


def test_area_is_the_oldest_living_heads_and_the_standard_the_longest_prefix_in_force(world: World) -> None:
    world.live(LI, "H1", area="330624100000")
    world.live(WANG, "H2", area=TOWN)
    world.live(OLD, "H2", "parent", area=TOWN)
    world.add("marriage", id_a=WANG, id_b=LI, **{"from": "2015-01-01"})
    world.join_union(LI)
    world.earn(LI, 3600)
    world.earn(WANG, 0, paid=0)
    world.add("standard", area="330624", **{"from": "2024-05-31"}, dibao_monthly="1100")
    world.add("standard", area="3306241", **{"from": "2020-01-01"}, dibao_monthly="600")
    world.add("standard", area="330624100", **{"from": "2024-06-01"}, dibao_monthly="9000")
    assert not world.sense()  # I5 = 1,200 / 600 = 2
    world.snapshots["standard"] = [row for row in world.snapshots["standard"] if row["area"] == "330624"]
    row = only(world.sense(MAY.next()))
    assert (row.area, shown(row.I5)) == ("330624100000", "1.09")


def test_without_a_standard_its_triggers_rest_and_the_row_says_so(li: World) -> None:
    li.snapshots["standard"].clear()
    li.settle(LI, 40000)
    row = only(li.sense())
    assert (row.triggers, row.labels, row.I5) == (("T-ILL-1",), ("no-standard",), None)


def test_a_worker_without_register_row_lives_in_the_unions_area(world: World) -> None:
    world.add("union", code="U1", name="x", level="grassroots", area=TOWN)
    world.join_union(LI)
    world.earn(LI, 1500)
    world.add("marriage", id_a=WANG, id_b=LI, **{"from": "2015-01-01"})
    world.earn(WANG, 0, paid=0)
    row = only(world.sense())
    assert (row.members, row.area, row.labels) == (tuple(sorted((LI, WANG))), TOWN, ("no-register",))


@pytest.mark.parametrize(("first", "last", "paid", "employer", "sensed"), [
    ("2024-03", "2024-03", 1, EMPLOYER, True), ("2024-02", "2024-02", 1, EMPLOYER, False),
    ("2024-05", "2024-05", 0, EMPLOYER, False), ("2024-05", "2024-05", 1, "", False),
])  # fmt: skip
def test_a_worker_is_a_member_or_was_paid_by_an_employer_in_three_months(
    world: World, first: str, last: str, paid: int, employer: str, sensed: bool
) -> None:
    world.live(LI)
    world.earn(LI, 1000, first, last, paid=paid, employer=employer)
    assert bool(world.sense()) == sensed


# ------------------------------------------------------------------------------------------------ suppression and grade


def test_a_household_moved_out_of_the_province_is_held(li: World) -> None:
    li.add("standard", area="3201", **{"from": "2020-01-01"}, dibao_monthly="9000")
    li.snapshots["household"].clear()
    li.live(LI, area="320102001000", since="2024-03-01")
    row = only(li.sense())
    assert (row.state, row.suppress_code, row.labels) == ("HELD", "S-MOVED", ())


def test_a_household_moved_inside_the_province_becomes_a_transfer(li: World) -> None:
    li.add("standard", area="3301", **{"from": "2020-01-01"}, dibao_monthly="9000")
    li.snapshots["household"].clear()
    li.live(LI, area="330106001000", since="2024-03-01")
    row = only(li.sense())
    assert (row.state, row.suppress_code, row.labels) == ("NEW", "S-MOVED", ("transfer:3301",))


@pytest.mark.parametrize(("since", "settled"), [("2024-03-02", None), ("2024-01-01", "2024-03-01")])
def test_a_household_has_not_moved_too_late_or_with_a_settlement_from_home(
    li: World, since: str, settled: str | None
) -> None:
    li.add("standard", area="3201", **{"from": "2020-01-01"}, dibao_monthly="9000")
    li.snapshots["household"].clear()
    li.live(LI, area="320102001000", since=since)
    if settled:
        li.settle(LI, 1, settled)
    row = only(li.sense())
    assert (row.state, row.suppress_code) == ("NEW", None)


def test_insurance_outside_for_three_months_is_moved_too(li: World) -> None:
    li.settle(LI, 60000, "2024-03-01", place="320102")
    assert only(li.sense()).state == "HELD"


def test_a_household_is_held_when_every_worker_is_retired_and_not_when_one_is(world: World) -> None:
    for person, relation in ((LI, "head"), (WANG, "spouse")):
        world.live(person, relation=relation)
        world.join_union(person)
    world.add("pension", id=LI, retired_on="2024-05-31", pension_monthly="100")
    world.earn(WANG, 0, paid=0)
    assert (only(world.sense()).state) == "NEW"
    world.add("pension", id=WANG, retired_on="2024-06-30", pension_monthly="100")
    row = only(world.sense(MAY.next()))
    assert (row.state, row.suppress_code) == ("HELD", "S-RETIRED")


def test_a_scheme_labels_and_does_not_hold(world: World) -> None:
    world.live(LI)
    world.join_union(LI)
    world.earn(LI, 100)
    world.add("low_income_scheme", id=LI, scheme="dibian", to="2024-06-01", **{"from": "2024-05-31"})
    world.add("low_income_scheme", id=LI, scheme="dibao", to="2024-05-31", **{"from": "2024-01-01"})
    world.add("real_estate", id=LI, property_no="P", use="shop")
    row = only(world.sense())
    assert (row.state, row.suppress_code, row.grade) == ("NEW", "S-SCHEME", "ORANGE")
    assert row.labels == ("needs-property-explanation", "scheme:dibian")


HOMES = [("real_estate", dict(property_no=f"P{n}", use="housing", area_m2="1", share="0.5")) for n in range(3)]


@pytest.mark.parametrize(
    ("owned", "over"),
    [
        ([], False),
        (HOMES[:2], False),
        (HOMES, True),
        ([("real_estate", dict(property_no="A", use="housing", area_m2="900", share="1"))], False),
        ([("real_estate", dict(property_no=n, use="housing", area_m2="50", share="0.5")) for n in "AB"], False),
        ([("real_estate", dict(property_no="A", use="housing", area_m2="50.02", share="0.5")),
          ("real_estate", dict(property_no="B", use="housing", area_m2="50", share="0.5"))], True),
        ([("real_estate", dict(property_no="A", use="other", area_m2="900", share="1"))] * 3, False),
        ([("real_estate", dict(property_no="A", use="shop"))], True),
        ([("business", dict(uscc="1", capital="100000", state="open"))], False),
        ([("business", dict(uscc="1", capital="100000.01", state="open"))], True),
        ([("business", dict(uscc="1", capital="900000", state="closed"))], False),
        ([("vehicle", dict(kind="car", first_registered_on="2014-06-01", price="180000"))], False),
        ([("vehicle", dict(kind="car", first_registered_on="2014-06-01", price="180000.01"))], True),
        ([("vehicle", dict(kind="car", first_registered_on="2014-05-31", price="180000.01"))], False),
        ([("vehicle", dict(kind="commercial", first_registered_on="2024-05-31", price="999999"))], False),
    ],
)  # fmt: skip
def test_property_over_a_limit_takes_one_step_off_and_never_drops(world: World, owned: list, over: bool) -> None:
    world.live(LI)
    world.join_union(LI)
    world.earn(LI, 500)
    world.snapshots["standard"][0]["mean_housing_area_m2"] = "50"
    for feed, cells in owned:
        world.add(feed, id=LI, **cells)
    row = only(world.sense())
    assert (row.grade, row.suppress_code, row.state) == (("ORANGE", "S-PROP", "NEW") if over else ("RED", None, "NEW"))


def test_two_causes_with_illness_are_red_and_two_others_are_not(li: World) -> None:
    li.add("canvass", id=LI, union_code="U1", reported_on="2024-05-01", cause="因学")
    li.add("canvass", id=LI, union_code="U1", reported_on="2024-05-02", cause="失业")
    assert only(li.sense()).grade == "YELLOW"
    li.settle(LI, 24000)
    li.add("canvass", id=LI, union_code="U1", reported_on="2024-06-02", cause="失业")
    assert only(li.sense(MAY.next())).grade == "RED"


# ------------------------------------------------------------------------------------------------ states


def test_new_continuing_exited_and_returned_follow_each_other(li: World) -> None:
    for month, cause in (
        ("2024-05", "因病"),
        ("2024-06", "因病"),
        ("2024-07", None),
        ("2024-08", None),
        ("2024-09", "因学"),
    ):
        if cause:
            li.add("canvass", id=LI, union_code="U1", reported_on=f"{month}-05", cause=cause)
    # Two stopped batches would hide the story: keep the canvass volume even with a stranger's reports.
    for month in ("2024-07", "2024-08"):
        li.add("canvass", id=OLD, union_code="U1", reported_on=f"{month}-05", cause="因病")
    story = []
    for text in ("2024-05", "2024-06", "2024-07", "2024-08", "2024-09"):
        rows = li.sense(Month(text))
        story.append((rows[0].state, str(rows[0].first_month), rows[0].reasons) if rows else None)
    assert story == [
        ("NEW", "2024-05", ()), ("CONTINUING", "2024-05", ()), ("EXITED", "2024-05", ("threshold",)), None,
        ("RETURNED", "2024-05", ()),
    ]  # fmt: skip


def test_a_missing_feed_makes_stale_for_two_months_and_then_exits(li: World) -> None:
    li.settle(LI, 40000, "2024-05-01")
    assert only(li.sense()).state == "NEW"
    states = [only(li.sense(MAY.plus(n), without=("medical_settlement", "pension", "vehicle"))) for n in (1, 2, 3)]
    assert [row.state for row in states] == ["STALE", "STALE", "EXITED"]
    assert states[0].reasons == ("feed-missing:medical_settlement", "feed-missing:pension")
    assert (states[0].M4, states[0].I2, states[2].reasons) == (None, None, ("threshold",))


def test_a_stale_household_whose_feed_comes_back_continues(li: World) -> None:
    li.settle(LI, 40000, "2024-05-01")
    li.sense()
    li.sense(MAY.plus(1), without=("medical_settlement",))
    assert only(li.sense(MAY.plus(2))).state == "CONTINUING"


def test_a_missing_feed_no_former_trigger_needs_lets_a_household_exit(li: World) -> None:
    li.add("canvass", id=LI, union_code="U1", reported_on="2024-05-05", cause="因病")
    li.sense()
    row = only(li.sense(MAY.next(), without=("medical_settlement",)))
    assert (row.state, row.reasons) == ("EXITED", ("threshold",))


def test_an_active_household_becomes_held_and_comes_back_returned(world: World) -> None:
    world.live(LI)
    world.join_union(LI)
    world.add("pension", id=LI, retired_on="2024-06-10", pension_monthly="100")
    world.earn(LI, 0, paid=0)
    assert only(world.sense()).state == "NEW"
    assert only(world.sense(MAY.plus(1))).state == "HELD"
    world.snapshots["pension"].clear()
    assert only(world.sense(MAY.plus(2))).state == "RETURNED"


def test_a_household_without_worker_exits_blank_with_its_old_members(world: World) -> None:
    world.live(LI)
    world.join_union(LI)
    world.earn(LI, 0, paid=0)
    world.sense()
    world.snapshots["member"].clear()
    row = only(world.sense(MAY.next()))
    assert (row.state, row.reasons, row.members, row.I2, row.size) == ("EXITED", ("not-sensed",), (LI,), None, None)


def test_a_household_whose_people_all_died_exits_dead(world: World) -> None:
    world.live(LI)
    world.join_union(LI)
    world.earn(LI, 0, paid=0)
    world.sense()
    world.snapshots["household"][0]["death_date"] = "2024-06-30"
    row = only(world.sense(MAY.next()))
    assert (row.state, row.reasons, row.members) == ("EXITED", ("dead",), (LI,))


def test_when_a_household_splits_evenly_the_side_that_still_triggers_keeps_the_case(world: World) -> None:
    for person, base, relation in ((LI, 9000, "head"), (WANG, 100, "spouse")):
        world.live(person, "H1", relation)
        world.join_union(person)
        world.earn(person, base)
    world.add("canvass", id=LI, union_code="U1", reported_on="2024-05-05", cause="因病")
    assert only(world.sense()).state == "NEW"
    world.snapshots["household"][0]["household_no"] = "H2"
    row = only(world.sense(MAY.next()))
    assert (row.members, row.state, str(row.first_month)) == ((WANG,), "CONTINUING", "2024-05")


def test_when_two_households_merge_the_older_case_goes_on_and_the_other_exits(world: World) -> None:
    for person, number, base in ((LI, "H1", 100), (WANG, "H2", 2500)):
        world.live(person, number)
        world.join_union(person)
        world.earn(person, base)
    world.sense()
    world.add("canvass", id=WANG, union_code="U1", reported_on="2024-06-05", cause="因病")
    world.sense(MAY.plus(1))
    world.add("marriage", id_a=LI, id_b=WANG, **{"from": "2024-07-01"})
    rows = world.sense(MAY.plus(2))
    assert {(row.members, row.state, str(row.first_month)) for row in rows} == {
        (tuple(sorted((LI, WANG))), "CONTINUING", "2024-05"),
        ((WANG,), "EXITED", "2024-06"),
    }


def test_active_last_month_plus_new_plus_returned_minus_exited_minus_held_is_active_now(world: World) -> None:
    people = [id_number(date(1980, 1, 1 + n), n) for n in range(8)]
    for n, person in enumerate(people):
        world.live(person, f"H{n}")
        world.join_union(person)
        world.earn(person, 5000 if n % 2 else 1000)
    active = 0
    for step in range(4):
        for n, person in enumerate(people):
            if (n + step) % 3 == 0:
                world.add("canvass", id=person, union_code="U1", reported_on=f"{MAY.plus(step)}-05", cause="因病")
            if n == step < 2:
                world.add("pension", id=person, retired_on=f"{MAY.plus(step)}-01", pension_monthly="0")
        was_active = {case.members for case in world.oracle.cases if case.active}
        rows = world.sense(MAY.plus(step))
        count = Counter(row.state for row in rows)
        to_held = sum(row.state == "HELD" and row.members in was_active for row in rows)
        now = count["NEW"] + count["RETURNED"] + count["CONTINUING"] + count["STALE"]
        assert active + count["NEW"] + count["RETURNED"] - count["EXITED"] - to_held == now
        active = now
