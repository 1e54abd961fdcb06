"""A bulletin as the paper that leaves the house."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from niangjia.apps.bulletins import queries
from niangjia.apps.bulletins.types import Card, State, TableText
from niangjia.engines import papers


def paper_of(card: Card, *, watermark: str = "") -> papers.Paper:
    blocks: list[Any] = [
        papers.Heading(queries.plain(block.text)) if block.kind == "heading" else papers.Paragraph(queries.plain(block.text))
        for block in card.content.blocks
    ]  # fmt: skip
    issued = timezone.localtime(card.issued_at).date() if card.issued_at else None
    said = {title for block in card.content.blocks for title, _value in queries.CHIP.findall(block.text)}
    return papers.Paper(
        issuer=f"{card.org_name}{queries.get_kind(card.kind).head}",
        title=queries.plain(card.content.title),
        blocks=[*blocks, *(_table(one) for one in card.tables)],
        number=card.full_number,
        to=card.content.to,
        copies=card.content.copies,
        notes=[
            papers.Note(one.title, one.said, one.source, one.as_of, one.text if one.changed else "", one.reason)
            for one in card.figures
            if one.title in said
        ],
        signed_by=card.org_name,
        day=issued,
        stamp=_STAMPS.get(card.state, ""),
        watermark=watermark,
    )


_STAMPS: Mapping[State, str] = {State.DRAFT: "草稿", State.REVIEWED: "待签发", State.WITHDRAWN: "已撤回"}


def _table(table: TableText) -> papers.Table:
    rows = [[row[0], *(Decimal(value) if isinstance(value, str) else value for value in row[1:])] for row in table.rows]
    return papers.Table(table.title, table.heads, rows, table.shown, table.note)
