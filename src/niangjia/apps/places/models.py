"""Tables of places. No decisions here; what must never happen is a constraint."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from niangjia.apps.places.lifecycle import PairingState, PlaceState, Step


def _down(to: str, **options) -> models.ForeignKey:
    """A key to a lower app: one way, and what a place points to cannot be deleted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


class Place(models.Model):
    """
    One place. `org` keeps it (谁管理), `recommended_by` put it forward (谁推荐); null = the same. `latitude` and `longitude` in millionths of a
    degree, WGS-84; null = nobody said. `hours`: lines of days 1 … 7 and times; empty = not told. `valid_until` null = without end.
    `details`: what its kind asks beside, by name. `household` is whose it is, for kinds of households. `announced_until`: the last day of its
    public notice. `mend_by`: until when what a visit found has to be mended; null = nothing has. `step` counts changes: two officers cannot
    both make the one from a step.
    """

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=80)
    org = _down("organizations.OrgUnit")
    recommended_by = _down("organizations.OrgUnit", null=True)
    household = _down("registry.Household", null=True)
    area = models.CharField(max_length=12)
    address = models.CharField(max_length=120, blank=True)
    latitude = models.IntegerField(null=True)
    longitude = models.IntegerField(null=True)
    partner = models.CharField(max_length=80, blank=True)
    service_phone = models.CharField(max_length=20, blank=True)
    hours = models.JSONField(default=list)
    equipment = models.JSONField(default=list)
    details = models.JSONField(default=dict)
    level = models.CharField(max_length=12)
    batch = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=PlaceState)
    step = models.PositiveIntegerField(default=1)
    listed_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    inspect_by = models.DateField(null=True)
    announced_until = models.DateField(null=True)
    mend_by = models.DateField(null=True)
    key = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PlaceState.values), name="place_known_state"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="place_whole_position",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[PlaceState.LISTED, PlaceState.SUSPENDED]) | Q(listed_on__isnull=False),
                name="place_listed_since",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "state", "latitude"], name="place_near"),
            models.Index(fields=["org", "state"], name="place_org"),
            models.Index(fields=["state", "inspect_by"], name="place_inspect"),
        ]


class PlaceEvent(models.Model):
    """
    One change of a place's standing, never edited. `findings`: what an inspection or a visit found, by check or equipment; true = there.
    `mend_by`: the day until which it asked for what is missing; null = nothing is.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="events")
    step = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=[(step.value, step.value) for step in Step])
    level = models.CharField(max_length=12)
    findings = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    mend_by = models.DateField(null=True)
    org = _down("organizations.OrgUnit")
    by = _down("accounts.Account")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "step"], name="place_event_once_a_step")]


class Project(models.Model):
    """
    What a place runs with a partner under a contract; `until` null = without end. `details`: what its kind asks of one, by name. `findings`: by
    check, what whoever looked last found; `checked_at` null = nobody has since the partner or the contract is this one.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="projects")
    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80)
    partner = models.CharField(max_length=80)
    contract = models.CharField(max_length=120)
    since = models.DateField()
    until = models.DateField(null=True)
    details = models.JSONField(default=dict)
    findings = models.JSONField(default=dict)
    checked_by = _down("accounts.Account", null=True)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="project_ends_after"
            ),
            models.CheckConstraint(
                condition=Q(checked_at__isnull=True, checked_by__isnull=True)
                | Q(checked_at__isnull=False, checked_by__isnull=False),
                name="project_checked_by_somebody",
            ),
        ]


class Measure(models.Model):
    """One figure of one place and month (the first day; of a yearly measure January's). The last one said stands; `was` keeps the one before."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="measures")
    measure = models.CharField(max_length=24)
    month = models.DateField()
    value = models.DecimalField(max_digits=18, decimal_places=4)
    was = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    source = models.CharField(max_length=120)
    by = _down("accounts.Account")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "measure", "month"], name="measure_once_a_month"),
            models.CheckConstraint(condition=Q(value__gte=0), name="measure_not_negative"),
        ]


class Pairing(models.Model):
    """
    Two unions recognise each other's places of a kind, or send each other their workers (互认、互送). `first` has the smaller number. `until`
    null = goes on. It holds once the union that did not propose it has confirmed it; `proposed_by` null = entered before this was asked.
    A union outside the house cannot answer here: `second` is null, `outside` its name, `paper` the document and `confirmed_by` who signed there.
    `answered_by`, `reason`: who declined or withdrew it, and why.
    """

    kind = models.CharField(max_length=24)
    first = _down("organizations.OrgUnit")
    second = _down("organizations.OrgUnit", null=True)
    outside = models.CharField(max_length=80, blank=True)
    confirmed_by = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=PairingState)
    proposed_by = _down("organizations.OrgUnit", null=True)
    answered_by = _down("organizations.OrgUnit", null=True)
    reason = models.CharField(max_length=300, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)
    paper = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "first", "second", "since"], condition=~Q(state="DECLINED"), name="pairing_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "first", "outside", "since"],
                condition=Q(second__isnull=True),
                name="pairing_outside_once",
            ),
            models.CheckConstraint(
                condition=Q(second__isnull=False, first__lt=F("second"), outside="")
                | (Q(second__isnull=True, state="CONFIRMED") & ~(Q(outside="") | Q(confirmed_by="") | Q(paper=""))),
                name="pairing_of_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="CONFIRMED")
                | Q(second__isnull=True)
                | Q(proposed_by__isnull=True)
                | (Q(answered_by__isnull=False) & ~Q(answered_by=F("proposed_by"))),
                name="pairing_by_two_hands",
            ),
            models.CheckConstraint(condition=Q(state__in=PairingState.values), name="pairing_known_state"),
            models.CheckConstraint(
                condition=~Q(state="DECLINED") | (Q(answered_by__isnull=False) & ~Q(reason="")),
                name="pairing_declined_why",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="pairing_ends_after"
            ),
        ]


class Sent(models.Model):
    """
    How many workers of one union of a pairing went to the other's places in a year, as one of the two counted them (`counted_by`): who sends
    and who receives each count. A correction keeps what was told before. `sender` null = the union outside the house.
    """

    pairing = models.ForeignKey(Pairing, on_delete=models.PROTECT, related_name="sent")
    sender = _down("organizations.OrgUnit", null=True)
    counted_by = _down("organizations.OrgUnit")
    year = models.PositiveSmallIntegerField()
    persons = models.PositiveIntegerField()
    was = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pairing", "sender", "counted_by", "year"], name="sent_once_a_year_and_side"
            ),
            models.UniqueConstraint(
                fields=["pairing", "counted_by", "year"],
                condition=Q(sender__isnull=True),
                name="sent_from_outside_once_a_year",
            ),
        ]
