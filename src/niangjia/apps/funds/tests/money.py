"""An invented county union with its officers, people and one budget, for the tests of money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as account_queries
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries
from niangjia.apps.funds.types import BatchCard, Cap, Outcome, ReceiptLine, ReservationCard, SubjectKind, Window
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as organization_queries
from niangjia.apps.organizations.types import UnionRow
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry.types import HouseholdFacts, MemberFacts

NOW = datetime(2023, 11, 6, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PURPOSE = "越温暖专项帮扶"
GRANT = Decimal("500.00")
PERSON, HOUSEHOLD = SubjectKind.PERSON, SubjectKind.HOUSEHOLD


def yearly(group: str, per: SubjectKind, **more) -> Cap:
    """A cap of 2023 that `County.reserve` binds to the person or the household it is for."""
    return Cap(group, per, 0, Window.YEAR, NOW.date(), **more)


def bind(caps: Sequence[Cap], person_id: int, household_id: int) -> list[Cap]:
    ids = {PERSON: person_id, HOUSEHOLD: household_id}
    return [cap if cap.subject_id or cap.per not in ids else replace(cap, subject_id=ids[cap.per]) for cap in caps]


E02_CAPS = (yearly("e02", PERSON, count=1), yearly("e02", HOUSEHOLD, count=1))

_UNIONS = [
    UnionRow("C", "", "绍兴市总工会", "city", "330600"),
    UnionRow("X", "C", "新昌县总工会", "county", "330624"),
    UnionRow("Y", "C", "诸暨市总工会", "county", "330681"),
    UnionRow("XG", "X", "轴承厂工会", "grassroots", "330624001"),
]


@dataclass(frozen=True)
class County:
    org_id: int
    path: str
    grassroots_path: str
    city_org_id: int
    officer: Viewer  # COUNTY: reserves
    approver: Viewer  # COUNTY: approves
    finance: Viewer  # prepares
    payer: Viewer  # FINANCE: seals and sends
    reviewer: Viewer  # COUNTY: reviewed the cases
    elsewhere: Viewer  # FINANCE of another county
    elsewhere_county: Viewer
    grassroots: Viewer
    people: tuple[tuple[int, int], ...]  # person id, household id

    def open_budget(self, amount="200000.00", *, purpose=PURPOSE, year=2023, org_id=None) -> int:
        request = funds.open_budget(
            viewer=self.finance,
            org_id=org_id or self.org_id,
            purpose=purpose,
            year=year,
            amount=Decimal(amount),
            key=f"open:{org_id}:{purpose}:{year}",
            reason="县总工会年度预算",
            now=NOW,
        )
        funds.approve_request(viewer=self.approver, request_id=request, now=NOW)
        return queries.get_budget_id(org_id=org_id or self.org_id, purpose=purpose, year=year)

    def add(self, budget_id: int, amount: str, key: str) -> list[int]:
        request = funds.add_to_budget(
            viewer=self.finance, budget_id=budget_id, amount=Decimal(amount), key=key, reason="追加", now=NOW
        )
        return funds.approve_request(viewer=self.approver, request_id=request, now=NOW)

    def reserve(
        self, number: int, *, amount=GRANT, case_ref="", caps=(), viewer=None, officers=None, **more
    ) -> ReservationCard:
        person_id, household_id = self.people[number]
        values = {"purpose": PURPOSE, "year": 2023, "org_path": self.path} | more
        return funds.reserve(
            viewer=viewer or self.officer,
            case_ref=case_ref or f"case:{number}",
            person_id=person_id,
            household_id=household_id,
            amount=Decimal(amount),
            caps=bind(caps, person_id, household_id),
            case_officer_ids=[self.reviewer.account_id] if officers is None else officers,
            now=NOW,
            **values,
        )

    def approve(self, *cards: ReservationCard) -> None:
        for card in cards:
            funds.approve(viewer=self.approver, reservation_id=card.id, now=NOW)

    def prepare(self, budget_id: int, key="2023-11") -> BatchCard:
        return funds.prepare_batch(viewer=self.finance, budget_id=budget_id, key=key, now=NOW)

    def marks(self, suffix="") -> dict[int, str]:
        return {person_id: f"mark-{person_id}{suffix}" for person_id, _ in self.people}

    def send(self, batch_id: int, *, suffix="") -> BatchCard:
        """Approve, seal, record the file, send."""
        funds.approve_batch(viewer=self.approver, batch_id=batch_id, now=NOW)
        batch = funds.seal_batch(viewer=self.payer, batch_id=batch_id, account_marks=self.marks(suffix), now=NOW)
        funds.record_bank_file(
            viewer=self.payer,
            batch_id=batch_id,
            file_name=f"{batch.number}.csv",
            sha256="a" * 64,
            line_count=batch.line_count,
            total=batch.total,
            now=NOW,
        )
        return funds.mark_sent(viewer=self.payer, batch_id=batch_id, now=NOW)

    def receipt(self, batch_id: int, *answers: tuple[int, Outcome], day: int | None = None):
        """The bank's answer by line number."""
        lines = {line.line: line for line in queries.list_bank_lines(self.payer, batch_id)}
        return funds.receive_receipt(
            viewer=self.payer,
            batch_id=batch_id,
            lines=[
                ReceiptLine(
                    lines[number].reference, lines[number].amount, outcome, date(2023, 11, day) if day else None
                )
                for number, outcome in answers
            ],
            now=NOW,
        )

    def balances(self, budget_id: int):
        return next(row for row in queries.list_balances(self.officer) if row.budget_id == budget_id)


def build(people: int = 4) -> County:
    organizations.receive_unions(_UNIONS)
    unions = {row.code: organization_queries.find_union_by_code(row.code) for row in _UNIONS}
    facts = [
        HouseholdFacts(
            f"H{number}", (MemberFacts(f"{number:032x}", name="王小明", birth_date=date(1980, 1, 1)),), unions["XG"].id
        )
        for number in range(people)
    ]
    received = registry.receive_households(facts, now=NOW)

    def viewer(name: str, code: str, role: Role) -> Viewer:
        account_id = accounts.create_account(viewer=None, username=name, name=name, password=None, now=NOW)
        post_id = accounts.appoint(
            viewer=None, account_id=account_id, org_id=unions[code].id, role=role, starts_on=date(2020, 1, 1), now=NOW
        )
        return account_queries.get_viewer(account_id=account_id, post_id=post_id, today=NOW.date())

    return County(
        org_id=unions["X"].id,
        path=unions["X"].path,
        grassroots_path=unions["XG"].path,
        city_org_id=unions["C"].id,
        officer=viewer("officer", "X", Role.COUNTY),
        approver=viewer("approver", "X", Role.COUNTY),
        finance=viewer("finance", "X", Role.FINANCE),
        payer=viewer("payer", "X", Role.FINANCE),
        reviewer=viewer("reviewer", "X", Role.COUNTY),
        elsewhere=viewer("elsewhere", "Y", Role.FINANCE),
        elsewhere_county=viewer("elsewhere.county", "Y", Role.COUNTY),
        grassroots=viewer("grassroots", "XG", Role.GRASSROOTS),
        people=tuple(
            (received.person_ids[f"{number:032x}"], received.household_ids[f"H{number}"]) for number in range(people)
        ),
    )
