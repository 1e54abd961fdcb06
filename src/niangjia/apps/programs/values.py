"""Facts and parameters as JSON that comes back as it was: a Decimal stays a Decimal, to the last digit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any


def to_json(values: Mapping[str, object]) -> dict[str, Any]:
    """
    >>> to_json({"income": Decimal("12.30"), "on": date(2023, 10, 1), "is_member": True})
    {'income': {'decimal': '12.30'}, 'is_member': True, 'on': {'date': '2023-10-01'}}

    Raises:
        TypeError: a float, or another type that facts do not have.
    """
    return {name: _one(name, values[name]) for name in sorted(values)}


def _one(name: str, value: object) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return {"decimal": str(value)}
        case date():
            return {"date": value.isoformat()}
        case tuple() | list():
            return {"list": [_one(name, each) for each in value]}
        case _:
            raise TypeError(f"{name}: {type(value).__name__} is no fact")


def from_json(stored: Mapping[str, Any]) -> dict[str, object]:
    """
    >>> from_json({"income": {"decimal": "12.30"}})
    {'income': Decimal('12.30')}
    """
    return {name: _back(value) for name, value in stored.items()}


def _back(value: Any) -> object:
    match value:
        case {"decimal": text}:
            return Decimal(text)
        case {"date": text}:
            return date.fromisoformat(text)
        case {"list": items}:
            return tuple(_back(each) for each in items)
        case _:
            return value


def shown(stored: Mapping[str, Any]) -> dict[str, str]:
    """As text for a page; a fact that is not known reads ``—``."""
    return {name: "—" if value is None else _text(_back(value)) for name, value in stored.items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(map(str, value)) if isinstance(value, tuple) else str(value)


def digest(*parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
