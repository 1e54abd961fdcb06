"""What the desk reads beside the offers themselves: quotas, the calendar, campaigns, teachers, the year's counts, a draw for everybody."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import drawing
from niangjia.apps.bookings.access import bookings, campaigns, living_offers, offers, open_bookings, teachers
from niangjia.apps.bookings.kinds import kinds
from niangjia.apps.bookings.lifecycle import BookingState, Giving, OfferState
from niangjia.apps.bookings.models import Booking, Campaign, Lesson, Offer, Slot, Teacher
from niangjia.apps.bookings.problems import NoSuchCode, NoSuchOffer
from niangjia.apps.bookings.queries.seats import cards_of, offer_card
from niangjia.apps.bookings.types import BookingCard, Line, OfferCard, QuotaCard, Session, Tally
from niangjia.apps.organizations import scope


def list_quotas(viewer: Viewer, offer_id: int) -> list[QuotaCard]:
    """Raises NotAllowed, NoSuchOffer."""
    offer = offers(viewer).filter(pk=offer_id).first()
    if offer is None:
        raise NoSuchOffer(offer_id)
    rows = offer.quotas.select_related("org").order_by("org__path", "group", "pk")
    return [QuotaCard(one.pk, one.org_id, one.org.name if one.org else "", one.group, one.seats, one.taken) for one in rows]  # fmt: skip


def count_chosen(viewer: Viewer, offer_id: int) -> dict[str, tuple[int, int]]:
    """By what may be chosen beside the seat: who chose it and did not take the booking back, and how many of them came. Raises NotAllowed."""
    found: dict[str, tuple[int, int]] = {}
    rows = bookings(viewer).filter(offer_id=offer_id).exclude(state=BookingState.CANCELLED)
    for state, names in rows.values_list("state", "extras"):
        for name in names:
            chosen, came = found.get(name, (0, 0))
            found[name] = chosen + 1, came + (state == BookingState.ATTENDED)
    return found


def list_sessions_between(viewer: Viewer, first: datetime, until: datetime) -> list[Session]:
    """Times of offers of the viewer's part of the tree, in order, each lesson of a course by itself. Raises NotAllowed."""
    permissions.require(viewer, "bookings.view")
    own = scope.inside("offer__org", viewer.org_path)
    rows = Slot.objects.filter(own, begins__lt=until, ends__gt=first).exclude(offer__state=OfferState.CANCELLED)
    lessons = Prefetch("lessons", Lesson.objects.order_by("begins"))
    found = [one for row in rows.select_related("offer").prefetch_related(lessons) for one in _sessions(row)]
    return sorted(
        (one for one in found if first <= one.begins < until), key=lambda one: (one.begins, one.label, one.offer_id)
    )


def _sessions(row: Slot) -> list[Session]:
    said = (row.offer_id, row.offer.title, row.label)
    lessons = list(row.lessons.all())
    if not lessons:
        return [Session(*said, row.begins, row.ends, row.seats, row.taken)]
    return [
        Session(*said, one.begins, one.ends, row.seats, row.taken, place, len(lessons))
        for place, one in enumerate(lessons, start=1)
    ]


def find_booking_by_code(viewer: Viewer, code: str) -> BookingCard:
    """For a check-in, before it is one. Raises NotAllowed, NoSuchCode."""
    permissions.require(viewer, "bookings.manage")
    code = code.upper().replace("-", "").replace(" ", "")
    found = cards_of(bookings(viewer).filter(scope.inside("offer__org", viewer.org_path), code=code))
    if not code or not found:
        raise NoSuchCode
    return found[0]


def get_draw(number: str) -> tuple[OfferCard, list[Line]]:
    """
    A draw as anybody may check it: the offer, and every number that asked in the order of the seed, also of who took it back before; none
    before it was drawn. Raises NoSuchOffer.
    """
    row = Offer.objects.filter(number=number, giving=Giving.DRAW).exclude(state=OfferState.DRAFT).select_related("org").prefetch_related("slots").first()  # fmt: skip
    if row is None:
        raise NoSuchOffer(number)
    if not row.drawn_at:
        return offer_card(row), []
    states = dict(Booking.objects.filter(offer=row, asked_at__lt=row.closes_at).values_list("number", "state"))
    order = drawing.order(row.seed, states)
    lines = [Line(place, one, BookingState(states[one])) for place, one in enumerate(order, 1)]
    return offer_card(row), lines


def list_campaigns(viewer: Viewer) -> QuerySet[Campaign]:
    """Newest first; to read only. Raises NotAllowed."""
    return campaigns(viewer).select_related("org").annotate(offer_count=Count("offers")).order_by("-starts_on", "-pk")


def get_campaign(viewer: Viewer, campaign_id: int) -> tuple[Campaign, list[OfferCard]]:
    """A campaign and what is offered in it, as far as the viewer sees it. Raises NotAllowed, NoSuchOffer."""
    found = list_campaigns(viewer).filter(pk=campaign_id).first()
    if found is None:
        raise NoSuchOffer(campaign_id)
    rows = offers(viewer).filter(campaign=found).select_related("org").prefetch_related("slots").order_by("opens_at")
    return found, [offer_card(row) for row in rows]


def list_seasons(*, today: date) -> list[Campaign]:
    """Campaigns that last or are to come and have something published, for everybody; to read only."""
    shown = Offer.objects.filter(campaign=OuterRef("pk"), state__in=_PUBLISHED)
    rows = Campaign.objects.filter(Exists(shown), ends_on__gte=today)
    return list(rows.select_related("org").order_by("starts_on", "pk"))


def get_season(campaign_id: int) -> tuple[Campaign, list[OfferCard]]:
    """A campaign and what was published in it and not called off, for everybody; of one without anything nobody is told. Raises NoSuchOffer."""
    found = Campaign.objects.select_related("org").filter(pk=campaign_id).first()
    rows = Offer.objects.filter(campaign_id=campaign_id, state__in=_PUBLISHED)
    cards = [offer_card(row) for row in rows.select_related("org").prefetch_related("slots").order_by("opens_at", "pk")]
    if found is None or not cards:
        raise NoSuchOffer(campaign_id)
    return found, cards


_PUBLISHED = (OfferState.OPEN, OfferState.CLOSED)


def list_teachers(viewer: Viewer, *, only_active: bool = False) -> QuerySet[Teacher]:
    """With how many offers they teach at; to read only. Raises NotAllowed."""
    rows = teachers(viewer).annotate(offer_count=Count("offers")).order_by("-is_active", "name", "pk")
    return rows.filter(is_active=True) if only_active else rows


def tally(viewer: Viewer, *, first: date, last: date, campaign_id: int | None = None) -> list[Tally]:
    """
    What took place from the first to the last of these days at offers of the viewer's part of the tree, by kind in the kinds' order: who was
    checked in, by the day their session began. A worker counts once as a person and each time as a time. Raises NotAllowed.
    """
    permissions.require(viewer, "bookings.view")
    own = scope.inside("offer__org", viewer.org_path)
    held = Q(slot__begins__date__range=(first, last))
    rows = Booking.objects.filter(own, held)
    if campaign_id is not None:
        rows = rows.filter(offer__campaign_id=campaign_id)
    came, cost = Q(state=BookingState.ATTENDED), F("offer__unit_cost")
    counted = rows.values("offer__kind").annotate(
        offers=Count("offer", distinct=True, filter=came), sessions=Count("slot", distinct=True, filter=came),
        persons=Count("person", distinct=True, filter=came), times=Count("pk", filter=came),
        all_seats=Coalesce(Sum("seats", filter=came), 0), missed=Count("pk", filter=Q(state=BookingState.MISSED)),
        cost=Sum(cost, filter=came),
    )  # fmt: skip
    by_kind = {row["offer__kind"]: row for row in counted.order_by()}
    found = []
    for kind in [*kinds(), *sorted(set(by_kind) - set(kinds()))]:
        if row := by_kind.get(kind):
            found.append(
                Tally(
                    kind=kind, offers=row["offers"], sessions=row["sessions"], persons=row["persons"], times=row["times"],
                    companions=row["all_seats"] - row["times"], missed=row["missed"], cost=None if row["cost"] is None else Decimal(row["cost"]),
                )
            )  # fmt: skip
    return found


def count_living_at(org_id: int) -> dict[str, int]:
    """Offers that are not over, and open bookings of its members, of that very union. Without scope: for whoever changes unions."""
    return {"offers": living_offers(org_id).count(), "bookings": open_bookings(org_id).count()}
