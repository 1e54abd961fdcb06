"""Workbooks that go into a room of the house and never into the lake: what its room holds already, what is wrong with a row, and taking them in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations import scope
from niangjia.apps.places import actions as places
from niangjia.apps.places import queries
from niangjia.apps.places.types import PlaceFacts, Position
from niangjia.jobs.import_kinds import feed_of
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

Row = Mapping[str, Any]
Told = tuple[str, str]
"""A problem in Chinese and in English."""


@dataclass(frozen=True)
class Room:
    """
    `known`: what the room holds of these rows, as text by key; `wrong`: of each row what keeps it out, or None; `receive`: takes the new and the
    changed rows in, in the caller's transaction.
    """

    known: Callable[[Viewer, Sequence[Row]], dict[tuple[str, ...], dict[str, str]]]
    wrong: Callable[[Viewer, Sequence[Row], datetime], list[Told | None]]
    receive: Callable[[Viewer, Sequence[Row], datetime], None]


# --- what places were used ---


def _known_measures(viewer: Viewer, rows: Sequence[Row]) -> dict[tuple[str, ...], dict[str, str]]:
    found = queries.find_by_number(viewer, {str(row["number"]) for row in rows})
    columns = feed_of("place_measure").columns
    held: dict[tuple[str, ...], dict[str, str]] = {}
    for number, month, measure, value in queries.list_told(viewer, [pk for pk, _kind in found.values()]):
        said = (
            f"{value:.2f}" if columns[measure].type == "money" else f"{value:.4f}"
        )  # as the reader of workbooks writes it
        held.setdefault((number, month), {"number": number, "month": month})[measure] = said
    return held


def _wrong_measures(viewer: Viewer, rows: Sequence[Row], now: datetime) -> list[Told | None]:
    found = queries.find_by_number(viewer, {str(row["number"]) for row in rows})
    held: dict[tuple[str, str], dict[str, Decimal]] = {}
    for number, month, measure, value in queries.list_told(viewer, [pk for pk, _kind in found.values()]):
        held.setdefault((number, month), {})[measure] = value
    return [_wrong_measure(row, found, held.get((str(row["number"]), str(row["month"])), {}), now) for row in rows]


def _wrong_measure(
    row: Row, found: Mapping[str, tuple[int, str]], held: Mapping[str, Decimal], now: datetime
) -> Told | None:
    if str(row["number"]) not in found:
        return "没有这个编号的场所，或不在您的辖区。", "There is no place of this number in your part of the tree."
    kind = queries.kind_of(found[str(row["number"])][1])
    values = _values(row)
    if not values:
        return "这一行没有填数。", "This row tells no figure."
    if strange := [name for name in values if name not in kind.measures]:
        fit = "、".join(one.title["zh"] for one in kind.measures.values()) or "无"
        return (
            f"{kind.title['zh']}不登记“{strange[0]}”这一列。可填：{fit}。",
            f"A {kind.title['en']} is not measured by {strange[0]!r}.",
        )
    for name, value in values.items():
        if value != round(value, kind.measures[name].decimals):
            most = kind.measures[name].decimals
            return f"“{kind.measures[name].title['zh']}”最多 {most} 位小数。", f"At most {most} decimals."
    if str(row["month"]) > f"{now:%Y-%m}":
        return "这个月还没有开始。", "This month has not begun."
    try:
        for name, value in values.items():
            places.require_given(kind, name, value)
        places.require_balance(kind, str(row["month"]), {**held, **values})
    except places.WrongPlace as refusal:
        return refusal.zh, refusal.en
    return None


def _receive_measures(viewer: Viewer, rows: Sequence[Row], now: datetime) -> None:
    found = queries.find_by_number(viewer, {str(row["number"]) for row in rows})
    for row in rows:
        places.record_measures(
            viewer=viewer, place_id=found[str(row["number"])][0], month=Month(str(row["month"])), values=_values(row), source="工作簿", now=now
        )  # fmt: skip


def _values(row: Row) -> dict[str, Decimal]:
    return {
        name: Decimal(str(value))
        for name, value in row.items()
        if name not in ("number", "month") and value is not None
    }


# --- places put forward ---


def _known_places(viewer: Viewer, rows: Sequence[Row]) -> dict[tuple[str, ...], dict[str, str]]:
    """A place that is there already stays as it is: what is told of it is changed on its page."""
    held = queries.find_by_name(viewer, {str(row["name"]) for row in rows})
    return {key: dict(zip(("kind", "name", "union_code"), key, strict=True)) for key in held}


def _wrong_places(viewer: Viewer, rows: Sequence[Row], now: datetime) -> list[Told | None]:
    tree = unions.load_by_code()
    told: list[Told | None] = []
    for row in rows:
        union = tree.get(str(row["union_code"]))
        if union is None or not scope.covers(viewer.org_path, union.path):
            told.append(
                ("没有这个代码的工会，或不在您的辖区。", "There is no union of this code in your part of the tree.")
            )
            continue
        try:
            places.check_place(_facts(row, union.id, union.area))
            told.append(None)
        except Refusal as refusal:
            told.append((refusal.zh, refusal.en))
    return told


def _receive_places(viewer: Viewer, rows: Sequence[Row], now: datetime) -> None:
    tree = unions.load_by_code()
    for row in rows:
        union = tree[str(row["union_code"])]
        key = hashlib.sha256("\0".join(str(row[name]) for name in ("kind", "name", "union_code")).encode()).hexdigest()
        places.apply_for_place(viewer=viewer, facts=_facts(row, union.id, union.area), key=key, now=now)


def _facts(row: Row, org_id: int, area: str) -> PlaceFacts:
    """Raises Refusal: what cannot be read of it."""
    kind = queries.kind_of(str(row["kind"]))
    said = {name: str(value) for name, value in row.items() if value is not None}
    by_title = {one.title["zh"]: name for name, one in kind.equipment.items()}
    parts = said.get("equipment", "").replace("，", "、").replace(",", "、").split("、")
    return PlaceFacts(
        kind=kind.id,
        name=said["name"],
        org_id=org_id,
        area=said.get("area", area),
        level=said.get("level", kind.levels[0]),
        address=said.get("address", ""),
        position=_position(said.get("latitude", ""), said.get("longitude", "")),
        hours=queries.read_hours(said.get("hours", "")),
        equipment=tuple(by_title.get(one.strip(), one.strip()) for one in parts if one.strip()),
        partner=said.get("partner", ""),
        service_phone=said.get("service_phone", ""),
        batch=said.get("batch", ""),
        details={name: said[name] for name in kind.details if name in said},
    )


class HalfPosition(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "纬度和经度要一起填，写成小数，例如 29.500123 和 120.900456。",
            "Give both latitude and longitude as decimals, such as 29.500123 and 120.900456.",
        )


def _position(latitude: str, longitude: str) -> Position | None:
    if not latitude and not longitude:
        return None
    try:
        return Position(Decimal(latitude), Decimal(longitude))
    except InvalidOperation as error:
        raise HalfPosition from error


ROOMS: Mapping[str, Room] = {
    "place_measure": Room(_known_measures, _wrong_measures, _receive_measures),
    "place": Room(_known_places, _wrong_places, _receive_places),
}
"""By the name of the workbook's kind."""
