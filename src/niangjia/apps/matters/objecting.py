"""What may be objected to, until when, and who answers. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.files.types import FileCard
from niangjia.apps.matters import access, announcing, evidence, moving, sealed
from niangjia.apps.matters.lifecycle import FORWARD, Flow, Kind, is_notice
from niangjia.apps.matters.models import Matter, Move, Objection
from niangjia.apps.matters.problems import NotFound
from niangjia.apps.matters.room import room
from niangjia.apps.matters.types import MatterState, MayObject, ObjectionAbout, Step
from niangjia.apps.objections.problems import NothingToObjectTo, ObjectionTooLate
from niangjia.apps.objections.types import GrievanceState
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Level, Union
from niangjia.apps.programs import queries as programs
from niangjia.kernel.problems import Refusal

_DECIDED = (MatterState.TO_PAY, MatterState.DONE, MatterState.REFUSED)
_ANSWERING = (Level.COUNTY, Level.CITY, Level.PROVINCE)


def find(viewer: Viewer, objection_id: int) -> Objection:
    """One's own, or one of the viewer's part of the tree. Raises NotAllowed, NotFound."""
    is_own = viewer.role is Role.WORKER
    permissions.require(viewer, "own.view" if is_own else "matters.answer")
    rows = Objection.objects.filter(pk=objection_id, matter__in=access.visible(viewer))
    rows = rows.filter(person_id=viewer.person_id or 0) if is_own else rows
    found = rows.select_related("matter__org", "matter__desk", "matter__version").first()
    if found is None:
        raise NotFound
    return found


def looks_into(viewer: Viewer, matter: Matter, open_one: Objection | None = None) -> bool:
    """
    Whether this officer may answer an objection that is open (`open_one`, if the caller has it): they read what was answered and why it
    was decided so.
    """
    if not permissions.may(viewer, "matters.answer"):
        return False
    if open_one is None and not Objection.objects.filter(matter=matter, state=GrievanceState.OPEN).exists():
        return False
    moves = list(Move.objects.filter(matter=matter).order_by("step"))
    hands = {one.account_id for one in moves if one.account_id and one.role != Role.WORKER}
    if viewer.has_hand_in(hands) or access.is_own(viewer, matter):
        return False
    flow = moving.flow_for(matter)
    decisive = decisive_move(matter, flow, moves) if matter.state in _DECIDED else None
    level = flow.stage(decisive.from_stage if decisive else matter.stage)
    return access.desk_for(matter.org_id, level)[0].path.startswith(viewer.org_path)


def reason_of(matter: Matter) -> str:
    """The deciding officer's words, opened; empty where there are none."""
    decisive = decisive_move(matter, moving.flow_for(matter))
    return str(sealed.unseal(decisive.secret, "move", decisive.key).get("text", "")) if decisive else ""


def files_of(row: Objection) -> tuple[FileCard, ...]:
    return evidence.files_of(row.matter).get(evidence.objection_part(row.pk), ())


def open_to(matter: Matter, now: datetime) -> MayObject:
    """
    What the applicant may object to: a notice while it is up, else what was decided, for the days that its text gives.

    Raises:
        NothingToObjectTo, ObjectionTooLate.
    """
    today, flow = moving.today_of(now), moving.flow_for(matter)
    if matter.closed_at is None and is_notice(flow.stage(matter.stage)):
        notice = announcing.standing(matter)
        if notice is not None and today < notice.ends_before:
            return MayObject(ObjectionAbout.NOTICE, announcing.last_day_of(notice))
    decisive = decisive_move(matter, flow) if matter.state in _DECIDED else None
    if decisive is None:
        raise NothingToObjectTo
    told = moving.today_of(decisive.at)
    last_day = told + timedelta(days=days_to_object(matter, told))
    if today > last_day:
        raise ObjectionTooLate
    return MayObject(ObjectionAbout.DECISION, last_day)


def days_to_object(matter: Matter, day: date) -> int:
    """What the pinned text says, else ``room.yaml``; a number that the text leaves open and nobody set counts as not said."""
    said = moving.pack_of(matter).notice.get("objection_days")
    if isinstance(said, str):
        try:
            return int(str(programs.get_parameter(matter.program, said, area=matter.area, asof=day)))
        except Refusal:
            return room().objection_days
    return int(str(said)) if said is not None else room().objection_days


def decisive_move(matter: Matter, flow: Flow, moves: Sequence[Move] | None = None) -> Move | None:
    """The move by which it was granted or refused; null: it ended without either, or goes on. `moves`: all of it, if they were read."""
    decides = flow.deciding
    read = Move.objects.filter(matter=matter, act=Step.ACT).order_by("step") if moves is None else moves
    for move in reversed([one for one in read if one.act == Step.ACT]):
        stage = flow.stage(move.from_stage)
        kind = flow.kind(stage, move.outcome)
        if kind is Kind.REFUSE or (decides is not None and stage.id == decides.id and kind in FORWARD):
            return move
    return None


def desk_that_decided(matter: Matter) -> Union:
    """The union that made the decision; before there is one, that whose turn it is."""
    flow = moving.flow_for(matter)
    decisive = decisive_move(matter, flow) if matter.state in _DECIDED else None
    if decisive is None:
        return organizations.get_union(matter.desk_id)
    return access.desk_for(matter.org_id, flow.stage(decisive.from_stage))[0]


def union_that_answers(matter: Matter) -> Union:
    """The union that decided, or the nearest above it where objections are answered."""
    desk = desk_that_decided(matter)
    above = [desk, *reversed(organizations.list_ancestors(desk.id))]
    return next((one for one in above if one.is_active and one.level in _ANSWERING), desk)
