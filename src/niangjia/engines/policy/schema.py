"""JSON Schema of ``program.yaml``, made from the words the reader knows: editors complete and underline while one writes."""

from __future__ import annotations

from typing import Any

from niangjia.engines.policy import words
from niangjia.engines.policy.vocabulary import NAME, Vocabulary

_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_ONE = {"type": ["string", "number", "boolean", "array", "null"]}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _table(section: words.Section) -> dict[str, Any]:
    return {
        "type": "object",
        "description": section.says,
        "properties": {key: {"$ref": f"#/$defs/{kind}"} for key, kind in section.keys.items()},
        "required": list(section.required),
        "additionalProperties": False,
    }


def program_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """The schema as a JSON value. `unit` and the names under `monotone` are those of `vocabulary`."""
    text = {"type": "string", "minLength": 1}
    days = {
        "patternProperties": {_DAY: {"$ref": "#/$defs/dated_value"}},
        "type": "object",
        "additionalProperties": False,
    }
    values: dict[str, Any] = {
        "text": text,
        "texts": _list(text),
        "id": {"type": "string", "pattern": f"^{words.ID}$"},
        "ids": _list({"$ref": "#/$defs/id"}),
        "area": {"type": "string", "pattern": "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$"},
        "flag": {"type": "boolean"},
        "whole": {"type": "integer", "minimum": 0, "maximum": 250},
        "number": {"type": "number"},
        "date": {"type": "string", "pattern": _DAY},
        "days": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 60}, {"type": "string", "pattern": f"^{NAME}$"}]},
        "bilingual": {"type": "object", "properties": {"zh": text, "en": text}, "required": ["zh", "en"], "additionalProperties": False},
        "expression": {"type": ["string", "number", "boolean"], "description": "一个标量表达式 · one scalar expression (rule-language.md)"},
        "value": _ONE,
        "dated_value": {"anyOf": [_ONE, _table(words.VERSION), _list(_table(words.VERSION))]},
        "dated": days,
        "areas": {"type": "object", "patternProperties": {"^[0-9]+$": days}, "additionalProperties": False},
        "outcomes": {"type": "object", "additionalProperties": {"type": "string"}},
        "needs": {
            "type": "object",
            "description": "结果 → 选它时哪一项须怎样填 · outcome → how fields are to be answered where it is chosen",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {"anyOf": [{"type": ["boolean", "string"]}, _list(text)]},
            },
        },
        "effects": {"type": "object", "additionalProperties": {"enum": list(words.EFFECTS)}},
        "directions": {
            "type": "object",
            "propertyNames": {"enum": sorted(vocabulary.facts)},
            "additionalProperties": {"enum": list(words.DIRECTIONS)},
        },
        "parameters": {"type": "object", "propertyNames": {"pattern": f"^{NAME}$"}, "additionalProperties": _table(words.PARAMETER)},
        "tellings": {"type": "object", "additionalProperties": {"$ref": "#/$defs/bilingual"}},
        "source": {"anyOf": [text, _table(words.SOURCE)]},
        "notice": _table(words.NOTICE),
        "fund": _table(words.FUND),
        "register": _table(words.REGISTER),
    }  # fmt: skip
    for name, section in {
        "rules": words.RULE, "tiers": words.TIER, "benefit": words.LINE, "caps": words.CAP, "approvals": words.APPROVAL,
        "triggers": words.TRIGGER, "grades": words.GRADE, "measures": words.MEASURE, "form": words.FIELD,
        "stages": words.STAGE, "counts": words.COUNT,
    }.items():  # fmt: skip
        values[name] = _list(_table(section))
    for name, among in {
        "entry": words.ENTRIES, "status": words.STATUSES, "kind": words.KINDS, "line_kind": words.LINE_KINDS,
        "window": words.WINDOWS, "field_type": words.FIELD_TYPES, "role": words.ROLES, "counted_in": words.COUNTED_IN,
        "stage_kind": words.STAGE_KINDS,
    }.items():  # fmt: skip
        values[name] = {"enum": list(among)}
    program = _table(words.PROGRAM)
    program["properties"]["unit"] = {"enum": list(vocabulary.units)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Niangjia program.yaml",
        **program,
        "$defs": values,
    }
