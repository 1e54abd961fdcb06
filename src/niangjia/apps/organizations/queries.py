"""Reading the union tree."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from niangjia.apps.organizations import areas, scope
from niangjia.apps.organizations.models import ID_WIDTH, OrgUnit
from niangjia.apps.organizations.types import Level, Union, UnionState, Violation
from niangjia.kernel.problems import Refusal


class NoSuchUnion(Refusal):
    def __init__(self, what: object) -> None:
        super().__init__(
            f"找不到工会 {what}。请先导入工会组织表（union），或检查编号。",
            f"There is no union {what}. Land the union feed first, or check the code.",
        )


def get_union(org_id: int) -> Union:
    """Raises NoSuchUnion."""
    unit = OrgUnit.objects.filter(pk=org_id).first()
    if unit is None:
        raise NoSuchUnion(org_id)
    return unit.as_type()


def get_unions(org_ids: Iterable[int]) -> dict[int, Union]:
    """Those that exist, by id; one query."""
    return {unit.pk: unit.as_type() for unit in OrgUnit.objects.filter(pk__in=set(org_ids))}


def find_union_by_code(code: str) -> Union | None:
    return _first(OrgUnit.objects.filter(code=code))


def find_union_by_path(path: str) -> Union | None:
    return _first(OrgUnit.objects.filter(path=path)) if path else None


def find_grassroots_by_uscc(uscc: str) -> Union | None:
    """The active grassroots union of the firm with this credit code; the lowest code if a firm has several."""
    return _first(_active().filter(level=Level.GRASSROOTS, uscc=uscc)) if uscc else None


def find_town_union(area: str) -> Union | None:
    """The active town or street union whose division holds `area` (a division code of any length)."""
    return _of_division(Level.TOWN, area, digits=9)


def find_county_union(area: str) -> Union | None:
    return _of_division(Level.COUNTY, area, digits=6)


def find_city_union(area: str) -> Union | None:
    return _of_division(Level.CITY, area, digits=4)


def find_root() -> Union | None:
    """The union that runs this deployment: the one without a parent."""
    return _first(OrgUnit.objects.filter(parent__isnull=True))


def list_subtree(path: str) -> QuerySet[OrgUnit]:
    """The union at `path` and all below it, parents before children. For reading."""
    return scope.within(OrgUnit.objects.all(), path).order_by("path")


def list_children(org_id: int) -> list[Union]:
    return [unit.as_type() for unit in OrgUnit.objects.filter(parent_id=org_id).order_by("code")]


def list_children_of(org_ids: Iterable[int]) -> dict[int, list[Union]]:
    """Right below each of these unions, by code; one query."""
    found: dict[int, list[Union]] = {org_id: [] for org_id in org_ids}
    for unit in OrgUnit.objects.filter(parent_id__in=list(found)).order_by("code"):
        found[unit.parent_id or 0].append(unit.as_type())
    return found


def list_ancestors(org_id: int) -> list[Union]:
    """Root first, without the union itself. Raises NoSuchUnion."""
    ids = [int(part) for part in get_union(org_id).path.split("/") if part]
    found = get_unions(ids[:-1])
    return [found[identity] for identity in ids[:-1]]


def nearest_active(org_id: int) -> Union:
    """
    The union itself if active, else its nearest active ancestor.

    Raises:
        NoSuchUnion: the union does not exist, or nobody above it is active.
    """
    for union in [get_union(org_id), *reversed(list_ancestors(org_id))]:
        if union.is_active:
            return union
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


def verify() -> list[Violation]:
    """TREE: every union's path is its parent's and its own id; what breaks it would show data to the wrong union. Reads only."""
    paths = dict(OrgUnit.objects.values_list("id", "path"))
    return [
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


def _active() -> QuerySet[OrgUnit]:
    return OrgUnit.objects.filter(state=UnionState.ACTIVE)


def _first(found: QuerySet[OrgUnit]) -> Union | None:
    unit = found.order_by("code").first()
    return unit.as_type() if unit else None


def _of_division(level: Level, area: str, digits: int) -> Union | None:
    division = areas.shorten(area)
    if len(division) < digits:  # the area is wider than the division asked for
        return None
    return _first(_active().filter(level=level, area=division[:digits].ljust(12, "0")))
