"""Where an order goes: the member's union, else the employer's, else the sector's, the town's, the county's.

`domain/sensing.md` §8: member's grassroots union → employer by credit code → (new forms of employment: sector federation) → town
union by residence → county service desk → the union on whose list the household stands. A union that is merged or closed is passed over, and so is such a level on the way down.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Level, Union
from niangjia.apps.workorders import defaults
from niangjia.apps.workorders.problems import NoUnionCovers
from niangjia.apps.workorders.types import Hop, Placement, Route, RouteReason, RoutingFacts

_ON_THE_WAY = (Level.COUNTY, Level.TOWN)


@dataclass(frozen=True)
class UnionTree:
    """The whole tree in memory, for bulk routing: about 15,000 unions in a city."""

    by_id: dict[int, Union]
    firms: dict[str, list[Union]]  # grassroots unions by credit code
    divisions: dict[tuple[Level, str], Union]  # active town, county and city unions by the digits of their division
    federations: list[Union] = field(default_factory=list)

    @classmethod
    def load(cls) -> UnionTree:
        unions = sorted(organizations.load_by_code().values(), key=lambda union: union.code)
        firms: dict[str, list[Union]] = defaultdict(list)
        divisions: dict[tuple[Level, str], Union] = {}
        by_id = {union.id: union for union in unions}
        # Active ones first: whoever goes on with what an ended union had answers for its division where nobody else does.
        for union in sorted(unions, key=lambda union: not union.is_active):
            standing = organizations.standing_of(union, by_id)
            if union.level is Level.GRASSROOTS and union.uscc:
                firms[union.uscc].append(standing)
            elif standing.is_active and (digits := _DIGITS.get(union.level)):
                divisions.setdefault((union.level, union.area.ljust(12, "0")[:digits]), standing)
        federations = [union for union in unions if union.level is Level.FEDERATION and union.is_active]
        return cls(by_id, dict(firms), divisions, federations)

    def of_division(self, level: Level, area: str) -> Union | None:
        """The active union of `level` whose division holds `area`."""
        digits = _DIGITS[level]
        if len(area.rstrip("0")) <= digits - 3:  # the area is wider than the division asked for
            return None
        return self.divisions.get((level, area.ljust(12, "0")[:digits]))

    def nearest_to(self, area: str) -> Union | None:
        """The lowest active town, county or city union whose division holds `area`."""
        return next((union for level in _DIGITS if (union := self.of_division(level, area))), None)

    def ancestors(self, union: Union) -> list[Union]:
        """Root first, without the union itself."""
        return [self.by_id[int(part)] for part in union.path.split("/")[:-2] if int(part) in self.by_id]

    def nearest_above(self, org_id: int) -> Union | None:
        """The nearest active union above."""
        return next((union for union in reversed(self.ancestors(self.by_id[org_id])) if union.is_active), None)


_DIGITS = {Level.TOWN: 9, Level.COUNTY: 6, Level.CITY: 4}


def route(facts: RoutingFacts, tree: UnionTree | None = None) -> Route:
    """
    The unions an order passes, first holder first, each active, and the reasons.

    The first holder is the county union above the one that verifies; where there is none, the city's.

    Raises:
        NoUnionCovers: nobody on any way is active.
    """
    tree = tree or UnionTree.load()
    reasons: list[RouteReason] = []
    target = _find(facts, tree, reasons)
    if target is None:
        raise NoUnionCovers(facts.residence_area)
    hops, is_short = way_to(target, tree)
    if is_short:
        reasons.append(RouteReason.HOP_INACTIVE)
    return Route(tuple(Hop(union.id, union.path, union.level, union.name) for union in hops), tuple(reasons))


def way_to(target: Union, tree: UnionTree) -> tuple[list[Union], bool]:
    """The active unions from the one that gets an order first down to `target`, and whether a level on the way is passed over."""
    ancestors = tree.ancestors(target)
    on_the_way = [union for union in ancestors if union.level in _ON_THE_WAY]
    hops = [union for union in on_the_way if union.is_active]
    is_short = len(hops) < len(on_the_way)
    if target.level not in (Level.CITY, Level.COUNTY, Level.PROVINCE) and not any(
        hop.level is Level.COUNTY for hop in hops
    ):
        city = next((union for union in reversed(ancestors) if union.level is Level.CITY and union.is_active), None)
        hops = [city, *hops] if city else hops
    return [*hops, target], is_short


def placement_of(place: Placement, tree: UnionTree) -> Placement:
    """
    Where an open order that lies at `place` belongs in `tree`: visited by whoever goes on with what its visiting union had, on the way that
    leads there now. Who holds it keeps it if they stand on that way or above it; else the first union of the way gets it.
    """

    def standing(org_id: int) -> int:
        return organizations.standing_of(tree.by_id[org_id], tree.by_id).id

    target = tree.by_id[standing(place.verify_org_id)]
    above = {union.id for union in tree.ancestors(target)}
    way = list(dict.fromkeys(standing(org_id) for org_id in place.route))
    if not way or way[-1] != target.id or not above.issuperset(way[:-1]):
        way = [union.id for union in way_to(target, tree)[0]]
    holder, review = standing(place.org_id), standing(place.review_org_id)
    holder = holder if holder in above or holder == target.id else way[0]
    told = place.escalated_org_id
    is_above = told is not None and told in {union.id for union in tree.ancestors(tree.by_id[holder])}
    return Placement(
        org_id=holder,
        verify_org_id=target.id,
        review_org_id=review if review in above or review == target.id else way[0],
        route=tuple(way),
        escalated_org_id=told if is_above and tree.by_id[told or 0].is_active else None,
    )


def _find(facts: RoutingFacts, tree: UnionTree, reasons: list[RouteReason]) -> Union | None:
    area = facts.residence_area
    member_union = tree.by_id.get(facts.member_union_id) if facts.member_union_id is not None else None
    if member_union is not None:
        member_union = organizations.standing_of(member_union, tree.by_id)
        area = area or member_union.area
        if member_union.is_active:
            is_sector = member_union.level is Level.FEDERATION
            reasons.append(RouteReason.SECTOR_FEDERATION if is_sector else RouteReason.MEMBER_UNION)
            return member_union
        reasons.append(RouteReason.MEMBER_UNION_INACTIVE)
    if facts.employer_uscc:
        firms = tree.firms.get(facts.employer_uscc, [])
        active = [union for union in firms if union.is_active]
        if active:
            # A firm may have several unions: the one where the worker lives, if there is one.
            reasons.append(RouteReason.EMPLOYER_UNION)
            return max(active, key=lambda union: _shared_digits(union.area, area))
        reasons.append(RouteReason.EMPLOYER_UNION_INACTIVE if firms else RouteReason.EMPLOYER_UNKNOWN)
        area = area or (firms[0].area if firms else "")
    if facts.sector and (federation := _federation(facts.sector, area, tree)):
        reasons.append(RouteReason.SECTOR_FEDERATION)
        return federation
    for level, reason, otherwise in (
        (Level.TOWN, RouteReason.TOWN_UNION, RouteReason.NO_TOWN_UNION),
        (Level.COUNTY, RouteReason.COUNTY_DESK, None),
        (Level.CITY, RouteReason.CITY_DESK, None),
    ):
        if area and (union := tree.of_division(level, area)):
            reasons.append(reason)
            return union
        if otherwise:
            reasons.append(otherwise)
    if facts.list_union_id is not None:  # the home is in another place: who found the household knows whom to ask
        listed_by = organizations.standing_of(tree.by_id[facts.list_union_id], tree.by_id)
        if listed_by.is_active:
            reasons.append(RouteReason.LIST_UNION)
            return listed_by
    return None


def _federation(sector: str, area: str, tree: UnionTree) -> Union | None:
    """The active federation of the sector nearest to `area`: of its town, else its county, else its city."""
    words = defaults.load().sectors.get(sector, ())
    known = [union for union in tree.federations if any(word in union.name for word in words)]
    for digits in (9, 6, 4):
        for union in known:
            own = union.area.ljust(12, "0")
            if area and own[:digits] == area.ljust(12, "0")[:digits] and not own[digits:].strip("0"):
                return union
    return None


def _shared_digits(left: str, right: str) -> int:
    shared = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        shared += 1
    return shared
