"""The steps of one work order: taking it, passing it on or back, assigning, trying to reach, visiting, handing in what was found."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field, create_model

from niangjia.apps.accounts.types import Scope, Viewer
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import forms
from niangjia.apps.cases import queries as case_queries
from niangjia.apps.cases.actions.verifying import NoColleague
from niangjia.apps.cases.types import CaseCard, ContactTry, Outcome, Outsider, VisitWay
from niangjia.apps.organizations.queries import NoSuchUnion
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries
from niangjia.apps.workorders.problems import AccountInactive, CannotForward, NotOfThisUnion
from niangjia.portals.api.doors import ApiRequest, writes
from niangjia.portals.api.once import Key, once
from niangjia.portals.api.orders import OrderStands, order_stands
from niangjia.portals.api.problems import Wrong, at
from niangjia.portals.api.shapes import Body, Day, Id, Reason, SentId
from niangjia.portals.design.people import verifier_of

router = Router(tags=["orders"])

Step = Annotated[
    int | None,
    Field(strict=True, ge=1, le=2**31 - 1, description="看到的 step；别人先动了就不办 · the step you saw: if somebody moved it since, nothing is done"),
]  # fmt: skip


class Accepting(Body):
    step: Step = None


class Forwarding(Body):
    to_org_id: SentId = Field(description="须是下级在用的工会，见 forward_to · an active union below, see forward_to")
    step: Step = None


class HandingBack(Body):
    reason: Reason
    step: Step = None


class Assigning(Body):
    account_id: SentId | None = Field(None, description="空＝自己；见 colleagues · null = oneself; see colleagues")
    step: Step = None


class Trying(Body):
    way: Literal["PHONE", "NONE"] = Field(description="PHONE 电话，NONE 上门未遇 · by phone, or nobody was at the door")


class FromOutside(Body):
    name: str = Field(max_length=40, pattern=r"\S")
    post: str = Field(max_length=40, pattern=r"\S", examples=["社区网格员"])


_KINDS: dict[str, Any] = {
    "money": Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$", examples=["60000.00"])],
    "number": Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$")],
    "date": Day,
    "ref": SentId,
    "flag": Annotated[bool, Field(strict=True)],
    "id": Annotated[str, Field(max_length=20)],
    "list": Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=20)],
}


def _shape_of(name: str, fields: tuple[forms.Field, ...]) -> type[Body]:
    """A form of the house as a shape of the API: one source for both."""
    columns: dict[str, Any] = {}
    for field in fields:
        kind: Any = _KINDS.get(field.kind, Annotated[str, Field(max_length=2000)])
        if field.kind == "integer":
            kind = Annotated[int, Field(strict=True, ge=field.least, le=forms.MOST_OF_A_COUNT)]
        elif field.kind == "code":
            kind = Literal[field.values]
        elif field.kind == "rows":
            row: Any = _shape_of(f"{name}{field.name.title().replace('_', '')}", field.columns)
            kind = Annotated[list[row], Field(max_length=50)]
        said = f"{field.zh} · {field.en}"
        columns[field.name] = (
            (kind, Field(description=said)) if field.is_required else (kind | None, Field(None, description=said))
        )
    return create_model(name, __base__=Body, __doc__="走访登记表 · what a visit asks", **columns)


VisitForm: Any = _shape_of("VisitForm", forms.VISIT_FORM)


class Visiting(Body):
    """A visit at home or at work: two people, or one with a photo."""

    visited_on: Day
    way: Literal["HOME", "WORKPLACE"] = "HOME"
    companions: list[SentId] = Field(
        [], max_length=10, description="同行同事的账户 · accounts of the colleagues who went along"
    )
    from_outside: FromOutside | None = None
    form: VisitForm


class HandingIn(Body):
    outcome: Outcome
    main_cause: Literal[forms.CAUSES] | None = None  # type: ignore[valid-type]
    suggested_tier: Literal["G1", "G2", "G3", "G4", "W"] | None = None
    reason: str = Field(
        "", max_length=300, description="V1–V3 以外必填 · needed for any outcome but V1–V3, without numbers of a person"
    )


class VisitKept(Schema):
    visit_id: int
    order: OrderStands


class FindingKept(Schema):
    finding_id: int
    order: OrderStands


def _step(path: str, right: str, summary: str, shape: type[Schema] = OrderStands) -> Any:
    return writes(
        router, f"/orders/{{order_id}}/{path}", shape, scope=Scope.ORDERS_WRITE, right=right, summary=summary
    )  # fmt: skip


@_step("accept", "workorders.accept", "签收 · Accept")
def accept_order(request: ApiRequest, order_id: Id, body: Accepting, key: Key) -> HttpResponse:
    """The union that holds the order takes it."""

    def do(viewer: Viewer, now: datetime) -> Schema:
        return order_stands(workorders.accept(viewer=viewer, order_id=order_id, step=body.step, now=now))

    return once(request, key, do)


@_step("forward", "workorders.forward", "转派 · Forward")
def forward_order(request: ApiRequest, order_id: Id, body: Forwarding, key: Key) -> HttpResponse:
    """To an active union below the one that holds it."""

    def do(viewer: Viewer, now: datetime) -> Schema:
        try:
            card = workorders.forward(
                viewer=viewer, order_id=order_id, to_org_id=body.to_org_id, step=body.step, now=now
            )
        except (NoSuchUnion, CannotForward) as refusal:
            said = at("body", "#/to_org_id", "须是本级之下在用的工会", "Must be an active union below the holder")
            raise Wrong("invalid", [said]) from refusal  # the same for one elsewhere and for none
        return order_stands(card)

    return once(request, key, do)


@_step("hand-back", "workorders.return", "退回上级 · Hand back")
def hand_back_order(request: ApiRequest, order_id: Id, body: HandingBack, key: Key) -> HttpResponse:
    """To the union that sent it, with a reason; twice at most."""

    def do(viewer: Viewer, now: datetime) -> Schema:
        return order_stands(
            workorders.hand_back(viewer=viewer, order_id=order_id, reason=body.reason, step=body.step, now=now)
        )

    return once(request, key, do)


@_step("assign", "workorders.assign", "指派 · Assign")
def assign_order(request: ApiRequest, order_id: Id, body: Assigning, key: Key) -> HttpResponse:
    """Who visits: an officer with casework at the union that holds the order, no kin of the household."""

    def do(viewer: Viewer, now: datetime) -> Schema:
        queries.get_order(viewer, order_id, now=now)
        assignee = verifier_of(body.account_id or viewer.account_id)
        try:
            card = workorders.assign(viewer=viewer, order_id=order_id, assignee=assignee, step=body.step, now=now)
        except (AccountInactive, NotOfThisUnion) as refusal:
            said = at(
                "body", "#/account_id", "须是本工会办理业务的干部", "Must be an officer with casework at this union"
            )
            raise Wrong("invalid", [said]) from refusal
        return order_stands(card)

    return once(request, key, do)


@_step("stand-aside", "cases.verify", "申明回避 · Stand aside")
def stand_aside(request: ApiRequest, order_id: Id, body: HandingBack, key: Key) -> HttpResponse:
    """The assignee is kin or otherwise biased: the order waits for another and never comes back to them."""

    def do(viewer: Viewer, now: datetime) -> Schema:
        return order_stands(
            workorders.declare_conflict(viewer=viewer, order_id=order_id, reason=body.reason, step=body.step, now=now)
        )

    return once(request, key, do)


@_step("contact-tries", "cases.verify", "登记一次未联系上 · Note a try to reach them", VisitKept)
def record_contact_try(request: ApiRequest, order_id: Id, body: Trying, key: Key) -> HttpResponse:
    """Nobody answered. Two tries on record are needed before an order is handed in as unreached."""

    def do(viewer: Viewer, now: datetime) -> Schema:
        way = VisitWay(body.way)
        visit_id = cases.record_visit(
            viewer=viewer,
            case_id=_case_of(viewer, order_id).id,
            visited_on=timezone.localdate(now),
            way=way,
            contact_tries=[ContactTry(at=now, way=way.value, is_reached=False)],
            now=now,
        )
        return VisitKept(visit_id=visit_id, order=_order(viewer, order_id, now))

    return once(request, key, do)


@_step("visits", "cases.verify", "登记走访 · Record a visit", VisitKept)
def record_visit(request: ApiRequest, order_id: Id, body: Visiting, key: Key) -> HttpResponse:
    """The whole form of a visit. Names, numbers, health and words are sealed; what is missing comes back by its place in the form."""

    def do(viewer: Viewer, now: datetime) -> Schema:
        try:
            visit_id = cases.record_visit(
                viewer=viewer,
                case_id=_case_of(viewer, order_id).id,
                visited_on=body.visited_on,
                way=VisitWay(body.way),
                verifiers=body.companions,
                outsider=Outsider(body.from_outside.name, body.from_outside.post) if body.from_outside else None,
                form=body.form.model_dump(mode="json", exclude_none=True),
                key=uuid.uuid4(),
                now=now,
            )
        except NoColleague as refusal:
            said = at(
                "body",
                "#/companions",
                "须是走访工会或上级的同事",
                "Must be colleagues at the visiting union or above it",
            )
            raise Wrong("invalid", [said]) from refusal  # whose account it is, is not told
        return VisitKept(visit_id=visit_id, order=_order(viewer, order_id, now))

    return once(request, key, do)


@_step("finding", "cases.verify", "上报核实结论 · Hand in what was found", FindingKept)
def submit_finding(request: ApiRequest, order_id: Id, body: HandingIn, key: Key) -> HttpResponse:
    """For the county's review. It is judged by another person, at the page."""

    def do(viewer: Viewer, now: datetime) -> Schema:
        finding_id = cases.submit_finding(
            viewer=viewer,
            case_id=_case_of(viewer, order_id).id,
            outcome=body.outcome,
            main_cause=body.main_cause or "",
            suggested_tier=body.suggested_tier or "",
            reason=body.reason,
            now=now,
        )
        return FindingKept(finding_id=finding_id, order=_order(viewer, order_id, now))

    return once(request, key, do)


def _case_of(viewer: Viewer, order_id: int) -> CaseCard:
    """Raises NotFound."""
    case = case_queries.find_case_of_order(viewer, order_id)
    if case is None:
        raise case_queries.NotFound
    return case


def _order(viewer: Viewer, order_id: int, now: datetime) -> OrderStands:
    return order_stands(queries.get_order(viewer, order_id, now=now))
