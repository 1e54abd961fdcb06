"""Tables of bookings. No decisions here; what must never happen is a constraint."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from niangjia.apps.bookings.lifecycle import (
    BORNE,
    HOLDS_SEATS,
    OPEN,
    BookingState,
    Giving,
    OfferState,
    SettleState,
    Speaker,
    TopicField,
)


def _down(to: str, **options) -> models.ForeignKey:
    """A key to a lower app: one way, and what a booking points to cannot be deleted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


class Campaign(models.Model):
    """A season of services (温暖服务季): what is offered in it, with whom. Both days belong to it."""

    key = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=80)
    org = _down("organizations.OrgUnit")
    starts_on = models.DateField()
    ends_on = models.DateField()
    partners = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="campaign_in_order")]


class Teacher(models.Model):
    """
    Somebody who teaches in public and is announced by name, with their honour and field. `place`: their studio in the register of places;
    null = none, or one that is not there, of which `studio` tells.
    """

    key = models.CharField(max_length=64, unique=True)
    org = _down("organizations.OrgUnit")
    name = models.CharField(max_length=40)
    honour = models.CharField(max_length=80, blank=True)
    field = models.CharField(max_length=40, blank=True)
    studio = models.CharField(max_length=80, blank=True)
    place = _down("places.Place", null=True)
    is_active = models.BooleanField(default=True)


class Offer(models.Model):
    """
    Something with seats. `unit_cost`: yuan a person to the union; null = not told. `extras`: what may be chosen beside the seat, each with yuan a person as text; empty text = not told. `seed` of a draw is sealed with the deployment's keys until it is drawn; `seal` is its hash. `drawn_at` null: not yet.
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
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="offers", null=True)
    teacher = models.ForeignKey(Teacher, on_delete=models.PROTECT, related_name="offers", null=True)
    unit_cost = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    least_share = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    extras = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="offer_opens_before_it_closes"),
            models.CheckConstraint(condition=Q(least_share__isnull=True) | Q(least_share__gt=0, least_share__lte=1), name="offer_share_is_one"),
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


class Lesson(models.Model):
    """One time of a course whose slot spans them all: a seat in the slot is a seat in each."""

    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="lessons")
    begins = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slot", "begins"], name="lesson_once"),
            models.CheckConstraint(condition=Q(begins__lt=F("ends")), name="lesson_has_time"),
        ]


class Quota(models.Model):
    """
    Seats of an offer for the workers of one union and below it, or of one group; an offer with quotas is for nobody else. `is_of_pack`: made
    from the shares that its pack keeps, and made anew with the sessions; set by hand it stands.
    """

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="quotas")
    org = _down("organizations.OrgUnit", null=True)
    group = models.CharField(max_length=24, blank=True)
    seats = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)
    is_of_pack = models.BooleanField(default=False)

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
    `extras`: which of the offer's were chosen. `certificate`: its number, once one was issued; null = none. `reminded_at` null = not yet.
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
    certificate = models.CharField(max_length=24, unique=True, null=True)
    reminded_at = models.DateTimeField(null=True)
    extras = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "person"], condition=Q(state__in=OPEN), name="booking_one_open_a_person"),
            models.CheckConstraint(condition=Q(state__in=HOLDS_SEATS, slot__isnull=False) | ~Q(state__in=HOLDS_SEATS) & Q(slot__isnull=True), name="booking_seat_is_somewhere"),
            models.CheckConstraint(condition=Q(state=BookingState.ATTENDED, checked_in_at__isnull=False) | ~Q(state=BookingState.ATTENDED) & Q(checked_in_at__isnull=True), name="booking_attended_since"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="booking_of_somebody"),
            models.CheckConstraint(condition=Q(certificate__isnull=True) | Q(state=BookingState.ATTENDED), name="booking_certified_who_came"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["offer", "state", "line"], name="booking_line"),
            models.Index(fields=["person", "state"], name="booking_person"),
        ]


class Presence(models.Model):
    """A booking's worker was there at a lesson."""

    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="presences")
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="presences")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lesson", "booking"], name="presence_once")]


class Feed(models.Model):
    """A worker's calendar under a secret address: `mark` is the SHA-256 of its secret, which is kept nowhere."""

    person = models.OneToOneField("registry.Person", on_delete=models.PROTECT, related_name="+")
    mark = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()


class Trip(models.Model):
    """What the rules ask of a trip as a whole: `answers` by fact, as text."""

    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="trip")
    answers = models.JSONField(default=dict)
    told_by = _down("accounts.Account")
    told_at = models.DateTimeField()


class Settlement(models.Model):
    """
    One worker's part in a trip. `cost`: yuan of the worker alone, without companions. `companions_paid` null = nobody said, or nobody came
    along. `amount`: yuan that the employer bears; null = not granted. `refusal_zh`: why not, by the rules or by a cap that was used up meanwhile.
    """

    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="settlement")
    cost = models.DecimalField(max_digits=16, decimal_places=2)
    companions_paid = models.BooleanField(null=True)
    priority_group = models.CharField(max_length=24, blank=True)
    state = models.CharField(max_length=8, choices=SettleState, default=SettleState.TOLD)
    decision = _down("programs.Decision", null=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    days = models.PositiveSmallIntegerField(null=True)
    refusal_zh = models.CharField(max_length=300, blank=True)
    refusal_en = models.CharField(max_length=300, blank=True)
    told_by = _down("accounts.Account")
    told_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cost__gte=0), name="settlement_cost_not_negative"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__lte=F("cost")), name="settlement_never_above_cost"),
            models.CheckConstraint(condition=Q(state__in=BORNE, amount__isnull=False, decision__isnull=False) | ~Q(state__in=BORNE) & Q(amount__isnull=True), name="settlement_granted_by_decision"),
            models.CheckConstraint(condition=Q(state="GIVEN", given_at__isnull=False) | ~Q(state="GIVEN") & Q(given_at__isnull=True), name="settlement_given_since"),
        ]  # fmt: skip


class Tour(models.Model):
    """
    The plan of a bus that brings a service to sites on certain days (`days`: ISO). `lanes` people at a time take `minutes_each`; `buses` go
    out a day between `leaves` and `returns`, from home (millionths of a degree). `offer` null: not published. `step` counts changes.
    """

    key = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=80)
    org = _down("organizations.OrgUnit")
    area = models.CharField(max_length=12)
    days = models.JSONField(default=list)
    buses = models.PositiveSmallIntegerField(default=1)
    lanes = models.PositiveSmallIntegerField()
    minutes_each = models.PositiveSmallIntegerField()
    leaves = models.TimeField()
    returns = models.TimeField()
    latitude = models.IntegerField()
    longitude = models.IntegerField()
    kmh = models.PositiveSmallIntegerField()
    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="tour", null=True)
    step = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(lanes__gte=1, minutes_each__gte=5, buses__gte=1, kmh__gte=5), name="tour_works"),
            models.CheckConstraint(condition=Q(leaves__lt=F("returns")), name="tour_leaves_before_it_returns"),
        ]  # fmt: skip


class TourSite(models.Model):
    """Where the bus goes and how many want to come. `opens`, `closes` null = whenever it drives."""

    tour = models.ForeignKey(Tour, on_delete=models.CASCADE, related_name="sites")
    name = models.CharField(max_length=40)
    place = _down("places.Place", null=True)
    latitude = models.IntegerField()
    longitude = models.IntegerField()
    people = models.PositiveIntegerField()
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tour", "name"], name="tour_site_once"),
            models.CheckConstraint(condition=Q(people__gte=1), name="tour_site_of_somebody"),
        ]


class TourStop(models.Model):
    """The bus number `bus` at a site, for at most `people`. `is_fixed`: planning anew leaves it as it is."""

    tour = models.ForeignKey(Tour, on_delete=models.CASCADE, related_name="stops")
    site = models.ForeignKey(TourSite, on_delete=models.CASCADE, related_name="stops")
    bus = models.PositiveSmallIntegerField(default=1)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    people = models.PositiveIntegerField()
    is_fixed = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(begins__lt=F("ends"), people__gte=1), name="tour_stop_has_time_and_people")]  # fmt: skip


class Topic(models.Model):
    """What is talked about in the ten minutes before a shift; for the union that wrote it and those below."""

    key = models.CharField(max_length=64, unique=True)
    org = _down("organizations.OrgUnit")
    title = models.CharField(max_length=80)
    field = models.CharField(max_length=8, choices=TopicField)
    text = models.CharField(max_length=2000, blank=True)
    is_active = models.BooleanField(default=True)


class Talk(models.Model):
    """Ten minutes before a shift, as they were held."""

    key = models.CharField(max_length=64, unique=True)
    org = _down("organizations.OrgUnit")
    team = models.CharField(max_length=40)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="talks")
    speaker = models.CharField(max_length=12, choices=Speaker)
    held_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    heads = models.PositiveSmallIntegerField()
    by = _down("accounts.Account")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "team", "held_at"], name="talk_once"),
            models.CheckConstraint(condition=Q(minutes__gte=1, heads__gte=1), name="talk_was_held"),
        ]
        indexes = [models.Index(fields=["org", "held_at"], name="talk_org")]
