"""People of an offer from a workbook: each good row is asked for by itself, the others are said with their row and what to do."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.utils import timezone

from niangjia.adapters import excel
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import actions as bookings
from niangjia.apps.bookings import queries
from niangjia.apps.bookings.types import BookingState, OfferCard
from niangjia.apps.registry import queries as registry
from niangjia.jobs.import_kinds import PROBLEMS, NotAccepted, unpacked_size
from niangjia.kernel.identity import fault_of_id_number
from niangjia.kernel.problems import Refusal

MOST_ROWS = 1_000
HEADS = ("身份证号", "家属人数", "场次")


class NoFile(Refusal):
    def __init__(self) -> None:
        super().__init__("请选择要导入的工作簿。", "Choose the workbook to import.")


class TooManyRows(Refusal):
    def __init__(self) -> None:
        super().__init__(
            f"一次最多 {MOST_ROWS} 行。请分成几份。", f"At most {MOST_ROWS} rows at a time. Split the workbook."
        )


class NoHeads(Refusal):
    def __init__(self) -> None:
        super().__init__(
            f"没有找到表头“{HEADS[0]}”。请下载模板填写。", f"There is no column {HEADS[0]}. Fill in the template."
        )  # fmt: skip


@dataclass(frozen=True)
class Wrong:
    """`row` counts from 1, as the spreadsheet does."""

    row: int
    zh: str
    en: str


@dataclass
class Report:
    """`seated`, `waiting` (in the line or for the draw); `same` had booked before. `cells`: the sheet as it came."""

    seated: int = 0
    waiting: int = 0
    same: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    cells: list[list[Any]] = field(default_factory=list, repr=False)


def marked(report: Report, *, language: str) -> IO[bytes]:
    """The workbook as it came, with a column 问题与建议 behind each row that was not taken."""
    said = {("", one.row): one.zh if language.startswith("zh") else one.en for one in report.wrong}
    head = next(number for number, row in enumerate(report.cells, 1) if HEADS[0] in [_text(cell) for cell in row])
    file = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115  whoever sends it closes it
    excel.write_back(file, sheets=[("", report.cells)], said=said, head=PROBLEMS, heads={"": head})
    file.seek(0)
    return file


def template(card: OfferCard) -> IO[bytes]:
    file = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115  whoever sends it closes it
    sessions = tuple(_session(slot.begins, slot.label) for slot in card.slots)[:200]
    columns = [excel.Column(HEADS[0], 24), excel.Column(HEADS[1], 12), excel.Column(HEADS[2], 30, sessions if len(",".join(sessions)) < 250 else ())]  # fmt: skip
    excel.write_template(
        file, title=f"{card.number} {card.title}：第 2 行是说明，第 3 行是示例（不会导入），请从第 5 行填起", columns=columns,
        hints=["必填 · 18 位，文本", f"可空 · 0 至 {card.most_companions}", "可空 · 不填就是任何一场"],
        example=["33062419900101000X", "0", sessions[0] if sessions else ""],
    )  # fmt: skip
    file.seek(0)
    return file


def _session(begins: datetime, label: str) -> str:
    return f"{timezone.localtime(begins):%Y-%m-%d %H:%M} {label}".strip()


def take(viewer: Viewer, offer_id: int, *, ending: str, content: bytes, now: datetime) -> Report:
    """
    Ask for everybody in the workbook, in its order. Safe to repeat: a row that was taken before says so.

    Raises: NotAllowed, NoSuchOffer; NotAccepted: a file that is not opened; NoHeads, TooManyRows.
    """
    permissions.require(viewer, "bookings.manage")
    card = queries.get_offer(viewer, offer_id)
    unpacked_size(ending, content)
    sessions = {_session(slot.begins, slot.label): slot.id for slot in card.slots}
    cells = _cells(ending, content)
    rows = list(_rows(cells))
    if len(rows) > MOST_ROWS:
        raise TooManyRows
    report = Report(cells=cells)
    standing = {one.person_id for one in queries.list_bookings(viewer, offer_id=card.id) if one.state in _STANDING}
    for number, told in rows:
        try:
            _ask(viewer, card, told, sessions, standing, report, now)
        except Refusal as refusal:
            report.wrong.append(Wrong(number, refusal.zh, refusal.en))
    return report


def _ask(
    viewer: Viewer,
    card: OfferCard,
    told: dict[str, str],
    sessions: dict[str, int],
    standing: set[int],
    report: Report,
    now: datetime,
) -> None:
    id_number, companions, session = (told.get(head, "") for head in HEADS)
    person = registry.find_person_by_id_number(viewer, id_number)
    if person is None and (fault := fault_of_id_number(id_number)):
        raise Refusal(*fault)
    if person is None:
        raise Refusal("在您的范围内没有这个证件号的会员。", "There is no member with this ID number in your part of the tree.")  # fmt: skip
    if companions and not companions.isdecimal():
        raise Refusal("家属人数请填整数。", "The number of companions is a whole number.")
    if session and session not in sessions:
        raise Refusal("没有这一场。请从模板的下拉里选。", "There is no such session. Choose one of the template's.")
    if person.id in standing:
        report.same += 1
        return
    mark = hashlib.sha256(f"{card.id}:{person.id}:{now.isoformat()}".encode()).hexdigest()[:40]
    booking_id = bookings.ask(
        viewer=viewer, offer_id=card.id, person_id=person.id, key=f"roster:{mark}", companions=int(companions or 0),
        slot_id=sessions.get(session), now=now,
    )  # fmt: skip
    standing.add(person.id)
    if queries.get_booking(viewer, booking_id).state is BookingState.SEATED:
        report.seated += 1
    else:
        report.waiting += 1


_STANDING = (BookingState.ASKED, BookingState.SEATED, BookingState.WAITING, BookingState.ATTENDED, BookingState.MISSED)


def _rows(sheet: list[list[Any]]) -> Iterator[tuple[int, dict[str, str]]]:
    heads: dict[int, str] = {}
    for number, cells in enumerate(sheet, start=1):
        texts = [_text(cell) for cell in cells]
        if not heads:
            if HEADS[0] in texts:
                heads = {place: text for place, text in enumerate(texts) if text in HEADS}
            continue
        told = {head: texts[place] for place, head in heads.items() if place < len(texts)}
        if any(told.values()):
            yield number, told
    if not heads:
        raise NoHeads


def _cells(ending: str, content: bytes) -> list[list[Any]]:
    if ending == ".csv":
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return list(csv.reader(io.StringIO(content.decode(encoding))))
            except UnicodeDecodeError:
                continue
        raise NotAccepted("读不懂文件的编码。请另存为 UTF-8。", "The file's encoding is not known. Save it as UTF-8.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        path.write_bytes(content)
        try:
            sheets = excel.read_sheets(path)
        except Exception as error:  # whatever a broken workbook makes its reader raise
            raise NotAccepted("Excel 文件已损坏或不完整。请用 Excel 或 WPS 另存为 .xlsx。", "The workbook is damaged. Save it anew as .xlsx.") from error  # fmt: skip
    return [row for _name, rows in sheets[:1] for row in rows]


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell if cell is not None else "").strip()
