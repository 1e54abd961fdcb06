"""Tables of bookings. No decisions here; what must never happen is a constraint."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from niangjia.apps.bookings.lifecycle import HOLDS_SEATS, OPEN, BookingState, Giving, OfferState


def _down(to: str, **options) -> models.ForeignKey:
    """A key to a lower app: one way, and what a booking points to cannot be deleted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


class Offer(models.Model):
    """
    Something with seats. `seed` of a draw is sealed with the deployment's keys until it is drawn; `seal` is its hash. `drawn_at` null: not yet.
    See `types.OfferFacts` for the rest.
    """

    number = models.CharField(max_length=24, unique=True)
    key = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=80)
    kind = models.CharField(max_length=24)
    program = models.CharField(max_length=80, blank=True)
    org = _down("organizations.OrgUnit")
    area = models.CharField(max_length=12)
    place = _down("places.Place", null=True)
    giving = models.CharField(max_length=10, choices=Giving)
    state = models.CharField(max_length=10, choices=OfferState)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    most_companions = models.PositiveSmallIntegerField(default=0)
    every_years = models.PositiveSmallIntegerField(null=True)
    note = models.CharField(max_length=500, blank=True)
    sealed_seed = models.BinaryField(null=True)
    seal = models.CharField(max_length=64, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    drawn_at = models.DateTimeField(null=True)
    step = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="offer_opens_before_it_closes"),
            models.CheckConstraint(condition=Q(drawn_at__isnull=True, seed="") | Q(drawn_at__isnull=False) & ~Q(seed=""), name="offer_seed_shown_when_drawn"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["state", "closes_at"], name="offer_open"),
            models.Index(fields=["org", "state"], name="offer_org"),
        ]


class Slot(models.Model):
    """A time with seats. `taken` counts the seats of bookings that hold one."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="slots")
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    label = models.CharField(max_length=40, blank=True)
    seats = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "begins", "label"], name="slot_once"),
            models.CheckConstraint(condition=Q(taken__lte=F("seats")), name="slot_never_oversold"),
            models.CheckConstraint(condition=Q(begins__lt=F("ends"), seats__gte=1), name="slot_has_time_and_seats"),
        ]


class Quota(models.Model):
    """Seats of an offer for the workers of one union and below it, or of one group; an offer with quotas is for nobody else."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="quotas")
    org = _down("organizations.OrgUnit", null=True)
    group = models.CharField(max_length=24, blank=True)
    seats = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("seats")), name="quota_never_overdrawn"),
            models.CheckConstraint(condition=Q(org__isnull=False) | ~Q(group=""), name="quota_of_somebody"),
            models.UniqueConstraint(fields=["offer", "org", "group"], name="quota_once"),
        ]


class Turn(models.Model):
    """One worker under one program that is given once in some years: whoever looks at when they had it last holds this row."""

    program = models.CharField(max_length=80)
    person = _down("registry.Person")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "person"], name="turn_once")]


class Booking(models.Model):
    """
    One worker's request, with family: `seats` in all. `slot` null: any time of the offer. `quota` is the one it counts under, set with the seat.
    `line` orders those who wait: by the moment they asked, or by the draw. `code` is what a check-in reads.
    """

    number = models.CharField(max_length=24, unique=True)
    key = models.CharField(max_length=64, unique=True)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="bookings")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="bookings", null=True)
    wished = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+", null=True)
    quota = models.ForeignKey(Quota, on_delete=models.PROTECT, related_name="bookings", null=True)
    person = _down("registry.Person")
    org = _down("organizations.OrgUnit")
    group = models.CharField(max_length=24, blank=True)
    seats = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=BookingState)
    line = models.PositiveIntegerField()
    code = models.CharField(max_length=32, unique=True)
    asked_by = _down("accounts.Account")
    asked_at = models.DateTimeField()
    checked_in_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "person"], condition=Q(state__in=OPEN), name="booking_one_open_a_person"),
            models.CheckConstraint(condition=Q(state__in=HOLDS_SEATS, slot__isnull=False) | ~Q(state__in=HOLDS_SEATS) & Q(slot__isnull=True), name="booking_seat_is_somewhere"),
            models.CheckConstraint(condition=Q(state=BookingState.ATTENDED, checked_in_at__isnull=False) | ~Q(state=BookingState.ATTENDED) & Q(checked_in_at__isnull=True), name="booking_attended_since"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="booking_of_somebody"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["offer", "state", "line"], name="booking_line"),
            models.Index(fields=["person", "state"], name="booking_person"),
        ]
