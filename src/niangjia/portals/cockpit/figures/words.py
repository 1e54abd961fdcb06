"""Every word that ``vocabulary/cockpit.yaml`` may use: the reader refuses any other, editors learn them from the JSON Schema."""

from __future__ import annotations

from typing import Any

from niangjia.engines.counting import Unit
from niangjia.engines.policy.words import ID, Section
from niangjia.portals.cockpit.figures.declared import Good, Kind, Span

UNITS = tuple(unit.value for unit in Unit)
SPANS, GOODS, BLOCK_KINDS = (tuple(one.value for one in words) for words in (Span, Good, Kind))
CHARTS = ("lines", "stacked", "bars")
SCALES = ("red", "blue", "green")
ROOT = Section(
    "驾驶舱：数字、页、差距从哪里算大 · the cockpit: figures, pages, and from where a gap is called large",
    {"alarm": "alarm", "figures": "figures", "panels": "panels"},
    ("alarm", "figures", "panels"),
)
ALARM = Section(
    "低于全体的多少、高于多少叫差距大 · below and above which share of everybody's rate a group is far off",
    {"least": "share", "most": "share"},
    ("least", "most"),
)
FIGURE = Section(
    "一个数字 · a figure",
    {"id": "id", "title": "bilingual", "source": "id", "unit": "unit", "where": "text", "value": "text", "of": "id", "noun": "bilingual",
     "note": "bilingual", "span": "span", "good": "good", "scale": "scale"},
    ("id", "title", "source", "unit"),
)  # fmt: skip
PANEL = Section(
    "一页 · a page",
    {"id": "id", "title": "bilingual", "asks": "bilingual", "tiles": "ids", "map": "ids", "blocks": "blocks", "has_targets": "flag"},
    ("id", "title", "asks"),
)  # fmt: skip
BLOCK = Section(
    "一张表和它的图；不写 tag 的 gaps 是各地；below 画在叠加图的线下 · a table with its chart; gaps without a tag are by union; below: drawn below the line of a stacked chart",
    {"id": "id", "kind": "kind", "title": "bilingual", "note": "bilingual", "figures": "ids", "tag": "id", "chart": "chart", "below": "ids"},
    ("id", "kind", "title", "figures"),
)  # fmt: skip


def cockpit_schema() -> dict[str, Any]:
    """JSON Schema of ``programs/vocabulary/cockpit.yaml``, as a JSON value."""
    text = {"type": "string", "minLength": 1}
    values: dict[str, Any] = {
        "text": text,
        "id": {"type": "string", "pattern": f"^{ID}$"},
        "ids": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/id"}},
        "bilingual": {"type": "object", "properties": {"zh": text, "en": text}, "required": ["zh", "en"], "additionalProperties": False},
        "share": {"type": "number", "exclusiveMinimum": 0},
        "flag": {"type": "boolean"},
        "unit": {"enum": list(UNITS)},
        "span": {"enum": list(SPANS)},
        "good": {"enum": list(GOODS)},
        "scale": {"enum": list(SCALES)},
        "kind": {"enum": list(BLOCK_KINDS)},
        "chart": {"enum": list(CHARTS)},
        "alarm": ALARM.table(),
        "figures": {"type": "array", "minItems": 1, "items": FIGURE.table()},
        "blocks": {"type": "array", "minItems": 1, "items": BLOCK.table()},
        "panels": {"type": "array", "minItems": 1, "items": PANEL.table()},
    }  # fmt: skip
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Niangjia cockpit"}
    return {**head, **ROOT.table(), "$defs": values}
