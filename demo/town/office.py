"""The invented city's officers at work: they sample, dispatch, visit, review, announce, approve and pay through the same doors as people do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import yaml
from django.utils import timezone

from demo.town import pictures
from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as posts
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.alerts import actions as alerts
from niangjia.apps.alerts import queries as lists
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries as matters
from niangjia.apps.cases.types import CaseState, ContactTry, Outcome, Outsider, VisitWay
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries as money
from niangjia.apps.funds.types import Outcome as BankOutcome
from niangjia.apps.funds.types import ReceiptLine
from niangjia.apps.organizations import calendar
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import Level, Union
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries as programs_here
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries as persons
from niangjia.apps.workorders import actions as orders
from niangjia.apps.workorders import queries as order_queries
from niangjia.apps.workorders.types import OrderCard, OrderState, Verifier
from niangjia.jobs import dispatch_month, pay
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.identity import birth_date
from niangjia.kernel.money import yuan
from niangjia.kernel.months import Month

Progress = Callable[[str, float], None]
COUNTY = "330624"  # Xinchang: the only county whose papers name a grant
BUDGETS = {
    "special-relief": Decimal("150000.00"), "graded-aid": Decimal("600000.00"), "migrant-education": Decimal("30000.00"),
    "mutual-aid": Decimal("50000.00"), "safety-reward": Decimal("5000.00"), "contest-prizes": Decimal("20000.00"),
    "skill-allowance": Decimal("30000.00"),
}  # fmt: skip
"""Invented."""
FIRST_VISIT, LAST_VISIT = 8, 16
"""Working days after the month's end."""
SENT_DOWN = 40
"""Percent of the orders without a visit that are with who will visit, in the month at work."""
LEVEL_ROLES = {
    Level.PROVINCE: Role.PROVINCE, Level.CITY: Role.CITY, Level.COUNTY: Role.COUNTY, Level.TOWN: Role.TOWNSHIP,
    Level.GRASSROOTS: Role.GRASSROOTS, Level.FEDERATION: Role.GRASSROOTS,
}  # fmt: skip


def chance(*words: object) -> int:
    """0 … 99, always the same for the same words: the demo knows no luck."""
    return int.from_bytes(hashlib.sha256("|".join(map(str, words)).encode()).digest()[:4]) % 100


def short_name(union: str) -> str:
    """新昌县演餐饮60号有限公司工会 → 演餐饮60号, 新昌县小将镇总工会（演示） → 小将镇总工会: whole words, short enough for a person's name."""
    name = union.removesuffix("（演示）")
    place, found, rest = name.partition("县")
    if found and len(place) <= 4 and not rest.startswith("总工会"):
        name = rest
    return name.removesuffix("工会").removesuffix("有限公司") if not name.endswith("总工会") else name


@dataclass
class Office:
    """Everybody with a desk in the demo, and their logins."""

    deployment: Deployment
    started: date
    password: str
    logins: list[dict[str, str]] = field(default_factory=list)
    _viewers: dict[tuple[int, Role, int], Viewer] = field(default_factory=dict)

    def hire(
        self,
        username: str,
        name: str,
        org_id: int,
        role: Role,
        title: str,
        *,
        person_id: int | None = None,
        now: datetime,
    ) -> Viewer:
        """An account with a login that is printed for whoever tries the demo."""
        account = accounts.create_account(
            viewer=None, username=username, name=name, password=self.password, person_id=person_id, now=now
        )
        post = accounts.appoint(
            viewer=None, account_id=account, org_id=org_id, role=role, starts_on=self.started, now=now
        )
        self.logins.append({"username": username, "password": self.password, "role": role.value, "title": title})
        return posts.get_viewer(account_id=account, post_id=post, today=timezone.localdate(now))

    def clerk(self, org_id: int, role: Role, now: datetime, *, nth: int = 1) -> Viewer:
        """The nth officer of a union in a role, hired on first use; nobody logs in as them."""
        key = (org_id, role, nth)
        if key not in self._viewers:
            union = unions.get_union(org_id)
            username = f"{role.value.lower()}-{org_id}-{nth}"
            account = accounts.create_account(
                viewer=None,
                username=username,
                name=f"{short_name(union.name)}干事{nth}（虚构）",
                password=None,
                now=now,
            )
            post = accounts.appoint(
                viewer=None, account_id=account, org_id=org_id, role=role, starts_on=self.started, now=now
            )
            self._viewers[key] = posts.get_viewer(account_id=account, post_id=post, today=timezone.localdate(now))
        return self._viewers[key]

    def holder(self, account_id: int, org_id: int, now: datetime) -> Viewer:
        """An account at the post it holds at a union: a clerk or one of the named logins."""
        today = timezone.localdate(now)
        post = next(one for one in posts.list_posts(account_id, today=today) if one.org_id == org_id)
        return posts.get_viewer(account_id=account_id, post_id=post.id, today=today)

    def officer(self, org_id: int, now: datetime, *, nth: int = 1) -> Viewer:
        """Who does a union's casework."""
        return self.clerk(org_id, LEVEL_ROLES[unions.get_union(org_id).level], now, nth=nth)


@dataclass
class Clock:
    """The demo's own time: a working day of the month after, `latest` at most, and with each act some seconds later."""

    month: Month
    latest: date = date.max
    _minutes: int = 0
    _day: date = field(init=False)

    def __post_init__(self) -> None:
        self.go_to(6)

    def go_to(self, working_day: int) -> None:
        self._day = min(calendar.add_working_days(self.month.last_day, working_day), self.latest)
        self._minutes = 0

    def __call__(self) -> datetime:
        self._minutes += 1
        start = datetime(self._day.year, self._day.month, self._day.day, 8, 30, tzinfo=timezone.get_default_timezone())
        return start + timedelta(seconds=20 * self._minutes)

    @property
    def today(self) -> date:
        return self._day


@dataclass
class Play:
    """One month played by the office. What is counted is for the summary a person reads."""

    deployment: Deployment
    office: Office
    month: Month
    share_done: int
    progress: Progress
    area: str = COUNTY
    latest: date = date.max
    counts: dict[str, int] = field(default_factory=dict)
    paid: Decimal = Decimal("0.00")

    def __post_init__(self) -> None:
        self.clock = Clock(self.month, self.latest)
        self.county = unions.find_county_union(self.area + "000000")
        assert self.county is not None, "the invented city has this county union"
        self.reviewer = self.office.officer(self.county.id, self.clock())

    def run(self) -> None:
        """From the new list to the bank's answer."""
        self._release()
        self._check_again()
        self._visit()
        self._review()
        self._file()
        self._approve_notices()
        self._pay()

    def begin(self) -> None:
        """Of a month that is being worked on: its orders are out, some are on their way down, some visits are made."""
        self._release()
        self._visit()
        self._forward_some()

    def verify_alone(self) -> None:
        """As the other counties do: they visit and review; what they grant is not in the papers."""
        self._visit()
        self._review()

    def begin_alone(self) -> None:
        self._visit()
        self._forward_some()

    def _visit(self) -> None:
        waiting = [case for case in self._county_cases() if case.state == CaseState.OPEN]
        for place, case in enumerate(waiting):
            self.progress(f"{self.month} 入户核实 · visits", place / max(len(waiting), 1))
            if chance(case.pk, self.month, "done") < self.share_done:
                self._verify(case.pk, case.work_order_id, case.household_id, case.person_id)

    def _forward_some(self) -> None:
        self.clock.go_to(LAST_VISIT)
        for case in self._county_cases():
            if case.state == CaseState.OPEN and chance(case.pk, "sent down") < SENT_DOWN:
                self._send_down(case.work_order_id)

    def _count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number

    def _county_cases(self) -> list:
        return list(matters.list_cases(self.reviewer, matters.CaseFilter(only_open=True)).order_by("pk"))

    def _release(self) -> None:
        city = self.office.clerk(unions.find_city_union(COUNTY + "000000").id, Role.CITY, self.clock())
        alerts.draw_sample(viewer=city, month=self.month, now=self.clock())
        sample = [row.alert_id for row in lists.list_sample(city, self.month)]
        alerts.record_sample(viewer=city, alert_ids=sample, is_right=True, note="演示抽样", now=self.clock())
        alerts.release(viewer=city, month=self.month, now=self.clock())
        self.clock.go_to(7)
        opened = dispatch_month.dispatch(
            self.deployment, self.month, viewer=city, now=self.clock(), progress=self.progress
        )
        self._count("dispatched", opened.opened)

    # --- a second look at last month's findings ---

    def _check_again(self) -> None:
        """The county's draw of the calendar month before; most are visited again, some differ, of these one waits for its ruling."""
        over = Month.of(self.clock.today).previous()
        try:
            drawn = cases.draw_spot_checks(viewer=self.reviewer, org_id=self.county.id, month=over, now=self.clock())
        except cases.NothingToDraw:
            return
        self._count("checked again", drawn)
        for check in list(matters.list_spot_checks(self.reviewer, month=over.text, result="WAITING")):
            if chance(check.pk, "again") >= 80:
                continue
            assignee = order_queries.get_card(check.case.work_order_id, now=self.clock()).assignee_id
            org_id = check.case.org_id
            visitor = self.office.holder(assignee, org_id, self.clock())
            first = Outcome(check.finding.outcome)
            outcome = (
                (Outcome.V4 if first is not Outcome.V4 else Outcome.V1) if chance(check.pk, "differs") < 25 else first
            )
            cases.record_visit(
                viewer=visitor,
                case_id=check.case_id,
                visited_on=self.clock.today,
                way=VisitWay.HOME,
                outsider=Outsider("（虚构）村社干部", "村社干部"),
                form=self._visit_form(visitor, check.case_id, check.case.household_id),
                now=self.clock(),
            )
            reason = "" if outcome in (Outcome.V1, Outcome.V2, Outcome.V3) else "复访所见（演示）"
            cases.submit_finding(
                viewer=visitor, case_id=check.case_id, outcome=outcome, reason=reason, now=self.clock()
            )

    # --- down the tree, and the visit ---

    def _verify(self, case_id: int, order_id: int, household_id: int, person_id: int) -> None:
        self.clock.go_to(FIRST_VISIT + chance(case_id, "days") % (LAST_VISIT - FIRST_VISIT + 1))
        order = self._send_down(order_id)
        visitor = self.office.officer(order.verify_org_id, self.clock())
        orders.assign(
            viewer=visitor,
            order_id=order_id,
            assignee=Verifier(visitor.name, visitor.account_id, frozenset()),
            now=self.clock(),
        )
        self._count("visited")
        luck = chance(case_id, "outcome")
        if luck < 4:
            tries = [
                ContactTry(self.clock(), VisitWay.PHONE.value, False),
                ContactTry(self.clock(), VisitWay.NONE.value, False),
            ]
            cases.record_visit(
                viewer=visitor,
                case_id=case_id,
                visited_on=self.clock.today,
                way=VisitWay.PHONE,
                contact_tries=tries,
                now=self.clock(),
            )
            cases.submit_finding(
                viewer=visitor, case_id=case_id, outcome=Outcome.V7, reason="两次未联系上", now=self.clock()
            )
            return
        outcome = (
            Outcome.V1
            if luck < 62
            else Outcome.V2
            if luck < 74
            else Outcome.V3
            if luck < 84
            else Outcome.V4
            if luck < 97
            else Outcome.V5
        )
        cases.record_visit(
            viewer=visitor,
            case_id=case_id,
            key=self._take_photos(visitor, case_id, order_id),
            visited_on=self.clock.today,
            way=VisitWay.HOME,
            outsider=Outsider("（虚构）村社干部", "村社干部"),
            form=self._visit_form(visitor, case_id, household_id),
            now=self.clock(),
        )
        reason = "" if outcome in (Outcome.V1, Outcome.V2, Outcome.V3) else "入户所见与数据不符（演示）"
        cases.submit_finding(
            viewer=visitor, case_id=case_id, outcome=outcome, person_id=person_id, reason=reason, now=self.clock()
        )

    def _take_photos(self, visitor: Viewer, case_id: int, order_id: int) -> UUID:
        """Two photos and a signature at one visit of five; the key that visit and photos share."""
        key = matters.next_visit_key(visitor, order_id)
        taken = [("photos", pictures.room(case_id)), ("photos", pictures.room(case_id + 1)), ("signature", pictures.signature(case_id))]  # fmt: skip
        for part, content in taken if chance(case_id, "photos") < 20 else []:
            cases.keep_visit_file(
                viewer=visitor, case_id=case_id, key=key, part=part, content=content, now=self.clock()
            )
        return key

    def _send_down(self, order_id: int) -> OrderCard:
        """Union after union accepts and forwards until the one that verifies has it."""
        order = order_queries.get_card(order_id, now=self.clock())
        for _ in range(5):
            officer = self.office.officer(order.org_id, self.clock())
            if order.state in (OrderState.CREATED, OrderState.RETURNED):
                order = orders.accept(viewer=officer, order_id=order_id, now=self.clock())
            if order.org_id == order.verify_org_id:
                break
            target = order_queries.list_forward_candidates(officer, order_id)[0]
            order = orders.forward(viewer=officer, order_id=order_id, to_org_id=target.org_id, now=self.clock())
        return order

    def hire_visitors(self) -> None:
        """Logins for a township and a grassroots union with a visit before them; one order is sent down to them for it."""
        waiting = [case for case in self._county_cases() if case.state == CaseState.OPEN]
        chains = [self._chain_of(case.work_order_id) for case in waiting]
        order_id, town, grassroots = next((chain for chain in chains if chain), (0, *_first_unions(self.county.id)))
        now = self.clock()
        self.office.hire("township", "乡镇工会干部（虚构）", town.id, Role.TOWNSHIP, f"{town.name} · 转派", now=now)
        visitor = self.office.hire(
            "grassroots",
            "基层工会主席（虚构）",
            grassroots.id,
            Role.GRASSROOTS,
            f"{grassroots.name} · 入户核实",
            now=now,
        )
        if order_id:
            self._send_down(order_id)
            orders.assign(
                viewer=visitor,
                order_id=order_id,
                assignee=Verifier(visitor.name, visitor.account_id, frozenset()),
                now=self.clock(),
            )
            self._begin_visit(visitor, order_id)

    def _begin_visit(self, visitor: Viewer, order_id: int) -> None:
        """A draft that somebody can go on with."""
        case = matters.find_case_of_order(visitor, order_id)
        if case is not None:
            key = self._take_photos(visitor, case.id, order_id)
            typed = {"authorisation_no": ["SQ（演示）-1"], "has_consent": ["yes"], "statement": ["（演示）刚填到这里"]}
            cases.save_draft(viewer=visitor, case_id=case.id, key=key, values=typed, now=self.clock())

    def _chain_of(self, order_id: int) -> tuple[int, Union, Union] | None:
        """The order with the town and the grassroots union it goes through; none if it goes another way."""
        order = order_queries.get_card(order_id, now=self.clock())
        verifying = unions.get_union(order.verify_org_id)
        above = unions.get_union(verifying.parent_id) if verifying.parent_id else None
        return (
            (order_id, above, verifying)
            if above and (verifying.level, above.level) == (Level.GRASSROOTS, Level.TOWN)
            else None
        )

    def _figures(self, viewer: Viewer, household_id: int) -> tuple[Decimal, Decimal, int, str]:
        """Income, own medical cost, persons and main cause as the list has them; an unknown income is found out at the visit."""
        alert = lists.latest_alert_of(viewer, household_id)
        size = (alert.size if alert else None) or 1
        income = alert.I2 if alert else None
        if income is None:
            income = yuan(9000 + chance(household_id, "income") * 250) * size
        causes = lists.split(alert.causes) if alert else ()
        cause = next((cause for cause in causes if cause in ("因病", "因学", "因残", "因灾", "失业", "低收入")), "其他")
        return income, (alert.M4 if alert else None) or Decimal("0.00"), size, cause

    def _visit_form(self, visitor: Viewer, case_id: int, household_id: int) -> dict[str, object]:
        income, medical, size, cause = self._figures(self.reviewer, household_id)
        members = [
            {"person": member.person.id, "says": "RIGHT"}
            for member in persons.list_household_members(visitor, household_id)
        ] or [{"name": "（未登记）", "relation": "本人"}]
        return {
            "has_consent": True, "authorisation_no": f"SQ{self.month.text.replace('-', '')}{case_id:06d}", "members": members,
            "main_cause": cause, "people": size,
            "income_items": [{"item": "工资等（演示）", "amount": str(income), "evidence": "银行流水"}],
            "rigid_items": [{"item": "医疗自付", "amount": str(medical), "evidence": "发票"}] if medical else [],
            "is_signed": True, "verifier_opinion": "情况属实，建议帮扶。（演示文字）",
        }  # fmt: skip

    # --- the county's table ---

    def _review(self) -> None:
        self.clock.go_to(20)
        reviewer = self.office.officer(self.county.id, self.clock())
        for case in [case for case in self._county_cases() if case.state == CaseState.SUBMITTED]:
            if chance(case.pk, self.month, "reviewed") < self.share_done:
                card = cases.accept_finding(viewer=reviewer, case_id=case.pk, now=self.clock())
                self._count(f"outcome {card.outcome}")

    def _file(self) -> None:
        """Of the confirmed, some need more than one grant: they get a file and a tier, and are announced."""
        self.clock.go_to(21)
        reviewer, second = (self.office.officer(self.county.id, self.clock(), nth=nth) for nth in (1, 2))
        confirmed = [case for case in self._county_cases() if case.state == CaseState.CONFIRMED]
        for case in confirmed:
            if chance(case.pk, "file") >= 30:
                cases.close_without_file(
                    viewer=reviewer, case_id=case.pk, now=self.clock(), reason="一次性帮扶后困难缓解（演示）"
                )
                continue
            if self._open_file(case, reviewer, second):
                self._count("announced")

    def _open_file(self, case, reviewer: Viewer, second: Viewer) -> bool:
        members = {
            member.person.id: member.relation or "家庭成员"
            for member in persons.list_household_members(reviewer, case.household_id)
        }
        person_id = case.person_id if case.person_id in members else min(members)
        members[person_id] = "本人"
        visitor = self.office.officer(
            order_queries.get_card(case.work_order_id, now=self.clock()).verify_org_id, self.clock()
        )
        id_number = registry.reveal(
            viewer=visitor, person_id=person_id, field="id_number", reason="建档填表（演示）", now=self.clock()
        )
        if not id_number or birth_date(id_number).year > self.month.year - 17:
            return False
        cases.start_file(viewer=reviewer, case_id=case.pk, members=members, person_id=person_id, now=self.clock())
        cases.fill_file(
            viewer=visitor,
            case_id=case.pk,
            values=self._file_form(case, person_id),
            now=self.clock(),
        )
        decision = cases.decide_tier(viewer=reviewer, case_id=case.pk, now=self.clock())
        if decision.outcome.value.lower() != "granted":
            self._count("tier not told")
            return False
        cases.announce(viewer=reviewer, case_id=case.pk, now=self.clock())
        return True

    def _file_form(self, case, person_id: int) -> dict[str, object]:
        """Who they are and who lives with them the register knows."""
        income, medical, size, cause = self._figures(self.reviewer, case.household_id)
        return {
            "health": "一般", "work_state": "在岗",
            "housing_kind": "自有", "phone": "13800000000", "address": "（虚构）新昌县某街道", "employer": "（虚构）单位", "is_single_parent": False,
            "own_monthly_income": str(yuan(income / 12 / size)), "other_household_income": "0.00", "annual_total": str(income),
            "rigid_total": str(medical), "people": size, "per_capita": str(yuan(income / 12 / size)), "medical_own_cost_12m": str(medical),
            "study_own_cost_12m": "0.00", "accident_loss_12m": "0.00", "living_aid_received_12m": "0.00", "medical_aid_received_12m": "0.00",
            "study_aid_received_12m": "0.00", "accident_aid_received_12m": "0.00", "chosen_item": "medical" if medical else "living",
            "main_cause": cause, "bank_name": "（虚构）银行新昌支行",
            "bank_account": f"62170033{person_id:011d}", "union_opinion": "同意建档。（演示文字）",
            "authorisation_no": f"SQ{self.month.text.replace('-', '')}{case.pk:06d}",
        }  # fmt: skip

    def _approve_notices(self) -> None:
        self.clock.go_to(27)
        approver = self.office.officer(self.county.id, self.clock(), nth=2)
        for case in [case for case in self._county_cases() if case.state == CaseState.FILE_ANNOUNCED]:
            if self.share_done > 80:
                cases.approve(viewer=approver, case_id=case.pk, now=self.clock())
                self._count("on file")

    # --- money ---

    def _pay(self) -> None:
        self.clock.go_to(28)
        approver = self.office.officer(self.county.id, self.clock(), nth=3)
        clerk, payer = (self.office.clerk(self.county.id, Role.FINANCE, self.clock(), nth=nth) for nth in (1, 2))
        for balance in money.list_balances(clerk, year=self.clock.today.year):
            self._pay_budget(balance.budget_id, approver, clerk, payer)

    def _pay_budget(self, budget_id: int, approver: Viewer, clerk: Viewer, payer: Viewer) -> None:
        waiting = money.list_reservations(clerk, budget_id=budget_id, state="RESERVED", is_approved=False)
        for reservation in waiting:
            registry.set_bank_account(
                viewer=None,
                person_id=reservation.person_id,
                account=f"62170033{reservation.person_id:011d}",
                bank_name="（虚构）银行新昌支行",
                now=self.clock(),
            )
            funds.approve(viewer=approver, reservation_id=reservation.id, now=self.clock())
        if not waiting or self.share_done < 60:
            return
        batch = funds.prepare_batch(
            viewer=clerk, budget_id=budget_id, key=f"{self.month}-{budget_id}", now=self.clock()
        )
        funds.approve_batch(viewer=approver, batch_id=batch.id, now=self.clock())
        pay.export(self.deployment, batch.id, viewer=payer, now=self.clock())
        funds.mark_sent(viewer=payer, batch_id=batch.id, now=self.clock())
        lines = [
            ReceiptLine(
                line.reference,
                line.amount,
                BankOutcome.RETURNED if place == 0 else BankOutcome.PAID,
                self.clock.today,
                "户名不符（演示）" if place == 0 else "",
            )
            for place, line in enumerate(money.list_bank_lines(payer, batch.id))
        ]
        funds.receive_receipt(viewer=payer, batch_id=batch.id, lines=lines, now=self.clock())
        card = money.get_batch(payer, batch.id)
        self.paid += card.settled_total
        self._count("paid", card.settled_count)


def _first_unions(county_id: int) -> tuple[Union, Union]:
    town = next(union for union in unions.list_children(county_id) if union.level == Level.TOWN)
    return town, next(
        union for union in unions.list_children(town.id) if union.level in (Level.GRASSROOTS, Level.FEDERATION)
    )


def open_office(deployment: Deployment, first_month: Month, *, password: str, now: datetime) -> Office:
    """Accounts, one login a role; budgets put in and approved by another person; what the papers leave open, filled with invented values."""
    county, city, root = (
        unions.find_county_union(COUNTY + "000000"),
        unions.find_city_union(COUNTY + "000000"),
        unions.find_root(),
    )
    assert county and city and root, "the invented city has its unions"
    office = Office(deployment, first_month.first_day, password)
    for username, name, org_id, role, title in (
        ("province", "省工会干部（虚构）", root.id, Role.PROVINCE, "省总工会"),
        ("city", "市工会干部（虚构）", city.id, Role.CITY, "市总工会 · 发布名单"),
        ("county", "县工会干部甲（虚构）", county.id, Role.COUNTY, "县总工会 · 派单、复核、公示"),
        ("county2", "县工会干部乙（虚构）", county.id, Role.COUNTY, "县总工会 · 批准、资金审批"),
        ("finance", "县工会财务甲（虚构）", county.id, Role.FINANCE, "县总工会财务 · 编制批次"),
        ("finance2", "县工会财务乙（虚构）", county.id, Role.FINANCE, "县总工会财务 · 付款"),
        ("auditor", "审计员（虚构）", city.id, Role.AUDITOR, "市总工会审计"),
        ("administrator", "系统管理员（虚构）", city.id, Role.ADMINISTRATOR, "市总工会系统管理"),
    ):
        office.hire(username, name, org_id, role, title, now=now)
    clerk, approver = office.clerk(county.id, Role.FINANCE, now), office.officer(county.id, now, nth=3)
    for purpose, amount in BUDGETS.items():
        for year in (first_month.year, first_month.year + 1):
            request = funds.open_budget(
                viewer=clerk,
                org_id=county.id,
                purpose=purpose,
                year=year,
                amount=amount,
                key=f"demo-{purpose}-{year}",
                reason="演示预算（虚构）",
                now=now,
            )
            funds.approve_request(viewer=approver, request_id=request, now=now)
    _fill_parameters(office.officer(city.id, now), office.officer(city.id, now, nth=2), now)
    return office


def _fill_parameters(clerk: Viewer, approver: Viewer, now: datetime) -> None:
    invented = yaml.safe_load((Path(__file__).parent / "parameters.yaml").read_text(encoding="utf-8"))
    here = {card.pack_id for card in programs_here.list_packs(clerk)}  # other cities' programmes are not installed
    for program in sorted(here & invented.keys()):
        for name, entry in invented[program].items():
            for starts_on, value in entry["values"].items():
                entered = programs.enter_parameter(
                    viewer=clerk,
                    program=program,
                    name=name,
                    area=COUNTY,
                    starts_on=starts_on,
                    value=str(value).lower() if isinstance(value, bool) else str(value),
                    source="演示城市，虚构",
                    is_invented=True,
                    now=now,
                )
                programs.approve_parameter(viewer=approver, parameter_id=entered.id, now=now)


def neighbours() -> list[str]:
    """Divisions of the city's other counties."""
    city = unions.find_city_union(COUNTY + "000000")
    assert city is not None
    areas = [union.area[:6] for union in unions.list_children(city.id) if union.level is Level.COUNTY]
    return [area for area in areas if area != COUNTY]


def hire_worker(office: Office, now: datetime) -> Viewer | None:
    """A login for a worker who was helped, so that the worker's own page has something to show; None: nobody was helped."""
    county = unions.find_county_union(COUNTY + "000000")
    viewer = office.officer(county.id, now)
    helped = (
        matters.list_cases(viewer, matters.CaseFilter())
        .exclude(person_id=None)
        .filter(outcome__in=["V1", "V2"])
        .order_by("pk")
    )
    chosen = helped.filter(state__in=[CaseState.ON_FILE, CaseState.FILE_ANNOUNCED]).first() or helped.first()
    if chosen is None:
        return None
    return office.hire(
        "worker", "职工（虚构）", county.id, Role.WORKER, "职工本人 · 我的娘家", person_id=chosen.person_id, now=now
    )
