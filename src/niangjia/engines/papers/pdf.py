"""The PDF: the typesetter gets a fixed template and the document as data."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import lru_cache
from importlib.resources import files
from typing import Any, cast

from niangjia.engines.papers.document import Heading, Paper, Table, long_day, numbered, sources
from niangjia.engines.papers.fonts import Families, choose
from niangjia.engines.papers.problems import ExtraMissing

try:
    import typst
except ImportError:  # the extra `documents`
    typst = None  # type: ignore[assignment]

_EPOCH = 946_684_800  # 2000-01-01, of a paper without a day


@lru_cache(maxsize=1)
def _families() -> Families:
    return choose(typst.Fonts().families())


def write_pdf(paper: Paper, *, families: Families | None = None) -> bytes:
    """Raises ExtraMissing, FontMissing."""
    return cast(bytes, _compile(paper, families, format="pdf"))


def write_pages(paper: Paper, *, families: Families | None = None, ppi: int = 96) -> list[bytes]:
    """The same pages as pictures. Raises as `write_pdf`."""
    found = _compile(paper, families, format="png", ppi=ppi)
    return found if isinstance(found, list) else [found]


def _compile(paper: Paper, families: Families | None, **options: Any) -> bytes | list[bytes]:
    if typst is None:
        raise ExtraMissing("PDF")
    template = (files("niangjia.engines.papers") / "office.typ").read_bytes()
    # As data, never as text of the template: what people typed stays letters.
    told = json.dumps(_data(paper, families or _families()), ensure_ascii=False)
    return cast(
        "bytes | list[bytes]", typst.compile(template, sys_inputs={"paper": told}, timestamp=_instant(paper), **options)
    )


def _instant(paper: Paper) -> int:
    return _EPOCH if paper.day is None else (paper.day.toordinal() - 719_163) * 86_400


def _data(paper: Paper, families: Families) -> dict[str, Any]:
    return {
        "issuer": paper.issuer,
        "title": paper.title,
        "title_lines": paper.title_lines,
        "number": paper.number,
        "signer": paper.signer,
        "to": paper.to,
        "copies": paper.copies,
        "signed_by": paper.signed_by,
        "day": long_day(paper.day),
        "stamp": paper.stamp,
        "watermark": paper.watermark,
        "notes": sources(paper.notes),
        "blocks": [_block(block, mark) for block, mark in numbered(paper.blocks)],
        "fonts": asdict(families) | {"title_weight": 700 if families.is_light else 400},
    }


def _block(block: Any, mark: str) -> dict[str, Any]:
    if isinstance(block, Table):
        return {"kind": "table", "title": block.title, "is_whole": block.is_whole, "shares": block.shares, "heads": list(block.heads), "rows": [list(row) for row in block.shown], "note": block.note}  # fmt: skip
    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level, "text": mark + block.text}
    return {"kind": "text", "text": block.text}
