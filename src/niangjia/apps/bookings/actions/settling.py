"""
A trip settled: what it was, what each worker's part cost, what the rules let the employer bear, the carrier paid, the caps used.

A trip is a service bought of a carrier and never money in a worker's hand (cash, vouchers and cards are forbidden, 2022): in the books it
is bought as goods are, and handed to each worker, so that budget, caps and register hold it exactly (docs/decisions/0024).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.bookings.access import offers, own_offer
from niangjia.apps.bookings.lifecycle import BORNE, BookingState, SettleState
from niangjia.apps.bookings.models import Booking, Offer, Settlement, Trip
from niangjia.apps.bookings.problems import (
    DaysOutgrown,
    DaysOverGiven,
    LessThanExtras,
    NoInvoice,
    NoSuchOffer,
    NotBoughtYet,
    NothingGranted,
    TripNotTold,
)
from niangjia.apps.bookings.settlements import (
    INVOICES,
    day_of,
    facts_of,
    gift_key,
    goods_name,
    outgrown,
    owner_of,
    price_of_extras,
    program_of,
    questions_of,
    subjects_of,
    withdrawn_of,
)
from niangjia.apps.bookings.types import CostFacts
from niangjia.apps.files import queries as files
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries as fund_queries
from niangjia.apps.funds.problems import CapExceeded, NoBudget, StockShort
from niangjia.apps.matters import queries as matters
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.programs import actions as program_actions
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import DecisionOutcome, Subject, SubjectKind
from niangjia.apps.registry import queries as registry
from niangjia.kernel.problems import Refusal

_DECIDABLE = (SettleState.TOLD, SettleState.GRANTED, SettleState.REFUSED, SettleState.UNKNOWN)
_STATE = {
    DecisionOutcome.GRANTED: SettleState.GRANTED,
    DecisionOutcome.REFUSED: SettleState.REFUSED,
    DecisionOutcome.CANNOT_TELL: SettleState.UNKNOWN,
}


def tell_trip(*, viewer: Viewer, offer_id: int, answers: Mapping[str, str], now: datetime) -> None:
    """
    What the rules ask of the trip as a whole, as typed; a blank leaves it unknown. What was worked out before is to be worked out anew.

    Raises: NotAllowed, NoSuchOffer, NotATrip, NoPackHere; Unreadable: no answer to the question it names.
    """
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        read = {one.name: matters.text_of(one, answers[one.name]) for one in questions_of(offer)[0] if answers.get(one.name)}  # fmt: skip
        told = {"answers": read, "told_by_id": viewer.account_id, "told_at": now}
        Trip.objects.update_or_create(offer=offer, defaults=told)
        _return_withdrawn(offer)
        _unsettle(Settlement.objects.filter(booking__offer=offer, state__in=_DECIDABLE))
        audit.record(viewer, action="bookings.trip", object=f"offer:{offer.pk}", now=now)


def tell_costs(*, viewer: Viewer, offer_id: int, costs: Mapping[int, CostFacts], now: datetime) -> int:
    """
    What each worker's part cost, by booking; return how many were kept. Only of who came, and not once the carrier's payment was asked for.

    Raises: NotAllowed, NoSuchOffer, NotATrip, LessThanExtras: one is below what was chosen beside the seat.
    """
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        program_of(offer)
        _return_withdrawn(offer)
        came = Booking.objects.filter(offer=offer, state=BookingState.ATTENDED, pk__in=costs)
        fixed = set(Settlement.objects.filter(booking__in=came).exclude(state__in=_DECIDABLE).values_list("booking_id", flat=True))  # fmt: skip
        kept = [one for one in came if one.pk not in fixed]
        for booking in kept:
            facts = costs[booking.pk]
            extras = price_of_extras(offer, booking)
            if facts.cost < extras:
                raise LessThanExtras(booking.number, f"{extras:.2f}", f"{facts.cost:.2f}")
            told = {
                "cost": facts.cost, "companions_paid": facts.companions_paid if booking.seats > 1 else None, "priority_group": facts.priority_group,
                "state": SettleState.TOLD, "decision_id": None, "amount": None, "refusal_zh": "", "refusal_en": "", "told_by_id": viewer.account_id,
                "told_at": now,
            }  # fmt: skip
            Settlement.objects.update_or_create(booking=booking, defaults=told)
        audit.record(viewer, action="bookings.costs", object=f"offer:{offer.pk}", detail={"count": len(kept)}, now=now)
        return len(kept)


def _return_withdrawn(offer: Offer) -> None:
    """What was ordered and withdrawn under the funds is granted and no more: it may be told, worked out and ordered anew."""
    Settlement.objects.filter(pk__in=withdrawn_of(offer)).update(state=SettleState.GRANTED)


def _unsettle(rows) -> None:
    rows.update(state=SettleState.TOLD, decision=None, amount=None, refusal_zh="", refusal_en="")


def decide_trip(*, viewer: Viewer, offer_id: int, now: datetime) -> dict[SettleState, int]:
    """
    Ask the rules about each worker's part: days × rate, the year's cap and parts, who paid for companions; each answer is a decision that is
    kept. Return how many stand where. Safe to repeat: the same question has one decision.

    Raises: NotAllowed, NoSuchOffer, NotATrip; TripNotTold; NothingGranted: no cost was told; NoPackHere, MissingParameter.
    """
    with transaction.atomic():
        offer = own_offer(viewer, offer_id)
        trip = Trip.objects.filter(offer=offer).first()
        if trip is None:
            raise TripNotTold
        _return_withdrawn(offer)
        rows = list(Settlement.objects.filter(booking__offer=offer, state__in=_DECIDABLE).select_related("booking__slot").order_by("pk"))  # fmt: skip
        if not rows:
            raise NothingGranted
        counts: dict[SettleState, int] = {}
        questions, _group = questions_of(offer)
        for row in rows:
            _decide(viewer, offer, row, facts_of(trip, row, questions), now)
            counts[SettleState(row.state)] = counts.get(SettleState(row.state), 0) + 1
        detail = {state.value: count for state, count in counts.items()}
        audit.record(viewer, action="bookings.decide_trip", object=f"offer:{offer.pk}", detail=detail, now=now)
        return counts


def _decide(viewer: Viewer, offer: Offer, row: Settlement, facts: dict[str, object], now: datetime) -> None:
    slot = row.booking.slot
    assert slot is not None
    program, day, subjects = program_of(offer), day_of(slot), subjects_of(row)
    card = program_actions.decide(
        viewer=viewer, subject=Subject(SubjectKind.TRIP, row.booking_id), facts=facts, within=subjects, used_on=day,
        used=programs.used_of(program, area=offer.area, asof=day, subjects=subjects, day=day), matter=f"booking:{row.booking_id}", now=now, program=program, area=offer.area, asof=day,
    )  # fmt: skip
    row.state, row.decision_id = _STATE[card.outcome], card.id
    row.amount = card.money if row.state == SettleState.GRANTED else None
    days = facts.get("trip_days")
    row.days = days if isinstance(days, int) else None
    because = () if row.state == SettleState.GRANTED else card.because
    row.refusal_zh = "；".join(line.zh for line in because)[:300]
    row.refusal_en = "; ".join(line.en for line in because)[:300]
    row.save(update_fields=["state", "decision", "amount", "days", "refusal_zh", "refusal_en"])


def pay_carrier(*, viewer: Viewer, offer_id: int, now: datetime) -> Decimal:
    """
    Ask for the carrier to be paid out of the fund for everybody whose part was granted, and not asked for or withdrawn since; return the sum in yuan. Another person approves it
    under the funds. Permission: funds.prepare.

    Raises: NotAllowed, NoSuchOffer; NothingGranted; NoInvoice; DaysOutgrown: another trip was decided beside one of them; NoBudget: nobody on the
    path has one.
    """
    permissions.require(viewer, "funds.prepare")
    with transaction.atomic():
        offer = _of_fund(viewer, offer_id)
        _return_withdrawn(offer)
        rows = list(Settlement.objects.select_related("booking__slot").filter(booking__offer=offer, state=SettleState.GRANTED).order_by("pk"))  # fmt: skip
        if not rows:
            raise NothingGranted
        if not files.list_files(owner_of(offer.pk), part=INVOICES):
            raise NoInvoice
        if grown := outgrown(rows, BORNE):
            raise DaysOutgrown([one.booking.number for one in grown])
        by_amount: dict[Decimal, list[Settlement]] = {}
        for row in rows:
            by_amount.setdefault(row.amount or Decimal(0), []).append(row)
        budget_id = _budget_of(offer, rows[0])
        earlier, _pieces = fund_queries.goods_asked(goods_name(offer))
        for amount, several in by_amount.items():
            ids = ",".join(str(one.pk) for one in several)
            key = f"trip:{offer.pk}:{earlier}:{hashlib.sha256(ids.encode()).hexdigest()[:32]}"
            funds.buy_goods(
                viewer=viewer, budget_id=budget_id, name=goods_name(offer), unit="人次", unit_price=amount, quantity=len(several), key=key,
                reason=f"{offer.number} 疗休养结算，付承办单位", now=now,
            )  # fmt: skip
        Settlement.objects.filter(pk__in=[one.pk for one in rows]).update(state=SettleState.ORDERED)
        total = sum((row.amount for row in rows if row.amount is not None), Decimal("0.00"))
        detail = {"count": len(rows), "amount": str(total)}
        audit.record(viewer, action="bookings.pay_carrier", object=f"offer:{offer.pk}", detail=detail, now=now)
        return total


def hand_over(*, viewer: Viewer, offer_id: int, now: datetime) -> tuple[int, int]:
    """
    Book each worker's part to them, under their caps; return how many were, and how many a cap or the days of the year refused meanwhile (with its words). Whoever
    told the costs does not do this. Safe to repeat. Permission: funds.pay.

    Raises: NotAllowed, NoSuchOffer; NothingGranted: nobody waits for it; NotBoughtYet; SamePerson.
    """
    permissions.require(viewer, "funds.pay")
    with transaction.atomic():
        offer = _of_fund(viewer, offer_id)
        rows = list(Settlement.objects.select_related("booking__slot").filter(booking__offer=offer, state=SettleState.ORDERED).order_by("pk"))  # fmt: skip
        if not rows:
            raise NothingGranted
        items = fund_queries.list_goods(viewer, budget_id=_budget_of(offer, rows[0])).filter(name=goods_name(offer))
        by_price = {one.unit_price: one.pk for one in items}
        given = [_give(viewer, offer, row, by_price, now) for row in rows]
        detail = {"given": sum(given), "refused": len(given) - sum(given)}
        audit.record(viewer, action="bookings.hand_over", object=f"offer:{offer.pk}", detail=detail, now=now)
        return sum(given), len(given) - sum(given)


def _give(viewer: Viewer, offer: Offer, row: Settlement, items: Mapping[Decimal, int], now: datetime) -> bool:
    slot = row.booking.slot
    assert slot is not None and row.amount is not None and row.decision_id is not None
    if row.amount not in items:
        raise NotBoughtYet
    if outgrown([row], [SettleState.GIVEN]):
        return _refuse(row, DaysOverGiven())
    try:
        funds.give_goods(
            viewer=viewer, item_id=items[row.amount], quantity=1, key=gift_key(row.booking_id), case_ref=f"booking:{row.booking_id}",
            person_id=row.booking.person_id, household_id=registry.household_of(row.booking.person_id),
            caps=programs.caps_of(row.decision_id, subjects=subjects_of(row), day=day_of(slot)), case_officer_ids=[row.told_by_id],
            program=program_of(offer), now=now,
        )  # fmt: skip
    except StockShort as short:
        raise NotBoughtYet from short
    except CapExceeded as refusal:
        return _refuse(row, refusal)
    row.state, row.given_at, row.refusal_zh, row.refusal_en = SettleState.GIVEN, now, "", ""
    row.save(update_fields=["state", "given_at", "refusal_zh", "refusal_en"])
    return True


def _refuse(row: Settlement, refusal: Refusal) -> bool:
    row.refusal_zh, row.refusal_en = refusal.zh[:300], refusal.en[:300]
    row.save(update_fields=["refusal_zh", "refusal_en"])
    return False


def _of_fund(viewer: Viewer, offer_id: int) -> Offer:
    """An offer of the viewer's part of the tree, locked. Raises NoSuchOffer."""
    inside = scope.inside("org", viewer.org_path)
    found = Offer.objects.select_for_update().filter(inside, pk__in=offers(viewer).filter(pk=offer_id)).first()
    if found is None:
        raise NoSuchOffer(offer_id)
    return found


def _budget_of(offer: Offer, row: Settlement) -> int:
    """Raises NoBudget."""
    assert row.booking.slot is not None
    day = day_of(row.booking.slot)
    purpose = programs.fund_purpose(program_of(offer), area=offer.area, asof=day)
    budget = fund_queries.find_budget(organizations.get_union(offer.org_id).path, purpose, day.year)
    if budget is None:
        raise NoBudget(purpose, day.year)
    return budget.pk
