"""A trip as it is settled."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings.access import bookings, offers
from niangjia.apps.bookings.lifecycle import BORNE, BookingState, SettleState
from niangjia.apps.bookings.models import Offer, Settlement, Trip
from niangjia.apps.bookings.problems import NoSuchOffer
from niangjia.apps.bookings.queries.seats import cards_of
from niangjia.apps.bookings.settlements import program_of, questions_of, withdrawn_of
from niangjia.apps.bookings.types import SettlementRow
from niangjia.apps.matters.types import Question
from niangjia.kernel.money import ZERO


@dataclass(frozen=True)
class TripCard:
    """`answers` by question as typed; `group`: which group goes first, if the pack asks. Sums in yuan of the rows that have an amount."""

    program: str
    questions: tuple[Question, ...]
    answers: dict[str, str]
    is_told: bool
    group: Question | None
    rows: tuple[SettlementRow, ...]

    def count(self, *states: SettleState) -> int:
        return sum(row.state in states for row in self.rows)

    @property
    def borne(self) -> Decimal:
        return sum((row.amount for row in self.rows if row.state in BORNE and row.amount is not None), ZERO)

    @property
    def own(self) -> Decimal:
        return sum((row.own for row in self.rows if row.own is not None), ZERO)


def get_trip(viewer: Viewer, offer_id: int) -> TripCard:
    """Raises NotAllowed, NoSuchOffer, NotATrip, NoPackHere; TripNotTold: it has no time yet."""
    offer = offers(viewer).filter(pk=offer_id).first()
    if offer is None:
        raise NoSuchOffer(offer_id)
    trip = Trip.objects.filter(offer=offer).first()
    questions, group = questions_of(offer)
    return TripCard(
        program_of(offer), tuple(questions), trip.answers if trip else {}, trip is not None, group,
        tuple(list_settlements(viewer, offer_id)),
    )  # fmt: skip


def list_settlements(viewer: Viewer, offer_id: int) -> list[SettlementRow]:
    """
    Everybody of the offer who came, with what is told and decided of their part; what was ordered and withdrawn under the funds stands as
    granted. Raises NotAllowed.
    """
    came = bookings(viewer).filter(offer_id=offer_id, state=BookingState.ATTENDED).select_related("slot")
    cards = cards_of(came.order_by("slot__begins", "pk"))
    rows = {one.booking_id: one for one in Settlement.objects.filter(booking__in=[card.id for card in cards])}
    if any(one.state == SettleState.ORDERED for one in rows.values()):
        withdrawn = set(withdrawn_of(Offer.objects.get(pk=offer_id)))
        for one in rows.values():
            one.state = SettleState.GRANTED if one.pk in withdrawn else one.state
    return [_row(card, rows.get(card.id)) for card in cards]


def _row(card, row: Settlement | None) -> SettlementRow:
    if row is None:
        return SettlementRow(card, None, None, None, "", None, None, "", "")
    return SettlementRow(
        card, SettleState(row.state), row.cost, row.companions_paid, row.priority_group, row.amount, row.decision_id, row.refusal_zh, row.refusal_en,
    )  # fmt: skip
