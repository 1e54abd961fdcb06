"""Reading the union tree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from django.db.models import Q, QuerySet

from niangjia.apps.organizations import areas, scope
from niangjia.apps.organizations.models import ID_WIDTH, OrgUnit, UnionChange
from niangjia.apps.organizations.types import ChangeCard, ChangeKind, Ending, Level, Union, UnionState, Violation
from niangjia.kernel import looking
from niangjia.kernel.problems import Refusal


class NoSuchUnion(Refusal):
    def __init__(self, what: object) -> None:
        super().__init__(
            f"找不到工会 {what}。请先导入工会组织表（union），或检查编号。",
            f"There is no union {what}. Land the union feed first, or check the code.",
        )


def get_union(org_id: int) -> Union:
    """Raises NoSuchUnion."""
    found = get_unions([org_id])
    if org_id not in found:
        raise NoSuchUnion(org_id)
    return found[org_id]


@looking.once_each
def get_unions(org_ids: Iterable[int]) -> dict[int, Union]:
    """Those that exist, by id; one query."""
    return {unit.pk: unit.as_type() for unit in OrgUnit.objects.filter(pk__in=set(org_ids))}


def know(units: Iterable[OrgUnit]) -> None:
    """Unions that came along with something else: the page that is made now need not ask for them."""
    looking.know_each(get_unions, {unit.pk: unit.as_type() for unit in units})


def find_union_by_code(code: str) -> Union | None:
    return _first(OrgUnit.objects.filter(code=code))


def find_union_by_path(path: str) -> Union | None:
    return _first(OrgUnit.objects.filter(path=path)) if path else None


def find_grassroots_by_uscc(uscc: str) -> Union | None:
    """The active grassroots union of the firm with this credit code, or who goes on with what it had; the lowest code if a firm has several."""
    if not uscc:
        return None
    return _active_or_heir(OrgUnit.objects.filter(level=Level.GRASSROOTS, uscc=uscc))


def find_town_union(area: str) -> Union | None:
    """The active town or street union whose division holds `area` (a division code of any length)."""
    return _of_division(Level.TOWN, area, digits=9)


def find_county_union(area: str) -> Union | None:
    return _of_division(Level.COUNTY, area, digits=6)


def find_city_union(area: str) -> Union | None:
    return _of_division(Level.CITY, area, digits=4)


def standing_of(union: Union, known: Mapping[int, Union] | None = None) -> Union:
    """The union itself, or whoever goes on with what it had. `known`: the unions by id, if the caller has them loaded."""
    while not union.is_active and union.successor_id is not None:
        union = known[union.successor_id] if known is not None else get_union(union.successor_id)
    return union


def list_endings() -> dict[int, Ending]:
    """Unions that ended with a successor, by id."""
    heirs = dict(OrgUnit.objects.filter(successor__isnull=False).values_list("id", "successor_id"))
    ended = UnionChange.objects.filter(
        done_at__isnull=False, kind__in=(ChangeKind.MERGE, ChangeKind.CLOSE), unit__in=heirs
    )
    days = dict(ended.order_by("done_at").values_list("unit_id", "from_day"))
    found: dict[int, Ending] = {}
    for org_id in days:
        standing = org_id
        while standing in heirs:
            standing = heirs[standing]
        found[org_id] = Ending(org_id, standing, days[org_id])
    return found


def ids_behind(org_ids: Iterable[int]) -> set[int]:
    """Those unions, and whatever ended into one of them, however long ago."""
    fresh = set(org_ids)
    found = set(fresh)
    while fresh:
        fresh = set(OrgUnit.objects.filter(successor__in=fresh).values_list("pk", flat=True)) - found
        found |= fresh
    return found


def list_changes(org_id: int) -> list[ChangeCard]:
    """What was done and what is planned with this union or into it, newest first."""
    rows = UnionChange.objects.filter(Q(unit=org_id) | Q(to=org_id), dropped_at__isnull=True)
    return [_change_card(row) for row in rows.select_related("unit", "to").order_by("-decided_at", "-pk")]


def list_plans(path: str) -> list[ChangeCard]:
    """What is planned at `path` and below, by day."""
    rows = UnionChange.objects.filter(done_at__isnull=True, dropped_at__isnull=True).select_related("unit", "to")
    return [_change_card(row) for row in scope.within(rows, path, "unit__path").order_by("from_day", "pk")]


def get_plan(change_id: int) -> ChangeCard:
    """Raises NoSuchUnion: also for one that was done or dropped."""
    rows = UnionChange.objects.filter(done_at__isnull=True, dropped_at__isnull=True).select_related("unit", "to")
    row = rows.filter(pk=change_id).first()
    if row is None:
        raise NoSuchUnion(change_id)
    return _change_card(row)


def list_differing(path: str) -> list[Union]:
    """Unions at `path` and below of which the feed says otherwise than was set by hand."""
    return [unit.as_type() for unit in scope.within(OrgUnit.objects.exclude(feed_says={}), path).order_by("path")]


def find_unions(path: str, text: str, *, most: int = 20) -> list[Union]:
    """Unions at `path` and below whose name holds `text` or whose code begins with it, active ones first."""
    rows = scope.within(OrgUnit.objects.filter(Q(name__icontains=text) | Q(code__istartswith=text)), path)
    return [unit.as_type() for unit in rows.order_by("state", "path")[:most]]


def _change_card(row: UnionChange) -> ChangeCard:
    return ChangeCard(
        row.pk, row.unit_id, row.unit.name, ChangeKind(row.kind), row.to_id, row.to.name if row.to else "", row.to.code if row.to else "",
        row.from_day, row.reason,
        row.before, row.after, row.handed, row.decided_by, row.decided_at, row.done_at,
    )  # fmt: skip


def find_root() -> Union | None:
    """The union that runs this deployment: the one without a parent."""
    return _first(OrgUnit.objects.filter(parent__isnull=True, successor__isnull=True))


def list_subtree(path: str) -> QuerySet[OrgUnit]:
    """The union at `path` and all below it, parents before children. For reading."""
    return scope.within(OrgUnit.objects.all(), path).order_by("path")


def list_tree_to_count() -> Iterator[tuple[int, int | None, str, str, str]]:
    """Every union, ended ones too: id, parent, level, area, path. For the roll-up."""
    found = OrgUnit.objects.order_by("path").values_list("pk", "parent_id", "level", "area", "path")
    for number, parent, level, area, path in found.iterator(5_000):
        yield number, parent, level, area, path or ""


def list_children(org_id: int) -> list[Union]:
    return [unit.as_type() for unit in OrgUnit.objects.filter(parent_id=org_id).order_by("code")]


def list_at_level(level: Level) -> list[Union]:
    """Those that stand, by code. Without scope: for jobs."""
    return [unit.as_type() for unit in OrgUnit.objects.filter(level=level, state=UnionState.ACTIVE).order_by("code")]


def list_children_of(org_ids: Iterable[int]) -> dict[int, list[Union]]:
    """Right below each of these unions, by code; one query."""
    found: dict[int, list[Union]] = {org_id: [] for org_id in org_ids}
    for unit in OrgUnit.objects.filter(parent_id__in=list(found)).order_by("code"):
        found[unit.parent_id or 0].append(unit.as_type())
    return found


def list_ancestors(org_id: int) -> list[Union]:
    """Root first, without the union itself. Raises NoSuchUnion."""
    ids = ids_on(get_union(org_id).path)[:-1]
    found = get_unions(ids)
    return [found[identity] for identity in ids]


def ids_on(path: str) -> list[int]:
    """
    The unions that a path names, the root first and its own last.

    >>> ids_on("000001/000012/")
    [1, 12]
    """
    return [int(part) for part in path.split("/") if part]


def nearest_active(org_id: int) -> Union:
    """
    The union itself if active, else its nearest active ancestor.

    Raises:
        NoSuchUnion: the union does not exist, or nobody above it is active.
    """
    union = get_union(org_id)
    if union.is_active:
        return union
    for above in reversed(list_ancestors(org_id)):
        if above.is_active:
            return above
    raise NoSuchUnion(org_id)


def nearest_at(org_id: int, level: Level) -> Union | None:
    """The union itself or its nearest active ancestor that is of `level`. Raises NoSuchUnion."""
    for union in [get_union(org_id), *reversed(list_ancestors(org_id))]:
        if union.is_active and union.level is level:
            return union
    return None


def load_by_code() -> dict[str, Union]:
    """Every union by its feed code, in one query: for bulk routing."""
    return {unit.code: unit.as_type() for unit in OrgUnit.objects.all()}


def names_by_code(codes: Iterable[str]) -> dict[str, str]:
    """Names of the unions among these feed codes that there are, in one query."""
    return dict(OrgUnit.objects.filter(code__in=set(codes)).values_list("code", "name"))


def mark_of_tree() -> str:
    """Another text whenever a union is there, named, placed or standing differently; one query."""
    columns = ("id", "code", "path", "parent_id", "name", "level", "area", "uscc", "state")
    found = hashlib.sha256()
    for row in OrgUnit.objects.order_by("pk").values_list(*columns).iterator(chunk_size=2000):
        found.update(repr(row).encode())
    return found.hexdigest()


def verify() -> list[Violation]:
    """
    TREE: every union's path is its parent's and its own id; what breaks it would show data to the wrong union. No active union stands
    under one that was merged. HEIR: whoever goes on with what another had is active in the end. Reads only.
    """
    paths = dict(OrgUnit.objects.values_list("id", "path"))
    astray = Violation(
        "HEIR",
        "",
        "承接的工会也已停用，又没有承接它的。请指定承接工会。",
        "Its successor has ended too and has none. Name one.",
    )
    units = {unit.pk: unit.as_type() for unit in OrgUnit.objects.all()}
    heirless = [
        replace(astray, object=f"orgunit:{one.id}")
        for one in units.values()
        if one.successor_id is not None and not standing_of(one, units).is_active
    ]
    under_ended = [
        Violation(
            "TREE",
            f"orgunit:{one.id}",
            "上级已并入别的工会，却没有跟过去。请移动它。",
            "Its parent was merged and it was left behind. Move it.",
        )
        for one in units.values()
        if one.is_active and one.parent_id is not None and units[one.parent_id].successor_id is not None
    ]
    return [*heirless, *under_ended] + [
        Violation(
            "TREE",
            f"orgunit:{identity}",
            "工会路径与上级不符。请重新导入工会组织表。",
            "The path does not follow the parent. Land the union feed again.",
        )
        for identity, parent_id, path in OrgUnit.objects.order_by("id")
        .values_list("id", "parent_id", "path")
        .iterator()
        if path != ((paths[parent_id] or "") if parent_id else "") + f"{identity:0{ID_WIDTH}d}/"
    ]


def _active_or_heir(found: QuerySet[OrgUnit]) -> Union | None:
    """The active union among `found`; else who goes on with what one of them had."""
    union = _first(found.filter(state=UnionState.ACTIVE))
    if union is None and (ended := _first(found.filter(successor__isnull=False))):
        union = standing_of(ended)
    return union if union is not None and union.is_active else None


def _first(found: QuerySet[OrgUnit]) -> Union | None:
    unit = found.order_by("code").first()
    return unit.as_type() if unit else None


def _of_division(level: Level, area: str, digits: int) -> Union | None:
    division = areas.shorten(area)
    if len(division) < digits:  # the area is wider than the division asked for
        return None
    return _active_or_heir(OrgUnit.objects.filter(level=level, area=division[:digits].ljust(12, "0")))
