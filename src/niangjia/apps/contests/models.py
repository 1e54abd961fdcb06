"""Tables of contests. No decisions here; what must never happen is a constraint."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from niangjia.apps.contests.lifecycle import (
    ContestState,
    EntryState,
    GrantKind,
    GrantState,
    Nearness,
    RoundState,
    VoteState,
)
from niangjia.apps.objections.models import ANSWERED_BY_SOMEONE, LASTS
from niangjia.apps.objections.models import Notice as AnyNotice
from niangjia.apps.objections.models import Objection as AnyObjection


def _down(to: str, **options) -> models.ForeignKey:
    """A key to a lower app: one way, and what a contest points to cannot be deleted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


class Contest(models.Model):
    """One contest. `pack` is its whole text, every number filled in, `pack_hash` its hash: both never change."""

    number = models.CharField(max_length=24, unique=True)
    key = models.CharField(max_length=64, unique=True)
    pack_id = models.CharField(max_length=60)
    pack = models.JSONField()
    pack_hash = models.CharField(max_length=64)
    title = models.CharField(max_length=80)
    org = _down("organizations.OrgUnit")
    state = models.CharField(max_length=10, choices=ContestState, default=ContestState.DRAFT)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    made_by = _down("accounts.Account")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="contest_opens_before_it_closes"),
            models.CheckConstraint(condition=Q(state=ContestState.DONE, done_at__isnull=False) | ~Q(state=ContestState.DONE) & Q(done_at__isnull=True), name="contest_done_since"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["org", "state"], name="contest_org")]


class Round(models.Model):
    """
    One round. `seal`: the hash of the seed that would draw a tied last place, shown from its opening; `seed`: shown with the result.
    `sheet`: everything that was counted, as it is published; null until then, and never changed after.
    """

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="rounds")
    place = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=RoundState, default=RoundState.WAITING)
    opened_at = models.DateTimeField(null=True)
    vote_closes_at = models.DateTimeField(null=True)
    sealed_seed = models.BinaryField(null=True)
    seal = models.CharField(max_length=64, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    sheet = models.JSONField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = _down("accounts.Account", null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contest", "place"], name="round_once_a_place"),
            models.UniqueConstraint(fields=["contest"], condition=Q(state=RoundState.OPEN), name="round_one_open"),
            models.CheckConstraint(
                condition=Q(state=RoundState.CLOSED, sheet__isnull=False, closed_at__isnull=False, closed_by__isnull=False) & ~Q(seed="")
                | ~Q(state=RoundState.CLOSED) & Q(sheet__isnull=True, closed_at__isnull=True, closed_by__isnull=True, seed=""),
                name="round_closed_with_its_sheet",
            ),
        ]  # fmt: skip


class Entry(models.Model):
    """
    What is judged: of a worker (`person`), of a `place`, or of the unit `unit_name`; put forward by `entered_by` for the union `org`. `secret`
    holds introduction, contact and the facts of the eligibility form, sealed at ``contests.entry:<key>``. `has_consent`: the
    introduction and the recordings may be seen by those who vote. `is_nominated`: an officer put it forward.
    """

    number = models.CharField(max_length=24, unique=True)
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="entries")
    title = models.CharField(max_length=80)
    person = _down("registry.Person", null=True)
    place = _down("places.Place", null=True)
    unit_name = models.CharField(max_length=80, blank=True)
    org = _down("organizations.OrgUnit")
    secret = models.BinaryField()
    has_consent = models.BooleanField(default=False)
    is_nominated = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=EntryState, default=EntryState.DRAFT)
    decision = _down("programs.Decision", null=True)
    entered_by = _down("accounts.Account")
    entered_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True)
    looked_at_by = _down("accounts.Account", null=True)
    looked_at_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(person__isnull=True) | Q(place__isnull=True, unit_name=""), name="entry_of_one"),
            models.CheckConstraint(
                condition=Q(state__in=[EntryState.DRAFT, EntryState.SUBMITTED, EntryState.WITHDRAWN]) | Q(looked_at_by__isnull=False), name="entry_decided_by_someone"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["contest", "state"], name="entry_state"),
            models.Index(fields=["person", "state"], name="entry_person"),
        ]


class Juror(models.Model):
    """A seat on the jury; `seat` is the number by which the published sheets name it. `left_at`: its marks of open rounds do not count."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="jurors")
    account = _down("accounts.Account")
    seat = models.PositiveSmallIntegerField()
    appointed_by = _down("accounts.Account")
    appointed_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contest", "seat"], name="juror_one_a_seat"),
            models.UniqueConstraint(fields=["contest", "account"], name="juror_once"),
        ]


class Declaration(models.Model):
    """A juror said before a round to whom they are near; without it they give no mark."""

    juror = models.ForeignKey(Juror, on_delete=models.PROTECT, related_name="declarations")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="declarations")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["juror", "round"], name="declaration_once")]


class Conflict(models.Model):
    """A juror is near to an entry: no mark of theirs counts there, in no round. Never taken back."""

    juror = models.ForeignKey(Juror, on_delete=models.PROTECT, related_name="conflicts")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="conflicts")
    nearness = models.CharField(max_length=12, choices=Nearness)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["juror", "entry"], name="conflict_once")]


class Mark(models.Model):
    """One juror's mark, 0 … 100; `parts`: by criterion, as text; empty where the round has none."""

    juror = models.ForeignKey(Juror, on_delete=models.PROTECT, related_name="marks")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="marks")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="marks")
    value = models.DecimalField(max_digits=5, decimal_places=2)
    parts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["juror", "round", "entry"], name="mark_once"),
            models.CheckConstraint(condition=Q(value__gte=0, value__lte=100), name="mark_in_range"),
        ]


class Vote(models.Model):
    """
    One vote. `voter` is the keyed mark of person and round, `network` that of the address: neither can be read. `slot`: which of the
    person's votes it is, from 1 to as many as the rule gives.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="votes")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="votes")
    voter = models.CharField(max_length=40)
    network = models.CharField(max_length=40, blank=True)
    slot = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=VoteState, default=VoteState.COUNTED)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "voter", "slot"], condition=~Q(state=VoteState.REVOKED), name="vote_one_a_slot"),
            models.UniqueConstraint(fields=["round", "voter", "entry"], condition=~Q(state=VoteState.REVOKED), name="vote_one_an_entry"),
            models.CheckConstraint(condition=Q(state=VoteState.COUNTED, ended_at__isnull=True) | ~Q(state=VoteState.COUNTED) & Q(ended_at__isnull=False), name="vote_ended_since"),
            models.CheckConstraint(condition=Q(slot__gte=1), name="vote_of_a_slot"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["round", "entry", "state"], name="vote_count")]


class Standing(models.Model):
    """One entry's line in a closed round, as it was counted. `rank` null: not ranked."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="standings")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="standings")
    rank = models.PositiveIntegerField(null=True)
    total = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    jury = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    votes = models.DecimalField(max_digits=9, decimal_places=4)
    goes_on = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "entry"], name="standing_once"),
            models.CheckConstraint(condition=Q(goes_on=False) | Q(rank__isnull=False), name="standing_goes_on_ranked"),
        ]


class PublicNotice(AnyNotice):
    """One line of the shortlist in public: the entry's title or the masked name, its union, and (`tier`) what it is to be given."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="notices")
    masked_name = models.CharField(max_length=80)
    tier = models.CharField(max_length=60, blank=True)
    award = models.CharField(max_length=40)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=Q(withdrawn_at__isnull=True), name="contest_notice_one_standing"),
            models.CheckConstraint(condition=LASTS, name="contest_notice_lasts"),
        ]  # fmt: skip


class Objection(AnyObjection):
    """An objection to one line of the shortlist; sealed at ``contests.grievance:<key>``."""

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="objections")

    class Meta:
        constraints = [models.CheckConstraint(condition=ANSWERED_BY_SOMEONE, name="contest_objection_answered_by_someone")]  # fmt: skip
        indexes = [models.Index(fields=["notice", "state"], name="contest_objection_state")]


class Award(models.Model):
    """What an entry was given. `honour`, `skill_level` as they stand in the register of the person; empty = none."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="awards")
    award = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    rank = models.PositiveIntegerField()
    honour = models.CharField(max_length=120, blank=True)
    skill_level = models.CharField(max_length=24, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    program = models.CharField(max_length=80, blank=True)
    given_on = models.DateField()
    given_by = _down("accounts.Account")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry"], name="award_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="award_not_below_zero"),
        ]


class Grant(models.Model):
    """Money of an award: its prize, or the allowance that its skill level leads to. `refusal_…`: why no money is set aside yet."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="grants")
    kind = models.CharField(max_length=10, choices=GrantKind)
    state = models.CharField(max_length=10, choices=GrantState, default=GrantState.BLOCKED)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    decision = _down("programs.Decision", null=True)
    reservation = _down("funds.Reservation", null=True)
    refusal_zh = models.CharField(max_length=300, blank=True)
    refusal_en = models.CharField(max_length=300, blank=True)
    granted_by = _down("accounts.Account")
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award", "kind"], name="contest_grant_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="contest_grant_above_zero"),
            models.CheckConstraint(
                condition=Q(state=GrantState.SET_ASIDE, reservation__isnull=False) | Q(state=GrantState.BLOCKED, reservation__isnull=True), name="contest_grant_with_money"
            ),
        ]  # fmt: skip
