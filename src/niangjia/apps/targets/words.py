"""Every word that a file of targets may use, section by section: the reader refuses any other, editors learn them from the JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niangjia.engines.policy.words import ID, Section

UNITS = ("persons", "person_times", "pieces", "yuan", "days", "percent")
COMPARATORS = ("at_least", "over", "plan")


def _section(says: str, required: Mapping[str, str], optional: Mapping[str, str]) -> Section:
    return Section(says, {**required, **optional, "note": "text"}, tuple(required))


PROGRAMME = _section(
    "一个项目的目标 · the targets of one programme",
    {"id": "id", "title": "bilingual", "issuer": "text", "area": "area", "source": "source", "period": "period", "actions": "actions"},
    {"about": "bilingual"},
)  # fmt: skip
SOURCE = _section("出处：报道或文件 · the paper", {"title": "text"}, {"issuer": "text", "date": "text"})
PERIOD = _section(
    "期间：某一年；或 from 至 to 累计；或 by，到那一年底 · a calendar year; several years added up; or where it stands by the end of a year",
    {}, {"year": "year", "from": "year", "to": "year", "by": "year"},
)  # fmt: skip
ACTION = _section(
    "行动 · an action", {"id": "id", "title": "bilingual", "measures": "measures"}, {"clause": "text", "owner": "bilingual"}
)  # fmt: skip
MEASURE = _section(
    "举措；报道中没有的写 unknown · a measure; `unknown`: the paper has a place for it and does not say what it is",
    {"id": "id"},
    {"title": "bilingual", "unknown": "bilingual", "clause": "text", "owner": "bilingual", "due": "date", "evidence": "bilingual",
     "programs": "ids", "indicators": "indicators"},
)  # fmt: skip
INDICATOR = _section(
    "指标：counts 说明怎样清点，elsewhere 说明为什么这里清点不了，二者必居其一 · how it is counted, or why it cannot be counted here",
    {"id": "id", "title": "bilingual", "unit": "unit"},
    {"goal": "goal", "clause": "text", "period": "period", "owner": "bilingual", "due": "date", "evidence": "bilingual",
     "counts": "counts", "elsewhere": "bilingual", "stated": "statements"},
)  # fmt: skip
GOAL = _section(
    "目标值：at_least 不少于，over 超过，plan 计划 · at least, more than, planned", {"is": "comparator", "value": "amount"}, {}
)  # fmt: skip
COUNTS = _section(
    "清点什么：来源、条件；比率另有分母 of · what is counted: source and condition; a rate has its denominator in `of`",
    {"source": "id"}, {"where": "expression", "value": "id", "of": "whole_of"},
)  # fmt: skip
WHOLE = _section("分母 · of what", {"source": "id"}, {"where": "expression", "value": "id"})
STATEMENT = _section(
    "引用的数：各部分之和等于合计 · a figure that somebody stated: its parts add up to its total",
    {"total": "amount", "parts": "parts", "clause": "text"}, {"said": "bilingual"},
)  # fmt: skip
PART = _section("一部分 · one part", {"title": "bilingual", "value": "amount"}, {})

_TABLES = {"source": SOURCE, "period": PERIOD, "goal": GOAL, "counts": COUNTS, "whole_of": WHOLE}
_LISTS = {"actions": ACTION, "measures": MEASURE, "indicators": INDICATOR, "statements": STATEMENT, "parts": PART}


def targets_schema() -> dict[str, Any]:
    """JSON Schema of a file of ``programs/targets``, as a JSON value."""
    text = {"type": "string", "minLength": 1}
    values: dict[str, Any] = {
        "text": text,
        "id": {"type": "string", "pattern": f"^{ID}$"},
        "ids": {"type": "array", "items": {"$ref": "#/$defs/id"}},
        "area": {"type": "string", "pattern": "^([0-9]{2}|[0-9]{4}|[0-9]{6})$"},
        "year": {"type": "integer", "minimum": 2000, "maximum": 2100},
        "amount": {"type": "number", "minimum": 0},
        "date": {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "expression": {"type": "string", "description": "一个标量条件 · one scalar condition over the columns of the source"},
        "bilingual": {"type": "object", "properties": {"zh": text, "en": text}, "required": ["zh", "en"], "additionalProperties": False},
        "unit": {"enum": list(UNITS)},
        "comparator": {"enum": list(COMPARATORS)},
    }  # fmt: skip
    values |= {name: section.table() for name, section in _TABLES.items()}
    values |= {name: {"type": "array", "minItems": 1, "items": section.table()} for name, section in _LISTS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Niangjia targets",
        **PROGRAMME.table(),
        "$defs": values,
    }
