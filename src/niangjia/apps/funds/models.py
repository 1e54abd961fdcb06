"""Tables of money. No decisions here; what must never happen is a constraint, or a trigger (migration 0002)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from niangjia.apps.funds.fields import YuanField
from niangjia.apps.funds.lifecycle import LIVING_PAYMENTS, BatchState, PaymentState, RequestState, ReservationState
from niangjia.apps.funds.types import AccountKind, Outcome, TransferKind


def _down(to: str, **options) -> models.ForeignKey:
    """A key to a lower app: one way, and what money points to cannot be deleted."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


class Budget(models.Model):
    """One row per union, purpose and year."""

    org = _down("organizations.OrgUnit")
    purpose = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    batch_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "purpose", "year"], name="budget_once")]


class FundRequest(models.Model):
    """Money put into a budget, or goods bought from it: asked by one, approved by another."""

    class Kind(models.TextChoices):
        ADD = "ADD", "追加预算"
        BUY_GOODS = "BUY_GOODS", "购置实物"

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=120, unique=True)
    amount = YuanField()
    item_name = models.CharField(max_length=60, blank=True)
    item_unit = models.CharField(max_length=10, blank=True)
    unit_price = YuanField(null=True)
    quantity = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.REQUESTED)
    requested_by = _down("accounts.Account")
    requested_at = models.DateTimeField()
    approved_by = _down("accounts.Account", null=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="request_amount_above_zero"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")), name="request_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.APPROVED, approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(state=RequestState.APPROVED) & Q(approved_by__isnull=True, approved_at__isnull=True)),
                name="request_approved_by_someone",
            ),
        ]


class LedgerAccount(models.Model):
    """One row per budget and place of its money. `balance` = debits − credits, kept by the same transaction."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="accounts")
    kind = models.CharField(max_length=20, choices=AccountKind)
    balance = YuanField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["budget", "kind"], name="account_once"),
            models.CheckConstraint(
                condition=Q(kind=AccountKind.SOURCE) | Q(balance__gte=0), name="balance_not_below_zero"
            ),
        ]


class LedgerTransfer(models.Model):
    """`amount` left the account `credit` and came to `debit`. Append-only: triggers refuse change and deletion."""

    debit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="credits")
    amount = YuanField()
    kind = models.CharField(max_length=12, choices=TransferKind)
    key = models.CharField(max_length=140, unique=True)
    made_by = _down("accounts.Account", null=True)  # null = the system, serving the queue
    at = models.DateTimeField()
    memo = models.CharField(max_length=300, blank=True)
    case_ref = models.CharField(max_length=120, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_amount_above_zero"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_between_two"),
        ]


class CapCounter(models.Model):
    """
    One row per cap group and subject: what its living uses add up to. `turn` rises with every change, by a conditional update:
    two who looked at the same book are decided by the database.
    """

    group = models.CharField(max_length=80)
    per = models.CharField(max_length=20)  # SubjectKind
    subject_id = models.BigIntegerField()
    used_count = models.PositiveIntegerField(default=0)
    used_amount = YuanField(default=0)
    turn = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "per", "subject_id"], name="cap_counter_once"),
            models.CheckConstraint(condition=Q(used_amount__gte=0), name="cap_used_not_below_zero"),
        ]
        indexes = [models.Index(fields=["per", "subject_id"], name="cap_counter_subject")]


class CapUse(models.Model):
    """
    What one reservation, gift or recovery took from a counter; given back when `released_at` is set. `day` is the day it counts
    on, which may lie before it was entered. `held_to`: [window, count, yuan as text] of each limit it was held to. `corrects`: the use
    of which this money came back.
    """

    counter = models.ForeignKey(CapCounter, on_delete=models.PROTECT, related_name="uses")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    holder = models.CharField(max_length=140)  # reservation:12, goods:5 or recovery:3
    day = models.DateField()
    event = models.CharField(max_length=120, blank=True)
    times = models.SmallIntegerField(default=1)
    amount = YuanField()
    held_to = models.JSONField(default=list)
    program = models.CharField(max_length=80, blank=True)
    payer = _down("organizations.OrgUnit", null=True)
    taken_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["counter", "holder"], name="cap_use_once"),
            models.CheckConstraint(condition=Q(times__gte=-1, times__lte=1), name="cap_use_once_a_time"),
        ]
        indexes = [
            models.Index(fields=["holder"], name="cap_use_holder"),
            models.Index(fields=["counter", "day"], name="cap_use_day"),
        ]


class Reservation(models.Model):
    """Money set aside for one benefit line of one case. Amount and person never change; cancel and reserve anew."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="reservations")
    case_ref = models.CharField(max_length=120)
    person = _down("registry.Person")
    household = _down("registry.Household", null=True)
    amount = YuanField()
    state = models.CharField(max_length=10, choices=ReservationState)
    case_officer_ids = models.JSONField(default=list)  # accounts that verified or reviewed the case
    program = models.CharField(max_length=80, blank=True)
    decision_ref = models.CharField(max_length=40, blank=True)  # the decision it carries out, as its room names it
    requested_by = _down("accounts.Account")
    requested_at = models.DateTimeField()
    approved_by = _down("accounts.Account", null=True)
    approved_at = models.DateTimeField(null=True)
    served_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["budget", "state"], name="reservation_budget_state"),
            models.Index(fields=["decision_ref"], name="reservation_decision"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case_ref"],
                condition=~Q(state=ReservationState.CANCELLED),
                name="reservation_once_per_case_line",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="reservation_amount_above_zero"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")), name="reservation_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="reservation_approved_together",
            ),
        ]


class PaymentBatch(models.Model):
    """One bank file's worth of payments from one budget. `content_sha256` is over its lines, `file_sha256` over the file."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="batches")
    number = models.CharField(max_length=30, unique=True)
    key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.PREPARED)
    line_count = models.PositiveIntegerField()
    total = YuanField()
    content_sha256 = models.CharField(max_length=64)
    prepared_by = _down("accounts.Account")
    prepared_at = models.DateTimeField()
    approved_by = _down("accounts.Account", null=True)
    approved_at = models.DateTimeField(null=True)
    sealed_by = _down("accounts.Account", null=True)
    sealed_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=120, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by")), name="batch_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(sealed_by__isnull=True)
                | (~Q(sealed_by=F("prepared_by")) & ~Q(sealed_by=F("approved_by")) & Q(approved_by__isnull=False)),
                name="batch_payer_is_a_third",
            ),
            models.CheckConstraint(
                condition=Q(file_name="", file_sha256="")
                | (~Q(file_name="") & ~Q(file_sha256="") & Q(sealed_at__isnull=False)),
                name="batch_file_after_seal",
            ),
        ]


class Payment(models.Model):
    """One line of one batch. `repays` = the returned payment this one makes good, at most once."""

    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="payments")
    line = models.PositiveIntegerField()
    reference = models.CharField(max_length=40, unique=True)
    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, related_name="payments")
    person = _down("registry.Person")
    amount = YuanField()
    state = models.CharField(max_length=10, choices=PaymentState, default=PaymentState.PREPARED)
    repays = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="repaid_by")
    account_mark = models.CharField(max_length=64, blank=True)  # blind index of the bank account paid to
    returned_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="payment_line_once"),
            models.UniqueConstraint(
                fields=["reservation"], condition=Q(state__in=LIVING_PAYMENTS), name="payment_one_living"
            ),
            models.UniqueConstraint(
                fields=["repays"], condition=~Q(state=PaymentState.REMOVED), name="payment_repaid_once"
            ),
        ]


class ReceiptEntry(models.Model):
    """One line of a bank's answer as it came; nothing that came is dropped. The same line twice is one row."""

    class State(models.TextChoices):
        APPLIED = "APPLIED", "已入账"
        NOTED = "NOTED", "已记录"  # true but changes nothing: paid, after it was known to have come back
        UNMATCHED = "UNMATCHED", "未匹配"
        AMOUNT_DIFFERS = "AMOUNT_DIFFERS", "金额不符"
        CLOSED = "CLOSED", "人工处理"

    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="receipts")
    key = models.CharField(max_length=64, unique=True)
    reference = models.CharField(max_length=120)
    amount = YuanField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    entry_date = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=16, choices=State)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="receipts")
    received_at = models.DateTimeField()
    closed_by = _down("accounts.Account", null=True)
    closed_at = models.DateTimeField(null=True)
    closing_note = models.CharField(max_length=300, blank=True)


class GoodsItem(models.Model):
    """Goods bought from one budget at one price. `stock` is pieces on the shelf."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="goods")
    name = models.CharField(max_length=60)
    unit = models.CharField(max_length=10)
    unit_price = YuanField()
    stock = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["budget", "name", "unit", "unit_price"], name="goods_item_once"),
            models.CheckConstraint(condition=Q(stock__gte=0), name="goods_stock_not_below_zero"),
            models.CheckConstraint(condition=Q(unit_price__gt=0), name="goods_price_above_zero"),
        ]


class GoodsGiven(models.Model):
    """Goods handed to one worker. `amount` = quantity × unit price, exact to the cent."""

    item = models.ForeignKey(GoodsItem, on_delete=models.PROTECT, related_name="gifts")
    key = models.CharField(max_length=120, unique=True)
    case_ref = models.CharField(max_length=120)
    person = _down("registry.Person")
    household = _down("registry.Household", null=True)
    quantity = models.PositiveIntegerField()
    amount = YuanField()
    given_by = _down("accounts.Account")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="goods_quantity_above_zero")]


class Recovery(models.Model):
    """Money of one reservation that was paid out and came back into the fund: what was paid too much."""

    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, related_name="recoveries")
    key = models.CharField(max_length=120, unique=True)
    amount = YuanField()
    reason = models.CharField(max_length=300)
    received_by = _down("accounts.Account")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="recovery_amount_above_zero")]
