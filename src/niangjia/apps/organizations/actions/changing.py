"""
Unions that an administrator opens, edits, moves, merges or closes.

What happens to what lies open there is the journey's (`jobs.reorganise`), which asks the right, writes the audit chain and calls these in its
own transaction. Nothing here is undone by the next delivery of the feed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from niangjia.apps.organizations import areas, scope
from niangjia.apps.organizations.models import ID_WIDTH, LONGEST_PATH, OrgUnit, UnionChange
from niangjia.apps.organizations.types import PARENTS, ChangeKind, Level, Union, UnionState
from niangjia.kernel.problems import Refusal

EDITABLE = ("name", "leader", "sector", "area", "uscc")


class CannotStandThere(Refusal):
    def __init__(self, name: str, parent: str, why_zh: str, why_en: str) -> None:
        super().__init__(
            f"{name}不能归{parent}：{why_zh}。请另选上级或承接工会。",
            f"{name} cannot go to {parent}: {why_en}. Choose another union.",
        )


class CodeTaken(Refusal):
    def __init__(self, code: str) -> None:
        super().__init__(f"工会编号 {code} 已被使用。请核对编号。", f"The code {code} is taken. Check it.")


class WrongDay(Refusal):
    def __init__(self, earliest: date) -> None:
        super().__init__(
            f"生效日不能早于上一次变动（{earliest.isoformat()}）。请改日期。",
            f"The day lies before the last change ({earliest.isoformat()}). Give another.",
        )


@transaction.atomic
def open_union(
    *, values: Mapping[str, str], parent_id: int, from_day: date, reason: str, by: int | None, now: datetime
) -> int:
    """
    A new union by hand, with `values` for code, level and what is EDITABLE; return its id. Safe to repeat: the same code with the same
    content is returned.

    Raises:
        CodeTaken, CannotStandThere.
    """
    parent = OrgUnit.objects.select_for_update().get(pk=parent_id)
    level = Level(values["level"])
    content = {name: values.get(name, "").strip() for name in EDITABLE}
    content["area"] = content["area"].ljust(12, "0")[:12] if content["area"] else parent.area
    if known := OrgUnit.objects.filter(code=values["code"]).first():
        if (
            known.parent_id == parent_id
            and known.level == level
            and all(getattr(known, name) == value for name, value in content.items())
        ):
            return known.pk
        raise CodeTaken(values["code"])
    require_place(content["name"], level, parent)
    unit = OrgUnit.objects.create(code=values["code"], level=level, parent=parent, **content)
    unit.path = _path_under(parent, unit)
    unit.save(update_fields=["path"])
    _note(
        unit,
        ChangeKind.OPEN,
        parent,
        from_day,
        reason,
        by,
        now,
        {},
        content | {"level": level.value, "parent": parent.code},
    )
    return unit.pk


@transaction.atomic
def edit_union(
    *, org_id: int, values: Mapping[str, str], from_day: date, reason: str, by: int | None, now: datetime
) -> bool:
    """Another name, leader, sector, area or credit code; whether anything changed. Safe to repeat. Raises WrongDay."""
    unit = OrgUnit.objects.select_for_update().get(pk=org_id)
    after = {
        name: value.strip()
        for name, value in values.items()
        if name in EDITABLE and value.strip() != getattr(unit, name)
    }
    if not after:
        return False
    require_day(unit, from_day)
    before = {name: getattr(unit, name) for name in after}
    for name, value in after.items():
        setattr(unit, name, value)
    unit.feed_says = {name: value for name, value in unit.feed_says.items() if after.get(name) != value}
    unit.save(update_fields=[*after, "feed_says"])
    _note(unit, ChangeKind.EDIT, None, from_day, reason, by, now, before, after)
    return True


@transaction.atomic
def move_union(
    *, org_id: int, to_id: int, from_day: date, reason: str, by: int | None, now: datetime
) -> dict[str, str]:
    """
    Put a union with all below it under another parent; the former path → the present one of each that moved. Safe to repeat.

    Raises:
        CannotStandThere, WrongDay.
    """
    unit, to = _both(org_id, to_id)
    if unit.parent_id == to_id:
        return {}
    require_day(unit, from_day)
    if obstacle := find_obstacle(unit.as_type(), to.as_type(), is_end=False):
        raise obstacle
    former = OrgUnit.objects.get(pk=unit.parent_id).code if unit.parent_id else ""
    moved = _put(unit, to)
    _note(unit, ChangeKind.MOVE, to, from_day, reason, by, now, {"parent": former}, {"parent": to.code})
    return moved


@transaction.atomic
def end_union(
    *,
    org_id: int,
    to_id: int,
    kind: ChangeKind,
    from_day: date,
    reason: str,
    handed: Mapping[str, int],
    by: int | None,
    now: datetime,
) -> dict[str, str]:
    """
    Merge a union into another, or close it with another as its successor; those right below it go to the successor. The row stays, its code
    too. Former → present path of each that moved. Safe to repeat.

    Raises:
        CannotStandThere, WrongDay.
    """
    unit, to = _both(org_id, to_id)
    if unit.successor_id == to_id:
        return {}
    require_day(unit, from_day)
    if obstacle := find_obstacle(unit.as_type(), to.as_type(), is_end=True):
        raise obstacle
    moved: dict[str, str] = {}
    for child in OrgUnit.objects.select_for_update().filter(parent=unit).order_by("pk"):
        require_place(child.name, Level(child.level), to)
        moved |= _put(child, to)
        _note(child, ChangeKind.MOVE, to, from_day, reason, by, now, {"parent": unit.code}, {"parent": to.code})
    before = {"state": unit.state}
    unit.state = UnionState.MERGED if kind is ChangeKind.MERGE else UnionState.CLOSED
    unit.successor = to
    unit.save(update_fields=["state", "successor"])
    after = {"state": unit.state, "successor": to.code}
    _note(unit, kind, to, from_day, reason, by, now, before, after, handed)
    return moved


@transaction.atomic
def plan_change(
    *, org_id: int, kind: ChangeKind, to_id: int | None, from_day: date, reason: str, by: int | None, now: datetime
) -> int:
    """Note what is to be done on a day to come; one plan a union, a later one takes its place. It does nothing by itself."""
    UnionChange.objects.filter(unit=org_id, done_at__isnull=True, dropped_at__isnull=True).update(dropped_at=now)
    return UnionChange.objects.create(
        unit_id=org_id, kind=kind, to_id=to_id, from_day=from_day, reason=reason, decided_by=by, decided_at=now
    ).pk


def lock(*org_ids: int) -> None:
    """Hold these unions to the end of the caller's transaction: nothing new is laid there meanwhile (on PostgreSQL; SQLite has one writer)."""
    list(OrgUnit.objects.select_for_update().filter(pk__in=org_ids).order_by("pk").values("pk"))


def drop_plan(*, org_id: int, now: datetime) -> bool:
    """Safe to repeat: whether there was one."""
    return bool(
        UnionChange.objects.filter(unit=org_id, done_at__isnull=True, dropped_at__isnull=True).update(dropped_at=now)
    )


def find_obstacle(union: Union, to: Union, *, is_end: bool) -> CannotStandThere | None:
    """Why a union cannot be put under another, or handed to it (`is_end`); None if it can."""
    if scope.covers(union.path, to.path):
        return CannotStandThere(union.name, to.name, "它是自己，或就在下面", "it is the same, or lies below")
    if not to.is_active:
        return CannotStandThere(union.name, to.name, "它已停用", "it has ended")
    if not is_end and to.level not in PARENTS.get(union.level, ()):
        return CannotStandThere(union.name, to.name, "层级不合", "the levels do not fit")
    return None


def require_place(name: str, level: Level, parent: OrgUnit) -> None:
    """Raises CannotStandThere."""
    if parent.state != UnionState.ACTIVE:
        raise CannotStandThere(name, parent.name, "它已停用", "it has ended")
    if Level(parent.level) not in PARENTS.get(level, ()):
        raise CannotStandThere(name, parent.name, "层级不合", "the levels do not fit")


def require_day(unit: OrgUnit, from_day: date) -> None:
    """Changes of one union follow each other. Raises WrongDay."""
    last = UnionChange.objects.filter(unit=unit, done_at__isnull=False).order_by("-from_day").first()
    if last is not None and from_day < last.from_day:
        raise WrongDay(last.from_day)


def _both(org_id: int, to_id: int) -> tuple[OrgUnit, OrgUnit]:
    """Locked in one order, so that two who swap unions wait for each other instead of dying."""
    rows = {unit.pk: unit for unit in OrgUnit.objects.select_for_update().filter(pk__in=(org_id, to_id)).order_by("pk")}
    return rows[org_id], rows[to_id]


def _path_under(parent: OrgUnit, unit: OrgUnit) -> str:
    path = f"{parent.path}{unit.pk:0{ID_WIDTH}d}/"
    if len(path) > LONGEST_PATH:
        raise CannotStandThere(unit.name, parent.name, "层级过深", "the tree would be too deep")
    return path


def _put(unit: OrgUnit, parent: OrgUnit) -> dict[str, str]:
    former, present = unit.path or "", _path_under(parent, unit)
    below = scope.within(OrgUnit.objects.all(), former)
    moved = {path: present + path[len(former) :] for path in below.values_list("path", flat=True) if path}
    if any(len(path) > LONGEST_PATH for path in moved.values()):
        raise CannotStandThere(unit.name, parent.name, "层级过深", "the tree would be too deep")
    # A path ends with the union's own id: no two meet while they move.
    below.update(path=Concat(Value(present), Substr(F("path"), len(former) + 1)))
    unit.parent, unit.path = parent, present
    unit.feed_says = {name: value for name, value in unit.feed_says.items() if (name, value) != ("parent", parent.code)}
    unit.save(update_fields=["parent", "path", "feed_says"])
    return moved


def _note(
    unit: OrgUnit, kind: ChangeKind, to: OrgUnit | None, from_day: date, reason: str, by: int | None, now: datetime,
    before: Mapping[str, Any], after: Mapping[str, Any], handed: Mapping[str, int] | None = None,
) -> None:  # fmt: skip
    UnionChange.objects.filter(unit=unit, done_at__isnull=True, dropped_at__isnull=True).update(dropped_at=now)
    UnionChange.objects.create(
        unit=unit, kind=kind, to=to, from_day=from_day, reason=reason, before=dict(before), after=dict(after), handed=dict(handed or {}),
        decided_by=by, decided_at=now, done_at=now,
    )  # fmt: skip


def area_of(text: str) -> str:
    """A division code filled up to twelve digits; empty stays empty.

    >>> area_of("330624")
    '330624000000'
    """
    return areas.shorten(text).ljust(12, "0") if text else ""
