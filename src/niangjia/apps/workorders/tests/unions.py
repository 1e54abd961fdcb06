"""An invented city of two counties with officers and households, for the tests of work orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as account_queries
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as organization_queries
from niangjia.apps.organizations.types import Union, UnionRow
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry.types import HouseholdFacts, MemberFacts
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders.types import (
    NewOrder,
    OrderCard,
    OrderKind,
    OrderState,
    RoutingFacts,
    Urgency,
    Verifier,
    VisitWay,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2023, 11, 6, 9, 0, tzinfo=SHANGHAI)  # a Monday; no holiday until the new year
USCC = "91330624MA00000001"

ROWS = [
    UnionRow("P", "", "浙江省总工会", "province", "330000"),
    UnionRow("C", "P", "绍兴市总工会", "city", "330600"),
    UnionRow("X", "C", "新昌县总工会", "county", "330624"),
    UnionRow("Y", "C", "诸暨市总工会", "county", "330681"),
    UnionRow("XT", "X", "羽林街道总工会", "town", "330624001"),
    UnionRow("XU", "X", "澄潭街道总工会", "town", "330624004"),
    UnionRow("XG", "XT", "轴承厂工会", "grassroots", "330624001", USCC),
    UnionRow("XH", "XT", "制药厂工会", "grassroots", "330624001"),
    UnionRow("XF", "X", "新昌县货运行业工会联合会", "federation", "330624"),
    UnionRow("YG", "Y", "袜业公司工会", "grassroots", "330681"),
    UnionRow("CG", "C", "市直机关工会", "grassroots", "330600"),
]


def working(hour: int, *, day: int = 6) -> datetime:
    return datetime(2023, 11, day, hour, 0, tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Place:
    unions: dict[str, Union]
    province: Viewer
    city: Viewer
    county: Viewer
    county_second: Viewer
    town: Viewer
    grassroots: Viewer
    grassroots_second: Viewer
    neighbour: Viewer  # GRASSROOTS of another firm of the town
    other_county: Viewer
    households: tuple[tuple[int, int], ...]

    def __getitem__(self, code: str) -> Union:
        return self.unions[code]

    def new(
        self, number: int = 0, *, month="2023-10", union: str | None = "XG", urgency=Urgency.NORMAL, **facts
    ) -> NewOrder:
        household_id, person_id = self.households[number]
        values = {"residence_area": "330624001005"} | facts
        return NewOrder(
            subject_key=f"H{number}",
            household_id=household_id,
            person_id=person_id,
            subject_person_ids=(person_id,),
            kind=OrderKind.VERIFICATION,
            month=month,
            cause_group="ILLNESS",
            facts=RoutingFacts(member_union_id=self[union].id if union else None, **values),
            urgency=urgency,
        )

    def dispatch(self, number: int = 0, *, now=NOW, **more) -> OrderCard:
        return workorders.dispatch(order=self.new(number, **more), now=now)

    def verifier(self, viewer: Viewer, *related: int) -> Verifier:
        return Verifier(viewer.name, viewer.account_id, frozenset(related))

    def at(self, state: OrderState, number: int = 0, *, now=NOW) -> OrderCard:
        """An order of household `number`, led to `state` by the proper people."""
        order = self.dispatch(number, now=now)
        do = {"order_id": order.id, "now": now}
        if state in (OrderState.TRANSFERRED, OrderState.CANCELLED):
            if state == OrderState.CANCELLED:
                return workorders.cancel(viewer=self.county, reason="重复", **do)
            return workorders.transfer(viewer=self.county, reason="已迁出", target_area="330681", **do)
        if state == OrderState.CREATED:
            return order
        workorders.forward(viewer=self.county, to_org_id=self["XT"].id, **do)
        workorders.forward(viewer=self.town, to_org_id=self["XG"].id, **do)
        both = [self.verifier(self.grassroots), Verifier("李主席")]
        steps = [
            (OrderState.ACCEPTED, lambda: workorders.accept(viewer=self.grassroots, **do)),
            (OrderState.ASSIGNED, lambda: workorders.assign(viewer=self.grassroots, assignee=both[0], **do)),
            (
                OrderState.VISITED,
                lambda: workorders.mark_visited(viewer=self.grassroots, verifiers=both, way=VisitWay.HOME, **do),
            ),
            (OrderState.SUBMITTED, lambda: workorders.submit(viewer=self.grassroots, outcome="V1", **do)),
        ]
        if state == OrderState.RETURNED:
            steps.append((state, lambda: workorders.return_order(viewer=self.county, reason="缺病历", **do)))
        else:
            steps.append((OrderState.REVIEWED, lambda: workorders.review(viewer=self.county, **do)))
            steps.append((OrderState.CLOSED, lambda: workorders.close(viewer=self.county, **do)))
        for reached, step in steps:
            order = step()
            if reached == state:
                return order
        raise AssertionError(state)


def build(households: int = 3) -> Place:
    organizations.receive_unions(ROWS)
    unions = {row.code: organization_queries.find_union_by_code(row.code) for row in ROWS}
    received = registry.receive_households(
        [
            HouseholdFacts(f"H{number}", (MemberFacts(f"{number:032x}", birth_date=date(1980, 1, 1)),), unions["XG"].id)
            for number in range(households)
        ],
        now=NOW,
    )

    def viewer(name: str, code: str, role: Role) -> Viewer:
        account_id = accounts.create_account(viewer=None, username=name, name=name, password=None, now=NOW)
        post_id = accounts.appoint(
            viewer=None, account_id=account_id, org_id=unions[code].id, role=role, starts_on=date(2020, 1, 1), now=NOW
        )
        return account_queries.get_viewer(account_id=account_id, post_id=post_id, today=NOW.date() + timedelta(days=1))

    return Place(
        unions=unions,
        province=viewer("province", "P", Role.PROVINCE),
        city=viewer("city", "C", Role.CITY),
        county=viewer("county", "X", Role.COUNTY),
        county_second=viewer("county.second", "X", Role.COUNTY),
        town=viewer("town", "XT", Role.TOWNSHIP),
        grassroots=viewer("grassroots", "XG", Role.GRASSROOTS),
        grassroots_second=viewer("grassroots.second", "XG", Role.GRASSROOTS),
        neighbour=viewer("neighbour", "XH", Role.GRASSROOTS),
        other_county=viewer("other.county", "Y", Role.COUNTY),
        households=tuple(
            (received.household_ids[f"H{number}"], received.person_ids[f"{number:032x}"])
            for number in range(households)
        ),
    )
