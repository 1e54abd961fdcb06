"""Every word that a kind of bulletin may use: the reader refuses any other, editors learn them from the JSON Schema."""

from __future__ import annotations

from typing import Any

from niangjia.engines.policy.words import ID, Section

RHYTHMS = ("month", "quarter")
BLOCKS = ("heading", "text", "targets")
CHANGES = ("up", "down", "equal", "none")
PLACES = ("period", "union", "year")
"""Placeholders that are no figures."""
LINE_PLACES = ("title", "goal", "reached", "part")
KIND = Section(
    "一种信息通报 · one kind of bulletin",
    {"id": "id", "title": "bilingual", "rhythm": "rhythm", "head": "text", "heading": "template", "mark": "text", "blocks": "blocks",
     "sentences": "sentences", "to": "text", "copies": "text", "tables": "tables", "target_line": "target_line", "note": "text"},
    ("id", "title", "rhythm", "head", "heading", "mark", "blocks", "sentences"),
)  # fmt: skip
SENTENCES = Section(
    "{figure|change} 怎样说；up、down 中的 {step} 是差数 · how a change is said; {step} is the difference",
    {"up": "step", "down": "step", "equal": "text", "none": "text"},
    CHANGES,
)
TABLE = Section(
    "附表：下级工会各一行 · a table with a line a union right below",
    {"title": "text", "figures": "ids", "note": "text"},
    ("title", "figures"),
)
TARGET_LINE = Section(
    "目标逐条怎样写：asked 有目标，open 没有 · how an indicator is said, with a target and without",
    {"asked": "line", "open": "line"},
    ("asked", "open"),
)


def bulletins_schema() -> dict[str, Any]:
    """JSON Schema of a file of ``programs/bulletins``, as a JSON value."""
    text = {"type": "string", "minLength": 1}
    said = "文字；{figure} 是驾驶舱的数字，{figure|change} 是与上期比较的一句话 · text with figures of the cockpit in place"
    block = {
        "type": "object",
        "description": "一段：标题、正文，或一个项目的目标逐条 · a heading, a paragraph, or the targets of a programme line by line",
        "properties": {
            "heading": {"$ref": "#/$defs/template"},
            "text": {"$ref": "#/$defs/template"},
            "targets": {"$ref": "#/$defs/id"},
        },
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }
    values: dict[str, Any] = {
        "text": text,
        "id": {"type": "string", "pattern": f"^{ID}$"},
        "ids": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/id"}},
        "bilingual": {"type": "object", "properties": {"zh": text, "en": text}, "required": ["zh", "en"], "additionalProperties": False},
        "rhythm": {"enum": list(RHYTHMS)},
        "template": {**text, "description": said},
        "step": {**text, "pattern": r"\{step\}"},
        "line": {**text, "description": "可用 · may use: " + " ".join(f"{{{one}}}" for one in LINE_PLACES)},
        "sentences": SENTENCES.table(),
        "target_line": TARGET_LINE.table(),
        "blocks": {"type": "array", "minItems": 1, "items": block},
        "tables": {"type": "array", "minItems": 1, "items": TABLE.table()},
    }  # fmt: skip
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Niangjia bulletins"}
    return {**head, **KIND.table(), "$defs": values}
