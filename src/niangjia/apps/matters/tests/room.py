"""A town where one programme can be applied for: the pack's stages are given as text, so that a test says what its machine is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.funds import actions as funds
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.apps.matters.types import DraftCard, MatterCard, PaperState
from niangjia.apps.programs.tests import packs, town

NOW = town.NOW
FORM = """form:
  - {id: cost, title: {zh: 自付, en: own cost}, type: money, stage: apply, required: true, evidence: [receipts]}
  - {id: kind, title: {zh: 项目, en: kind}, type: choice, stage: apply, values: [degree, skill], required: true}
  - {id: words, title: {zh: 说明, en: words}, type: text, stage: apply}
  - {id: was_visited, title: {zh: 已走访, en: visited}, type: boolean, stage: check, required: true}
  - {id: applicant_signature, title: {zh: 签字, en: signature}, type: signature, stage: apply, required: true}
"""
STAGES = """stages:
  - {id: apply, title: {zh: 申请, en: application}, role: worker, level: grassroots, outcomes: {sent: check}}
  - {id: check, title: {zh: 核对, en: check}, role: grassroots, level: grassroots, working_days: 3, outcomes: {accepted: approval, returned: apply, refused: ""}}
  - {id: approval, title: {zh: 审批, en: approval}, role: county, level: county, working_days: 5, outcomes: {approved: payment, returned: check, refused: ""}, second_person: true}
  - {id: payment, title: {zh: 发放, en: payment}, role: finance, level: county, second_person: true}
fund: {purpose: trial-aid}
"""


@dataclass
class Place:
    """The town with its worker; every step of a matter by whose turn it is."""

    town: town.Town
    worker: Viewer
    person_id: int
    household_id: int
    now: datetime = NOW
    officers: dict[tuple[int, Role], list[Viewer]] = field(default_factory=dict)

    def draft(self) -> DraftCard:
        return matters.start_draft(viewer=self.worker, program="aid", now=self.now)

    def save(self, draft: DraftCard, **answers: str) -> DraftCard:
        for name, typed in answers.items():
            draft = matters.save_answer(viewer=self.worker, draft_id=draft.id, name=name, typed=typed, now=self.now)
        return draft

    def filled(self, **answers: str) -> DraftCard:
        draft = self.save(self.draft(), **({"cost": "1,000元", "kind": "degree"} | answers))
        for paper in draft.papers:
            draft = matters.say_paper(
                viewer=self.worker, draft_id=draft.id, code=paper.code, state=PaperState.LATER, now=self.now
            )
        return draft

    def send(self, draft: DraftCard) -> MatterCard:
        return matters.hand_in(viewer=self.worker, draft_id=draft.id, key=draft.key, is_declared=True, now=self.now)

    def handed_in(self, **answers: str) -> MatterCard:
        return self.send(self.filled(**answers))

    def act(self, viewer: Viewer, card: MatterCard, outcome: str, **more) -> MatterCard:
        step = more.pop("step", self.fresh(card).step)
        return matters.act(viewer=viewer, matter_id=card.id, outcome=outcome, step=step, now=self.now, **more)

    def ask(self, viewer: Viewer, card: MatterCard, *names: str, words: str = "请补一张发票") -> MatterCard:
        step = self.fresh(card).step
        return matters.ask(viewer=viewer, matter_id=card.id, names=names, words=words, step=step, now=self.now)

    def fresh(self, card: MatterCard) -> MatterCard:
        return queries.get_card(self.worker, card.id)

    def checked(self) -> MatterCard:
        """Checked by the grassroots, before the county."""
        return self.act(self.town.grassroots, self.handed_in(), "accepted", answers={"was_visited": "yes"})

    def budget(self, amount: str = "5000.00") -> None:
        request = funds.open_budget(
            viewer=self.town.finance, org_id=self.town["X"].id, purpose="trial-aid", year=self.now.year, amount=Decimal(amount),
            key="trial-aid", reason="年度预算", now=self.now,
        )  # fmt: skip
        funds.approve_request(viewer=self.town.county_third, request_id=request, now=self.now)

    def fork(self) -> Place:
        return replace(self)


def build(root: Path, *, stages: str = STAGES, form: str = FORM, rules: str = packs.AID) -> Place:
    place = town.build()
    packs.install(root, packs.pack(rules + form + stages, unit="person"))
    home, persons = town.household(1, place["XG"])
    worker = town.appoint("worker", place["XG"], Role.WORKER, person_id=persons[0])
    return Place(place, worker, persons[0], home)
