"""Reports, proposals, memberships and unions' own business in the invented city: one of each kind and more, at every step. All invented."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from demo.town import administration, leasing, pictures
from demo.town.applying import Counter, people_of
from demo.town.office import COUNTY, chance
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.apps.matters.types import MatterCard, Verdict
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import Level, Union
from niangjia.apps.places import queries as places
from niangjia.jobs import reorganise
from niangjia.kernel.identity import read_id_number

AREA = "33"
HAZARD = {
    "hazard_category": "fire", "hazard_urgency": "soon", "hazard_place": "二号车间东门外配电箱（演示文字）",
    "hazard_position": "29.4990,120.9040", "hazard_words": "配电箱门脱落，雨天进水，旁边堆着纸箱。（演示文字）",
}  # fmt: skip
LABOUR = {
    "labour_sign": "pay_rule_changed", "labour_workers": "36",
    "labour_words": "本周起每单计价少了五角，说好的高温补贴没有了。（演示文字）",
}  # fmt: skip
NEW_MEMBERS = (("赵虚构", "platform"), ("钱虚构", "flexible"), ("孙虚构", "employed"))

VERDICTS = (*[Verdict.SATISFIED] * 6, *[Verdict.ACCEPTABLE] * 3, Verdict.UNSATISFIED)
"""Of reports that were looked into: enough for a share of the content to be told."""


class Begun:
    """Everybody who brings something, one act after another."""

    def __init__(self, desk: Counter, worker: Viewer | None) -> None:
        self.desk, self.worker = desk, worker
        county = unions.find_county_union(COUNTY + "000000")
        assert county is not None, "the invented city has a Xinchang county union"
        self.county = county
        inside = unions.list_subtree(county.path)
        self.grassroots = self._some(inside, Level.GRASSROOTS, 4)
        self.towns = self._some(inside, Level.TOWN, 2)
        self.today = timezone.localdate(desk.clock())
        self.receipts: dict[int, str] = {}

    @staticmethod
    def _some(rows: Any, level: Level, count: int) -> list[Union]:
        return [one.as_type() for one in rows.filter(level=level.value, state="ACTIVE").order_by("pk")[:count]]

    def play(self) -> None:
        self.hazards()
        self.warnings()
        self.proposals()
        self.members()
        self.projects()
        self.bargaining()
        self.heat()
        self.roster()
        self.property()

    def officer(self, union: Union, nth: int = 1) -> Viewer:
        return self.desk.office.officer(union.id, self.desk.clock(), nth=nth)

    def act(self, card: MatterCard, outcome: str, reason: str = "", **answers: str) -> MatterCard:
        return self.desk.act(card, outcome, reason=reason, answers=answers)

    def open(self, union: Union, program: str, answers: Mapping[str, Any], person_id: int | None = None) -> MatterCard:
        return matters.open_by_union(
            viewer=self.officer(union), program=program, answers=answers, key=_key(program, union.id, str(answers)),
            person_id=person_id, now=self.desk.clock(),
        )  # fmt: skip

    def receive(self, program: str, answers: Mapping[str, str]) -> MatterCard:
        received = matters.receive(
            program=program,
            area=AREA,
            answers=answers,
            key=_key(program, str(answers)),
            address="",
            now=self.desk.clock(),
        )
        if program == "hazard-report":
            photo = pictures.room(received.matter_id)
            matters.add_photo(receipt=received.receipt, content=photo, key=None, address="", now=self.desk.clock())
        self.receipts[received.matter_id] = received.receipt
        return queries.get_card(self.officer(self.county), received.matter_id)

    def rate(self, card: MatterCard, verdict: Verdict) -> None:
        """Whoever has the receipt says how they were served."""
        matters.rate(number=self.receipts[card.id], digits="", verdict=verdict, address="", now=self.desk.clock())

    def photograph(self, card: MatterCard, code: str) -> None:
        """The officer whose turn it is adds a photo."""
        officer = self.officer(self.grassroots[0])
        content = pictures.room(card.id + 1)
        matters.add_paper(viewer=officer, matter_id=card.id, code=code, content=content, now=self.desk.clock())

    def day(self, days: int) -> str:
        return (self.today + timedelta(days=days)).isoformat()

    def hazards(self) -> None:
        """Without a name at three steps; by name, put right and rewarded."""
        site = self.grassroots[0]
        self.receive("hazard-report", HAZARD | {"hazard_site": site.code})
        card = self.receive(
            "hazard-report", HAZARD | {"hazard_site": site.code, "hazard_category": "gas", "hazard_urgency": "now"}
        )
        self.act(card, "accepted", hazard_severity="major", rectify_by=self.day(2))
        card = self.receive(
            "hazard-report", HAZARD | {"hazard_site": self.grassroots[1].code, "hazard_category": "heat"}
        )
        card = self.act(card, "accepted", hazard_severity="minor", rectify_by=self.day(1))
        card = self.act(card, "rectified", rectified_how="加装了遮阳棚和风扇。（演示文字）")
        self.act(card, "closed", is_hazard_rectified="yes", is_hazard_typical="no")
        self.rate(card, Verdict.SATISFIED)
        for number, verdict in enumerate(VERDICTS, start=1):
            card = self.receive(
                "hazard-report", HAZARD | {"hazard_site": site.code, "hazard_place": f"{number} 号库房（演示文字）"}
            )
            self.rate(self.act(card, "unfounded", "到现场看过，没有隐患。（演示文字）"), verdict)
        if self.worker is None:
            return
        card = self.desk.hand_in(self.worker, "hazard-report", HAZARD | {"hazard_site": site.code})
        card = self.act(card, "accepted", hazard_severity="general", rectify_by=self.day(3))
        self.photograph(card, "rectified_photo")
        card = self.act(card, "rectified", rectified_how="换了新箱门，清走纸箱。（演示文字）")
        card = self.act(card, "exemplary", is_hazard_rectified="yes", is_hazard_typical="yes")
        self.act(card, "approved")

    def warnings(self) -> None:
        """Signs of trouble at the couriers' stations: one new, one graded, one settled, one referred and closed, one unfounded."""
        site = LABOUR | {"labour_site": self.grassroots[1].code}
        program = "labour-relation-warning"
        self.receive(program, site)
        red = self.receive(program, site | {"labour_sign": "pay_late", "labour_workers": "120"})
        self.act(red, "accepted", labour_risk="red", labour_act_by=self.day(3))
        done = "请平台站点和骑手代表坐下来谈，恢复了高温补贴。（演示文字）"
        for sign, outcome in (("hours", "settled"), ("injury_unpaid", "referred")):
            card = self.receive(program, site | {"labour_sign": sign, "labour_workers": "8"})
            card = self.act(card, "accepted", labour_risk="yellow", labour_act_by=self.day(10))
            card = self.act(card, outcome, labour_done=done)
        self.act(card, "closed", labour_follow_words="仲裁已裁决并赔付。（演示文字）")
        card = self.receive(program, site | {"labour_sign": "closing", "labour_workers": "15"})
        self.act(card, "unfounded", "站点只是搬家，人都在。（演示文字）")

    def proposals(self) -> None:
        """The register of representatives, of this term and the last; a proposal that waits to be rated by the demo's own worker."""
        if self.worker is None or self.worker.person_id is None:
            return
        own, *others = (self.worker.person_id, *people_of(self.desk, self.worker)[:4])
        now = {"term_from": self.day(-200), "term_until": self.day(1600)}
        before = {"term_from": self.day(-2000), "term_until": self.day(-201)}
        for place, (person_id, term) in enumerate(
            ((own, now), *((one, now) for one in others[:2]), *((one, before) for one in others[1:3]))
        ):
            said = term | {"constituency": f"第{'一二三四五'[place]}选区（演示）"}
            self.act(self.open(self.county, "member-representative", said, person_id), "confirmed")
        if len(others) > 3:
            self.open(self.county, "member-representative", now | {"constituency": "第六选区（演示）"}, others[3])
        said = {
            "congress_on": self.day(-40), "proposal_kind": "own", "proposal_subject": "夜班职工没有热饭（演示）",
            "proposal_words": "夜里十点以后食堂关门。建议延长到零点，或设保温柜。（演示文字）",
        }  # fmt: skip
        card = self.act(self.desk.hand_in(self.worker, "member-proposal", said), "registered")
        card = self.act(card, "assigned", answering_union=self.grassroots[2].code)
        self.act(card, "answered", proposal_answer="下月起食堂供到零点，并设保温柜两台。（演示文字）")
        joint = said | {
            "proposal_kind": "joint",
            "proposal_subject": "厂区门口的路灯（演示）",
            "proposal_cosigners": "另两位代表（演示）",
        }
        self.desk.hand_in(self.worker, "member-proposal", joint)

    def members(self) -> None:
        """Three who join without an account, one still waiting; a membership on its way; a sector federation approved and opened, another proposed."""
        for place, (name, form) in enumerate(NEW_MEMBERS):
            said = {
                "joining_union": self.grassroots[place].code, "work_form": form, "member_name": name, "member_id_number": _invented_number(place),
                "member_phone": f"1390000000{place}", "employer_name": "某平台（虚构）",
            }  # fmt: skip
            card = self.receive("union-membership", said)
            if place < len(NEW_MEMBERS) - 1:
                self.act(card, "accepted")
        if self.worker is not None:
            to = {"receiving_union": self.grassroots[3].code, "transfer_reason": "new_job"}
            self.act(self.desk.hand_in(self.worker, "membership-transfer", to), "released")
        counts = {"federation_enterprises": "26", "federation_workers": "480"}
        goods = {"federation_sector": "hazardous_goods", "federation_name": "危化品运输行业工会联合会（虚构）"}
        repair = {"federation_sector": "auto_repair", "federation_name": "汽修检测行业工会联合会（虚构）"}
        card = self.act(self.open(self.county, "sector-federation", repair | counts), "approved")
        if (administrator := administration.viewer("administrator", self.desk.clock())) is not None:
            reorganise.open_union(
                administrator, parent_id=self.county.id, values=administration.FEDERATION | {"name": repair["federation_name"]},
                from_day=self.today, reason=administration.REASON, now=self.desk.clock(),
            )  # fmt: skip
            self.act(card, "founded", founded_union=administration.FEDERATION["code"])
        self.open(self.county, "sector-federation", goods | counts)

    def projects(self) -> None:
        said = {
            "project_difficulty": "骑手流动大，找不到人。（演示文字）", "owner_union": self.towns[0].code, "project_due_on": self.day(60),
            "project_steps": "一、摸清站点；二、到站点建小组；三、集中入会。（演示文字）",
        }  # fmt: skip
        card = self.open(self.county, "difficulty-project", said | {"project_name": "外卖骑手入会难（演示）"})
        self.act(card, "step_done", "摸清了 12 个站点。（演示文字）")
        solved = self.open(self.county, "difficulty-project", said | {"project_name": "小微企业建会难（演示）"})
        self.act(self.act(solved, "solved", project_result="园区联合建会，覆盖 31 家。（演示文字）"), "closed")

    def bargaining(self) -> None:
        offered: dict[str, Any] = {"offered_on": self.day(-8), "offer_topics": ["skill_grade_pay", "craft_allowance"]}
        self.open(self.grassroots[0], "skill-pay-bargaining", offered | {"bargaining_employer": "轴承公司（虚构）"})
        card = self.open(
            self.grassroots[1], "skill-pay-bargaining", offered | {"bargaining_employer": "丝绸公司（虚构）"}
        )
        card = self.act(card, "agreed", employer_reply="同意协商。（演示文字）")
        card = self.act(card, "signed", agreement_signed_on=self.day(-1), covered_workers="186")
        self.act(card, "filed")

    def heat(self) -> None:
        for place, union in enumerate((*self.grassroots[:2], self.county)):
            visit = {
                "heat_visited_on": self.day(-place), "heat_site": f"第{place + 1}工地（演示）",
                "heat_workers": str(20 + chance("heat", place) // 2), "heat_goods_value": str(600 + 100 * place),
            }  # fmt: skip
            self.open(union, "heat-relief-visit", visit)

    def roster(self) -> None:
        """Weavers with a certificate stand on a roster, one by one: the first is reviewed."""
        said = {
            "skill_level": "technician",
            "skill_certificate_on": self.day(-90),
            "certificate_from": "examination",
            "is_textile_worker": "yes",
        }
        for place, person_id in enumerate(people_of(self.desk, self.worker)[4:7]):
            card = self.open(self.county, "skill-allowance", said, person_id)
            if place == 0:
                self.desk.act(card, "accepted", nth=2, answers={"is_highest_skill_level": "yes"})

    def property(self) -> None:
        """What enterprises ask on paper, a roof that is nominated, and the year's check of those that stand."""
        rent = {
            "is_union_property": "yes",
            "tenant_kind": "self_employed",
            "is_struggling": "yes",
            "monthly_rent": "2400",
            "rent_months_asked": "3",
        }
        lease = places.list_places(self.officer(self.county), kind="lease", text=leasing.PAUSED).get()
        card = self.act(self.open(self.grassroots[0], "rent-relief", rent), "accepted", lease_number=lease.number)
        self.desk.act(card, "approved", nth=2)
        hall = {
            "concession_user": "small_or_micro", "concession_use": "training", "concession_from": self.day(10), "concession_until": self.day(150),
        }  # fmt: skip
        card = self.act(
            self.open(self.grassroots[1], "venue-concession", hall | {"concession_from": self.day(0)}),
            "accepted",
            ordinary_fee="3000",
        )
        self.desk.act(card, "approved", nth=2)  # its union books the hall (`booking`)
        self.open(self.grassroots[1], "venue-concession", hall)
        if self.worker is not None and self.worker.person_id is not None:
            card = self.open(self.county, "rooftop-pv", {"aid_tier": "G2"}, self.worker.person_id)
            roof = {
                "has_roof_right": "yes",
                "roof_survey_outcome": "suitable",
                "roof_area": "42",
                "roof_direction": "south",
            }
            self.act(card, "suitable", **roof)
        year = {"pv_installations": "14", "pv_surplus_income_year": "29400", "has_every_pv_settlement": "yes"}
        self.open(self.county, "rooftop-pv-yearly", year)


def play(desk: Counter, worker: Viewer | None) -> None:
    Begun(desk, worker).play()


def _key(*words: object) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, "|".join(map(str, words)))


def _invented_number(place: int) -> str:
    """An ID number of a division that does not exist."""
    begin = f"999999{date(1990 + place, 1, 1):%Y%m%d}00{place}"
    return next(number for last in "0123456789X" if (number := read_id_number(begin + last)))
