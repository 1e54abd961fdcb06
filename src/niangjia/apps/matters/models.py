"""Tables of matters. No decisions here; what must never happen is a constraint."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from niangjia.apps.accounts.types import Role
from niangjia.apps.matters.types import OPEN, GrantState, MatterState, ObjectionAbout, PaperState, Step, Verdict
from niangjia.apps.objections.models import ANSWERED_BY_SOMEONE, LASTS, Notice
from niangjia.apps.objections.models import Objection as AnyObjection
from niangjia.apps.objections.types import GrievanceState


def _down(to: str, **options) -> models.ForeignKey:
    """A key to a lower app: one way, and what a matter points to cannot be deleted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


def _account(**options) -> models.ForeignKey:
    return _down("accounts.Account", **options)


class Matter(models.Model):
    """
    One matter, from its handing in to its end. `version` is the text whose form and stages hold for it, whatever is installed later.

    `org` is the union it belongs to, whose path is the scope; `desk` the union whose turn it is, on the post `role`. `step` counts
    moves: two officers cannot both make the one from a step. `key` is that of the draft it began as, and whose files are its files;
    `last_key` that of the one that was handed in last. `event`: a mark of what happened, the same for the same certificate or
    illness of a person, empty where the form names no day of it. `asked`: fields that the applicant is asked for again.
    `assigned`: the union that an answer named for a stage, which sees it from then on. `handed_in_by` null: somebody without an account,
    who has the `receipt` number; null where there is somebody to tell.
    """

    key = models.UUIDField(unique=True)
    last_key = models.UUIDField(unique=True)
    program = models.CharField(max_length=80)
    version = _down("programs.PackVersion")
    content_hash = models.CharField(max_length=64)
    person = _down("registry.Person", null=True)
    household = _down("registry.Household", null=True)
    org = _down("organizations.OrgUnit")
    area = models.CharField(max_length=12)
    desk = _down("organizations.OrgUnit")
    stage = models.CharField(max_length=60)
    role = models.CharField(max_length=14, choices=[(role.value, role.value) for role in Role])
    state = models.CharField(max_length=12, choices=MatterState)
    step = models.PositiveIntegerField(default=1)
    event = models.CharField(max_length=40, blank=True)
    asked = models.JSONField(default=list)
    proposed = models.CharField(max_length=40, blank=True)
    proposed_by = _account(null=True)
    decision = models.OneToOneField("programs.Decision", on_delete=models.PROTECT, related_name="+", null=True)
    assigned = _down("organizations.OrgUnit", null=True)
    receipt = models.CharField(max_length=14, unique=True, null=True)
    handed_in_by = _account(null=True)
    handed_in_at = models.DateTimeField()
    handed_in_on = models.DateField()
    due_on = models.DateField(null=True)
    expected_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MatterState.values), name="matter_known_state"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, closed_at__isnull=True) | ~Q(state__in=OPEN) & Q(closed_at__isnull=False),
                name="matter_closed_at_its_end",
            ),
            models.CheckConstraint(
                condition=Q(proposed="", proposed_by__isnull=True) | ~Q(proposed="") & Q(proposed_by__isnull=False),
                name="matter_proposed_by_someone",
            ),
            models.UniqueConstraint(
                fields=["person", "program", "event"], condition=Q(state__in=OPEN), name="matter_one_open_an_event"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "desk", "due_on"], name="matter_desk"),
            models.Index(fields=["org", "state"], name="matter_org_state"),
            models.Index(fields=["program", "handed_in_on"], name="matter_program_month"),
        ]

    @property
    def number(self) -> str:
        return f"SX{timezone.localdate(self.handed_in_at):%Y%m}{self.pk:07d}"


class Submission(models.Model):
    """
    Answers that were given at once, by the applicant or an officer. Never edited. `names`: which fields, and each one's source;
    `secret` holds the values, at ``matters.submission:<key>``.
    """

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="submissions")
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    stage = models.CharField(max_length=60)
    names = models.JSONField(default=dict)
    secret = models.BinaryField()
    account = _account(null=True)
    at = models.DateTimeField()


class Paper(models.Model):
    """How a paper that the form names stands; the last row of a paper counts. Never edited."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="papers")
    code = models.CharField(max_length=80)
    state = models.CharField(max_length=6, choices=PaperState)
    account = _account(null=True)
    at = models.DateTimeField()


class Move(models.Model):
    """
    One move, from `step` to the next. Never edited. `account` null = the system. `secret` holds the reason, at ``matters.move:<key>``.
    `role`: on which post; `org`: of which union.
    """

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="moves")
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    step = models.PositiveIntegerField()
    act = models.CharField(max_length=8, choices=Step)
    outcome = models.CharField(max_length=40, blank=True)
    from_stage = models.CharField(max_length=60, blank=True)
    to_stage = models.CharField(max_length=60)
    to_state = models.CharField(max_length=12, choices=MatterState)
    role = models.CharField(max_length=14, blank=True)
    account = _account(null=True)
    at = models.DateTimeField()
    secret = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "step"], name="move_one_a_step")]


class Draft(models.Model):
    """
    What a worker is filling in, sealed at ``matters.draft:<key>``: it survives leaving, and nobody else reads it. `matter` null: a new
    one, else its mending or its next turn. Gone when it is handed in; the matter keeps its key.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    account = _account()
    person = _down("registry.Person")
    program = models.CharField(max_length=80)
    area = models.CharField(max_length=12)
    version = _down("programs.PackVersion")
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, null=True, related_name="drafts")
    secret = models.BinaryField()
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "program"], condition=Q(matter__isnull=True), name="draft_one_a_program"
            ),
            models.UniqueConstraint(fields=["matter"], condition=Q(matter__isnull=False), name="draft_one_a_matter"),
        ]


class Grant(models.Model):
    """The money of a granted matter. `refusal_zh`, `refusal_en`: why it could not be set aside, else empty."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="grants")
    decision = _down("programs.Decision")
    purpose = models.CharField(max_length=60)
    person = _down("registry.Person")
    household = _down("registry.Household", null=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    state = models.CharField(max_length=10, choices=GrantState)
    reservation = _down("funds.Reservation", null=True)
    refusal_zh = models.CharField(max_length=300, blank=True)
    refusal_en = models.CharField(max_length=300, blank=True)
    granted_by = _account()
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter"], condition=~Q(state=GrantState.CANCELLED), name="grant_one_a_matter"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="grant_above_zero"),
            models.CheckConstraint(
                condition=~Q(state=GrantState.SET_ASIDE) | Q(reservation__isnull=False),
                name="grant_set_aside_with_money",
            ),
        ]


class Tally(models.Model):
    """What a matter that was done counts for, as its text says it: one row an indicator. `on`: the day it was done."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="tallies")
    indicator = models.CharField(max_length=60)
    counted_in = models.CharField(max_length=12)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "indicator"], name="tally_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="tally_not_below_zero"),
        ]


class Rating(models.Model):
    """How content whoever brought a matter was with how they were served: said once, after its end. Never edited. `by_receipt`: without signing in."""

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="rating")
    verdict = models.CharField(max_length=12, choices=Verdict)
    by_receipt = models.BooleanField()
    on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="rating_known_verdict")]


class PublicNotice(Notice):
    """The notice of one matter. `unit`, `tier` empty and `amount` null: the text does not show them. `tier`: in Chinese words."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="notices")
    tier = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=200, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter"], condition=Q(withdrawn_at__isnull=True), name="matter_notice_one_standing"
            ),
            models.CheckConstraint(condition=LASTS, name="matter_notice_lasts"),
        ]


class Objection(AnyObjection):
    """
    An objection to what was decided or announced of a matter; sealed at ``matters.grievance:<key>``. `step`: the move that it is about.
    """

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="objections")
    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, null=True, related_name="objections")
    about = models.CharField(max_length=8, choices=ObjectionAbout)
    step = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ANSWERED_BY_SOMEONE, name="matter_objection_answered_by_someone"),
            models.UniqueConstraint(
                fields=["matter"],
                condition=Q(person__isnull=False, state=GrievanceState.OPEN),
                name="matter_objection_one_open",
            ),
        ]
        indexes = [models.Index(fields=["matter", "state"], name="matter_objection_state")]
