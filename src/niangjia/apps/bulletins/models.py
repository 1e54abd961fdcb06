"""Tables of bulletins. No decisions here; what must never happen is a constraint."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


def _down(to: str, **options) -> models.ForeignKey:
    """A key to a lower app: one way, and what a bulletin points to cannot be deleted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


class Register(models.Model):
    """The last number that a union gave in a year: whoever issues waits here for whoever issues before."""

    org = _down("organizations.OrgUnit")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "year"], name="one_register_a_year")]


class Bulletin(models.Model):
    """
    `content`: title, addressees and blocks as of `version`; `figures` and `tables` as counted at `as_of`. `pinned`: the text as it was
    issued, figures in place, block by block; null before.
    """

    key = models.CharField(max_length=64, unique=True)
    org = _down("organizations.OrgUnit")
    kind = models.CharField(max_length=60)
    period = models.CharField(max_length=10)
    mark = models.CharField(max_length=30)
    state = models.CharField(max_length=12)
    content = models.JSONField()
    figures = models.JSONField()
    tables = models.JSONField()
    as_of = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    year = models.PositiveSmallIntegerField(null=True)
    number = models.PositiveIntegerField(null=True)
    pinned = models.JSONField(null=True)
    drafted_by = _down("accounts.Account")
    drafted_at = models.DateTimeField()
    edited_by = _down("accounts.Account")
    reviewed_by = _down("accounts.Account", null=True)
    issued_by = _down("accounts.Account", null=True)
    issued_at = models.DateTimeField(null=True)
    withdrawn_by = _down("accounts.Account", null=True)
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "year", "number"], name="bulletin_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=("DRAFT", "REVIEWED"), number__isnull=True, issued_by__isnull=True, issued_at__isnull=True)
                | Q(state__in=("ISSUED", "WITHDRAWN"), number__isnull=False, year__isnull=False, issued_by__isnull=False, issued_at__isnull=False, pinned__isnull=False),
                name="bulletin_issued_with_number",
            ),
            models.CheckConstraint(condition=Q(issued_by__isnull=True) | ~Q(issued_by=models.F("drafted_by")), name="bulletin_by_two"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) & ~Q(state="WITHDRAWN") | Q(withdrawn_at__isnull=False, state="WITHDRAWN") & ~Q(reason=""),
                name="bulletin_withdrawn_for_a_reason",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["org", "state"], name="bulletin_of_union")]


class Revision(models.Model):
    """One edit, whole. Never changed. `note`: why figures were changed."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.PROTECT, related_name="revisions")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    by = _down("accounts.Account")
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulletin", "version"], name="revision_once")]
