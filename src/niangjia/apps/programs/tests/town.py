"""A small invented union tree with its officers and households, for the tests of programs, alerts and cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as account_queries
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as organization_queries
from niangjia.apps.organizations.types import Level, Union, UnionRow
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry.types import HouseholdFacts, MemberFacts, MembershipFacts
from niangjia.kernel.identity import read_id_number

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2023, 11, 6, 9, 0, tzinfo=SHANGHAI)  # a Monday

UNIONS = [
    UnionRow("C", "", "绍兴市总工会", Level.CITY, "330600000000"),
    UnionRow("X", "C", "新昌县总工会", Level.COUNTY, "330624000000"),
    UnionRow("Y", "C", "诸暨市总工会", Level.COUNTY, "330681000000"),
    UnionRow("XT", "X", "羽林街道总工会", Level.TOWN, "330624001000"),
    UnionRow("XG", "XT", "轴承厂工会", Level.GRASSROOTS, "330624001000"),
    UnionRow("XH", "XT", "制药厂工会", Level.GRASSROOTS, "330624001000"),
    UnionRow("YG", "Y", "袜业公司工会", Level.GRASSROOTS, "330681000000"),
]


@dataclass(frozen=True)
class Town:
    unions: dict[str, Union]
    city: Viewer
    county: Viewer
    county_second: Viewer
    county_third: Viewer
    other_county: Viewer
    township: Viewer
    grassroots: Viewer
    grassroots_second: Viewer
    finance: Viewer
    auditor: Viewer

    def __getitem__(self, code: str) -> Union:
        return self.unions[code]


def build(now: datetime = NOW) -> Town:
    organizations.receive_unions(UNIONS)
    unions = {row.code: organization_queries.find_union_by_code(row.code) for row in UNIONS}
    post = {
        "city": ("C", Role.CITY),
        "county": ("X", Role.COUNTY),
        "county_second": ("X", Role.COUNTY),
        "county_third": ("X", Role.COUNTY),
        "other_county": ("Y", Role.COUNTY),
        "township": ("XT", Role.TOWNSHIP),
        "grassroots": ("XG", Role.GRASSROOTS),
        "grassroots_second": ("XG", Role.GRASSROOTS),
        "finance": ("X", Role.FINANCE),
        "auditor": ("C", Role.AUDITOR),
    }
    viewers = {
        name: appoint(name.replace("_", "."), unions[code], role, now=now) for name, (code, role) in post.items()
    }
    return Town(unions=unions, **viewers)


def appoint(username: str, union: Union, role: Role, *, person_id: int | None = None, now: datetime = NOW) -> Viewer:
    account_id = accounts.create_account(
        viewer=None, username=username, name=username, password=None, person_id=person_id, now=now
    )
    post_id = accounts.appoint(
        viewer=None, account_id=account_id, org_id=union.id, role=role, starts_on=date(2020, 1, 1), now=now
    )
    return account_queries.get_viewer(account_id=account_id, post_id=post_id, today=now.date())


def pseudonym(number: int) -> str:
    return f"{number:032x}"


def id_number(number: int) -> str:
    """A valid ID number of an invented adult; another one for every `number` below 999."""
    for check in "0123456789X":
        if found := read_id_number(f"33062419800101{number:03d}{check}"):
            return found
    raise ValueError(number)


def household(number: int, union: Union, *, size: int = 2, now: datetime = NOW) -> tuple[int, list[int]]:
    """A household of `size` invented persons at `union`; its id and theirs. The first is a member there."""
    return households([number], union, size=size, now=now)[number]


def households(
    numbers: list[int], union: Union, *, size: int = 2, now: datetime = NOW
) -> dict[int, tuple[int, list[int]]]:
    facts = [
        HouseholdFacts(
            key=f"H{number}",
            org_id=union.id,
            members=tuple(
                MemberFacts(
                    pseudonym=pseudonym(number * 10 + place),
                    name="王小明" if place == 0 else "李小红",
                    id_number=id_number(number % 300 * 3 + place) if number < 300 and place < 3 else "",
                    phone=f"1380000{number % 10000:04d}" if place == 0 else "",
                    birth_date=date(1980, 1, 1),
                    sex="M" if place % 2 == 0 else "F",
                    relation="head" if place == 0 else "spouse",
                )
                for place in range(size)
            ),
        )
        for number in numbers
    ]
    received = registry.receive_households(facts, now=now)
    registry.receive_memberships(
        [MembershipFacts(pseudonym(number * 10), union.id, date(2015, 1, 1)) for number in numbers], now=now
    )
    return {
        number: (
            received.household_ids[f"H{number}"],
            [received.person_ids[pseudonym(number * 10 + place)] for place in range(size)],
        )
        for number in numbers
    }
