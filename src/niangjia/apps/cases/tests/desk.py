"""A town with its packs installed, its standard and its funds, and the steps of a case as short calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.alerts import actions as alerts
from niangjia.apps.alerts import queries as alert_queries
from niangjia.apps.alerts.types import RunInfo, SignalRow
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases.models import Case, Finding, HardshipFile
from niangjia.apps.cases.types import ContactTry, Outcome, VisitWay
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries as fund_queries
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs.tests import town
from niangjia.apps.programs.types import StandardRow
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries as orders
from niangjia.apps.workorders.types import OrderState, Verifier
from niangjia.engines import policy
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month

OCTOBER = Month("2023-10")
NOW = town.NOW
PACKS = ("330624-xinchang/special-grant", "330624-xinchang/graded-aid", "330000-zhejiang/file-exit")
OPEN = {
    "one_item_for_relative": "false", "living_multiple_deep": "10", "living_multiple_relative": "8", "medical_share_deep": "1",
    "medical_share_relative": "0.8", "medical_ceiling_deep": "50000", "medical_ceiling_relative": "16000", "study_multiple_deep": "10",
    "study_multiple_relative": "8", "accident_share": "0.15", "accident_ceiling": "10000", "goods_ceiling": "1000",
    "household_ceiling": "60000", "province_approves_above": "200000", "national_approves_above": "500000", "notice_working_days": "5",
}  # fmt: skip

VISIT: dict[str, Any] = {
    "has_consent": True, "authorisation_no": "SQ-2023-1", "main_cause": "因病", "people": 3, "is_signed": True, "verifier_opinion": "情况属实",
    "members": [{"name": "王小明", "relation": "head", "health": "患病"}],
    "income_items": [{"item": "工资", "amount": "60000", "evidence": "流水"}], "rigid_items": [{"item": "医疗", "amount": "30000"}],
}  # fmt: skip
FILE: dict[str, Any] = {
    "name": "王小明", "sex": "M", "id_number": town.id_number(3), "health": "患病", "work_state": "在岗", "housing_kind": "自有", "phone": "13800000001",
    "address": "羽林街道某路 1 号", "employer": "轴承厂", "is_single_parent": False, "own_monthly_income": "5000", "other_household_income": "0",
    "annual_total": "60000", "rigid_total": "30000", "people": 3, "per_capita": "1666.67", "members": [{"name": "王小明", "relation": "head"}],
    "main_cause": "因病", "bank_name": "农商银行", "bank_account": "6222021234567890123", "union_opinion": "同意建档", "authorisation_no": "SQ-2023-1",
    "medical_own_cost_12m": "26000", "study_own_cost_12m": "0", "accident_loss_12m": "0", "living_aid_received_12m": "0",
    "medical_aid_received_12m": "0", "study_aid_received_12m": "0", "accident_aid_received_12m": "0",
}  # fmt: skip
TYPED = {name: value for name, value in FILE.items() if name != "id_number"}  # the register knows everybody's own
NO_GOODS = {"goods_value": Decimal("0.00")}


@dataclass
class Desk:
    """The town at work: every step of a case by the officer whose it is."""

    town: town.Town
    now: datetime = NOW

    def homes(self, count: int = 1, union: str = "XG", start: int = 1, size: int = 2) -> list[int]:
        found = town.households(list(range(start, start + count)), self.town[union], size=size)
        return [home for home, _ in found.values()]

    def members(self, household_id: int) -> tuple[int, ...]:
        return registry.members_of([household_id])[household_id]

    def list_month(
        self, homes: list[int], month: Month = OCTOBER, state: str = "NEW", union: str = "XG", **more: Any
    ) -> None:
        """A released list of these households."""
        values = {
            "grade": "ORANGE",
            "causes": ("因病",),
            "triggers": ("T-ILL-2",),
            "I2": Decimal("60000"),
            "M4": Decimal("30000"),
        } | more
        rows = [SignalRow(home, self.town[union].id, self.town[union].area, state, **values) for home in homes]
        info = RunInfo(month, f"run-{month}", "m" * 64, month.text.ljust(64, "x"), len(rows))
        alerts.receive_run(viewer=None, run=info, rows=rows, now=self.now)
        alerts.draw_sample(viewer=self.town.city, month=month, now=self.now)
        ids = list(alert_queries.list_sample(self.town.city, month).values_list("alert_id", flat=True))
        alerts.record_sample(viewer=self.town.city, alert_ids=ids, is_right=True, now=self.now)
        alerts.release(viewer=self.town.city, month=month, now=self.now)

    def dispatch(self, month: Month = OCTOBER):
        ids = alert_queries.list_active_ids(self.town.city, month)
        return cases.open_cases(viewer=self.town.city, alert_ids=ids, now=self.now)

    def opened(self, *, start: int = 1, size: int = 2, month: Month = OCTOBER, **more: Any) -> Case:
        """A case fresh from the list."""
        home = self.homes(1, start=start, size=size)[0]
        self.list_month([home], month, **more)
        self.dispatch(month)
        return Case.objects.get(household_id=home, month=month.text)

    def hand_down(self, case: Case, to: Viewer | None = None) -> None:
        """The order goes down its route until it is assigned to the visitor."""
        to = to or self.town.grassroots
        for _ in range(5):
            card = orders.get_card(case.work_order_id, now=self.now)
            if card.state is not OrderState.CREATED:
                break
            if card.org_id == to.org_id:
                workorders.accept(viewer=to, order_id=card.id, now=self.now)
                break
            holder = self.town.county if card.org_id == self.town["X"].id else self.town.township
            workorders.accept(viewer=holder, order_id=card.id, now=self.now)
            target = next(each for each in orders.list_forward_candidates(holder, card.id) if each.is_suggested)
            workorders.forward(viewer=holder, order_id=card.id, to_org_id=target.org_id, now=self.now)
        workorders.assign(viewer=to, order_id=case.work_order_id, assignee=_verifier(to), now=self.now)

    def visit(self, case: Case, viewer: Viewer | None = None, **more: Any) -> int:
        values: dict[str, Any] = {
            "visited_on": self.now.date(), "way": VisitWay.HOME, "form": VISIT, "verifiers": [self.town.grassroots_second.account_id],
        }  # fmt: skip
        return cases.record_visit(viewer=viewer or self.town.grassroots, case_id=case.pk, now=self.now, **values | more)

    def try_to_reach(self, case: Case, times: int = 2) -> None:
        for _ in range(times):
            tried = ContactTry(self.now, VisitWay.PHONE, is_reached=False)
            cases.record_visit(
                viewer=self.town.grassroots,
                case_id=case.pk,
                visited_on=self.now.date(),
                way=VisitWay.PHONE,
                contact_tries=[tried],
                now=self.now,
            )

    def submit(self, case: Case, outcome: Outcome = Outcome.V1, **more: Any) -> int:
        reason = "" if outcome in (Outcome.V1, Outcome.V2, Outcome.V3) else "入户了解的情况"
        return cases.submit_finding(
            viewer=self.town.grassroots,
            case_id=case.pk,
            outcome=outcome,
            reason=more.pop("reason", reason),
            now=self.now,
            **more,
        )

    def accept(self, case: Case, viewer: Viewer | None = None, **more: Any):
        return cases.accept_finding(viewer=viewer or self.town.county, case_id=case.pk, now=self.now, **more)

    def verified(
        self, outcome: Outcome = Outcome.V1, *, is_seen: bool = True, target_area: str = "", **more: Any
    ) -> Case:
        """A case whose finding was accepted by the county."""
        case = self.opened(**more)
        self.hand_down(case)
        if is_seen:
            self.visit(case)
        else:
            self.try_to_reach(case)
        self.submit(case, outcome)
        self.accept(case, target_area=target_area)
        return self.fresh(case)

    def filed(self, **more: Any) -> Case:
        """A case whose file is filled in and tiered."""
        case = self.verified(size=3, **more)
        first, second, third = self.members(case.household_id)
        cases.start_file(
            viewer=self.town.county,
            case_id=case.pk,
            person_id=case.person_id,
            members={second: "spouse", third: "child"} | {first: "head"},
            now=self.now,
        )
        cases.fill_file(viewer=self.town.grassroots, case_id=case.pk, values=TYPED, now=self.now)
        cases.decide_tier(viewer=self.town.county, case_id=case.pk, facts=NO_GOODS, now=self.now)
        return self.fresh(case)

    def announced(self, **more: Any) -> Case:
        case = self.filed(**more)
        cases.announce(viewer=self.town.county, case_id=case.pk, now=self.now)
        return self.fresh(case)

    def on_file(self, **more: Any) -> Case:
        case = self.announced(**more)
        self.pass_days(10)
        cases.approve(viewer=self.town.county_second, case_id=case.pk, now=self.now)
        return self.fresh(case)

    def fresh(self, case: Case) -> Case:
        return Case.objects.get(pk=case.pk)

    def file(self, case: Case) -> HardshipFile:
        return HardshipFile.objects.get(case=case)

    def finding(self, case: Case) -> Finding:
        return Finding.objects.filter(case=case).latest("pk")

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)

    def worker(self, case: Case) -> Viewer:
        """The case's person, logged in."""
        return town.appoint(f"worker{case.person_id}", self.town["XG"], Role.WORKER, person_id=case.person_id)


def _verifier(viewer: Viewer) -> Verifier:
    return Verifier(viewer.name, viewer.account_id)


def build_desk() -> Desk:
    place = town.build()
    root = programs_folder()
    vocabulary = policy.load_vocabulary(root)
    programs.install_packs([policy.load_pack(root / name, vocabulary) for name in PACKS], NOW)
    programs.receive_standards([StandardRow("330600", date(2020, 1, 1), Decimal("1000"))], source="虚构", now=NOW)
    for name, value in OPEN.items():
        entered = programs.enter_parameter(
            viewer=place.county,
            program="graded-aid",
            name=name,
            area="330624",
            starts_on=date(2020, 1, 1),
            value=value,
            source="虚构",
            now=NOW,
        )
        programs.approve_parameter(viewer=place.county_second, parameter_id=entered.id, now=NOW)
    return Desk(place)


def give_budget(desk: Desk, purpose: str = "special-relief", amount: str = "200000.00", year: int = 2023) -> int:
    """Money of the county's fund; asked by finance, approved by the county's third officer."""
    request = funds.open_budget(
        viewer=desk.town.finance,
        org_id=desk.town["X"].id,
        purpose=purpose,
        year=year,
        amount=Decimal(amount),
        reason="年度预算",
        key=f"{purpose}-{year}-{amount}",
        now=desk.now,
    )
    funds.approve_request(viewer=desk.town.county_third, request_id=request, now=desk.now)
    return fund_queries.get_budget_id(org_id=desk.town["X"].id, purpose=purpose, year=year)
