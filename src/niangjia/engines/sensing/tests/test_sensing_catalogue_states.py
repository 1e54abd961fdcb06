"""Twelve months of a town on paper: how rows come, stay, wait, go and come back, and what late data may change (`sensing.md` §7, §14)."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from niangjia.engines import sensing
from niangjia.engines.sensing.tests.town_on_paper import MonthList, Town, drawn, pseudonym
from niangjia.kernel.months import Month

FIRST = Month("2021-10")
MONTHS = [FIRST.plus(offset) for offset in range(12)]  # October 2021 … September 2022
PAST = FIRST.window(12)
EVENT_FEED_MISSING = {Month("2021-12"), Month("2022-02"), Month("2022-03"), Month("2022-04")}
DISABILITY_FEED_MISSING = Month("2022-02")
LATE = Month("2022-06")  # a batch of this month arrives after its list was made
ACTIVE = {"NEW", "CONTINUING", "RETURNED", "STALE"}


@dataclass
class Year:
    """The town's twelve lists, the correction of one month, and what landing and rerunning said."""

    town: Town
    who: SimpleNamespace
    lists: dict[Month, MonthList] = field(default_factory=dict)
    reports: dict[Month, list[sensing.BatchReport]] = field(default_factory=dict)
    official_before: dict[str, bytes] = field(default_factory=dict)
    corrected: MonthList | None = None
    own: dict[Month, sensing.OwnHistory] = field(default_factory=dict)

    def states(self, person: str) -> list[str]:
        """State and reason of the person's row in each month; empty where there is none."""
        return [self.lists[month].state(person) for month in MONTHS]


def spoken(history: str) -> list[str]:
    """Twelve states written in order; ``—`` = not listed, ``×n`` = n months."""
    words: list[str] = []
    for part in history.split(","):
        state, _, times = part.strip().partition("×")
        words += ["" if state.strip() == "—" else state.strip()] * int(times or 1)
    assert len(words) == 12, history
    return words


def ill(town: Town, day: str = "2021-06-10", **worker: object) -> str:
    """A worker whose cost of 24,000 fires T-ILL-1 and T-ILL-2 as long as `day` is in the window."""
    person = town.worker(**({"months": [*PAST, *MONTHS[1:]]} | worker))  # type: ignore[arg-type]
    town.settle(person, "24000", day)
    return person


def people(town: Town, who: SimpleNamespace) -> dict[Month, list[Callable[[], object]]]:
    """Everybody at the start; returns what happens at the beginning of which month."""
    happens: dict[Month, list[Callable[[], object]]] = {month: [] for month in MONTHS}
    everything = [*PAST, *MONTHS[1:]]

    def stay_of(person: str) -> dict[str, object]:
        return next(row for row in town.paper["household"] if row["id"] == person)

    who.patient = ill(town)  # in the window until May 2022
    town.settle(who.patient, "24000", "2022-08-03")
    who.student_family = town.worker(base="6000", months=everything)
    town.study(
        town.lodger(who.student_family, "2009-09-01"), "compulsory", fee="22000"
    )  # sent once, unchanged ever after
    who.burnt_out = town.worker(months=everything)
    town.misfortune(who.burnt_out, "60000", "2021-09-01")  # in the window until August 2022
    who.burnt_and_mourned, who.burnt_and_filed = town.worker(months=PAST), town.worker(months=everything)
    for person in (who.burnt_and_mourned, who.burnt_and_filed):
        town.misfortune(person, "60000", "2021-09-01")
    happens[MONTHS[4]].append(lambda: stay_of(who.burnt_and_mourned).update(death_date="2022-02-10"))
    who.jobless = town.worker(base="6000", months=[month for month in PAST if month <= Month("2021-06")])
    town.earn(who.jobless, "6000", MONTHS[2:])

    who.older_case, who.younger_case = ill(town), ill(town, "2021-11-02", birth="1985-01-01", sex="F")
    happens[MONTHS[3]].append(lambda: town.marry(who.older_case, who.younger_case, since="2022-01-10"))

    who.leaver, who.stayer = (
        ill(town, household="H-split"),
        ill(town, household="H-split", relation="spouse", sex="F", birth="1986-01-01"),
    )
    who.childs_mother = who.stayer
    town.lodger(who.stayer, "2012-05-01")

    def split() -> None:
        stay_of(who.leaver)["to"] = "2022-01-15"
        town.live(who.leaver, since="2022-01-15")

    happens[MONTHS[3]].append(split)

    who.withdrawn = ill(town)  # withdraws consent in February, gives it again in March
    who.graduate = ill(town, "2020-12-10")  # out of the window in December; the file was closed
    who.mourned = town.worker(months=PAST)
    town.settle(who.mourned, "24000", "2021-06-10")
    happens[MONTHS[3]].append(lambda: stay_of(who.mourned).update(death_date="2022-01-20"))
    who.no_longer_member = town.worker()
    town.settle(who.no_longer_member, "18000", "2021-06-10")
    membership = next(row for row in town.paper["member"] if row["id"] == who.no_longer_member)
    happens[MONTHS[5]].append(lambda: membership.update(left_on="2022-03-15"))
    who.gone = town.worker()
    town.settle(who.gone, "18000", "2021-06-10")

    def leave_no_trace() -> None:
        for feed in ("household", "member"):
            town.paper[feed] = [row for row in town.paper[feed] if row["id"] != who.gone]

    happens[MONTHS[6]].append(leave_no_trace)

    who.refunded_early = town.worker(months=everything)
    town.settle(who.refunded_early, "-4000", "2021-11-20", visit="V-late", refund=1)
    happens[MONTHS[2]].append(lambda: town.settle(who.refunded_early, "28000", "2021-11-05", visit="V-late"))

    # Seventeen for a day longer than a calendar thinks: eighteen years are completed on 1 March 2022.
    who.parent = ill(town, household="H-leapling")
    leapling = who.leapling = town.lodger(who.parent, "2004-02-29")
    town.live(leapling, "H-own", since="2021-01-01")

    who.certified, who.certified_unseen = town.worker(months=everything), town.worker(months=everything)
    for person, day in ((who.certified, "2022-01-05"), (who.certified_unseen, "2022-02-05")):
        town.add("disability", id=person, kind="4", grade="1", since=day)

    who.unlucky_late, who.mistyped = town.worker(months=everything), town.worker(months=everything)
    who.settlement_mistyped = town.settle(who.mistyped, "24000", "2022-05-10")
    return happens


def closed_files(who: SimpleNamespace, month: Month) -> list[str]:
    graduated = [who.graduate] if month >= Month("2021-12") else []
    return graduated + ([who.burnt_and_filed] if month == Month("2022-02") else [])


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    town, who = Town(tmp_path_factory.mktemp("states")), SimpleNamespace()
    told = Year(town, who)
    happens = people(town, who)
    for month in MONTHS:
        for event in happens[month]:
            event()
        told.own[month] = sensing.OwnHistory(
            opted_out=(pseudonym(who.withdrawn),) if month == Month("2022-02") else (),
            file_exits=tuple((pseudonym(one),) for one in closed_files(who, month)),
        )
        # The year's contributions come at once, which is quicker to land; each counts only from its own month on.
        without = ["event"] if month in EVENT_FEED_MISSING else []
        without += ["disability"] if month == DISABILITY_FEED_MISSING else []
        told.reports[month] = town.land(town.deliver(month, without=without, early=["social_insurance"]))
        told.lists[month] = town.sense(month, told.own[month])
        if month == LATE:
            folder = told.lists[LATE].run.folder
            told.official_before = {path.name: path.read_bytes() for path in folder.iterdir()}
            shutil.rmtree(town.folder / "feeds" / str(LATE))
            town.settle(who.unlucky_late, "24000", "2022-06-10")
            town.paper["medical_settlement"].append(
                who.settlement_mistyped | {"setl_time": "2022-04-10", "medfee_sumamt": "2400", "psn_part_amt": "2400"}
            )
            town.land(town.deliver(LATE, only=["medical_settlement"]))
            told.corrected = town.sense(LATE, told.own[LATE])
    return told


HISTORIES = drawn("""
    who              | months from October 2021 to September 2022
    -----------------+-------------------------------------------------------------------------------------------------
    patient          | NEW, CONTINUING×7, EXITED threshold, —, RETURNED, CONTINUING
    student_family   | NEW, CONTINUING×11
    jobless          | NEW, CONTINUING, EXITED threshold, —×9
    withdrawn        | NEW, CONTINUING×3, HELD, RETURNED, CONTINUING×2, EXITED threshold, —×3
    graduate         | NEW, CONTINUING, EXITED file-exit, —×9
    mourned          | NEW, CONTINUING×2, EXITED dead, —×8
    no_longer_member | NEW, CONTINUING×4, EXITED not-sensed, —×6
    gone             | NEW, CONTINUING×5, EXITED moved, —×5
    certified        | —×3, NEW, STALE feed-missing:disability, EXITED threshold, —×6
    certified_unseen | —×5, NEW, EXITED threshold, —×5
    """)


@pytest.mark.parametrize("row", HISTORIES, ids=[row["who"] for row in HISTORIES])
def test_a_household_comes_stays_leaves_and_returns_for_the_reason_given(year: Year, row: dict[str, str]) -> None:
    person = getattr(year.who, row["who"])
    assert year.states(person) == spoken(row["months from October 2021 to September 2022"])


def test_a_household_that_returns_keeps_its_key_and_first_month(year: Year) -> None:
    rows = [year.lists[month].of(year.who.patient) for month in (MONTHS[0], MONTHS[8], MONTHS[10])]
    assert len({row["household_key"] for row in rows}) == 1
    assert {row["first_month"] for row in rows} == {"2021-10"}


def test_a_missing_feed_makes_stale_not_exited_and_two_months_at_most(year: Year) -> None:
    waiting = "STALE feed-missing:event"
    assert year.states(year.who.burnt_out) == spoken(
        f"NEW, CONTINUING, {waiting}, CONTINUING, {waiting}×2, EXITED threshold, RETURNED, CONTINUING×3, EXITED threshold"
    )
    stale = year.lists[MONTHS[2]].of(year.who.burnt_out)
    assert (stale["triggers"], stale["causes"], stale["grade"]) == ("T-CAT-1", "因灾", "ORANGE"), (
        "what it was listed for is kept"
    )


def test_a_death_or_a_closed_file_does_not_wait_for_the_missing_feed(year: Year) -> None:
    stale = "STALE feed-missing:event"
    assert year.states(year.who.burnt_and_mourned) == spoken(f"NEW, CONTINUING, {stale}, CONTINUING, EXITED dead, —×7")
    assert year.states(year.who.burnt_and_filed) == spoken(
        f"NEW, CONTINUING, {stale}, CONTINUING, EXITED file-exit, —×2, RETURNED, CONTINUING×3, EXITED threshold"
    )


@pytest.mark.parametrize(
    ("missing", "studies_until", "fires_first", "expected"),
    [
        ("school", None, {"T-CAT-1"}, "STALE feed-missing:school"),  # a student, perhaps: nobody can tell without it
        (
            "aid_payment",
            "2021-11-15",
            {"T-ILL-1", "T-INC-1"},
            "EXITED threshold",
        ),  # aid could only have lowered the cost
    ],
)
def test_income_that_became_unknown_keeps_a_household_only_if_the_missing_feed_could_tell_it(
    tmp_path: Path, missing: str, studies_until: str | None, fires_first: set[str], expected: str
) -> None:
    town, is_disaster = Town(tmp_path), "T-CAT-1" in fires_first
    parent = town.worker(base="5000" if is_disaster else "2000", months=[*PAST, *MONTHS[1:2]])
    town.study(town.lodger(parent, "2001-05-01", "other"), "vocational", until=studies_until)
    if is_disaster:
        town.misfortune(parent, "60000", "2021-09-01")
    else:
        town.settle(parent, "10000", "2021-09-02")
    town.land(town.deliver(MONTHS[0]))
    assert town.sense(MONTHS[0]).fired(parent) == fires_first
    town.land(town.deliver(MONTHS[1], without=[missing]))
    assert town.sense(MONTHS[1]).state(parent) == expected


def test_a_missing_feed_delays_nobody_whose_triggers_do_not_read_it(year: Year) -> None:
    assert "event" in year.lists[MONTHS[2]].run.manifest()["feeds_missing"]
    assert year.states(year.who.jobless)[2] == "EXITED threshold"


def test_an_unchanged_snapshot_delivered_again_has_come(year: Year) -> None:
    school = {report.feed: report.status for report in year.reports[MONTHS[1]]}["school"]
    assert school == "duplicate"
    assert year.lists[MONTHS[1]].run.manifest()["feeds_missing"] == []
    assert year.lists[MONTHS[1]].fired(year.who.student_family) == {"T-EDU-2"}


# ----------------------------------------------------------------------------------------------------- merge and split


def test_a_merged_household_goes_on_as_the_older_case(year: Year) -> None:
    before, after = year.lists[MONTHS[2]], year.lists[MONTHS[3]]
    older, younger = before.of(year.who.older_case)["household_key"], before.of(year.who.younger_case)["household_key"]
    assert older != younger
    assert (after.rows[older]["state"], after.rows[older]["first_month"], after.rows[older]["size"]) == (
        "CONTINUING",
        "2021-10",
        2,
    )
    assert after.rows[younger]["state"] == "EXITED"
    assert {pseudonym(year.who.older_case), pseudonym(year.who.younger_case)} == after.members[older]


def test_a_person_is_remembered_with_the_last_household_alone(year: Year) -> None:
    for told in year.lists.values():
        persons = told._table("history_members")["person"].to_pylist()
        assert len(persons) == len(set(persons)) > 0


def test_a_split_household_goes_on_as_its_larger_part_and_the_other_part_begins_anew(year: Year) -> None:
    before, after = year.lists[MONTHS[2]], year.lists[MONTHS[3]]
    key = before.of(year.who.leaver)["household_key"]
    assert (before.rows[key]["size"], before.of(year.who.stayer)["household_key"]) == (3, key)
    larger, smaller = after.of(year.who.stayer), after.of(year.who.leaver)
    assert (larger["household_key"], larger["state"], larger["size"]) == (key, "CONTINUING", 2)
    assert (smaller["state"], smaller["size"], smaller["first_month"]) == ("NEW", 1, "2022-01")
    assert smaller["household_key"] != key


def test_a_child_born_on_a_leap_day_is_grown_on_the_first_of_march_of_a_common_year(year: Year) -> None:
    february, march = (year.lists[Month(text)].of(year.who.parent) for text in ("2022-02", "2022-03"))
    assert (february["size"], february["I2"]) == (2, None), (
        "a dependent child, of working age and in no register of work"
    )
    assert (march["size"], march["I2"]) == (1, Decimal("60000.00"))


# --------------------------------------------------------------------------------------------- late data, runs again


def test_an_orphan_refund_is_set_aside_and_matched_when_its_settlement_comes(year: Year) -> None:
    november, december = year.lists[Month("2021-11")], year.lists[Month("2021-12")]
    orphans = [row for row in november.set_aside() if row["reason"] == "ORPHAN_REFUND"]
    assert [(row["feed"], row["file"], row["column"]) for row in orphans] == [
        ("medical_settlement", "medical_settlement.csv", "mdtrt_id")
    ]
    assert (november.state(year.who.refunded_early), december.state(year.who.refunded_early)) == ("", "NEW")
    assert december.of(year.who.refunded_early)["M4"] == Decimal("24000.00")
    assert december.set_aside() == []


def test_late_data_make_a_correction_list_and_leave_the_months_list_as_it_was(year: Year) -> None:
    official, corrected = year.lists[LATE].run, year.corrected
    assert corrected is not None
    assert (official.kind, corrected.run.kind) == ("monthly", "correction")
    assert sensing.official_run(year.town.folder / "runs", LATE) == official.folder
    assert {path.name: path.read_bytes() for path in official.folder.iterdir()} == year.official_before
    with open(corrected.run.folder / "correction.csv", encoding="utf-8", newline="") as file:
        told = {(row["household_key"], row["column"]): (row["was"], row["is_now"]) for row in csv.DictReader(file)}
    came_late = corrected.of(year.who.unlucky_late)["household_key"]
    assert told[came_late, "state"] == ("", "NEW")
    assert (told[came_late, "M4"], told[came_late, "triggers"]) == (("", "24000.00"), ("", "T-ILL-1|T-ILL-2|T-ILL-4"))
    mistyped = year.lists[LATE].of(year.who.mistyped)["household_key"]
    assert (told[mistyped, "state"], told[mistyped, "M4"]) == (("CONTINUING", "EXITED"), ("24000.00", "2400.00"))
    assert {key for key, _ in told} == {came_late, mistyped}


def test_only_the_correction_and_later_months_know_what_came_late(year: Year) -> None:
    assert year.corrected is not None
    assert (year.lists[LATE].state(year.who.unlucky_late), year.corrected.state(year.who.unlucky_late)) == ("", "NEW")
    assert year.states(year.who.unlucky_late) == spoken("—×9, NEW, CONTINUING×2")
    assert year.lists[LATE.next()].of(year.who.unlucky_late)["first_month"] == "2022-07"


def test_a_settlement_sent_again_with_another_day_and_amount_replaces_the_first(year: Year) -> None:
    assert year.states(year.who.mistyped) == spoken("—×7, NEW, CONTINUING, EXITED threshold, —×2")
    assert year.lists[LATE.next()].of(year.who.mistyped)["M4"] == Decimal("2400.00")


def test_sensing_again_what_was_sensed_writes_nothing(year: Year) -> None:
    for month, kind in ((FIRST, "monthly"), (LATE, "correction")):
        again = year.town.sense(month, year.own[month]).run
        assert (again.is_new, again.kind) == (False, kind)


def test_the_same_folder_in_a_fresh_place_gives_the_same_run_and_the_same_bytes(year: Year, tmp_path: Path) -> None:
    year.town.land(year.town.folder / "feeds" / str(FIRST), lake=tmp_path / "lake")
    again = year.town.sense(FIRST, year.own[FIRST], lake=tmp_path / "lake", runs=tmp_path / "runs").run
    first = year.lists[FIRST].run
    assert again.is_new and again.run_id == first.run_id
    assert again.manifest()["hashes"] == first.manifest()["hashes"]


# ------------------------------------------------------------------------------------------------------ the invariant


def test_the_year_saw_every_state(year: Year) -> None:
    assert {row["state"] for now in year.lists.values() for row in now.rows.values()} == {*ACTIVE, "EXITED", "HELD"}


@pytest.mark.parametrize("month", MONTHS, ids=str)
def test_every_list_balances_with_the_one_before(year: Year, month: Month) -> None:
    now = year.lists[month]
    before = year.lists[month.previous()].rows if month > FIRST else {}
    active_before = {key for key, row in before.items() if row["state"] in ACTIVE}

    def keys(*states: str) -> set[str]:
        return {key for key, row in now.rows.items() if row["state"] in states}

    assert keys("CONTINUING", "STALE", "EXITED") <= active_before
    assert not keys("NEW", "RETURNED") & active_before
    assert active_before <= now.rows.keys(), "nobody leaves without a row that says so"
    arrived, left, held = keys("NEW", "RETURNED"), keys("EXITED"), keys("HELD") & active_before
    assert len(active_before) + len(arrived) - len(left) - len(held) == len(keys(*ACTIVE))
    counts = now.run.counts
    assert (counts["active_before"], counts["active"], counts["active_to_held"]) == (
        len(active_before),
        len(keys(*ACTIVE)),
        len(held),
    )


@pytest.mark.parametrize("month", MONTHS, ids=str)
def test_no_person_stands_in_two_open_rows_and_every_open_row_has_a_cause(year: Year, month: Month) -> None:
    now = year.lists[month]
    standing = [key for key, row in now.rows.items() if row["state"] != "EXITED"]
    persons = [person for key in standing for person in now.members[key]]
    assert len(persons) == len(set(persons))
    assert all(now.rows[key]["causes"] and now.rows[key]["triggers"] and now.members[key] for key in standing)
    assert all(row["reasons"] and not row["causes"] for row in now.rows.values() if row["state"] == "EXITED")
