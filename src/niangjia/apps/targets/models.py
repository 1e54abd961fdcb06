"""Tables of targets. No decisions here; what must never happen is a constraint."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


def _down(to: str, **options) -> models.ForeignKey:
    """A key to a lower app: one way, and what a target points to cannot be deleted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


class Share(models.Model):
    """
    What is asked of one union for one indicator in one year, from a day on; `value` in the indicator's unit, null = taken back. Never
    changed: the newest row that has begun holds.
    """

    programme = models.CharField(max_length=60)
    indicator = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    org = _down("organizations.OrgUnit")
    value = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    from_day = models.DateField()
    reason = models.CharField(max_length=300)
    set_by = _down("accounts.Account")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(value__isnull=True) | Q(value__gte=0), name="share_not_negative"),
            models.CheckConstraint(condition=~Q(reason=""), name="share_has_its_reason"),
        ]
        indexes = [models.Index(fields=["programme", "year", "org"], name="share_of_union")]


class Statement(models.Model):
    """
    A figure that another office stated. `parts`: a list of ``{"name", "value"}``, values as text in the indicator's unit, which add up to
    `total`. `org`: the union whose part of the tree it is about. Its paper is a file of ``stated:<id>``. `withdrawn_at` null: it stands.
    """

    key = models.CharField(max_length=64, unique=True)
    programme = models.CharField(max_length=60)
    indicator = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    org = _down("organizations.OrgUnit")
    parts = models.JSONField()
    total = models.DecimalField(max_digits=16, decimal_places=2)
    source = models.CharField(max_length=300)
    stated_by = _down("accounts.Account")
    stated_at = models.DateTimeField()
    withdrawn_by = _down("accounts.Account", null=True)
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(source="") & Q(total__gte=0), name="statement_has_its_source"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, reason="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(reason=""),
                name="statement_withdrawn_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["programme", "year", "org"], name="statement_of_union")]
