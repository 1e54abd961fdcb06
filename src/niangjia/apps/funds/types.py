"""What may leave the room: frozen facts about money. Amounts are yuan with two places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from niangjia.apps.funds.lifecycle import BatchState, PaymentState, RequestState, ReservationState

__all__ = [
    "AccountKind", "Balances", "BankLine", "BatchCard", "BatchState", "Cap", "CapUseRow", "HeldTo", "Outcome", "PaymentCard",
    "PaymentState", "ReceiptLine", "ReceiptReport", "RegisterRow", "RequestState", "ReservationCard", "ReservationState", "Subject",
    "SubjectKind", "Totals", "TransferKind", "Violation", "Window",
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
    RECOVER = "RECOVER", "追回"


class SubjectKind(TextChoices):
    """Whom a decision is about and the book counts for: the units of the vocabulary (``units.yaml``), in capitals."""

    PERSON = "PERSON", _("个人")
    HOUSEHOLD = "HOUSEHOLD", _("家庭")
    ENTERPRISE = "ENTERPRISE", _("企业")
    UNION = "UNION", _("工会")
    UNION_YEAR = "UNION_YEAR", _("工会年度")
    SITE = "SITE", _("阵地")
    PROJECT = "PROJECT", _("建设项目")
    NOMINATION = "NOMINATION", _("提名")
    ENROLMENT = "ENROLMENT", _("参保登记")
    TRIP = "TRIP", _("行程")
    LOAN = "LOAN", _("贷款")


@dataclass(frozen=True)
class BatchNote:
    """Of a batch: its number, the union whose budget pays, and each payment's id, person and state."""

    number: str
    org_id: int
    payees: tuple[tuple[int, int, PaymentState], ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """Who or what; `id` is that of the room that keeps it (the registry's for persons and households)."""

    kind: SubjectKind
    id: int


class Window(TextChoices):
    """Over what a cap counts. ROLLING_12_MONTHS: the twelve months that end with the day of the use, by the calendar."""

    YEAR = "YEAR", _("年度")
    ROLLING_12_MONTHS = "ROLLING_12_MONTHS", _("连续十二个月")
    EVENT = "EVENT", _("同一事件")
    LIFETIME = "LIFETIME", _("累计")


class Outcome(TextChoices):
    """What the bank says of one line."""

    PAID = "PAID", "成功"
    RETURNED = "RETURNED", "退回"


@dataclass(frozen=True, slots=True)
class Cap:
    """
    At most `count` times and at most `amount` yuan of `group` for one subject in `window`, whichever programme and union pays.

    `group` comes from the pack: programs that share a cap share the group, and so its use. None = that side is not limited.
    `day`: of the use; it says which year, and where the twelve months end. `event`: which event; EVENT asks for it.
    `share`: what of the amount counts here (a sub-budget's lines), yuan; None = all. `times`: 0 for money on top of a grant that
    was counted already.
    """

    group: str
    per: SubjectKind
    subject_id: int
    window: Window
    day: date
    event: str = ""
    count: int | None = None
    amount: Decimal | None = None
    share: Decimal | None = None
    times: int = 1

    @property
    def subject(self) -> Subject:
        return Subject(self.per, self.subject_id)


@dataclass(frozen=True, slots=True)
class HeldTo:
    """A limit that a use was held to when it was taken. None = that side was not limited."""

    window: Window
    count: int | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class CapUseRow:
    """
    One use of a cap as the book has it: what, for whom, when, out of whose money. `order`: of entering, for uses of one day.

    `times` is 0 for money on top; `amount` is below zero for money that came back. `program`: the pack's id, empty in rows from
    before it was kept. `payer_org_id`: the union whose fund it came from. `holder`: reservation:12, goods:5 or recovery:3.
    """

    order: int
    group: str
    subject: Subject
    day: date
    event: str
    times: int
    amount: Decimal
    held_to: tuple[HeldTo, ...]
    program: str
    payer_org_id: int | None
    payer_name: str
    holder: str
    taken_at: datetime | None
    released_at: datetime | None


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
class RecoveryCard:
    """One arrival of money that was had back."""

    at: datetime
    booked_by: int
    amount: Decimal


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
class LivingBudget:
    """A budget that still holds money (`balance`, yuan) or anything open; `batch_numbers`: batches under way; `collides`: see the query."""

    id: int
    purpose: str
    year: int
    balance: Decimal
    batch_numbers: tuple[str, ...]
    collides: bool


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
