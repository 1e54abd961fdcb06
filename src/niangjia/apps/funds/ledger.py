"""Posting: the only code that writes transfers and balances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Value

from niangjia.apps.funds.fields import YuanField
from niangjia.apps.funds.models import LedgerAccount, LedgerTransfer
from niangjia.apps.funds.problems import AccountShort, BadAmount
from niangjia.apps.funds.types import AccountKind, TransferKind
from niangjia.kernel.money import CENT, LARGEST, ZERO

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Posting:
    """One transfer to make: `amount` leaves `credit` and comes to `debit`. `key` says which event it is; each happens once."""

    debit: AccountKind
    credit: AccountKind
    amount: Decimal
    kind: TransferKind
    key: str
    case_ref: str = ""
    memo: str = ""


def exact(amount: Decimal | int | str) -> Decimal:
    """Yuan above zero with at most two places; never rounded here: rounding is the policy's. Raises BadAmount."""
    if isinstance(amount, float):
        raise TypeError("money is never a float")
    value = Decimal(amount)
    if not value.is_finite() or not 0 < value <= LARGEST or value != value.quantize(CENT):
        raise BadAmount(amount)
    return value.quantize(CENT)


def lock(budget_id: int) -> Decimal:
    """
    Take the budget's turn until the commit, and return what is available. (On SQLite the transaction has it already.)

    Every action on a budget takes this lock before any row of it, so that two never wait for each other crosswise.
    """
    return LedgerAccount.objects.select_for_update().get(budget_id=budget_id, kind=AccountKind.AVAILABLE).balance


def post(budget_id: int, postings: Iterable[Posting], *, made_by: int | None, now: datetime) -> None:
    """
    Write transfers and their balances; call inside a transaction.

    A balance falls only by an update that asks it to be large enough: two who take the last yuan are decided by the
    database, lock or no lock.

    Raises:
        AccountShort: an account holds too little. Roll back: other balances may be written.
        IntegrityError: a key was posted before.
    """
    accounts: dict[str, int] = dict(LedgerAccount.objects.filter(budget_id=budget_id).values_list("kind", "id"))
    change: dict[str, Decimal] = defaultdict(lambda: ZERO)
    rows = []
    for posting in postings:
        change[posting.debit] += posting.amount
        change[posting.credit] -= posting.amount
        rows.append(
            LedgerTransfer(
                debit_id=accounts[posting.debit],
                credit_id=accounts[posting.credit],
                amount=posting.amount,
                kind=posting.kind,
                key=posting.key,
                made_by_id=made_by,
                at=now,
                memo=posting.memo,
                case_ref=posting.case_ref,
            )
        )
    for kind, delta in sorted(change.items()):
        account = LedgerAccount.objects.filter(pk=accounts[kind])
        enough = account.filter(balance__gte=-delta) if delta < 0 and kind != AccountKind.SOURCE else account
        if not enough.update(balance=F("balance") + Value(delta, output_field=YuanField())):
            raise AccountShort(AccountKind(kind), account.get().balance, -delta)
    LedgerTransfer.objects.bulk_create(rows, batch_size=CHUNK)
