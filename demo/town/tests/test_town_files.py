"""The mixed form: files as counties send them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from demo.town import TownReport, generate
from niangjia.kernel.identity import read_id_number
from niangjia.kernel.months import Month


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TownReport]:
    folder = tmp_path_factory.mktemp("mixed")
    report = generate(folder, persons=4_000, first_month=Month("2023-10"), months=1, history_months=2, form="mixed")
    return folder / "2023-10", report


def test_history_is_an_archive_in_parquet_and_the_live_month_is_text(town: tuple[Path, TownReport]) -> None:
    month, _ = town
    assert (month.parent / "2023-08" / "medical_settlement.parquet").exists()
    assert (month / "medical_settlement.csv").exists()


@pytest.mark.parametrize("name", ["school.csv", "real_estate.csv", "medical_settlement.csv", "household/330683.csv"])
def test_some_files_are_gb18030_and_not_utf8(town: tuple[Path, TownReport], name: str) -> None:
    content = (town[0] / name).read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    assert content.decode("gb18030")


def test_rare_characters_survive_in_gb18030(town: tuple[Path, TownReport]) -> None:
    assert "䶮" in (town[0] / "medical_settlement.csv").read_bytes().decode("gb18030")


def test_headings_are_chinese_where_the_county_writes_them_so(town: tuple[Path, TownReport]) -> None:
    assert (town[0] / "school.csv").read_bytes().decode("gb18030").startswith("身份证号,学段")


def test_a_byte_order_mark_semicolons_tabs_and_columns_nobody_asked_for(town: tuple[Path, TownReport]) -> None:
    month, report = town
    assert (month / "member.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (month / "vehicle.csv").read_text().splitlines()[0] == "id;kind;first_registered_on;price;车身颜色"
    assert (month / "business.csv").read_text().splitlines()[0].split("\t")[-1] == "备注"
    assert {"file-bom", "file-semicolon", "file-tab", "extra-column", "file-gb18030"} <= set(report.warts)


def test_a_household_comes_in_a_part_per_county(town: tuple[Path, TownReport]) -> None:
    assert {path.stem for path in (town[0] / "household").iterdir()} >= {
        "330602",
        "330603",
        "330604",
        "330624",
        "330681",
        "330683",
    }


def test_excel_cells_are_merged_over_the_members_of_a_household(town: tuple[Path, TownReport]) -> None:
    month, report = town
    sheet = openpyxl.load_workbook(month / "low_income_scheme.xlsx").active
    assert [cell.value for cell in sheet[1]] == ["household_no", "id", "scheme", "from", "to"]
    assert len(sheet.merged_cells.ranges) > 5
    assert report.warts["merged-cells"] >= len(sheet.merged_cells.ranges)
    ids = [sheet.cell(row, 2).value for row in range(2, sheet.max_row + 1)]
    assert all(read_id_number(number) for number in ids)


def test_excel_dates_are_dates_and_id_numbers_are_text(town: tuple[Path, TownReport]) -> None:
    sheet = openpyxl.load_workbook(town[0] / "event.xlsx").active
    number, _, happened_on, loss, _ = (cell.value for cell in sheet[2])
    assert isinstance(number, str) and happened_on.year == 2023 and loss > 0


def test_every_spelling_of_an_id_number_means_the_same_person(town: tuple[Path, TownReport]) -> None:
    rows = list(csv.DictReader(io.StringIO((town[0] / "member.csv").read_text(encoding="utf-8-sig"))))
    written = [row["id"] for row in rows if row["id"]]
    unreadable = [number for number in written if read_id_number(number) is None]
    assert any(len(number) == 15 for number in written) and any(
        "１" in number or "２" in number or "３" in number for number in written
    )
    assert len(unreadable) <= 5
