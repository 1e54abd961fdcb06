"""Tables of work orders: the order as it stands, and every move that brought it there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from niangjia.apps.workorders.lifecycle import FINAL, MAX_RETURNS, OPEN, Action, OrderState
from niangjia.apps.workorders.types import OrderKind, Urgency


def _down(to: str, **options) -> models.ForeignKey:
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


class NumberSeries(models.Model):
    """The last number given out in a month. Numbers are unique, not gapless."""

    month = models.CharField(max_length=6, primary_key=True)  # 202310
    last_number = models.PositiveIntegerField(default=0)


class WorkOrder(models.Model):
    """
    One order. `org` holds it now; `verify_org` is where the visit is made. `step` is the number of its last move: whoever acts
    raises it by one in a conditional update, so that of two who act at once one wins.
    """

    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in OrderKind])
    month = models.CharField(max_length=7)
    subject_key = models.CharField(max_length=80)
    household = _down("registry.Household")
    person = _down("registry.Person")
    subject_person_ids = models.JSONField(default=list)
    org = _down("organizations.OrgUnit")
    verify_org = _down("organizations.OrgUnit")
    review_org = _down("organizations.OrgUnit")  # gets the answer back: the county union of the route
    route = models.JSONField(default=list)  # org ids, first holder first
    route_reasons = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=OrderState, default=OrderState.CREATED)
    step = models.PositiveIntegerField(default=1)
    cause_group = models.CharField(max_length=60)
    grade = models.CharField(max_length=20, blank=True)
    urgency = models.CharField(max_length=8, choices=[(urgency.value, urgency.value) for urgency in Urgency])
    questions = models.JSONField(default=list)
    origin = models.CharField(max_length=20, blank=True)
    limits = models.JSONField()  # working days by clock, as they were on the day of dispatch
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()  # of the whole order; moves only when the calendar of working days is changed
    clock = models.CharField(max_length=10, blank=True)  # lifecycle.Clock of the running step
    step_due_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)  # null = no reminder to come in this step
    escalate_at = models.DateTimeField(null=True)  # null = no escalation to come in this step
    escalated_org = _down("organizations.OrgUnit", null=True)  # the highest union told in this step
    assignee = _down("accounts.Account", null=True)
    verifier_ids = models.JSONField(default=list)  # accounts that visited, or recorded or submitted the visit
    excluded_ids = models.JSONField(default=list)  # accounts that stood aside: kin, same household
    reviewer = _down("accounts.Account", null=True)
    contact_try_count = models.PositiveSmallIntegerField(default=0)
    returned_count = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=20, blank=True)
    target_area = models.CharField(max_length=12, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = _down("accounts.Account", null=True)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_key", "kind"], condition=Q(state__in=OPEN), name="order_one_open"),
            models.UniqueConstraint(
                fields=["subject_key", "kind", "month"],
                condition=~Q(state=OrderState.CANCELLED),
                name="order_once_a_month",
            ),
            models.CheckConstraint(condition=Q(returned_count__lte=MAX_RETURNS), name="order_returned_twice_at_most"),
            models.CheckConstraint(
                condition=Q(state=OrderState.CLOSED, closed_at__isnull=False, closed_by__isnull=False)
                | (~Q(state=OrderState.CLOSED) & Q(closed_at__isnull=True, closed_by__isnull=True)),
                name="order_closed_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(state=OrderState.TRANSFERRED) & ~Q(target_area="")
                | ~Q(state=OrderState.TRANSFERRED) & Q(target_area=""),
                name="order_transferred_somewhere",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=FINAL)
                | Q(step_due_at__isnull=True, remind_at__isnull=True, escalate_at__isnull=True),
                name="order_final_has_no_clock",
            ),
        ]
        indexes = [
            models.Index(fields=["org", "state"], name="order_org_state"),
            models.Index(fields=["verify_org", "state"], name="order_verify_org_state"),
            # What counting open orders asks of them: a province's are counted from here, none is read.
            models.Index(
                fields=["state", "org", "verify_org", "step_due_at", "due_at", "clock", "assignee"],
                name="order_state_org_due",
            ),
            models.Index(fields=["remind_at"], condition=Q(remind_at__isnull=False), name="order_remind"),
            models.Index(fields=["escalate_at"], condition=Q(escalate_at__isnull=False), name="order_escalate"),
            models.Index(fields=["assignee", "state"], name="order_assignee"),
            models.Index(fields=["household"], name="order_household"),
        ]


class WorkOrderMove(models.Model):
    """One row per move: steps 1, 2, 3 … of an order. Never changed."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="moves")
    step = models.PositiveIntegerField()
    action = models.CharField(max_length=20, choices=[(action.value, action.value) for action in Action])
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12, choices=OrderState)
    from_org = _down("organizations.OrgUnit", null=True)
    to_org = _down("organizations.OrgUnit")
    actor = _down("accounts.Account", null=True)  # null = the system
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    was_late = models.BooleanField(null=True)  # of the step this move ended; null = it ended none
    detail = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "step"], name="move_once"),
            models.CheckConstraint(condition=Q(step__gte=1), name="move_from_one"),
            models.CheckConstraint(
                condition=Q(step=1, action=Action.DISPATCH) | ~Q(step=1) & ~Q(action=Action.DISPATCH),
                name="move_first_is_dispatch",
            ),
        ]
        indexes = [models.Index(fields=["from_org", "at"], name="move_from_org")]
