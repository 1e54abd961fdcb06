"""
Tables of installed packs, filled-in parameters, decisions, and what comes of deciding anew.

Texts, decisions and what an adjustment says never change: the migrations let the database itself refuse it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from niangjia.apps.programs.types import AdjustmentKind, AdjustmentState, CauseKind, DecisionOutcome


def _account(**options) -> models.ForeignKey:
    return models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", **options)


class Catalogue(models.Model):
    """One row: a word that changes with every pack and value. What was made of them is made anew when it is another."""

    revision = models.CharField(max_length=32)


class PackVersion(models.Model):
    """
    One text of one pack, with the vocabulary it was written in. `files` is path → text, and gives `content_hash` again when
    loaded. In force from `active_from` (null = since ever) up to, not including, `active_until` (null = still), as it is known
    now; on an earlier day those were known that had been installed by then, and the last of them held.
    """

    pack_id = models.CharField(max_length=80)
    content_hash = models.CharField(max_length=64)
    vocabulary_hash = models.CharField(max_length=64)
    area = models.CharField(max_length=12)
    unit = models.CharField(max_length=12)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    files = models.JSONField()
    active_from = models.DateField(null=True)
    active_until = models.DateField(null=True)
    installed_at = models.DateTimeField()
    installed_by = _account(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pack_id", "area"], condition=Q(active_until__isnull=True), name="packversion_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["pack_id", "area"], condition=Q(active_from__isnull=True), name="packversion_one_first"
            ),
        ]


class PackDraft(models.Model):
    """
    A text in the making, kept as typed whether or not it can be read. `area`: of the pack if it can, else of who typed it.
    `source`: the paper that it carries out. `hands`: accounts that typed any of it. `version`: what it became; null = not yet.
    """

    pack_id = models.CharField(max_length=80, blank=True)
    area = models.CharField(max_length=12)
    program = models.TextField(blank=True)
    cases = models.TextField(blank=True)
    source = models.CharField(max_length=300, blank=True)
    hands = models.JSONField(default=list)
    changed_by = _account()
    changed_at = models.DateTimeField()
    version = models.ForeignKey(PackVersion, on_delete=models.PROTECT, null=True, related_name="+")
    published_by = _account(null=True)
    published_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(version__isnull=True, published_by__isnull=True, published_at__isnull=True)
                | Q(
                    version__isnull=False,
                    published_by__isnull=False,
                    published_at__isnull=False,
                    dropped_at__isnull=True,
                ),
                name="draft_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("changed_by")), name="draft_four_eyes"
            ),
        ]


class ParameterValue(models.Model):
    """
    A value that the pack leaves to the deployment. It counts once `approved_by` is set; `is_invented` marks a demo's value.
    `value` is text: a Decimal, an integer, true/false or a word, by the pack's unit. A wrong one is withdrawn, never edited; one
    that was approved is corrected by another of the same first day, known later. `known_on`: the day of the approval.
    """

    pack_id = models.CharField(max_length=80)
    name = models.CharField(max_length=80)
    area = models.CharField(max_length=12)
    starts_on = models.DateField()
    value = models.CharField(max_length=60)
    source = models.CharField(max_length=300)
    is_invented = models.BooleanField(default=False)
    entered_by = _account()
    entered_at = models.DateTimeField()
    approved_by = _account(null=True)
    approved_at = models.DateTimeField(null=True)
    known_on = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pack_id", "name", "area", "starts_on"],
                condition=Q(withdrawn_at__isnull=True, approved_by__isnull=True),
                name="parameter_one_waiting",
            ),
            models.UniqueConstraint(
                fields=["pack_id", "name", "area", "starts_on", "known_on"],
                condition=Q(approved_by__isnull=False),
                name="parameter_one_value",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("entered_by")), name="parameter_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True, known_on__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False, known_on__isnull=False),
                name="parameter_approved_together",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="parameter_has_source"),
        ]


class Standard(models.Model):
    """
    The minimum-living standard, yuan a person and month, of an area from a day on. The latest received counts; what it was
    before is kept, for on an earlier day that was what one knew.
    """

    area = models.CharField(max_length=12)
    starts_on = models.DateField()
    monthly = models.DecimalField(max_digits=16, decimal_places=2)
    source = models.CharField(max_length=300)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(monthly__gt=0), name="standard_above_zero"),
        ]
        indexes = [models.Index(fields=["area", "starts_on"], name="standard_area_day")]


class Decision(models.Model):
    """
    One answer of one pack for one subject. Everything that made it stands here or under `version`.

    `facts`, `parameters` and `used` (cap → what earlier grants took of it; null = caps were left out) hold values by name, see
    `values.to_json`; `offered`: facts that were told and not asked for, which another text may ask for. `known_on`: the day whose
    knowledge decided; `used_on`: the day on which its use counts; `within`: what the subject belongs to (kind → id); `matter`: what
    it was decided for (case:12), of which the last decision counts. `reconsiders`: the decision that this one decides anew.
    `digest` is over what was asked: the same question has one decision.
    """

    version = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="decisions")
    subject_kind = models.CharField(max_length=20)  # SubjectKind
    subject_id = models.PositiveBigIntegerField()
    asof = models.DateField()
    month = models.CharField(max_length=7)
    area = models.CharField(max_length=12)
    known_on = models.DateField(null=True)  # null = decided before this was kept
    used_on = models.DateField(null=True)
    within = models.JSONField(default=dict)
    event = models.CharField(max_length=120, blank=True)
    matter = models.CharField(max_length=120, blank=True)
    reconsiders = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="reconsidered_by")
    facts = models.JSONField()
    offered = models.JSONField(default=dict)
    parameters = models.JSONField()
    used = models.JSONField(null=True)
    outcome = models.CharField(max_length=12, choices=DecisionOutcome)
    tier = models.CharField(max_length=20, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    lines = models.JSONField(default=list)  # [id, kind, yuan as text] of each benefit line, before the caps
    given = models.JSONField(default=list)  # the same after the caps, adding up to `amount`
    needs_approval = models.JSONField(default=list)
    clauses = models.JSONField(default=list)
    trace = models.JSONField(default=list)
    unknown = models.JSONField(default=list)
    digest = models.CharField(max_length=64, unique=True)
    made_by = _account(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(outcome=DecisionOutcome.GRANTED, amount__gte=0),
                name="decision_amount_when_granted",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="decision_subject"),
            models.Index(fields=["asof", "area"], name="decision_day_area"),
            models.Index(fields=["matter"], name="decision_matter"),
        ]


class Reconsideration(models.Model):
    """
    Why decisions were made anew, and which: of `program`, in `area`, as of days from `since` up to, not including, `until`; or one.
    `facts` are corrections. `key`: parameter:12, version:7, standard:3:graded-aid, or a digest of what was asked. `finished_at` null:
    it was stopped on the way, and goes on when it is called again.
    """

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=10, choices=CauseKind)
    program = models.CharField(max_length=80)
    area = models.CharField(max_length=12, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    source = models.CharField(max_length=300)
    opened_by = _account(null=True)
    opened_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason="") & ~Q(source=""), name="reconsideration_has_reason")
        ]


class Adjustment(models.Model):
    """
    What deciding anew found to differ for one matter, until a person settled it. `root` is the decision that the matter was carried
    out by, `old` what stood before this, `new` what is right now; all are kept. `difference`: yuan to pay on top, or, below zero,
    paid too much. `barred`: accounts that decided, entered the value or corrected the facts, and so do not settle it.
    """

    reconsideration = models.ForeignKey(Reconsideration, on_delete=models.PROTECT, related_name="adjustments")
    root = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="adjustments")
    old = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    new = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=AdjustmentKind)
    difference = models.DecimalField(max_digits=16, decimal_places=2)
    barred = models.JSONField(default=list)
    corrected_by = _account(null=True)
    opened_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=AdjustmentState, default=AdjustmentState.OPEN)
    settled_by = _account(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_reason = models.CharField(max_length=300, blank=True)
    reservation = models.ForeignKey("funds.Reservation", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["root"],
                condition=Q(state__in=[AdjustmentState.OPEN, AdjustmentState.RECOVERING]),
                name="adjustment_one_unsettled",
            ),
            models.CheckConstraint(
                condition=~Q(kind=AdjustmentKind.ARREARS) | Q(difference__gt=0), name="adjustment_arrears_above_zero"
            ),
            models.CheckConstraint(
                condition=~Q(kind=AdjustmentKind.CLAW_BACK) | Q(difference__lt=0),
                name="adjustment_claw_back_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True) | Q(corrected_by__isnull=True) | ~Q(settled_by=F("corrected_by")),
                name="adjustment_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state=AdjustmentState.OPEN, settled_by__isnull=True, settled_at__isnull=True)
                | Q(state=AdjustmentState.REPLACED)
                | Q(settled_by__isnull=False, settled_at__isnull=False) & ~Q(state=AdjustmentState.OPEN),
                name="adjustment_settled_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state=AdjustmentState.PAID) | Q(reservation__isnull=False),
                name="adjustment_paid_by_reservation",
            ),
        ]
