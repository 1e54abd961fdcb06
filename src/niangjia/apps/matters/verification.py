"""What must hold across matters; reads only."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from niangjia.apps.accounts.types import Role
from niangjia.apps.files import queries as files
from niangjia.apps.matters import access, announcing, evidence, moving
from niangjia.apps.matters.lifecycle import FORWARD, Flow, role_of
from niangjia.apps.matters.models import Draft, Grant, Matter, Move, Objection
from niangjia.apps.matters.room import room
from niangjia.apps.matters.types import OPEN, Breach, GrantState, MatterState, ObjectionAbout, Step
from niangjia.apps.objections.types import GrievanceState
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import DecisionCard, DecisionOutcome
from niangjia.kernel.problems import Refusal


def verify() -> list[Breach]:
    """
    Each breach by id. MATTER 1: its pinned text is there, its moves join up and each is one that the text or the room names. MATTER 2:
    a stage that asks for a second person was left forward by two officers, none of them who applied. MATTER 3: money only for a granted
    decision about this matter, as much as it gives, and a granted one with finance has its money or the words why not. MATTER 4: no
    file without its draft or matter. MATTER 5: what is not over belongs to a living union and lies on a living desk. MATTER 6: a notice
    stands for a matter that goes on or was granted, and no money moved before its last day was over. MATTER 7: an objection was answered by
    none who had a hand before, and each matter that was opened again has one that was upheld.
    """
    found: list[Breach] = []
    for matter in Matter.objects.select_related("version", "desk").defer("version__files").order_by("pk").iterator(500):
        place = f"matter {matter.pk}"
        try:
            flow = moving.flow_for(matter)
        except Refusal as refusal:
            found.append(Breach("MATTER 1", place, refusal.en))
            continue
        moves = list(Move.objects.filter(matter=matter).order_by("step"))
        found += [Breach("MATTER 1", place, said) for said in _history(matter, flow, moves)]
        found += [Breach("MATTER 2", place, said) for said in _eyes(matter, flow, moves)]
        found += [Breach("MATTER 3", place, said) for said in _money(matter)]
        found += [Breach("MATTER 6", place, said) for said in _notices(matter)]
        found += [Breach("MATTER 7", place, said) for said in _objections(matter, moves)]
    for matter in Matter.objects.filter(state__in=OPEN).filter(
        Q(org__successor__isnull=False) | Q(desk__successor__isnull=False) | Q(assigned__successor__isnull=False)
    ):
        found.append(
            Breach("MATTER 5", f"matter {matter.pk}", "its union, its desk or whom it was given to has a successor")
        )
    known = {key.hex for model in (Matter, Draft) for key in model.objects.values_list("key", flat=True)}
    strays = files.list_owner_ids(evidence.KIND) - known
    return found + [Breach("MATTER 4", f"files of {one}", "belong to no application") for one in sorted(strays)]


def _history(matter: Matter, flow: Flow, moves: list[Move]) -> Iterator[str]:
    known = {one.id for one in flow.stages}
    if not moves or moves[0].act != Step.HAND_IN:
        yield "was never handed in"
    stands, step = flow.first.id, 1
    for move in moves:
        if move.from_stage != stands or move.step != step:
            yield f"move {move.pk} begins elsewhere than the one before it ended"
        if move.to_stage not in known or not _is_named(flow, move):
            yield f"move {move.pk} is named by nothing: {move.act} {move.outcome}"
        stands, step = move.to_stage, step + 1
    if moves and (matter.stage != stands or matter.step != step or matter.state != moves[-1].to_state):
        yield f"stands at {matter.stage} {matter.state}, its moves end at {stands} {moves[-1].to_state}"


def _is_named(flow: Flow, move: Move) -> bool:
    stage = flow.stage(move.from_stage)
    if move.outcome:
        target = stage.outcomes.get(move.outcome)
        stays = move.act == Step.PROPOSE
        return target is not None and move.to_stage in ({stage.id} if stays else {target or stage.id, stage.id})
    if move.act == Step.REOPEN:
        return move.to_stage in {one.id for one in flow.stages}
    return move.to_stage == stage.id and (move.act in room().always or move.act == Step.HAND_IN)


def _eyes(matter: Matter, flow: Flow, moves: list[Move]) -> Iterator[str]:
    for place, move in enumerate(moves):
        stage = flow.stage(move.from_stage)
        is_forward = move.act == Step.ACT and move.outcome and flow.kind(stage, move.outcome) in FORWARD
        if not is_forward or not stage.needs_second_person or role_of(stage) is Role.WORKER:
            continue
        before = moves[:place]
        elsewhere, is_checked = access.checked_by(before, stage, flow.first)
        proposers = {one.account_id for one in before if one.act == Step.PROPOSE and one.from_stage == stage.id}
        if move.account_id in elsewhere or not (is_checked or proposers - {move.account_id}):
            yield f"move {move.pk} went on with one pair of eyes"
    if moves and moves[0].role == Role.WORKER and matter.handed_in_by_id in access.hands_in(matter):
        yield "was handled by who applied"


def _money(matter: Matter) -> Iterator[str]:
    decision = programs.get_decision(matter.decision_id) if matter.decision_id else None
    if decision is not None and decision.matter != f"matter:{matter.pk}":
        yield f"its decision {decision.id} was made for {decision.matter}"
    grants = list(Grant.objects.filter(matter=matter).exclude(state=GrantState.CANCELLED))
    for grant in grants:
        if decision is None or grant.decision_id != decision.id or not _gives(decision, grant):
            yield f"grant {grant.pk} is not what a decision gives"
        if grant.state == GrantState.BLOCKED and not grant.refusal_zh:
            yield f"grant {grant.pk} has neither money nor the words why not"
    if matter.state == MatterState.TO_PAY and not grants:
        yield "waits for a payment, and nothing was granted"


def _gives(decision: DecisionCard, grant: Grant) -> bool:
    return decision.outcome is DecisionOutcome.GRANTED and decision.money == grant.amount


def _notices(matter: Matter) -> Iterator[str]:
    notice = announcing.standing(matter)
    if notice is None:
        return
    if matter.state in (MatterState.REFUSED, MatterState.WITHDRAWN):
        yield f"its notice {notice.pk} is up, and it has ended without anything"
    for grant in Grant.objects.filter(matter=matter, granted_at__gte=notice.announced_at):
        if moving.today_of(grant.granted_at) < notice.ends_before:
            yield f"grant {grant.pk} was made while its notice {notice.pk} was up"


def _objections(matter: Matter, moves: list[Move]) -> Iterator[str]:
    rows = list(Objection.objects.filter(matter=matter))
    for row in rows:
        before = [one for one in moves if row.answered_at and one.at < row.answered_at and one.role != Role.WORKER]
        if row.answered_by_id and row.answered_by_id in {one.account_id for one in before}:  # type: ignore[attr-defined]
            yield f"objection {row.pk} was answered by who had a hand in it"
    upheld = sum(row.state == GrievanceState.UPHELD and row.about == ObjectionAbout.DECISION for row in rows)
    if sum(one.act == Step.REOPEN for one in moves) > upheld:
        yield "was opened again without an objection that was upheld"
