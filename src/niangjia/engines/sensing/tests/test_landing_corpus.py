"""
The hostile corpus: what owners, tools and enemies deliver. Every item has one right answer: rows accepted and set aside, or
the whole file refused with words that help.

Each item is 100 good settlements (so that the five percent rest) plus the wart; `expect` is
(accepted, {"column CODE": rows set aside}) or a word of the refusal.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from stdnum.iso7064 import mod_11_2

from niangjia.engines.sensing import landing
from niangjia.engines.sensing.tests.landing_samples import (
    FEEDS,
    KEYS,
    SETTLEMENT,
    csv_text,
    deliver,
    land_one,
    person,
    rows_of,
    settlement,
    settlements,
)  # fmt: skip

GOOD = 100
Counts = tuple[int, dict[str, int]]
ALL_GOOD: Counts = (GOOD, {})
ONE_MORE: Counts = (GOOD + 1, {})


@dataclass(frozen=True)
class Item:
    name: str
    content: bytes
    expect: Counts | str
    file: str = "medical_settlement.csv"

    def __str__(self) -> str:
        return self.name


def plain(*more: dict[str, str], **options: str) -> str:
    return csv_text([*settlements(GOOD), *more], SETTLEMENT, **options)


def id_of(digits: str) -> str:
    return digits + mod_11_2.calc_check_digit(digits)


def wart(name: str, expect: Counts | str, **cells: str) -> Item:
    """A CSV with one odd row."""
    return Item(name, plain(settlement(500, **cells)).encode(), expect)


def aside(column: str, code: str) -> Counts:
    return (GOOD, {f"{column} {code}".strip(): 1})


ENCODINGS = [
    Item("UTF-8", plain().encode(), ALL_GOOD),
    Item("UTF-8 with mark", plain().encode("utf-8-sig"), ALL_GOOD),
    Item("UTF-16 LE with mark", plain().encode("utf-16"), ALL_GOOD),
    Item("UTF-16 BE with mark", b"\xfe\xff" + plain().encode("utf-16-be"), ALL_GOOD),
    Item("UTF-16 LE without mark", plain().encode("utf-16-le"), ALL_GOOD),
    Item("UTF-16 BE without mark", plain().encode("utf-16-be"), ALL_GOOD),
    Item("GBK", plain().encode("gbk"), ALL_GOOD),
    Item("GB18030 with four-byte characters", plain(settlement(500, psn_name="䶮㛃𠅤𬭎〇")).encode("gb18030"), ONE_MORE),
    Item("Chinese header in GBK", plain().replace("certno", "证件号码").replace("setl_time", "结算时间").encode("gbk"), ALL_GOOD),
    Item("lines of two encodings", plain().encode("gbk") + csv_text(settlements(50, 200)).partition("\n")[2].encode(), "混有 UTF-8"),
    Item("neither UTF-8 nor GB18030", plain().encode() + b"S9,M9,\xff\xff\xff,x\n", "UTF-8"),
    wart("a NUL in a name", aside("psn_name", "BAD_VALUE"), psn_name="王\0明"),
    wart("锟斤拷 already inside", aside("psn_name", "BAD_VALUE"), psn_name="锟斤拷"),
    wart("the replacement character inside", aside("psn_name", "BAD_VALUE"), psn_name="王\ufffd"),
    Item("old Mac line ends", plain(end="\r").encode(), ALL_GOOD),
    Item("Windows line ends", plain(end="\r\n").encode(), ALL_GOOD),
    Item("no final line end", plain().rstrip("\n").encode(), ALL_GOOD),
    Item("an empty file", b"", "空"),
]  # fmt: skip

NAMES = [
    wart("a name with the right dot", ONE_MORE, psn_name="阿卜杜拉·买买提"),
    wart("a name with another dot", ONE_MORE, psn_name="阿卜杜拉•买买提"),
    wart("a name of fifty characters", ONE_MORE, psn_name="阿" * 50),
    wart("a comma and quotes in a name", ONE_MORE, psn_name='王,"小"明'),
]

IDS = [
    wart("small x", ONE_MORE, certno="11010519491231002x"),
    wart("full-width", ONE_MORE, certno="１１０１０５１９４９１２３１００２Ｘ"),
    wart("blanks inside", ONE_MORE, certno=" 110105 19491231\t002X\u200b"),
    wart("an apostrophe in front", ONE_MORE, certno="'11010519491231002X"),
    wart("fifteen digits", ONE_MORE, certno="130503670401001"),
    wart("Hong Kong residence permit", ONE_MORE, certno="810000199001010019"),
    wart("foreign permanent resident", ONE_MORE, certno="911156199001010010"),
    wart("29 February 2000", ONE_MORE, certno=id_of("11010120000229003")),
    wart("seventeen digits", aside("certno", "BAD_ID"), certno="11010519491231002"),
    wart("wrong check digit", aside("certno", "BAD_ID"), certno="110105194912310021"),
    wart("no such day", aside("certno", "BAD_ID"), certno=id_of("11010119000229123")),
    wart("superscript digits", aside("certno", "BAD_ID"), certno="a1010519491231002X"),
    wart("scientific notation", aside("certno", "BAD_ID"), certno="1.10105E+17"),
    wart("a missing ID", aside("certno", "MISSING_REQUIRED"), certno=" "),
]

CELLS = [
    wart("thousands and yuan sign", ONE_MORE, psn_part_amt="￥1,400.50"),
    wart("yuan in words", ONE_MORE, psn_part_amt="400元"),
    wart("ten thousands", aside("psn_part_amt", "BAD_NUMBER"), psn_part_amt="1.2万"),
    wart("three decimals", aside("psn_part_amt", "BAD_NUMBER"), psn_part_amt="400.005"),
    wart("a decimal comma", aside("psn_part_amt", "BAD_NUMBER"), psn_part_amt="400,5"),
    wart("not a number", aside("medfee_sumamt", "BAD_NUMBER"), medfee_sumamt="NaN"),
    wart("an error cell", aside("fund_pay_sumamt", "BAD_NUMBER"), fund_pay_sumamt="#N/A"),
    wart("an empty required amount", aside("psn_part_amt", "MISSING_REQUIRED"), psn_part_amt=""),
    wart("a time with the date", ONE_MORE, setl_time="2023-10-31 23:59:59"),
    wart("points in the date", ONE_MORE, setl_time="2023.10.3"),
    wart("a Chinese date", ONE_MORE, setl_time="2023年10月8日"),
    wart("a serial date", ONE_MORE, setl_time="45207"),
    wart("a year of the Republic", aside("setl_time", "BAD_DATE"), setl_time="112-10-08"),
    wart("no such date", aside("setl_time", "BAD_DATE"), setl_time="2023-02-30"),
    wart("a month without day", aside("setl_time", "BAD_DATE"), setl_time="2023年10月"),
    wart("the year 9999 of an event", aside("setl_time", "BAD_DATE"), setl_time="9999-12-31"),
    wart("a refund", ONE_MORE, refd_setl_flag="是", medfee_sumamt="-10", fund_pay_sumamt="-6", psn_part_amt="-4"),
    wart("a refund that is positive", aside("psn_part_amt", "BAD_REFUND_SIGN"), refd_setl_flag="1"),
    wart("a negative amount that is no refund", aside("fund_pay_sumamt", "BAD_REFUND_SIGN"), fund_pay_sumamt="-6"),
    wart("a flag in words", aside("refd_setl_flag", "BAD_VALUE"), refd_setl_flag="退费"),
    wart(r"\N for nothing", ONE_MORE, mdtrt_id=r"\N", refd_setl_flag=r"\N"),
    wart("an error cell as text", aside("mdtrt_id", "BAD_VALUE"), mdtrt_id="#REF!"),
    wart("a code that lost its digits", aside("mdtrt_id", "BAD_VALUE"), mdtrt_id="3.30624E+17"),
]

SHAPES = [
    Item("tabs", plain(delimiter="\t").encode(), ALL_GOOD),
    Item("semicolons", plain(delimiter=";").encode(), ALL_GOOD),
    Item("bars", plain(delimiter="｜").encode(), "逗号"),
    Item("columns in another order", csv_text(settlements(GOOD), SETTLEMENT[::-1]).encode(), ALL_GOOD),
    Item("a line break in a name", plain(settlement(500, psn_name="王\n明"), settlement(501, psn_part_amt="?")).encode(), (GOOD + 1, {"psn_part_amt BAD_NUMBER": 1})),
    Item("a row too short", (plain() + "S9,M9\n").encode(), aside("", "BAD_VALUE")),
    Item("a row too long", (plain() + ",".join(["x"] * 12) + "\n").encode(), aside("", "BAD_VALUE")),
    Item("blank lines", plain().replace("\n", "\n\n").encode(), ALL_GOOD),
    Item("lines of separators", (plain() + "," * (len(SETTLEMENT) - 1) + "\n").encode(), ALL_GOOD),
    Item("a column twice", plain().replace("mdtrt_id", "setl_id", 1).encode(), "两次"),
    Item("a column twice under two names", plain().replace("mdtrt_id", "结算编号", 1).encode(), "两次"),
    Item("a required column missing", csv_text(settlements(GOOD), SETTLEMENT[:-1]).encode(), "psn_part_amt"),
    Item("a required column misspelt", plain().replace("psn_part_amt", "psn_prt_amt").encode(), "psn_part_amt"),
    Item("no header", plain().partition("\n")[2].encode(), "表头"),
    Item("a comment line first", ("# export of 2023\n" + plain()).encode(), "表头"),
    Item("an unpaired quote", plain().replace("王小明", '"王小明', 1).encode(), "引号"),
    Item("everything quoted", ("\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in plain().splitlines())).encode(), ALL_GOOD),
    Item("a workbook named csv", b"PK\x03\x04" + bytes(100), ".xlsx"),
    Item("units in the header", plain().replace("psn_part_amt", "个人负担金额（元）").encode(), ALL_GOOD),
    Item("a header and nothing else", plain().partition("\n")[0].encode(), (0, {})),
    Item("a header and a blank line", (plain().partition("\n")[0] + "\n\n").encode(), (0, {})),
    Item("a cell of nine megabytes", plain(settlement(500, mdtrt_id="x" * 9_000_000)).encode(), "损坏"),
]  # fmt: skip


@pytest.mark.parametrize("item", ENCODINGS + NAMES + IDS + CELLS + SHAPES, ids=str)
def test_every_item_lands_rightly_or_is_refused_with_advice(tmp_path: Path, item: Item) -> None:
    check(tmp_path, item)


def check(tmp_path: Path, item: Item) -> landing.BatchReport:
    report = land_one(tmp_path / "lake", deliver(tmp_path, item.file, item.content))
    if isinstance(item.expect, str):
        assert report.status == "refused", item.name
        assert item.expect in report.refused_zh
        assert report.refused_en
        assert not any(person(number) in report.refused_zh + report.refused_en for number in range(GOOD))
        assert rows_of(tmp_path / "lake", item.file.partition(".")[0]) == []
        return report
    assert report.status == "landed", report.refused_zh
    accepted, set_aside = item.expect
    assert (report.rows_accepted, dict(report.set_aside_counts)) == (accepted, set_aside)
    assert report.rows_in == report.rows_accepted + report.rows_set_aside + report.rows_duplicate
    assert all(entry.advice_zh and entry.advice_en for entry in report.set_aside)
    return report


def test_row_numbers_are_those_of_the_records_with_line_breaks_and_broken_rows_between(tmp_path: Path) -> None:
    rows = settlements(GOOD)
    rows[10]["psn_name"] = "王\n明"
    rows[20]["psn_part_amt"] = "?"
    lines = csv_text(rows).split("\n")
    lines.insert(13, "broken,row")  # the eleventh data row takes two lines: this is record 13
    report = land_one(tmp_path / "lake", deliver(tmp_path, "medical_settlement.csv", "\n".join(lines)))
    assert [(entry.row, entry.column) for entry in report.set_aside] == [(13, ""), (23, "psn_part_amt")]
    positions = [row % 10**9 for (row,) in rows_of(tmp_path / "lake", "medical_settlement", "_row")]  # type: ignore[operator]
    assert positions == [row for row in range(2, GOOD + 3) if row not in (13, 23)]


def test_names_come_back_character_by_character(tmp_path: Path) -> None:
    names = ["䶮㛃𠅤𬭎〇", "阿卜杜拉·买买提", "阿卜杜拉•买买提", "阿．买", "Ｏ＇Neil", "王,小"]
    rows = settlements(GOOD) + [settlement(500 + n, psn_name=name) for n, name in enumerate(names)]
    for encoding in ("utf-8", "gb18030", "utf-16"):
        lake = tmp_path / encoding
        land_one(lake, deliver(tmp_path / f"in-{encoding}", "medical_settlement.csv", csv_text(rows).encode(encoding)))
        asked = {KEYS.pseudonym_of(person(500 + n)): name for n, name in enumerate(names)}
        found = landing.find_identities(lake, KEYS, set(asked))
        assert {pseudonym: identity.name for pseudonym, identity in found.items()} == asked


@pytest.mark.parametrize("share", range(5, 100, 5))
def test_a_file_cut_anywhere_keeps_its_whole_rows_or_is_refused(tmp_path: Path, share: int) -> None:
    content = plain().encode()
    report = land_one(
        tmp_path / "lake", deliver(tmp_path, "medical_settlement.csv", content[: len(content) * share // 100])
    )
    if report.status == "landed":
        assert report.rows_set_aside <= 1
        assert report.rows_in == report.rows_accepted + report.rows_set_aside
    else:
        assert report.refused_zh


def test_a_row_with_several_faults_is_set_aside_once_for_the_first(tmp_path: Path) -> None:
    report = check(tmp_path, wart("", aside("certno", "BAD_ID"), certno="1", setl_time="x", psn_part_amt=""))
    assert report.rows_set_aside == 1


OTHER_FEEDS = [
    ("school", "from,to", "2023-09-01,2023-06-30", "to BAD_DATE"),
    ("household", "relation", "干爹", "relation BAD_VALUE"),
    ("household", "area", "330624", "area BAD_VALUE"),
    ("household", "birth", "昨天", "birth BAD_DATE"),
    ("disability", "grade", "五级", "grade BAD_VALUE"),
    ("social_insurance", "aae140", "999", "aae140 BAD_VALUE"),
    ("social_insurance", "paid", "maybe", "paid BAD_VALUE"),
    ("social_insurance", "aac040", "-1", "aac040 BAD_NUMBER"),
    ("real_estate", "share", "1.5", "share BAD_NUMBER"),
    ("member", "phone", "1.38E+10", "phone BAD_VALUE"),
    ("marriage", "id_b", "SAME", "id_b CONFLICT"),
    ("unemployment", "benefit_monthly", "inf", "benefit_monthly BAD_NUMBER"),
]
SAMPLES = {
    "id": "", "id_a": "", "id_b": "", "aac002": "", "area": "330624001000", "relation": "户主", "from": "2020-01-01", "household_no": "H1",
    "stage": "小学", "fee_yearly": "100", "kind": "car", "grade": "二级", "aae140": "养老", "month": "2023-10", "aac040": "4000", "paid": "是",
    "property_no": "P", "use": "住宅", "union_code": "U", "joined_on": "2020-01-01", "benefit_from": "2020-01-01", "benefit_monthly": "1",
    "benefit_to": "", "to": "", "birth": "", "share": "1/2", "phone": "13800000000",
}  # fmt: skip


@pytest.mark.parametrize(("feed", "columns", "written", "outcome"), OTHER_FEEDS, ids=[item[3] for item in OTHER_FEEDS])
def test_every_kind_of_column_is_checked(tmp_path: Path, feed: str, columns: str, written: str, outcome: str) -> None:
    declared = [code for code, column in FEEDS[feed].columns.items() if column.required or code in columns.split(",")]
    samples = SAMPLES | ({"kind": "视力"} if feed == "disability" else {})
    rows = []
    for number in range(GOOD + 1):
        row = {code: samples[code] for code in declared}
        for position, column in enumerate(FEEDS[feed].id_columns):
            row[column.code] = person(number * 2 + position)
        rows.append(row)
    rows[-1] |= dict(zip(columns.split(","), written.split(","), strict=True))
    if written == "SAME":
        rows[-1]["id_b"] = rows[-1]["id_a"]
    report = land_one(tmp_path / "lake", deliver(tmp_path, f"{feed}.csv", csv_text(rows)))
    assert (report.status, report.rows_accepted, dict(report.set_aside_counts)) == ("landed", GOOD, {outcome: 1})


# --- Excel ---------------------------------------------------------------------------------------------------------------

Sheet = openpyxl.worksheet.worksheet.Worksheet


def workbook(change: Callable[[openpyxl.Workbook, Sheet], None] = lambda book, sheet: None, rows: int = GOOD) -> bytes:
    """The settlements of a CSV, as Excel would hold them: dates as dates, amounts as numbers, IDs as text."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(SETTLEMENT)
    for row in settlements(rows):
        sheet.append([row[c] if c not in _TYPED else _TYPED[c](row[c]) for c in SETTLEMENT])
    change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_TYPED: dict[str, Callable[[str], object]] = {
    "setl_time": date.fromisoformat, "refd_setl_flag": int, "medfee_sumamt": float, "fund_pay_sumamt": float, "psn_part_amt": float,
}  # fmt: skip


def odd(**cells: object) -> Callable[[openpyxl.Workbook, Sheet], None]:
    return lambda book, sheet: sheet.append([cells.get(c, settlement(500)[c]) for c in SETTLEMENT])


def _title_above(book: openpyxl.Workbook, sheet: Sheet) -> None:
    sheet.insert_rows(1)
    sheet["A1"] = "2023年10月医保结算明细表"
    sheet.merge_cells("A1:I1")


def _second_header(book: openpyxl.Workbook, sheet: Sheet) -> None:
    sheet.insert_rows(2)
    for column, code in enumerate(SETTLEMENT, 1):
        sheet.cell(2, column, FEEDS["medical_settlement"].columns[code].zh)


def _two_levels(book: openpyxl.Workbook, sheet: Sheet) -> None:
    sheet.insert_rows(2)
    for column in (7, 8, 9):
        sheet.cell(2, column, sheet.cell(1, column).value)
        sheet.cell(1, column, "费用" if column == 7 else None)
    sheet.merge_cells("G1:I1")
    for letter in "ABCDEF":
        sheet.merge_cells(f"{letter}1:{letter}2")


def _formula(book: openpyxl.Workbook, sheet: Sheet) -> None:
    odd(psn_part_amt="=400+0")(book, sheet)


def _second_sheet(book: openpyxl.Workbook, sheet: Sheet) -> None:
    second = book.create_sheet("续")
    second.append(SETTLEMENT)
    second.append([settlement(500)[c] for c in SETTLEMENT])
    book.create_sheet("说明").append(["本表由医保局提供"])


def _hidden(book: openpyxl.Workbook, sheet: Sheet) -> None:
    sheet.row_dimensions[5].hidden = True
    sheet.auto_filter.ref = "A1:I20"
    hidden = book.create_sheet("旧数据")
    hidden.sheet_state = "hidden"
    hidden.append(SETTLEMENT)
    hidden.append([settlement(900)[c] for c in SETTLEMENT])


def _far_empty(book: openpyxl.Workbook, sheet: Sheet) -> None:
    sheet["XFD1048576"].font = openpyxl.styles.Font(bold=True)


def _far_written(book: openpyxl.Workbook, sheet: Sheet) -> None:
    sheet["XFD1048576"] = "x"


def _serials(book: openpyxl.Workbook, sheet: Sheet) -> None:
    for cell in sheet["E"][1:]:
        cell.value = 45207
        cell.number_format = "General"


def _mac(book: openpyxl.Workbook, sheet: Sheet) -> None:
    book.epoch = CALENDAR_MAC_1904
    odd(setl_time=43745)(book, sheet)


def _total(book: openpyxl.Workbook, sheet: Sheet) -> None:
    sheet.append(["合计", None, None, None, None, None, 100000, 60000, 40000])


def _moved_away(book: openpyxl.Workbook, sheet: Sheet) -> None:
    sheet.insert_rows(1, 2)
    sheet.insert_cols(1, 2)


WORKBOOKS = [
    ("a clean workbook", lambda book, sheet: None, ALL_GOOD),
    ("a title above", _title_above, ALL_GOOD),
    ("two header rows in two languages", _second_header, ALL_GOOD),
    ("a header in two levels", _two_levels, ALL_GOOD),
    ("data that does not start at A1", _moved_away, ALL_GOOD),
    ("an ID typed as number", odd(certno=110101199003077777), aside("certno", "BAD_ID")),
    ("a fifteen-digit ID typed as number", odd(certno=130503670401001), ONE_MORE),
    ("a float with noise", odd(medfee_sumamt=1000.1 + 0.2), ONE_MORE),
    ("an amount as text", odd(psn_part_amt="￥1,400.50元"), ONE_MORE),
    ("an error cell", odd(psn_part_amt="#N/A"), aside("psn_part_amt", "BAD_NUMBER")),
    ("an error cell in a column that may be empty", odd(mdtrt_id="#REF!"), aside("mdtrt_id", "BAD_VALUE")),
    ("a formula without stored result", _formula, aside("psn_part_amt", "BAD_NUMBER")),
    ("a date and time", odd(setl_time=datetime(2023, 10, 31, 23, 59, 59)), ONE_MORE),  # noqa: DTZ001
    ("serial dates", _serials, ALL_GOOD),
    ("a serial date of 1904", _mac, ONE_MORE),
    ("a time where a date should be", odd(setl_time=timedelta(hours=3)), aside("setl_time", "BAD_DATE")),
    ("a total under the data", _total, aside("", "BAD_VALUE")),
    ("a second sheet and a note", _second_sheet, ONE_MORE),
    ("hidden rows, a filter and a hidden sheet", _hidden, ALL_GOOD),
    ("a far empty cell", _far_empty, ALL_GOOD),
    ("a far cell with something in it", _far_written, "过大"),
]


@pytest.mark.parametrize(("name", "change", "expect"), WORKBOOKS, ids=[item[0] for item in WORKBOOKS])
def test_every_workbook_lands_rightly_or_is_refused_with_advice(
    tmp_path: Path, name: str, change: Callable[[openpyxl.Workbook, Sheet], None], expect: Counts | str
) -> None:
    report = check(tmp_path, Item(name, workbook(change), expect, "medical_settlement.xlsx"))
    if report.status == "landed":
        dates = {day for (day,) in rows_of(tmp_path / "lake", "medical_settlement", "setl_time")}
        assert dates <= {date(2023, 10, 8), date(2023, 10, 31)}


def test_an_id_that_lost_digits_gets_the_advice_to_format_the_column_as_text(tmp_path: Path) -> None:
    report = check(
        tmp_path,
        Item("", workbook(odd(certno=110101199003077777)), aside("certno", "BAD_ID"), "medical_settlement.xlsx"),
    )
    assert "将证件号列设为文本" in report.set_aside[0].advice_zh
    assert (report.set_aside[0].sheet, report.set_aside[0].row) == ("Sheet", GOOD + 2)


def test_a_household_head_merged_over_the_members_belongs_to_each_of_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["户号", "身份证号", "姓名", "与户主关系", "行政区划代码", "迁入日期"])
    for number in range(6):
        sheet.append(
            [
                "H1" if number == 0 else "H2" if number == 3 else None,
                person(number),
                "王",
                "户主",
                330624001000,
                date(2000, 1, 1),
            ]
        )
    sheet.merge_cells("A2:A4")
    sheet.merge_cells("A5:A7")
    out = io.BytesIO()
    book.save(out)
    land_one(tmp_path / "lake", deliver(tmp_path, "household.xlsx", out.getvalue()))
    assert [number for (number,) in rows_of(tmp_path / "lake", "household", "household_no")] == ["H1"] * 3 + ["H2"] * 3


def bomb() -> bytes:
    """310 KB that unpack to 300 MB."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        zipfile.ZipFile(io.BytesIO(workbook(rows=1))) as good,
    ):
        for name in good.namelist():
            archive.writestr(name, good.read(name))
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as entry:
            for _ in range(300):
                entry.write(b"x" * (1 << 20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "word"),
    [
        ("a CSV named xlsx", lambda: plain().encode(), "扩展名"),
        (
            "a password",
            lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le"),
            "密码",
        ),
        ("an old workbook that is none", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "另存为"),
        ("a zip that is no workbook", lambda: zipped({"readme.txt": b"x"}), "另存为"),
        ("a workbook cut in half", lambda: workbook()[:5000], "损坏"),
        ("a workbook with a flipped byte", lambda: flipped(workbook()), ""),
        (
            "entities in its XML",
            lambda: zipped({"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><workbook/>'}),
            "损坏",
        ),
        ("a bomb", bomb, "展开后过大"),
        ("an empty workbook", lambda: empty_book(), "没有内容"),
    ],
)
def test_files_that_are_no_workbook_are_refused(
    tmp_path: Path, name: str, make: Callable[[], bytes], word: str
) -> None:
    check(tmp_path, Item(name, make(), word, "medical_settlement.xlsx"))


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def flipped(content: bytes) -> bytes:
    """One byte changed inside the sheet's compressed data."""
    place = content.find(b"xl/worksheets/sheet1.xml") + 200
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


def empty_book() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


# --- Parquet -------------------------------------------------------------------------------------------------------------

NATIVE: dict[str, pa.Array] = {
    code: pa.array([settlement(number)[code] for number in range(GOOD)]) for code in SETTLEMENT
} | {
    "setl_time": pa.array([date(2023, 10, 8)] * GOOD),
    "refd_setl_flag": pa.array([False] * GOOD),
    **{code: pa.array([Decimal("400.00")] * GOOD, pa.decimal128(16, 2)) for code in ("medfee_sumamt", "fund_pay_sumamt", "psn_part_amt")},
}  # fmt: skip


def parquet(**other: pa.Array) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({name: column for name, column in (NATIVE | other).items() if column is not None}), out)
    return out.getvalue()


def last(column: str, value: object, kind: pa.DataType) -> dict[str, pa.Array]:
    values = NATIVE[column].to_pylist()
    return {column: pa.array([*(float(v) if pa.types.is_floating(kind) else v for v in values[:-1]), value], kind)}


ONE_LESS = GOOD - 1
PARQUETS: list[tuple[str, bytes, Counts | str]] = [
    ("native types", parquet(), ALL_GOOD),
    ("everything as text", parquet(**{code: pa.array([settlement(n)[code] for n in range(GOOD)]) for code in SETTLEMENT}), ALL_GOOD),
    ("flags as integers", parquet(refd_setl_flag=pa.array([0] * GOOD, pa.int8())), ALL_GOOD),
    ("amounts as doubles", parquet(psn_part_amt=pa.array([0.1 + 0.2] * GOOD)), ALL_GOOD),
    ("NaN and infinity", parquet(**last("psn_part_amt", float("nan"), pa.float64())), (ONE_LESS, {"psn_part_amt BAD_NUMBER": 1})),
    ("a double with three decimals", parquet(**last("psn_part_amt", 1.005, pa.float64())), (ONE_LESS, {"psn_part_amt BAD_NUMBER": 1})),
    ("a drifted scale without loss", parquet(psn_part_amt=pa.array([Decimal("400.0000")] * GOOD, pa.decimal128(18, 4))), ALL_GOOD),
    ("a drifted scale with loss", parquet(psn_part_amt=pa.array([Decimal("400.0001")] * GOOD, pa.decimal128(18, 4))), (0, {"psn_part_amt BAD_NUMBER": GOOD})),
    ("IDs as doubles", parquet(certno=pa.array([1.1e17] * GOOD)), "5%"),
    ("whole IDs as integers", parquet(certno=pa.array([int(person(n)) if person(n)[-1] != "X" else 0 for n in range(GOOD)]).cast(pa.int64())), "5%"),
    ("dates as integers", parquet(setl_time=pa.array([20231008] * GOOD)), ALL_GOOD),
    ("instants in UTC", parquet(setl_time=pa.array([datetime(2023, 10, 8, 15, 59, tzinfo=UTC)] * GOOD, pa.timestamp("us", "UTC"))), ALL_GOOD),
    ("categories", parquet(psn_name=pa.array(["王"] * GOOD).dictionary_encode()), ALL_GOOD),
    ("bytes for text", parquet(certno=pa.array([person(n).encode() for n in range(GOOD)], pa.binary())), ALL_GOOD),
    ("a nested column", parquet(psn_part_amt=pa.array([[1]] * GOOD)), "嵌套"),
    ("nested extras", parquet(extra=pa.array([{"a": 1}] * GOOD)), ALL_GOOD),
    ("a missing column", parquet(psn_part_amt=None), "psn_part_amt"),
    ("no rows", parquet(**{name: column.slice(0, 0) for name, column in NATIVE.items()}), (0, {})),
    ("a null in a required column", parquet(**last("psn_part_amt", None, pa.decimal128(16, 2))), (ONE_LESS, {"psn_part_amt MISSING_REQUIRED": 1})),
    ("the footer cut off", parquet()[:-20], "Parquet"),
    ("wrong magic", b"PARX" + parquet()[4:-4] + b"PARX", "Parquet"),
    ("an empty file", b"", "Parquet"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "expect"), PARQUETS, ids=[item[0] for item in PARQUETS])
def test_every_parquet_lands_rightly_or_is_refused_with_advice(
    tmp_path: Path, name: str, content: bytes, expect: Counts | str
) -> None:
    check(tmp_path, Item(name, content, expect, "medical_settlement.parquet"))


def test_flipped_bytes_in_a_parquet_never_raise(tmp_path: Path) -> None:
    content = parquet()
    for number, place in enumerate(range(10, len(content), len(content) // 25)):
        damaged = content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]
        report = land_one(
            tmp_path / f"lake{number}", deliver(tmp_path / str(number), "medical_settlement.parquet", damaged)
        )
        assert report.status in ("landed", "refused")


def test_csv_excel_and_parquet_of_the_same_rows_give_the_same_lake_rows(tmp_path: Path) -> None:
    seen = []
    for file, content in (
        ("csv", plain().encode()),
        ("xlsx", workbook()),
        ("parquet", parquet(medfee_sumamt=pa.array([1000.0] * GOOD), fund_pay_sumamt=pa.array([600] * GOOD))),
    ):
        land_one(tmp_path / file, deliver(tmp_path / f"in-{file}", f"medical_settlement.{file}", content))
        seen.append(rows_of(tmp_path / file, "medical_settlement"))
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]) == GOOD
