"""Tables of the monthly list."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from niangjia.apps.alerts.types import AlertGrade, AlertState, GradeChange, RunKind, RunState


class SensingRun(models.Model):
    """One list: a month's, or a correction of one. `list_hash` is over the rows as the run's manifest gives it."""

    month = models.CharField(max_length=7)
    run_id = models.CharField(max_length=80, unique=True)
    manifest_hash = models.CharField(max_length=64)
    list_hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=RunKind, default=RunKind.MONTHLY)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.RECEIVING)
    row_count = models.PositiveIntegerField()
    says = models.JSONField(default=dict)
    gaps = models.JSONField(default=list)
    received_at = models.DateTimeField(null=True)
    sample_seed = models.CharField(max_length=64, blank=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.PositiveBigIntegerField(null=True)  # account id

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month"], condition=Q(kind=RunKind.MONTHLY), name="alerts_one_list_a_month"
            ),
            models.UniqueConstraint(fields=["month", "list_hash", "kind"], name="alerts_one_run_a_content"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False, state=RunState.RELEASED),
                name="alerts_released_with_name",
            ),
        ]


class HardshipAlert(models.Model):
    """
    One row per household and list; `org` is the union responsible when the list came.

    Money in yuan, half up to the cent; `I5` is a ratio. null = UNKNOWN or not applicable. Code lists are joined by `|` and
    begin and end with it, so that one code is found with `contains`.
    """

    run = models.ForeignKey(SensingRun, on_delete=models.PROTECT, related_name="alerts")
    month = models.CharField(max_length=7)
    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="+")
    org = models.ForeignKey("organizations.OrgUnit", on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=12)
    state = models.CharField(max_length=10, choices=AlertState)
    grade = models.CharField(max_length=6, choices=AlertGrade, blank=True)
    previous_grade = models.CharField(max_length=6, choices=AlertGrade, blank=True)
    change = models.CharField(max_length=9, choices=GradeChange, blank=True)
    causes = models.CharField(max_length=60, blank=True)
    triggers = models.CharField(max_length=160, blank=True)
    suppress_code = models.CharField(max_length=20, blank=True)
    labels = models.CharField(max_length=300, blank=True)
    reasons = models.CharField(max_length=300, blank=True)
    I2 = models.DecimalField("I2", max_digits=16, decimal_places=2, null=True)
    I3 = models.DecimalField("I3", max_digits=16, decimal_places=2, null=True)
    I4 = models.DecimalField("I4", max_digits=16, decimal_places=2, null=True)
    I5 = models.DecimalField("I5", max_digits=16, decimal_places=4, null=True)
    M4 = models.DecimalField("M4", max_digits=16, decimal_places=2, null=True)
    M5 = models.DecimalField("M5", max_digits=16, decimal_places=2, null=True)
    size = models.PositiveSmallIntegerField(null=True)
    students = models.PositiveSmallIntegerField(null=True)
    dis_grade = models.PositiveSmallIntegerField(null=True)
    months_uninsured = models.PositiveSmallIntegerField(null=True)
    confidence = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    first_month = models.CharField(max_length=7, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "household"], name="alerts_one_row_a_household"),
            models.CheckConstraint(condition=Q(state__in=AlertState.values), name="alerts_known_state"),
        ]
        indexes = [
            models.Index(fields=["run", "state", "org"], name="alerts_run_state"),
            models.Index(
                fields=["run", "org", "state", "household", "change", "grade", "area", "causes"], name="alerts_run_org"
            ),
            models.Index(fields=["household", "month"], name="alerts_household_month"),
        ]


class SampledAlert(models.Model):
    """One row per alert drawn for the look before release. `is_right` null = not looked at yet."""

    alert = models.OneToOneField(HardshipAlert, on_delete=models.PROTECT, related_name="sampled")
    is_right = models.BooleanField(null=True)
    note = models.CharField(max_length=200, blank=True)
    looked_at_by = models.PositiveBigIntegerField(null=True)  # account id
    looked_at_at = models.DateTimeField(null=True)


class CorrectedAlert(models.Model):
    """One row per household that a correction list shows otherwise than the month's list. Empty `before` = not on it."""

    run = models.ForeignKey(SensingRun, on_delete=models.PROTECT, related_name="differences")
    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="+")
    org = models.ForeignKey("organizations.OrgUnit", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)  # ADDED, REMOVED, CHANGED
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "household"], name="alerts_one_difference_a_household")]
