"""The file by which a bank pays many people at once (代发): CSV in GB18030, or a workbook. The same lines give the same bytes.

Account numbers stand in clear only here: in these bytes and in the file on disk, readable by its owner alone.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from niangjia.kernel.identity import fold
from niangjia.kernel.money import CENT, ZERO
from niangjia.kernel.problems import Refusal

COLUMNS = ("序号", "收款账号", "收款户名", "开户行", "金额", "用途", "参考号")
_WIDTHS = (8, 26, 20, 36, 16, 24, 26)
_FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class BadBankLine(Refusal):
    def __init__(self, reference: str, fault_zh: str, fault_en: str) -> None:
        super().__init__(
            f"{reference}：{fault_zh}。请更正该人的收款信息后再导出。",
            f"{reference}: {fault_en}. Correct the payee's details, then export again.",
        )


class FileInTheWay(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"已有内容不同的文件 {name}，没有覆盖。请核对后移走原文件再导出。",
            f"A file {name} with other content is already there and was not replaced. Check it, move it away, then export again.",
        )


@dataclass(frozen=True, slots=True)
class BankFileLine:
    """One payee. `amount` in yuan; `reference` comes back in the bank's receipt."""

    line: int
    reference: str
    name: str = field(repr=False)
    account: str = field(repr=False)
    bank_name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BankFile:
    content: bytes = field(repr=False)
    sha256: str
    line_count: int
    total: Decimal


def as_csv(lines: Sequence[BankFileLine], *, purpose: str) -> BankFile:
    """
    The file as CSV in GB18030 with a heading and a total line.

    Raises:
        BadBankLine: a line without a name, with an account that is not 8 to 32 digits, or an amount that is not above zero and exact
        to the cent.
    """
    rows, total = _rows(lines, purpose)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        [number, account, name, bank, f"{amount:.2f}", use, reference]
        for number, account, name, bank, amount, use, reference in rows
    )
    writer.writerow(["合计", f"{len(rows)} 笔", "", "", f"{total:.2f}", "", ""])
    return _file(text.getvalue().encode("gb18030"), len(rows), total)


def as_xlsx(lines: Sequence[BankFileLine], *, purpose: str, made_at: datetime) -> BankFile:
    """The same as a workbook; `made_at` is the moment the batch was sealed, so that a second export has the same bytes."""
    rows, total = _rows(lines, purpose)
    buffer = io.BytesIO()
    # In memory: the default would leave account numbers in temporary files.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": made_at.astimezone(UTC).replace(tzinfo=None), "title": purpose})
        sheet = book.add_worksheet("代发明细")
        money, head = book.add_format({"num_format": "#,##0.00"}), book.add_format({"bold": True})
        for place, (title, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, title, head)
        for row, (number, *texts) in enumerate(rows, start=1):
            sheet.write_number(row, 0, number)
            for place, value in enumerate(texts, start=1):
                if isinstance(value, Decimal):
                    sheet.write_number(row, place, value, money)
                else:
                    sheet.write_string(row, place, value)
        last = len(rows) + 1
        sheet.write_string(last, 0, "合计", head)
        sheet.write_string(last, 1, f"{len(rows)} 笔")
        sheet.write_number(last, 4, total, money)
    return _file(buffer.getvalue(), len(rows), total)


def _rows(
    lines: Sequence[BankFileLine], purpose: str
) -> tuple[list[tuple[int, str, str, str, Decimal, str, str]], Decimal]:
    rows = []
    total = ZERO
    for line in sorted(lines, key=lambda line: line.line):
        account = fold(line.account).replace("-", "")
        if not re.fullmatch(r"[0-9]{8,32}", account):
            raise BadBankLine(line.reference, "银行账号不是 8 到 32 位数字", "the account is not 8 to 32 digits")
        if not line.name.strip() or _CONTROL.search(line.name) or _CONTROL.search(line.bank_name):
            raise BadBankLine(
                line.reference, "户名为空或含有不可见字符", "the name is empty or holds invisible characters"
            )
        if not 0 < line.amount == line.amount.quantize(CENT):
            raise BadBankLine(
                line.reference, "金额须大于 0，最多两位小数", "the amount must be above 0, two decimals at most"
            )
        total += line.amount
        rows.append(
            (
                line.line,
                account,
                _text(line.name.strip()),
                _text(line.bank_name.strip()),
                line.amount,
                _text(purpose),
                _text(line.reference),
            )
        )
    return rows, total


def _text(value: str) -> str:
    """A cell that a spreadsheet shows and never runs."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _file(content: bytes, line_count: int, total: Decimal) -> BankFile:
    return BankFile(content, hashlib.sha256(content).hexdigest(), line_count, total)


def write_file(folder: Path, name: str, content: bytes) -> Path:
    """
    Put the finished bytes in place, whole or not at all: temporary file, fsync, rename, fsync of the folder.

    Safe to repeat: the same content again is left as it is. Readable by the owner only.

    Raises:
        FileInTheWay: another content stands under that name.
    """
    if Path(name).name != name or name.startswith("."):
        raise ValueError(f"not a plain file name: {name!r}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / name
    if target.exists():
        if target.read_bytes() != content:
            raise FileInTheWay(name)
        return target
    temporary = folder / f".{name}.part"
    temporary.unlink(missing_ok=True)  # of a run that died
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return target
