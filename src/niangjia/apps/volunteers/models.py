"""Tables of volunteers. No decisions here; what must never happen is a constraint."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from niangjia.apps.volunteers.lifecycle import BOTH_SAID_YES, LIVE, HelperState, NeedState, PairState, Source


def _down(to: str, **options) -> models.ForeignKey:
    """A key to a lower app: one way, and what is pointed to cannot be deleted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


class Helper(models.Model):
    """
    One person who helps under one kind. `areas`: prefixes of where they go; `days` of the week "1" … "7", none = always; `load` counts the
    confirmed pairs of needs that are open, `capacity` is the most of them. `sealed`: contact and what was typed freely.
    """

    key = models.UUIDField(unique=True)
    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=24)
    person = _down("registry.Person")
    org = _down("organizations.OrgUnit")
    home = models.CharField(max_length=12)
    team = models.CharField(max_length=40, blank=True)
    skills = models.JSONField(default=list)
    areas = models.JSONField(default=list)
    days = models.JSONField(default=list)
    told = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    capacity = models.PositiveSmallIntegerField()
    load = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=HelperState)
    step = models.PositiveIntegerField(default=1)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "person"], name="helper_once_a_kind"),
            models.CheckConstraint(condition=Q(load__lte=F("capacity")), name="helper_never_over_load"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="helper_takes_something"),
        ]
        indexes = [
            models.Index(fields=["org", "kind", "state"], name="helper_org"),
            models.Index(fields=["person"], name="helper_person"),
        ]


class Need(models.Model):
    """
    Somebody is needed at a union's firm or place. `title` and `about` are public. `stage` is the one at work, of its kind; `filled` counts the
    confirmed pairs, at most `seats`. `bids_until` only where bids are open. `closed_at` null while open. `sealed`: contact, texts.
    """

    key = models.UUIDField(unique=True)
    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=24)
    title = models.CharField(max_length=80)
    about = models.CharField(max_length=600)
    field = models.CharField(max_length=24)
    org = _down("organizations.OrgUnit")
    area = models.CharField(max_length=12)
    firm = models.CharField(max_length=80)
    place = _down("places.Place", null=True)
    skills = models.JSONField(default=list)
    days = models.JSONField(default=list)
    seats = models.PositiveSmallIntegerField()
    filled = models.PositiveSmallIntegerField(default=0)
    due_on = models.DateField(null=True)
    is_open_bid = models.BooleanField(default=False)
    bids_until = models.DateField(null=True)
    told = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    stage = models.CharField(max_length=24)
    state = models.CharField(max_length=10, choices=NeedState)
    step = models.PositiveIntegerField(default=1)
    filed_by = _down("accounts.Account")
    filed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(filled__lte=F("seats")), name="need_never_overfilled"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="need_of_somebody"),
            models.CheckConstraint(condition=Q(state=NeedState.OPEN, closed_at__isnull=True) | ~Q(state=NeedState.OPEN) & Q(closed_at__isnull=False), name="need_closed_since"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["state", "kind", "stage"], name="need_open"),
            models.Index(fields=["org", "kind", "state"], name="need_org"),
        ]


class NeedStep(models.Model):
    """A stage that was left for another (`to`, empty = it ended), with what was said there. `place` counts from 1."""

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="steps")
    place = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=24)
    to = models.CharField(max_length=24, blank=True)
    told = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    org = _down("organizations.OrgUnit")
    by = _down("accounts.Account")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["need", "place"], name="need_step_once")]


class Pair(models.Model):
    """
    A helper for a need. `helper_said`, `firm_said` null = not yet. `score` and `points` as they were when it was made; null: nobody weighed it.
    `satisfaction` 1 … 5 by the firm, set with the evaluation. `sealed`: the words of a bid.
    """

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="pairs")
    helper = models.ForeignKey(Helper, on_delete=models.PROTECT, related_name="pairs")
    state = models.CharField(max_length=10, choices=PairState)
    source = models.CharField(max_length=10, choices=Source)
    score = models.IntegerField(null=True)
    points = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    helper_said = models.BooleanField(null=True)
    helper_by = _down("accounts.Account", null=True)
    helper_at = models.DateTimeField(null=True)
    firm_said = models.BooleanField(null=True)
    firm_by = _down("accounts.Account", null=True)
    firm_at = models.DateTimeField(null=True)
    satisfaction = models.PositiveSmallIntegerField(null=True)
    made_by = _down("accounts.Account")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "helper"], condition=Q(state__in=LIVE), name="pair_once_alive"),
            models.CheckConstraint(condition=~Q(state__in=BOTH_SAID_YES) | Q(helper_said=True, firm_said=True), name="pair_of_two_yeses"),
            models.CheckConstraint(condition=Q(helper_by__isnull=True) | Q(firm_by__isnull=True) | ~Q(helper_by=F("firm_by")), name="pair_two_people_say_yes"),
            models.CheckConstraint(condition=Q(satisfaction__isnull=True) | Q(satisfaction__range=(1, 5)), name="pair_satisfaction_1_to_5"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["helper", "state"], name="pair_helper")]


class Visit(models.Model):
    """One time that a helper was there. `voided_at` null: it counts. `sealed`: what was done."""

    key = models.UUIDField(unique=True)
    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="visits")
    on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    beneficiaries = models.PositiveIntegerField(default=0)
    sealed = models.BinaryField(null=True)
    by = _down("accounts.Account")
    at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=960), name="visit_of_a_day")]
        indexes = [models.Index(fields=["pair", "on"], name="visit_pair")]


class MatchRun(models.Model):
    """
    What the engine proposed to one union for one kind. `pairs`: {need, helper, score, points}; `unfilled`: {need, seats, why}.
    No proposal has more points than `bound`.
    """

    kind = models.CharField(max_length=24)
    org = _down("organizations.OrgUnit")
    pairs = models.JSONField()
    unfilled = models.JSONField()
    score = models.BigIntegerField()
    bound = models.BigIntegerField()
    need_count = models.PositiveIntegerField()
    helper_count = models.PositiveIntegerField()
    by = _down("accounts.Account")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["org", "kind", "-at"], name="match_run_last")]
