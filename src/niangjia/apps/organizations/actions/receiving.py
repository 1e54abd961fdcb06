"""The union tree as its feed says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.db import transaction

from niangjia.apps.organizations.models import ID_WIDTH, LONGEST_PATH, OrgUnit, UnionChange
from niangjia.apps.organizations.types import Level, UnionRow, UnionsReceived, UnionState
from niangjia.kernel.problems import DataProblem

_CHUNK = 500
_NAMES_SHOWN = 5
ROW_FIELDS = ("name", "level", "area", "uscc", "state")


class OrphanUnions(DataProblem):
    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        shown = "、".join(f"{code}（上级 {parent}）" for code, parent in pairs[:_NAMES_SHOWN])
        shown_en = ", ".join(f"{code} (parent {parent})" for code, parent in pairs[:_NAMES_SHOWN])
        super().__init__(
            f"有 {len(pairs)} 个工会的上级不存在：{shown}。请在工会组织表中补上级，整表未导入。",
            f"{len(pairs)} unions name a parent that does not exist: {shown_en}. Add the parents; nothing was taken in.",
        )


class LoopInTree(DataProblem):
    def __init__(self, codes: list[str]) -> None:
        shown = " → ".join([*codes, codes[0]])
        super().__init__(
            f"工会组织的上下级成环：{shown}。请改正其中一个上级，整表未导入。",
            f"These unions are each other's parents: {shown}. Correct one of them; nothing was taken in.",
        )


class UnreadableUnion(DataProblem):
    def __init__(self, code: str, column: str, value: str, known: Iterable[str]) -> None:
        words = ", ".join(known)
        super().__init__(
            f"工会 {code or '（无编号）'} 的 {column} 为 {value!r}，应为：{words}。整表未导入。",
            f"Union {code or '(no code)'} has {column} {value!r}; expected: {words}. Nothing was taken in.",
        )


class UnionTwice(DataProblem):
    def __init__(self, code: str) -> None:
        super().__init__(
            f"工会编号 {code} 在表中出现两次且内容不同。请只留一行，整表未导入。",
            f"Union code {code} stands twice with different content. Keep one row; nothing was taken in.",
        )


class MoveOutOfReach(DataProblem):
    def __init__(self, code: str) -> None:
        super().__init__(
            f"工会 {code} 层级过深（超过 {LONGEST_PATH // (ID_WIDTH + 1)} 级）。请检查上级关系，整表未导入。",
            f"Union {code} lies more than {LONGEST_PATH // (ID_WIDTH + 1)} levels deep. Check the parents; nothing was taken in.",
        )


def receive_unions(rows: Iterable[UnionRow | Mapping[str, object]]) -> UnionsReceived:
    """
    Take in the union feed: new unions, changed names, states and parents, in any order; all of it or nothing.

    Safe to repeat: the same rows change nothing. A union that is no longer in the feed stays as it is; it closes by its
    state. What an administrator changed stays as it was set; what the feed says otherwise is kept beside it (`feed_says`) and shown. A
    parent that has ended stands for its successor. A move rewrites the paths of its whole subtree in the same transaction. The caller records it in `audit`.

    Raises:
        UnreadableUnion: no code, or a level or state that nobody knows.
        UnionTwice: one code with two contents.
        OrphanUnions: a parent that is neither in the rows nor known.
        LoopInTree: parents that lead back to themselves.
    """
    wanted: dict[str, UnionRow] = {}
    for row in rows:
        read = _read(row)
        if wanted.setdefault(read.code, read) != read:
            raise UnionTwice(read.code)
    with transaction.atomic():
        units = {unit.code: unit for unit in OrgUnit.objects.select_for_update()}
        codes = {unit.pk: code for code, unit in units.items()}
        parents = {code: codes[unit.parent_id] if unit.parent_id else None for code, unit in units.items()}
        wanted, differing = _keep_what_was_set(wanted, units, codes, parents)
        parents |= {code: row.parent or None for code, row in wanted.items()}
        _refuse_orphans(parents)
        ordered = _parents_first(parents)
        return _write(wanted, units, ordered, parents, differing)


def _read(row: UnionRow | Mapping[str, object]) -> UnionRow:
    if not isinstance(row, UnionRow):
        names = ("code", "parent", "name", "level", "area", "uscc", "state")
        row = UnionRow(**{name: str(row.get(name) or "").strip() for name in names})
    level, state = row.level.upper(), (row.state or "active").upper()
    if not row.code:
        raise UnreadableUnion("", "code", "", ["a code"])
    if level not in Level.__members__:
        raise UnreadableUnion(row.code, "level", row.level, [known.value.lower() for known in Level])
    if state not in UnionState.__members__:
        raise UnreadableUnion(row.code, "state", row.state, [known.value.lower() for known in UnionState])
    area = row.area.ljust(12, "0")[:12] if row.area else ""
    return UnionRow(
        code=row.code, parent=row.parent, name=row.name, level=level, area=area, uscc=row.uscc.upper(), state=state
    )


def _keep_what_was_set(
    wanted: dict[str, UnionRow], units: dict[str, OrgUnit], codes: dict[int, str], parents: dict[str, str | None]
) -> tuple[dict[str, UnionRow], dict[str, dict[str, str]]]:
    """The rows with what was set by hand in place of what they say, and by code what they say otherwise."""
    held: dict[str, set[str]] = {}
    done = UnionChange.objects.filter(done_at__isnull=False).values_list("unit_id", "after")
    for unit_id, after in done:
        held.setdefault(codes[unit_id], set()).update(after)
    standing: dict[str, UnionRow] = {}
    differing: dict[str, dict[str, str]] = {}
    for code, row in wanted.items():
        row = replace(row, parent=_standing_code(row.parent, units, codes))
        unit = units.get(code)
        if unit is not None:
            present = {name: str(getattr(unit, name)) for name in ROW_FIELDS} | {"parent": parents[code] or ""}
            told = {name: getattr(row, name) for name in (*ROW_FIELDS, "parent") if name in held.get(code, ())}
            differing[code] = {name: value for name, value in told.items() if value != present[name]}
            row = replace(row, **{name: present[name] for name in told})
        standing[code] = row
    return standing, differing


def _standing_code(code: str, units: dict[str, OrgUnit], codes: dict[int, str]) -> str:
    while (unit := units.get(code)) is not None and unit.successor_id is not None:
        code = codes[unit.successor_id]
    return code


def _refuse_orphans(parents: dict[str, str | None]) -> None:
    orphans = [(code, parent) for code, parent in parents.items() if parent and parent not in parents]
    if orphans:
        raise OrphanUnions(sorted(orphans))


def _parents_first(parents: dict[str, str | None]) -> list[str]:
    ordered: dict[str, None] = {}
    for start in parents:
        trail: list[str] = []
        code: str | None = start
        while code and code not in ordered:
            if code in trail:
                raise LoopInTree(trail[trail.index(code) :])
            trail.append(code)
            code = parents[code]
        ordered.update(dict.fromkeys(reversed(trail)))
    return list(ordered)


def _write(
    wanted: dict[str, UnionRow],
    units: dict[str, OrgUnit],
    ordered: list[str],
    parents: dict[str, str | None],
    differing: dict[str, dict[str, str]],
) -> UnionsReceived:
    created = [OrgUnit(code=code, level=wanted[code].level) for code in ordered if code not in units]
    OrgUnit.objects.bulk_create(created, batch_size=_CHUNK)  # without parent or path: those need the ids
    units |= {unit.code: unit for unit in created}
    new_codes = {unit.code for unit in created}
    touched: list[OrgUnit] = []
    changed_count, moves = 0, {}
    for code in ordered:
        unit, before = units[code], _content(units[code])
        if row := wanted.get(code):
            unit.name, unit.level, unit.area, unit.uscc, unit.state = row.name, row.level, row.area, row.uscc, row.state
            unit.parent_id = units[row.parent].pk if row.parent else None
            unit.feed_says = differing.get(code, {})
        parent = parents[code]
        path = (units[parent].path or "" if parent else "") + f"{unit.pk:0{ID_WIDTH}d}/"
        if len(path) > LONGEST_PATH:
            raise MoveOutOfReach(code)
        if unit.path and path != unit.path:
            moves[unit.path] = path
        unit.path = path
        if _content(unit) != before:
            touched.append(unit)
            changed_count += code not in new_codes and code in wanted
    # A path ends with the union's own id, so that two unions that change places never meet on one path.
    OrgUnit.objects.bulk_create(
        touched,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["name", "level", "parent", "path", "area", "uscc", "state", "feed_says"],
        batch_size=_CHUNK,
    )
    return UnionsReceived(
        created_count=len(created),
        changed_count=changed_count,
        unchanged_count=len(wanted) - len(created) - changed_count,
        moves=moves,
        held_count=sum(map(bool, differing.values())),
    )


def _content(unit: OrgUnit) -> tuple[object, ...]:
    return (unit.name, unit.level, unit.parent_id, unit.path, unit.area, unit.uscc, unit.state, str(unit.feed_says))
