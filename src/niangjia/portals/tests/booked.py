"""What is booked in the house: an offer with seats and a line, a drawn trip that was settled, a course with certificates, a bus plan, talks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from niangjia.apps.accounts.types import Role
from niangjia.apps.bookings import actions, queries
from niangjia.apps.bookings.types import (
    CampaignFacts,
    CostFacts,
    Giving,
    OfferFacts,
    SiteFacts,
    SlotFacts,
    Speaker,
    StopFacts,
    TalkFacts,
    TeacherFacts,
    TopicFacts,
    TopicField,
    TourFacts,
)
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs.tests import town
from niangjia.engines import policy
from niangjia.kernel.deployment import programs_folder
from niangjia.portals.tests.house import House

STAFF = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS, Role.FINANCE, Role.AUDITOR}
MANAGING = STAFF - {Role.FINANCE, Role.AUDITOR}
TYPED = (
    "流动体检车进羽林", "数控车工夜校", "一线职工疗休养（江山）", "温暖服务季", "例讲师", "省级工匠", "数控", "轴承创新工作室", "白班", "安全帽的故事",
    "合作医院提供体检车", "羽林街道活动中心", "澄潭社区", "体检车秋季下乡", "带身份证。", "新昌", "热处理班",
)  # fmt: skip
TRIP = {
    "destination_class": "province", "is_in_mountain_county": "yes", "is_trip_segment": "no", "is_union_organised": "yes",
    "has_followed_tender": "yes", "employer_kind": "other", "payment_kind": "to_base", "is_invoice_genuine": "yes",
}  # fmt: skip


@dataclass(frozen=True)
class Booked:
    """Ids. `seated`, `waiting`, `attended`: the house's own worker's bookings; `draw`: the number of the drawn offer."""

    offer: int
    course: int
    trip: int
    draw: str
    seated: int
    attended: int
    campaign: int
    tour: int
    code: str


def lay(house: House) -> Booked:
    """Safe to repeat for the same house."""
    found: Booked | None = getattr(house, "booked", None)
    if found is None:
        found = house.booked = _lay(house)  # type: ignore[attr-defined]
    return found


def install(house: House) -> None:
    """The pack of the province with what it leaves open filled in with invented figures."""
    root = programs_folder()
    pack = policy.load_pack(root / "330000-zhejiang" / "recuperation", policy.load_vocabulary(root))
    programs.install_packs([pack], town.NOW)
    place = house.desk.town
    for name, value in (("yearly_cap", "2500"), ("yearly_cap_holds_for", "all"), ("max_segments", "2")):
        entered = programs.enter_parameter(
            viewer=place.county, program="recuperation", name=name, area="330624", starts_on=date(2020, 1, 1), value=value, source="虚构",
            is_invented=True, now=town.NOW,
        )  # fmt: skip
        programs.approve_parameter(viewer=place.county_second, parameter_id=entered.id, now=town.NOW)


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """So many days from the house's day, at that hour."""
    day = timezone.localdate(town.NOW) + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), tzinfo=timezone.get_default_timezone())


def _offer(house: House, key: str, slots: list[SlotFacts], *, now: datetime, **told) -> int:
    county = house.viewers[Role.COUNTY]
    facts = {
        "org_id": county.org_id, "area": "330624", "giving": Giving.FIRST_COME, "opens_at": now, "closes_at": now + timedelta(days=7), "kind": "check_up",
    }  # fmt: skip
    made = actions.make_offer(viewer=county, facts=OfferFacts(**(facts | told)), key=key, now=now)
    actions.add_slots(viewer=county, offer_id=made, slots=slots, now=now)
    actions.publish(viewer=county, offer_id=made, now=now)
    return made


def _lay(house: House) -> Booked:
    county, worker = house.viewers[Role.COUNTY], house.viewers[Role.WORKER]
    now, before = town.NOW, town.NOW - timedelta(days=20)
    install(house)
    people = [town.household(900 + number, house.desk.town["XG"], now=now)[1][0] for number in range(3)]
    campaign = actions.start_campaign(
        viewer=county, facts=CampaignFacts("温暖服务季", county.org_id, date(2023, 11, 1), date(2023, 12, 31), "合作医院提供体检车"), key="season", now=now
    )  # fmt: skip
    teacher = actions.name_teacher(viewer=county, facts=TeacherFacts("例讲师", county.org_id, "省级工匠", "数控", "轴承创新工作室"), key="t", now=now)  # fmt: skip

    def ask(offer: int, person_id: int, companions: int = 0, *, moment: datetime) -> int:
        return actions.ask(viewer=county, offer_id=offer, person_id=person_id, key=f"{offer}/{person_id}", companions=companions, now=moment)  # fmt: skip

    offer = _offer(
        house, "check", [SlotFacts(at(3, 9), at(3, 9, 30), 2, "羽林街道活动中心"), SlotFacts(at(3, 9, 30), at(3, 10), 2, "羽林街道活动中心")], now=now,
        title="流动体检车进羽林", campaign_id=campaign, most_companions=1, note="带身份证。",
    )  # fmt: skip
    seated = ask(offer, worker.person_id or 0, 1, moment=now)
    for person_id in people:
        ask(offer, person_id, moment=now)
    course = _offer(
        house, "course", [SlotFacts(at(-5, 18), at(-5, 20), 20, "白班")], now=before, title="数控车工夜校", kind="course", teacher_id=teacher,
        unit_cost=Decimal("85.50"), campaign_id=campaign,
    )  # fmt: skip
    attended = ask(course, worker.person_id or 0, moment=before)
    actions.check_in(viewer=county, code=queries.get_booking(county, attended).code, now=at(-5, 18))
    actions.certify(viewer=county, offer_id=course, now=now)
    trip, drawn = _lay_trip(house, [worker.person_id or 0, *people])
    return Booked(
        offer, course, trip, drawn, seated, attended, campaign, _lay_tour(house), queries.get_booking(county, seated).code
    )  # fmt: skip


def _lay_trip(house: House, people: list[int]) -> tuple[int, str]:
    county, before = house.viewers[Role.COUNTY], town.NOW - timedelta(days=20)
    trip = _offer(
        house, "trip", [SlotFacts(at(-8, 8), at(-6, 17), 8)], now=before, title="一线职工疗休养（江山）", kind="recuperation", giving=Giving.DRAW,
        most_companions=1, program="recuperation",
    )  # fmt: skip
    for number, person_id in enumerate(people):
        actions.ask(viewer=county, offer_id=trip, person_id=person_id, key=f"{trip}/{person_id}", companions=number % 2, now=before)  # fmt: skip
    actions.draw(viewer=county, offer_id=trip, now=before + timedelta(days=8))
    went = queries.list_bookings(county, offer_id=trip, state="SEATED")
    for one in went:
        actions.check_in(viewer=county, code=one.code, now=at(-8, 8))
    actions.tell_trip(viewer=county, offer_id=trip, answers=TRIP, now=town.NOW)
    costs = {one.id: CostFacts(Decimal("1800.00") + number * 50, True) for number, one in enumerate(went)}
    actions.tell_costs(viewer=county, offer_id=trip, costs=costs, now=town.NOW)
    actions.decide_trip(viewer=county, offer_id=trip, now=town.NOW)
    return trip, queries.get_offer(county, trip).number


def _lay_tour(house: House) -> int:
    county, grassroots = house.viewers[Role.COUNTY], house.viewers[Role.GRASSROOTS]
    days = (date(2023, 11, 20), date(2023, 11, 21))
    facts = TourFacts(
        "体检车秋季下乡", county.org_id, "330624", days, time(8), time(17), 29_500_000, 120_905_000, lanes=4
    )
    tour = actions.make_tour(viewer=county, facts=facts, key="tour", now=town.NOW)
    first = actions.add_site(viewer=county, tour_id=tour, facts=SiteFacts("羽林街道活动中心", 29_520_000, 120_880_000, 60), now=town.NOW)  # fmt: skip
    actions.add_site(viewer=county, tour_id=tour, facts=SiteFacts("澄潭社区", 29_430_000, 120_780_000, 24, time(9), time(16)), now=town.NOW)  # fmt: skip
    begins = datetime.combine(days[0], time(9), tzinfo=timezone.get_default_timezone())
    stop = StopFacts(first, 1, begins, begins + timedelta(hours=1), 40, True)
    actions.set_stops(viewer=county, tour_id=tour, new=[stop], now=town.NOW)
    topic = actions.add_topic(viewer=county, facts=TopicFacts("安全帽的故事", county.org_id, TopicField.SAFETY), key="topic", now=town.NOW)  # fmt: skip
    talk = TalkFacts(grassroots.org_id, "热处理班", topic, Speaker.TEAM_LEADER, at(-1, 8), 10, 22)
    actions.log_talk(viewer=grassroots, facts=talk, key="talk", now=town.NOW)
    return tour


PAGES = {
    "bookings:mine": (lambda house: [] if lay(house) else [], {Role.WORKER}),
    "bookings:own_calendar": (lambda house: [], {Role.WORKER}),
    "bookings:offer": (lambda house: [lay(house).offer], {Role.WORKER}),
    "bookings:booking": (lambda house: [lay(house).seated], {Role.WORKER}),
    "bookings:certificate": (lambda house: [lay(house).attended], {Role.WORKER}),
    "bookings:desk": (lambda house: [] if lay(house) else [], STAFF),
    "bookings:calendar": (lambda house: [], STAFF),
    "bookings:report": (lambda house: [], STAFF),
    "bookings:campaigns": (lambda house: [], STAFF),
    "bookings:campaign": (lambda house: [lay(house).campaign], STAFF),
    "bookings:teachers": (lambda house: [], STAFF),
    "bookings:new": (lambda house: [], MANAGING),
    "bookings:desk_offer": (lambda house: [lay(house).offer], STAFF),
    "bookings:change": (lambda house: [lay(house).offer], {Role.PROVINCE, Role.CITY, Role.COUNTY}),
    "bookings:people": (lambda house: [lay(house).offer], STAFF),
    "bookings:roster_template": (lambda house: [lay(house).offer], MANAGING),
    "bookings:check_in": (lambda house: [], MANAGING),
    "bookings:check_in_code": (lambda house: [lay(house).code], MANAGING),
    "bookings:trip": (lambda house: [lay(house).trip], STAFF),
    "bookings:tours": (lambda house: [] if lay(house) else [], STAFF),
    "bookings:tour": (lambda house: [lay(house).tour], STAFF),
    "bookings:talks": (lambda house: [] if lay(house) else [], STAFF),
    "bookings:topics": (lambda house: [], STAFF),
}
PUBLIC = {"bookings:open", "bookings:season", "bookings:draw_result", "bookings:certificate_check", "bookings:feed"}
ELSEWHERE = {("bookings:change", role): 404 for role in MANAGING - {Role.PROVINCE, Role.CITY, Role.COUNTY}}
"""The county's offer is not theirs to change."""
