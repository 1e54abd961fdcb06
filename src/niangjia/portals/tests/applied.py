"""Applications of the house: a draft that knows something of its worker, one that waits for the county, one that waits for the worker."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.files.tests import pictures
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.apps.matters.types import DraftCard, MatterCard, MatterState, PaperState
from niangjia.apps.programs.tests import packs, town
from niangjia.portals.tests.house import House

CLASS = "evening-class"
ANSWERS = {
    "household_size": "3",
    "cost": "4200",
    "course": "evening",
    "began_on": "2023-09-04",
    "words": "下班后上课，学数控。",
}
CLASSES = """form:
  - {id: household_size, title: {zh: 家庭人口, en: people in the household}, type: integer, stage: apply, required: true}
  - {id: cost, title: {zh: 自付学费, en: own cost of the course}, type: money, stage: apply, required: true, evidence: [receipts]}
  - {id: course, title: {zh: 课程, en: course}, type: choices, stage: apply, values: [evening, weekend], required: true}
  - {id: began_on, title: {zh: 开课日期, en: first day of the course}, type: date, stage: apply, required: true}
  - {id: words, title: {zh: 想说明的, en: anything to add}, type: text, stage: apply}
stages:
  - {id: apply, title: {zh: 申请, en: application}, role: worker, level: grassroots, outcomes: {sent: check}}
  - {id: check, title: {zh: 核对, en: check}, role: grassroots, level: grassroots, working_days: 5, outcomes: {accepted: approval, returned: apply, refused: ""}}
  - {id: approval, title: {zh: 审批, en: approval}, role: county, level: county, working_days: 5, outcomes: {approved: payment, returned: check, refused: ""}, second_person: true}
  - {id: payment, title: {zh: 发放, en: payment}, role: finance, level: county, second_person: true}
fund: {purpose: classes}
"""


@dataclass(frozen=True)
class Applied:
    """
    Ids: the worker's draft, the one asked back from the worker, one that another worker handed in, and its paper's file; one that the
    worker was refused, and the objection to another.
    """

    draft_id: int
    asked_id: int
    waiting_id: int
    file_key: str
    other: Viewer
    refused_id: int
    objection_id: int


def install(house: House) -> None:
    """One programme that can be applied for: the rules of the tests of programmes, with a form and stages."""
    text = packs.pack(packs.AID + CLASSES, id=CLASS, unit="person")
    text = text.replace("试行帮扶", "职工夜校补助").replace("Trial aid", "Evening class help")
    text = text.replace("zh: 甲, en: a", "zh: 夜校补助按自付学费计, en: Help goes by the own cost of the course")
    packs.install(Path(tempfile.mkdtemp()), text)


def fill(viewer: Viewer, draft: DraftCard, answers: dict[str, str]) -> DraftCard:
    for name, typed in answers.items():
        draft = matters.save_answer(viewer=viewer, draft_id=draft.id, name=name, typed=typed, now=town.NOW)
    for paper in draft.papers:
        draft = matters.say_paper(
            viewer=viewer, draft_id=draft.id, code=paper.code, state=PaperState.LATER, now=town.NOW
        )
    return draft


def hand_in(viewer: Viewer, **answers: str) -> MatterCard:
    draft = fill(viewer, matters.start_draft(viewer=viewer, program=CLASS, now=town.NOW), ANSWERS | answers)
    photo = pictures.jpeg()
    matters.keep_file(viewer=viewer, draft_id=draft.id, code="receipts", content=photo, key=None, now=town.NOW)
    return matters.hand_in(viewer=viewer, draft_id=draft.id, key=draft.key, is_declared=True, now=town.NOW)


def refuse(house: House, viewer: Viewer, began_on: str) -> MatterCard:
    place = house.desk.town
    card = hand_in(viewer, began_on=began_on)
    card = matters.act(viewer=place.grassroots, matter_id=card.id, step=card.step, outcome="accepted", now=town.NOW)
    return matters.act(
        viewer=place.county,
        matter_id=card.id,
        step=card.step,
        outcome="refused",
        reason="收据不是本人的。",
        now=town.NOW,
    )


def lay(house: House) -> Applied:
    """Laid once a test."""
    place, worker = house.desk.town, house.viewers[Role.WORKER]
    own = queries.list_own(worker)
    if not own:
        install(house)
        other = town.appoint(
            "second.worker", place["XG"], Role.WORKER, person_id=town.household(250, place["XG"])[1][0], now=town.NOW
        )
        house.other_worker = other  # type: ignore[attr-defined]
        waiting = hand_in(other)
        matters.act(viewer=place.grassroots, matter_id=waiting.id, step=waiting.step, outcome="accepted", now=town.NOW)
        asked = hand_in(worker)
        matters.ask(
            viewer=place.grassroots, matter_id=asked.id, names=["receipts", "cost"], step=asked.step,
            words="发票只有两张，合计 3,900 元，请补齐或改金额。", now=town.NOW,
        )  # fmt: skip
        refuse(house, worker, "2023-09-11")
        objected = refuse(house, worker, "2023-09-18")
        matters.object_to(viewer=worker, matter_id=objected.id, words="收据是我的，姓名写错了一个字。", now=town.NOW)
        matters.start_draft(viewer=worker, program=CLASS, now=town.NOW)
        own = queries.list_own(worker)
    asked = next(one for one in own if one.state is MatterState.WITH_WORKER)
    other = house.other_worker  # type: ignore[attr-defined]
    waiting = queries.list_own(other)[0]
    details = queries.get_details(place.county, waiting.id, now=town.NOW)
    file_key = next(one.files[0].key for one in details.papers if one.files)
    objection = queries.list_objections(place.county).get()
    refused = next(one for one in own if one.state is MatterState.REFUSED and one.id != objection.matter_id)
    return Applied(queries.list_drafts(worker)[0][0], asked.id, waiting.id, file_key, other, refused.id, objection.pk)
