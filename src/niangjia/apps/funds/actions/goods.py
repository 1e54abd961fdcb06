"""Goods handed to workers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.funds import access
from niangjia.apps.funds import caps as cap_book
from niangjia.apps.funds.ledger import Posting, exact, lock, post
from niangjia.apps.funds.models import GoodsGiven, GoodsItem
from niangjia.apps.funds.problems import BadAmount, KeyReused, NotFound, StockShort
from niangjia.apps.funds.types import AccountKind, Cap, TransferKind


@transaction.atomic
def give_goods(
    *,
    viewer: Viewer,
    item_id: int,
    quantity: int,
    key: str,
    case_ref: str,
    person_id: int,
    household_id: int | None,
    caps: Sequence[Cap] = (),
    case_officer_ids: Sequence[int] = (),
    program: str = "",
    now: datetime,
) -> Decimal:
    """
    Hand `quantity` pieces to a worker and return their worth, quantity × unit price, in yuan.

    Safe to repeat with the same `key`. Goods count against the same caps as money. Permission: funds.pay.

    Raises:
        StockShort: fewer in stock.
        CapExceeded, SamePerson, KeyReused.
    """
    item = GoodsItem.objects.select_related("budget__org").filter(pk=item_id).first()
    if item is None:
        raise NotFound("物品", "item", item_id)
    access.budget_to_manage(viewer, item.budget_id, "funds.pay")
    lock(item.budget_id)
    if quantity < 1:
        raise BadAmount(quantity)
    found = GoodsGiven.objects.filter(key=key).first()
    if found is not None:
        if (found.item_id, found.person_id, found.quantity, found.case_ref) != (item_id, person_id, quantity, case_ref):
            raise KeyReused(key)
        return found.amount
    access.refuse_case_officers(viewer, case_officer_ids, "发放实物", "hand out the goods")
    access.refuse_beneficiary(viewer, [person_id])
    if not GoodsItem.objects.filter(pk=item_id, stock__gte=quantity).update(stock=F("stock") - quantity):
        item.refresh_from_db()
        raise StockShort(item.name, item.stock, quantity)
    amount = exact(item.unit_price * quantity)
    gift = GoodsGiven.objects.create(
        item=item,
        key=key,
        case_ref=case_ref,
        person_id=person_id,
        household_id=household_id,
        quantity=quantity,
        amount=amount,
        given_by_id=viewer.account_id,
        given_at=now,
    )
    holder = f"goods:{gift.pk}"
    cap_book.take(caps, amount=amount, holder=holder, now=now, program=program, payer_id=item.budget.org_id)
    given = Posting(
        AccountKind.GOODS_GIVEN,
        AccountKind.GOODS_STOCK,
        amount,
        TransferKind.GIVE_GOODS,
        f"give:{gift.pk}",
        case_ref,
        item.name,
    )
    post(item.budget_id, [given], made_by=viewer.account_id, now=now)
    detail = {"item": item_id, "quantity": quantity, "amount": str(amount), "case": case_ref}
    audit.record(viewer, action="funds.give_goods", object=holder, detail=detail, now=now)
    return amount
