"""Objections to what was decided or announced of applications: where each stands. Their words stay sealed; answering is for a person at a page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Query, Router, Schema
from pydantic import Field

from niangjia.apps.accounts.types import Scope
from niangjia.apps.matters import queries
from niangjia.apps.matters.types import ObjectionAbout
from niangjia.apps.objections.types import GrievanceState
from niangjia.portals.api.doors import ApiRequest, reads
from niangjia.portals.api.shapes import Both, ListAsked, list_of, page_of

router = Router(tags=["applications"])


class ObjectionRow(Schema):
    """`number`, `title`: of the application; `union`: whose it is, `decided_by`: the union that decided or announced. `is_public`: not raised by its applicant."""

    id: int
    application_id: int
    number: str
    title: Both
    union: str
    decided_by: str
    about: ObjectionAbout
    state: GrievanceState
    is_public: bool
    raised_at: datetime
    answered_at: datetime | None


class ObjectionsAsked(ListAsked):
    is_open: bool = Field(False, description="只要待答复的 · only those not answered yet")


@reads(
    router,
    "/objections",
    list_of(ObjectionRow, "ObjectionPage"),
    scope=Scope.CASES_READ,
    right="matters.answer",
    summary="申请的异议列表 · List objections to applications",
)
def list_objections(request: ApiRequest, asked: Query[ObjectionsAsked]) -> Any:
    """Objections to applications of the token's part of the union tree, oldest first. Those to a case stand in the case."""
    found = queries.list_objections(request.viewer, only_open=asked.is_open)
    return page_of(request, "objections", asked, found, _rows)


def _rows(found: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": card.id,
            "application_id": card.matter_id,
            "number": card.number,
            "title": {"zh": card.title_zh, "en": card.title_en},
            "union": card.org_name,
            "decided_by": card.desk_name,
            "about": card.about,
            "state": card.state,
            "is_public": card.is_public,
            "raised_at": card.raised_at,
            "answered_at": card.answered_at,
        }
        for card in queries.objection_cards(found)
    ]
