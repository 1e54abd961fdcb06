"""Contests of the house, one in each state, and which roles open which of their pages: for the tests that walk every address."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal

from niangjia.apps.accounts.types import Role
from niangjia.apps.contests import actions, queries
from niangjia.apps.contests.tests.stage import DAY, Stage, worker
from niangjia.apps.contests.types import Subject
from niangjia.apps.files.tests import pictures
from niangjia.apps.funds import actions as funds
from niangjia.portals.tests.house import House, town

VOICE = {
    "rounds.0.quota": "2", "rounds.0.vote.days": "7", "rounds.0.vote.choices": "2", "rounds.1.quota": "2", "rounds.2.vote.days": "5",
    "rounds.2.vote.choices": "1", "awards.0.places": "1", "awards.0.amount": "3000", "awards.1.places": "1", "awards.1.amount": "1000",
}  # fmt: skip
HAZARD = {"rounds.0.pass_mark": "60", "awards.0.places": "1", "awards.0.amount": "800", "awards.1.amount": "200"}
TITLES = ("茉莉花", "我的祖国", "车间隐患", "仓库隐患")
STAFF = set(Role) - {Role.WORKER, Role.ADMINISTRATOR}
MANAGING = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP}


@dataclass(frozen=True)
class Contested:
    """Ids: a call that is open and the worker's draft there, another's entry that waits; a contest with an open round and vote and the entry
    voted for; one whose shortlist is up with an objection; one that is done, its round and an award."""

    call_id: int
    draft_id: int
    waiting_id: int
    nominated_id: int
    voting_id: int
    judged_id: int
    notice_contest_id: int
    notice_id: int
    objection_id: int
    done_id: int
    award_id: int


def lay(house: House) -> Contested:
    """Laid once a house."""
    known = getattr(house, "contested", None)
    if known is None:
        known = house.contested = _lay(house)  # type: ignore[attr-defined]
    return known


def _lay(house: House) -> Contested:
    place = house.desk.town
    singers = [worker(number, place["XG"]) for number in (801, 802, 803)]
    others = [worker(number, place["XH"]) for number in (804, 805)]
    stage = Stage(place, singers, [place.county_second, place.city])
    own = house.viewers[Role.WORKER]

    stage.call("good-voice", VOICE)
    call_id, draft_id = stage.contest_id, stage.enter(own, "茉莉花", part="song", hand_in=False)
    waiting_id = stage.enter(singers[0], "我的祖国", part="song")
    nominated_id = _nominate(stage, singers[1].person_id or 0)

    done = _hazard(stage, others)
    stage.now = town.NOW
    notice = _hazard(stage, others, is_finished=False)
    line = queries.list_notices(None, notice)[0]
    raised = actions.object_to_notice(notice_id=line.id, words="不是本人发现的。", contact="", now=town.NOW)

    stage.now = town.NOW - 10 * DAY
    stage.call("good-voice", VOICE, days=5)
    voting_id = stage.contest_id
    stage.entries = [stage.enter(one, title, part="song") for one, title in zip(singers[1:], TITLES, strict=False)]
    stage.admit(*stage.entries)
    stage.sit(2)
    stage.now = town.NOW
    round_id = actions.open_next_round(viewer=stage.county, contest_id=voting_id, now=stage.now)
    actions.vote(viewer=own, round_id=round_id, entry_id=stage.entries[0], address="10.0.0.7", now=stage.now)
    stage.declare(place.county_second)
    award = next(one for one in queries.list_awards(stage.county, done) if one.amount)
    return Contested(
        call_id, draft_id, waiting_id, nominated_id, voting_id, stage.entries[0], notice, line.id, raised.id, done, award.id
    )  # fmt: skip


def _nominate(stage: Stage, person_id: int) -> int:
    union = stage.town.grassroots
    return actions.start_entry(
        viewer=union, contest_id=stage.contest_id, subject=Subject(union.org_id, person_id=person_id), key=uuid.uuid4(), now=stage.now
    )  # fmt: skip


def _hazard(stage: Stage, people, *, is_finished: bool = True) -> int:
    """A contest of hazards with two entries, a month ago; done, or with its shortlist up today."""
    stage.now = town.NOW - (40 if is_finished else 20) * DAY
    stage.call("hazard-cases", HAZARD, days=5)
    stage.entries = []
    for one, title in zip(people, TITLES[2:], strict=True):
        entry = stage.enter(one, title, hand_in=False)
        actions.keep_file(viewer=one, entry_id=entry, part="photos", content=pictures.jpeg(), now=stage.now)
        actions.hand_in(viewer=one, entry_id=entry, now=stage.now)
        stage.entries.append(entry)
    stage.admit(*stage.entries)
    stage.sit(2)
    stage.open()
    for juror in stage.jurors:
        stage.declare(juror)
        marks = {entry: {"severity": str(35 - 9 * place), "cure": "38", "example": "15"} for place, entry in enumerate(stage.entries)}  # fmt: skip
        actions.score(viewer=juror, round_id=stage.round.pk, marks=marks, now=stage.now)
    stage.close()
    if not is_finished:
        stage.now = town.NOW
    stage.announce()
    if is_finished:
        stage.finish()
        _budget(stage)
        awards = queries.list_awards(stage.county, stage.contest_id)
        actions.give_prize(viewer=stage.town.finance, award_id=awards[0].id, now=town.NOW)
    return stage.contest_id


def _budget(stage: Stage) -> None:
    request = funds.open_budget(
        viewer=stage.town.finance, org_id=stage.town.finance.org_id, purpose="contest-prizes", year=2023, amount=Decimal("5000.00"), key="contest-prizes",
        reason="年度预算", now=town.NOW,
    )  # fmt: skip
    funds.approve_request(viewer=stage.town.county_third, request_id=request, now=town.NOW)


PUBLIC = {"contests:all", "contests:contest", "contests:result", "contests:sheet", "contests:object"}
FILES = {"contests:file"}
PAGES = {
    "contests:desk": (lambda house: [] if lay(house) else [], STAFF),
    "contests:run": (lambda house: [lay(house).voting_id], STAFF),
    "contests:jury": (lambda house: [lay(house).voting_id], STAFF),
    "contests:votes": (lambda house: [lay(house).voting_id], {Role.COUNTY, Role.CITY, Role.PROVINCE}),
    "contests:choose": (lambda house: [], MANAGING),
    "contests:set_up": (lambda house: ["good-voice"], {Role.COUNTY}),
    "contests:nominate": (lambda house: [lay(house).call_id], MANAGING | {Role.GRASSROOTS}),
    "contests:edit": (lambda house: [lay(house).nominated_id], MANAGING | {Role.GRASSROOTS}),
    "contests:look": (lambda house: [lay(house).waiting_id], {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.FINANCE, Role.AUDITOR}),
    "contests:award": (lambda house: [lay(house).award_id], {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.FINANCE, Role.AUDITOR}),
    "contests:allowances": (lambda house: [lay(house).done_id], {Role.PROVINCE, Role.CITY, Role.COUNTY}),
    "contests:objection": (lambda house: [lay(house).objection_id], {Role.PROVINCE, Role.CITY, Role.COUNTY}),
    "contests:seats": (lambda house: [] if lay(house) else [], set(Role)),
    "contests:score_sheet": (lambda house: [lay(house).voting_id], {Role.CITY}),
    "contests:mine": (lambda house: [] if lay(house) else [], {Role.WORKER}),
    "contests:entry": (lambda house: [lay(house).draft_id], {Role.WORKER}),
}  # fmt: skip
"""What a role may open at all but does not find there, for it is another union's or another juror's, is told by `ELSEWHERE`."""
ELSEWHERE = {
    **{("contests:set_up", role): 409 for role in MANAGING - {Role.COUNTY}},
    ("contests:votes", Role.TOWNSHIP): 404,
    ("contests:look", Role.TOWNSHIP): 404,
    ("contests:look", Role.GRASSROOTS): 404,
    ("contests:award", Role.TOWNSHIP): 404,
    ("contests:award", Role.GRASSROOTS): 404,
    **{("contests:score_sheet", role): 409 for role in set(Role) - {Role.CITY}},
}
