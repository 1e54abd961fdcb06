"""Reads: balances, the register 台账, queues, batches; and `verify`, which checks what must always be true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter
from zoneinfo import ZoneInfo

from django.db.models import CharField, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.funds import caps, counted, hands, windows
from niangjia.apps.funds.ledger import CHUNK
from niangjia.apps.funds.models import (
    Budget,
    CapUse,
    FundRequest,
    GoodsGiven,
    GoodsItem,
    LedgerAccount,
    Payment,
    PaymentBatch,
    ReceiptEntry,
    Recovery,
    Reservation,
)
from niangjia.apps.funds.problems import NotFound
from niangjia.apps.funds.types import (
    AccountKind,
    Balances,
    BankLine,
    BatchCard,
    BatchNote,
    BatchState,
    Cap,
    CapUseRow,
    LivingBudget,
    PaymentCard,
    PaymentState,
    RecoveryCard,
    RegisterRow,
    RequestState,
    ReservationCard,
    ReservationState,
    Subject,
    Totals,
)
from niangjia.apps.funds.verification import verify
from niangjia.apps.funds.windows import Book, Used
from niangjia.apps.organizations import scope
from niangjia.kernel import looking
from niangjia.kernel.money import ZERO
from niangjia.kernel.reading import Pages

__all__ = ["Book", "Used", "verify", "hands"]
given_to_count, budgets_to_count = counted.given, counted.budgets

_HERE = ZoneInfo("Asia/Shanghai")


def find_budget(org_path: str, purpose: str, year: int) -> Budget | None:
    """The nearest budget at or above the union `org_path`; to read only."""
    if not org_path:
        return None
    ids = [int(part) for part in org_path.split("/") if part]
    budgets = {
        budget.org_id: budget
        for budget in Budget.objects.select_related("org").filter(org_id__in=ids, purpose=purpose, year=year)
    }
    return next((budgets[org_id] for org_id in reversed(ids) if org_id in budgets), None)


def get_budget_id(*, org_id: int, purpose: str, year: int) -> int:
    """Raises NotFound."""
    found = Budget.objects.filter(org_id=org_id, purpose=purpose, year=year).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound("预算", "budget", f"{purpose} {year}")
    return found


def reservation_card(row: Reservation) -> ReservationCard:
    place = None
    if row.state == ReservationState.QUEUED:
        place = Reservation.objects.filter(
            budget_id=row.budget_id, state=ReservationState.QUEUED, pk__lte=row.pk
        ).count()
    return ReservationCard(
        id=row.pk,
        case_ref=row.case_ref,
        person_id=row.person_id,
        household_id=row.household_id,
        amount=row.amount,
        state=ReservationState(row.state),
        budget_id=row.budget_id,
        is_approved=row.approved_by_id is not None,
        requested_by=row.requested_by_id,
        approved_by=row.approved_by_id,
        queue_place=place,
    )


def get_reservation(reservation_id: int) -> ReservationCard:
    """Without scope: for the case that owns it. Raises NotFound."""
    row = Reservation.objects.filter(pk=reservation_id).first()
    if row is None:
        raise NotFound("预留", "reservation", reservation_id)
    return reservation_card(row)


def find_reservation(case_ref: str) -> ReservationCard | None:
    """The living reservation of a case line, else the last cancelled one. Without scope: for the case that owns it."""
    rows = Reservation.objects.filter(case_ref=case_ref)
    row = rows.exclude(state=ReservationState.CANCELLED).first() or rows.order_by("-pk").first()
    return reservation_card(row) if row else None


def reservation_states(case_refs: Iterable[str]) -> dict[str, ReservationState]:
    """State of the living reservation by case line; lines without one are left out. One query: for lists of cases."""
    rows = Reservation.objects.filter(case_ref__in=list(case_refs)).exclude(state=ReservationState.CANCELLED)
    return {case_ref: ReservationState(state) for case_ref, state in rows.values_list("case_ref", "state")}


def arrived_at(reservation: str) -> Subquery:
    """When the money of the reservation in that column arrived, null = not, or it came back: to be read along with something else."""
    return Subquery(
        Payment.objects.filter(reservation=OuterRef(reservation), state=PaymentState.SETTLED).values("settled_at")[:1]
    )


def list_payments_to(person_ids: Iterable[int]) -> list[PaymentCard]:
    """Payments to these persons, oldest first, in one query. Without scope: for the household's page, and the person's own."""
    rows = Payment.objects.exclude(state=PaymentState.REMOVED).filter(person_id__in=set(person_ids))
    return [_payment_card(row) for row in rows.select_related("batch", "reservation__budget").order_by("pk")]


def list_payments(viewer: Viewer, payment_ids: Iterable[int]) -> list[PaymentCard]:
    """Those out of budgets that the viewer sees; one query. Raises NotAllowed."""
    rows = Payment.objects.filter(batch__budget__in=_budgets(viewer), pk__in=set(payment_ids))
    return [_payment_card(row) for row in rows.select_related("batch", "reservation__budget").order_by("pk")]


def list_batch_payments(viewer: Viewer, batch_id: int) -> list[PaymentCard]:
    """Every line of a batch, also removed ones, in order. Raises NotFound."""
    _require_batch(viewer, batch_id)
    rows = Payment.objects.filter(batch_id=batch_id).select_related("batch", "reservation__budget").order_by("line")
    return [_payment_card(row) for row in rows]


def _payment_card(row: Payment) -> PaymentCard:
    return PaymentCard(
        id=row.pk,
        batch_id=row.batch_id,
        batch_number=row.batch.number,
        reference=row.reference,
        reservation_id=row.reservation_id,
        case_ref=row.reservation.case_ref,
        person_id=row.person_id,
        amount=row.amount,
        purpose=row.reservation.budget.purpose,
        state=PaymentState(row.state),
        sealed_at=row.batch.sealed_at,
        settled_at=row.settled_at,
        returned_at=row.returned_at,
        return_reason=row.return_reason,
        account_mark=row.account_mark,
    )


def _budgets(viewer: Viewer, *, year: int | None = None, purpose: str = "") -> QuerySet[Budget]:
    permissions.require(viewer, "funds.view")
    rows = scope.within(Budget.objects.select_related("org"), viewer.org_path, "org__path")
    if year is not None:
        rows = rows.filter(year=year)
    return rows.filter(purpose=purpose) if purpose else rows


def list_balances(viewer: Viewer, *, year: int | None = None, purpose: str = "") -> list[Balances]:
    """Budgets of the viewer's part of the tree, by year (latest first), union, purpose."""
    waiting = (
        Reservation.objects.filter(budget=OuterRef("pk"), state=ReservationState.QUEUED).order_by().values("budget")
    )
    budgets = list(
        _budgets(viewer, year=year, purpose=purpose)
        .annotate(**{kind.name: Sum("accounts__balance", filter=Q(accounts__kind=kind)) for kind in AccountKind})
        .annotate(
            queued_count=Subquery(waiting.annotate(count=Count("pk")).values("count")),
            queued_total=Subquery(waiting.annotate(total=Sum("amount")).values("total")),
        )
        .order_by("-year", "org__path", "purpose")
    )
    held = {budget.pk: {kind: vars(budget)[kind.name] or ZERO for kind in AccountKind} for budget in budgets}
    return [
        Balances(
            budget_id=budget.pk,
            org_id=budget.org_id,
            org_name=budget.org.name,
            purpose=budget.purpose,
            year=budget.year,
            total=-held[budget.pk][AccountKind.SOURCE],
            available=held[budget.pk][AccountKind.AVAILABLE],
            reserved=held[budget.pk][AccountKind.RESERVED],
            in_transit=held[budget.pk][AccountKind.IN_TRANSIT],
            paid=held[budget.pk][AccountKind.PAID],
            goods_stock=held[budget.pk][AccountKind.GOODS_STOCK],
            goods_given=held[budget.pk][AccountKind.GOODS_GIVEN],
            queued_count=vars(budget)["queued_count"] or 0,
            queued_total=vars(budget)["queued_total"] or ZERO,
        )
        for budget in budgets
    ]


def list_register(viewer: Viewer, *, year: int, purpose: str = "", state: str = "") -> Pages[RegisterRow]:
    """
    The register 台账 of a budget year: every payment that left and every gift, the latest first.

    A payment stands with its present state: a returned one stays in the list, and its repayment is a row of its own.
    """
    budgets = _budgets(viewer, year=year, purpose=purpose)
    payments = Payment.objects.filter(batch__budget__in=budgets, batch__sealed_at__isnull=False).exclude(
        state=PaymentState.REMOVED
    )
    gifts = GoodsGiven.objects.filter(item__budget__in=budgets)
    if state:
        payments = payments.filter(state=state)
        gifts = gifts if state == PaymentState.SETTLED else gifts.none()
    found = payments.values_list("batch__sealed_at", "pk", Value(0, IntegerField()))
    found = found.union(gifts.values_list("given_at", "pk", Value(1, IntegerField())), all=True)
    return Pages(found.order_by("-batch__sealed_at", "-pk"), _register_rows)


def _register_rows(found: Sequence[tuple[datetime, int, int]]) -> list[RegisterRow]:
    """`found`: when, the id, and 1 for a gift."""
    payments = Payment.objects.select_related("batch__budget", "reservation").in_bulk(
        [pk for _, pk, is_goods in found if not is_goods]
    )
    gifts = GoodsGiven.objects.select_related("item__budget").in_bulk([pk for _, pk, is_goods in found if is_goods])
    return [_gift_row(gifts[pk]) if is_goods else _payment_row(payments[pk], at) for at, pk, is_goods in found]


def _payment_row(payment: Payment, sealed_at: datetime) -> RegisterRow:
    return RegisterRow(
        on=sealed_at.astimezone(_HERE).date(),
        case_ref=payment.reservation.case_ref,
        person_id=payment.person_id,
        household_id=payment.reservation.household_id,
        purpose=payment.batch.budget.purpose,
        year=payment.batch.budget.year,
        is_goods=False,
        what="",
        amount=payment.amount,
        state=payment.state,
        batch_number=payment.batch.number,
        budget_id=payment.batch.budget_id,
    )


def _gift_row(gift: GoodsGiven) -> RegisterRow:
    return RegisterRow(
        on=gift.given_at.astimezone(_HERE).date(),
        case_ref=gift.case_ref,
        person_id=gift.person_id,
        household_id=gift.household_id,
        purpose=gift.item.budget.purpose,
        year=gift.item.budget.year,
        is_goods=True,
        what=f"{gift.item.name} {gift.quantity}{gift.item.unit}",
        amount=gift.amount,
        state=PaymentState.SETTLED,
        batch_number="",
        budget_id=gift.item.budget_id,
    )


def totals(viewer: Viewer, *, year: int, purpose: str = "") -> Totals:
    """What reached workers in a budget year: settled payments, less what came back of them, and goods handed over."""
    budgets = _budgets(viewer, year=year, purpose=purpose)
    payments = Payment.objects.filter(batch__budget__in=budgets, state=PaymentState.SETTLED)
    gifts = GoodsGiven.objects.filter(item__budget__in=budgets)
    back = Recovery.objects.filter(reservation__budget__in=budgets)
    persons = Count("person_id", distinct=True)
    others = Count("person_id", distinct=True, filter=~Q(person_id__in=payments.order_by().values("person_id")))
    sums = [
        rows.order_by().values(what=Value(what)).annotate(total=Sum("amount"), count=Count("pk"), persons=who)
        for what, rows, who in (("paid", payments, persons), ("given", gifts, others), ("back", back, Value(0)))
    ]
    rows = sums[0].union(*sums[1:], all=True).values_list("what", "total", "count", "persons")
    found = {what: (total or ZERO, count, persons) for what, total, count, persons in rows}
    (paid, paid_count, paid_to), (given, given_count, given_to), (returned, *_) = (
        found.get(what, (ZERO, 0, 0)) for what in ("paid", "given", "back")
    )
    money = paid - returned
    return Totals(money, given, money + given, paid_count, given_count, paid_to + given_to)


def list_queue(viewer: Viewer, *, budget_id: int | None = None) -> list[ReservationCard]:
    """Reservations waiting for money, first served first."""
    rows = Reservation.objects.filter(budget__in=_budgets(viewer), state=ReservationState.QUEUED)
    if budget_id is not None:
        rows = rows.filter(budget_id=budget_id)
    return [reservation_card(row) for row in rows.order_by("budget_id", "pk")]


def list_reservations(
    viewer: Viewer, *, budget_id: int, state: str = "", is_approved: bool | None = None
) -> list[ReservationCard]:
    """Reservations of one budget in order of arrival."""
    rows = Reservation.objects.filter(budget__in=_budgets(viewer).filter(pk=budget_id))
    if state:
        rows = rows.filter(state=state)
    if is_approved is not None:
        rows = rows.filter(approved_by__isnull=not is_approved)
    return [reservation_card(row) for row in rows.order_by("pk")]


def count_payable(budget_ids: Iterable[int]) -> dict[int, int]:
    """By budget, the approved reservations that the next `prepare_batch` would take; a budget with none is not named."""
    waiting = Reservation.objects.filter(
        budget_id__in=list(budget_ids), state=ReservationState.RESERVED, approved_by__isnull=False
    )
    return dict(waiting.values_list("budget_id").annotate(count=Count("pk")).order_by())


def count_waiting(budget_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """By budget, what the next `prepare_batch` would take, and what the bank sent back and nobody has paid again; in one question."""
    waiting = Reservation.objects.filter(budget_id__in=list(budget_ids)).order_by().values_list("budget_id")
    payable = Count("pk", filter=Q(state=ReservationState.RESERVED, approved_by__isnull=False))
    returned = Count("pk", filter=Q(state=ReservationState.RETURNED))
    return {budget_id: (ready, back) for budget_id, ready, back in waiting.annotate(ready=payable, back=returned)}


def batch_card(row: PaymentBatch) -> BatchCard:
    return _batch_cards([row])[0]


def _batch_cards(rows: Sequence[PaymentBatch]) -> list[BatchCard]:
    """Each batch with what the bank has said about it so far."""
    done: dict[tuple[int, str], tuple[int, Decimal]] = {
        (batch_id, state): (count, total)
        for batch_id, state, count, total in Payment.objects.filter(
            batch_id__in=[row.pk for row in rows], state__in=(PaymentState.SETTLED, PaymentState.RETURNED)
        )
        .values_list("batch_id", "state")
        .annotate(count=Count("pk"), total=Sum("amount"))
        .order_by()
    }
    cards = []
    for row in rows:
        settled, returned = (
            done.get((row.pk, state), (0, ZERO)) for state in (PaymentState.SETTLED, PaymentState.RETURNED)
        )
        cards.append(
            BatchCard(
                id=row.pk,
                number=row.number,
                budget_id=row.budget_id,
                state=BatchState(row.state),
                line_count=row.line_count,
                total=row.total,
                prepared_by=row.prepared_by_id,
                approved_by=row.approved_by_id,
                sealed_by=row.sealed_by_id,
                sealed_at=row.sealed_at,
                file_name=row.file_name,
                file_sha256=row.file_sha256,
                settled_count=settled[0],
                settled_total=settled[1],
                returned_count=returned[0],
                returned_total=returned[1],
            )
        )
    return cards


def _require_batch(viewer: Viewer, batch_id: int) -> None:
    """Raises NotFound."""
    if not PaymentBatch.objects.filter(pk=batch_id, budget__in=_budgets(viewer)).exists():
        raise NotFound("批次", "batch", batch_id)


def get_batch(viewer: Viewer, batch_id: int) -> BatchCard:
    """Raises NotFound."""
    row = PaymentBatch.objects.filter(pk=batch_id, budget__in=_budgets(viewer)).first()
    if row is None:
        raise NotFound("批次", "batch", batch_id)
    return batch_card(row)


def list_batches(viewer: Viewer, *, year: int | None = None, states: Iterable[str] = ()) -> Pages[BatchCard]:
    """Latest first. `states`: only these; empty = all."""
    rows = PaymentBatch.objects.filter(budget__in=_budgets(viewer, year=year))
    if wanted := list(states):
        rows = rows.filter(state__in=wanted)
    return Pages(rows.order_by("-pk"), _batch_cards)


def batch_notes(batch_ids: Iterable[int]) -> dict[int, BatchNote]:
    """By batch, what those are told who pay or are paid. Without scope: for the house's own jobs."""
    wanted = set(batch_ids)
    payees: dict[int, list[tuple[int, int, PaymentState]]] = {}
    rows = Payment.objects.filter(batch_id__in=wanted).exclude(state=PaymentState.REMOVED).order_by("pk")
    for batch_id, payment_id, person_id, state in rows.values_list("batch_id", "pk", "person_id", "state"):
        payees.setdefault(batch_id, []).append((payment_id, person_id, PaymentState(state)))
    batches = PaymentBatch.objects.filter(pk__in=wanted).values_list("pk", "number", "budget__org_id")
    return {pk: BatchNote(number, org_id, tuple(payees.get(pk, ()))) for pk, number, org_id in batches}


def list_bank_lines(viewer: Viewer, batch_id: int) -> list[BankLine]:
    """Lines of the bank file in order, without names and accounts. Raises NotFound."""
    _require_batch(viewer, batch_id)
    rows = Payment.objects.filter(batch_id=batch_id).exclude(state=PaymentState.REMOVED).order_by("line")
    return [BankLine(row.pk, row.line, row.reference, row.person_id, row.amount, row.account_mark) for row in rows]


def list_receipt_queue(viewer: Viewer) -> QuerySet[ReceiptEntry]:
    """Lines of bank answers that matched nothing or differ in amount, oldest first; to read only."""
    waiting = (ReceiptEntry.State.UNMATCHED, ReceiptEntry.State.AMOUNT_DIFFERS)
    rows = ReceiptEntry.objects.filter(batch__budget__in=_budgets(viewer), state__in=waiting)
    return rows.select_related("batch", "payment").order_by("pk")


def list_requests(viewer: Viewer, *, state: str = RequestState.REQUESTED) -> QuerySet[FundRequest]:
    """Requests for money or goods, oldest first; to read only."""
    return (
        FundRequest.objects.filter(budget__in=_budgets(viewer), state=state)
        .select_related("budget__org")
        .order_by("pk")
    )


def list_goods(viewer: Viewer, *, budget_id: int | None = None) -> QuerySet[GoodsItem]:
    """Goods by name; to read only."""
    rows = GoodsItem.objects.filter(budget__in=_budgets(viewer)).select_related("budget__org")
    return (rows.filter(budget_id=budget_id) if budget_id is not None else rows).order_by("name", "unit_price")


def goods_given(keys: Iterable[str]) -> dict[str, Decimal]:
    """What was handed over under each of these keys, in yuan. Without scope: for the room that handed it over."""
    return dict(GoodsGiven.objects.filter(key__in=list(keys)).values_list("key", "amount"))


def goods_asked(name: str) -> tuple[int, dict[Decimal, int]]:
    """
    How often goods of that name were asked for, and how many pieces at each price are bought or wait to be approved: without what was
    withdrawn. Without scope: for the room that asked.
    """
    rows = FundRequest.objects.filter(kind=FundRequest.Kind.BUY_GOODS, item_name=name)
    pieces: dict[Decimal, int] = defaultdict(int)
    for price, quantity in rows.exclude(state=RequestState.WITHDRAWN).values_list("unit_price", "quantity"):
        if price is not None and quantity is not None:
            pieces[price] += quantity
    return rows.count(), pieces


def cap_used(cap: Cap) -> Used:
    """
    Times and yuan that deciding about `cap` has to reckon with: what its window holds. Of rolling months the fullest window into
    which a use on the cap's day would fall, its own or a later use's.
    """
    return windows.peak(caps.of_subjects([cap.subject]).get(caps.key_of(cap), []), cap)


def load_book(subjects: Iterable[Subject]) -> Book:
    """All that these subjects used, in one query: for deciding several caps or programmes at once."""
    return Book(caps.of_subjects(subjects))


def load_book_of_then(subjects: Iterable[Subject], *, taken_before: datetime, without: Iterable[str]) -> Book:
    """The book as it stood at a moment, without what some decisions (by their references) took: for deciding anew about that day."""
    own = Reservation.objects.filter(decision_ref__in=list(without)).values_list("pk", flat=True)
    return Book(caps.of_subjects(subjects, taken_before=taken_before, without={f"reservation:{pk}" for pk in own}))


def list_reservations_of(*decision_refs: str) -> list[ReservationCard]:
    """What was set aside for these decisions, oldest first, also what was cancelled. Without scope: for the decision's own room."""
    rows = Reservation.objects.filter(decision_ref__in={ref for ref in decision_refs if ref})
    return [reservation_card(row) for row in rows.order_by("pk")]


def living_decisions(decision_refs: Iterable[str]) -> set[str]:
    """Those of these decisions for which money is set aside or was paid."""
    found: set[str] = set()
    for some in _batched(decision_refs):
        rows = Reservation.objects.filter(decision_ref__in=some).exclude(state=ReservationState.CANCELLED)
        found.update(rows.values_list("decision_ref", flat=True))
    return found


def _batched(values: Iterable[str]) -> Iterable[list[str]]:
    found = list(values)
    return (found[start : start + CHUNK] for start in range(0, len(found), CHUNK))


def living_amounts(reservation_ids: Iterable[int]) -> dict[int, Decimal]:
    """Amounts of reservations that were not cancelled, by id."""
    rows = Reservation.objects.filter(pk__in=list(reservation_ids)).exclude(state=ReservationState.CANCELLED)
    return dict(rows.values_list("pk", "amount"))


def recovered(key: str) -> Decimal:
    """What came back under keys that begin like this."""
    return sum((row.amount for row in _recoveries(key)), ZERO)


@looking.once
def _recoveries(key: str) -> tuple[Recovery, ...]:
    return tuple(Recovery.objects.filter(key__startswith=key).order_by("pk"))


def recovered_each(keys: Iterable[str]) -> dict[str, Decimal]:
    """What came back under keys that begin like each of these, where anything did; a few questions however many."""
    found: dict[str, Decimal] = {}
    wanted = list(dict.fromkeys(keys))
    for start in range(0, len(wanted), 100):
        some = wanted[start : start + 100]
        begins = Q()
        for key in some:
            begins |= Q(key__startswith=key)
        for booked, amount in Recovery.objects.filter(begins).values_list("key", "amount"):
            for key in some:
                if booked.startswith(key):
                    found[key] = found.get(key, ZERO) + amount
    return found


def list_recoveries(key: str) -> list[RecoveryCard]:
    """What came back under keys that begin like this, oldest first; parts whose keys differ only in their last number are one arrival."""
    found: dict[str, RecoveryCard] = {}
    for row in _recoveries(key):
        arrival = row.key.rpartition(":")[0]
        before = found[arrival].amount if arrival in found else ZERO
        found[arrival] = RecoveryCard(row.received_at, row.received_by_id, before + row.amount)
    return list(found.values())


def recovered_of_reservation(reservation_id: int) -> Decimal:
    return Recovery.objects.filter(reservation_id=reservation_id).aggregate(total=Sum("amount"))["total"] or ZERO


def day_of_use(reservation_id: int) -> date | None:
    """The day on which a reservation counts under caps; None: it counts under none."""
    uses = CapUse.objects.filter(holder=f"reservation:{reservation_id}").order_by("pk")
    return uses.values_list("day", flat=True).first()


def path_of_budget(budget_id: int) -> str:
    """Of the union whose budget it is."""
    return Budget.objects.filter(pk=budget_id).values_list("org__path", flat=True).get() or ""


def list_cap_uses(subjects: Iterable[Subject], *, with_released: bool = False) -> list[CapUseRow]:
    """
    What these subjects used of which cap, by which programme, when, out of whose money; latest day first.

    Without scope: for the room that has bounded its subjects.
    """
    wanted = Q()
    for subject in subjects:
        wanted |= Q(counter__per=subject.kind, counter__subject_id=subject.id)
    if not wanted:
        return []
    rows = CapUse.objects.filter(wanted).select_related("counter", "payer")
    rows = rows if with_released else rows.filter(released_at__isnull=True)
    return [caps.as_row(use) for use in rows.order_by("-day", "-pk")]


def list_living_budgets(org_id: int, to_id: int | None = None) -> list[LivingBudget]:
    """
    Budgets of that very union with money in them or anything open, by year and purpose; `collides`: `to_id` has one of the same purpose and
    year. Without scope: for whoever changes unions.
    """
    taken = set(Budget.objects.filter(org_id=to_id).values_list("purpose", "year")) if to_id else set()
    balances: dict[int, Decimal] = defaultdict(Decimal)
    # What the fund still holds; what came from outside and what went out are other accounts.
    inside = LedgerAccount.objects.filter(budget__org_id=org_id).exclude(
        kind__in=(AccountKind.SOURCE, AccountKind.PAID, AccountKind.GOODS_GIVEN)
    )
    for budget_id, balance in inside.values_list("budget_id", "balance"):
        balances[budget_id] += balance
    open_lines = set(
        Reservation.objects.filter(budget__org_id=org_id)
        .exclude(state__in=(ReservationState.PAID, ReservationState.CANCELLED))
        .values_list("budget_id", flat=True)
    ) | set(
        FundRequest.objects.filter(budget__org_id=org_id, state=RequestState.REQUESTED).values_list(
            "budget_id", flat=True
        )
    )
    batches: dict[int, list[str]] = defaultdict(list)
    under_way = PaymentBatch.objects.filter(budget__org_id=org_id).exclude(
        state__in=(BatchState.SETTLED, BatchState.CANCELLED)
    )
    for batch in under_way.order_by("pk"):
        batches[batch.budget_id].append(batch.number)
    return [
        LivingBudget(
            row.pk, row.purpose, row.year, balances[row.pk], tuple(batches[row.pk]), (row.purpose, row.year) in taken
        )
        for row in Budget.objects.filter(org_id=org_id).order_by("year", "purpose")
        if balances[row.pk] or row.pk in open_lines or batches[row.pk]
    ]


def list_own_help(person_id: int) -> list[tuple[datetime, Decimal, str, str]]:
    """For the worker's own page: when, how much, what (empty = money), state. Latest first."""
    none = Value("", output_field=CharField())
    sealed = Payment.objects.exclude(state=PaymentState.REMOVED).filter(batch__sealed_at__isnull=False)
    money = sealed.filter(person_id=person_id).values_list(
        Coalesce("settled_at", "returned_at", "batch__sealed_at"), "amount", none, Value(0), none, "state"
    )
    goods = GoodsGiven.objects.filter(person_id=person_id).values_list(
        "given_at", "amount", "item__name", "quantity", "item__unit", Value(PaymentState.SETTLED.value)
    )
    return [
        (at, amount, f"{name} {quantity}{unit}" if name else "", state)
        for at, amount, name, quantity, unit, state in sorted(
            money.union(goods, all=True), key=itemgetter(0), reverse=True
        )
    ]
