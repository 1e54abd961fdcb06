"""Tables of assessments and rounds. No decisions here; what must never happen is a constraint."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


def _down(to: str, **options) -> models.ForeignKey:
    """A key to a lower app: one way, and what is pointed to cannot be deleted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


class Publication(models.Model):
    """
    A sheet as published by one union. `run`: the roll-up it rests on, kept; empty = none. `rules`: what each item says and counts; `figures`: values as text by union and item, null = not known; `adjusted`:
    points as text by union; `points`: what followed, by union and item, null = not scored. At most one of a sheet and union stands.
    """

    sheet = models.CharField(max_length=40)
    org = _down("organizations.OrgUnit")
    state = models.CharField(max_length=10)
    as_of = models.DateTimeField()
    run = models.CharField(max_length=40, blank=True)
    rules = models.JSONField()
    figures = models.JSONField()
    adjusted = models.JSONField()
    points = models.JSONField()
    published_by = _down("accounts.Account")
    published_at = models.DateTimeField()
    withdrawn_by = _down("accounts.Account", null=True)
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "org"], condition=Q(state="PUBLISHED"), name="one_publication_stands"
            ),
            models.CheckConstraint(
                condition=Q(state="PUBLISHED", withdrawn_by__isnull=True, reason="")
                | Q(state="WITHDRAWN", withdrawn_by__isnull=False, withdrawn_at__isnull=False) & ~Q(reason=""),
                name="publication_withdrawn_for_a_reason",
            ),
        ]


class Adjustment(models.Model):
    """Extra points, or points taken, of one union; counts once a second person has confirmed it. Its evidence: files of ``adjusted:<id>``."""

    key = models.CharField(max_length=64, unique=True)
    sheet = models.CharField(max_length=40)
    assessor = _down("organizations.OrgUnit")
    org = _down("organizations.OrgUnit")
    points = models.DecimalField(max_digits=6, decimal_places=2)
    reason = models.CharField(max_length=300)
    proposed_by = _down("accounts.Account")
    proposed_at = models.DateTimeField()
    confirmed_by = _down("accounts.Account", null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason="") & ~Q(points=0), name="adjustment_has_its_reason"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="adjustment_second_person",
            ),
        ]


class Round(models.Model):
    """A round of supervision. `seed` empty: its unions were listed; `population`: codes that were drawn from; `chosen`: who was."""

    key = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=80)
    about = models.CharField(max_length=500)
    org = _down("organizations.OrgUnit")
    seed = models.CharField(max_length=64, blank=True)
    population = models.JSONField(default=list)
    chosen = models.JSONField()
    made_by = _down("accounts.Account")
    made_at = models.DateTimeField()


class Look(models.Model):
    """One union of a round. `result` empty: nobody looked yet. Its evidence: files of ``look:<id>``."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="looks")
    org = _down("organizations.OrgUnit")
    note = models.CharField(max_length=500, blank=True)
    result = models.CharField(max_length=12, blank=True)
    looked_by = _down("accounts.Account", null=True)
    looked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "org"], name="one_look_a_round")]


class Correction(models.Model):
    """What a look asks to be put right. How far it is, by when and with which evidence is told by its task, and nowhere else."""

    look = models.ForeignKey(Look, on_delete=models.PROTECT, related_name="corrections")
    task = models.OneToOneField("tasks.Task", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
