"""Needs and helpers of the house: one at each stage that a page shows differently, all of the county's firm."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.programs.tests import town
from niangjia.apps.volunteers import actions, queries
from niangjia.apps.volunteers.types import HelperFacts, NeedFacts, Side, VisitFacts
from niangjia.portals.tests.house import House

GOAL = {"goal": "返修率降到百分之二以下", "measure": "连续四周"}
TITLES = ("自动焊机怎样调", "谁来教新人看图纸", "焊接返修率高", "注塑机总停", "老设备改造")
WHAT, TEAM, TRIED, BID = (
    "新产线开起来三个月，一直做不好，想请行家来看。",
    "焊工先锋队",
    "自己调过两回。",
    "我带过三批徒弟，可以每周六来。",
)
ASKED_BY_PHONE, SEEN, CONTACT = "电话里说愿意", "调了电流和送丝，带了两个班组。", "车间主任"
PLAN = {"begins": "2023-11-06", "ends": "2023-12-06", "steps": "先看，再教。"}
TYPED = (*TITLES, WHAT, TEAM, TRIED, BID, ASKED_BY_PHONE, SEEN, CONTACT, GOAL["goal"], GOAL["measure"], PLAN["steps"])


@dataclass(frozen=True)
class Helped:
    """Ids: needs by where they stand; the worker's own pair that waits, and the one at work; the worker as a helper; somebody not listed."""

    filed: int
    bidding: int
    asked: int
    working: int
    rating: int
    own_asked: int
    own_working: int
    helper: int
    helpers: tuple[int, ...]
    unlisted_person: int


def lay(house: House) -> Helped:
    """Laid once a house."""
    known = getattr(house, "helped", None)
    if known is None:
        known = house.helped = _lay(house)  # type: ignore[attr-defined]
    return known


def _lay(house: House) -> Helped:
    place, now = house.desk.town, town.NOW
    county, firm, worker = house.viewers[Role.COUNTY], house.viewers[Role.GRASSROOTS], house.viewers[Role.WORKER]
    homes = town.households([201, 202, 203], place["XH"], now=now) | town.households([204], place["XG"], now=now)
    people = [homes[number][1][0] for number in (201, 202, 203, 204)]
    others = [_enrol(county, person, ("6-18-02", "6-31"), ("6", "7"), TEAM) for person in people[:3]]
    own = _enrol(county, worker.person_id or 0, ("6-18-02",), (), "")
    bidder = town.appoint("bidder", place["XH"], Role.WORKER, person_id=people[2], now=now)
    needs = [_need(firm, title, is_open_bid=number == 1) for number, title in enumerate(TITLES)]
    filed, bidding, asked, working, rating = needs
    for need_id in needs[1:]:
        _go_on(county, need_id)
    actions.bid(viewer=bidder, need_id=bidding, words=BID, now=now)
    pair_asked = actions.put_to_both(viewer=county, need_id=asked, helper_id=own, now=now)
    own_working = _to_work(house, working, own, worker)
    _log(worker, own_working)
    for_rating = _to_work(house, rating, others[0], None)
    _log(firm, for_rating)
    _go_on(firm, rating)
    actions.propose(viewer=county, kind="volunteering", now=now)
    return Helped(filed, bidding, asked, working, rating, pair_asked, own_working, own, tuple(others), people[3])


def _enrol(viewer: Viewer, person_id: int, skills: tuple[str, ...], days: tuple[str, ...], team: str) -> int:
    facts = HelperFacts(
        "volunteering", skills, days=days, capacity=3, team=team, contact="12900000001", answers={"honour": "craftsman"}
    )
    return actions.enrol(viewer=viewer, person_id=person_id, facts=facts, now=town.NOW)


def _need(viewer: Viewer, title: str, **told: Any) -> int:
    until = {"bids_until": date(2023, 11, 20)} if told.get("is_open_bid") else {}
    facts = NeedFacts(
        "volunteering", title, WHAT, "industry", viewer.org_id, "330624", ("6-18-02",), due_on=date(2023, 12, 1),
        contact=f"{CONTACT} 12900000002", answers={"tried": TRIED}, **told, **until,
    )  # fmt: skip
    return actions.file_need(viewer=viewer, facts=facts, key=uuid.uuid4(), now=town.NOW)


def _go_on(viewer: Viewer, need_id: int, **answers: str) -> None:
    step = queries.get_need(viewer, need_id).step
    actions.go_on(viewer=viewer, need_id=need_id, from_step=step, answers=answers, now=town.NOW)


def _to_work(house: House, need_id: int, helper_id: int, worker: Viewer | None) -> int:
    county, firm = house.viewers[Role.COUNTY], house.viewers[Role.GRASSROOTS]
    pair_id = actions.put_to_both(viewer=county, need_id=need_id, helper_id=helper_id, now=town.NOW)
    reason = "" if worker else ASKED_BY_PHONE
    actions.answer(viewer=worker or county, pair_id=pair_id, side=Side.HELPER, is_yes=True, reason=reason, now=town.NOW)
    actions.answer(viewer=firm, pair_id=pair_id, side=Side.FIRM, is_yes=True, now=town.NOW)
    _go_on(firm, need_id)
    _go_on(firm, need_id, **GOAL)
    _go_on(firm, need_id, **PLAN)
    return pair_id


def _log(viewer: Viewer, pair_id: int) -> None:
    facts = VisitFacts(town.NOW.date(), 150, 12, SEEN)
    actions.log_visit(viewer=viewer, pair_id=pair_id, facts=facts, key=uuid.uuid4(), now=town.NOW + timedelta(hours=1))
