"""Deciding anew: from the frozen inputs of the day, with what is known now. Differences wait for a person; nothing is edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import Subject
from niangjia.apps.programs import capping, installed, late, values
from niangjia.apps.programs.actions.decisions import answer, draft, keep
from niangjia.apps.programs.adjusting import UNSETTLED, base_of, paid_so_far, settled_of
from niangjia.apps.programs.cards import as_decided, decision_card, ref_of
from niangjia.apps.programs.models import Adjustment, Decision, ParameterValue, Reconsideration
from niangjia.apps.programs.problems import MissingStandard, NoSuchDecision, ReasonMissing, SourceMissing, UnknownFact
from niangjia.apps.programs.queries import get_standard
from niangjia.apps.programs.scope import require_area
from niangjia.apps.programs.types import (
    AdjustmentKind,
    AdjustmentState,
    Cause,
    CauseKind,
    DecisionCard,
    DecisionOutcome,
    Reconsidered,
    Undecidable,
)
from niangjia.engines import policy
from niangjia.engines.policy.parameters import area_prefix
from niangjia.kernel.money import ZERO
from niangjia.kernel.problems import DataProblem, Refusal


def reconsider(*, viewer: Viewer | None, cause: Cause, now: datetime) -> Reconsidered:
    """
    Make the decisions anew that `cause` touches, each from its frozen inputs, as of its day, with the texts, values and standards that
    are known now and with corrected facts. Each difference becomes an adjustment that waits for a person; old and new decision are
    both kept.

    Of several decisions about one matter the one counts by which money was set aside, else the last. Safe to repeat: what was found
    before is not found again; where deciding anew once more says otherwise, the unsettled adjustment is replaced. One transaction a
    matter: after a crash call it again. Permission: programs.manage, for an area within the viewer's; `viewer` None: the system.

    Raises:
        NotAllowed, OutsideYourArea, ReasonMissing, SourceMissing, NoSuchDecision.
        UnknownFact: a correction of what no vocabulary tells of.
    """
    if viewer is not None:
        permissions.require(viewer, "programs.manage")
        require_area(viewer, _area_of(cause))
    if not cause.reason.strip():
        raise ReasonMissing
    if not cause.source.strip():
        raise SourceMissing
    roots = late.roots_of(cause)
    only = (
        roots[0] if cause.decision_id is not None else None
    )  # a correction is about the matter, whichever of its decisions is named
    cause = replace(cause, area=area_prefix(cause.area), decision_id=only)
    if cause.facts:
        _require_known(cause.facts, roots)
    if not roots:
        return Reconsidered(None, 0, 0, 0, (), ())
    kept = _keep_cause(viewer, cause, now)
    tally = _Tally()
    for root_id in roots:
        try:
            with transaction.atomic():
                _one(root_id, kept, viewer, tally, now)
        except (Refusal, DataProblem) as refusal:
            tally.undecidable.append(Undecidable(root_id, refusal.zh, refusal.en))
    Reconsideration.objects.filter(pk=kept.pk, finished_at__isnull=True).update(finished_at=now)
    if tally.adjustments or cause.facts:
        detail = {"touched": len(roots), "differing": tally.differing, "undecidable": len(tally.undecidable)}
        audit.record(
            viewer,
            action="programs.reconsider",
            object=f"reconsideration:{kept.pk}",
            detail=detail | {"adjustments": tally.adjustments[:200]},
            reason=cause.reason[:300],
            now=now,
        )
    return Reconsidered(
        kept.pk, len(roots), tally.same, tally.differing, tuple(tally.adjustments), tuple(tally.undecidable)
    )


def reconsider_late_changes(*, now: datetime) -> list[Reconsidered]:
    """
    Make anew whatever a text, value or standard touches that became known late and was not reconsidered yet. The system's own act,
    for a job; each change once.
    """
    return [reconsider(viewer=None, cause=change.cause, now=now) for change in late.list_late()]


@dataclass
class _Tally:
    same: int = 0
    differing: int = 0
    adjustments: list[int] = field(default_factory=list)
    undecidable: list[Undecidable] = field(default_factory=list)


def _area_of(cause: Cause) -> str:
    if cause.decision_id is None:
        return cause.area
    area = Decision.objects.filter(pk=cause.decision_id).values_list("area", flat=True).first()
    if area is None:
        raise NoSuchDecision(cause.decision_id)
    return area


def _require_known(facts: Mapping[str, object], roots: Sequence[int]) -> None:
    values.to_json(facts)  # a float is a mistake of the caller, before anything is kept
    first = Decision.objects.select_related("version").filter(pk__in=roots[:1]).first()
    if first is not None:
        known = installed.pack_of(first.version).vocabulary.facts
        if strange := sorted(set(facts) - set(known)):
            raise UnknownFact(strange)


def _keep_cause(viewer: Viewer | None, cause: Cause, now: datetime) -> Reconsideration:
    asked = (
        cause.program,
        cause.area,
        str(cause.since),
        str(cause.until),
        cause.decision_id,
        values.to_json(cause.facts),
        cause.reason.strip(),
        cause.source.strip(),
        viewer.account_id if viewer and cause.facts else None,
    )
    kind = CauseKind.FACTS if cause.facts and cause.kind is CauseKind.REVIEW else cause.kind
    kept, _ = Reconsideration.objects.get_or_create(
        key=cause.key or values.digest(*asked),
        defaults={
            "kind": kind,
            "program": cause.program,
            "area": cause.area,
            "since": cause.since,
            "until": cause.until,
            "decision_id": cause.decision_id,
            "facts": values.to_json(cause.facts),
            "reason": cause.reason.strip()[:300],
            "source": cause.source.strip()[:300],
            "opened_by_id": viewer.account_id if viewer else None,
            "opened_at": now,
        },
    )
    return kept


def _one(root_id: int, kept: Reconsideration, viewer: Viewer | None, tally: _Tally, now: datetime) -> None:
    """One matter, its root's row ours until the commit."""
    root = Decision.objects.select_for_update(of=("self",)).select_related("version").get(pk=root_id)
    settled = settled_of(root)
    unsettled = root.adjustments.filter(state__in=UNSETTLED).select_related("new__version").first()
    head = settled[-1].new if settled else root
    base = base_of(root)
    if (
        base is None and unsettled is None and not settled
    ):  # given back, and nothing else came of it: the matter has ended
        tally.same += 1
        return
    fresh, compiled = _decide_anew(root, now)
    before, after = decision_card(head), decision_card(fresh)
    if _said(before) == _said(after) and (base is not None or settled):
        tally.same += 1
        if unsettled is not None:
            _replace(unsettled, viewer, now)
        return
    due = ZERO
    if after.outcome is not DecisionOutcome.CANNOT_TELL:
        due = after.money - paid_so_far(root, base or ZERO)
    tally.differing += 1
    if unsettled is not None:
        if _said(decision_card(unsettled.new)) == _said(after) and unsettled.difference == due:
            return
        _replace(unsettled, viewer, now)
    new = keep(viewer, fresh, compiled, now)
    corrected_by = kept.opened_by_id if kept.facts else None
    adjustment = Adjustment.objects.create(
        reconsideration=kept,
        root=root,
        old=head,
        new_id=new.id,
        kind=_kind(before, after, due),
        difference=due,
        barred=_barred(root, head, Decision.objects.select_related("version").get(pk=new.id), kept),
        corrected_by_id=corrected_by,
        opened_at=now,
    )
    tally.adjustments.append(adjustment.pk)
    detail = {"decision": root_id, "new": new.id, "kind": adjustment.kind, "difference": str(due)}
    audit.record(viewer, action="programs.adjust", object=f"adjustment:{adjustment.pk}", detail=detail, now=now)


def _said(card: DecisionCard) -> tuple[object, ...]:
    """What must be the same for nothing to be adjusted."""
    return card.outcome, card.tier, card.money, card.goods, card.dues


def _kind(before: DecisionCard, after: DecisionCard, due: Decimal) -> AdjustmentKind:
    if before.outcome is not after.outcome or due == ZERO:
        return AdjustmentKind.OUTCOME
    return AdjustmentKind.ARREARS if due > ZERO else AdjustmentKind.CLAW_BACK


def _replace(unsettled: Adjustment, viewer: Viewer | None, now: datetime) -> None:
    Adjustment.objects.filter(pk=unsettled.pk, state__in=UNSETTLED).update(state=AdjustmentState.REPLACED)
    audit.record(viewer, action="programs.replace_adjustment", object=f"adjustment:{unsettled.pk}", now=now)


def _decide_anew(root: Decision, now: datetime) -> tuple[Decision, policy.Program]:
    """
    The answer with what is known now; not stored.

    Raises:
        NoPackHere, MissingParameter, SubjectMissing, FactError.
    """
    today = timezone.localdate(now)
    version = installed.get_version(root.version.pack_id, area=root.area, asof=root.asof)
    compiled = installed.compiled(version, area=root.area, asof=root.asof)
    subject = decision_card(root).subject
    fresh = draft(
        compiled,
        version,
        subject=subject,
        area=root.area,
        asof=root.asof,
        facts=_facts_now(root),
        used=_used_then(root, compiled.pack),
    )
    fresh.reconsiders, fresh.known_on, fresh.used_on = root, today, root.used_on
    fresh.within, fresh.event, fresh.matter = root.within, root.event, root.matter
    return answer(fresh, compiled), compiled


def _facts_now(root: Decision) -> dict[str, Any]:
    """What was known of the household that day; the standard as it is known now; corrections in the order they were made."""
    facts = values.from_json(root.offered) | values.from_json(root.facts)
    standard = facts.get(late.STANDARD_FACT)
    if standard is not None and standard == _standard(root, known_on=root.known_on):
        facts[late.STANDARD_FACT] = _standard(root) or standard
    corrections = Reconsideration.objects.filter(program=root.version.pack_id).exclude(facts={}).order_by("pk")
    for one in corrections:
        if late.holds_for(one, root):
            facts |= values.from_json(one.facts)
    return facts


def _standard(root: Decision, *, known_on: Any = None) -> Decimal | None:
    """It came from the house's table only if the table said so then."""
    try:
        return get_standard(root.area, asof=root.asof, known_on=known_on)
    except MissingStandard:
        return None


def _used_then(root: Decision, pack: policy.Pack) -> dict[str, object] | None:
    """
    What the caps had counted that day, frozen with the decision. Of a cap that the old text did not have: what the book held then,
    without what this matter itself took.
    """
    if root.used is None:
        return None
    card, frozen = decision_card(root), values.from_json(root.used)
    then = {
        (cap.group, cap.per, cap.window, cap.count is None): frozen[cap.id]
        for cap in as_decided(root).pack.caps
        if cap.id in frozen
    }
    missing = [cap for cap in pack.caps if (cap.group, cap.per, cap.window, cap.count is None) not in then]
    found = {cap.id: then.get((cap.group, cap.per, cap.window, cap.count is None)) for cap in pack.caps}
    if missing:
        book = funds.load_book_of_then(
            (Subject(kind, number) for kind, number in card.subjects.items()),
            taken_before=root.made_at,
            without=(ref_of(pk) for pk in [root.pk]),
        )
        caps = capping.bound(missing, card.subjects, day=card.used_on or card.asof, event=card.event)
        for cap in missing:
            used = book.used(caps[cap.id]) if cap.id in caps else funds.Used()
            found[cap.id] = used.count if cap.count is not None else used.amount
    return found


def _barred(root: Decision, head: Decision, new: Decision, kept: Reconsideration) -> list[int]:
    """Who decided, entered the value, installed the text or corrected the facts."""
    hands: set[int | None] = {root.made_by_id, head.made_by_id}
    if new.version_id != head.version_id:
        hands.add(new.version.installed_by_id)
    prefix = area_prefix(root.area)
    entered = ParameterValue.objects.filter(
        pack_id=root.version.pack_id, approved_at__gt=head.made_at, starts_on__lte=root.asof, withdrawn_at__isnull=True
    )
    hands |= {row.entered_by_id for row in entered if prefix.startswith(area_prefix(row.area))}
    corrections = Reconsideration.objects.filter(program=root.version.pack_id).exclude(facts={})
    hands |= {one.opened_by_id for one in corrections if late.holds_for(one, root)}
    if kept.facts:
        hands.add(kept.opened_by_id)
    return sorted(one for one in hands if one is not None)
