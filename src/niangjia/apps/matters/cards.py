"""Rows as others see them."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.matters import moving, rated, sealed
from niangjia.apps.matters.lifecycle import Flow
from niangjia.apps.matters.models import Grant, Matter, Move
from niangjia.apps.matters.types import (
    Followed,
    GrantCard,
    GrantState,
    MatterCard,
    MatterState,
    MoveCard,
    Step,
    WorkersTurn,
)
from niangjia.apps.programs import published


def draft_of(viewer: Viewer, key: str) -> Matter | None:
    """The matter that this draft became, if it was handed in already by this person."""
    if viewer.person_id is None or len(key) > 40:
        return None
    try:
        found = Matter.objects.filter(last_key=key, person_id=viewer.person_id)
        return found.select_related("desk", "org", "version").defer("version__files").first()
    except (ValueError, TypeError, ValidationError):
        return None


def matter_card(matter: Matter) -> MatterCard:
    flow = moving.flow_for(matter)
    stage = flow.stage(matter.stage)
    return MatterCard(
        id=matter.pk,
        number=matter.number,
        program=matter.program,
        title_zh=matter.version.title_zh,
        title_en=matter.version.title_en,
        person_id=matter.person_id,
        household_id=matter.household_id,
        org_name=matter.org.name,
        desk_id=matter.desk_id,
        desk_name=matter.desk.name,
        role=Role(matter.role),
        state=MatterState(matter.state),
        stage=matter.stage,
        stage_zh=stage.title["zh"],
        stage_en=stage.title["en"],
        due_on=matter.due_on,
        expected_on=matter.expected_on,
        handed_in_at=matter.handed_in_at,
        closed_at=matter.closed_at,
        step=matter.step,
        proposed=matter.proposed,
        proposed_by=matter.proposed_by_id,
        content_hash=matter.content_hash,
        workers_turn=_workers_turn(matter, flow),
    )


def _workers_turn(matter: Matter, flow: Flow) -> WorkersTurn:
    if matter.state != MatterState.WITH_WORKER:
        return WorkersTurn.NONE
    if matter.stage == flow.first.id:  # one move, and still there: it was filled in, and not handed in
        return WorkersTurn.CONFIRM if matter.step == 2 else WorkersTurn.MEND
    return WorkersTurn.OWN if matter.role == Role.WORKER else WorkersTurn.MEND


def followed(matter: Matter, *, photos: int, can_add: bool) -> Followed:
    stage = moving.flow_for(matter).stage(matter.stage)
    return Followed(
        number=matter.number,
        title_zh=matter.version.title_zh,
        title_en=matter.version.title_en,
        state=MatterState(matter.state),
        stage_zh=stage.title["zh"],
        stage_en=stage.title["en"],
        desk_name=matter.desk.name,
        handed_in_on=moving.today_of(matter.handed_in_at),
        due_on=matter.due_on,
        closed_on=moving.today_of(matter.closed_at) if matter.closed_at else None,
        photos=photos,
        can_add=can_add,
        can_rate=rated.is_waited_for(matter),
    )


def move_cards(matter: Matter, flow: Flow, rows: Iterable[Move], *, with_reasons: bool) -> list[MoveCard]:
    wording = published.wording()
    titles = {one.id: one.title for one in flow.stages}
    blank = {"zh": "", "en": ""}
    return [
        MoveCard(
            step=row.step,
            act=Step(row.act),
            outcome=row.outcome,
            outcome_zh=wording.code("outcomes", row.outcome, "zh") if row.outcome else "",
            outcome_en=wording.code("outcomes", row.outcome, "en") if row.outcome else "",
            from_stage=row.from_stage,
            to_stage=row.to_stage,
            stage_zh=titles.get(row.from_stage, blank)["zh"],
            stage_en=titles.get(row.from_stage, blank)["en"],
            to_zh=titles.get(row.to_stage, blank)["zh"],
            to_en=titles.get(row.to_stage, blank)["en"],
            account_id=row.account_id,
            is_worker=row.role == Role.WORKER,
            at=row.at,
            reason=str(sealed.unseal(row.secret, "move", row.key).get("text", "")) if with_reasons else "",
        )
        for row in rows
    ]


def grant_card(matter: Matter) -> GrantCard | None:
    row = Grant.objects.filter(matter=matter).exclude(state=GrantState.CANCELLED).first()
    if row is None:
        return None
    return GrantCard(row.amount, GrantState(row.state), row.purpose, row.reservation_id, row.refusal_zh, row.refusal_en)
