"""Requests for help (applications to programmes are `matters`): the cases that began with one, and a worker whom a union found in hardship, reported to have a case opened."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from niangjia.apps.accounts.types import Scope, Viewer
from niangjia.apps.cases import actions, forms, queries
from niangjia.apps.cases.types import CaseFilter, CaseState, Channel
from niangjia.apps.registry import actions as people
from niangjia.apps.registry import queries as registry
from niangjia.portals.api.cases import CaseRow, rows
from niangjia.portals.api.doors import ApiRequest, reads, writes
from niangjia.portals.api.once import Key, once
from niangjia.portals.api.shapes import Body, ListAsked, list_of, page_of

router = Router(tags=["applications"])

Cause = Literal[forms.CAUSES]  # type: ignore[valid-type]


class Reporting(Body):
    """`number` is the worker's ID number or phone, as typed at “find a person”: it is looked up in scope and kept nowhere."""

    number: str = Field(
        min_length=6, max_length=20, pattern=r"^[0-9Xx]+$", description="身份证号或手机号 · ID number or phone"
    )
    causes: list[Cause] = Field(min_length=1, max_length=len(forms.CAUSES))


class Reported(Schema):
    """`channel` tells what began it: while the household has an open case, that one is answered."""

    case_id: int
    number: str
    state: CaseState
    channel: Channel
    order_id: int | None


class ApplicationsAsked(ListAsked):
    channel: Literal["APPLICATION", "CANVASS"] = Field(
        "APPLICATION", description="本人申请，或基层摸排 · the worker's own, or found by the grassroots"
    )
    is_open: bool = Field(False, description="只要在办的 · only those under way")


@reads(
    router,
    "/applications",
    list_of(CaseRow, "ApplicationPage"),
    scope=Scope.CASES_READ,
    right="cases.view",
    summary="申请列表 · List applications",
)
def list_applications(request: ApiRequest, asked: Query[ApplicationsAsked]) -> Any:
    """Hardship cases that began with a request for help, oldest first. Applications to programmes (SX…) are under `/matters`."""
    narrow = CaseFilter(channel=asked.channel, only_open=asked.is_open)
    examines = queries.may_examine(request.viewer)
    found = queries.list_cases(request.viewer, narrow)
    return page_of(request, "applications", asked, found, lambda found: rows(found, examines))


@writes(
    router,
    "/applications",
    Reported,
    scope=Scope.APPLICATIONS_WRITE,
    right="cases.verify",
    summary="报告困难职工 · Report a worker in hardship",
)
def report_worker(request: ApiRequest, body: Reporting, key: Key) -> HttpResponse:
    """
    Found by the grassroots, or told by a hotline: a case is opened and its order sent. A worker's own application is made by the worker,
    signed in.
    """
    # Before it is done and outside of that: that nobody was found stays on record.
    person = people.find_person(viewer=request.viewer, number=body.number, now=timezone.now())

    def do(viewer: Viewer, now: datetime) -> Schema:
        if person is None:
            raise registry.NotFound
        case = actions.report_canvass(viewer=viewer, person_id=person.id, causes=body.causes, now=now)
        return Reported(
            case_id=case.id, number=case.number, state=case.state, channel=case.channel, order_id=case.work_order_id
        )

    return once(request, key, do)
