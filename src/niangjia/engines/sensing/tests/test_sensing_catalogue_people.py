"""One month of a town on paper: who counts, what counts, and what the house's own history does to a row (`sensing.md` §14)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from niangjia.engines import sensing
from niangjia.engines.sensing.tests.town_on_paper import OTHER_EMPLOYER, MonthList, Town, born, pseudonym
from niangjia.kernel.months import Month

FEBRUARY = Month("2024-02")  # W12 = 2023-03-01 … 2024-02-29
YEAR = FEBRUARY.window(12)
Tell = Callable[[Town, SimpleNamespace], sensing.OwnHistory | None]
_STORIES: list[Tell] = []


def story(tell: Tell) -> Tell:
    """Told once for the whole module: everybody lives in one town that is sensed once. `who` keeps the names."""
    _STORIES.append(tell)
    return tell


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[MonthList, SimpleNamespace]:
    town, who = Town(tmp_path_factory.mktemp("people")), SimpleNamespace()
    histories = [tell(town, who) or sensing.OwnHistory() for tell in _STORIES]
    own = sensing.OwnHistory(**{
        name: tuple(one for history in histories for one in getattr(history, name))
        for name in ("open_files", "not_in_hardship", "paid_this_year", "opted_out")
    })  # fmt: skip
    town.land(town.deliver(FEBRUARY, early=["medical_settlement"]))
    return town.sense(FEBRUARY, own), who


@pytest.fixture
def month(told: tuple[MonthList, SimpleNamespace]) -> MonthList:
    return told[0]


@pytest.fixture
def who(told: tuple[MonthList, SimpleNamespace]) -> SimpleNamespace:
    return told[1]


def ill(town: Town, **worker: object) -> str:
    """A worker whose own medical cost of 24,000 is 40 % of income: T-ILL-1 and T-ILL-2."""
    person = town.worker(**({"months": YEAR} | worker))  # type: ignore[arg-type]
    town.settle(person, "24000", "2023-06-10")
    return person


# ---------------------------------------------------------------------------------------------- what is paid, and when


@story
def refunds(town: Town, who: SimpleNamespace) -> None:
    who.refunded, who.partly_refunded = town.worker(months=YEAR), town.worker(months=YEAR)
    town.settle(who.refunded, "30000", "2023-06-10", visit="VR1")
    town.settle(who.refunded, "-30000", "2023-06-12", visit="VR1", refund=1)
    town.settle(who.partly_refunded, "30000", "2023-06-10", visit="VR2")
    town.settle(who.partly_refunded, "-6000", "2023-06-12", visit="VR2", refund=1)
    who.refunded_before_paid = town.worker(months=YEAR)
    town.settle(who.refunded_before_paid, "24000", "2023-06-10", visit="VR3")
    town.settle(who.refunded_before_paid, "-24000", "2023-06-09", visit="VR3", refund=1)


def test_a_refund_nets_its_settlement_to_nothing(month: MonthList, who: SimpleNamespace) -> None:
    assert month.of(who.refunded) == {}


def test_a_partial_refund_leaves_the_rest(month: MonthList, who: SimpleNamespace) -> None:
    assert (month.of(who.partly_refunded)["M4"], month.of(who.partly_refunded)["M5"]) == (
        Decimal("24000.00"),
        Decimal("24000.00"),
    )


def test_a_refund_dated_before_its_settlement_is_set_aside(month: MonthList, who: SimpleNamespace) -> None:
    assert month.of(who.refunded_before_paid)["M4"] == Decimal("24000.00")
    assert [row["reason"] for row in month.set_aside()] == ["ORPHAN_REFUND"]


EDGES = {
    "2023-02-28 23:59:59": False,
    "2023-03-01 00:00:00": True,
    "2024-02-29 23:59:59": True,  # the leap day is the month's last
    "2024-03-01 00:00:00": False,
}


@story
def edges_of_the_window(town: Town, who: SimpleNamespace) -> None:
    who.paid_at = {}
    for instant in EDGES:
        who.paid_at[instant] = town.worker(months=YEAR)
        town.settle(who.paid_at[instant], "24000", instant)


@pytest.mark.parametrize(("instant", "counts"), EDGES.items())
def test_the_window_holds_its_first_day_and_the_leap_day_and_nothing_beyond(
    month: MonthList, who: SimpleNamespace, instant: str, counts: bool
) -> None:
    assert ("T-ILL-1" in month.fired(who.paid_at[instant])) is counts


@story
def visits(town: Town, who: SimpleNamespace) -> None:
    who.patient = town.worker(months=YEAR)
    town.settle(who.patient, "6000", "2023-05-01", visit="VA")
    town.settle(who.patient, "5000", "2023-06-01", visit="VA")
    town.settle(who.patient, "-1000", "2023-06-02", visit="VA", refund=1)
    for day in ("2023-07-01", "2023-08-01"):
        town.settle(who.patient, "9000", day)


def test_the_largest_visit_of_a_listed_household_is_exact_though_far_below_its_line(
    month: MonthList, who: SimpleNamespace
) -> None:
    assert (month.of(who.patient)["M4"], month.of(who.patient)["M5"]) == (Decimal("28000.00"), Decimal("10000.00"))
    assert "T-ILL-3" not in month.fired(who.patient)


@story
def income_unknown(town: Town, who: SimpleNamespace) -> None:
    who.uninsured, who.uninsured_below, who.told_by_canvass = (town.worker() for _ in range(3))
    town.settle(who.uninsured, "18000", "2023-06-10")
    town.settle(who.uninsured_below, "17999.99", "2023-06-10")
    town.settle(who.told_by_canvass, "18000", "2023-06-10")
    town.add(
        "canvass", id=who.told_by_canvass, union_code="U1", reported_on="2023-09-01", cause="因病", income_12m="45000"
    )


def test_unknown_income_with_high_cost_fires_ill_2_alone(month: MonthList, who: SimpleNamespace) -> None:
    row = month.of(who.uninsured)
    assert (row["triggers"], row["I2"], row["I3"], row["I4"], row["I5"]) == ("T-ILL-2", None, None, None, None)
    assert row["M4"] == Decimal("18000.00")
    assert month.of(who.uninsured_below) == {}


def test_an_income_found_by_a_canvass_takes_the_place_of_unknown(month: MonthList, who: SimpleNamespace) -> None:
    assert (month.fired(who.told_by_canvass), month.of(who.told_by_canvass)["I2"]) == (
        {"T-ILL-1", "T-ILL-2"},
        Decimal("45000.00"),
    )


def test_money_leaves_as_decimal_with_two_places(month: MonthList) -> None:
    kinds = month.columns()
    assert {kinds[column] for column in ("I2", "I3", "I4", "I5", "M4", "M5")} == {"decimal128(16, 2)"}


# ------------------------------------------------------------------------------------------------- persons, households


@story
def leap_birthdays(town: Town, who: SimpleNamespace) -> None:
    who.leapling, who.day_later = ill(town), ill(town)
    town.lodger(who.leapling, "2008-02-29")
    town.lodger(who.day_later, "2008-03-01")


def test_born_on_a_leap_day_is_of_working_age_on_the_leap_day_sixteen_years_later(
    month: MonthList, who: SimpleNamespace
) -> None:
    assert month.of(who.leapling)["I2"] is None, "sixteen, no insurance, no school: the household's income is unknown"
    assert month.of(who.day_later)["I2"] == Decimal("60000.00")


@story
def check_character(town: Town, who: SimpleNamespace) -> None:
    who.with_x = town.worker(months=YEAR, last="X")
    town.settle(who.with_x.lower(), "8000", "2023-06-10")
    town.settle(who.with_x.translate({ord("X"): "Ｘ", ord("1"): "１"}), "8000", "2023-07-10")
    town.settle(f" {who.with_x[:6]} {who.with_x[6:]}", "8000", "2023-08-10")


def test_an_id_ending_in_x_is_one_person_however_it_is_written(month: MonthList, who: SimpleNamespace) -> None:
    assert who.with_x.endswith("X")
    assert (month.of(who.with_x)["size"], month.of(who.with_x)["M4"]) == (1, Decimal("24000.00"))


@story
def couples(town: Town, who: SimpleNamespace) -> None:
    who.husband, who.wife = ill(town), town.worker(sex="F")
    town.earn(who.wife, "3000", YEAR, employer=OTHER_EMPLOYER)
    town.settle(who.wife, "20000", "2023-06-10")
    town.marry(who.husband, who.wife)

    who.former_husband, who.former_wife = ill(town), town.worker(months=YEAR, sex="F")
    town.marry(who.former_husband, who.former_wife, until="2024-02-29")
    who.nearly_former_husband, who.nearly_former_wife = ill(town), town.worker(months=YEAR, base="1000", sex="F")
    town.marry(who.nearly_former_husband, who.nearly_former_wife, until="2024-03-01")
    who.still_there = ill(town, household="H-shared")
    who.never_left = town.worker(months=YEAR, base="1000", sex="F", household="H-shared", relation="spouse")
    town.marry(who.still_there, who.never_left, until="2023-01-01")


def test_a_couple_with_two_employers_is_one_row(month: MonthList, who: SimpleNamespace) -> None:
    assert month.of(who.husband)["household_key"] == month.of(who.wife)["household_key"]
    row = month.of(who.wife)
    assert (row["size"], row["I2"], row["M4"]) == (2, Decimal("96000.00"), Decimal("44000.00"))


def test_the_divorced_are_two_households_from_the_day_of_the_divorce(month: MonthList, who: SimpleNamespace) -> None:
    assert (month.of(who.former_husband)["size"], month.of(who.former_wife)) == (1, {})
    assert month.of(who.nearly_former_husband)["size"] == 2, "divorced on the day after the month's end"


def test_the_divorced_under_one_household_number_are_still_one_household(
    month: MonthList, who: SimpleNamespace
) -> None:
    assert month.of(who.still_there)["household_key"] == month.of(who.never_left)["household_key"]


@story
def bereaved(town: Town, who: SimpleNamespace) -> None:
    def widow_of(dead: str, **more: str) -> str:
        widow = town.lodger(dead, "1955-01-01", "spouse")
        next(row for row in town.paper["household"] if row["id"] == dead).update(more)
        return widow

    for name, died in (("widow", "2023-12-05"), ("widow_of_long_ago", "2023-02-28")):
        widow = widow_of(town.worker(months=FEBRUARY.window(24)[:12] + YEAR[:9]), death_date=died)
        setattr(who, name, widow)
        town.add("pension", id=widow, retired_on="2010-01-01", pension_monthly="4000")
    who.widow_with_son = widow_of(town.worker(months=YEAR[:9], household="H-son"), death_date="2023-12-05")
    town.add("pension", id=who.widow_with_son, retired_on="2010-01-01", pension_monthly="4000")
    town.worker(months=YEAR, household="H-son", relation="child")
    dead = town.worker(months=YEAR[:9], household="H-unknown")
    next(row for row in town.paper["household"] if row["id"] == dead)["death_date"] = "2023-12-05"
    who.young_widow = town.lodger(dead, "1984-01-01", "spouse")


def test_a_dead_sole_earner_lists_the_household_though_its_income_would_do(
    month: MonthList, who: SimpleNamespace
) -> None:
    row = month.of(who.widow)
    assert (row["triggers"], row["labels"], row["I5"], row["size"]) == ("T-INC-1", "bereaved", Decimal("4.00"), 1)


def test_nobody_is_bereaved_while_another_earns_nor_after_a_year_nor_with_unknown_income(
    month: MonthList, who: SimpleNamespace
) -> None:
    assert [month.of(one) for one in (who.widow_with_son, who.widow_of_long_ago, who.young_widow)] == [{}, {}, {}]


@story
def retired(town: Town, who: SimpleNamespace) -> None:
    who.with_retired_wife = ill(town, base="2000")
    who.retired_wife = town.lodger(who.with_retired_wife, "1960-01-01", "spouse")
    town.add("pension", id=who.retired_wife, retired_on="2015-01-01", pension_monthly="3000")
    who.retired_worker = ill(town, birth="1962-01-01", months=())
    town.add("pension", id=who.retired_worker, retired_on="2022-01-01", pension_monthly="5000")


def test_a_retired_spouse_stays_a_member_of_the_household(month: MonthList, who: SimpleNamespace) -> None:
    row = month.of(who.retired_wife)
    assert (row["size"], row["I2"], row["state"], row["suppress_code"]) == (2, Decimal("60000.00"), "NEW", None)


def test_a_household_whose_every_worker_is_retired_is_held(month: MonthList, who: SimpleNamespace) -> None:
    assert (month.state(who.retired_worker), month.of(who.retired_worker)["suppress_code"]) == ("HELD", "S-RETIRED")


# ---------------------------------------------------------------------------------------------- schemes, homes, places


@story
def schemes(town: Town, who: SimpleNamespace) -> None:
    who.on_dibao = ill(town)
    town.add("low_income_scheme", id=who.on_dibao, scheme="dibao", since="2022-01-01")
    town.add("low_income_scheme", id=who.on_dibao, scheme="rigid", since="2022-01-01", until="2024-02-29")


def test_a_family_on_minimum_living_is_labelled_and_not_rejected(month: MonthList, who: SimpleNamespace) -> None:
    row = month.of(who.on_dibao)
    assert (row["state"], row["suppress_code"], row["labels"]) == ("NEW", "S-SCHEME", "scheme:dibao")


HOMES = {
    "one large home": ([("300", "1")], False),
    "a small second home": ([("60", "1"), ("40", "1")], False),
    "a second home over the average area": ([("60", "1"), ("40.01", "1")], True),
    "an inherited share of a second home": ([("60", "1"), ("160", "0.25")], False),
    "three small homes": ([("20", "1"), ("20", "1"), ("20", "1")], True),
}


@story
def homes(town: Town, who: SimpleNamespace) -> None:
    who.owner = {}
    for name, owned in HOMES.items():
        owner = who.owner[name] = ill(town, base="7000")
        town.lodger(owner, "2015-01-01")  # a household of two: 100 m² are the average
        for place, (area, share) in enumerate(owned[0]):
            town.add("real_estate", id=owner, property_no=f"{name} {place}", use="housing", area_m2=area, share=share)


@pytest.mark.parametrize(("name", "must_explain"), [(name, over) for name, (_, over) in HOMES.items()])
def test_a_second_home_asks_for_an_explanation_only_above_the_average_area(
    month: MonthList, who: SimpleNamespace, name: str, must_explain: bool
) -> None:
    row = month.of(who.owner[name])
    assert (row["state"], row["grade"]) == ("NEW", "YELLOW" if must_explain else "ORANGE"), (
        "one step off, never dropped"
    )
    assert row["labels"] == ("needs-property-explanation" if must_explain else "")


HANGZHOU, SHANGHAI = "330106001000", "310115001000"


@story
def moved(town: Town, who: SimpleNamespace) -> None:
    town.add("standard", area="3301", since="2015-01-01", dibao_monthly="1200")
    town.add("standard", area="31", since="2015-01-01", dibao_monthly="1500")
    who.to_hangzhou, who.to_shanghai = (ill(town, area=area, since="2023-12-01") for area in (HANGZHOU, SHANGHAI))
    who.just_moved = ill(town, area=SHANGHAI, since="2023-12-02")
    who.treated_at_home = ill(town, area=SHANGHAI, since="2020-01-01")
    town.settle(who.treated_at_home, "10", "2023-12-01")


def test_moved_inside_the_province_is_labelled_for_transfer_and_stays_active(
    month: MonthList, who: SimpleNamespace
) -> None:
    row = month.of(who.to_hangzhou)
    assert (row["state"], row["suppress_code"], row["labels"]) == ("NEW", "S-MOVED", "transfer:3301")


def test_moved_out_of_the_province_is_held(month: MonthList, who: SimpleNamespace) -> None:
    row = month.of(who.to_shanghai)
    assert (row["state"], row["suppress_code"], row["labels"]) == ("HELD", "S-MOVED", "")


def test_moved_a_day_too_late_or_treated_at_home_is_not_moved(month: MonthList, who: SimpleNamespace) -> None:
    assert [month.of(one)["suppress_code"] for one in (who.just_moved, who.treated_at_home)] == [None, None]


@story
def without_standard(town: Town, who: SimpleNamespace) -> None:
    town.add("standard", area="330683", since="2024-03-01", dibao_monthly="1000")  # in force a day too late
    who.without_standard = ill(town, area="330683100000")
    who.poor_without_standard = town.worker(area="330683100000", base="100", months=YEAR)


def test_without_a_standard_the_triggers_that_need_it_rest_and_the_run_names_the_area_and_its_month(
    month: MonthList, who: SimpleNamespace
) -> None:
    row = month.of(who.without_standard)
    assert (row["triggers"], row["labels"], row["I4"], row["I5"]) == (
        "T-ILL-1",
        "no-standard",
        Decimal("3000.00"),
        None,
    )
    assert month.of(who.poor_without_standard) == {}
    manifest = month.run.manifest()
    assert (manifest["areas_without_standard"], manifest["month"]) == (["330683100000"], "2024-02")


# ------------------------------------------------------------------------------------------- what the house itself knows


@story
def own_history(town: Town, who: SimpleNamespace) -> sensing.OwnHistory:
    who.on_file, who.on_file_for_study, who.paid = ill(town), ill(town), ill(town)
    who.visited, who.visited_long_ago, who.visited_now_worse, who.visited_for_study = (ill(town) for _ in range(4))
    who.opted_out, who.opted_out_and_reported = ill(town), ill(town)
    who.paid_and_on_dibao = ill(town)
    town.add("low_income_scheme", id=who.paid_and_on_dibao, scheme="dibao", since="2022-01-01")
    town.add("canvass", id=who.opted_out_and_reported, union_code="U1", reported_on="2024-02-10", cause="因残")

    def not_in_hardship(person: str, on: date, cause: str = "因病", oop_net: str = "24000") -> sensing.Verification:
        return sensing.Verification((pseudonym(person),), on, (cause,), Decimal("60000"), Decimal(oop_net))

    return sensing.OwnHistory(
        open_files=(
            sensing.OpenFile((pseudonym(who.on_file),), "因病"),
            sensing.OpenFile((pseudonym(who.on_file_for_study),), "因学"),
        ),
        not_in_hardship=(
            not_in_hardship(who.visited, date(2023, 9, 1)),
            not_in_hardship(who.visited_long_ago, date(2023, 8, 31)),
            not_in_hardship(who.visited_now_worse, date(2023, 9, 1), oop_net="20000"),  # 24,000 is 20 % more
            not_in_hardship(who.visited_for_study, date(2023, 9, 1), cause="因学"),
        ),
        paid_this_year=((pseudonym(who.paid),), (pseudonym(who.paid_and_on_dibao),)),
        opted_out=(pseudonym(who.opted_out), pseudonym(who.opted_out_and_reported)),
    )


def code_and_state(row: dict) -> tuple[str | None, str]:
    return row["suppress_code"], row["state"]


def test_a_file_for_the_same_cause_holds_and_for_another_does_not(month: MonthList, who: SimpleNamespace) -> None:
    assert code_and_state(month.of(who.on_file)) == ("S-FILED", "HELD")
    assert code_and_state(month.of(who.on_file_for_study)) == (None, "NEW")


def test_found_not_in_hardship_holds_for_six_months_while_the_figures_are_alike(
    month: MonthList, who: SimpleNamespace
) -> None:
    assert code_and_state(month.of(who.visited)) == ("S-RECENT", "HELD")
    for reopened in (who.visited_long_ago, who.visited_now_worse, who.visited_for_study):
        assert code_and_state(month.of(reopened)) == (None, "NEW")


def test_who_was_paid_this_year_is_marked_and_still_helped(month: MonthList, who: SimpleNamespace) -> None:
    assert code_and_state(month.of(who.paid)) == ("S-PAID", "NEW")
    assert code_and_state(month.of(who.paid_and_on_dibao)) == ("S-SCHEME", "NEW"), (
        "the first code that matches is shown"
    )


def test_who_withdrew_consent_is_held(month: MonthList, who: SimpleNamespace) -> None:
    assert code_and_state(month.of(who.opted_out)) == ("S-OPTOUT", "HELD")


def test_who_withdrew_consent_and_is_reported_counts_by_the_report_alone(
    month: MonthList, who: SimpleNamespace
) -> None:
    row = month.of(who.opted_out_and_reported)
    assert (row["triggers"], row["causes"], row["state"]) == ("T-MAN-1", "因残", "NEW")


# --------------------------------------------------------------------------------------------------- nobody listed by a slip


@story
def nobody(town: Town, who: SimpleNamespace) -> None:
    who.well, who.stranger = town.worker(months=YEAR), born("1970-01-01")
    town.live(who.stranger)
    town.settle(who.stranger, "90000", "2023-06-10")


def test_a_well_household_and_one_without_worker_are_not_listed(month: MonthList, who: SimpleNamespace) -> None:
    assert (month.of(who.well), month.of(who.stranger)) == ({}, {})
