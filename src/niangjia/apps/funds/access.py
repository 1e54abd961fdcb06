"""Who may touch which fund: the permission, the scope, and the separation of duties, in one place."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.funds.ledger import lock
from niangjia.apps.funds.lifecycle import PaymentState
from niangjia.apps.funds.models import Budget, Payment, PaymentBatch, Reservation
from niangjia.apps.funds.problems import NotFound, OwnBenefit, SamePerson
from niangjia.apps.organizations import scope
from niangjia.apps.registry import queries as registry


def budget_to_manage(viewer: Viewer, budget_id: int, permission: str) -> Budget:
    """A budget of the viewer's union or below. Raises NotAllowed, NotFound."""
    permissions.require(viewer, permission)
    budget = Budget.objects.select_related("org").filter(pk=budget_id).first()
    if budget is None or not scope.covers(viewer.org_path, budget.org.path):
        raise NotFound("预算", "budget", budget_id)
    return budget


def require_use(viewer: Viewer, budget: Budget, *any_of: str) -> None:
    """To reserve from a fund, it is the viewer's, one below, or one of a union above that pays for its branches."""
    if not any(permissions.may(viewer, permission) for permission in any_of):
        permissions.require(viewer, any_of[0])
    path = budget.org.path
    if not (scope.covers(viewer.org_path, path) or scope.covers(path, viewer.org_path)):
        raise NotFound("预算", "budget", budget.pk)


def require_own_people(viewer: Viewer, reservation: Reservation) -> None:
    """A budget above pays for many branches; each decides on its own households only. Raises NotFound."""
    if scope.covers(viewer.org_path, reservation.budget.org.path):
        return
    home = (reservation.household.home if reservation.household else None) or reservation.person.home
    if home is None or not scope.covers(viewer.org_path, home.path or ""):
        raise NotFound("预留", "reservation", reservation.pk)


def batch_to_manage(viewer: Viewer, batch_id: int, permission: str) -> PaymentBatch:
    """The batch, its budget locked. Raises NotAllowed, NotFound."""
    permissions.require(viewer, permission)
    batch = PaymentBatch.objects.select_related("budget__org").filter(pk=batch_id).first()
    if batch is None or not scope.covers(viewer.org_path, batch.budget.org.path):
        raise NotFound("批次", "batch", batch_id)
    lock(batch.budget_id)
    batch.refresh_from_db()
    return batch


def refuse_case_officers(viewer: Viewer, case_officer_ids: Iterable[int], wants_zh: str, wants_en: str) -> None:
    ids = set(case_officer_ids)
    if viewer.has_hand_in(ids):
        raise SamePerson(
            "参与名单中个案的核实或复核", "verified or reviewed a case on this list", wants_zh, wants_en,
            is_colleague=viewer.account_id not in ids,
        )  # fmt: skip


def refuse_beneficiary(viewer: Viewer, person_ids: Iterable[int]) -> None:
    """Raises OwnBenefit: neither one's own money nor that of whom one lives with, nor theirs for whom one stands in."""
    if not registry.own_people(viewer).isdisjoint(person_ids):
        raise OwnBenefit


def refuse_interested(viewer: Viewer, payments: QuerySet[Payment], wants_zh: str, wants_en: str) -> None:
    """Neither an officer of a case in the batch, nor a payee of it."""
    rows = payments.values_list("reservation__case_officer_ids", "person_id")
    officers: set[int] = set()
    payees: set[int] = set()
    for case_officer_ids, person_id in rows:
        officers.update(case_officer_ids)
        payees.add(person_id)
    refuse_case_officers(viewer, officers, wants_zh, wants_en)
    refuse_beneficiary(viewer, payees)


def refuse_account_enterers(viewer: Viewer, payments: QuerySet[Payment], wants_zh: str, wants_en: str) -> None:
    """Where money goes is seen by other eyes than those of who entered it."""
    payees = payments.exclude(state=PaymentState.REMOVED).values_list("person_id", flat=True)
    enterers = registry.account_enterers(payees)
    if viewer.has_hand_in(enterers):
        raise SamePerson(
            "登记过名单中的收款账号", "entered a payee's account on this list", wants_zh, wants_en,
            is_colleague=viewer.account_id not in enterers,
        )  # fmt: skip


def refuse_approvers(viewer: Viewer, payments: QuerySet[Payment]) -> None:
    """Who approved the money of one of these cases does not pay it out, on whatever post."""
    hands = {viewer.account_id, *viewer.joined_ids}
    approvers = set(
        payments.filter(reservation__approved_by__in=hands)
        .values_list("reservation__approved_by", flat=True)
        .distinct()
    )
    if approvers:
        raise SamePerson(
            "审批名单中的款项", "approved money on this list", "办理付款", "pay it out",
            is_colleague=viewer.account_id not in approvers,
        )  # fmt: skip
