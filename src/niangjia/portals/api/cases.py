"""Cases to read: the list, and where one stands with everything that was done about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from niangjia.apps.accounts.types import Scope
from niangjia.apps.cases import forms, queries
from niangjia.apps.cases.types import (
    CaseAction,
    CaseFilter,
    CaseState,
    Channel,
    CloseReason,
    EntitlementState,
    GrievanceAbout,
    Outcome,
    VisitWay,
)
from niangjia.apps.objections.types import GrievanceState
from niangjia.portals.api.doors import ApiRequest, reads
from niangjia.portals.api.orders import household
from niangjia.portals.api.shapes import (
    AreaText,
    Both,
    HouseholdBrief,
    Id,
    ListAsked,
    MonthText,
    OrgBrief,
    Yuan,
    list_of,
    page_of,
)
from niangjia.portals.design.people import household_names, record_seen

router = Router(tags=["cases"])


class CaseRow(Schema):
    """Where a case stands. `causes` and `grade` are empty for a post that does not see why."""

    id: int
    number: str
    state: CaseState
    channel: Channel
    month: MonthText
    area: str
    org: OrgBrief
    household: HouseholdBrief
    order_id: int | None
    causes: list[str]
    grade: str
    outcome: Outcome | Literal[""]
    opened_at: datetime
    closed_at: datetime | None
    close_reason: CloseReason | Literal[""]


class CaseMoved(Schema):
    """`by`: empty for the system itself."""

    action: str
    from_state: CaseState | Literal[""]
    to_state: CaseState
    by: str
    at: datetime
    reason: str


class Visited(Schema):
    """The form of a visit stays sealed; `people` counts who went."""

    id: int
    visited_on: date
    way: VisitWay
    people: int
    photo_count: int
    recorded_at: datetime


class Found(Schema):
    """`is_accepted` null: waits for the county."""

    id: int
    outcome: Outcome
    main_cause: str
    suggested_tier: str
    submitted_at: datetime
    is_accepted: bool | None
    judged_at: datetime | None
    return_reason: str


class Granted(Schema):
    """One grant. `money`: what became of it in the fund; `refusal`: why none could be set aside, null else."""

    program: str
    decision_id: int
    amount: Yuan
    state: EntitlementState
    money: str
    refusal: Both | None


class Noticed(Schema):
    """A public notice: what the public sees of it. Shown from `starts_on` up to, not including, `ends_before`."""

    starts_on: date
    ends_before: date
    tier: str
    amount: Yuan
    is_withdrawn: bool


class Objected(Schema):
    id: int
    about: GrievanceAbout
    state: GrievanceState
    raised_at: datetime
    answered_at: datetime | None


class File(Schema):
    """The hardship file, without its form. `amount` yuan a year, null before its tier is decided."""

    is_open: bool
    tier: str
    amount: Yuan | None
    decision_id: int | None
    approved_at: datetime | None
    closed_on: date | None


class Case(CaseRow):
    """`can`: moves that this token's post may make at the page. Without the right to examine: no moves, visits, findings, file, objections."""

    moves: list[CaseMoved]
    visits: list[Visited]
    findings: list[Found]
    file: File | None
    grants: list[Granted]
    notices: list[Noticed]
    objections: list[Objected]
    can: list[CaseAction]


class CasesAsked(ListAsked):
    state: CaseState | None = Field(None, description="状态 · state")
    channel: Channel | None = Field(None, description="怎样来的 · where it came from")
    outcome: Outcome | None = Field(None, description="核实结论 · what was found")
    cause: Literal[forms.CAUSES] | None = Field(  # type: ignore[valid-type]
        None,
        description="致困原因；看不到原因的岗位不按它筛选 · cause of hardship; passed over for a post that does not see why",
    )
    month: MonthText | None = Field(None, description="立案月份 · month in which it was opened")
    area: AreaText | None = Field(None, description="区划代码，其下也算 · a division code, with what lies below it")
    is_open: bool = Field(False, description="只要在办的 · only those under way")


def rows(found: Any, examines: bool) -> list[dict[str, Any]]:
    homes = household_names(case.household_id for case in found)
    return [row(case, homes, examines) for case in found]


def row(case: Any, homes: Any, examines: bool) -> dict[str, Any]:
    """`case`: one of `queries.list_cases`."""
    card = queries.case_card(case)
    return {
        "id": card.id,
        "number": card.number,
        "state": card.state,
        "channel": card.channel,
        "month": card.month,
        "area": card.area,
        "org": {"id": card.org_id, "name": case.org.name},
        "household": household(card.household_id, homes),
        "order_id": card.work_order_id,
        "causes": list(card.causes) if examines else [],
        "grade": card.grade if examines else "",
        "outcome": card.outcome,
        "opened_at": card.opened_at,
        "closed_at": card.closed_at,
        "close_reason": card.close_reason,
    }


@reads(
    router,
    "/cases",
    list_of(CaseRow, "CasePage"),
    scope=Scope.CASES_READ,
    right="cases.view",
    summary="个案列表 · List cases",
)
def list_cases(request: ApiRequest, asked: Query[CasesAsked]) -> Any:
    """Cases of the token's part of the union tree, oldest first."""
    narrow = CaseFilter(
        state=asked.state or "",
        channel=asked.channel or "",
        outcome=asked.outcome or "",
        cause=asked.cause or "",
        month=asked.month or "",
        area=asked.area or "",
        only_open=asked.is_open,
    )
    examines = queries.may_examine(request.viewer)
    found = queries.list_cases(request.viewer, narrow)
    return page_of(request, "cases", asked, found, lambda found: rows(found, examines))


@reads(
    router,
    "/cases/{case_id}",
    Case,
    scope=Scope.CASES_READ,
    right="cases.view",
    summary="一件个案 · One case",
)
def get_case(request: ApiRequest, case_id: Id) -> Any:
    """Everything the page of a case shows, forms sealed. Who lives there finds this among who looked at their data."""
    viewer, now = request.viewer, timezone.now()
    details = queries.get_details(viewer, case_id, now=now)
    record_seen(viewer, details.case.household_id, "case", now)
    homes = household_names([details.case.household_id])
    return row(details.case, homes, queries.may_examine(viewer)) | {
        "moves": [
            {
                "action": move.action, "from_state": move.from_state, "to_state": move.to_state,
                "by": move.account.name if move.account else "", "at": move.at, "reason": move.reason,
            }
            for move in details.moves
        ],
        "visits": [
            {
                "id": visit.pk, "visited_on": visit.visited_on, "way": visit.way, "photo_count": visit.photo_count,
                "people": len(visit.verifiers) + bool(visit.outsider_post), "recorded_at": visit.recorded_at,
            }
            for visit in details.visits
        ],
        "findings": [
            {name: getattr(finding, name) for name in Found.model_fields if name != "id"} | {"id": finding.pk}
            for finding in details.findings
        ],
        "file": {name: getattr(details.file, name) for name in File.model_fields} if details.file else None,
        "grants": [
            {
                "program": one.program, "decision_id": one.decision_id, "amount": one.amount, "state": one.state,
                "money": details.reservation_states.get(queries.refs_of(one), ""),
                "refusal": {"zh": one.refusal_zh, "en": one.refusal_en} if one.refusal_zh else None,
            }
            for one in details.entitlements
        ],
        "notices": [
            {
                "starts_on": notice.starts_on, "ends_before": notice.ends_before, "tier": notice.tier, "amount": notice.amount,
                "is_withdrawn": notice.withdrawn_at is not None,
            }
            for notice in details.notices
        ],
        "objections": [
            {
                "id": one.pk, "about": one.about, "state": one.state, "raised_at": one.raised_at, "answered_at": one.answered_at,
            }
            for one in details.grievances
        ],
        "can": details.actions,
    }  # fmt: skip
