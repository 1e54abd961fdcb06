"""Every word that a sheet may use: the reader refuses any other, editors learn them from the JSON Schema."""

from __future__ import annotations

from typing import Any

from niangjia.apps.targets import words as targets
from niangjia.engines.policy.words import ID, Section

KINDS = ("ratio", "rate", "rank", "penalty")
LEVELS = ("CITY", "COUNTY")
SHEET = Section(
    "一张考核表 · one sheet of an assessment",
    {"id": "id", "title": "bilingual", "issuer": "text", "year": "year", "area": "area", "level": "level", "items": "items",
     "about": "bilingual", "adjust": "adjust", "note": "text"},
    ("id", "title", "issuer", "year", "area", "level", "items"),
)  # fmt: skip
ITEM = Section(
    "考核项：counts 与 score，或 indicator（完成 ÷ 目标，最多满分） · an item: what is counted and how it scores, or an indicator of programs/targets",
    {"id": "id", "title": "bilingual", "clause": "text", "weight": "amount", "unit": "unit", "counts": "counts", "score": "score",
     "indicator": "reference", "note": "text"},
    ("id", "title", "clause", "weight"),
)  # fmt: skip
SCORE = Section(
    "计分：ratio 按 goal 的比例；rate 从 least 到 most；rank 按名次；penalty 从 least 起扣到 most · how a figure scores",
    {"kind": "kind", "goal": "number", "least": "number", "most": "number", "note": "text"},
    ("kind",),
)
ADJUST = Section(
    "加分、扣分的上限 · the most that persons may add and take", {"extra": "amount", "off": "amount"}, ("extra", "off")
)


def assessments_schema() -> dict[str, Any]:
    """JSON Schema of a file of ``programs/assessments``, as a JSON value."""
    shared = targets.targets_schema()["$defs"]
    values = {
        key: shared[key]
        for key in ("text", "id", "area", "year", "amount", "expression", "bilingual", "unit", "counts", "whole_of")
    }
    values |= {
        "number": {"type": "number"},
        "kind": {"enum": list(KINDS)},
        "level": {"enum": list(LEVELS)},
        "reference": {"type": "string", "pattern": f"^{ID}\\.{ID}$"},
        "score": SCORE.table(),
        "adjust": ADJUST.table(),
        "items": {"type": "array", "minItems": 1, "items": ITEM.table()},
    }  # fmt: skip
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Niangjia assessments"}
    return {**head, **SHEET.table(), "$defs": values}
