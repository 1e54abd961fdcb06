"""Answers kept beside their run, so that whoever asks the usual questions first finds them answered, in every process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from niangjia.engines.counting.measures import Figure
from niangjia.engines.counting.together import Count, Span

FILE = "answers.json"

Answers = dict[tuple[Span, Count], dict[Any, Figure]]


def write_answers(run: Path, answers: Mapping[tuple[Span, Count], Mapping[Any, Figure]]) -> None:
    """In one step: whoever reads finds all of them or none."""
    rows = [
        [asdict(span), asdict(count), [[part, one.value, one.rows, one.people] for part, one in figures.items()]]
        for (span, count), figures in answers.items()
    ]
    new = run / f".{FILE}"
    new.write_text(json.dumps(rows, default=str, ensure_ascii=False), encoding="utf-8")
    new.replace(run / FILE)


def read_answers(run: Path) -> Answers:
    """Empty where none are kept, or what is there cannot be read: they are counted again."""
    try:
        rows = json.loads((run / FILE).read_text(encoding="utf-8"))
        return {(_span(span), Count(**count)): {part: _figure(*one) for part, *one in figures} for span, count, figures in rows}  # fmt: skip
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _span(told: Mapping[str, Any]) -> Span:
    days = {name: date.fromisoformat(told[name]) for name in ("since", "until")}
    return Span(**{**told, **days, "which": tuple(told["which"])})


def _figure(value: str | None, rows: int, people: int | None) -> Figure:
    return Figure(None if value is None else Decimal(value), rows, people)
