"""Differences that wait for a person or were settled, and what was paid of a matter so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Abs, Coalesce

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import RecoveryCard, ReservationCard, ReservationState
from niangjia.apps.programs import late, values
from niangjia.apps.programs.cards import decision_card, ref_of
from niangjia.apps.programs.models import Adjustment, Decision, Reconsideration
from niangjia.apps.programs.problems import NoSuchAdjustment, NoSuchDecision
from niangjia.apps.programs.scope import area_of
from niangjia.apps.programs.types import (
    AdjustmentCard,
    AdjustmentKind,
    AdjustmentState,
    Breach,
    CauseKind,
    DecisionCard,
    ReconsiderationCard,
    Subject,
    Waiting,
)
from niangjia.kernel.money import ZERO

UNSETTLED = (AdjustmentState.OPEN, AdjustmentState.RECOVERING)
SETTLED = (AdjustmentState.PAID, AdjustmentState.RECOVERED, AdjustmentState.WAIVED)


def _rows() -> QuerySet[Adjustment]:
    rows = Adjustment.objects.select_related("root__version", "old__version", "new__version", "reconsideration")
    return rows.defer("root__version__files", "old__version__files", "new__version__files")


def _visible(viewer: Viewer) -> QuerySet[Adjustment]:
    permissions.require(viewer, "programs.view")
    return _rows().filter(root__area__startswith=area_of(viewer))


def visible_adjustments(
    viewer: Viewer,
    *,
    states: Iterable[AdjustmentState] = UNSETTLED,
    program: str = "",
    kind: str = "",
    reconsideration_id: int | None = None,
) -> QuerySet[Adjustment]:
    """Of the viewer's division, oldest first; by default those that wait for somebody. To count and to cut into pages: `cards_of`."""
    rows = _visible(viewer).filter(state__in=list(states))
    rows = rows.filter(root__version__pack_id=program) if program else rows
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(reconsideration_id=reconsideration_id) if reconsideration_id is not None else rows
    return rows.order_by("pk")


def cards_of(viewer: Viewer, rows: Iterable[Adjustment]) -> list[AdjustmentCard]:
    """In one question for what came back, however many."""
    return [_as_seen_by(viewer, card) for card in _cards(rows)]


def list_adjustments(
    viewer: Viewer,
    *,
    states: Iterable[AdjustmentState] = UNSETTLED,
    program: str = "",
    kind: str = "",
    reconsideration_id: int | None = None,
) -> list[AdjustmentCard]:
    """Of the viewer's division, oldest first; by default those that wait for somebody."""
    return cards_of(
        viewer,
        visible_adjustments(viewer, states=states, program=program, kind=kind, reconsideration_id=reconsideration_id),
    )


def areas_of_open(adjustment_ids: Iterable[int]) -> dict[int, tuple[str, tuple[int, ...]]]:
    """By adjustment that waits: the division the decision is about, and the accounts that may not settle it. Without scope."""
    rows = Adjustment.objects.filter(pk__in=set(adjustment_ids), state=AdjustmentState.OPEN)
    return {pk: (area, tuple(barred)) for pk, area, barred in rows.values_list("pk", "root__area", "barred")}


def count_open_adjustments(viewer: Viewer) -> int:
    return _visible(viewer).filter(state=AdjustmentState.OPEN).count()


def count_to_settle(viewer: Viewer) -> int:
    """Those that the viewer may settle: open, and without a hand of theirs in it. None without the right to approve money."""
    if not permissions.may(viewer, "funds.approve"):
        return 0
    barred = _visible(viewer).filter(state=AdjustmentState.OPEN).values_list("barred", flat=True)
    return sum(not viewer.has_hand_in(hands) for hands in barred)


def count_recovering(viewer: Viewer) -> int:
    return _visible(viewer).filter(state=AdjustmentState.RECOVERING).count()


def tally_waiting(viewer: Viewer) -> list[Waiting]:
    """What waits for somebody, by kind and state, in their order; kinds of which none waits are left out."""
    found: dict[tuple[str, str], tuple[int, Decimal]] = {}
    rows = _visible(viewer).filter(state__in=UNSETTLED).order_by()
    for kind, state, count, total in rows.values_list("kind", "state").annotate(
        Count("pk"), total=Sum(Abs("difference"))
    ):
        found[kind, state] = count, total
    recovering = list(rows.filter(state=AdjustmentState.RECOVERING).values_list("pk", "kind"))
    back = funds.recovered_each(_key(pk) for pk, _ in recovering)
    for pk, kind in recovering:
        count, total = found[kind, AdjustmentState.RECOVERING]
        found[kind, AdjustmentState.RECOVERING] = count, total - back.get(_key(pk), ZERO)
    return [
        Waiting(kind, state, *found[kind, state])
        for state in UNSETTLED
        for kind in AdjustmentKind
        if (kind, state) in found
    ]


def list_adjusted_programs(viewer: Viewer) -> list[tuple[str, str, str]]:
    """Programmes with an adjustment in the viewer's division: id and titles, in the order of their ids."""
    rows = _visible(viewer).order_by("root__version__pack_id", "root__version")
    titles = rows.values_list("root__version__pack_id", "root__version__title_zh", "root__version__title_en").distinct()
    return list({pack: (pack, zh, en) for pack, zh, en in titles}.values())


def get_adjustment(viewer: Viewer, adjustment_id: int) -> AdjustmentCard:
    """Raises NoSuchAdjustment."""
    row = _visible(viewer).filter(pk=adjustment_id).first()
    if row is None:
        raise NoSuchAdjustment(adjustment_id)
    return _as_seen_by(viewer, adjustment_card(row))


def list_adjustments_about(subjects: Iterable[Subject]) -> list[AdjustmentCard]:
    """Latest first, whatever their state. Without scope: for the room that has bounded its subjects."""
    wanted = Q()
    for subject in subjects:
        wanted |= Q(root__subject_kind=subject.kind, root__subject_id=subject.id)
    rows = _rows().filter(wanted) if wanted else Adjustment.objects.none()
    return _cards(rows.order_by("-pk"))


def is_adjusted(decision: str) -> Exists:
    """The condition that `list_adjustments_of` has something of the decision in this column."""
    return Exists(Adjustment.objects.filter(root=OuterRef(decision)).exclude(state=AdjustmentState.REPLACED))


def list_adjustments_of(decision_ids: Iterable[int]) -> dict[int, list[AdjustmentCard]]:
    """By the decision that the matter was carried out by, oldest first, without those that a later one replaced. Without scope."""
    found: dict[int, list[AdjustmentCard]] = {}
    rows = _rows().filter(root__in=set(decision_ids)).exclude(state=AdjustmentState.REPLACED)
    for card in _cards(rows.order_by("pk")):
        found.setdefault(card.root_id, []).append(card)
    return found


def list_money_of(chain: Iterable[DecisionCard]) -> list[ReservationCard]:
    """What was set aside for a matter: by the decisions of its chain, the first and those made anew, oldest first. Without scope."""
    return funds.list_reservations_of(*(ref_of(decision.id) for decision in chain))


def list_recoveries(adjustment_id: int) -> list[RecoveryCard]:
    """What has come back of an adjustment, oldest first. Without scope."""
    return funds.list_recoveries(_key(adjustment_id))


def list_decision_chain(decision_id: int) -> list[DecisionCard]:
    """A matter's decisions from the first on: what it was carried out by, and each that deciding anew made. Raises NoSuchDecision."""
    root = Decision.objects.filter(pk=decision_id).values(root=Coalesce("reconsiders", "pk"))
    rows = Decision.objects.select_related("version").filter(Q(pk__in=root) | Q(reconsiders__in=root)).order_by("pk")
    if not rows:
        raise NoSuchDecision(decision_id)
    return [decision_card(one) for one in rows]


def list_reconsiderations(viewer: Viewer) -> QuerySet[Reconsideration]:
    """Why decisions were made anew, latest first; to read and to cut into pages only: `reconsideration_cards`."""
    permissions.require(viewer, "programs.view")
    area = area_of(viewer)
    mine = Q(decision__isnull=True, area__startswith=area) | Q(decision__area__startswith=area)
    touched = Adjustment.objects.filter(root__area__startswith=area).values("reconsideration")
    return Reconsideration.objects.filter(mine | Q(pk__in=touched)).order_by("-pk")


def reconsideration_cards(viewer: Viewer, rows: Iterable[Reconsideration]) -> list[ReconsiderationCard]:
    """With what came of each in the viewer's division."""
    wanted = list(rows)
    counts: dict[int, dict[str, int]] = {}
    found = _visible(viewer).filter(reconsideration__in=[row.pk for row in wanted]).order_by()
    for pk, state, count in found.values_list("reconsideration", "state").annotate(Count("pk")):
        counts.setdefault(pk, {})[state] = count
    return [_reconsideration_card(viewer, row, counts.get(row.pk, {})) for row in wanted]


def list_corrections_of(viewer: Viewer, decision_id: int) -> list[ReconsiderationCard]:
    """Corrections of facts that hold for a decision's matter, oldest first. Raises NoSuchDecision."""
    permissions.require(viewer, "programs.view")
    row = Decision.objects.select_related("version", "reconsiders__version").filter(pk=decision_id).first()
    if row is None:
        raise NoSuchDecision(decision_id)
    root = row.reconsiders or row
    rows = Reconsideration.objects.filter(program=root.version.pack_id).exclude(facts={}).order_by("pk")
    return [_reconsideration_card(viewer, one, {}) for one in rows if late.holds_for(one, root)]


def _reconsideration_card(viewer: Viewer, row: Reconsideration, counts: Mapping[str, int]) -> ReconsiderationCard:
    shown = _may_read(viewer, CauseKind(row.kind))
    return ReconsiderationCard(
        id=row.pk,
        kind=CauseKind(row.kind),
        program=row.program,
        area=row.area,
        since=row.since,
        until=row.until,
        decision_id=row.decision_id,
        corrections=values.shown(row.facts) if shown else {},
        reason=row.reason if shown else "",
        source=row.source if shown else "",
        asked_by=row.opened_by_id,
        opened_at=row.opened_at,
        is_finished=row.finished_at is not None,
        counts=counts,
    )


def _may_read(viewer: Viewer, kind: CauseKind) -> bool:
    """A text, a value and a standard are public; what an officer found about a household is for those who examine cases."""
    return kind not in (CauseKind.FACTS, CauseKind.REVIEW) or permissions.may(viewer, "cases.examine")


def _as_seen_by(viewer: Viewer, card: AdjustmentCard) -> AdjustmentCard:
    """Who pays and books reads how much and by which paper, not what was found nor what officers wrote about it."""
    if permissions.may(viewer, "cases.examine"):
        return card
    if not _may_read(viewer, card.cause):
        card = replace(card, reason="", source="")
    return replace(card, settled_reason="", corrections={})


def _cards(rows: Iterable[Adjustment]) -> list[AdjustmentCard]:
    found = list(rows)
    back = funds.recovered_each(_key(row.pk) for row in found if row.difference < 0)
    return [_card(row, back.get(_key(row.pk), ZERO)) for row in found]


def adjustment_card(row: Adjustment) -> AdjustmentCard:
    return _card(row, recovered_of(row.pk))


def _card(row: Adjustment, recovered: Decimal) -> AdjustmentCard:
    old, new = decision_card(row.old), decision_card(row.new)
    return AdjustmentCard(
        id=row.pk,
        kind=AdjustmentKind(row.kind),
        state=AdjustmentState(row.state),
        program=new.pack_id,
        title_zh=new.title_zh,
        title_en=new.title_en,
        subject=new.subject,
        asof=new.asof,
        area=new.area,
        root_id=row.root_id,
        old_id=row.old_id,
        new_id=row.new_id,
        old_outcome=old.outcome,
        new_outcome=new.outcome,
        old_tier=old.tier,
        new_tier=new.tier,
        old_money=old.money,
        new_money=new.money,
        difference=row.difference,
        recovered=recovered,
        cause=CauseKind(row.reconsideration.kind),
        reason=row.reconsideration.reason,
        source=row.reconsideration.source,
        opened_at=row.opened_at,
        barred=tuple(row.barred),
        settled_by=row.settled_by_id,
        settled_at=row.settled_at,
        settled_reason=row.settled_reason,
        reservation_id=row.reservation_id,
        reconsideration_id=row.reconsideration_id,
        asked_by=row.reconsideration.opened_by_id,
        corrections=values.shown(row.reconsideration.facts),
    )


def settled_of(root: Decision) -> list[Adjustment]:
    """In the order they were found."""
    return list(root.adjustments.filter(state__in=SETTLED).select_related("new__version").order_by("pk"))


def base_of(root: Decision) -> Decimal | None:
    """
    What the decision itself has set aside or paid, or what still waits to be; None: all of it was given back, and nothing comes of it.
    """
    card = decision_card(root)
    reservations = funds.list_reservations_of(ref_of(root.pk))
    if not reservations:
        return card.money
    living = [one.amount for one in reservations if one.state is not ReservationState.CANCELLED]
    return sum(living, ZERO) if living else None


def paid_so_far(root: Decision, base: Decimal) -> Decimal:
    """With what was paid on top and has not been cancelled, without what came back."""
    every = list(root.adjustments.values_list("pk", "reservation_id"))
    on_top = funds.living_amounts(reservation for _, reservation in every if reservation is not None)
    back = sum((recovered_of(pk) for pk, _ in every), ZERO)
    return base + sum(on_top.values(), ZERO) - back


def recovery_key(adjustment_id: int, key: str) -> str:
    """Under which the funds book one arrival; the parts it is made of begin with it."""
    return f"{_key(adjustment_id)}{values.digest(key)[:20]}:"


def _key(adjustment_id: int) -> str:
    return f"adjustment:{adjustment_id}:"


def recovered_of(adjustment_id: int) -> Decimal:
    return funds.recovered(_key(adjustment_id))


def verify() -> list[Breach]:
    """Adjustments that are settled by whom they bar, paid by another sum than they say, or had back by more. Reads only."""
    found = []
    for row in _rows().select_related("reservation").order_by("pk").iterator(500):
        place = f"adjustment {row.pk}"
        if row.settled_by_id is not None and row.settled_by_id in row.barred:
            found.append(Breach("ADJUSTMENT", place, "settled by somebody who had a hand in it"))
        if row.reservation is not None and row.reservation.amount != row.difference:
            found.append(Breach("ADJUSTMENT", place, "its reservation is another sum than its difference"))
        back = recovered_of(row.pk)
        if back > max(ZERO, -row.difference):
            found.append(Breach("ADJUSTMENT", place, "more came back than was paid too much"))
        if (row.state == AdjustmentState.RECOVERED) is not (back > 0 and back == -row.difference) and row.state not in (
            AdjustmentState.WAIVED,
            AdjustmentState.REPLACED,
        ):
            found.append(Breach("ADJUSTMENT", place, "its state differs from what came back"))
        if {row.old.reconsiders_id or row.old_id, row.new.reconsiders_id} != {row.root_id}:
            found.append(Breach("ADJUSTMENT", place, "its decisions are not of one matter"))
    return found
