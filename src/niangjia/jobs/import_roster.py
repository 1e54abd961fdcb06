"""
People onto a list from a workbook: of an offer, of a programme that goes by a roster. Tried first, then all of them or nobody.

A list says what its columns are and how one person is put on it (`Roster`); reading, trying, taking and marking are the same for all.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.db import transaction

from niangjia.adapters import excel
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit import queries as audit_queries
from niangjia.apps.registry import queries as registry
from niangjia.engines.sensing.landing.excel import cell_text
from niangjia.jobs.import_kinds import PROBLEMS, NotAccepted, unpacked_size
from niangjia.kernel.identity import fault_of_id_number
from niangjia.kernel.problems import Refusal

MOST_ROWS = 500
CHECKED, TAKEN = "imports.check_roster", "imports.take_roster"
CHECKS_PER_HOUR = 20
ID_NUMBER = "身份证号"
SAME = "SAME"
"""What became of somebody who was on the list already."""

Told = Mapping[str, str]


class NoFile(Refusal):
    def __init__(self) -> None:
        super().__init__("请选择要导入的工作簿。", "Choose the workbook to import.")


class TooManyRows(Refusal):
    def __init__(self) -> None:
        super().__init__(
            f"一次最多 {MOST_ROWS} 行。请分成几份。", f"At most {MOST_ROWS} rows at a time. Split the workbook."
        )


class TooManyChecks(Refusal):
    """A list of numbers tells whose they are: it is on record, and bounded, as looking for one person is."""

    def __init__(self) -> None:
        super().__init__(
            f"一小时内检查名单已达 {CHECKS_PER_HOUR} 次。请稍后再试。",
            f"You have checked {CHECKS_PER_HOUR} lists within an hour. Try again later.",
        )


class NoHeads(Refusal):
    def __init__(self) -> None:
        super().__init__(
            f"没有找到表头“{ID_NUMBER}”。请下载模板填写。", f"There is no column {ID_NUMBER}. Fill in the template."
        )


class NoRows(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "表头下面没有数据。请从模板第 5 行填起。",
            "There are no rows below the heads. Fill in from row 5 of the template.",
        )


class NoLongerRight(Refusal):
    def __init__(self, count: int) -> None:
        super().__init__(
            f"检查以后有 {count} 行不再成立（例如名额刚被别人占用），整份没有导入。请重新上传，看过结果再确认。",
            f"{count} rows no longer hold since they were checked; nobody was put on the list. Upload the workbook again.",
        )


@dataclass(frozen=True)
class Column:
    """`choices` empty = anything of the form that `hint` names."""

    head: str
    hint: str
    example: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roster:
    """
    `about`: the list, as ``offer/12``. `columns`: those behind the ID number. `add` puts one person on the list, with what their row says by
    head and a key of its own; returns a code of what became of them, `SAME` if they were there. It raises Refusal.
    """

    about: str
    title: str
    columns: tuple[Column, ...]
    add: Callable[[int, Told, str], str]


@dataclass(frozen=True)
class Wrong:
    """`row` counts from 1, as the spreadsheet does."""

    row: int
    zh: str
    en: str


@dataclass
class Report:
    """`counts`: people by what would become, or became, of them. While `wrong` has any, nobody is taken. `cells`: the sheet as it came."""

    counts: dict[str, int] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)
    cells: list[list[Any]] = field(default_factory=list, repr=False)
    is_done: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether everybody in it is on the list already."""
        return not self.wrong and set(self.counts) <= {SAME}


def template(roster: Roster) -> IO[bytes]:
    file = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115  whoever sends it closes it
    columns = [Column(ID_NUMBER, "必填 · 18 位，文本", "33062419900101000X"), *roster.columns]
    excel.write_template(
        file,
        title=roster.title,
        columns=[
            excel.Column(
                one.head, max(14, 2 * len(one.head) + 4), one.choices if len(",".join(one.choices)) < 250 else ()
            )
            for one in columns
        ],
        hints=[one.hint for one in columns],
        example=[one.example for one in columns],
    )
    file.seek(0)
    return file


def look(viewer: Viewer, roster: Roster, *, ending: str, content: bytes, now: datetime) -> Report:
    """
    What taking it in would do. Leaves everything as it was, but for the record that it was asked.

    Raises: TooManyChecks; NotAccepted: a file that is not opened; NoHeads, NoRows, TooManyRows.
    """
    since = now - timedelta(hours=1)
    if audit_queries.count_actions(account_id=viewer.account_id, action=CHECKED, since=since) >= CHECKS_PER_HOUR:
        raise TooManyChecks
    report = _go_through(viewer, roster, ending, content, "look", is_trial=True)
    _record(viewer, CHECKED, roster, report, now)
    return report


def take(viewer: Viewer, roster: Roster, *, ending: str, content: bytes, key: str, now: datetime) -> Report:
    """
    Everybody in the workbook onto the list, in its order, or nobody. Safe to repeat with the same `key`.

    Raises: NoLongerRight: a row that is refused now; and what `look` raises.
    """
    with transaction.atomic():
        report = _go_through(viewer, roster, ending, content, key, is_trial=False)
        _record(viewer, TAKEN, roster, report, now)
    return report


def _record(viewer: Viewer, action: str, roster: Roster, report: Report, now: datetime) -> None:
    said = {"name": roster.about, "people": sum(report.counts.values()), "wrong": len(report.wrong)}
    audit.record(viewer, action=action, object="import:roster", detail=said, now=now)


def marked(report: Report, *, language: str) -> bytes:
    """The workbook as it came, with a column 问题与建议 behind each row that is wrong."""
    said = {("", one.row): one.zh if language.startswith("zh") else one.en for one in report.wrong}
    head = next(number for number, row in enumerate(report.cells, 1) if ID_NUMBER in [_text(cell) for cell in row])
    with tempfile.SpooledTemporaryFile(max_size=1 << 20) as file:
        excel.write_back(file, sheets=[("", report.cells)], said=said, head=PROBLEMS, heads={"": head})
        file.seek(0)
        return file.read()


def _go_through(viewer: Viewer, roster: Roster, ending: str, content: bytes, key: str, *, is_trial: bool) -> Report:
    unpacked_size(ending, content)
    cells = _cells(ending, content)
    rows = list(_rows(cells, (ID_NUMBER, *(one.head for one in roster.columns))))
    if not rows:
        raise NoRows
    if len(rows) > MOST_ROWS:
        raise TooManyRows
    report, first = Report(cells=cells), dict[int, int]()
    with transaction.atomic():
        for number, told in rows:
            try:
                with transaction.atomic():
                    person_id = _person(viewer, told[ID_NUMBER])
                    if (row := first.setdefault(person_id, number)) != number:
                        raise Refusal(f"与第 {row} 行是同一人。请只留一行。", f"The same person as in row {row}. Keep one of them.")  # fmt: skip
                    became = roster.add(person_id, told, f"{key}:{number}")
                    report.counts[became] = report.counts.get(became, 0) + 1
            except Refusal as refusal:
                report.wrong.append(Wrong(number, refusal.zh, refusal.en))
        if report.wrong and not is_trial:
            raise NoLongerRight(len(report.wrong))
        if is_trial:
            transaction.set_rollback(True)
    report.is_done = not is_trial
    return report


def _person(viewer: Viewer, id_number: str) -> int:
    person = registry.find_person_by_id_number(viewer, id_number)
    if person is not None:
        return person.id
    if fault := fault_of_id_number(id_number):
        raise Refusal(*fault)
    raise Refusal(
        "在您的范围内没有这个证件号的会员。", "There is no member with this ID number in your part of the tree."
    )


def _rows(sheet: list[list[Any]], known: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    heads: dict[int, str] = {}
    for number, cells in enumerate(sheet, start=1):
        texts = [_text(cell) for cell in cells]
        if not heads:
            if ID_NUMBER in texts:
                heads = {place: text for place, text in enumerate(texts) if text in known}
            continue
        told = dict.fromkeys(known, "") | {head: texts[place] for place, head in heads.items() if place < len(texts)}
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
    return cell_text("" if cell is None else cell).strip().removesuffix(" 00:00:00")
