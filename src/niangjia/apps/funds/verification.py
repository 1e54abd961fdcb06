"""What must always be true of money, checked against the tables: INV 5, 6 and 7. Reads only."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from django.db.models import Count, F, Q, Sum

from niangjia.apps.funds import caps, windows
from niangjia.apps.funds.content import content_digest
from niangjia.apps.funds.lifecycle import LIVING_PAYMENTS
from niangjia.apps.funds.models import (
    CapCounter,
    CapUse,
    GoodsGiven,
    GoodsItem,
    LedgerAccount,
    LedgerTransfer,
    Payment,
    PaymentBatch,
    Recovery,
    Reservation,
)
from niangjia.apps.funds.types import AccountKind, BatchState, CapUseRow, PaymentState, ReservationState, Violation
from niangjia.kernel.money import ZERO, show_yuan


def verify(files: Path | None = None) -> list[Violation]:
    """
    Every invariant of money that does not hold, in order of number; empty = all hold.

    `files`: the folder of bank files; a sealed batch's file there must have the recorded digest. A recorded file that is
    missing is a violation too: null = do not look at files.
    """
    return [*_ledger(), *_budgets(), *_caps(), *_batches(), *_files(files)]


def _ledger() -> Iterator[Violation]:
    """INV 5: per budget the balances sum to zero, each balance is the sum of its transfers."""
    moved: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for side, sign in (("debit_id", 1), ("credit_id", -1)):
        for account_id, total in LedgerTransfer.objects.order_by().values_list(side).annotate(total=Sum("amount")):
            moved[account_id] += sign * total
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for account in LedgerAccount.objects.order_by("pk"):
        sums[account.budget_id] += account.balance
        if account.balance != moved[account.pk]:
            yield Violation(
                "INV 5",
                f"account:{account.pk}",
                f"账户余额 {show_yuan(account.balance)} 不等于流水合计 {show_yuan(moved[account.pk])}",
                f"balance {show_yuan(account.balance)} is not the sum of its transfers {show_yuan(moved[account.pk])}",
            )
    for budget_id, total in sums.items():
        if total:
            yield Violation(
                "INV 5",
                f"budget:{budget_id}",
                f"借贷不平：差 {show_yuan(total)} 元",
                f"debits and credits differ by {show_yuan(total)}",
            )
    crossing = LedgerTransfer.objects.exclude(debit__budget=F("credit__budget")).values_list("pk", flat=True)
    for transfer_id in crossing:
        yield Violation("INV 5", f"transfer:{transfer_id}", "流水跨越了两个预算", "a transfer crosses two budgets")


def _by_budget(rows, amount: str = "amount") -> dict[int, Decimal]:
    return {budget_id: total for budget_id, total in rows.annotate(total=Sum(amount)) if total}


def _budgets() -> Iterator[Violation]:
    """INV 6: nothing below zero but the source; each account is what the rows of its kind add up to."""
    reserved = (ReservationState.RESERVED, ReservationState.RETURNED)
    waiting = _by_budget(Reservation.objects.filter(state__in=reserved).order_by().values_list("budget_id"))
    unsealed = Payment.objects.filter(state=PaymentState.PREPARED).order_by()
    for budget_id, total in _by_budget(unsealed.values_list("batch__budget_id")).items():
        waiting[budget_id] = waiting.get(budget_id, ZERO) + total
    stock: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for item in GoodsItem.objects.all():
        stock[item.budget_id] += item.stock * item.unit_price
    paid = _by_budget(Payment.objects.filter(state=PaymentState.SETTLED).order_by().values_list("batch__budget_id"))
    for budget_id, total in _by_budget(Recovery.objects.order_by().values_list("reservation__budget_id")).items():
        paid[budget_id] = paid.get(budget_id, ZERO) - total
    expected = {
        AccountKind.RESERVED: waiting,
        AccountKind.IN_TRANSIT: _by_budget(
            Payment.objects.filter(state=PaymentState.IN_TRANSIT).order_by().values_list("batch__budget_id")
        ),
        AccountKind.PAID: paid,
        AccountKind.GOODS_STOCK: stock,
        AccountKind.GOODS_GIVEN: _by_budget(GoodsGiven.objects.order_by().values_list("item__budget_id")),
    }
    for account in LedgerAccount.objects.order_by("pk"):
        kind = AccountKind(account.kind)
        if account.balance < 0 and kind != AccountKind.SOURCE:
            yield Violation("INV 6", f"account:{account.pk}", f"“{kind.label}”余额为负", f"{kind.value} is below zero")
        if kind in expected and account.balance != expected[kind].get(account.budget_id, ZERO):
            rows = show_yuan(expected[kind].get(account.budget_id, ZERO))
            yield Violation(
                "INV 6",
                f"account:{account.pk}",
                f"“{kind.label}”余额 {show_yuan(account.balance)} 与明细合计 {rows} 不符",
                f"{kind.value} holds {show_yuan(account.balance)}, its rows add up to {rows}",
            )


def _caps() -> Iterator[Violation]:
    """INV 6: a cap counter is what its living uses add up to, no window holds more than its uses were held to, what was cancelled holds nothing."""
    cancelled = Reservation.objects.filter(state=ReservationState.CANCELLED).values_list("pk", flat=True)
    gone = {f"reservation:{reservation_id}" for reservation_id in cancelled.iterator()}
    rows = CapUse.objects.filter(released_at__isnull=True).select_related("counter").order_by("counter_id", "pk")
    living: dict[int, list[CapUseRow]] = defaultdict(list)
    for use in rows.iterator(2000):
        living[use.counter_id].append(caps.as_row(use))
        if use.holder in gone:
            yield Violation(
                "INV 6", f"cap:{use.counter_id}", f"{use.holder} 已取消，限额未释放", f"{use.holder} is cancelled and still holds its cap"
            )  # fmt: skip
    for counter in CapCounter.objects.order_by("pk"):
        uses = living.get(counter.pk, [])
        if (counter.used_count, counter.used_amount) != (total := windows.total(uses)).as_pair():
            yield Violation(
                "INV 6",
                f"cap:{counter.pk}",
                f"限额已用数与使用记录不符（记录合计 {total.count} 次、{show_yuan(total.amount)} 元）",
                f"a cap counter differs from its uses ({total.count} times, {show_yuan(total.amount)} yuan)",
            )
        for holder in windows.broken(uses):
            yield Violation(
                "INV 6", f"cap:{counter.pk}", f"{holder} 使限额超限", f"{holder} holds more than its window allowed"
            )


def _batches() -> Iterator[Violation]:
    """INV 7: a reservation is in one living payment at most, and each batch is what its lines say; three persons acted."""
    twice = Reservation.objects.annotate(
        living=Count("payments", filter=Q(payments__state__in=LIVING_PAYMENTS))
    ).filter(living__gt=1)
    for reservation_id in twice.values_list("pk", flat=True):
        yield Violation(
            "INV 7",
            f"reservation:{reservation_id}",
            "同一笔预留有两笔有效付款",
            "one reservation has two living payments",
        )
    in_state = {
        ReservationState.BATCHED: (PaymentState.PREPARED, PaymentState.IN_TRANSIT),
        ReservationState.PAID: (PaymentState.SETTLED,),
    }
    for state, payment_states in in_state.items():
        mine = Payment.objects.filter(state__in=payment_states).values("reservation_id")
        lost = Reservation.objects.filter(Q(state=state) & ~Q(pk__in=mine) | Q(pk__in=mine) & ~Q(state=state))
        for reservation_id in lost.values_list("pk", flat=True):
            yield Violation(
                "INV 7",
                f"reservation:{reservation_id}",
                "预留状态与付款状态不符",
                "a reservation's state differs from its payment's",
            )
    orphans = Payment.objects.filter(state__in=LIVING_PAYMENTS).exclude(reservation__approved_by__isnull=False)
    for payment_id in orphans.values_list("pk", flat=True):
        yield Violation("INV 7", f"payment:{payment_id}", "付款未经审批", "a payment nobody approved")
    differing = Payment.objects.filter(~Q(amount=F("reservation__amount")) | ~Q(person=F("reservation__person")))
    for payment_id in differing.values_list("pk", flat=True):
        yield Violation(
            "INV 7", f"payment:{payment_id}", "付款与预留的人员或金额不符", "a payment differs from its reservation"
        )
    for batch in PaymentBatch.objects.exclude(state=BatchState.CANCELLED).order_by("pk").iterator():
        lines = list(batch.payments.exclude(state=PaymentState.REMOVED))
        total = sum((payment.amount for payment in lines), ZERO)
        if (len(lines), total) != (batch.line_count, batch.total) or content_digest(lines) != batch.content_sha256:
            yield Violation("INV 7", f"batch:{batch.pk}", "批次与明细不符", "a batch differs from its lines")
        is_sealed = batch.state in (BatchState.SEALED, BatchState.SENT, BatchState.SETTLED)
        actors = {batch.prepared_by_id, batch.approved_by_id, batch.sealed_by_id}
        if is_sealed and (None in actors or len(actors) != 3):
            yield Violation(
                "INV 7",
                f"batch:{batch.pk}",
                "编制、审批、付款不是三个人",
                "prepared, approved and paid by fewer than three persons",
            )


def _files(folder: Path | None) -> Iterator[Violation]:
    if folder is None:
        return
    for batch in PaymentBatch.objects.exclude(file_sha256="").order_by("pk"):
        file = folder / batch.file_name
        if not file.is_file():
            yield Violation(
                "INV 7",
                f"batch:{batch.pk}",
                f"银行文件 {batch.file_name} 不存在",
                f"bank file {batch.file_name} is missing",
            )
        elif hashlib.sha256(file.read_bytes()).hexdigest() != batch.file_sha256:
            yield Violation(
                "INV 7",
                f"batch:{batch.pk}",
                f"银行文件 {batch.file_name} 被改动",
                f"bank file {batch.file_name} was altered",
            )
    known = set(PaymentBatch.objects.exclude(file_sha256="").values_list("file_name", flat=True))
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.suffix != ".part" and file.name not in known:
            yield Violation(
                "INV 7",
                f"file:{file.name}",
                f"银行文件 {file.name} 不属于任何批次，切勿交给银行",
                f"bank file {file.name} belongs to no batch: do not give it to the bank",
            )
