"""The one way a case moves: right, scope, table, conditional update, history, audit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.cases import lifecycle
from niangjia.apps.cases.models import Case, CaseMove
from niangjia.apps.cases.spot_checks import blind_households
from niangjia.apps.cases.types import CaseAction, CaseKind, CaseState, EntitlementState
from niangjia.apps.funds.types import ReservationState
from niangjia.apps.objections.types import GrievanceState
from niangjia.apps.organizations import scope
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders import queries as workorders
from niangjia.apps.workorders.types import OPEN
from niangjia.kernel.problems import Refusal

MONEY_ENDED = (ReservationState.PAID, ReservationState.CANCELLED)
PERMISSION = {move.action: move.permission for move in lifecycle.MOVES}


class NotFound(Refusal):
    """Also for what exists outside the viewer's part of the tree: a refusal must not tell that it exists."""

    def __init__(self) -> None:
        super().__init__(
            "没有找到这件个案，或不在您的管辖范围内。", "There is no such case in your part of the union tree."
        )


class SomeoneWasFirst(Refusal):
    """Two acted at once; this one came second and changed nothing."""

    def __init__(self, action: CaseAction, state: CaseState) -> None:
        super().__init__(
            f"另一位同事刚刚办理了此案，现在是“{state.label}”。您的“{action.label}”没有生效，请刷新后再看。",
            f"A colleague has just acted on this case; it is {state.value} now. Your {action.value} changed nothing. Refresh the page.",
        )


class FourEyes(Refusal):
    def __init__(self, did_zh: str, did_en: str, action: CaseAction, *, is_colleague: bool = False) -> None:
        """`is_colleague`: it was done by one with whom the viewer is joined by standing in."""
        if is_colleague:
            super().__init__(
                f"与您互相代岗的同事已{did_zh}，视同您本人，不能再“{action.label}”。请由另一位同事办理。",
                f"A colleague who stands in for you, or you for them, has {did_en}: you count as one and cannot {action.value} as "
                "well. Ask another colleague.",
            )
            return
        super().__init__(
            f"您已{did_zh}，不能再“{action.label}”。请由另一位同事办理。",
            f"You have {did_en} and cannot {action.value} as well. Ask another colleague.",
        )


class OwnHousehold(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这件个案涉及您本人或您的家庭（账户曾登记为其中一人的也算），须回避。请由另一位同事办理。",
            "This case is about you or your household, or about somebody your account was said to be. Leave it to another colleague.",
        )


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请写明理由。", "Please give a reason.")


def visible(viewer: Viewer, *, any_kind: bool = False, **among: object) -> QuerySet[Case]:
    """
    Cases of the viewer's part of the tree; a worker sees the cases of their own household and their own. Raises NotAllowed.

    Re-checks only with `any_kind`; and whoever is to visit a household again does not see what was found there before. `among`: only of
    these is it asked, as ``household_id=5``; the database then looks at no others.
    """
    if viewer.role is Role.WORKER:
        permissions.require(viewer, "own.view")
        return _own(viewer.person_id).filter(**among) if viewer.person_id else Case.objects.none()
    permissions.require(viewer, "cases.view")
    found = _visible_in(viewer.org_path, Case.objects.filter(**among))
    seen = Q(kind=CaseKind.HARDSHIP) & ~Q(household__in=blind_households(viewer))
    return found.filter(seen | Q(kind=CaseKind.SPOT_CHECK)) if any_kind else found.filter(seen)


def _visible_in(path: str, cases: QuerySet[Case]) -> QuerySet[Case]:
    """While its order is under way, the unions that hold or visit it: passed on, it takes its case along. Then the union responsible."""
    if not scope.is_whole_tree(path):
        riding = cases.filter(work_order__in=workorders.list_under_way(path).values("pk"))
        here = cases.filter(scope.inside("org", path)).exclude(work_order__state__in=OPEN)
        return Case.objects.filter(scope.either(riding, here))
    elsewhere = Case.objects.filter(org__in=scope.outside(path).values("pk")).exclude(work_order__state__in=OPEN)
    passed_on = workorders.list_under_way(path, beyond=True)
    return cases.exclude(pk__in=elsewhere.values("pk")).exclude(work_order__in=passed_on.values("pk"))


def of_visible(viewer: Viewer, key: str, *, through: str = "pk") -> Exists:
    """
    The condition that the case which `key` points to, or whose `through` it points to, is `visible`: asked of the few rows that are left,
    not of every case.
    """
    return Exists(visible(viewer).filter(**{through: OuterRef(key)}))


def living_at(org_id: int) -> QuerySet[Case]:
    """
    Cases that are that very union's and not over: open ones, with an open file, money under way, an objection without an answer, or a call
    that is owed. A case may stand in it more than once.
    """
    money = Q(entitlements__state=EntitlementState.SET_ASIDE) & ~Q(entitlements__reservation__state__in=MONEY_ENDED)
    return Case.objects.filter(org_id=org_id).filter(
        ~Q(state=CaseState.CLOSED)
        | Q(file__is_open=True)
        | money
        | Q(grievances__state=GrievanceState.OPEN)
        | Q(file__follow_ups__isnull=False, file__follow_ups__done_at__isnull=True)
    )


def _own(person_id: int) -> QuerySet[Case]:
    """Cases about a person: those in their name, and those of the household where they live now."""
    household_id = registry.household_of(person_id)
    mine = Q(person_id=person_id) | Q(household_id=household_id) if household_id else Q(person_id=person_id)
    return Case.objects.filter(mine, kind=CaseKind.HARDSHIP)


def take(viewer: Viewer, case_id: int, action: CaseAction) -> Case:
    """
    The case, if this viewer may make this move from where it stands.

    Raises:
        NotAllowed, NotFound, NotInThisState, NotForThisRole, OwnHousehold.
    """
    permissions.require(viewer, PERMISSION[action])
    case = visible(viewer, any_kind=True, pk=case_id).select_related("org", "household").first()
    if case is None:
        raise NotFound
    if not lifecycle.fits(case.kind, action):
        raise lifecycle.NotOfThisKind(action)
    lifecycle.move(CaseState(case.state), action, viewer.role)
    if viewer.role is not Role.WORKER:
        refuse_own_household(viewer, case)
    return case


def was_done(viewer: Viewer, case_id: int, action: CaseAction) -> bool:
    """Whether the case's last move is this very one by this very officer: a repeat, which changes nothing."""
    last = CaseMove.objects.filter(case_id=case_id).order_by("-pk").select_related("case").first()
    return bool(
        last
        and last.action == action
        and last.account_id == viewer.account_id
        and last.to_state == last.case.state
        and visible(viewer, any_kind=True, pk=case_id).exists()
    )


def make(
    viewer: Viewer | None,
    case: Case,
    action: CaseAction,
    to: CaseState,
    now: datetime,
    *,
    reason: str = "",
    detail: dict | None = None,
    **changes: Any,
) -> None:
    """
    Move the case in the caller's transaction; `changes` are further columns. Do it before any effect: who comes second stops here.

    Raises:
        SomeoneWasFirst.
    """
    came_from = CaseState(case.state)
    if case.work_order is not None:
        changes.setdefault("org_id", case.work_order.verify_org_id)  # the union that visits answers for the case
    if not Case.objects.filter(pk=case.pk, state=came_from).update(state=to, **changes):
        raise SomeoneWasFirst(action, CaseState(Case.objects.values_list("state", flat=True).get(pk=case.pk)))
    case.state = to
    for name, value in changes.items():
        setattr(case, name, value)
    CaseMove.objects.create(
        case=case,
        action=action,
        from_state=came_from,
        to_state=to,
        account_id=viewer.account_id if viewer else None,
        at=now,
        reason=reason[:300],
    )
    audit.record(
        viewer,
        action=f"cases.{action.value.lower()}",
        object=f"case:{case.pk}",
        detail={"from": came_from.value, "to": CaseState(to).value} | (detail or {}),
        reason=reason[:500],
        now=now,
    )


def refuse_own_household(viewer: Viewer, case: Case) -> None:
    """
    Raises OwnHousehold: an officer never handles the case of the household where they live, nor does who stands in for them.
    """
    if registry.is_around(viewer, person_id=case.person_id, household_id=case.household_id):
        raise OwnHousehold


def refuse_same_officer(
    viewer: Viewer, account_ids: Iterable[int | None], did_zh: str, did_en: str, action: CaseAction
) -> None:
    """Raises FourEyes."""
    ids = set(account_ids)
    if viewer.has_hand_in(ids):
        raise FourEyes(did_zh, did_en, action, is_colleague=viewer.account_id not in ids)


def require_reason(reason: str) -> str:
    """Raises ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()
