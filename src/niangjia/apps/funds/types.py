"""What may leave the room: frozen facts about money. Amounts are yuan with two places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import TextChoices

from niangjia.apps.funds.lifecycle import BatchState, PaymentState, RequestState, ReservationState

__all__ = [
    "AccountKind", "Balances", "BankLine", "BatchCard", "BatchState", "Cap", "Per", "Outcome", "PaymentCard", "PaymentState",
    "ReceiptLine",
    "ReceiptReport", "RegisterRow", "RequestState", "ReservationCard", "ReservationState", "Totals", "TransferKind", "Violation",
]  # fmt: skip


class AccountKind(TextChoices):
    """Where the money of one budget is. SOURCE runs below zero: minus everything ever put in."""

    SOURCE = "BUDGET_SOURCE", "预算来源"
    AVAILABLE = "AVAILABLE", "可用"
    RESERVED = "RESERVED", "预留"
    IN_TRANSIT = "IN_TRANSIT", "在途"
    PAID = "PAID", "已付"
    GOODS_STOCK = "GOODS_STOCK", "库存实物"
    GOODS_GIVEN = "GOODS_GIVEN", "已发实物"


class TransferKind(TextChoices):
    BUDGET = "BUDGET", "下达预算"
    RESERVE = "RESERVE", "预留"
    RELEASE = "RELEASE", "释放"
    SEND = "SEND", "拨付"
    SETTLE = "SETTLE", "到账"
    BOUNCE = "BOUNCE", "退回"
    RECALL = "RECALL", "到账后退回"
    BUY_GOODS = "BUY_GOODS", "购置实物"
    GIVE_GOODS = "GIVE_GOODS", "发放实物"


class Per(TextChoices):
    PERSON = "PERSON", "每人"
    HOUSEHOLD = "HOUSEHOLD", "每户"


class Outcome(TextChoices):
    """What the bank says of one line."""

    PAID = "PAID", "成功"
    RETURNED = "RETURNED", "退回"


@dataclass(frozen=True, slots=True)
class Cap:
    """
    At most `count` times and at most `amount` yuan for one person or household in `year`, over everything that names `group`.

    `group` comes from the pack: programs that share a cap share the group. None = that side is not limited.
    """

    group: str
    per: Per
    year: int
    count: int | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ReservationCard:
    id: int
    case_ref: str
    person_id: int
    household_id: int | None
    amount: Decimal
    state: ReservationState
    budget_id: int
    is_approved: bool
    requested_by: int
    approved_by: int | None
    queue_place: int | None  # 1 = served next; null when not queued


@dataclass(frozen=True, slots=True)
class BatchCard:
    id: int
    number: str
    budget_id: int
    state: BatchState
    line_count: int
    total: Decimal
    prepared_by: int
    approved_by: int | None
    sealed_by: int | None
    sealed_at: datetime | None
    file_name: str
    file_sha256: str  # empty until the bank file was recorded
    settled_count: int
    settled_total: Decimal
    returned_count: int
    returned_total: Decimal


@dataclass(frozen=True, slots=True)
class PaymentCard:
    """One payment. Null instants: not sealed, not settled, never returned."""

    id: int
    batch_id: int
    batch_number: str
    reference: str
    reservation_id: int
    case_ref: str
    person_id: int
    amount: Decimal
    purpose: str
    state: PaymentState
    sealed_at: datetime | None
    settled_at: datetime | None
    returned_at: datetime | None
    return_reason: str
    account_mark: str  # of the account approved, then paid to; empty before


@dataclass(frozen=True, slots=True)
class BankLine:
    """One payment as the bank file needs it, without the account: the job joins that from the registry."""

    payment_id: int
    line: int
    reference: str
    person_id: int
    amount: Decimal
    account_mark: str


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line of the bank's answer. `reference` is ours, from the file sent; `entry_date` the bank's own day."""

    reference: str
    amount: Decimal
    outcome: Outcome
    entry_date: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptReport:
    """Counts of lines: settled + returned + repeated + queued = lines given. `queued` ids are in the repair queue."""

    settled_count: int
    returned_count: int
    repeated_count: int
    queued_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Balances:
    """Of one budget, yuan. total = available + reserved + in_transit + paid + goods_stock + goods_given."""

    budget_id: int
    org_id: int
    org_name: str
    purpose: str
    year: int
    total: Decimal
    available: Decimal
    reserved: Decimal
    in_transit: Decimal
    paid: Decimal
    goods_stock: Decimal
    goods_given: Decimal
    queued_count: int
    queued_total: Decimal


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One row per payment that left, or goods handed over. `is_goods` rows have no batch."""

    on: date
    case_ref: str
    person_id: int
    household_id: int | None
    purpose: str
    year: int
    is_goods: bool
    what: str
    amount: Decimal
    state: str
    batch_number: str
    budget_id: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Yuan that reached workers, over the rows of the register: settled money, goods handed over, both."""

    money: Decimal
    goods: Decimal
    total: Decimal
    payment_count: int
    goods_count: int
    person_count: int


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be so, is so. `invariant` is the number in docs: INV 5, INV 6, INV 7."""

    invariant: str
    object: str
    zh: str
    en: str
