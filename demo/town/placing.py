"""The invented city's places: stations, bases, venues, bookhouses, workstations and roofs in every standing, put forward and accepted as people do it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from demo.town import pictures
from demo.town.office import COUNTY, Office, chance
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.cases import queries as cases
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import Level, Union
from niangjia.apps.places import actions as places
from niangjia.apps.places import queries
from niangjia.apps.places.lifecycle import Step
from niangjia.apps.places.types import Hours, PlaceFacts, Position, ProjectFacts
from niangjia.kernel.deployment import reference_folder
from niangjia.kernel.months import Month

DAILY = (Hours((1, 2, 3, 4, 5, 6, 7), time(6), time(22)),)
OFFICE = (Hours((1, 2, 3, 4, 5), time(8), time(17, 30)), Hours((6, 7), time(9), time(16)))
ALWAYS = (Hours((1, 2, 3, 4, 5, 6, 7), time(0), time(0)),)
KIT = ("table", "water", "microwave", "air_conditioning", "medicine", "charging", "rain_gear")
STATIONS = ("加油站驿站", "快递园驿站", "环卫驿站", "银行驿站", "公园驿站", "车站驿站", "菜场驿站", "社区驿站")
ROOFS, ROOF_MONTHS = 14, 13
TARIFF = Decimal("0.4153")
INVENTED = "（虚构）"


@dataclass
class Ground:
    """Where everything stands, and who acts. `then`: a year ago; `since`: some months ago; `now`: the demo's present."""

    office: Office
    county: Union
    towns: Sequence[Union]
    then: datetime
    since: datetime
    now: datetime

    def keeper(self, org_id: int) -> Viewer:
        return self.office.officer(org_id, self.now)

    def above(self, union: Union) -> Viewer:
        return self.keeper(union.parent_id or union.id)

    def put(self, union: Union, key: str, facts: Mapping[str, Any], at: datetime) -> int:
        usual: dict[str, Any] = {"org_id": union.id, "area": union.area[:9].removesuffix("000"), "level": "county"}
        told = PlaceFacts(**(usual | dict(facts)))
        return places.apply_for_place(viewer=self.keeper(union.id), facts=told, key=f"demo-{key}", now=at)

    def take(self, viewer: Viewer, place_id: int, step: Step, at: datetime, **told: Any) -> None:
        standing = queries.get_place(viewer, place_id, now=at)
        places.take_step(viewer=viewer, place_id=place_id, step=step, from_step=standing.step, now=at, **told)

    def photo(self, union: Union, place_id: int, number: int) -> None:
        places.keep_photo(
            viewer=self.keeper(union.id), place_id=place_id, content=pictures.room(400 + number), now=self.now
        )


def ground_of(office: Office, now: datetime) -> Ground:
    county = unions.find_county_union(COUNTY + "000000")
    assert county is not None, "the invented city has a Xinchang county union"
    towns = [one for one in unions.list_children(county.id) if one.level is Level.TOWN and one.is_active]
    return Ground(office, county, towns, now - timedelta(days=400), now - timedelta(days=120), now)


def lay(office: Office, now: datetime) -> int:
    """Places of every kind but leases; how many."""
    ground = ground_of(office, now)
    count = _stations(ground) + _elsewhere(ground) + _bases(ground) + _venues(ground) + _small(ground) + _roofs(ground)
    _exchange(ground)
    return count


def _seats() -> dict[str, Position]:
    """By county code, where its seat stands."""
    with (reference_folder() / "zj_counties.csv").open(encoding="utf-8-sig", newline="") as file:
        return {
            row["county_code"]: Position(Decimal(row["seat_lat_wgs84"]), Decimal(row["seat_lon_wgs84"]))
            for row in csv.DictReader(file)
        }


def _around(area: str, *words: object) -> Position:
    """Some hundred metres to some kilometres from the county's seat."""
    seat = _seats()[area[:6]]
    north, east = (Decimal(chance(area, *words, way) - 50) / 1500 for way in ("north", "east"))
    return Position(seat.latitude + north, seat.longitude + east)


def _found(kind: str, *, without: str = "") -> dict[str, bool]:
    return {name: name != without for name in queries.kind_of(kind).asked}


def _stations(ground: Ground) -> int:
    """One or two a town: listed a year ago, some inspected since, one to be mended, one late, one waiting, one suspended."""
    made = []
    for number, town in enumerate(ground.towns):
        for nth, name in enumerate(STATIONS[number % 8 :][:2]):
            facts = {
                "kind": "station", "name": f"{_short(town)}{name}{INVENTED}", "address": f"演示路{number * 3 + nth + 1}号",
                "position": _around(town.area, town.code, nth), "hours": (DAILY, OFFICE, ALWAYS)[(number + nth) % 3],
                "equipment": (*KIT[: 7 - nth], "books"), "partner": ("演示石油", "演示快递", "演示银行")[(number + nth) % 3] + INVENTED,
                "service_phone": "0575-00000000", "details": {"manager": f"{_short(town)}社区{INVENTED}", "indoor_m2": str(20 + nth * 8)},
            }  # fmt: skip
            made.append((town, ground.put(town, f"station-{number}-{nth}", facts, ground.then)))
    county = ground.keeper(ground.county.id)
    for number, (town, place_id) in enumerate(made[:-1]):
        is_new = number % 4 == 3
        ground.take(county, place_id, Step.LIST, ground.since if is_new else ground.then)
        if not is_new and number % 5:
            ground.take(county, place_id, Step.INSPECT, ground.since, findings=_found("station"))
        if number < 4:
            ground.photo(town, place_id, number)
        last = Month.of(timezone.localdate(ground.now)).previous()
        for back in range(6 if number < 8 else 0):
            told = {"visits": Decimal(300 + 9 * chance(place_id, back))}
            places.record_measures(
                viewer=ground.keeper(town.id), place_id=place_id, month=last.plus(-back), values=told, source="签到表（虚构）", now=ground.now
            )  # fmt: skip
    (first_town, first), (second_town, second), (_third_town, third) = made[:3]
    lacking = {
        "findings": _found("station", without="medicine"),
        "mend_by": timezone.localdate(ground.now) + timedelta(days=15),
    }
    ground.take(county, first, Step.VISIT, ground.now, reason="药箱里的药过期了（演示文字）", **lacking)
    ground.take(county, second, Step.VISIT, ground.since, reason="没有药箱（演示文字）", findings=lacking["findings"], mend_by=timezone.localdate(ground.since) + timedelta(days=30))  # fmt: skip
    ground.take(ground.keeper(second_town.id), second, Step.MEND, ground.now, reason="补了药箱（演示文字）")
    ground.take(county, third, Step.SUSPEND, ground.now, reason="装修两周（演示文字）")
    city, province = (ground.keeper(one.id) for one in reversed(unions.list_ancestors(ground.county.id)[-2:]))
    ground.take(city, made[3][1], Step.RAISE, ground.now, level="city")
    if province != city:
        ground.take(province, made[4][1], Step.RAISE, ground.now, level="province", reason="最美站点（演示文字）")
    return len(made)


def _elsewhere(ground: Ground) -> int:
    """Other counties of the city have stations of their own: the map shows more than one tile."""
    city = unions.find_city_union(COUNTY + "000000")
    assert city is not None
    count = 0
    for county in unions.list_children(city.id):
        if county.level is not Level.COUNTY or county.id == ground.county.id:
            continue
        for nth in range(2 + chance(county.code, "stations") % 4):
            facts = {
                "kind": "station", "name": f"{_short(county)}{STATIONS[nth]}{INVENTED}", "position": _around(county.area, nth), "hours": DAILY,
                "area": county.area[:6], "equipment": KIT, "details": {"manager": f"{_short(county)}环卫所{INVENTED}"},
            }  # fmt: skip
            place_id = ground.put(county, f"station-{county.code}-{nth}", facts, ground.then)
            ground.take(ground.keeper(city.id), place_id, Step.LIST, ground.then)
            ground.take(ground.keeper(city.id), place_id, Step.INSPECT, ground.since, findings=_found("station"))
            count += 1
    return count


def _bases(ground: Ground) -> int:
    """Named in two batches, one whose validity ends soon, one announced just now, one waiting."""
    county = ground.keeper(ground.county.id)
    today = timezone.localdate(ground.now)
    names = ("穿岩演示基地", "十里演示基地", "茶乡演示基地", "湖畔演示基地", "山居演示基地")
    for number, name in enumerate(names):
        town = ground.towns[number % len(ground.towns)]
        facts = {
            "kind": "base", "name": f"{name}{INVENTED}", "address": "演示风景区", "position": _around(town.area, name), "hours": ALWAYS,
            "batch": f"{today.year - 1}年{'第一批' if number < 2 else '第二批'}{INVENTED}", "recommended_by_id": ground.county.id,
            "details": {"beds": str(60 + 20 * number), "day_price": "300", "features": "茶山步道、越剧体验（演示文字）"},
        }  # fmt: skip
        place_id = ground.put(town, f"base-{number}", facts, ground.then)
        if number < 2:
            ground.photo(town, place_id, 20 + number)
        if number == 4:
            continue
        ground.take(
            county, place_id, Step.ANNOUNCE, ground.now if number == 3 else ground.then, findings=_found("base")
        )
        if number == 3:
            continue
        ends = today + timedelta(days=30) if number == 2 else date(today.year + 2, 12, 31)
        ground.take(county, place_id, Step.LIST, ground.then + timedelta(days=20), valid_until=ends)
        ground.take(county, place_id, Step.INSPECT, ground.since, findings=_found("base"))
        _months(ground, town, place_id, 6, lambda back, place_id=place_id: {"received": Decimal(40 + chance(place_id, back)), "nights": Decimal(160 + 4 * chance(place_id, back))})  # fmt: skip
    return len(names)


def _months(ground: Ground, town: Union, place_id: int, count: int, told) -> None:
    last = Month.of(timezone.localdate(ground.now)).previous()
    for back in range(count):
        places.record_measures(
            viewer=ground.keeper(town.id), place_id=place_id, month=last.plus(-back), values=told(back), source="登记表（虚构）", now=ground.now
        )  # fmt: skip


def _venues(ground: Ground) -> int:
    """Two projects with partners each, but one venue that its union runs alone; of six one lacks a gate and one was not looked at yet."""
    county = ground.keeper(ground.county.id)
    last_year = Month(f"{timezone.localdate(ground.now).year - 1}-01")
    names = ("工人文化宫", "职工活动中心", "职工服务中心", "职工疗养院")
    for number, name in enumerate(names):
        town = ground.towns[number % len(ground.towns)]
        facts = {
            "kind": "venue", "name": f"{_short(town)}{name}{INVENTED}", "address": "演示大道", "position": _around(town.area, name), "hours": OFFICE,
            "partner": f"演示文化公司{INVENTED}" if number < 3 else "",
        }  # fmt: skip
        place_id = ground.put(town, f"venue-{number}", facts, ground.then)
        ground.take(county, place_id, Step.LIST, ground.then)
        ground.take(county, place_id, Step.INSPECT, ground.since)
        for nth, what in enumerate(("羽毛球馆合作运营", "职工食堂委托经营") if number < 3 else ()):
            _project(ground, town, place_id, what, 2 * number + nth)
        points = {"public_hours": 26, "reach": 20 + number, "favour": 16, "satisfaction": 11 + number, "safety": 9}
        places.record_measures(
            viewer=ground.keeper(town.id), place_id=place_id, month=last_year, values={one: Decimal(value) for one, value in points.items()}, source="年度评价（虚构）", now=ground.now
        )  # fmt: skip
        _months(ground, town, place_id, 3, lambda back, place_id=place_id: {"visits": Decimal(900 + 7 * chance(place_id, back))})  # fmt: skip
    return len(names)


def _project(ground: Ground, town: Union, place_id: int, what: str, number: int) -> None:
    begun = timezone.localdate(ground.then)
    told = ProjectFacts(
        f"{what}{INVENTED}", f"演示{('文化', '餐饮')[number % 2]}公司{INVENTED}", f"HT-{number + 1:03}（虚构）", begun, begun.replace(year=begun.year + 3, day=1),
        {"minutes": f"纪要〔{begun.year}〕{number + 1}号（虚构）", "opinion": f"审查意见{number + 1}号（虚构）"},
    )  # fmt: skip
    project_id = places.start_project(
        viewer=ground.keeper(town.id), place_id=place_id, facts=told, key=f"demo-project-{number}", now=ground.then
    )
    if number != 5:
        gates = {one: number != 4 or one != "control" for one in ("decision", "review", "control", "evaluation")}
        places.check_project(
            viewer=ground.keeper(ground.county.id), project_id=project_id, findings=gates, now=ground.since
        )


def _small(ground: Ground) -> int:
    """Bookhouses, a workstation of model workers, a nursing room, a training base: listed, and one bookhouse waiting."""
    county = ground.keeper(ground.county.id)
    told: tuple[tuple[str, str, dict[str, Any], dict[str, int]], ...] = (
        (
            "bookhouse",
            "轴承城职工书屋",
            {"volumes": "3200", "indoor_m2": "80", "platform": "演示数字书屋"},
            {"visits": 210, "loans": 96},
        ),
        ("bookhouse", "茶厂职工书屋", {"volumes": "2100", "indoor_m2": "55"}, {"visits": 120, "loans": 60}),
        ("bookhouse", "园区职工书屋", {"volumes": "900"}, {}),
        (
            "workstation",
            "劳模工匠助力山区县演示工作站",
            {"fields": "茶叶、轴承、文旅", "helps": "景宁畲族自治县"},
            {"visits": 6, "solved": 2},
        ),
        (
            "studio",
            "轴承数控创新工作室",
            {
                "leader": "例工匠（虚构）",
                "leader_honour": "省级工匠（虚构）",
                "fields": "数控车、轴承磨削",
                "alliance": "例创新工作室联盟（虚构）",
            },
            {"taught": 4, "solved": 1},
        ),
        ("nursing_room", "车站爱心母婴室", {}, {}),
        ("training_base", "轴承装配实训基地", {"trades": "钳工、数控车工"}, {"trained": 48}),
        (
            "lead_goose",
            "演示轴承股份有限公司",
            {
                "credit_code": "演示代码",
                "industry": "轴承",
                "leads": "带小微企业共用检测、培训，签区域能级工资协议。",
                "workers": "420",
            },
            {},
        ),
    )
    for number, (kind, name, details, measures) in enumerate(told):
        town = ground.towns[number % len(ground.towns)]
        facts = {
            "kind": kind,
            "name": f"{name}{INVENTED}",
            "position": _around(town.area, name),
            "hours": OFFICE,
            "details": details,
        }
        place_id = ground.put(town, f"small-{number}", facts, ground.then)
        if number != 2:
            ground.take(county, place_id, Step.LIST, ground.since)
            _months(ground, town, place_id, 3 if measures else 0, lambda back, measures=measures: {name: Decimal(value + back) for name, value in measures.items()})  # fmt: skip
    return len(told)


def _roofs(ground: Ground) -> int:
    """On roofs of households whose hardship was examined: what they made, used, sold and earned, month by month."""
    viewer = ground.keeper(ground.county.id)
    found = cases.list_cases(viewer, cases.CaseFilter()).order_by("pk").values_list("household_id", flat=True)[:80]
    homes = list(dict.fromkeys(found))[:ROOFS]
    city = ground.above(ground.county)
    for number, home in enumerate(homes, start=1):
        kw = 6 + number % 4
        facts = {
            "kind": "roof", "name": f"光FU行屋顶{number:02}{INVENTED}", "household_id": home, "area": ground.county.area[:6],
            "details": {
                "roof_m2": str(kw * 7), "facing": "南", "structure": "混凝土平顶", "kw": str(kw), "account_tail": f"{1000 + number}",
                "connected_on": timezone.localdate(ground.then).isoformat(),
            },
        }  # fmt: skip
        place_id = ground.put(ground.county, f"roof-{number}", facts, ground.then)
        ground.take(city, place_id, Step.LIST, ground.then, findings=_found("roof"))
        for back in range(ROOF_MONTHS if number != len(homes) else 4):
            month = Month.of(timezone.localdate(ground.now)).previous().plus(-back)
            made = Decimal(kw * (60 + 5 * (6 - abs(month.number - 7)) + chance(number, back) % 12))
            used = (made * Decimal("0.25")).quantize(Decimal("0.1"))
            told = {"generated": made, "self_used": used, "exported": made - used, "tariff": TARIFF, "income": ((made - used) * TARIFF).quantize(Decimal("0.01"))}  # fmt: skip
            places.record_measures(
                viewer=viewer, place_id=place_id, month=month, values=told, source="电费结算单（虚构）", now=ground.now
            )
    return len(homes)


def _exchange(ground: Ground) -> None:
    """With a neighbour: both count, and for last year they do not agree."""
    others = [
        one
        for one in unions.list_children(ground.county.parent_id or 0)
        if one.level is Level.COUNTY and one.id != ground.county.id
    ]
    year = timezone.localdate(ground.now).year
    ours = ground.keeper(ground.county.id)
    for number, other in enumerate(others[:2]):
        theirs = ground.keeper(other.id)
        if number == 0:
            _base_of(ground, other)
        pairing = places.propose_pairing(
            viewer=ours, kind="base", with_org_id=other.id, since=date(year - 2 + number, 3, 1), paper=f"互认互送协议{number + 1}号（虚构）", now=ground.then
        )  # fmt: skip
        places.confirm_pairing(viewer=theirs, pairing_id=pairing, now=ground.then)
        for back, sent in ((1, 120 + 30 * number), (0, 60)):
            told: dict[str, Any] = {
                "pairing_id": pairing,
                "year": year - back,
                "source": "名册（虚构）",
                "now": ground.now,
            }
            places.record_sent(viewer=ours, persons=sent, **told)
            places.record_sent(
                viewer=theirs, persons=sent - (2 if back and not number else 0), is_received=True, **told
            )
            places.record_sent(viewer=theirs, persons=80 + back, **told)
            if back:
                places.record_sent(viewer=ours, persons=81, is_received=True, **told)

    if others:
        asked: dict[str, Any] = {
            "kind": "venue",
            "since": date(year, 1, 1),
            "paper": "阵地互认协议（虚构）",
            "now": ground.then,
        }
        places.propose_pairing(viewer=ground.keeper(others[0].id), with_org_id=ground.county.id, **asked)
    places.pair_outside(
        viewer=ours, kind="base", partner="江南某市总工会（虚构）", confirmed_by="权益保障部（虚构）", paper="长三角互送〔虚构〕1号", since=date(year, 1, 1), now=ground.then
    )  # fmt: skip


def _base_of(ground: Ground, other: Union) -> None:
    """One that a neighbour keeps, for the county's workers to go to (`booking`)."""
    facts = {
        "kind": "base", "name": f"邻县演示基地{INVENTED}", "address": "演示湖边", "position": _around(other.area, 9), "hours": ALWAYS,
        "area": other.area[:6], "details": {"beds": "50", "day_price": "280", "features": "湖边步道（演示文字）"},
    }  # fmt: skip
    place_id, above = ground.put(other, f"base-{other.code}", facts, ground.then), ground.above(other)
    ground.take(above, place_id, Step.ANNOUNCE, ground.then, findings=_found("base"))
    ends = date(timezone.localdate(ground.now).year + 2, 12, 31)
    ground.take(above, place_id, Step.LIST, ground.then + timedelta(days=20), valid_until=ends)
    ground.take(above, place_id, Step.INSPECT, ground.since, findings=_found("base"))


def _short(union: Union) -> str:
    return union.name.removesuffix("（演示）").removesuffix("总工会").rpartition("县")[2] or union.name
