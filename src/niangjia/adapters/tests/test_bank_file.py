"""The bank file: exact, harmless when opened, the same bytes every time, whole or not there."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pytest

from niangjia.adapters import bank_file
from niangjia.adapters.bank_file import BankFileLine

SEALED = datetime(2023, 11, 6, 9, 0, tzinfo=UTC)


def line(number, *, name="王小明", account="6222021234567890123", bank_name="工商银行新昌支行", amount="500.00"):
    return BankFileLine(number, f"FF2023110001-{number:05d}", name, account, bank_name, Decimal(amount))


def read(content):
    return list(csv.reader(io.StringIO(content.decode("gb18030"), newline="")))


def test_255_lines_of_500_yuan_total_127500_00():
    made = bank_file.as_csv([line(number) for number in range(1, 256)], purpose="越温暖专项帮扶")
    rows = read(made.content)
    assert (made.line_count, made.total) == (255, Decimal("127500.00"))
    assert len(rows) == 257 and rows[-1] == ["合计", "255 笔", "", "", "127500.00", "", ""]
    assert sum(Decimal(row[4]) for row in rows[1:-1]) == Decimal("127500.00")


def test_the_same_lines_in_any_order_give_the_same_bytes_in_both_formats():
    lines = [line(1), line(2, amount="0.07"), line(3, name="䶮𠅤")]
    assert bank_file.as_csv(lines, purpose="x").sha256 == bank_file.as_csv(lines[::-1], purpose="x").sha256
    first, again = (bank_file.as_xlsx(lines, purpose="x", made_at=SEALED) for _ in range(2))
    assert first.content == again.content and first.sha256 == again.sha256


def test_rare_characters_survive_gb18030():
    assert read(bank_file.as_csv([line(1, name="䶮·买买提𬭎")], purpose="x").content)[1][2] == "䶮·买买提𬭎"


@pytest.mark.parametrize("name", ["=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠x", "%x", "|x"])
def test_a_name_that_looks_like_a_formula_stays_text(name):
    assert read(bank_file.as_csv([line(1, name=name)], purpose="x").content)[1][2] == f"'{name}"
    made = bank_file.as_xlsx([line(1, name=name)], purpose="x", made_at=SEALED)
    cell = openpyxl.load_workbook(io.BytesIO(made.content))["代发明细"]["C2"]
    assert cell.data_type == "s" and cell.value == f"'{name}"


def test_a_workbook_keeps_every_digit_of_the_account_and_every_cent():
    made = bank_file.as_xlsx([line(1, amount="286843.70")], purpose="x", made_at=SEALED)
    sheet = openpyxl.load_workbook(io.BytesIO(made.content))["代发明细"]
    assert sheet["B2"].value == "6222021234567890123" and sheet["B2"].data_type == "s"
    assert Decimal(str(sheet["E2"].value)) == Decimal("286843.70") == Decimal(str(sheet["E3"].value))


@pytest.mark.parametrize(
    "changed",
    [
        {"account": ""},
        {"account": "6222O21234567890"},
        {"account": "1234567"},
        {"name": " "},
        {"name": "王\u202e明"},
        {"name": "王\x00"},
    ]
    + [{"amount": "0"}, {"amount": "-1.00"}, {"amount": "500.001"}],
)
def test_a_line_the_bank_would_misread_is_refused_and_named(changed):
    with pytest.raises(bank_file.BadBankLine, match="FF2023110001-00002"):
        bank_file.as_csv([line(1), line(2, **changed)], purpose="x")


def test_an_account_typed_with_blanks_and_full_width_digits_is_read():
    assert (
        read(bank_file.as_csv([line(1, account="６222 0212-3456 7890123")], purpose="x").content)[1][1]
        == "6222021234567890123"
    )


def test_accounts_and_names_are_not_printed():
    assert "6222" not in repr(line(1)) and "王" not in repr(line(1))


def test_writing_twice_leaves_one_file_readable_by_its_owner_only(tmp_path):
    for _ in range(2):
        path = bank_file.write_file(tmp_path / "bank", "a.csv", b"content")
    assert path.read_bytes() == b"content" and path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["a.csv"]


def test_another_content_under_the_same_name_is_refused(tmp_path):
    bank_file.write_file(tmp_path, "a.csv", b"content")
    with pytest.raises(bank_file.FileInTheWay):
        bank_file.write_file(tmp_path, "a.csv", b"other")
    assert (tmp_path / "a.csv").read_bytes() == b"content"


def test_a_write_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def no_space(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError):
        bank_file.write_file(tmp_path, "a.csv", b"content")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_half_written_is_replaced(tmp_path):
    (tmp_path / ".a.csv.part").write_bytes(b"con")
    assert bank_file.write_file(tmp_path, "a.csv", b"content").read_bytes() == b"content"
    assert [found.name for found in tmp_path.iterdir()] == ["a.csv"]


def test_a_name_cannot_lead_out_of_the_folder(tmp_path):
    with pytest.raises(ValueError):
        bank_file.write_file(tmp_path, "../a.csv", b"")
