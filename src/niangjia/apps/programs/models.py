"""Tables of installed packs, filled-in parameters and decisions. Decisions never change: migration 0002 lets the database say so."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from niangjia.apps.programs.types import DecisionOutcome


def _account(**options) -> models.ForeignKey:
    return models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", **options)


class PackVersion(models.Model):
    """
    One text of one pack, with the vocabulary it was written in. `files` is path → text, and gives `content_hash` again when
    loaded. In force from `active_from` (null = since ever) up to, not including, `active_until` (null = still).
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
                fields=["pack_id", "area", "content_hash", "vocabulary_hash"], name="packversion_once"
            ),
            models.UniqueConstraint(
                fields=["pack_id", "area"], condition=Q(active_until__isnull=True), name="packversion_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["pack_id", "area"], condition=Q(active_from__isnull=True), name="packversion_one_first"
            ),
        ]


class ParameterValue(models.Model):
    """
    A value that the pack leaves to the deployment. It counts once `approved_by` is set; `is_invented` marks a demo's value.
    `value` is text: a Decimal, an integer, true/false or a word, by the pack's unit. A wrong one is withdrawn, never edited.
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
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pack_id", "name", "area", "starts_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="parameter_one_value",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("entered_by")), name="parameter_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="parameter_approved_together",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="parameter_has_source"),
        ]


class Standard(models.Model):
    """The minimum-living standard, yuan a person and month, of an area from a day on. The latest received counts."""

    area = models.CharField(max_length=12)
    starts_on = models.DateField()
    monthly = models.DecimalField(max_digits=16, decimal_places=2)
    source = models.CharField(max_length=300)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "starts_on"], name="standard_once"),
            models.CheckConstraint(condition=Q(monthly__gt=0), name="standard_above_zero"),
        ]


class Decision(models.Model):
    """
    One answer of one pack for one subject. Everything that made it stands here or under `version`.

    `facts`, `parameters` and `used` (cap → what earlier grants took of it; null = caps were left out) hold values by name, see
    `values.to_json`. `digest` is over what was asked (version, subject, day, area, all three): the same question has one decision.
    """

    version = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="decisions")
    subject_kind = models.CharField(max_length=20)  # SubjectKind
    subject_id = models.PositiveBigIntegerField()
    asof = models.DateField()
    month = models.CharField(max_length=7)
    area = models.CharField(max_length=12)
    facts = models.JSONField()
    parameters = models.JSONField()
    used = models.JSONField(null=True)
    outcome = models.CharField(max_length=12, choices=DecisionOutcome)
    tier = models.CharField(max_length=20, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    lines = models.JSONField(default=list)  # [id, kind, yuan as text] of each benefit line, before the caps
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
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="decision_subject")]
