"""What stands in the invented city's files: valid, plentiful, never twice the same, and found by an independent reading."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import duckdb
import pytest
import yaml
from stdnum.cn import uscc

from demo.town import generate
from demo.town.generator import FEEDS, INCREMENTS
from demo.town.stories import STORIES
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.identity import birth_date, read_id_number, sex
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal
from tests.oracle.oracle import Oracle

FIRST = Month("2023-10")


@pytest.fixture(scope="module")
def parquet_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parquet")
    generate(folder, persons=3_000, first_month=FIRST, months=3)
    return folder


@pytest.fixture(scope="module")
def csv_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("csv")
    generate(folder, persons=2_000, first_month=FIRST, months=3, form="csv")
    return folder


@pytest.fixture(scope="module")
def heard(csv_town: Path) -> tuple[dict, dict, Counter, list]:
    """The truth, the lists an independent reader makes of the files, the rows it set aside by reason, the batches it stopped."""
    truth = json.loads((csv_town / "truth.json").read_text())
    oracle, lists, aside, stopped = Oracle(home="330600"), {}, Counter(), []
    for folder in sorted(csv_town.glob("20*")):
        for feed, landed in oracle.land(folder).items():
            aside.update(one.reason for one in landed.set_aside)
            stopped += [(folder.name, feed)] if landed.outcome == "stopped" else []
        if folder.name in truth["months"]:
            lists[folder.name] = oracle.sense(Month(folder.name))
    return truth, lists, aside, stopped


def read(sql: str) -> list[tuple]:
    return duckdb.connect().execute(sql).fetchall()


def test_history_has_the_increments_and_live_months_all_nineteen_feeds(parquet_town: Path) -> None:
    assert len(FEEDS) == 19
    assert {path.stem for path in (parquet_town / "2022-08").iterdir()} == set(INCREMENTS)
    for month in ("2023-09", "2023-10", "2023-12"):
        assert {path.stem for path in (parquet_town / month).iterdir()} == set(FEEDS)


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feeds_columns_are_those_the_vocabulary_declares(parquet_town: Path, feed: str) -> None:
    declared = yaml.safe_load(
        (programs_folder() / "vocabulary" / "feeds" / f"{feed}.yaml").read_text(encoding="utf-8")
    )["columns"]
    written = [row[0] for row in read(f"DESCRIBE FROM '{parquet_town}/2023-10/{feed}.parquet'")]
    assert set(written) == set(declared)
    required = [code for code, column in declared.items() if column.get("required")]
    empty = " + ".join(f'count(*) FILTER ("{code}" IS NULL)' for code in required)
    assert read(f"SELECT {empty} FROM '{parquet_town}/2023-10/{feed}.parquet'") == [(0,)]


def test_every_id_number_is_valid_agrees_with_birth_and_sex_and_belongs_to_one_person(parquet_town: Path) -> None:
    rows = read(
        f"SELECT id, birth, sex, name, death_date FROM '{parquet_town}/2023-10/household.parquet' WHERE \"to\" IS NULL"
    )
    assert len({row[0] for row in rows}) == len(rows) > 2_900
    for number, birth, given_sex, _, _ in rows:
        assert read_id_number(number) == number
        assert (birth_date(number), sex(number)) == (birth, given_sex)


def test_every_name_carries_a_character_that_says_made_up(parquet_town: Path) -> None:
    names = read(f"SELECT name FROM '{parquet_town}/2023-10/household.parquet'")
    assert all(set(name[1:2]) <= set("例拟演样仿示虚设") for (name,) in names)


def test_every_employer_has_a_valid_credit_code(parquet_town: Path) -> None:
    codes = read(
        f"SELECT DISTINCT aab001 FROM '{parquet_town}/2023-10/social_insurance.parquet' WHERE aab001 IS NOT NULL"
    )
    assert codes and all(uscc.is_valid(code) for (code,) in codes)


def test_a_member_belongs_to_a_union_that_exists_and_every_parent_exists(parquet_town: Path) -> None:
    month = f"{parquet_town}/2023-10"
    assert read(
        f"SELECT count(*) FROM '{month}/member.parquet' WHERE union_code NOT IN (SELECT code FROM '{month}/union.parquet')"
    ) == [(0,)]
    assert read(
        f"SELECT count(*) FROM '{month}/union.parquet' WHERE parent NOT IN (SELECT code FROM '{month}/union.parquet')"
    ) == [(0,)]
    levels = dict(read(f"SELECT level, count(*) FROM '{month}/union.parquet' GROUP BY 1"))
    assert (levels["province"], levels["city"], levels["county"], levels["town"]) == (1, 1, 6, 99)


def test_a_year_has_about_five_settlements_and_twelve_insurance_rows_a_person(parquet_town: Path) -> None:
    for feed, wanted in (("medical_settlement", 5), ("social_insurance", 12)):
        (rows,) = read(f"SELECT count(*) FROM '{parquet_town}/2022-1*/{feed}.parquet'")[0:1]
        assert wanted * 0.85 < rows[0] / 3 * 12 / 3_000 < wanted * 1.15


def test_settlements_add_up(parquet_town: Path) -> None:
    assert read(
        f"SELECT count(*) FROM '{parquet_town}/20*/medical_settlement.parquet' WHERE medfee_sumamt <> fund_pay_sumamt + psn_part_amt"
        " OR psn_part_amt <> acct_pay + psn_cash_pay"
    ) == [(0,)]


def test_no_snapshot_is_the_same_file_as_the_month_before(csv_town: Path) -> None:
    months = ["2023-09", "2023-10", "2023-11", "2023-12"]
    for feed in set(FEEDS) - set(INCREMENTS) - {"standard", "marriage", "household"}:
        files = [(csv_town / month / f"{feed}.csv").read_bytes() for month in months]
        assert len(set(files)) == len(files), feed


def test_the_same_arguments_give_the_same_bytes_and_another_seed_other_people(tmp_path: Path) -> None:
    for folder, seed in (("one", 1), ("again", 1), ("other", 2)):
        generate(
            tmp_path / folder, persons=2_000, first_month=FIRST, months=1, history_months=1, seed=seed, form="mixed"
        )
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(files) > 20
    for path in files:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "again" / path).read_bytes(), path
    assert (tmp_path / "one/2023-10/member.csv").read_bytes() != (tmp_path / "other/2023-10/member.csv").read_bytes()


def test_an_independent_reader_finds_each_planted_hardship_where_the_truth_says(heard: tuple) -> None:
    truth, lists, _, _ = heard
    assert set(truth["stories"]) == set(STORIES)
    missed = []
    for planted in truth["planted"]:
        for expected in planted["expects"]:
            rows = [row for row in lists[expected["month"]] if set(row.members) & set(planted["ids"])]
            active = [row for row in rows if row.state != "EXITED"]
            found = (
                set(expected.get("triggers", ())) <= {trigger for row in active for trigger in row.triggers}
                and expected.get("state") in (None, *(row.state for row in rows))
                and expected.get("label") in (None, *(label for row in rows for label in row.labels))
                and expected.get("suppressed") in (None, *(row.suppress_code for row in rows))
                and not (expected.get("absent") and active)
            )
            missed += [] if found else [(planted["story"], expected, rows)]
    assert not missed


def test_whoever_has_no_story_is_not_on_the_list(heard: tuple) -> None:
    truth, lists, _, _ = heard
    planted = {number for story in truth["planted"] for number in story["ids"]}
    assert [row for rows in lists.values() for row in rows if not set(row.members) & planted] == []
    for rows in lists.values():
        assert 0.01 < len(rows) / 2_000 < 0.03


def test_spoilt_cells_are_read_and_exactly_the_unreadable_rows_are_set_aside(heard: tuple) -> None:
    truth, _, aside, stopped = heard
    warts = truth["warts"]
    assert stopped == []
    assert aside == {
        "BAD_ID": warts["id-wrong-check-digit"],
        "BAD_REFUND_SIGN": warts["refund-wrong-sign"],
        "MISSING_REQUIRED": warts["missing-required"],
    }
    for wart in (
        "id-15-digits",
        "id-lower-case-x",
        "id-full-width",
        "money-yuan-suffix",
        "date-excel-serial",
        "late-settlement",
        "orphan-refund",
        "row-twice",
    ):
        assert warts[wart] > 0


def test_every_report_says_that_it_is_invented(csv_town: Path) -> None:
    assert "虚构" in (text := (csv_town / "truth.json").read_text()) and "invented" in text


def test_a_clean_county_has_no_warts(tmp_path: Path) -> None:
    report = generate(
        tmp_path, persons=2_000, first_month=FIRST, months=1, history_months=1, home="330624", warts=False, form="csv"
    )
    assert report.warts == {}
    assert {
        row[0]
        for row in read(
            f"SELECT DISTINCT left(area, 6) FROM read_csv('{tmp_path}/2023-10/household.csv', all_varchar = true)"
        )
    } >= {"330624"}


@pytest.mark.parametrize(
    "wrong", [{"persons": 10}, {"persons": 20_000_000}, {"months": 0}, {"home": "110000"}, {"seed": -1}]
)
def test_impossible_towns_are_refused(tmp_path: Path, wrong: dict) -> None:
    with pytest.raises(Refusal):
        generate(tmp_path, **({"persons": 2_000, "first_month": FIRST, "months": 1} | wrong))
