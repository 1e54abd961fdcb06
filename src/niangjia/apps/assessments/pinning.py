"""What a publication keeps: figures, what was added, the rules in words and the points; and the same points counted again from it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from niangjia.apps.assessments.models import Adjustment, Publication
from niangjia.apps.assessments.score import Kind, Rule, Standing, Weighed, capped, compare
from niangjia.apps.assessments.types import Behind, Sheet
from niangjia.apps.audit import actions as audit
from niangjia.engines.counting import Measure

PINNED = ("rules", "figures", "adjusted", "points")
Values = Mapping[int, Mapping[str, Decimal | None]]


def adjusted(sheet: Sheet, assessor_id: int) -> dict[int, Decimal]:
    """What was confirmed, by union: each side up to the sheet's number."""
    found: dict[int, list[Decimal]] = {}
    rows = Adjustment.objects.filter(sheet=sheet.id, assessor=assessor_id, confirmed_by__isnull=False)
    for org_id, points in rows.values_list("org", "points"):
        found.setdefault(org_id, []).append(points)
    return {org_id: capped(changes, sheet.extra, sheet.off) for org_id, changes in found.items()}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _read(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def pin(
    sheet: Sheet, values: Values, adjusted: Mapping[int, Decimal], behind: Mapping[str, Behind] | None = None
) -> dict[str, Any]:
    """Columns of a `Publication`, as JSON values."""
    figures = {str(org): {item.id: _text(found.get(item.id)) for item in sheet.items} for org, found in values.items()}
    extra = {str(org): f"{adjusted.get(org, Decimal(0)):f}" for org in values}
    rules = [
        {"id": item.id, "zh": item.title["zh"], "en": item.title["en"], "clause": item.clause, "weight": f"{item.weight:f}", "kind": item.rule.kind.value,
         "goal": f"{item.rule.goal:f}", "least": f"{item.rule.least:f}", "most": f"{item.rule.most:f}", "unit": item.unit.value,
         "rule_zh": in_words(item.rule, item.unit.value)[0], "rule_en": in_words(item.rule, item.unit.value)[1], "behind": _said_behind((behind or {}).get(item.id))}
        for item in sheet.items
    ]  # fmt: skip
    return {"rules": rules, "figures": figures, "adjusted": extra, "points": _points(recount(rules, figures, extra))}


def _said_behind(behind: Behind | None) -> dict[str, Any] | None:
    if behind is None:
        return None
    return {"measure": asdict(behind.measure), "since": behind.since.isoformat(), "until": behind.until.isoformat()}


def behind_of(rules: Sequence[Mapping[str, Any]]) -> dict[str, Behind]:
    """By item, from what was pinned alone."""
    return {
        one["id"]: Behind(
            _measure(said["measure"]), date.fromisoformat(said["since"]), date.fromisoformat(said["until"])
        )
        for one in rules
        if (said := one.get("behind"))
    }


def _measure(said: Mapping[str, Any]) -> Measure:
    return Measure(**{**said, "of": _measure(said["of"]) if said["of"] else None})


def recount(
    rules: Sequence[Mapping[str, Any]], figures: Mapping[str, Mapping[str, str | None]], extra: Mapping[str, str]
) -> list[Standing]:
    """From what was pinned alone."""
    items = [
        Weighed(
            one["id"], Decimal(one["weight"]), Rule(Kind(one["kind"]), Decimal(one["goal"]), Decimal(one["least"]), Decimal(one["most"]))
        )
        for one in rules
    ]  # fmt: skip
    values = {int(org): {item: _read(value) for item, value in found.items()} for org, found in figures.items()}
    return compare(items, values, {int(org): Decimal(points) for org, points in extra.items()})


def standings_of(row: Publication) -> list[Standing]:
    return recount(row.rules, row.figures, row.adjusted)


def comes_out_the_same(row: Publication) -> bool:
    return _points(standings_of(row)) == row.points


def _points(standings: Sequence[Standing]) -> dict[str, Any]:
    return {
        str(one.union): {
            "items": {point.item: _text(point.points) for point in one.items}, "total": f"{one.total:f}", "standing": _text(one.standing),
            "rank": one.rank,
        }
        for one in standings
    }  # fmt: skip


def hash_of(pinned: Mapping[str, Any]) -> str:
    kept = {key: pinned[key] for key in PINNED}
    return hashlib.sha256(audit.canonical(kept).encode()).hexdigest()


def _number(value: Decimal, unit: str) -> str:
    """
    >>> _number(Decimal("0.3"), "percent"), _number(Decimal(1200), "pieces")
    ('30%', '1,200')
    """
    return f"{(100 * value).normalize():,f}%" if unit == "percent" else f"{value.normalize():,f}"


def in_words(rule: Rule, unit: str) -> tuple[str, str]:
    """How a figure scores, in Chinese and English."""
    goal, least, most = (_number(value, unit) for value in (rule.goal, rule.least, rule.most))
    if rule.kind is Kind.RATIO and rule.goal == 1:
        return "得分 = 分值 × 数，最多满分", "points = weight × figure, at most all"
    return {
        Kind.RATIO: (f"得分 = 分值 × 数 ÷ {goal}，最多满分", f"points = weight × figure ÷ {goal}, at most all"),
        Kind.RATE: (f"{least} 得零分，{most} 得满分，中间按比例", f"none at {least}, all at {most}, evenly between"),
        Kind.RANK: (
            "第一名满分，最后一名零分，中间按名次均分；并列同分，数为零不得分",
            "all for the first, none for the last, evenly between; those alike score alike, zero scores nothing",
        ),
        Kind.PENALTY: (
            f"不超过 {least} 满分，达到 {most} 零分，中间按比例",
            f"all up to {least}, none from {most} on, evenly between",
        ),
    }[rule.kind]
