"""The town with the shipped packs of reports, proposals, membership and unions' own business: what is told of here is the real text."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.apps.matters.types import DraftCard, MatterCard, PaperState, Received
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs.tests import town
from niangjia.engines import policy
from niangjia.kernel.deployment import programs_folder

NOW = town.NOW
KINDS = (
    "hazard-report", "heat-relief-visit", "member-proposal", "member-representative", "union-membership", "membership-transfer",
    "sector-federation", "difficulty-project", "skill-pay-bargaining",
)  # fmt: skip
HAZARD = {
    "hazard_site": "轴承厂工会", "hazard_category": "fire", "hazard_urgency": "now", "hazard_place": "二号车间东门", "hazard_words": "配电箱进水",
}  # fmt: skip
JOIN = {
    "joining_union": "轴承厂工会", "work_form": "platform", "member_name": "赵小六", "member_id_number": "11010519491231002X",
    "member_phone": "13900000000",
}  # fmt: skip
PROPOSAL = {
    "congress_on": "2023-10-20", "proposal_kind": "own", "proposal_subject": "夜班没有热饭", "proposal_words": "食堂延长到零点",
}  # fmt: skip
Answers = Mapping[str, str | Sequence[str]]


@dataclass
class Place:
    town: town.Town
    worker: Viewer
    person_id: int
    now: datetime = NOW

    def receive(self, program: str = "hazard-report", key: uuid.UUID | None = None, **answers: str) -> Received:
        given = {"hazard-report": HAZARD, "union-membership": JOIN}[program] | answers
        return matters.receive(
            program=program, area="33", answers=given, key=key or uuid.uuid4(), address="", now=self.now
        )

    def open(
        self, viewer: Viewer, program: str, person_id: int | None = None, **answers: str | Sequence[str]
    ) -> MatterCard:
        return matters.open_by_union(
            viewer=viewer, program=program, answers=answers, key=uuid.uuid4(), person_id=person_id, now=self.now
        )

    def hand_in(self, program: str, answers: Mapping[str, str]) -> MatterCard:
        return self.send(self.draft(program, answers))

    def draft(self, program: str, answers: Mapping[str, str]) -> DraftCard:
        draft = matters.start_draft(viewer=self.worker, program=program, now=self.now)
        return self.save(draft, answers)

    def save(self, draft: DraftCard, answers: Mapping[str, str]) -> DraftCard:
        for name, typed in answers.items():
            draft = matters.save_answer(viewer=self.worker, draft_id=draft.id, name=name, typed=typed, now=self.now)
        for paper in draft.papers:
            matters.say_paper(
                viewer=self.worker, draft_id=draft.id, code=paper.code, state=PaperState.LATER, now=self.now
            )
        return queries.get_draft(self.worker, draft.id)

    def send(self, draft: DraftCard) -> MatterCard:
        return matters.hand_in(viewer=self.worker, draft_id=draft.id, key=draft.key, is_declared=True, now=self.now)

    def act(
        self, viewer: Viewer, card: MatterCard | Received, outcome: str, reason: str = "", **answers: str
    ) -> MatterCard:
        matter_id = card.id if isinstance(card, MatterCard) else card.matter_id
        step = queries.get_card(viewer, matter_id).step
        return matters.act(
            viewer=viewer, matter_id=matter_id, outcome=outcome, step=step, reason=reason, answers=answers, now=self.now
        )

    def represent(self, *, until: str = "2027-03-01") -> MatterCard:
        """The worker's election is written down and confirmed."""
        term = {"constituency": "第二选区", "term_from": "2022-03-02", "term_until": until}
        return self.act(
            self.town.township,
            self.open(self.town.grassroots, "member-representative", self.person_id, **term),
            "confirmed",
        )

    def card(self, received: Received) -> MatterCard:
        return queries.get_card(self.town.county, received.matter_id)

    def fork(self) -> Place:
        return replace(self)


def install(now: datetime = NOW) -> None:
    root = programs_folder()
    vocabulary = policy.load_vocabulary(root)
    programs.install_packs([policy.load_pack(root / "330000-zhejiang" / one, vocabulary) for one in KINDS], now)


def build() -> Place:
    place = town.build()
    install()
    persons = town.household(1, place["XG"])[1]
    worker = town.appoint("worker", place["XG"], Role.WORKER, person_id=persons[0])
    return Place(place, worker, persons[0])
