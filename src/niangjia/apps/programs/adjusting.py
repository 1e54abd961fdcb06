"""Differences that wait for a person or were settled, and what was paid of a matter so far."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Q, QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import ReservationState
from niangjia.apps.programs import values
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
    Subject,
)
from niangjia.kernel.money import ZERO

UNSETTLED = (AdjustmentState.OPEN, AdjustmentState.RECOVERING)
SETTLED = (AdjustmentState.PAID, AdjustmentState.RECOVERED, AdjustmentState.WAIVED)


def _rows() -> QuerySet[Adjustment]:
    return Adjustment.objects.select_related("root__version", "old__version", "new__version", "reconsideration")


def _visible(viewer: Viewer) -> QuerySet[Adjustment]:
    permissions.require(viewer, "programs.view")
    return _rows().filter(root__area__startswith=area_of(viewer))


def list_adjustments(
    viewer: Viewer,
    *,
    states: Iterable[AdjustmentState] = UNSETTLED,
    program: str = "",
    reconsideration_id: int | None = None,
) -> list[AdjustmentCard]:
    """Of the viewer's division, oldest first; by default those that wait for somebody."""
    rows = _visible(viewer).filter(state__in=list(states))
    rows = rows.filter(root__version__pack_id=program) if program else rows
    rows = rows.filter(reconsideration_id=reconsideration_id) if reconsideration_id is not None else rows
    return [adjustment_card(row) for row in rows.order_by("pk")]


def count_open_adjustments(viewer: Viewer) -> int:
    return _visible(viewer).filter(state=AdjustmentState.OPEN).count()


def get_adjustment(viewer: Viewer, adjustment_id: int) -> AdjustmentCard:
    """Raises NoSuchAdjustment."""
    row = _visible(viewer).filter(pk=adjustment_id).first()
    if row is None:
        raise NoSuchAdjustment(adjustment_id)
    return adjustment_card(row)


def list_adjustments_about(subjects: Iterable[Subject]) -> list[AdjustmentCard]:
    """Latest first, whatever their state. Without scope: for the room that has bounded its subjects."""
    wanted = Q()
    for subject in subjects:
        wanted |= Q(root__subject_kind=subject.kind, root__subject_id=subject.id)
    rows = _rows().filter(wanted) if wanted else Adjustment.objects.none()
    return [adjustment_card(row) for row in rows.order_by("-pk")]


def list_decision_chain(decision_id: int) -> list[DecisionCard]:
    """A matter's decisions from the first on: what it was carried out by, and each that deciding anew made. Raises NoSuchDecision."""
    row = Decision.objects.filter(pk=decision_id).values_list("pk", "reconsiders").first()
    if row is None:
        raise NoSuchDecision(decision_id)
    root_id = row[1] or row[0]
    rows = Decision.objects.select_related("version").filter(Q(pk=root_id) | Q(reconsiders=root_id))
    return [decision_card(one) for one in rows.order_by("pk")]


def list_reconsiderations(viewer: Viewer) -> QuerySet[Reconsideration]:
    """Why decisions were made anew, latest first; to read only."""
    permissions.require(viewer, "programs.view")
    area = area_of(viewer)
    mine = Q(area__startswith=area) | Q(decision__area__startswith=area)
    return Reconsideration.objects.filter(mine).order_by("-pk")


def adjustment_card(row: Adjustment) -> AdjustmentCard:
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
        recovered=recovered_of(row.pk),
        cause=CauseKind(row.reconsideration.kind),
        reason=row.reconsideration.reason,
        source=row.reconsideration.source,
        opened_at=row.opened_at,
        barred=tuple(row.barred),
        settled_by=row.settled_by_id,
        settled_at=row.settled_at,
        settled_reason=row.settled_reason,
        reservation_id=row.reservation_id,
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
    return f"adjustment:{adjustment_id}:{values.digest(key)[:20]}:"


def recovered_of(adjustment_id: int) -> Decimal:
    return funds.recovered(f"adjustment:{adjustment_id}:")


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
