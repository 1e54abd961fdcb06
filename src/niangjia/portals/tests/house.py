"""A small town at work with somebody at every desk and a case in every state, for the tests of the pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.alerts import actions as alerts
from niangjia.apps.alerts import queries as alert_queries
from niangjia.apps.alerts.types import RunInfo, SignalRow
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.cases.types import Outcome
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries as fund_queries
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import actions as registry
from niangjia.kernel.months import Month

SAYS = {
    "T-ILL-2": {"zh": "医疗自付净额 {M4} 元，超过低保标准全年的一倍半", "en": "Own medical cost {M4} yuan, over one and a half times the year's standard"},
    "T-INC-1": {"zh": "扣除刚性支出后每人每月 {I4} 元，低于低保标准的两倍", "en": "{I4} yuan a person and month after rigid spending, below twice the standard"},
    "T-UNE-1": {"zh": "连续 {months_uninsured} 个月没有职工参保", "en": "{months_uninsured} months without insured work"},
    "T-EDU-1": {"zh": "家中 {students} 人在读，收入低于低保标准的两倍", "en": "{students} in school on less than twice the standard"},
}  # fmt: skip
KINDS = [
    ("NEW", "RED", ("因病", "低收入"), ("T-ILL-2", "T-INC-1"), "38000.00", "0.82"),
    ("NEW", "ORANGE", ("因病",), ("T-ILL-2",), "23500.50", "1.62"),
    ("CONTINUING", "ORANGE", ("失业",), ("T-UNE-1",), "0.00", "1.88"),
    ("RETURNED", "YELLOW", ("因学",), ("T-EDU-1",), "1200.00", "1.95"),
    ("HELD", "YELLOW", ("因病",), ("T-ILL-2",), "19000.00", "2.40"),
    ("STALE", "ORANGE", ("失业",), ("T-UNE-1",), None, None),
    ("EXITED", "", (), (), "200.00", "3.10"),
]
BEFORE = ("CONTINUING", "STALE", "EXITED")


@dataclass
class House:
    """`viewers` by role; `cases` by what they show; ids of what the pages are about."""

    desk: desks.Desk
    viewers: dict[Role, Viewer]
    months: tuple[Month, Month]
    cases: dict[str, int] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)
    households: dict[str, int] = field(default_factory=dict)
    budget_id: int = 0
    batch_id: int = 0
    grievance_id: int = 0
    notice_id: int = 0
    own_case_id: int = 0


def _rows(place: town.Town, homes: list[int], *, before: bool) -> list[SignalRow]:
    rows = []
    for number, home in enumerate(homes):
        state, grade, causes, triggers, own_cost, ratio = KINDS[number % len(KINDS)]
        if before and state not in BEFORE:
            continue
        if before:
            state, grade, causes, triggers = "NEW", grade or "YELLOW", causes or ("因病",), triggers or ("T-ILL-2",)
        union = place["XG" if number % 3 else "XH"]
        rows.append(
            SignalRow(
                home,
                union.id,
                union.area,
                state,
                grade,
                causes,
                triggers,
                suppress_code="S-SCHEME" if state == "HELD" else "",
                reasons=("threshold",) if state == "EXITED" else (),
                I2=Decimal("60000.00"),
                I3=Decimal("1666.67"),
                I4=Decimal(ratio) * 1000 if ratio else None,
                I5=Decimal(ratio) if ratio else None,
                M4=Decimal(own_cost) if own_cost else None,
                M5=Decimal("12000.00"),
                size=3,
                students=1,
                months_uninsured=4,
                confidence=Decimal("0.85"),
                first_month="" if state == "NEW" else "2023-09",
            )  # fmt: skip
        )
    return rows


def receive(month: Month, rows: list[SignalRow], now: datetime) -> None:
    info = RunInfo(month, f"run-{month}", "m" * 64, month.text.ljust(64, "f"), len(rows), says=SAYS)
    alerts.receive_run(viewer=None, run=info, rows=rows, now=now)


def release(place: town.Town, month: Month, now: datetime) -> None:
    alerts.draw_sample(viewer=place.city, month=month, now=now)
    ids = list(alert_queries.list_sample(place.city, month).values_list("alert_id", flat=True))
    alerts.record_sample(viewer=place.city, alert_ids=ids, is_right=True, now=now)
    alerts.release(viewer=place.city, month=month, now=now)


def build(*, now: datetime = town.NOW, listed: int = 42, month: Month = Month("2023-10")) -> House:
    """The whole house; `now` is the day of work, `month` the month before it."""
    desk = desks.build_desk()
    desk.now = now
    place = desk.town
    viewers = {
        Role.CITY: place.city, Role.COUNTY: place.county, Role.TOWNSHIP: place.township, Role.GRASSROOTS: place.grassroots,
        Role.FINANCE: place.finance, Role.AUDITOR: place.auditor,
        Role.PROVINCE: town.appoint("province", place["C"], Role.PROVINCE, now=now),
        Role.ADMINISTRATOR: town.appoint("administrator", place["C"], Role.ADMINISTRATOR, now=now),
    }  # fmt: skip
    second_finance = town.appoint("finance.second", place["X"], Role.FINANCE, now=now)
    house = House(desk, viewers, (month.previous(), month))
    desks.give_budget(desk, year=now.year)
    desks.give_budget(desk, "graded-aid", year=now.year)
    house.budget_id = fund_queries.get_budget_id(org_id=place["X"].id, purpose="special-relief", year=now.year)

    found = town.households(list(range(1, listed + 1)), place["XG"], size=3, now=now)
    homes = [home for home, _persons in found.values()]
    receive(month.previous(), _rows(place, homes, before=True), now)
    release(place, month.previous(), now)
    receive(month, _rows(place, homes, before=False), now)
    release(place, month, now)
    desk.dispatch(month)

    def case_at(number: int):
        return desks.Case.objects.get(household_id=homes[number])

    def verified(number: int, outcome: Outcome = Outcome.V1):
        case = case_at(number)
        desk.hand_down(case)
        desk.visit(case)
        desk.submit(case, outcome)
        return case

    def keep(name: str, case) -> None:
        case = desk.fresh(case)
        house.cases[name], house.orders[name], house.households[name] = case.pk, case.work_order_id, case.household_id

    waiting = case_at(0)
    keep("created", waiting)
    assigned = case_at(1)
    desk.hand_down(assigned)
    keep("assigned", assigned)
    submitted = verified(7)
    keep("submitted", submitted)
    returned = verified(8)
    cases.return_finding(viewer=place.county, case_id=returned.pk, reason="收入凭证不全，请补流水", now=now)
    keep("returned", returned)
    confirmed = verified(2)
    desk.accept(confirmed)
    keep("confirmed", confirmed)
    for number in (3, 9, 10):
        other = verified(number)
        desk.accept(other)
    announced = verified(14)
    desk.accept(announced)
    members = found[15][1]
    cases.start_file(
        viewer=place.county, case_id=announced.pk, person_id=members[0],
        members={members[0]: "head", members[1]: "spouse", members[2]: "child"}, now=now,
    )  # fmt: skip
    keep("draft", announced)
    cases.fill_file(viewer=place.grassroots, case_id=announced.pk, values=desks.TYPED, now=now)
    cases.decide_tier(viewer=place.county, case_id=announced.pk, facts=desks.NO_GOODS, now=now)
    house.notice_id = cases.announce(viewer=place.county, case_id=announced.pk, now=now)
    keep("announced", announced)
    house.grievance_id = cases.object_to_notice(
        notice_id=house.notice_id, words="他家另有两套住房", contact="社区王主任", now=now
    ).id

    waiting_money = fund_queries.list_reservations(place.finance, budget_id=house.budget_id)
    for number, card in enumerate(waiting_money):
        registry.set_bank_account(
            viewer=None,
            person_id=card.person_id,
            account=f"62220212345678{number:05d}",
            bank_name="新昌农商银行",
            now=now,
        )
        if number != len(waiting_money) - 1:
            funds.approve(viewer=place.county_third, reservation_id=card.id, now=now)
    batch = funds.prepare_batch(viewer=place.finance, budget_id=house.budget_id, key="first", now=now)
    house.batch_id = batch.id
    funds.approve_batch(viewer=place.county_third, batch_id=batch.id, now=now)
    person_id = desk.fresh(confirmed).person_id
    viewers[Role.WORKER] = town.appoint("worker", place["XG"], Role.WORKER, person_id=person_id, now=now)
    house.own_case_id = confirmed.pk
    house.desk.second_finance = second_finance  # type: ignore[attr-defined]
    return house


TODAY = date(2023, 11, 6)
