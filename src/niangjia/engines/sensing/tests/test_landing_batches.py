"""Batches: once, whole, in any order, and never with a name or number in the open."""

from __future__ import annotations

import itertools
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from niangjia.engines.sensing import lake as lakes
from niangjia.engines.sensing import landing
from niangjia.engines.sensing.landing import storage, vault
from niangjia.engines.sensing.landing.folder import NoMonths
from niangjia.engines.sensing.tests.landing_samples import (
    FEEDS,
    KEYS,
    csv_text,
    deliver,
    everything_written,
    land,
    land_one,
    person,
    rows_of,
    settlement,
    settlements,
)  # fmt: skip
from niangjia.kernel.problems import Refusal


def test_a_clean_file_lands_in_its_month_with_pseudonyms_for_people(tmp_path: Path) -> None:
    folder = deliver(
        tmp_path, "medical_settlement.csv", csv_text(settlements(30) + settlements(5, 30, setl_time="2023-09-30"))
    )
    report = land_one(tmp_path / "lake", folder)
    assert (report.status, report.rows_in, report.rows_accepted, report.rows_set_aside) == ("landed", 35, 35, 0)
    assert report.months == {"2023-09": 5, "2023-10": 30}
    assert report.batch == f"000001-medical_settlement-2023-10-{report.content_hash[:12]}"
    first = rows_of(
        tmp_path / "lake",
        "medical_settlement",
        "setl_id, person, setl_time, refd_setl_flag, psn_part_amt, acct_pay, _seq, _row",
    )[0]
    pseudonym = UUID(KEYS.pseudonym_of(person(0)))
    assert first == ("S000000", pseudonym, date(2023, 10, 8), False, Decimal("400.00"), None, 1, 1_000_000_002)
    assert (tmp_path / "lake" / "medical_settlement" / "month=2023-09" / f"{report.batch}.parquet").exists()


def test_household_rows_carry_birth_and_sex_from_the_id_and_no_name(tmp_path: Path) -> None:
    row = {
        "household_no": "H1",
        "id": "11010519491231002X",
        "name": "李四",
        "relation": "户主",
        "sex": "男",
        "area": "330624001000",
        "from": "2000-01-01",
    }
    land_one(tmp_path / "lake", deliver(tmp_path, "household.csv", csv_text([row])))
    with duckdb.connect() as connection:
        paths = [str(file.path) for file in lakes.files(tmp_path / "lake", FEEDS["household"])]
        described = connection.execute(
            "DESCRIBE FROM read_parquet($p, hive_partitioning = false)", {"p": paths}
        ).fetchall()
    assert {name: kind for name, kind, *_ in described} == {
        "household_no": "VARCHAR", "person": "UUID", "birth_date": "DATE", "sex": "VARCHAR", "relation": "VARCHAR", "area": "VARCHAR",
        "from": "DATE", "to": "DATE", "death_date": "DATE", "_seq": "INTEGER", "_row": "BIGINT",
    }  # fmt: skip
    assert rows_of(tmp_path / "lake", "household", "birth_date, sex, relation") == [(date(1949, 12, 31), "F", "head")]


def test_a_batch_landed_again_is_a_no_op_wherever_it_stands(tmp_path: Path) -> None:
    content = csv_text(settlements(30))
    landed = land_one(tmp_path / "lake", deliver(tmp_path, "medical_settlement.csv", content))
    before = everything_written(tmp_path / "lake")
    for month in ("2023-10", "2023-11"):
        again = land_one(tmp_path / "lake", deliver(tmp_path / "again", "medical_settlement.csv", content, month))
        assert (again.status, again.duplicate_of) == ("duplicate", landed.batch)
        (tmp_path / "again" / month / "medical_settlement.csv").unlink()
        (tmp_path / "again" / month).rmdir()
    assert everything_written(tmp_path / "lake") == before


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    rows = settlements(3000) + [settlement(1, psn_part_amt="x"), settlement(2)]
    deliver(tmp_path / "in", "medical_settlement.csv", csv_text(rows, list(rows[0])))
    deliver(
        tmp_path / "in",
        "member.csv",
        csv_text([{"id": person(n), "union_code": "U1", "joined_on": "2020-01-01"} for n in range(3000)]),
    )
    for lake, threads in (("one", 1), ("two", 2)):
        land(tmp_path / lake, tmp_path / "in", threads=threads)
    assert everything_written(tmp_path / "one") == everything_written(tmp_path / "two")


def test_batches_without_conflict_give_the_same_rows_in_any_order(tmp_path: Path) -> None:
    deliveries = [
        deliver(tmp_path / str(number), "medical_settlement.csv", csv_text(settlements(20, number * 20)), month)
        for number, month in enumerate(("2023-08", "2023-10", "2023-10"))
    ]
    seen = set()
    for number, order in enumerate(itertools.permutations(deliveries)):
        lake = tmp_path / f"lake{number}"
        for folder in order:
            assert land_one(lake, folder, override="test").status == "landed"
        seen.add(tuple(sorted(rows_of(lake, "medical_settlement", "setl_id, person, psn_part_amt, setl_time"))))
    assert len(seen) == 1
    assert len(seen.pop()) == 60


def test_of_rows_with_one_key_the_last_in_the_batch_stays(tmp_path: Path) -> None:
    rows = settlements(30) + [
        settlement(3, psn_part_amt="9.00"),
        settlement(3, refd_setl_flag="1", medfee_sumamt="-1", fund_pay_sumamt="0", psn_part_amt="-1"),
    ]
    report = land_one(tmp_path / "lake", deliver(tmp_path, "medical_settlement.csv", csv_text(rows)))
    assert (report.rows_in, report.rows_accepted, report.rows_duplicate) == (32, 31, 1)
    kept = [
        row
        for row in rows_of(tmp_path / "lake", "medical_settlement", "setl_id, refd_setl_flag, psn_part_amt")
        if row[0] == "S000003"
    ]
    assert kept == [("S000003", False, Decimal("9.00")), ("S000003", True, Decimal("-1.00"))]


def test_a_settlement_brought_again_replaces_the_older_row_whichever_month_it_stands_in(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    land_one(lake, deliver(tmp_path / "a", "medical_settlement.csv", csv_text(settlements(30))))
    moved = [settlement(3, setl_time="2023-11-02"), settlement(4), settlement(99, setl_time="2023-11-03")]
    report = land_one(lake, deliver(tmp_path / "b", "medical_settlement.csv", csv_text(moved), "2023-11"))
    assert report.replaced == {"2023-10": 2}
    path = lakes.replaced_path(lake, FEEDS["medical_settlement"], report.batch)
    older = {
        key: place
        for *place, key in rows_of(lake, "medical_settlement", "_seq, _row, person, setl_id")
        if place[0] == 1
    }
    with duckdb.connect() as connection:
        replaced = connection.execute(
            "SELECT _seq, _row, person, month FROM read_parquet($p)", {"p": str(path)}
        ).fetchall()
    assert replaced == [(*older[key], "2023-10") for key in ("S000003", "S000004")]


def test_an_insurance_month_brought_again_replaces_the_older_row_also_without_an_employer(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    row = {"aac002": person(1), "aab001": "", "aae140": "110", "month": "2023-10", "aac040": "5000", "paid": "1"}
    others = [row | {"aac002": person(n)} for n in range(2, 30)]
    land_one(lake, deliver(tmp_path / "a", "social_insurance.csv", csv_text([row, *others])))
    late = [row | {"paid": "0"}, row | {"aac002": person(2), "aae140": "310"}]
    report = land_one(lake, deliver(tmp_path / "b", "social_insurance.csv", csv_text(late), "2023-11"), override="test")
    assert report.replaced == {"2023-10": 1}


def test_the_later_snapshot_of_a_month_replaces_the_earlier(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    for name, count in (("a", 20), ("b", 21)):
        rows = [{"id": person(n), "retired_on": "2020-01-01", "pension_monthly": "3000"} for n in range(count)]
        land_one(lake, deliver(tmp_path / name, "pension.csv", csv_text(rows)))
    assert len(rows_of(lake, "pension")) == 21


def test_months_in_one_folder_land_in_month_order(tmp_path: Path) -> None:
    for month in ("2023-10", "2023-08", "2023-09"):
        deliver(
            tmp_path / "in",
            "medical_settlement.csv",
            csv_text(settlements(10, int(month[-2:]) * 100, setl_time=f"{month}-01")),
            month,
        )
    steps: list[str] = []
    reports = land(tmp_path / "lake", tmp_path / "in", progress=lambda name, share: steps.append(name))
    assert [report.month for report in reports] == ["2023-08", "2023-09", "2023-10"]
    assert steps == ["2023-08 medical_settlement", "2023-09 medical_settlement", "2023-10 medical_settlement", ""]


def test_parts_in_a_folder_are_one_batch(tmp_path: Path) -> None:
    deliver(tmp_path, "medical_settlement/a.csv", csv_text(settlements(20)))
    folder = deliver(tmp_path, "medical_settlement/b.csv", csv_text(settlements(20, 20), delimiter=";"))
    report = land_one(tmp_path / "lake", folder)
    assert (report.files, report.rows_accepted) == (("medical_settlement/a.csv", "medical_settlement/b.csv"), 40)
    assert rows_of(tmp_path / "lake", "medical_settlement", "_row")[20] == (2_000_000_002,)


class TestGates:
    def test_more_than_five_percent_of_unreadable_ids_refuse_the_batch(self, tmp_path: Path) -> None:
        for bad, status in ((5, "landed"), (6, "refused")):
            rows = settlements(100 - bad) + [settlement(900 + n, certno="123") for n in range(bad)]
            report = land_one(
                tmp_path / f"lake{bad}", deliver(tmp_path / str(bad), "medical_settlement.csv", csv_text(rows))
            )
            assert (report.status, report.rows_set_aside) == (status, bad)
            assert {row.code for row in report.set_aside} == {"BAD_ID"}
        assert "5%" in report.refused_zh
        assert "5 %" in report.refused_en
        assert lakes.committed(tmp_path / "lake6") == []

    def test_broken_rows_count_as_keys_that_fail(self, tmp_path: Path) -> None:
        folder = deliver(tmp_path, "medical_settlement.csv", csv_text(settlements(18)) + "S1,broken\n")
        assert land_one(tmp_path / "lake", folder).status == "refused"

    def test_other_problems_do_not_stop_a_batch(self, tmp_path: Path) -> None:
        rows = settlements(10) + settlements(10, 10, psn_part_amt="?")
        report = land_one(tmp_path / "lake", deliver(tmp_path, "medical_settlement.csv", csv_text(rows)))
        assert (report.status, report.rows_set_aside) == ("landed", 10)

    @pytest.mark.parametrize(("count", "status"), [(60, "landed"), (59, "refused"), (140, "landed"), (141, "refused")])
    def test_volume_may_be_forty_percent_from_the_median_of_earlier_months(
        self, tmp_path: Path, count: int, status: str
    ) -> None:
        lake = self.with_history(tmp_path, {"2023-07": 100, "2023-08": 90, "2023-09": 110})
        report = land_one(lake, self.month(tmp_path, "2023-10", count))
        assert report.status == status

    def test_the_volume_gate_rests_with_fewer_than_three_earlier_months(self, tmp_path: Path) -> None:
        lake = self.with_history(tmp_path, {"2023-08": 100, "2023-09": 100})
        assert land_one(lake, self.month(tmp_path, "2023-10", 5)).status == "landed"

    def test_a_folder_of_history_counts_as_the_months_its_rows_are_dated_in(self, tmp_path: Path) -> None:
        rows = [
            row
            for place, month in enumerate(("2023-07", "2023-08", "2023-09"))
            for row in settlements(100, 1000 * place, setl_time=f"{month}-02")
        ]
        history = deliver(tmp_path / "history", "medical_settlement.csv", csv_text(rows), "2023-09")
        assert land_one(tmp_path / "lake", history).status == "landed"
        assert land_one(tmp_path / "lake", self.month(tmp_path, "2023-10", 59)).status == "refused"

    def test_only_the_last_six_months_count(self, tmp_path: Path) -> None:
        lake = self.with_history(tmp_path, dict.fromkeys([f"2023-{month:02d}" for month in range(1, 4)], 10))
        for month in range(4, 10):
            assert (
                land_one(lake, self.month(tmp_path, f"2023-{month:02d}", 100), override="new owner").status == "landed"
            )
        assert land_one(lake, self.month(tmp_path, "2023-10", 100)).override == ""

    def test_rows_of_other_months_in_the_batch_do_not_count(self, tmp_path: Path) -> None:
        lake = self.with_history(tmp_path, {"2023-07": 20, "2023-08": 20, "2023-09": 20})
        rows = settlements(20, 5000) + settlements(50, 6000, setl_time="2023-09-02")
        assert land_one(lake, deliver(tmp_path / "x", "medical_settlement.csv", csv_text(rows))).status == "landed"

    def test_an_officer_may_let_an_unusual_volume_pass_and_the_reason_is_kept(self, tmp_path: Path) -> None:
        lake = self.with_history(tmp_path, {"2023-07": 100, "2023-08": 100, "2023-09": 100})
        folder = self.month(tmp_path, "2023-10", 10)
        refused = land_one(lake, folder)
        assert refused.status == "refused"
        assert "40%" in refused.refused_zh
        assert land_one(lake, folder, override="医保系统停机两周").status == "landed"
        assert lakes.committed(lake)[-1].override == "医保系统停机两周"

    def test_a_reference_feed_that_lost_most_of_its_rows_is_stopped_too(self, tmp_path: Path) -> None:
        lake = tmp_path / "lake"
        for month, count in (("2023-07", 50), ("2023-08", 51), ("2023-09", 52), ("2023-10", 9)):
            rows = [{"area": f"33{n:04d}", "from": "2023-01-01", "dibao_monthly": "1100"} for n in range(count)]
            report = land_one(lake, deliver(tmp_path / month, "standard.csv", csv_text(rows), month))
        assert report.status == "refused"

    def test_a_few_corrected_rows_of_a_month_that_is_there_are_not_too_few(self, tmp_path: Path) -> None:
        lake = self.with_history(tmp_path, {"2023-07": 100, "2023-08": 100, "2023-09": 100, "2023-10": 100})
        assert land_one(lake, self.month(tmp_path, "2023-10", 3)).status == "landed"

    def with_history(self, tmp_path: Path, months: dict[str, int]) -> Path:
        for month, count in months.items():
            assert land_one(tmp_path / "lake", self.month(tmp_path, month, count)).status == "landed"
        return tmp_path / "lake"

    def month(self, tmp_path: Path, month: str, count: int) -> Path:
        rows = settlements(count, int(month[-2:]) * 1000, setl_time=f"{month}-15")
        return deliver(tmp_path / f"{month}-{count}", "medical_settlement.csv", csv_text(rows), month)


class TestIdentities:
    def test_names_and_phones_come_back_for_those_asked(self, tmp_path: Path) -> None:
        lake = tmp_path / "lake"
        household = [
            {
                "household_no": "H1",
                "id": person(n),
                "name": f"张{n}",
                "relation": "head",
                "area": "330624001000",
                "from": "2000-01-01",
            }
            for n in range(3)
        ]
        deliver(tmp_path / "in", "household.csv", csv_text(household))
        deliver(
            tmp_path / "in",
            "member.csv",
            csv_text([{"id": person(1), "union_code": "U", "joined_on": "2020-01-01", "phone": "13800000001"}]),
        )
        deliver(tmp_path / "in", "medical_settlement.csv", csv_text(settlements(30)))
        deliver(
            tmp_path / "in", "marriage.csv", csv_text([{"id_a": person(50), "id_b": person(51), "from": "2020-01-01"}])
        )
        land(lake, tmp_path / "in")
        wanted = {KEYS.pseudonym_of(person(n)): n for n in (0, 1, 7, 51)}
        stranger = KEYS.pseudonym_of(person(999))
        found = landing.find_identities(lake, KEYS, {*wanted, stranger})
        assert {wanted[pseudonym]: identity for pseudonym, identity in found.items()} == {
            0: landing.Identity(person(0), "张0", ""),
            1: landing.Identity(person(1), "张1", "13800000001"),
            7: landing.Identity(person(7), "王小明", ""),
            51: landing.Identity(person(51), "", ""),
        }
        dashed = str(UUID(KEYS.pseudonym_of(person(0))))
        assert landing.find_identities(lake, KEYS, {dashed})[dashed].id_number == person(0)

    def test_whoever_the_register_named_last_month_is_still_found_this_month(self, tmp_path: Path) -> None:
        lake = tmp_path / "lake"
        for month, people in (("2023-09", range(0, 40)), ("2023-10", range(1, 41))):
            rows = [
                {
                    "household_no": "H1",
                    "id": person(n),
                    "name": "张",
                    "relation": "head",
                    "area": "330624001000",
                    "from": "2000-01-01",
                }
                for n in people
            ]
            deliver(tmp_path / "in", "household.csv", csv_text(rows), month)
            deliver(
                tmp_path / "in",
                "pension.csv",
                csv_text([{"id": person(n), "retired_on": "2020-01-01", "pension_monthly": "1"} for n in range(60)]),
                month,
            )
        land(lake, tmp_path / "in")
        asked = {KEYS.pseudonym_of(person(n)) for n in range(60)}
        assert len(landing.find_identities(lake, KEYS, asked)) == 60

    def test_no_id_name_or_phone_lies_open_in_the_lake(self, tmp_path: Path) -> None:
        lake = tmp_path / "lake"
        rows = [
            {
                "id": person(n),
                "name": "欧阳端木",
                "union_code": "U",
                "joined_on": "2020-01-01",
                "left_on": "",
                "phone": "13912345678",
            }
            for n in range(40)
        ]
        rows[3]["joined_on"] = "never"
        deliver(tmp_path / "in", "member.csv", csv_text(rows))
        canvass = [
            {"id": person(n), "union_code": "U", "reported_on": "2023-10-01", "cause": "因病", "note": "欧阳端木住院"}
            for n in range(3)
        ]
        deliver(tmp_path / "in", "canvass.csv", csv_text(canvass))
        land(lake, tmp_path / "in")
        secrets = [person(n).encode() for n in range(40)] + ["欧阳端木".encode(), b"13912345678"]
        with duckdb.connect() as connection:
            for path in lake.rglob("*"):
                if path.is_file():
                    content = path.read_bytes()
                    if path.suffix == ".parquet":
                        content += str(
                            connection.execute("FROM read_parquet($p)", {"p": str(path)}).fetchall()
                        ).encode()
                    assert not any(secret in content for secret in secrets), path

    def test_a_row_set_aside_is_not_lost_and_not_open(self, tmp_path: Path) -> None:
        rows = settlements(30) + [settlement(77, psn_part_amt="四百")]
        report = land_one(tmp_path / "lake", deliver(tmp_path, "medical_settlement.csv", csv_text(rows)))
        (entry,) = lakes.set_aside(tmp_path / "lake", report.batch)
        assert (entry.feed, entry.file, entry.sheet, entry.row, entry.column, entry.code) == (
            "medical_settlement", "medical_settlement.csv", "", 32, "psn_part_amt", "BAD_NUMBER",
        )  # fmt: skip
        assert "四百" not in entry.advice_zh
        sealed = lakes.set_aside_path(tmp_path / "lake", report.batch, is_sealed=True)
        (raw,) = vault.read_sealed(sealed, f"set_aside/{report.batch}", KEYS).to_pylist()
        assert (raw["row"], person(77) in raw["raw"], "四百" in raw["raw"]) == (32, True, True)

    def test_what_is_sealed_lies_in_one_order_however_the_rows_were_joined(self, tmp_path: Path) -> None:
        rows = [
            {"household_no": f"H{n}", "id": person(n), "name": f"王{n}", "relation": "户主", "sex": "男", "area": "330624001000", "from": "2000-01-01"}
            for n in range(60)
        ]  # fmt: skip
        report = land_one(tmp_path / "lake", deliver(tmp_path, "household.csv", csv_text(rows)))
        sealed = vault.vault_path(tmp_path / "lake", report.batch)
        persons = [row["person"] for row in vault.read_sealed(sealed, f"vault/{report.batch}", KEYS).to_pylist()]
        assert len(persons) == 60 and persons == sorted(persons)


class TestFolders:
    def test_a_folder_without_months_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        for folder in (tmp_path / "in", tmp_path / "nowhere"):
            with pytest.raises(NoMonths) as refused:
                land(tmp_path / "lake", folder)
            assert "2023-10" in refused.value.zh

    def test_an_unknown_feed_is_refused_with_the_nearest_name_and_the_others_go_on(self, tmp_path: Path) -> None:
        deliver(tmp_path / "in", "medical_settlment.csv", csv_text(settlements(3)))
        deliver(tmp_path / "in", "medical_settlement.csv", csv_text(settlements(30)))
        deliver(tmp_path / "in", "pension.docx", "x")
        deliver(tmp_path / "in", "README.md", "notes are no feed")
        by_file = {report.files[0]: report for report in land(tmp_path / "lake", tmp_path / "in")}
        assert by_file["medical_settlement.csv"].status == "landed"
        assert "medical_settlement？" in by_file["medical_settlment.csv"].refused_zh
        assert ".xlsx" in by_file["pension.docx"].refused_en
        assert set(by_file) == {"medical_settlement.csv", "medical_settlment.csv", "pension.docx"}

    def test_two_files_of_one_feed_are_refused(self, tmp_path: Path) -> None:
        deliver(tmp_path / "in", "pension.csv", "a")
        deliver(tmp_path / "in", "pension.xlsx", "b")
        report = land_one(tmp_path / "lake", tmp_path / "in")
        assert (report.status, "不止一个文件" in report.refused_zh) == ("refused", True)

    def test_a_file_may_carry_the_feeds_chinese_name(self, tmp_path: Path) -> None:
        report = land_one(tmp_path / "lake", deliver(tmp_path, "医保结算.csv", csv_text(settlements(3))))
        assert (report.feed, report.status) == ("medical_settlement", "landed")


class TestCrashes:
    def test_files_without_report_are_swept_and_the_landing_repeated(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = deliver(
            tmp_path,
            "medical_settlement.csv",
            csv_text(settlements(30) + [settlement(40, setl_time="x"), settlement(41, setl_time="2023-09-01")]),
        )
        land(tmp_path / "whole", folder)
        calls = 0
        publish = storage.publish
        for stop_at in range(1, 20):
            lake = tmp_path / f"lake{stop_at}"
            calls = 0

            def stop(path: Path, stop_at: int = stop_at) -> None:
                nonlocal calls
                calls += 1
                if calls == stop_at:
                    raise KeyboardInterrupt
                publish(path)

            monkeypatch.setattr(storage, "publish", stop)
            try:
                land(lake, folder)
            except KeyboardInterrupt:
                assert lakes.committed(lake) == []
                assert lakes.files(lake, FEEDS["medical_settlement"]) == []
            else:
                break
            monkeypatch.setattr(storage, "publish", publish)
            assert [report.status for report in land(lake, folder)] == ["landed"]
            assert everything_written(lake) == everything_written(tmp_path / "whole")
        assert calls == 6  # two months, vault, what was set aside in the open and sealed, the report

    def test_two_landings_do_not_interleave(self, tmp_path: Path) -> None:
        folder = deliver(tmp_path, "medical_settlement.csv", csv_text(settlements(3)))
        with storage.locked(tmp_path / "lake"), pytest.raises(storage.LandingBusy):
            land(tmp_path / "lake", folder)

    def test_too_little_memory_is_said_so(self, tmp_path: Path) -> None:
        folder = deliver(tmp_path, "medical_settlement.csv", csv_text(settlements(150_000)))
        report = land_one(tmp_path / "lake", folder, memory_limit="20MB")
        assert report.status == "refused"
        assert "memory_limit" in report.refused_en


def test_rows_in_is_always_accepted_and_set_aside_and_duplicate(tmp_path: Path) -> None:
    chance = random.Random(7)
    for round_number in range(12):
        rows = settlements(60)
        for _ in range(chance.randrange(20)):
            rows.append(
                settlement(
                    chance.randrange(60),
                    **{
                        chance.choice(["psn_part_amt", "setl_time", "mdtrt_id"]): chance.choice(
                            ["", "x", "#N/A", "2023-10-09", "5"]
                        )
                    },
                )
            )
        text = csv_text(rows) + "short,row\n" * chance.randrange(2) + "\n" * chance.randrange(3)
        report = land_one(
            tmp_path / f"lake{round_number}", deliver(tmp_path / str(round_number), "medical_settlement.csv", text)
        )
        assert report.status == "landed"
        assert report.rows_in == report.rows_accepted + report.rows_set_aside + report.rows_duplicate
        assert len(rows_of(tmp_path / f"lake{round_number}", "medical_settlement")) == report.rows_accepted
        assert (
            len(lakes.set_aside(tmp_path / f"lake{round_number}", report.batch))
            == report.rows_set_aside
            == sum(report.set_aside_counts.values())
        )


def test_a_report_survives_its_json() -> None:
    report = landing.BatchReport(
        feed="pension",
        month="2023-10",
        status="landed",
        batch="000007-pension-2023-10-x",
        months={"2023-10": 3},
        files=("a",),
    )
    assert landing.BatchReport.from_json(report.to_json()) == report
    assert report.seq == 7


def test_the_door_refuses_with_both_languages() -> None:
    with pytest.raises(Refusal) as refused:
        landing.load_feeds(Path("/nowhere"))
    assert refused.value.zh
    assert refused.value.en
