"""Places of the house: a listed station with a photo and its use, one that waits, a base, a household's roof, and an agreement with a neighbour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal

from niangjia.apps.accounts.types import Role
from niangjia.apps.files.tests import pictures
from niangjia.apps.places import actions as places
from niangjia.apps.places import queries
from niangjia.apps.places.lifecycle import Step
from niangjia.apps.places.types import Hours, PlaceFacts, Position
from niangjia.apps.programs.tests import town
from niangjia.kernel.months import Month
from niangjia.portals.tests.house import House

HERE = Position(Decimal("29.500100"), Decimal("120.900200"))
WEEK = Hours((1, 2, 3, 4, 5), time(8), time(20))
TYPED = (
    "羽林驿站", "待建驿站", "云上基地", "光伏屋顶01", "演示石油", "环卫站", "演示路1号", "演示风景区", "茶山步道", "签到表", "药箱过期", "互认互送协议1号", "新昌县",
    "诸暨市", "羽林街道", "绍兴市",
)  # fmt: skip
"""Names and what people typed; divisions have their names."""


@dataclass(frozen=True)
class Placed:
    """Ids; `number` of the listed station; `photo_key` of its photo."""

    station_id: int
    waiting_id: int
    base_id: int
    roof_id: int
    number: str
    photo_key: str
    pairing_id: int


def lay(house: House) -> Placed:
    """Made once; the same afterwards."""
    standing = getattr(house, "placed", None)
    if standing is None:
        standing = house.placed = _lay(house)  # type: ignore[attr-defined]
    return standing


def take(house: House, role: Role, place_id: int, step: Step, **told: object) -> None:
    viewer = house.viewers[role]
    card = queries.get_place(viewer, place_id, now=town.NOW)
    places.take_step(viewer=viewer, place_id=place_id, step=step, from_step=card.step, now=town.NOW, **told)  # type: ignore[arg-type]


def _lay(house: House) -> Placed:
    place = house.desk.town
    township, county = house.viewers[Role.TOWNSHIP], house.viewers[Role.COUNTY]

    def put(key: str, viewer, org, **facts: object) -> int:
        told = {"org_id": org.id, "area": "330624001", "level": "county"} | facts
        return places.apply_for_place(viewer=viewer, facts=PlaceFacts(**told), key=key, now=town.NOW)  # type: ignore[arg-type]

    station = put(
        "station", township, place["XG"], kind="station", name="羽林驿站", address="演示路1号", position=HERE, hours=(WEEK,),
        equipment=("table", "water", "microwave"), partner="演示石油", service_phone="0575-00000000", details={"manager": "环卫站"},
    )  # fmt: skip
    waiting = put("waiting", township, place["XT"], kind="station", name="待建驿站", details={"manager": "环卫站"})
    base = put(
        "base", county, place["X"], kind="base", name="云上基地", address="演示风景区", batch="2023-1", recommended_by_id=place["C"].id,
        details={"beds": "60", "features": "茶山步道"},
    )  # fmt: skip
    roof = put(
        "roof", county, place["X"], kind="roof", name="光伏屋顶01", household_id=house.households["confirmed"], details={"roof_m2": "40", "kw": "6"}
    )  # fmt: skip
    photo = places.keep_photo(viewer=township, place_id=station, content=pictures.jpeg(640, 480), now=town.NOW)
    take(house, Role.COUNTY, station, Step.LIST)
    lacking = {name: name != "medicine" for name in queries.kind_of("station").asked}
    due = town.NOW.date() + timedelta(days=20)
    take(house, Role.COUNTY, station, Step.VISIT, findings=lacking, reason="药箱过期", mend_by=due)
    take(house, Role.CITY, base, Step.ANNOUNCE, findings=dict.fromkeys(queries.kind_of("base").asked, True))
    take(house, Role.CITY, roof, Step.LIST, findings=dict.fromkeys(queries.kind_of("roof").asked, True))
    for back in range(3):
        month = Month("2023-10").plus(-back)
        told = {"viewer": county, "month": month, "source": "签到表", "now": town.NOW}
        places.record_measures(place_id=station, values={"visits": Decimal(300 + back)}, **told)  # type: ignore[arg-type]
        made = {
            "generated": Decimal(400),
            "self_used": Decimal("90.5"),
            "exported": Decimal("309.5"),
            "income": Decimal("128.53"),
        }
        places.record_measures(place_id=roof, values=made, **told)  # type: ignore[arg-type]
    agreed = {"kind": "base", "with_org_id": place["Y"].id, "since": date(2023, 3, 1), "paper": "互认互送协议1号"}
    pairing = places.propose_pairing(viewer=county, now=town.NOW, **agreed)  # type: ignore[arg-type]
    places.confirm_pairing(viewer=place.other_county, pairing_id=pairing, now=town.NOW)
    counted = {"pairing_id": pairing, "year": 2023, "source": "签到表", "now": town.NOW}
    places.record_sent(viewer=county, persons=120, **counted)  # type: ignore[arg-type]
    places.record_sent(viewer=place.other_county, persons=118, is_received=True, **counted)  # type: ignore[arg-type]
    number = queries.get_place(county, station, now=town.NOW).number
    return Placed(station, waiting, base, roof, number, photo.key, pairing)
