"""Services of the invented county: check-ups, a bus plan, courses, a season, a trip that is drawn and settled, a hall, talks before shifts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from demo.town import pictures
from demo.town.office import COUNTY, Office
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.bookings import actions as bookings
from niangjia.apps.bookings import queries
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
from niangjia.apps.cases import queries as cases
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries as fund_queries
from niangjia.apps.matters import queries as matters
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import Level, Union
from niangjia.apps.places import queries as places
from niangjia.apps.registry import queries as registry
from niangjia.engines.scheduling import Lanes

SITES = (
    ("羽林街道活动中心（虚构）", 29_520_000, 120_880_000, 64), ("澄潭街道文化站（虚构）", 29_430_000, 120_780_000, 40),
    ("儒岙镇职工之家（虚构）", 29_410_000, 120_990_000, 32), ("沙溪镇便民中心（虚构）", 29_540_000, 121_120_000, 24), ("镜岭镇礼堂（虚构）", 29_400_000, 120_700_000, 20),
)  # fmt: skip
TEACHERS = (
    ("例师傅一（虚构）", "省级工匠", "数控加工"), ("例师傅二（虚构）", "市级劳模", "纺织保全"), ("例师傅三（虚构）", "高级技师", "焊接"),
    ("例师傅四（虚构）", "技术能手", "制鞋工艺"), ("例师傅五（虚构）", "副教授", "工业机器人"), ("例师傅六（虚构）", "首席技师", "电工"),
)  # fmt: skip
TOPICS = (
    ("本周安全提示：叉车通道", TopicField.SAFETY), ("仓库先进先出怎么做", TopicField.CRAFT), ("一位老师傅的三十年", TopicField.STORY), ("工会能为您做什么", TopicField.POLICY),
)  # fmt: skip
TRIP = {
    "destination_class": "neighbour_province", "is_in_mountain_county": "yes", "is_trip_segment": "no", "is_union_organised": "yes",
    "has_followed_tender": "yes", "employer_kind": "other", "payment_kind": "to_base", "is_invoice_genuine": "yes",
}  # fmt: skip

CHECK: dict[str, Decimal | None] = {"health_check": Decimal("180.00")}
"""E21: a special health check may be chosen with the trip; its price is the demo's own."""


@dataclass
class Services:
    """The county's officers and some of its members, at one moment after another. `present`: the reader's day; what is to come, comes after it."""

    office: Office
    clock: Callable[[], datetime]
    union: Union
    people: list[int]
    guests: list[int]
    present: date

    @property
    def county(self) -> Viewer:
        return self.office.officer(self.union.id, self.clock())

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        day = (self.present if days > 0 else timezone.localdate(self.clock())) + timedelta(days=days)
        return datetime.combine(day, time(hour, minute), tzinfo=timezone.get_default_timezone())

    def offer(self, key: str, title: str, kind: str, slots: Sequence[SlotFacts], *, now: datetime, days: int = 7, extras: Mapping[str, Decimal | None] | None = None, **told: object) -> int:  # fmt: skip
        is_to_come = timezone.localdate(slots[0].begins) > self.present
        since = max(now, _at(self.present, 8)) if is_to_come else now
        facts = OfferFacts(
            **{
                "title": f"{title}（虚构）", "kind": kind, "org_id": self.union.id, "area": self.union.area, "giving": Giving.FIRST_COME, "opens_at": now,
                "closes_at": min(since + timedelta(days=days), slots[0].begins), **told,
            }
        )  # type: ignore[arg-type]  # fmt: skip
        made = bookings.make_offer(viewer=self.county, facts=facts, key=f"demo-{key}", now=now)
        bookings.add_slots(viewer=self.county, offer_id=made, slots=slots, now=now)
        if extras:
            bookings.set_extras(viewer=self.county, offer_id=made, extras=extras, now=now)
        bookings.publish(viewer=self.county, offer_id=made, now=now)
        return made

    def ask(self, offer: int, people: Sequence[int], *, now: datetime, companions: Callable[[int], int] = lambda n: 0, extras: Callable[[int], Collection[str]] = lambda n: ()) -> None:  # fmt: skip
        for number, person_id in enumerate(people):
            bookings.ask(
                viewer=self.county, offer_id=offer, person_id=person_id, key=f"demo-{offer}-{person_id}", companions=companions(number), extras=extras(number), now=now
            )  # fmt: skip

    def come(self, offer: int, *, but: int = 0) -> None:
        """Who has a seat is checked in, but for the last `but`; those missed it."""
        card = queries.get_offer(self.county, offer)
        begins = {slot.id: slot.begins for slot in card.slots}
        seated = queries.list_bookings(self.county, offer_id=offer, state="SEATED")
        for one in seated[: len(seated) - but]:
            bookings.check_in(viewer=self.county, code=one.code, now=begins[one.slot_id or 0])
        bookings.close_offer(viewer=self.county, offer_id=offer, now=self.clock())


def turns(begins: datetime, count: int, seats: int, label: str = "", minutes: int = 30) -> list[SlotFacts]:
    each = timedelta(minutes=minutes)
    return [SlotFacts(begins + n * each, begins + (n + 1) * each, seats, label) for n in range(count)]


def play(office: Office, worker: Viewer | None, clock: Callable[[], datetime], present: date) -> None:
    """Everything of the bookings that a page of the demo shows; the worker with a login has a seat, a place in the line and a certificate."""
    union = unions.find_county_union(COUNTY + "000000")
    assert union is not None, "the invented city has a Xinchang county union"
    viewer = office.officer(union.id, clock())
    found = cases.list_cases(viewer, cases.CaseFilter()).exclude(person_id=None).order_by("pk")
    ids = list(dict.fromkeys(found.values_list("person_id", flat=True)[:80]))
    members = registry.open_memberships_of(ids)
    own = worker.person_id if worker else None
    people = sorted(
        (one for one in ids if one in members and one != own), key=lambda one: not members[one].group
    )  # riders and couriers first
    services = Services(office, clock, union, people[:14], _others(viewer, {*people, own}), present)
    is_member = own is not None and bool(registry.open_memberships_of([own]))
    _season(services, own if is_member else None)
    _courses(services, own if is_member else None)
    _trip(services)
    _exchange(services)
    _tour(services)
    _talks(services)
    _year(office, clock, present)


def _others(viewer: Viewer, taken: set[int | None]) -> list[int]:
    """Members of whom nothing else is told."""
    ids = registry.visible_persons(viewer).order_by("-pk").values_list("pk", flat=True)[:300]
    members = registry.open_memberships_of(ids)
    return [one for one in ids if one in members and one not in taken][:5]


def _year(office: Office, clock: Callable[[], datetime], present: date) -> None:
    """
    E06: what the city itself gave its riders and couriers month by month since January, so that the targets have a year to be judged by. Of
    the year's last month, and of a year that has just begun, nothing.
    """
    city = unions.find_city_union(COUNTY + "000000")
    assert city is not None, "the invented city has its union"
    riders = riders_of(office.officer(city.id, clock()))
    services = Services(office, clock, city, riders, [], present)
    months = [number for number in range(9, 0, -1) if services.at(-30 * number, 9).year == present.year]
    for number in months:
        _held(services, f"jobs-{number}", "新就业群体招聘与转岗咨询", "job_service", -30 * number, riders)
        if number % 2:
            _held(services, f"lesson-{number}", "骑手、司机安全与急救课", "course", 3 - 30 * number, riders[:10])
    for number, people in zip(months[1::4], (riders[:7], riders[7:12]), strict=False):
        _held(services, f"check-{number}", "新就业群体免费体检", "check_up", 6 - 30 * number, people)


def riders_of(viewer: Viewer) -> list[int]:
    """Couriers, drivers and the like of the viewer's part of the tree, by number."""
    ids = list(registry.visible_persons(viewer).order_by("pk").values_list("pk", flat=True))
    return sorted(one for one, spell in registry.open_memberships_of(ids).items() if spell.group)


def _held(services: Services, key: str, title: str, kind: str, days: int, people: Sequence[int]) -> None:
    """One session that is over: everybody asked for a seat and came."""
    begins = services.at(days, 9)
    slot = SlotFacts(begins, begins + timedelta(hours=2), len(people) + 2, "例职工服务中心（虚构）")
    offer = services.offer(key, title, kind, [slot], now=begins - timedelta(days=9))
    services.ask(offer, people, now=begins - timedelta(days=8))
    services.come(offer)


def _season(services: Services, own: int | None) -> None:
    """E05, E10, E17: a season with check-ups, counselling and a hall; the worker waits for a seat."""
    now, today = services.clock(), timezone.localdate(services.clock())
    season = bookings.start_campaign(
        viewer=services.county, facts=CampaignFacts("温暖服务季（虚构）", services.union.id, today - timedelta(days=15), today + timedelta(days=45), "例医院体检车、例心理咨询社（虚构）"),
        key="demo-season", now=now,
    )  # fmt: skip
    held = services.at(-12, 9)
    past = services.offer("check-past", "流动体检车进园区", "check_up", turns(held, 4, 4, "园区党群中心（虚构）"), now=held - timedelta(days=9), campaign_id=season)  # fmt: skip
    services.ask(past, services.people[:11], now=held - timedelta(days=8))
    services.come(past, but=2)
    soon = services.offer(
        "check-soon", "新就业形态劳动者体检", "check_up", turns(services.at(9, 9), 4, 2, "羽林街道活动中心（虚构）"), now=now, program="free-checkup",
        campaign_id=season, most_companions=1,
    )  # fmt: skip
    services.ask(soon, services.people[-3:], now=services.clock())
    full = services.offer("counsel", "心理咨询一对一", "counselling", turns(services.at(4, 14), 3, 1, "例职工服务中心（虚构）", 60), now=now, campaign_id=season)  # fmt: skip
    services.ask(full, services.people[:5] + ([own] if own else []), now=services.clock())
    _hall(services)


def _hall(services: Services) -> None:
    """E17: a training room at a concession, for those to whom it was granted; the union of one of them booked it."""
    now = services.clock()
    slots = turns(services.at(7, 8), 2, 1, "例工人文化宫三楼（虚构）", 240)
    hall = services.offer("hall", "创业培训教室（阶段性优惠）", "venue", slots, now=now, program="venue-concession")
    session = queries.get_offer(services.county, hall).slots[0]
    for one in matters.list_matters(services.county, place="all", state="DONE", program="venue-concession"):
        officer = services.office.officer(one.org_id, now)
        ids = list(registry.visible_persons(officer).order_by("pk").values_list("pk", flat=True)[:50])
        members = registry.open_memberships_of(ids)
        for person_id in [one_id for one_id in ids if one_id in members and members[one_id].org_id == one.org_id][:1]:
            bookings.ask(
                viewer=officer, offer_id=hall, person_id=person_id, key=f"demo-hall-{one.pk}", slot_id=session.id, now=now
            )  # fmt: skip


def _courses(services: Services, own: int | None) -> None:
    """E09, E31: both kinds of training, six teachers, one course over with certificates."""
    now = services.clock()
    studio = places.list_teaching(services.county).first()
    teachers = [
        bookings.name_teacher(viewer=services.county, facts=TeacherFacts(name, services.union.id, honour, field, "" if studio and number < 3 else "例民间工作室（虚构）", studio.pk if studio and number < 3 else None), key=f"demo-teacher-{number}", now=now)
        for number, (name, honour, field) in enumerate(TEACHERS)
    ]  # fmt: skip
    held, two_hours = services.at(-20, 18), timedelta(hours=2)
    evenings = tuple((held + timedelta(days=4 * n), held + timedelta(days=4 * n) + two_hours) for n in range(4))
    slot = SlotFacts(held, evenings[-1][1], 12, "例职业技术学校（虚构）", evenings)
    night = services.offer(
        "course", "数控车工夜校（四讲）", "course", [slot], now=held - timedelta(days=9), teacher_id=teachers[0], unit_cost=Decimal("85.50"), least_share=Decimal("0.75"),
    )  # fmt: skip
    services.ask(night, [*([own] if own else []), *services.people[:8]], now=held - timedelta(days=8))
    seated = queries.list_bookings(services.county, offer_id=night, state="SEATED")
    for number, (begins, _ends) in enumerate(
        evenings[1:], start=1
    ):  # the first half of them comes to every lesson, the others to some
        for place, one in enumerate(seated[:-1]):
            if place < len(seated) // 2 or (place + number) % 2:
                bookings.check_in(viewer=services.county, code=one.code, now=begins)
    services.come(night, but=1)
    bookings.certify(viewer=services.county, offer_id=night, now=services.clock())
    held = services.at(-10, 9)
    again = services.offer("reemployment", "转岗电工上岗培训", "course_reemployment", turns(held, 1, 10, "", 360), now=held - timedelta(days=9), teacher_id=teachers[5], unit_cost=Decimal("420.00"))  # fmt: skip
    services.ask(again, services.people[4:9], now=held - timedelta(days=8))
    services.come(again)
    services.offer("academy", "劳模工匠大讲堂：鞋革工艺", "academy", turns(services.at(12, 14), 1, 40, "例轻工学校（虚构）", 120), now=now, teacher_id=teachers[3])  # fmt: skip


def _trip(services: Services) -> None:
    """E19, E21: seats drawn, three days at 600 yuan, family at its own cost, settled to the cent and booked to each."""
    begins = services.at(-9, 8)
    trip = services.offer(
        "trip", "一线职工疗休养", "recuperation", [SlotFacts(begins, begins + timedelta(days=2, hours=9), 8, "邻省线（虚构）")], now=begins - timedelta(days=20), days=10,
        giving=Giving.DRAW, most_companions=1, program="recuperation", extras=CHECK,
    )  # fmt: skip
    services.ask(
        trip, services.people[:10], now=begins - timedelta(days=19), companions=lambda number: int(number % 4 == 0), extras=lambda number: CHECK if number % 3 else (),
    )  # fmt: skip
    bookings.draw(viewer=services.county, offer_id=trip, now=begins - timedelta(days=9))
    services.come(trip)
    bookings.tell_trip(viewer=services.county, offer_id=trip, answers=TRIP, now=services.clock())
    went = queries.list_bookings(services.county, offer_id=trip, state="ATTENDED")
    costs = {
        one.id: CostFacts(
            Decimal("1800.00") if number else Decimal("1850.50"), True if one.companions else None, "hard_post"
        )
        for number, one in enumerate(went)
    }
    bookings.tell_costs(viewer=services.county, offer_id=trip, costs=costs, now=services.clock())
    bookings.decide_trip(viewer=services.county, offer_id=trip, now=services.clock())
    _pay(services, trip)
    later = services.at(30, 8)
    services.offer(
        "trip-next", "新就业形态劳动者疗休养", "recuperation", [SlotFacts(later, later + timedelta(days=2, hours=9), 20, "省内山区县（虚构）")], now=services.clock(), days=12,
        giving=Giving.DRAW, most_companions=2, program="recuperation", extras=CHECK,
    )  # fmt: skip
    base = places.list_places(services.county, kind="base", state="LISTED").first()
    if base is not None:
        begins = services.at(10, 8)
        stay = services.offer(
            "trip-base", "本县基地疗休养", "recuperation", [SlotFacts(begins, begins + timedelta(days=3, hours=8), 12, base.name[:20])], now=services.clock(),
            program="recuperation", place_id=base.pk, most_companions=1,
        )  # fmt: skip
        services.ask(stay, services.guests, now=services.clock(), companions=lambda number: int(number == 0))


def _exchange(services: Services) -> None:
    """E20: a trip that is over, to a base of a union that recognises the county's; who came is counted on both unions' pages."""
    day = timezone.localdate(services.at(-16, 8))
    ours = [one.id for one in unions.list_subtree(services.union.path)]
    bases = (
        places.list_usable(services.union.id, on=day).filter(kind="base", listed_on__lte=day).exclude(org_id__in=ours)
    )
    base = bases.filter(org__level=Level.COUNTY.value).first()
    if base is None:
        return
    begins = services.at(-16, 8)
    stay = services.offer(
        "trip-exchange", "互认基地疗休养", "recuperation", [SlotFacts(begins, begins + timedelta(days=2, hours=9), 6)], now=begins - timedelta(days=9),
        place_id=base.pk, days=8,
    )  # fmt: skip
    services.ask(stay, services.people[10:13], now=begins - timedelta(days=8))
    services.come(stay)


def _pay(services: Services, trip: int) -> None:
    """Finance asks, another approves, a second of finance books it to each worker."""
    first, second = (services.office.clerk(services.union.id, Role.FINANCE, services.clock(), nth=n) for n in (1, 2))
    approver = services.office.officer(services.union.id, services.clock(), nth=3)
    year = timezone.localdate(services.at(-9, 8)).year
    opened = funds.open_budget(
        viewer=first, org_id=services.union.id, purpose="recuperation", year=year, amount=Decimal("630000.00"), key=f"demo-recuperation-{year}", reason="演示预算（虚构）",
        now=services.clock(),
    )  # fmt: skip
    funds.approve_request(viewer=approver, request_id=opened, now=services.clock())
    bookings.keep_invoice(viewer=services.county, offer_id=trip, content=pictures.room(900), now=services.clock())
    bookings.pay_carrier(viewer=first, offer_id=trip, now=services.clock())
    for request in list(fund_queries.list_requests(approver)):
        if request.kind == "BUY_GOODS":
            funds.approve_request(viewer=approver, request_id=request.pk, now=services.clock())
    bookings.hand_over(viewer=second, offer_id=trip, now=services.clock())


def _tour(services: Services) -> None:
    """E05: a bus, five sites, two days fixed by hand; the rest is for the reader to plan."""
    today = services.present
    days = tuple(day for day in (today + timedelta(days=number) for number in range(14, 24)) if day.weekday() < 5)[:4]
    facts = TourFacts("体检车下乡排班（虚构）", services.union.id, services.union.area, days, time(8), time(17), 29_500_000, 120_905_000, lanes=4)  # fmt: skip
    tour = bookings.make_tour(viewer=services.county, facts=facts, key="demo-tour", now=services.clock())
    sites = [
        bookings.add_site(viewer=services.county, tour_id=tour, facts=SiteFacts(name, north, east, people), now=services.clock())
        for name, north, east, people in SITES
    ]  # fmt: skip
    for row in places.list_stopping(services.county).filter(area__startswith=services.union.area[:6])[
        :1
    ]:  # one of the register
        stop = SiteFacts(row.name[:40], row.latitude or 0, row.longitude or 0, 20, place_id=row.pk)
        bookings.add_site(viewer=services.county, tour_id=tour, facts=stop, now=services.clock())
    lanes = Lanes(4, 30)
    stops = []
    for day, site, people in ((days[0], 0, 48), (days[1], 1, 40)):
        begins = _at(day, 9)
        stops.append(StopFacts(sites[site], 1, begins, begins + timedelta(minutes=lanes.minutes(people)), people, True))
    bookings.set_stops(viewer=services.county, tour_id=tour, new=stops, now=services.clock())


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=timezone.get_default_timezone())


def _talks(services: Services) -> None:
    """E32: a library of topics and a month of talks at some of the county's firms."""
    now = services.clock()
    topics = [
        bookings.add_topic(viewer=services.county, facts=TopicFacts(f"{title}（虚构）", services.union.id, field, "要点由班组长补充。"), key=f"demo-topic-{number}", now=now)
        for number, (title, field) in enumerate(TOPICS)
    ]  # fmt: skip
    towns = [one for one in unions.list_children(services.union.id) if one.level is Level.TOWN and one.is_active]
    firms = [
        firm
        for town in towns
        for firm in unions.list_children(town.id)
        if firm.level is Level.GRASSROOTS and firm.is_active
    ]
    speakers = list(Speaker)
    members = registry.count_members_at(firm.id for firm in firms)
    for number, firm in enumerate([firm for firm in firms if members.get(firm.id, 0) > 1][:9]):
        officer = services.office.officer(firm.id, services.clock())
        for back in range(1, 4):
            held = services.at(-back - number % 3, 7, 50)
            facts = TalkFacts(
                firm.id,
                f"{number % 2 + 1} 班",
                topics[(number + back) % len(topics)],
                speakers[(number + back) % 4],
                held,
                10,
                max(1, min(12 + number + back, members[firm.id]) - back % 2),
            )
            bookings.log_talk(viewer=officer, facts=facts, key=f"demo-talk-{number}-{back}", now=services.clock())
