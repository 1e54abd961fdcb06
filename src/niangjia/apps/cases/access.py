"""
Who may open what is sealed about a household, in one place.

Seeing an order, a case, a household (masked) goes with the union tree: `workorders.queries.visible_orders`, `moving.visible`,
`registry.queries.visible_households`; all three follow an order that is passed on. Opening a name, a phone, a form asks more of the
unions that visit: that a matter of the household is going on with them. The county and the city answer for it afterwards
(objections, money that came back) and open with a reason at any time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.cases import moving
from niangjia.apps.cases.models import Case, Entitlement, FollowUp, Visit
from niangjia.apps.cases.moving import MONEY_ENDED
from niangjia.apps.cases.types import CaseState, EntitlementState
from niangjia.apps.organizations import scope
from niangjia.apps.workorders.types import OPEN
from niangjia.kernel.problems import Refusal

_VISITING = (Role.GRASSROOTS, Role.TOWNSHIP)


class MatterOver(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这户的事项已办结、已上报或已转走，现在不能再打开个人信息。确有需要，请由县级工会查看。",
            "This household's matter has ended, was sent up or was passed on; its data is not opened here now. If it has to be, ask the "
            "county union.",
        )


def has_matter(viewer: Viewer, household_id: int, *, today: date) -> bool:
    """
    Whether a matter of the household is going on in the viewer's part of the tree: an order that is there now, an open case that
    waits for no order, money under way, a call that is due.
    """
    path = viewer.org_path
    cases = Case.objects.filter(household_id=household_id)
    at_work = cases.exclude(state=CaseState.CLOSED)
    under_way = at_work.filter(work_order__state__in=OPEN)
    money = Entitlement.objects.filter(case__in=cases, state=EntitlementState.SET_ASIDE)
    calls = FollowUp.objects.filter(file__case__in=cases, done_at__isnull=True, due_on__lte=today)
    counts = scope.count_each(
        {
            "visits": scope.within(under_way, path, "work_order__org__path"),
            "steps": scope.within(at_work.exclude(work_order__state__in=OPEN), path, "org__path"),
            "money": scope.within(money.exclude(reservation__state__in=MONEY_ENDED), path, "case__org__path"),
            "calls": scope.within(calls, path, "file__case__org__path"),
        }
    )
    return any(counts.values())


def may_open(viewer: Viewer, household_id: int, *, today: date, read: Iterable[Case] = ()) -> bool:
    """
    Whether this viewer may open, with a reason, what is sealed about the household: whether a page offers it. Of cases of the household that
    the page has `read` with their orders and unions, one that is going on there answers it.
    """
    if not permissions.may(viewer, "registry.reveal"):
        return False
    return any(_is_going_on(case, viewer.org_path) for case in read) or _is_theirs(viewer, household_id, today)


def _is_going_on(case: Case, path: str) -> bool:
    """As the first two of `has_matter`."""
    if case.state == CaseState.CLOSED:
        return False
    at = case.work_order.org if case.work_order and case.work_order.state in OPEN else case.org
    return scope.covers(path, at.path or "")


def _is_theirs(viewer: Viewer, household_id: int, today: date) -> bool:
    return viewer.role not in _VISITING or has_matter(viewer, household_id, today=today)


def require_visit(viewer: Viewer, visit_id: int, *, now: datetime) -> Visit:
    """
    A visit whose sealed part this viewer may open.

    Raises:
        NotAllowed, NotFound, MatterOver.
    """
    permissions.require(viewer, "registry.reveal")
    visit = Visit.objects.filter(pk=visit_id, case__in=moving.visible(viewer)).select_related("case").first()
    if visit is None:
        raise moving.NotFound
    require_matter(viewer, visit.case.household_id, today=timezone.localdate(now))
    return visit


def require_matter(viewer: Viewer, household_id: int, *, today: date) -> None:
    """Raises MatterOver."""
    if not _is_theirs(viewer, household_id, today):
        raise MatterOver
