"""A workbook of helpers: looked at row by row, taken in whole or not at all."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.db import transaction

from niangjia.adapters import excel
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.registry import queries as registry
from niangjia.apps.volunteers import actions, queries
from niangjia.apps.volunteers.queries import FieldType, Kind
from niangjia.apps.volunteers.types import HelperFacts
from niangjia.engines.sensing.landing.excel import cell_text
from niangjia.jobs.import_kinds import LARGEST_BYTES, NotAccepted, unpacked_size
from niangjia.kernel.identity import fault_of_id_number
from niangjia.kernel.problems import Refusal

__all__ = ["LARGEST_BYTES", "Read", "WrongRow", "take_in", "template"]
MOST_ROWS = 5_000
_BETWEEN = re.compile(r"[、,，;；\s]+")
ID, SKILLS, HOME, AREAS, DAYS, CAPACITY, TEAM, CONTACT = (
    "身份证号", "工种", "住在（区划代码）", "愿意去（区划代码）", "有空（星期几）", "同时最多", "队伍", "怎样联系",
)  # fmt: skip
_COMMON = {
    ID: ("必填 · 18 位，文本", "33062419900101000X", 22), SKILLS: ("必填 · 职业分类代码，用顿号隔开", "6-18-02、6-31", 20), HOME: ("可空 · 6 位，不填按所在工会", "330624", 16),
    AREAS: ("可空 · 2、4 或 6 位，不填就是都去", "3311、330624", 18), DAYS: ("可空 · 1 至 7，不填就是都有空", "6、7", 14), CAPACITY: ("可空 · 数字", "2", 10),
    TEAM: ("可空", "（队伍名称）", 18), CONTACT: ("可空 · 加密保存", "（电话）", 18),
}  # fmt: skip


@dataclass(frozen=True)
class WrongRow:
    """`row` counts from 1, as the spreadsheet does."""

    row: int
    zh: str
    en: str


@dataclass(frozen=True)
class Read:
    """While `wrong` has any, nothing was taken in. `same`: said nothing new."""

    new: int = 0
    changed: int = 0
    same: int = 0
    wrong: tuple[WrongRow, ...] = ()

    @property
    def total(self) -> int:
        return self.new + self.changed + self.same


def template(kind: str) -> IO[bytes]:
    """The workbook to fill in. Raises NoSuchKind."""
    found = queries.kind_of(kind)
    told = {**_COMMON, **{one.title["zh"]: (_hint(one), _example(one), 16) for one in found.helper_form.values()}}
    choices = {
        one.title["zh"]: tuple(title["zh"] for title in one.options.values()) for one in found.helper_form.values()
    }
    columns = [excel.Column(head, width, choices.get(head, ())) for head, (_, _, width) in told.items()]
    file = tempfile.SpooledTemporaryFile(max_size=LARGEST_BYTES)  # noqa: SIM115  whoever sends it closes it
    hints, example = [hint for hint, _, _ in told.values()], [text for _, text, _ in told.values()]
    excel.write_template(file, title=found.helper["zh"], columns=columns, hints=hints, example=example)
    file.seek(0)
    return file


def take_in(*, viewer: Viewer, kind: str, name: str, content: bytes, now: datetime) -> Read:
    """
    List everybody in the workbook, or say anew what is known of them. Safe to repeat: what is known already stays as it is.

    Raises: NotAllowed, NoSuchKind; NotAccepted: the file as a whole.
    """
    permissions.require(viewer, "volunteers.manage")
    found = queries.kind_of(kind)
    rows = list(_rows(name, content))
    if len(rows) > MOST_ROWS:
        raise NotAccepted(
            f"一次最多 {MOST_ROWS:,} 行。请分成几份。", f"At most {MOST_ROWS:,} rows at once. Split the file."
        )
    wrong: list[WrongRow] = []
    seen: dict[int, int] = {}
    counts = {"new": 0, "changed": 0, "same": 0}
    with transaction.atomic():
        for number, row in rows:
            try:
                with transaction.atomic():
                    counts[_take(viewer, found, row, number, seen, now)] += 1
            except Refusal as refusal:
                wrong.append(WrongRow(number, refusal.zh, refusal.en))
        if wrong:
            transaction.set_rollback(True)
    return Read(wrong=tuple(wrong)) if wrong else Read(counts["new"], counts["changed"], counts["same"])


def _take(viewer: Viewer, kind: Kind, row: Mapping[str, str], number: int, seen: dict[int, int], now: datetime) -> str:
    """What it was: new, changed or same. Raises Refusal: what is wrong with the row."""
    person = registry.find_person_by_id_number(viewer, row.get(ID, "").strip())
    if person is None and (fault := fault_of_id_number(row.get(ID, ""))):
        raise Refusal(*fault)
    if person is None:
        raise Refusal("本辖区没有这个身份证号的人。请核对，或先导入会员。", "Nobody of your part of the tree has this ID number. Check it, or import the member first.")  # fmt: skip
    if person.id in seen:
        raise Refusal(f"与第 {seen[person.id]} 行重复。请只留一行。", f"The same as row {seen[person.id]}. Keep one of them.")  # fmt: skip
    seen[person.id] = number
    held = queries.find_helper_step(kind.id, person.id)
    actions.enrol(viewer=viewer, person_id=person.id, facts=_facts(kind, row), now=now)
    if held is None:
        return "new"
    return "same" if queries.find_helper_step(kind.id, person.id) == held else "changed"


def _facts(kind: Kind, row: Mapping[str, str]) -> HelperFacts:
    """Raises Refusal."""
    capacity = row.get(CAPACITY, "").strip()
    if capacity and not (capacity.isascii() and capacity.isdecimal() and len(capacity) < 4):
        raise Refusal("“同时最多”要填数字。", "The most at once must be a number.")
    answers = {}
    for code, one in kind.helper_form.items():
        said = row.get(one.title["zh"], "").strip()
        words = {title["zh"]: option for option, title in one.options.items()}
        answers[code] = words.get(said, said) if one.type is FieldType.CHOICE else said
    return HelperFacts(
        kind=kind.id, skills=_several(row, SKILLS), areas=_several(row, AREAS), days=_several(row, DAYS), capacity=int(capacity) if capacity else None,
        home=row.get(HOME, "").strip()[:6], team=row.get(TEAM, "").strip(), contact=row.get(CONTACT, "").strip(), answers=answers,
    )  # fmt: skip


def _several(row: Mapping[str, str], head: str) -> tuple[str, ...]:
    return tuple(part for part in _BETWEEN.split(row.get(head, "").strip()) if part)


def _rows(name: str, content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Raises NotAccepted."""
    if not content:
        raise NotAccepted("请选择要导入的文件，不超过 20 MB。", "Choose the file to import, at most 20 MB.")
    if Path(name).suffix.lower() != ".xlsx":
        raise NotAccepted("请上传 .xlsx 文件，可先下载模板。", "Upload an .xlsx file; a template can be downloaded.")
    unpacked_size(".xlsx", content)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        try:
            sheets = excel.read_sheets(Path(file.name))
        except Exception as error:  # whatever the reader finds wrong with the file, it is the file
            raise NotAccepted("Excel 文件读不出来。请另存为 .xlsx。", "The workbook cannot be read. Save it anew as .xlsx.") from error  # fmt: skip
    cells = sheets[0][1] if sheets else []
    place = next((place for place, row in enumerate(cells[:20]) if ID in row and SKILLS in row), None)
    if place is None:
        raise NotAccepted(f"没有找到表头。第一张表要有“{ID}”和“{SKILLS}”两栏，可用模板。", "The heads were not found. Use the template.")  # fmt: skip
    yield from _below(cells, place)


def _below(cells: Sequence[Sequence[Any]], place: int) -> Iterator[tuple[int, dict[str, str]]]:
    """Raises NotAccepted: nothing stands below the heads."""
    heads = [cell_text(cell).strip() for cell in cells[place]]
    count = 0
    for number, row in enumerate(cells[place + 1 :], place + 2):
        texts = {head: cell_text(cell).strip() for head, cell in zip(heads, row, strict=False) if head}
        if any(texts.values()):
            count += 1
            yield number, texts
    if not count:
        raise NotAccepted("表头下面没有数据。请从模板第 5 行填起。", "There are no rows below the heads. Fill in from row 5 of the template.")  # fmt: skip


def _hint(field: queries.Field) -> str:
    need = "必填" if field.is_needed else "可空"
    return f"{need} · {'、'.join(title['zh'] for title in field.options.values())}" if field.options else need


def _example(field: queries.Field) -> str:
    return next((title["zh"] for title in field.options.values()), "")
