"""Money into a budget, and goods bought from it: one asks, another approves."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.funds import access
from niangjia.apps.funds.actions.reservations import serve
from niangjia.apps.funds.ledger import Posting, exact, post
from niangjia.apps.funds.models import Budget, FundRequest, GoodsItem, LedgerAccount
from niangjia.apps.funds.problems import BudgetExists, KeyReused, NotFound, ReasonMissing, SamePerson, WrongState
from niangjia.apps.funds.types import AccountKind, RequestState, TransferKind
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.kernel.money import ZERO


@transaction.atomic
def open_budget(
    *, viewer: Viewer, org_id: int, purpose: str, year: int, amount: Decimal, key: str, reason: str, now: datetime
) -> int:
    """
    Open the budget of a union for a purpose and year, empty, and ask for `amount` to be put into it; return the request's id.

    The money is there once another person has called `approve_request`. Safe to repeat with the same `key`.
    Permission: funds.prepare.

    Raises:
        BudgetExists: it is open already, under another key.
    """
    permissions.require(viewer, "funds.prepare")
    org = organizations.get_union(org_id)
    if not scope.covers(viewer.org_path, org.path):
        raise NotFound("工会", "union", org_id)
    budget, is_new = Budget.objects.get_or_create(
        org_id=org_id, purpose=purpose, year=year, defaults={"opened_at": now}
    )
    if is_new:
        LedgerAccount.objects.bulk_create(
            [LedgerAccount(budget=budget, kind=kind, balance=ZERO) for kind in AccountKind]
        )
        audit.record(
            viewer,
            action="funds.open_budget",
            object=f"budget:{budget.pk}",
            detail={"purpose": purpose, "year": year},
            reason=reason,
            now=now,
        )
    elif not FundRequest.objects.filter(key=key, budget=budget).exists():
        raise BudgetExists(purpose, year)
    return add_to_budget(viewer=viewer, budget_id=budget.pk, amount=amount, key=key, reason=reason, now=now)


@transaction.atomic
def add_to_budget(*, viewer: Viewer, budget_id: int, amount: Decimal, key: str, reason: str, now: datetime) -> int:
    """Ask for `amount` to be added; return the request's id. Safe to repeat with the same `key`. Permission: funds.prepare."""
    budget = access.budget_to_manage(viewer, budget_id, "funds.prepare")
    return _request(viewer, budget, FundRequest.Kind.ADD, key, exact(amount), reason, now)


@transaction.atomic
def buy_goods(
    *,
    viewer: Viewer,
    budget_id: int,
    name: str,
    unit: str,
    unit_price: Decimal,
    quantity: int,
    key: str,
    reason: str,
    now: datetime,
) -> int:
    """
    Ask to buy `quantity` pieces at `unit_price` yuan from the budget; return the request's id.

    Bought, and in stock, once another person has called `approve_request`. Safe to repeat with the same `key`.
    Permission: funds.prepare.
    """
    budget = access.budget_to_manage(viewer, budget_id, "funds.prepare")
    price = exact(unit_price)
    amount = exact(price * quantity)
    item = {"item_name": name, "item_unit": unit, "unit_price": price, "quantity": quantity}
    return _request(viewer, budget, FundRequest.Kind.BUY_GOODS, key, amount, reason, now, **item)


def _request(
    viewer: Viewer, budget: Budget, kind: str, key: str, amount: Decimal, reason: str, now: datetime, **item: object
) -> int:
    if not reason.strip():
        raise ReasonMissing
    wanted = {"budget_id": budget.pk, "kind": kind, "amount": amount, **item}
    try:
        with transaction.atomic():
            request, is_new = FundRequest.objects.get_or_create(
                key=key,
                defaults={**wanted, "reason": reason, "requested_by_id": viewer.account_id, "requested_at": now},
            )
    except IntegrityError as error:
        raise KeyReused(key) from error
    if any(getattr(request, name) != value for name, value in wanted.items()):
        raise KeyReused(key)
    if is_new:
        detail = {"budget": budget.pk, "kind": kind, "amount": str(amount)}
        audit.record(
            viewer, action="funds.request", object=f"fund_request:{request.pk}", detail=detail, reason=reason, now=now
        )
    return request.pk


def _request_to_decide(viewer: Viewer, request_id: int, permission: str) -> FundRequest:
    request = FundRequest.objects.filter(pk=request_id).first()
    if request is None:
        raise NotFound("申请", "request", request_id)
    access.budget_to_manage(viewer, request.budget_id, permission)
    return request


@transaction.atomic
def approve_request(*, viewer: Viewer, request_id: int, now: datetime) -> list[int]:
    """
    Put the money into the budget, or buy the goods; return ids of reservations that were queued and now have their money.

    Safe to repeat. Permission: funds.approve.

    Raises:
        SamePerson: the viewer asked for it.
        AccountShort: goods dearer than what is available.
    """
    request = _request_to_decide(viewer, request_id, "funds.approve")
    if viewer.has_hand_in([request.requested_by_id]):
        is_colleague = request.requested_by_id != viewer.account_id
        raise SamePerson("提出这项申请", "asked for this", "审批", "approve it", is_colleague=is_colleague)
    waiting = FundRequest.objects.filter(pk=request_id, state=RequestState.REQUESTED)
    if not waiting.update(state=RequestState.APPROVED, approved_by=viewer.account_id, approved_at=now):
        request.refresh_from_db()
        if request.state == RequestState.APPROVED:
            return []
        raise WrongState("该申请", "This request", request.get_state_display(), request.state, "审批", "approve it")
    served: list[int] = []
    if request.kind == FundRequest.Kind.ADD:
        key = f"budget:{request_id}"
        added = Posting(
            AccountKind.AVAILABLE, AccountKind.SOURCE, request.amount, TransferKind.BUDGET, key, memo=request.reason
        )
        post(request.budget_id, [added], made_by=viewer.account_id, now=now)
        served = serve(request.budget_id, now)
    else:
        key = f"goods_bought:{request_id}"
        bought = Posting(
            AccountKind.GOODS_STOCK,
            AccountKind.AVAILABLE,
            request.amount,
            TransferKind.BUY_GOODS,
            key,
            memo=request.item_name,
        )
        post(request.budget_id, [bought], made_by=viewer.account_id, now=now)
        item, _ = GoodsItem.objects.get_or_create(
            budget_id=request.budget_id,
            name=request.item_name,
            unit=request.item_unit,
            unit_price=exact(request.unit_price or 0),
        )
        GoodsItem.objects.filter(pk=item.pk).update(stock=F("stock") + request.quantity)
    detail = {"budget": request.budget_id, "amount": str(request.amount), "served_count": len(served)}
    audit.record(viewer, action="funds.approve_request", object=f"fund_request:{request_id}", detail=detail, now=now)
    return served


@transaction.atomic
def withdraw_request(*, viewer: Viewer, request_id: int, reason: str, now: datetime) -> None:
    """Withdraw what was asked for and not approved. Safe to repeat. Permission: funds.prepare."""
    if not reason.strip():
        raise ReasonMissing
    request = _request_to_decide(viewer, request_id, "funds.prepare")
    if FundRequest.objects.filter(pk=request_id, state=RequestState.REQUESTED).update(state=RequestState.WITHDRAWN):
        audit.record(
            viewer, action="funds.withdraw_request", object=f"fund_request:{request_id}", reason=reason, now=now
        )
        return
    request.refresh_from_db()
    if request.state != RequestState.WITHDRAWN:
        raise WrongState("该申请", "This request", request.get_state_display(), request.state, "撤回", "withdraw it")
