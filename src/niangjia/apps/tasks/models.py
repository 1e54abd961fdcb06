"""Tables of tasks. No decisions here; what must never happen is a constraint."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from niangjia.apps.tasks.lifecycle import OWED, Origin, TaskState


def _down(to: str, **options) -> models.ForeignKey:
    """A key to a lower app: one way, and what a task points to cannot be deleted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


class Task(models.Model):
    """
    One task. `what`: what counts as done. `owner` null: it is on the board. `programme`, `measure`, `indicator`: of ``programs/targets``:
    the measure it serves and, where one is named, the indicator whose counted figure stands beside the progress; empty = none. `bids_until`: the last day of bidding; null = never on the board.
    `returned_at`: when it was last given back, null = never; evidence from before proves nothing. `told_soon_at`, `told_late_at`: when
    the owner was reminded of this due day, null = not yet.
    """

    number = models.CharField(max_length=24, unique=True)
    key = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=80)
    what = models.CharField(max_length=600)
    setter = _down("organizations.OrgUnit")
    owner = _down("organizations.OrgUnit", null=True)
    origin = models.CharField(max_length=14, choices=Origin)
    state = models.CharField(max_length=10, choices=TaskState, default=TaskState.OPEN)
    due_on = models.DateField()
    bids_until = models.DateField(null=True)
    programme = models.CharField(max_length=60, blank=True)
    measure = models.CharField(max_length=60, blank=True)
    indicator = models.CharField(max_length=60, blank=True)
    set_by = _down("accounts.Account")
    set_at = models.DateTimeField()
    reported_by = _down("accounts.Account", null=True)
    reported_on = models.DateField(null=True)
    no_evidence = models.CharField(max_length=300, blank=True)
    returned_at = models.DateTimeField(null=True)
    accepted_by = _down("accounts.Account", null=True)
    accepted_at = models.DateTimeField(null=True)
    told_soon_at = models.DateTimeField(null=True)
    told_late_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(owner__isnull=False) | Q(origin=Origin.BID), name="task_without_owner_is_on_the_board"),
            models.CheckConstraint(condition=Q(owner__isnull=False) | Q(state__in=[TaskState.OPEN, TaskState.WITHDRAWN]), name="task_on_the_board_has_not_begun"),
            models.CheckConstraint(condition=Q(origin=Origin.BID, bids_until__isnull=False) | ~Q(origin=Origin.BID) & Q(bids_until__isnull=True), name="task_of_the_board_has_its_day"),
            models.CheckConstraint(
                condition=Q(state=TaskState.DONE, accepted_by__isnull=False, reported_by__isnull=False) & ~Q(accepted_by=F("reported_by"))
                | ~Q(state=TaskState.DONE) & Q(accepted_by__isnull=True),
                name="task_accepted_by_another",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["owner", "state", "due_on"], name="task_of_owner"),
            models.Index(fields=["setter", "state", "due_on"], name="task_of_setter"),
            models.Index(
                fields=["due_on"], condition=Q(state__in=OWED, told_late_at__isnull=True), name="task_to_remind"
            ),
        ]


class Move(models.Model):
    """One step of a task, in order. `to`: the state after it. `changed`: before and after, by field, where its terms were changed."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="moves")
    step = models.CharField(max_length=10)
    to = models.CharField(max_length=10, choices=TaskState)
    reason = models.CharField(max_length=300, blank=True)
    changed = models.JSONField(default=dict)
    by = _down("accounts.Account", null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["task", "id"], name="task_moves")]


class Progress(models.Model):
    """What the owner says of how far it is."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="progress")
    key = models.CharField(max_length=64, unique=True)
    percent = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=300)
    by = _down("accounts.Account")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(percent__lte=100), name="task_progress_in_range")]


class Bid(models.Model):
    """A union offers to take a task of the board. One of each union; `withdrawn_at`, `picked_at` null: it stands."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="bids")
    org = _down("organizations.OrgUnit")
    plan = models.CharField(max_length=600)
    promised_on = models.DateField()
    by = _down("accounts.Account")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    picked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "org"], condition=Q(withdrawn_at__isnull=True), name="bid_one_a_union"),
            models.UniqueConstraint(fields=["task"], condition=Q(picked_at__isnull=False), name="bid_one_picked"),
            models.CheckConstraint(condition=Q(picked_at__isnull=True) | Q(withdrawn_at__isnull=True), name="bid_picked_stands"),
        ]  # fmt: skip
