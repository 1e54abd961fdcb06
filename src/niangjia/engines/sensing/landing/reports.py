"""What landing tells about each batch; its JSON under ``lake/batches/`` is the mark that the batch is there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

REASONS = (
    "BAD_ID", "BAD_DATE", "BAD_NUMBER", "BAD_VALUE", "MISSING_REQUIRED", "BAD_REFUND_SIGN", "CONFLICT",
)  # fmt: skip
SHOWN = 1000


@dataclass(frozen=True)
class SetAside:
    """
    One row that could not be read. `row` counts the header as row 1; `sheet` is empty but for workbooks; `column` is the
    feed's code, empty if the row as a whole is broken. Never carries what was written in the row.
    """

    feed: str
    file: str
    sheet: str
    row: int
    column: str
    code: str
    advice_zh: str
    advice_en: str


@dataclass(frozen=True)
class BatchReport:
    """
    One feed of one folder. rows_in = rows_accepted + rows_set_aside + rows_duplicate.

    `months`: accepted rows by month of their own date (increments), or {folder month: rows}.
    `replaced`: rows of older batches that this one brought again, by the month they stand in; they count no more.
    `digests`: `digest_of` every file that the batch brought, by its path in the lake; empty = landed before they were kept.
    `set_aside_counts`: {"column CODE": rows}. `set_aside`: the first thousand, in file order, only on the report that
    landing returns; all of them: `lake.set_aside`. `refused_zh`/`refused_en`: why nothing landed, and what to do.
    """

    feed: str
    month: str
    status: str
    batch: str = ""
    content_hash: str = ""
    files: tuple[str, ...] = ()
    encodings: Mapping[str, str] = field(default_factory=dict)
    extra_columns: tuple[str, ...] = ()
    rows_in: int = 0
    rows_accepted: int = 0
    rows_set_aside: int = 0
    rows_duplicate: int = 0
    months: Mapping[str, int] = field(default_factory=dict)
    set_aside_counts: Mapping[str, int] = field(default_factory=dict)
    replaced: Mapping[str, int] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    override: str = ""
    duplicate_of: str = ""
    refused_zh: str = ""
    refused_en: str = ""
    set_aside: tuple[SetAside, ...] = ()

    @property
    def seq(self) -> int:
        """The place in the order of arrival, from 1."""
        return int(self.batch[:6])

    def to_json(self) -> str:
        values = asdict(replace(self, set_aside=()))
        del values["set_aside"]
        return json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, written: str) -> BatchReport:
        values = json.loads(written)
        for name in ("files", "extra_columns"):
            values[name] = tuple(values[name])
        return cls(**values)


def digest_of(path: Path) -> str:
    """SHA-256; of a sealed file its size, since no two sealings of the same content are alike, and opening it shows any change."""
    if path.suffix == ".sealed":
        return f"{path.stat().st_size} bytes"
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
