"""A list of a page as a workbook that leaves the house: for a purpose, with a mark that says whose it is, and on record."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from niangjia.adapters import excel
from niangjia.adapters.excel import Column as Column
from niangjia.adapters.excel import Value as Value
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.jobs import operating
from niangjia.kernel.problems import Refusal

MOST_ROWS = 100_000
LONGEST_PURPOSE = 300
_LONGEST_FILTER = 80
_IN_MEMORY = 4 << 20
EXPORTED = "lists.export"


class PurposeMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            f"下载须写明目的，至少 {operating.SHORTEST_REASON} 个字，例如“发给各乡镇核对”。目的会记入审计。",
            f"What leaves as a file needs its purpose in at least {operating.SHORTEST_REASON} characters, such as “for the townships to check”. It is written to the audit log.",
        )


class TooManyRows(Refusal):
    def __init__(self, count: int) -> None:
        super().__init__(
            f"符合条件的有 {count:,} 条，一次最多导出 {MOST_ROWS:,} 条。请收窄条件，分几次导出。",
            f"{count:,} rows fit the filter; at most {MOST_ROWS:,} leave at once. Narrow the filter and export in parts.",
        )


class NothingToExport(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有符合条件的记录可以导出。请放宽条件再试。", "Nothing fits the filter, so there is nothing to export. Widen it."
        )  # fmt: skip


class ListMoved(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "导出时名单正在变动，条数对不上，没有导出。请再试一次。",
            "The list changed while it was written and the counts differ; nothing left. Please try again.",
        )


def require_purpose(purpose: str) -> str:
    """Raises PurposeMissing."""
    purpose = " ".join(purpose.split())[:LONGEST_PURPOSE]
    if len(purpose) < operating.SHORTEST_REASON:
        raise PurposeMissing
    return purpose


def require_allowed(viewer: Viewer, *, count: int, purpose: str, narrowed: Mapping[str, str]) -> dict[str, Any]:
    """
    What goes on record, if the list may leave. Permission: lists.export.

    Raises: as `export`, before anything is made.
    """
    permissions.require(viewer, EXPORTED)
    require_purpose(purpose)
    if not count:
        raise NothingToExport
    if count > MOST_ROWS:
        raise TooManyRows(count)
    detail = {"rows": count, "filter": {key: value[:_LONGEST_FILTER] for key, value in narrowed.items() if value}}
    audit.refuse_personal_data(purpose, "reason")
    audit.refuse_personal_data(detail, "detail")
    return detail


def export(
    *,
    viewer: Viewer,
    name: str,
    title: str,
    watermark: str,
    columns: Sequence[excel.Column],
    rows: Iterable[Sequence[excel.Value]],
    count: int,
    purpose: str,
    narrowed: Mapping[str, str],
    now: datetime,
) -> IO[bytes]:
    """
    The workbook, from its beginning, of `rows`, which the caller has bounded to what the viewer sees. `narrowed`: the filter as asked.

    One event tells who took which list, with which filter, how many rows and why; without it nothing leaves. Permission: lists.export.

    Raises:
        NotAllowed, PurposeMissing, NothingToExport, TooManyRows, ListMoved.
        PersonalDataInAudit: the purpose or the filter holds a person's number.
    """
    detail = require_allowed(viewer, count=count, purpose=purpose, narrowed=narrowed)
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  whoever sends it closes it
    if excel.write_list(file, title=title, watermark=watermark, columns=columns, rows=rows, count=count) != count:
        file.close()
        raise ListMoved
    audit.record(
        viewer, action=EXPORTED, object=f"list:{name}", reason=require_purpose(purpose), detail=detail, now=now
    )
    file.seek(0)
    return file
