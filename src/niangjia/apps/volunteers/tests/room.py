"""The invented county with helpers in it, for the tests of volunteers: whoever needs somebody is the bearing works' union."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.programs.tests import town
from niangjia.apps.volunteers import actions, queries
from niangjia.apps.volunteers.types import HelperFacts, NeedCard, NeedFacts, Side, VisitFacts

NOW = town.NOW
TODAY = NOW.date()
GOAL = {"goal": "一个月内把返修率降下来", "measure": "连续四周返修率低于百分之二"}
PLAN = {"begins": "2023-11-06", "ends": "2023-12-06", "steps": "先看设备，再带教。"}
RESULT = {"result": "solved", "trained": "12", "words": "班组都会了。"}
ANSWERS = [{}, {}, GOAL, PLAN, {}, RESULT]


@dataclass
class Room:
    town: town.Town
    workers: list[Viewer] = field(default_factory=list)

    @property
    def firm(self) -> Viewer:
        return self.town.grassroots

    @property
    def county(self) -> Viewer:
        return self.town.county

    def need(self, *, key: uuid.UUID | None = None, viewer: Viewer | None = None, now: Any = NOW, **told: Any) -> int:
        """Filed by the firm's union, not published."""
        viewer = viewer or self.firm
        facts: dict[str, Any] = {
            "kind": "volunteering", "title": "焊接返修率高", "about": "新产线的焊缝返修率一直在百分之六。", "field": "industry", "org_id": viewer.org_id, "area": "330624",
            "skills": ("6-18-02",), "contact": "张师傅 13800001111", "answers": {"tried": "换过焊材。"},
        }  # fmt: skip
        return actions.file_need(viewer=viewer, facts=NeedFacts(**(facts | told)), key=key or uuid.uuid4(), now=now)

    def open_need(self, **told: Any) -> int:
        """Published: pairs can be made."""
        need_id = self.need(**told)
        self.go_on(need_id, viewer=self.county)
        return need_id

    def helper(self, number: int, *, viewer: Viewer | None = None, **told: Any) -> int:
        facts: dict[str, Any] = {"kind": "volunteering", "skills": ("6-18-02",), "contact": "13900002222"}
        person_id = self.workers[number].person_id
        assert person_id is not None
        return actions.enrol(
            viewer=viewer or self.county, person_id=person_id, facts=HelperFacts(**(facts | told)), now=NOW
        )

    def go_on(self, need_id: int, *, viewer: Viewer | None = None, now: Any = NOW, **told: Any) -> None:
        step = self.card(need_id).step
        actions.go_on(viewer=viewer or self.firm, need_id=need_id, **({"from_step": step, "now": now} | told))

    def card(self, need_id: int) -> NeedCard:
        return queries.get_need(self.county, need_id)

    def pair(self, need_id: int, helper_id: int, **told: Any) -> int:
        return actions.put_to_both(
            **({"viewer": self.county, "need_id": need_id, "helper_id": helper_id, "now": NOW} | told)
        )

    def says(self, pair_id: int, viewer: Viewer, *, is_yes: bool = True, **told: Any) -> str:
        side = Side.HELPER if viewer.role is Role.WORKER else Side.FIRM
        return actions.answer(
            **({"viewer": viewer, "pair_id": pair_id, "side": side, "is_yes": is_yes, "now": NOW} | told)
        )

    def holds(self, need_id: int, number: int, helper_id: int | None = None) -> int:
        """A pair that both confirmed."""
        pair_id = self.pair(need_id, helper_id or self.helper(number))
        self.says(pair_id, self.workers[number])
        self.says(pair_id, self.firm)
        return pair_id

    def log(self, pair_id: int, viewer: Viewer, *, key: uuid.UUID | None = None, **told: Any) -> int:
        facts: dict[str, Any] = {"on": TODAY, "minutes": 120, "beneficiaries": 8, "words": "看了两条线。"}
        now = told.pop("now", NOW)
        return actions.log_visit(
            viewer=viewer, pair_id=pair_id, facts=VisitFacts(**(facts | told)), key=key or uuid.uuid4(), now=now
        )

    def to_work(self, number: int = 0, **told: Any) -> tuple[int, int]:
        """A need at the stage where visits are logged, and its pair."""
        need_id = self.open_need(**told)
        pair_id = self.holds(need_id, number)
        for answers in ANSWERS[1:4]:
            self.go_on(need_id, answers=answers)
        return need_id, pair_id

    def done(self, number: int = 0, *, rating: int = 5, minutes: int = 120, **told: Any) -> tuple[int, int]:
        need_id, pair_id = self.to_work(number, **told)
        self.log(pair_id, self.workers[number], minutes=minutes)
        self.go_on(need_id)
        self.go_on(need_id, answers=RESULT, ratings={pair_id: rating})
        return need_id, pair_id


def build(workers: int = 5) -> Room:
    """The last worker is of the other county."""
    place = town.build()
    room = Room(place)
    for number in range(1, workers + 1):
        union = place["YG" if number == workers else "XH"]
        person_id = town.household(number, union)[1][0]
        room.workers.append(town.appoint(f"helper.{number}", union, Role.WORKER, person_id=person_id))
    return room


YESTERDAY, TOMORROW, NEXT_MONTH = TODAY - timedelta(days=1), TODAY + timedelta(days=1), date(2023, 12, 6)
