"""What may come in as a workbook: its kinds, their templates, the problems of their rows, and files that are not opened at all."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import IO, Any

from niangjia.adapters import excel
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.engines import sensing
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.problems import Refusal

LARGEST_BYTES = 20 << 20
LARGEST_UNPACKED = 300 << 20
MOST_ROWS = 100_000
PROBLEMS = "问题与建议"
KEPT = timedelta(days=3)
ROWS_SHOWN, WRONG_SHOWN = 5, 20
_ENDINGS = (".xlsx", ".csv")


class NotAccepted(Refusal):
    """The file as a whole is not taken; says what to do."""


class TooLarge(NotAccepted):
    def __init__(self) -> None:
        most = LARGEST_BYTES >> 20
        super().__init__(
            f"文件超过 {most} MB。请分成几份上传。", f"The file is larger than {most} MB. Upload it in parts."
        )


class NoSuchImport(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有这次导入，或已过期。请重新上传。", "There is no such import, or it has expired. Upload the workbook again."
        )  # fmt: skip


class RowsWrong(Refusal):
    def __init__(self, count: int) -> None:
        super().__init__(
            f"有 {count} 行有问题，整份没有导入。请下载标注过的工作簿，改正后重新上传。",
            f"{count} rows have problems; nothing was imported. Download the marked workbook, correct it and upload it again.",
        )


class ReasonNeeded(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "行数与往常相差很大，没有导入。请先核对；确认无误的，写明理由（至少四个字）再确认。",
            "The number of rows is unusual; nothing was imported. Check it; if it is right, give the reason (four characters or more) and confirm.",
        )


@dataclass(frozen=True)
class Kind:
    """`key`: what makes two rows the same thing. A blank cell leaves what is known as it was."""

    feed: str
    permission: str
    key: tuple[str, ...]


KINDS = {
    kind.feed: kind
    for kind in (
        Kind("member", "registry.receive", ("id", "union_code", "joined_on")),
        Kind("union", "organizations.manage", ("code",)),
        Kind("standard", "programs.manage", ("area", "from")),
        Kind("canvass", "cases.verify", ("id", "union_code", "reported_on", "cause")),
        Kind("place", "places.manage", ("kind", "name", "union_code")),
        Kind("place_measure", "places.manage", ("number", "month")),
    )
}


@dataclass(frozen=True)
class Wrong:
    """One row's problem. `row` counts from 1, as the spreadsheet does."""

    sheet: str
    row: int
    zh: str
    en: str


@dataclass(frozen=True)
class Preview:
    """
    `new` + `changed` + `same` are good rows; while `wrong` has any, none of them is taken in. `first`: the first good rows;
    `rows`: the new and the changed; `heads`: the row of the heads, by sheet. `wrong_count` problems in `wrong_rows` rows, of which `wrong`
    may hold the first only. `doubtful`: rows that are taken in as they are and had better be looked at; `unusual`: what the lake says to
    so many rows, in both languages, empty if nothing: they are taken in with a reason alone.
    """

    kind: str
    name: str
    new: int = 0
    changed: int = 0
    same: int = 0
    wrong: tuple[Wrong, ...] = ()
    first: tuple[Mapping[str, Any], ...] = ()
    rows: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    heads: Mapping[str, int] = field(default_factory=dict)
    wrong_count: int = 0
    wrong_rows: int = 0
    doubtful: tuple[Wrong, ...] = ()
    unusual: Mapping[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.new + self.changed + self.same + self.wrong_rows

    @property
    def is_idle(self) -> bool:
        """Whether everything in it is known already: delivered twice, it changes nothing."""
        return not self.wrong_count and not self.new and not self.changed


def kinds_for(viewer: Viewer) -> list[Kind]:
    return [kind for kind in KINDS.values() if permissions.may(viewer, kind.permission)]


def feed_of(kind: str) -> sensing.Feed:
    """
    As its columns are declared: a feed of the lake, or a workbook of a room (`import_house`). A list of values is the whole of it here,
    also where the feed lets others through: a source system may have values of its own, who types has the list before them.
    """
    file = programs_folder() / "vocabulary" / "workbooks" / f"{kind}.yaml"
    feed = sensing.read_feed(file) if file.exists() else sensing.load_feeds(programs_folder())[kind]
    return replace(feed, columns={code: replace(one, open_values=False) for code, one in feed.columns.items()})


def require_kind(viewer: Viewer, kind: str) -> Kind:
    """Raises NoSuchImport, NotAllowed."""
    if kind not in KINDS:
        raise NoSuchImport
    permissions.require(viewer, KINDS[kind].permission)
    return KINDS[kind]


# --- the template ------------------------------------------------------------------------------------------------

_EXAMPLES = {
    "id": "33062419900101000X", "name": "李某某", "union_code": "JD0001", "joined_on": "2024-03-01", "phone": "（手机号）", "code": "JD0001", "parent": "XZ0001",
    "area": "330624", "uscc": "（18 位）", "from": "2025-07-01", "dibao_monthly": "1100.00", "mean_housing_area_m2": "48.5", "reported_on": "2025-10-08",
    "income_12m": "36000.00", "note": "（情况说明）", "number": "CS0000001", "month": "2025-09", "address": "（路名门牌）", "latitude": "29.500123",
    "longitude": "120.900456", "hours": "周一至周五 8:00-20:00；周六、周日 9:00-16:00", "equipment": "饮水、微波炉、药箱", "service_phone": "（单位电话）",
}  # fmt: skip
_HINTS = {"id": "18 位，文本", "date": "2025-10-08", "money": "元，至多两位小数", "number": "数字", "phone": "手机或座机", "code": "代码", "text": "文字"}  # fmt: skip


def template(viewer: Viewer, kind: str) -> IO[bytes]:
    """The workbook to fill in. Raises NoSuchImport, NotAllowed."""
    require_kind(viewer, kind)
    feed = feed_of(kind)
    columns, hints, example = [], [], []
    for column in feed.columns.values():
        choices = tuple(others[0] if others else value for value, others in column.values.items())
        columns.append(excel.Column(column.zh, max(14, 2 * len(column.zh) + 4), choices))
        need = "必填" if column.required else "可空"
        hints.append(f"{need} · {'、'.join(choices) if choices else _HINTS.get(column.type, '')}")
        example.append(choices[0] if choices else _EXAMPLES.get(column.code, ""))
    file = tempfile.SpooledTemporaryFile(max_size=LARGEST_BYTES)  # noqa: SIM115  whoever sends it closes it
    excel.write_template(file, title=feed.zh, columns=columns, hints=hints, example=example)
    file.seek(0)
    return file


# --- files that are not opened


def unpacked_size(ending: str, content: bytes) -> int:
    """Bytes of the file once it is open. Raises NotAccepted: one that is not to be opened."""
    if len(content) > LARGEST_BYTES:
        raise TooLarge
    if ending == ".xlsm":
        raise NotAccepted("文件带有宏（.xlsm），不予打开。请另存为 .xlsx。", "The workbook carries macros (.xlsm) and is not opened. Save it as .xlsx.")  # fmt: skip
    if ending not in _ENDINGS:
        raise NotAccepted("请上传 .xlsx 或 .csv 文件；.xls 等旧格式请先另存为 .xlsx。", "Upload .xlsx or .csv; save older formats such as .xls as .xlsx first.")  # fmt: skip
    if ending == ".xlsx" and content.startswith(b"PK\x03\x04"):
        with tempfile.SpooledTemporaryFile(max_size=LARGEST_BYTES) as file:
            file.write(content)
            try:
                with zipfile.ZipFile(file) as archive:
                    entries = archive.infolist()
            except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
                raise NotAccepted("Excel 文件已损坏或不完整。请用 Excel 或 WPS 另存为 .xlsx。", "The workbook is damaged. Save it anew as .xlsx.") from error  # fmt: skip
        if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
            raise NotAccepted("Excel 文件展开后过大，不予打开。请分成几份。", "Unpacked, the workbook is too large and is not opened. Split it.")  # fmt: skip
        names = [entry.filename.lower() for entry in entries]
        if any("vbaproject" in name for name in names):
            raise NotAccepted("文件带有宏，不予打开。请另存为不带宏的 .xlsx。", "The workbook carries macros and is not opened. Save it without them.")  # fmt: skip
        if any(name.startswith("xl/externallinks/") for name in names):
            raise NotAccepted("文件链接到其他工作簿。请断开链接（数据 → 编辑链接）后另存。", "The workbook links to other files. Break the links and save it.")  # fmt: skip
        return sum(entry.file_size for entry in entries)
    return len(content)
