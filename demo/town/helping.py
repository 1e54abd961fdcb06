"""Needs of the invented city's firms and who helps, at every stage and of every kind; all invented, and it says so."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from demo.town.office import COUNTY, Office
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.cases import queries as cases
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import Level, Union
from niangjia.apps.places import queries as places
from niangjia.apps.registry import queries as registry
from niangjia.apps.volunteers import actions, queries
from niangjia.apps.volunteers.types import HelperFacts, NeedFacts, Side, VisitFacts

MOST = 14
VOLUNTEERING, VACANCY = "volunteering", "vacancy"
SAID = {
    VOLUNTEERING: [
        {}, {}, {"goal": "一个月内把返修率降到百分之二（演示文字）", "measure": "连续四周抽检合格（演示文字）"},
        {"steps": "先看设备，再带教两个班组，最后一起定规程。（演示文字）"}, {}, {"result": "solved", "trained": "18", "words": "班组都会了。（演示文字）"},
    ],
    VACANCY: [{}, {}, {}, {"mentor": "站长（演示文字）"}, {}, {"result": "stays"}],
}  # fmt: skip
NEEDS: Sequence[
    tuple[str, str, str, str, str, int]
] = (  # kind, field, occupation, title, what it is about, stages to walk
    (VOLUNTEERING, "tea_farming", "5-01", "茶园病虫害怎么少用药", "三百亩茶园，去年用药成本翻了一番。", 6),
    (VOLUNTEERING, "industry", "6-18-02", "铝件焊接返修率高", "新产线的焊缝返修率一直在百分之六。", 5),
    (VOLUNTEERING, "training", "2-08", "新员工看不懂图纸", "一年进了四十个新人，没有人带。", 4),
    (VOLUNTEERING, "culture_tourism", "4-07-04", "民宿集群不会讲故事", "客人来过一次就不再来。", 3),
    (VOLUNTEERING, "industry", "6-31", "老设备总停机", "三台老压机，一周停两回。", 2),
    (VOLUNTEERING, "other", "2-02", "废水回用卡在一道工序", "想请行家来会诊，谁能解决谁来揭榜。", 1),
    (VOLUNTEERING, "tea_farming", "6-02-06", "夏秋茶做不出香气", "加工设备都有，工艺不对。", 1),
    (VOLUNTEERING, "industry", "6-18-02", "焊接机器人没人会调", "买来半年，只用了一半。", 0),
    (VACANCY, "delivery", "4-02-07", "快递分拣员", "白班，包午餐。", 6),
    (VACANCY, "household", "4-10-01", "养老护理员", "两班倒，带证优先。", 5),
    (VACANCY, "manufacturing", "6-18", "数控车工", "长白班，有师傅带。", 1),
    (VACANCY, "trade", "4-03", "食堂帮厨", "上午班。", 0),
)
SKILLS = {
    VOLUNTEERING: [("5-01", "2-03"), ("6-18-02",), ("2-08", "6-18"), ("4-07-04",), ("6-31", "2-02"), ("6-02-06",), ("6-18-02", "6-31")],
    VACANCY: [("4-02-07",), ("4-10-01",), ("6-18",), ("4-03", "4-10-01")],
}  # fmt: skip


@dataclass
class Hall:
    """Who is there, and the moment."""

    office: Office
    clock: Callable[[], datetime]
    county: Viewer
    firms: list[Union]
    helpers: dict[str, list[tuple[int, Viewer | None]]] = field(default_factory=dict)

    def enrol(self, kind: str, person_id: int, skills: tuple[str, ...], worker: Viewer | None = None) -> None:
        answers = {"honour": "craftsman"} if kind == VOLUNTEERING else {"situation": "transferred"}
        facts = HelperFacts(
            kind, skills, days=("6", "7") if len(skills) == 1 else (), capacity=3, team="茶乡工匠队（演示）" if kind == VOLUNTEERING else "",
            contact="（演示电话）", answers=answers,
        )  # fmt: skip
        helper_id = actions.enrol(viewer=self.county, person_id=person_id, facts=facts, now=self.clock())
        self.helpers.setdefault(kind, []).append((helper_id, worker))

    def file(self, number: int) -> tuple[int, Viewer]:
        kind, about_field, skill, title, about, walked = NEEDS[number]
        firm = self.firms[number % len(self.firms)]
        officer = self.office.officer(firm.id, self.clock())
        today = timezone.localdate(self.clock())
        is_bid = walked == 1 and about_field in ("other", "manufacturing")
        stations = places.list_public(kind=queries.kind_of(kind).station, on=today) if kind == VOLUNTEERING else None
        station = stations.first() if stations is not None and number < 2 else None
        answers = (
            {"tried": "自己试过两回。（演示文字）"}
            if kind == VOLUNTEERING
            else {"monthly_pay": "5800", "insured": "yes"}
        )
        facts = NeedFacts(
            kind, f"{title}（演示）", f"{about}（演示文字）", about_field, firm.id, firm.area[:6], (skill,), due_on=today + timedelta(days=40),
            is_open_bid=is_bid, bids_until=today + timedelta(days=20) if is_bid else None, contact="（演示联系人）", answers=answers, place_id=station.pk if station else None,
        )  # fmt: skip
        key = uuid.uuid5(uuid.NAMESPACE_OID, f"demo-need-{number}")
        return actions.file_need(viewer=officer, facts=facts, key=key, now=self.clock()), officer

    def go_on(self, viewer: Viewer, need_id: int, ratings: Mapping[int, int] | None = None) -> None:
        card = queries.get_need(viewer, need_id)
        kind = queries.kind_of(card.kind)
        today = timezone.localdate(self.clock())
        answers = {name: today.isoformat() for name, one in kind.stages[card.stage].form.items() if one.type == "date"}
        answers |= SAID[card.kind][kind.place_of(card.stage)]
        actions.go_on(
            viewer=viewer, need_id=need_id, from_step=card.step, answers=answers, ratings=ratings, now=self.clock()
        )

    def pair(self, need_id: int, officer: Viewer) -> int | None:
        """Whoever fits best, asked by the county; the helper says yes on the telephone, the firm here. None: nobody fits."""
        found = queries.others_for(self.county, need_id)
        if not found:
            return None
        now = self.clock()
        pair_id = actions.put_to_both(viewer=self.county, need_id=need_id, helper_id=found[0].helper.id, now=now)
        self.say_yes(pair_id, Side.HELPER)
        actions.answer(viewer=officer, pair_id=pair_id, side=Side.FIRM, is_yes=True, now=self.clock())
        return pair_id

    def say_yes(self, pair_id: int, side: Side) -> None:
        actions.answer(
            viewer=self.county,
            pair_id=pair_id,
            side=side,
            is_yes=True,
            reason="电话里说愿意（演示文字）",
            now=self.clock(),
        )

    def walk(self, number: int) -> None:
        need_id, officer = self.file(number)
        walked = NEEDS[number][5]
        if walked == 0:
            return
        self.go_on(self.county, need_id)
        pair_id = self.pair(need_id, officer) if walked > 1 else None
        if pair_id is None:
            return
        for _stage in range(min(walked, 4) - 1):
            self.go_on(officer, need_id)
        if walked >= 4:
            self.log(pair_id, officer, number)
        if walked >= 5:
            self.go_on(officer, need_id)
        if walked == 6:
            self.go_on(officer, need_id, {pair_id: 5 - number % 2})

    def log(self, pair_id: int, officer: Viewer, number: int) -> None:
        today: date = timezone.localdate(self.clock())
        facts = VisitFacts(today, 150 + 30 * number, 6 + number, "到现场看过，带教了一个班组。（演示文字）")
        key = uuid.uuid5(uuid.NAMESPACE_OID, f"demo-visit-{pair_id}")
        actions.log_visit(viewer=officer, pair_id=pair_id, facts=facts, key=key, now=self.clock())


def play(office: Office, worker: Viewer | None, clock: Callable[[], datetime]) -> int:
    """How many needs were filed; none, where there is no firm or nobody to help."""
    county_union = unions.find_county_union(COUNTY + "000000")
    assert county_union is not None, "the invented city has a Xinchang county union"
    county = office.officer(county_union.id, clock())
    hall = Hall(office, clock, county, _firms(county_union.id))
    people = _people(county, worker)
    if not hall.firms or len(people) < len(SKILLS[VOLUNTEERING]):
        return 0
    for kind, all_skills in SKILLS.items():
        for person_id, skills in zip(people, all_skills, strict=False):
            hall.enrol(kind, person_id, skills)
    for number in range(len(NEEDS)):
        hall.walk(number)
    if worker is not None and worker.person_id is not None:
        _of_the_worker(hall, worker)
    for kind in SKILLS:
        actions.propose(viewer=county, kind=kind, now=clock())
    return len(NEEDS)


def _firms(county_id: int) -> list[Union]:
    towns = [one for one in unions.list_children(county_id) if one.level is Level.TOWN and one.is_active]
    found = [firm for town in towns for firm in unions.list_children(town.id) if firm.is_active]
    return [firm for firm in found if firm.level is Level.GRASSROOTS][:6]


def _people(county: Viewer, worker: Viewer | None) -> list[int]:
    """Members whom the demo knows by name, but for the worker who signs in."""
    found = cases.list_cases(county, cases.CaseFilter()).exclude(person_id=None).order_by("pk")
    ids = list(dict.fromkeys(found.values_list("person_id", flat=True)[:80]))
    members = registry.open_memberships_of(ids)
    return [one for one in ids if one in members and (worker is None or one != worker.person_id)][:MOST]


def _of_the_worker(hall: Hall, worker: Viewer) -> None:
    """The login "worker" is asked for one need, and is at work on another."""
    if worker.person_id not in registry.open_memberships_of([worker.person_id or 0]):
        return
    hall.enrol(VOLUNTEERING, worker.person_id or 0, ("6-18-02", "6-31"), worker)
    helper_id = hall.helpers[VOLUNTEERING][-1][0]
    for number, is_at_work in ((1, True), (4, False)):
        firm = hall.firms[number % len(hall.firms)]
        officer = hall.office.officer(firm.id, hall.clock())
        facts = NeedFacts(
            VOLUNTEERING, f"{'夜班焊工没人带' if is_at_work else '打磨工位粉尘大'}（演示）", "想请行家来看一看、带一带。（演示文字）", "industry", firm.id, firm.area[:6],
            ("6-18-02",), contact="（演示联系人）",
        )  # fmt: skip
        key = uuid.uuid5(uuid.NAMESPACE_OID, f"demo-own-need-{number}")
        need_id = actions.file_need(viewer=officer, facts=facts, key=key, now=hall.clock())
        hall.go_on(hall.county, need_id)
        pair_id = actions.put_to_both(viewer=hall.county, need_id=need_id, helper_id=helper_id, now=hall.clock())
        if is_at_work:
            actions.answer(viewer=worker, pair_id=pair_id, side=Side.HELPER, is_yes=True, now=hall.clock())
            actions.answer(viewer=officer, pair_id=pair_id, side=Side.FIRM, is_yes=True, now=hall.clock())
            for _stage in range(3):
                hall.go_on(officer, need_id)
