"""How a matter begins, whoever begins it: the worker, a union, somebody who fills it in for a worker, somebody without an account."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.matters import moving, needing, questions, reading
from niangjia.apps.matters.lifecycle import Flow, flow_of, role_of
from niangjia.apps.matters.models import Matter, Move, Paper
from niangjia.apps.matters.offering import OPEN_TO_ALL
from niangjia.apps.matters.problems import AlreadyOpen, StillOpen
from niangjia.apps.matters.types import MatterState, PaperState, Question, Source, Step
from niangjia.apps.organizations.types import Union
from niangjia.apps.programs import published
from niangjia.apps.registry import queries as registry
from niangjia.engines.policy.pack import Pack, Stage


@dataclass(frozen=True)
class Beginning:
    """What a matter begins with. `person_id` null: it is about nobody of the register; `waits`: for the worker, who confirms what was filled in."""

    key: uuid.UUID
    program: str
    pack: Pack
    version_id: int
    union: Union
    person_id: int | None
    answers: Mapping[str, tuple[str, Source]]
    papers: Mapping[str, PaperState]
    event: str = ""
    receipt: str | None = None
    waits: bool = False
    reason: str = ""


def begin(viewer: Viewer | None, start: Beginning, now: datetime) -> Matter:
    """
    A new matter with what was said, at the stage that follows the first one, or at the first while it waits for the worker.

    Raises:
        AlreadyOpen.
    """
    today, flow = moving.today_of(now), flow_of(start.pack)
    first = flow.first
    _refuse_same(start)
    matter = Matter(
        key=start.key,
        last_key=start.key,
        program=start.program,
        version_id=start.version_id,
        content_hash=start.pack.content_hash,
        person_id=start.person_id,
        household_id=registry.household_of(start.person_id) if start.person_id else None,
        org_id=start.union.id,
        area=start.union.area,
        desk_id=start.union.id,
        stage=first.id,
        role=Role.WORKER.value,
        state=MatterState.WITH_WORKER,
        event=start.event,
        receipt=start.receipt,
        handed_in_by_id=viewer.account_id if viewer else None,
        handed_in_at=now,
        handed_in_on=today,
    )
    matter.save(force_insert=True)
    account_id = viewer.account_id if viewer else None
    moving.keep_answers(matter, start.answers, first.id, account_id, now)
    Paper.objects.bulk_create(
        [
            Paper(matter=matter, code=code, state=state, account_id=account_id, at=now)
            for code, state in start.papers.items()
        ]
    )
    is_begun = role_of(first) is Role.WORKER or (viewer is not None and viewer.role is not Role.WORKER)
    outcome = flow.forward(first) if is_begun and not start.waits else ""
    if outcome:
        needing.require(matter, start.pack, first, outcome)
    changes: dict[str, object] = {}
    if outcome and not first.outcomes[outcome]:
        changes = moving.closing(MatterState.DONE, now)
    elif not start.waits:
        changes |= onward(matter, flow, flow.stage(first.outcomes[outcome]) if outcome else first, today)
    moving.make(
        viewer, matter, Step.HAND_IN, now, outcome=outcome, reason=start.reason, changes=changes,
        is_applicants=viewer is None,
    )  # fmt: skip
    return matter


def onward(matter: Matter, flow: Flow, target: Stage, today: date) -> dict[str, Any]:
    """The columns of a matter that goes from its applicant to a stage; it belongs to the union that they named for it, if they did."""
    changes: dict[str, Any] = {}
    if matter.stage == flow.first.id and (named := moving.named_union(matter, target.desk)):
        changes["org_id"] = matter.org_id = named
    return (
        changes
        | moving.entering(matter, flow, target, today)
        | {"expected_on": moving.expected(matter, flow, target, today)}
    )


def _refuse_same(start: Beginning) -> None:
    """Raises AlreadyOpen."""
    if start.person_id is None:
        return
    standing = standing_of(start.person_id, start.program, event=start.event)
    if standing is not None:
        raise AlreadyOpen(standing.number)


def standing_of(person_id: int | None, program: str, *, event: str | None = None) -> Matter | None:
    """What this person has under way of a programme, the latest first; with `event`, of that event alone."""
    if person_id is None:
        return None
    rows = Matter.objects.filter(person_id=person_id, program=program, closed_at__isnull=True)
    if event is not None:
        rows = rows.filter(event=event)
    return rows.select_related("desk", "org", "version").defer("version__files").order_by("-pk").first()


def can_be_another(pack: Pack, asked: Iterable[Question]) -> bool:
    """Whether a second one beside the first may be about something else: anybody may bring it, or the form asks for a day that tells them apart."""
    return pack.entry == OPEN_TO_ALL or any(one.kind == "date" and not one.is_fact for one in asked)


def read_all(
    pack: Pack, typed: Mapping[str, object], source: Source, now: datetime, *, is_known: bool = True
) -> dict[str, tuple[str, Source]]:
    """
    Every answer to the first stage's questions, as typed, in the form in which it is kept.

    Raises:
        Unreadable: the first that is no answer. StillOpen: required and not there.
    """
    today = moving.today_of(now)
    asked = asked_first(pack, is_known=is_known)
    found = {}
    for question in asked:
        given = typed.get(question.name)
        if given not in (None, "", [], ()):
            text = reading.text_of(question, given, today=today)  # type: ignore[arg-type]
            found[question.name] = (text, source)
    if missing := [one for one in asked if one.is_required and one.name not in found]:
        raise StillOpen(missing)
    return found


def asked_first(pack: Pack, *, is_known: bool = True) -> list[Question]:
    """What is asked to begin: of a worker what they can know, of a union whatever its first stage's form has."""
    flow, wording = flow_of(pack), published.wording()
    if role_of(flow.first) is Role.WORKER:
        return questions.of_applicant(pack, wording, is_known=is_known)
    return questions.of_stage(pack, flow.first, wording)


def may_attest(viewer: Viewer, matter: Matter) -> bool:
    """Whether it was filled in for its worker, waits for them, and lies at this union."""
    if matter.state != MatterState.WITH_WORKER or viewer.org_id != matter.desk_id or viewer.role is Role.WORKER:
        return False
    return is_filled_for(matter)


def is_filled_for(matter: Matter) -> bool:
    """Whether somebody else filled it in and the worker has neither confirmed nor signed yet."""
    moves = list(Move.objects.filter(matter=matter).order_by("step")[:2])
    return len(moves) == 1 and not moves[0].outcome and matter.stage == moving.flow_for(matter).first.id
