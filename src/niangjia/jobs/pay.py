"""A payment batch → the bank's file, and the bank's answer → settled payments."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from niangjia.adapters import bank_file
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries as money
from niangjia.apps.funds.types import BankLine, BatchCard, Outcome, ReceiptLine, ReceiptReport
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries as persons
from niangjia.jobs.verify import BANK_FILES
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.money import yuan
from niangjia.kernel.problems import DataProblem, Refusal

PURPOSE = "困难职工帮扶"
LARGEST_RECEIPT = 5 * 1024 * 1024  # bytes: some 50,000 lines; a batch is far smaller


@dataclass(frozen=True)
class Export:
    batch: BatchCard
    path: Path
    sha256: str


class AccountMoved(Refusal):
    def __init__(self, batch: str, references: Sequence[str]) -> None:
        super().__init__(
            f"批次 {batch} 封存后有收款账号变动（{'、'.join(references[:5])}），未写出银行文件。请核对账号，改回后重试，或退出这几笔另行发放。",
            f"After batch {batch} was sealed, accounts changed ({', '.join(references[:5])}); no bank file was written. "
            "Check them, put them back and try again, or pay these lines apart.",
        )


class UnreadableReceipt(DataProblem):
    def __init__(self, row: int, zh: str, en: str) -> None:
        super().__init__(
            f"银行回单第 {row} 行：{zh}。整份未处理，请更正后重新上传。",
            f"Row {row} of the bank's receipt: {en}. Nothing was taken in; correct it and upload it again.",
        )


def list_batches(viewer: Viewer) -> Sequence[BatchCard]:
    """Batches of the viewer's part of the tree."""
    return money.list_batches(viewer)


def export(deployment: Deployment, batch_id: int, *, viewer: Viewer, now: datetime) -> Export:
    """
    Seal an approved batch, write its bank file, and return where it lies. Safe to repeat: the same bytes, nobody twice.

    Bank accounts are opened only here, logged, and stand in clear only in the file.
    """
    kept = _kept_file(deployment, money.get_batch(viewer, batch_id))
    if kept is not None:
        return kept
    lines = money.list_bank_lines(viewer, batch_id)
    person_ids = {line.person_id for line in lines}
    funds.seal_batch(viewer=viewer, batch_id=batch_id, account_marks=persons.account_marks(person_ids), now=now)
    batch = money.get_batch(viewer, batch_id)
    lines = money.list_bank_lines(viewer, batch_id)
    opened = registry.open_for_payment(person_ids=person_ids, batch=batch.number, viewer=viewer, now=now)
    _require_sealed_accounts(batch, lines)
    content = bank_file.as_csv([_bank_line(line, opened) for line in lines], purpose=PURPOSE)
    name = f"{batch.number}.csv"
    batch = funds.record_bank_file(
        viewer=viewer,
        batch_id=batch_id,
        file_name=name,
        sha256=content.sha256,
        line_count=content.line_count,
        total=content.total,
        now=now,
    )
    path = bank_file.write_file(deployment.folder / BANK_FILES, name, content.content)
    return Export(batch, path, content.sha256)


def _kept_file(deployment: Deployment, batch: BatchCard) -> Export | None:
    """The file that was written for the batch, if it is there as it was: later corrections of a payee do not touch it."""
    path = deployment.folder / BANK_FILES / batch.file_name
    if not batch.file_sha256 or not path.is_file():
        return None
    return (
        Export(batch, path, batch.file_sha256)
        if hashlib.sha256(path.read_bytes()).hexdigest() == batch.file_sha256
        else None
    )


def _require_sealed_accounts(batch: BatchCard, lines: Sequence[BankLine]) -> None:
    """Raises AccountMoved: between sealing and opening somebody changed an account."""
    marks = persons.account_marks({line.person_id for line in lines})
    moved = [line.reference for line in lines if marks.get(line.person_id) != line.account_mark]
    if moved:
        raise AccountMoved(batch.number, moved)


def _bank_line(line: BankLine, opened: Mapping[int, tuple[str, str, str]]) -> bank_file.BankFileLine:
    name, account, bank_name = opened[line.person_id]
    return bank_file.BankFileLine(line.line, line.reference, name, account, bank_name, line.amount)


def receive(batch_id: int, content: bytes, *, viewer: Viewer, now: datetime) -> ReceiptReport:
    """
    Take in the bank's answer: CSV with 参考号, 金额, 结果 (成功/退回), and if given 日期, 原因. At least once, in any order.

    Raises:
        UnreadableReceipt: names the row; nothing is taken in.
    """
    return funds.receive_receipt(viewer=viewer, batch_id=batch_id, lines=read_receipt(content), now=now)


_OUTCOMES = {
    "成功": Outcome.PAID,
    "PAID": Outcome.PAID,
    "退回": Outcome.RETURNED,
    "失败": Outcome.RETURNED,
    "RETURNED": Outcome.RETURNED,
}


def read_receipt(content: bytes) -> list[ReceiptLine]:
    """Raises UnreadableReceipt."""
    if len(content) > LARGEST_RECEIPT:
        raise UnreadableReceipt(1, "文件超过 5 MB，请核对是否选错", "the file is larger than 5 MB: is it the right one")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    try:
        rows = list(csv.DictReader(io.StringIO(text)))
    except csv.Error as error:
        raise UnreadableReceipt(1, "文件不是 CSV", "the file is not CSV") from error
    if not rows or not {"参考号", "金额", "结果"} <= rows[0].keys():
        raise UnreadableReceipt(1, "表头须有 参考号、金额、结果", "the header needs 参考号, 金额, 结果")
    return [_receipt_line(number, row) for number, row in enumerate(rows, start=2) if _says_something(row)]


def _says_something(row: Mapping[str, str]) -> bool:
    """An outcome without a reference does: it goes to the repair queue. A sum below the lines, or nothing but separators, does not."""
    return any((row[name] or "").strip() for name in ("参考号", "结果"))


def _receipt_line(number: int, row: Mapping[str, str]) -> ReceiptLine:
    outcome = _OUTCOMES.get((row["结果"] or "").strip())
    if outcome is None:
        raise UnreadableReceipt(
            number, f"结果“{row['结果']}”应为 成功 或 退回", f"result {row['结果']!r} should be 成功 or 退回"
        )
    try:
        amount = Decimal((row["金额"] or "").replace(",", "").strip())
        if yuan(amount) != amount or amount <= 0:  # NaN and what no account can hold are refused by `yuan`
            raise ValueError
        day = date.fromisoformat(row["日期"].strip()) if (row.get("日期") or "").strip() else None
    except (InvalidOperation, ValueError) as error:
        raise UnreadableReceipt(number, "金额或日期无法识别", "the amount or the day cannot be read") from error
    return ReceiptLine((row["参考号"] or "").strip(), amount, outcome, day, (row.get("原因") or "").strip())
