"""The officers' side: an outcome that the pack names, four eyes where it asks for them, a question back, the money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.files import actions as files
from niangjia.apps.files.types import FileContent
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import ReservationState
from niangjia.apps.matters import (
    access,
    announcing,
    deciding,
    effects,
    evidence,
    money,
    moving,
    needing,
    objecting,
    questions,
    reading,
    registers,
)
from niangjia.apps.matters.cards import matter_card
from niangjia.apps.matters.lifecycle import FORWARD, Flow, Kind, is_payment, role_of
from niangjia.apps.matters.models import Grant, Matter, Move, Paper
from niangjia.apps.matters.problems import (
    AlreadyClosed,
    FourEyes,
    HigherApprovalNeeded,
    NobodyToAsk,
    NotFound,
    NothingAsked,
    NotNamed,
    NotYourTurn,
    ReasonMissing,
    RulesSayNo,
    SomeoneWasFirst,
    StillOpen,
    StillUnknown,
)
from niangjia.apps.matters.types import GrantState, MatterCard, MatterState, PaperState, Source, Step
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import published
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import DecisionCard, DecisionOutcome
from niangjia.engines.policy.pack import Pack, Stage
from niangjia.kernel.problems import Refusal


@dataclass(frozen=True)
class _Turn:
    """A matter before the officer whose turn it is."""

    viewer: Viewer
    matter: Matter
    pack: Pack
    flow: Flow
    stage: Stage
    now: datetime


def act(
    *,
    viewer: Viewer,
    matter_id: int,
    outcome: str,
    step: int,
    now: datetime,
    reason: str = "",
    answers: Mapping[str, str | Sequence[str]] | None = None,
    papers_seen: Sequence[str] = (),
    higher_approval: str = "",
) -> MatterCard:
    """
    Make the move that `outcome` of the present stage is, from the `step` that was seen. `answers`: what the officer found out, by field,
    as typed; `papers_seen`: originals that they have had before them; `higher_approval`: the number of a higher union's paper, where the
    rules ask for one. Where the stage asks for a second person and nobody has checked
    the matter yet, the first proposes and another confirms. Safe to repeat.

    Raises:
        NotAllowed, NotFound, NotYourTurn, OwnMatter, AlreadyClosed, NotNamed, ReasonMissing, FourEyes, SomeoneWasFirst.
        NoticeIsUp, GrievanceOpen, GrievanceUpheld: the way on from a public notice.
        DoesNotFit: it contradicts an answer, as the text says.
        NobodyToAsk: its way leads to an applicant who is not signed in. Unreadable, StillOpen: of the stage's own fields. RulesSayNo, StillUnknown, HigherApprovalNeeded, and what deciding refuses.
    """
    permissions.require(viewer, "matters.view")
    with transaction.atomic():
        matter = moving.find(viewer, matter_id)
        if moving.was_done(matter, viewer, step, Step.ACT, outcome) or moving.was_done(
            matter, viewer, step, Step.PROPOSE, outcome
        ):
            return matter_card(matter)
        turn = _take(viewer, matter, step, now)
        if outcome not in turn.stage.outcomes:
            raise NotNamed(*_offers_in_words(turn))
        kind, target = turn.flow.kind(turn.stage, outcome), turn.stage.outcomes[outcome]
        if matter.person_id is None and target and role_of(turn.flow.stage(target)) is Role.WORKER:
            raise NobodyToAsk
        reason = _reason(reason, is_needed=kind not in FORWARD)
        changed = _keep_found(turn, answers or {}, papers_seen, outcome if kind in FORWARD else "")
        needing.require(matter, turn.pack, turn.stage, outcome)
        announcing.require_over(matter, turn.flow, turn.stage, outcome, now)
        _refuse_overruled(turn, kind)
        if kind in FORWARD and _is_first_of_two(turn, changed):
            _require_granted(turn, higher_approval)
            moving.make(
                viewer, matter, Step.PROPOSE, now, seen=step, outcome=outcome, reason=_with(higher_approval, reason),
                changes={"proposed": outcome, "proposed_by_id": viewer.account_id},
            )  # fmt: skip
            return matter_card(matter)
        if kind in FORWARD:
            _require_granted(turn, higher_approval)
        effects.carry_out(viewer, matter, turn.stage, outcome, now)
        _go(turn, outcome, kind, _with(higher_approval, reason), step)
    return matter_card(matter)


def _take(viewer: Viewer, matter: Matter, step: int, now: datetime) -> _Turn:
    if matter.step != step:
        raise moving.lost(matter)
    if matter.closed_at is not None:
        raise AlreadyClosed(str(MatterState(matter.state).label), matter.state)
    access.require_turn(viewer, matter)
    pack, flow = moving.pack_of(matter), moving.flow_for(matter)
    return _Turn(viewer, matter, pack, flow, flow.stage(matter.stage), now)


def _offers_in_words(turn: _Turn) -> tuple[list[str], list[str]]:
    wording = published.wording()
    return (
        [wording.code("outcomes", one, "zh") for one in turn.stage.outcomes],
        [wording.code("outcomes", one, "en") for one in turn.stage.outcomes],
    )


def _reason(reason: str, *, is_needed: bool) -> str:
    if is_needed and not reason.strip():
        raise ReasonMissing
    return reason.strip()[:1000]


def _keep_found(
    turn: _Turn, typed: Mapping[str, str | Sequence[str]], papers_seen: Sequence[str], forward: str
) -> bool:
    """
    Keep what the officer found out; whether it changes an answer. `forward`: the outcome that goes on with it, empty = none does.

    Raises Unreadable, StillOpen.
    """
    matter, wording = turn.matter, published.wording()
    standing = {name: rows[-1].text for name, rows in moving.answers_of(matter).items()}
    told = registers.answers_of(registers.look_up(matter, turn.pack, turn.stage, moving.today_of(turn.now)))
    given = {name: value for name, value in typed.items() if value not in ("", [], ()) and name not in told}
    asked = {one.name: one for one in questions.named(given, turn.pack, wording)}
    read = {
        name: reading.text_of(asked[name], value, today=moving.today_of(turn.now))
        for name, value in given.items()
        if name in asked
    }
    found = {name: (text, Source.OFFICER) for name, text in read.items() if standing.get(name) != text}
    found |= {name: answer for name, answer in told.items() if standing.get(name) != answer[0]}
    moving.keep_answers(matter, found, turn.stage.id, turn.viewer.account_id, turn.now)
    if forward:
        asked_here = questions.of_stage(turn.pack, turn.stage, wording)
        needed = [one for one in asked_here if one.is_required or forward in one.required_for]
        if missing := [one for one in needed if one.name not in standing and one.name not in read]:
            raise StillOpen(missing)
        kept = evidence.files_of(matter)
        due = [
            one
            for code, one in questions.uploads_of(turn.pack, turn.stage.id).items()
            if (one.is_required or forward in one.required_for) and evidence.part_of(code) not in kept
        ]
        if due:
            raise StillOpen([questions.of_field(one, turn.pack, wording) for one in due])
    known = {one.code for one in questions.papers_of(turn.pack, [one.id for one in turn.flow.stages])}
    seen = set(Paper.objects.filter(matter=matter, state=PaperState.SEEN).values_list("code", flat=True))
    Paper.objects.bulk_create(
        [
            Paper(matter=matter, code=code, state=PaperState.SEEN, account_id=turn.viewer.account_id, at=turn.now)
            for code in dict.fromkeys(papers_seen)
            if code in known and code not in seen
        ]
    )
    return bool(found)


def _is_first_of_two(turn: _Turn, changed: bool) -> bool:
    """
    Whether this officer is the first of the two whom the stage asks for. Raises FourEyes: they had a hand in it before.
    """
    if not turn.stage.needs_second_person:
        return False
    moves = list(Move.objects.filter(matter=turn.matter).order_by("step"))
    elsewhere, is_checked = access.checked_by(moves, turn.stage, turn.flow.first)
    if turn.viewer.has_hand_in(elsewhere):
        raise FourEyes(is_colleague=turn.viewer.account_id not in elsewhere)
    if is_checked:
        return False
    proposer = turn.matter.proposed_by_id
    if proposer is None or changed:  # on other facts nobody has agreed yet
        return True
    if turn.viewer.has_hand_in({proposer}):
        raise FourEyes(is_colleague=turn.viewer.account_id != proposer)
    return False


def _refuse_overruled(turn: _Turn, kind: Kind) -> None:
    """Whose decision was objected to with success neither refuses it again nor decides it anew. Raises FourEyes."""
    decides = turn.flow.deciding
    if kind is not Kind.REFUSE and not (kind in FORWARD and decides is not None and decides.id == turn.stage.id):
        return
    earlier = access.overruled(list(Move.objects.filter(matter=turn.matter).order_by("step")))
    if turn.viewer.has_hand_in(earlier):
        raise FourEyes(is_colleague=turn.viewer.account_id not in earlier)


def _with(higher_approval: str, reason: str) -> str:
    """The number of the higher union's paper stands in the history with the officer's words."""
    number = higher_approval.strip()[:100]
    return f"上级批复文号：{number}\n{reason}".strip() if number else reason


def _require_granted(turn: _Turn, higher_approval: str) -> None:
    """At the stage that decides: raises RulesSayNo, StillUnknown, HigherApprovalNeeded, and what deciding refuses."""
    decides = turn.flow.deciding
    if decides is None or decides.id != turn.stage.id:
        return
    said = deciding.preview(turn.matter, turn.pack, turn.now)
    if said.outcome is DecisionOutcome.REFUSED:
        against = [line for line in said.trace if line.result == "NO"]
        raise RulesSayNo([line.zh for line in against], [line.en for line in against])
    if said.outcome is DecisionOutcome.CANNOT_TELL:
        titles = [turn.pack.vocabulary.facts[name].title for name in said.unknown if name in turn.pack.vocabulary.facts]
        raise StillUnknown(said.unknown, [one["zh"] for one in titles], [one["en"] for one in titles])
    missing = deciding.approvals_of(said, turn.pack, organizations.get_union(turn.matter.desk_id).level)
    if missing and not higher_approval.strip():
        raise HigherApprovalNeeded([line.zh for line in missing], [line.en for line in missing])


def _go(turn: _Turn, outcome: str, kind: Kind, reason: str, step: int) -> None:
    viewer, matter, now = turn.viewer, turn.matter, turn.now
    target = turn.stage.outcomes[outcome]
    decision = _decision(turn, kind)
    changes: dict[str, object] = {
        "decision_id": decision.id if decision else None if kind is Kind.BACK else matter.decision_id
    }
    decision = decision or _standing(matter, kind)
    has_money = decision is not None and decision.outcome is DecisionOutcome.GRANTED and decision.money > 0
    ends = not target or (is_payment(turn.flow.stage(target)) and not has_money)
    if kind is Kind.REFUSE:
        changes |= moving.closing(MatterState.REFUSED, now)
    elif ends and not has_money:
        changes |= moving.closing(MatterState.DONE, now)
    elif ends:
        changes |= {"state": MatterState.TO_PAY, "role": Role.FINANCE.value, "due_on": None}
    else:
        changes |= moving.entering(matter, turn.flow, turn.flow.stage(target), moving.today_of(now))
    moving.make(viewer, matter, Step.ACT, now, seen=step, outcome=outcome, reason=reason, changes=changes)
    if outcome != turn.flow.forward(turn.stage):
        announcing.take_down(matter, now)
    if not ends:
        announcing.put_up(viewer, matter, turn.pack, turn.flow, now)
    if matter.state == MatterState.TO_PAY and decision is not None:
        money.grant(viewer, Matter.objects.select_related("desk", "org").get(pk=matter.pk), decision, now)


def _decision(turn: _Turn, kind: Kind) -> DecisionCard | None:
    """
    The decision that this move makes: a grant at the stage that decides, a refusal wherever the rules refuse too. A refusal for another
    reason has the officer's words alone.
    """
    decides = turn.flow.deciding
    if kind in FORWARD and decides is not None and decides.id == turn.stage.id:
        return deciding.decide(turn.viewer, turn.matter, turn.pack, turn.now)
    if kind is Kind.REFUSE and turn.flow.decides:
        try:
            if deciding.preview(turn.matter, turn.pack, turn.now).outcome is DecisionOutcome.REFUSED:
                return deciding.decide(turn.viewer, turn.matter, turn.pack, turn.now)
        except Refusal:  # the rules cannot be asked: the officer's reason stands alone
            return None
    return None


def _standing(matter: Matter, kind: Kind) -> DecisionCard | None:
    return programs.get_decision(matter.decision_id) if matter.decision_id and kind in FORWARD else None


def ask(*, viewer: Viewer, matter_id: int, names: Sequence[str], words: str, step: int, now: datetime) -> MatterCard:
    """
    Ask the applicant for what is missing: `names` are fields or papers of the form, `words` what they read. The matter waits for them and
    comes back to this very stage. Safe to repeat.

    Raises:
        NotAllowed, NotFound, NotYourTurn, OwnMatter, AlreadyClosed, NothingAsked, SomeoneWasFirst.
    """
    permissions.require(viewer, "matters.view")
    with transaction.atomic():
        matter = moving.find(viewer, matter_id)
        if moving.was_done(matter, viewer, step, Step.ASK):
            return matter_card(matter)
        turn = _take(viewer, matter, step, now)
        if not words.strip():
            raise NothingAsked
        if matter.person_id is None:
            raise NotYourTurn(Role(matter.role), matter.desk.name)
        codes = {one.code for one in questions.papers_of(turn.pack, [one.id for one in turn.flow.stages])}
        fields = {one.name for one in questions.named(names, turn.pack, published.wording())}
        changes = {
            "state": MatterState.WITH_WORKER,
            "asked": [one for one in dict.fromkeys(names) if one in fields or one in codes],
            "due_on": None,
        }
        moving.make(viewer, matter, Step.ASK, now, seen=step, reason=words.strip()[:1000], changes=changes)
    return matter_card(matter)


def set_aside(*, viewer: Viewer, matter_id: int, now: datetime) -> GrantState:
    """
    Try again to set the money of a granted matter aside; the state it has then. Safe to repeat. Permission: funds.prepare or
    funds.approve.

    Raises:
        NotAllowed, NotFound, OwnMatter.
    """
    if not permissions.may(viewer, "funds.approve"):
        permissions.require(viewer, "funds.prepare")
    with transaction.atomic():
        matter = moving.find(viewer, matter_id)
        access.refuse_own(viewer, matter)
        grant = (
            Grant.objects.select_for_update(of=("self",)).select_related("matter__org", "matter__desk")
            .filter(matter=matter, state=GrantState.BLOCKED).first()
        )  # fmt: skip
        if grant is None:
            standing = Grant.objects.filter(matter=matter).order_by("-pk").first()
            if standing is None:
                raise NotFound
            return GrantState(standing.state)
        return GrantState(money.set_aside(viewer, grant, now).state)


def close_paid(*, now: datetime) -> int:
    """Matters whose money has arrived are done; how many. The system's own act, for a job. Safe to repeat."""
    waiting = Grant.objects.filter(matter__state=MatterState.TO_PAY, state=GrantState.SET_ASIDE).select_related(
        "matter"
    )
    refs = {f"matter:{one.matter_id}:{one.matter.program}": one for one in waiting}
    states = funds.reservation_states(refs)
    count = 0
    for ref, grant in refs.items():
        if states.get(ref) != ReservationState.PAID:
            continue
        with suppress(SomeoneWasFirst), transaction.atomic():  # another worker has closed it since
            moving.make(None, grant.matter, Step.PAID, now, changes=moving.closing(MatterState.DONE, now))
            count += 1
    return count


def open_answers(*, viewer: Viewer, matter_id: int, reason: str, now: datetime) -> dict[str, str]:
    """
    The answers, for who does not handle the matter now but has to see them; on record with the reason. By field.

    Raises:
        NotAllowed, NotFound, OwnMatter, ReasonMissing.
    """
    permissions.require(viewer, "registry.reveal")
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        matter = moving.find(viewer, matter_id)
        access.refuse_own(viewer, matter)
        audit.record(
            viewer, action="matters.open_answers", object=f"matter:{matter.pk}", detail={"number": matter.number},
            reason=reason.strip()[:500], now=now,
        )  # fmt: skip
        return {name: rows[-1].text for name, rows in moving.answers_of(matter).items()}


def open_file(*, viewer: Viewer, matter_id: int, key: str, now: datetime, is_small: bool = False) -> FileContent:
    """
    A paper that was uploaded: for the applicant, for whose turn it is, and for who looks into an objection. Who opened it is on record.

    Raises:
        NotAllowed, NotFound, NotYourTurn, OwnMatter, NoSuchFile.
    """
    matter = moving.find(viewer, matter_id)
    if viewer.role is not Role.WORKER:
        access.refuse_own(viewer, matter)
        if not access.may_handle(viewer, matter) and not objecting.looks_into(viewer, matter):
            raise NotYourTurn(Role(matter.role), matter.desk.name)
    return files.open_file(
        viewer=viewer, owner=evidence.owner_of(matter), key=key, now=now, reason=matter.number, is_small=is_small
    )
