"""A workbook of members, unions, standards or canvass reports: checked row by row, looked at, then landed whole or not at all."""

from __future__ import annotations

import csv
import json
import re
import shutil
import tempfile
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from niangjia.adapters import excel
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations import scope
from niangjia.engines import sensing
from niangjia.engines.policy.parameters import area_prefix
from niangjia.engines.sensing.landing.csv import survey
from niangjia.jobs import land_feeds, sense_month
from niangjia.kernel.deployment import Deployment, programs_folder
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

LARGEST_BYTES = 20 << 20
LARGEST_UNPACKED = 300 << 20
MOST_ROWS = 100_000
PROBLEMS = "问题与建议"
KEPT = timedelta(days=3)
_ENDINGS = (".xlsx", ".csv")
IMPORTED = "imports.land"
_CSV_ROWS_SHOWN = 5


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
    `rows`: the new and the changed; `heads`: the row of the heads, by sheet.
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

    @property
    def total(self) -> int:
        return self.new + self.changed + self.same + len({(one.sheet, one.row) for one in self.wrong})

    @property
    def is_idle(self) -> bool:
        """Whether everything in it is known already: delivered twice, it changes nothing."""
        return not self.wrong and not self.new and not self.changed


def kinds_for(viewer: Viewer) -> list[Kind]:
    return [kind for kind in KINDS.values() if permissions.may(viewer, kind.permission)]


def feed_of(kind: str) -> sensing.Feed:
    return sensing.load_feeds(programs_folder())[kind]


def _require(viewer: Viewer, kind: str) -> Kind:
    """Raises NoSuchImport, NotAllowed."""
    if kind not in KINDS:
        raise NoSuchImport
    permissions.require(viewer, KINDS[kind].permission)
    return KINDS[kind]


# --- the template ------------------------------------------------------------------------------------------------

_EXAMPLES = {
    "id": "33062419900101000X", "name": "李某某", "union_code": "JD0001", "joined_on": "2024-03-01", "phone": "（手机号）", "code": "JD0001", "parent": "XZ0001",
    "area": "330624", "uscc": "（18 位）", "from": "2025-07-01", "dibao_monthly": "1100.00", "mean_housing_area_m2": "48.5", "reported_on": "2025-10-08",
    "income_12m": "36000.00", "note": "（情况说明）",
}  # fmt: skip
_HINTS = {"id": "18 位，文本", "date": "2025-10-08", "money": "元，至多两位小数", "number": "数字", "phone": "手机或座机", "code": "代码", "text": "文字"}  # fmt: skip


def template(viewer: Viewer, kind: str) -> IO[bytes]:
    """The workbook to fill in. Raises NoSuchImport, NotAllowed."""
    _require(viewer, kind)
    feed = feed_of(kind)
    columns, hints, example = [], [], []
    for column in feed.columns.values():
        choices = tuple(others[0] if others else value for value, others in column.values.items())
        columns.append(excel.Column(column.zh, max(14, 2 * len(column.zh) + 4), () if column.open_values else choices))
        need = "必填" if column.required else "可空"
        hints.append(f"{need} · {'、'.join(choices) if choices else _HINTS.get(column.type, '')}")
        example.append(choices[0] if choices else _EXAMPLES.get(column.code, ""))
    file = tempfile.SpooledTemporaryFile(max_size=LARGEST_BYTES)  # noqa: SIM115  whoever sends it closes it
    title = f"{feed.zh}：第 2 行是说明，第 3 行是示例（不会导入），请从第 5 行填起"
    excel.write_template(file, title=title, columns=columns, hints=hints, example=example)
    file.seek(0)
    return file


# --- what was uploaded -------------------------------------------------------------------------------------------


def _home(deployment: Deployment) -> Path:
    folder = deployment.folder / "imports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def receive(deployment: Deployment, viewer: Viewer, *, kind: str, name: str, content: bytes, now: datetime) -> str:
    """
    Keep an uploaded workbook, sealed, until it is imported or some days have passed; return its id. Takes nothing in.

    Raises:
        NoSuchImport, NotAllowed.
        NotAccepted: too large, not a workbook or CSV, with macros or links to other files.
    """
    _require(viewer, kind)
    _sweep(deployment, now)
    ending = Path(name).suffix.lower()
    _refuse_by_look(ending, content)
    number = uuid.uuid4().hex
    folder = _home(deployment) / number
    folder.mkdir(mode=0o700)
    asked = {
        "kind": kind,
        "ending": ending,
        "account": viewer.account_id,
        "org_path": viewer.org_path,
        "at": now.isoformat(),
    }
    (folder / "content.sealed").write_bytes(deployment.keys().seal(content, f"imports/{number}"))
    (folder / "import.json").write_text(json.dumps(asked), encoding="utf-8")
    return number


def _refuse_by_look(ending: str, content: bytes) -> None:
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


def _sweep(deployment: Deployment, now: datetime) -> None:
    for folder in _home(deployment).iterdir():
        if folder.is_dir() and folder.stat().st_mtime < (now - KEPT).timestamp():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _opened(deployment: Deployment, viewer: Viewer, number: str) -> Iterator[tuple[Kind, Path]]:
    """The kind and the file in the clear, for as long as it is worked on. Only for who uploaded it, on the same post's union."""
    folder = deployment.folder / "imports" / number
    if not re.fullmatch(r"[0-9a-f]{32}", number) or not (folder / "content.sealed").exists():
        raise NoSuchImport
    asked = json.loads((folder / "import.json").read_text(encoding="utf-8"))
    if (asked["account"], asked["org_path"]) != (viewer.account_id, viewer.org_path):
        raise NoSuchImport
    kind = _require(viewer, asked["kind"])
    content = deployment.keys().open((folder / "content.sealed").read_bytes(), f"imports/{number}")
    with tempfile.TemporaryDirectory(dir=_home(deployment), prefix="work-") as place:
        file = Path(place) / f"{kind.feed}{asked['ending']}"
        file.write_bytes(content)
        yield kind, file


# --- looking at it -----------------------------------------------------------------------------------------------


def preview(deployment: Deployment, viewer: Viewer, number: str, *, now: datetime) -> Preview:
    """
    What the import would do. Writes nothing.

    Raises:
        NoSuchImport, NotAllowed, NotAccepted, UnreadableFile, UnreadableHeader, LoopInTree …
    """
    with _opened(deployment, viewer, number) as (kind, file):
        return _look(deployment, viewer, kind, file, now)


def _look(deployment: Deployment, viewer: Viewer, kind: Kind, file: Path, now: datetime) -> Preview:
    feed, month = feed_of(kind.feed), Month.of(timezone.localdate(now))
    limits = {"memory_limit": deployment.memory_limit, "threads": deployment.threads}
    checked = sensing.check_file(file, feed, month, keys=deployment.keys(), **limits)  # type: ignore[arg-type]
    count = len(checked.rows) + len(checked.wrong)
    if count > MOST_ROWS:
        raise NotAccepted(f"有 {count:,} 行，一次最多 {MOST_ROWS:,} 行。请分成几份。", f"{count:,} rows; at most {MOST_ROWS:,} at once. Split the file.")  # fmt: skip
    if not count:
        raise NotAccepted("表头下面没有数据。请从模板第 5 行填起。", "There are no rows below the heads. Fill in from row 5 of the template.")  # fmt: skip
    wrong = [Wrong(one.sheet, one.row, one.advice_zh, one.advice_en) for one in checked.wrong]
    wrong += _out_of_place(viewer, kind, checked.rows, checked.places)
    seen: dict[tuple[Any, ...], int] = {}
    for row, place in zip(checked.rows, checked.places, strict=True):
        key = tuple(row.get(name) for name in kind.key)
        if (first := seen.setdefault(key, place[1])) != place[1]:
            wrong.append(
                Wrong(*place, f"与第 {first} 行重复。请只留一行。", f"The same as row {first}. Keep one of them.")
            )
    bad = {(one.sheet, one.row) for one in wrong}
    good = [row for row, place in zip(checked.rows, checked.places, strict=True) if place not in bad]
    base = _known(deployment, kind, feed, month, good)
    new, changed, same = [], [], 0
    for row in good:
        known = base.get(tuple(_text(row.get(name)) for name in kind.key))
        if known is None:
            new.append(row)
        elif any(
            row.get(code) is not None and _text(row[code]) != known.get(code, "")
            for code in feed.columns
            if code in known
        ):
            changed.append(row)
        else:
            same += 1
    heads: dict[str, int] = {}
    for sheet, number in [*checked.places, *((one.sheet, one.row) for one in wrong)]:
        heads[sheet] = min(heads.get(sheet, number - 1), number - 1)
    if kind.feed == "union" and not wrong:
        _try_tree([_over(base, kind, row) for row in good])
    return Preview(kind.feed, file.name, len(new), len(changed), same, tuple(wrong), tuple(good[:_CSV_ROWS_SHOWN]), (*new, *changed), heads)  # fmt: skip


def _over(base: Mapping[tuple[str, ...], Mapping[str, str]], kind: Kind, row: Mapping[str, Any]) -> dict[str, str]:
    """What is known of the row's thing, with what the row says over it; a blank cell says nothing."""
    known = base.get(tuple(_text(row.get(name)) for name in kind.key), {})
    return {**known, **{code: _text(value) for code, value in row.items() if value is not None}}


def _try_tree(rows: Sequence[Mapping[str, Any]]) -> None:
    """Let the tree itself say whether it would hold. Leaves it as it was."""
    with transaction.atomic():
        organizations.receive_unions(rows)
        transaction.set_rollback(True)


def _out_of_place(
    viewer: Viewer, kind: Kind, rows: Sequence[Mapping[str, Any]], places: Sequence[tuple[str, int]]
) -> list[Wrong]:
    """Rows about unions that nobody knows, or about what lies outside the viewer's part of the tree."""
    tree = unions.load_by_code()
    mine = {code for code, union in tree.items() if scope.covers(viewer.org_path, union.path)}
    home = area_prefix(unions.get_union(viewer.org_id).area)
    told: list[Wrong] = []
    coming = {str(row.get("code")): str(row.get("parent") or "") for row in rows} if kind.feed == "union" else {}
    for row, place in zip(rows, places, strict=True):
        if kind.feed == "standard":
            if not area_prefix(str(row["area"])).startswith(home):
                told.append(Wrong(*place, "行政区划不在您的辖区。", "This division is outside yours."))
        elif kind.feed == "union":
            code, parent = str(row["code"]), str(row.get("parent") or "")
            if code in tree and code not in mine:
                told.append(Wrong(*place, "这个工会不在您的辖区。", "This union is outside your part of the tree."))
            elif parent and parent not in tree and parent not in coming:
                told.append(Wrong(*place, f"上级工会 {parent} 不存在。请补上级，或改正代码。", f"There is no union {parent}. Add it or correct the code."))  # fmt: skip
            elif parent not in mine and parent not in coming and (parent or code not in tree):
                told.append(
                    Wrong(
                        *place,
                        "上级工会不在您的辖区，或没有填。",
                        "Its parent is missing, or outside your part of the tree.",
                    )
                )
        elif (code := str(row["union_code"])) not in tree:
            told.append(Wrong(*place, f"没有代码为 {code} 的工会。请先导入工会，或改正代码。", f"There is no union {code}. Import it first or correct the code."))  # fmt: skip
        elif code not in mine:
            told.append(Wrong(*place, "这个工会不在您的辖区。", "This union is outside your part of the tree."))
    return told


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _known(
    deployment: Deployment, kind: Kind, feed: sensing.Feed, month: Month, rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, ...], dict[str, str]]:
    """What the lake holds, as text by key: the newest snapshot, or of an increment the months that `rows` are about."""
    if feed.is_increment:
        months = {str(row[feed.date_column])[:7] for row in rows}
        held = sensing.rows_of_months(deployment.lake, feed, months)
    else:
        held = sensing.latest_snapshot(deployment.lake, feed, month)
    people = {sensing.pseudonym_text(row["person"]) for row in held if "person" in row}  # type: ignore[arg-type]
    identities = sensing.find_identities(deployment.lake, deployment.keys(), people) if people else {}
    found: dict[tuple[str, ...], dict[str, str]] = _tree() if kind.feed == "union" else {}
    for row in held:
        known = {code: _text(row[code]) for code in feed.columns if code in row}
        if "person" in row:
            identity = identities.get(sensing.pseudonym_text(row["person"]))  # type: ignore[arg-type]
            if identity is None:
                continue
            known |= {"id": identity.id_number}
            known |= {name: getattr(identity, name) or "" for name in ("name", "phone") if name in feed.columns}
        found[tuple(known[name] for name in kind.key)] = known
    return found


def _tree() -> dict[tuple[str, ...], dict[str, str]]:
    """The union tree in the feed's words: also what no batch of the lake has said."""
    tree = unions.load_by_code()
    codes = {union.id: union.code for union in tree.values()}
    return {
        (one.code,): {
            "code": one.code, "parent": codes.get(one.parent_id or 0, ""), "name": one.name, "level": one.level.value.lower(), "area": one.area,
            "uscc": one.uscc, "state": one.state.value.lower(),
        }
        for one in tree.values()
    }  # fmt: skip


# --- taking it in ------------------------------------------------------------------------------------------------


def confirm(deployment: Deployment, viewer: Viewer, number: str, *, now: datetime) -> Preview:
    """
    Take the workbook in, all of it or nothing, and forget the upload; return what it did.

    Checked anew. Safe to repeat: what is known already is left alone. Goes the way of every feed: one batch into the lake, and unions and
    standards on into the house. A crash before the batch is there leaves nothing; after it, the next import or sensing goes on.

    Raises: as `preview`; RowsWrong; what landing refuses.
    """
    with _opened(deployment, viewer, number) as (kind, file):
        seen = _look(deployment, viewer, kind, file, now)
        if seen.wrong:
            raise RowsWrong(len({(one.sheet, one.row) for one in seen.wrong}))
        month = Month.of(timezone.localdate(now))
        if not seen.is_idle:
            _land(deployment, kind, seen, month, number, file.parent, now)
        if kind.feed in ("union", "standard"):
            sense_month.receive_references(deployment, month, now=now)
        detail = {"kind": kind.feed, "new": seen.new, "changed": seen.changed, "same": seen.same}
        audit.record(viewer, action=IMPORTED, object=f"import:{number[:12]}", detail=detail, now=now)
    shutil.rmtree(deployment.folder / "imports" / number, ignore_errors=True)
    return seen


def _land(
    deployment: Deployment, kind: Kind, seen: Preview, month: Month, number: str, place: Path, now: datetime
) -> None:
    """One file of the feed: what is known with what the workbook says over it. The last, empty column tells two deliveries apart."""
    feed = feed_of(kind.feed)
    base = {} if feed.is_increment else _known(deployment, kind, feed, month, seen.rows)
    for row in seen.rows:
        base[tuple(_text(row.get(name)) for name in kind.key)] = _over(base, kind, row)
    folder = place / month.text
    folder.mkdir()
    with open(folder / f"{feed.name}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*feed.columns, f"import-{number}"])
        writer.writerows([*(row.get(code, "") for code in feed.columns), ""] for row in base.values())
    for report in land_feeds.land(deployment, folder, now=now):
        if report.status == "refused":
            raise NotAccepted(report.refused_zh, report.refused_en)


# --- what is wrong, in the workbook itself -----------------------------------------------------------------------


def marked(deployment: Deployment, viewer: Viewer, number: str, *, language: str, now: datetime) -> IO[bytes]:
    """The workbook as it came, with a column 问题与建议 behind each row that cannot be taken in. Raises as `preview`."""
    with _opened(deployment, viewer, number) as (kind, file):
        seen = _look(deployment, viewer, kind, file, now)
        said: dict[tuple[str, int], str] = {}
        sheets = excel.read_sheets(file) if file.suffix == ".xlsx" else [("", _csv_rows(file))]
        for one in seen.wrong:
            words = one.zh if language.startswith("zh") else one.en
            place = (one.sheet, one.row)
            said[place] = f"{said[place]} {words}" if place in said else words
        back = tempfile.SpooledTemporaryFile(max_size=LARGEST_BYTES)  # noqa: SIM115  whoever sends it closes it
        excel.write_back(back, sheets=sheets, said=said, head=PROBLEMS, heads=dict(seen.heads))
    back.seek(0)
    return back


def _csv_rows(file: Path) -> list[list[str]]:
    found = survey(file)
    with open(file, encoding=found.encoding, newline="") as handle:
        delimiter = max(",\t;", key=found.head.partition("\n")[0].count)
        return list(csv.reader(handle, delimiter=delimiter))
