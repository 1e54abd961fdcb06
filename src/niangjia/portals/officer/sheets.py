"""A long form of a case (`cases.forms`) on the page: read from the request, shown back with each error at its field."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language

from niangjia.apps.cases.forms import Field, FormIncomplete

LONG = {
    "property_note",
    "job_wish",
    "urgent_need",
    "statement",
    "verifier_opinion",
    "union_opinion",
    "suggested_help",
    "address",
}
FEWEST_ROWS = 1
MORE_ROWS = 2
MOST_ROWS = 30

Problems = Iterable[tuple[str, str, str]]


@dataclass
class Cell:
    """One control: `name` and `id` in the page, `value` as typed, `errors` in the page's language, `hint`: whose word stands there."""

    field: Field
    name: str
    value: Any
    errors: list[str] = dataclasses.field(default_factory=list)
    rows: list[list[Cell]] = dataclasses.field(default_factory=list)
    hint: str = ""

    @property
    def kind(self) -> str:
        return "long" if self.field.name in LONG else self.field.kind

    @property
    def is_filled(self) -> bool:
        """Of a list of rows: whether one says anything."""
        return any(one.value for row in self.rows for one in row)

    @property
    def is_needed(self) -> bool:
        """Whether it says something, or must be looked at."""
        return bool(
            self.errors or self.is_filled or (self.field.kind != "rows" and self.value not in (None, "", False))
        )

    @property
    def label(self) -> str:
        return self.field.zh if _is_zh() else self.field.en[:1].upper() + self.field.en[1:]


def _is_zh() -> bool:
    return (get_language() or "zh").startswith("zh")


def read(form: Sequence[Field], data: QueryDict) -> dict[str, Any]:
    """What was typed, in the shape `cases.forms.read` asks for; empty rows are left out."""
    values: dict[str, Any] = {}
    for each in form:
        match each.kind:
            case "flag":
                values[each.name] = {"yes": True, "no": False}.get(data.get(each.name, ""))
            case "rows":
                values[each.name] = [row for row in _rows(each, data) if any(row.values())]
            case "list":
                values[each.name] = [line.strip() for line in data.get(each.name, "").splitlines() if line.strip()]
            case _:
                values[each.name] = data.get(each.name, "").strip()
    return values


def _rows(each: Field, data: QueryDict) -> list[dict[str, str]]:
    return [
        {column.name: data.get(f"{each.name}-{place}-{column.name}", "").strip() for column in each.columns}
        for place in range(MOST_ROWS)
        if any(f"{each.name}-{place}-{column.name}" in data for column in each.columns)
    ]


def cells(form: Sequence[Field], values: Mapping[str, Any], problems: Problems = (), *, more: str = "") -> list[Cell]:
    """Every field with its value and errors; lists of rows get one to fill in, and two more where `more` names them."""
    said: dict[str, list[str]] = {}
    for name, zh, en in problems:
        said.setdefault(name.replace("/", "-"), []).append(zh if _is_zh() else en)
    shown = []
    for each in form:
        value = values.get(each.name)
        cell = Cell(each, each.name, "\n".join(value or []) if each.kind == "list" else value, said.get(each.name, []))
        if each.kind == "rows":
            kept = list(value or [])
            spare = MORE_ROWS if more == each.name else 0
            count = max(len(kept) + spare, FEWEST_ROWS)
            kept += [{}] * (count - len(kept))
            cell.rows = [
                [
                    Cell(
                        column,
                        name := f"{each.name}-{place}-{column.name}",
                        row.get(column.name, ""),
                        said.get(name, []),
                    )
                    for column in each.columns
                ]
                for place, row in enumerate(kept[:MOST_ROWS])
            ]
        shown.append(cell)
    return shown


def problems_of(refusal: FormIncomplete) -> tuple[tuple[str, str, str], ...]:
    return refusal.problems
