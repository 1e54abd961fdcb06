"""A list of any length made by hand, to measure how long it takes to take it in and dispatch it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as posts
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.alerts import actions as alerts
from niangjia.apps.alerts import queries as lists
from niangjia.apps.alerts.types import RunInfo, SignalRow
from niangjia.apps.cases import actions as cases
from niangjia.apps.messages import queries as messages
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry.types import HouseholdFacts, MemberFacts
from niangjia.jobs import tell
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.months import Month

MONTH = Month("2023-10")
TOWNS = 20


def measure(
    deployment: Deployment, households: int, *, now: datetime, progress: Callable[[str, float], None]
) -> dict[str, object]:
    """Seconds for receiving and for dispatching `households`; the people are invented."""
    organizations.receive_unions(_unions())
    town_ids = [unions.find_union_by_code(f"T{town:02d}").id for town in range(TOWNS)]
    city = unions.find_union_by_code("CITY")
    account = accounts.create_account(viewer=None, username="bench", name="测速（虚构）", password=None, now=now)
    post = accounts.appoint(
        viewer=None, account_id=account, org_id=city.id, role=Role.CITY, starts_on=date(2023, 1, 1), now=now
    )
    viewer = posts.get_viewer(account_id=account, post_id=post, today=date(2023, 11, 6))
    started = time.perf_counter()
    received = registry.receive_households([_household(number, town_ids) for number in range(households)], now=now)
    rows = [
        _signal(number, received.household_ids[f"bench-{number}"], town_ids[number % TOWNS])
        for number in range(households)
    ]
    alerts.receive_run(viewer=None, run=RunInfo(MONTH, "bench", "0" * 64, "0" * 64, households), rows=rows, now=now)
    taken_in = time.perf_counter() - started
    alerts.draw_sample(viewer=viewer, month=MONTH, now=now)
    alerts.record_sample(
        viewer=viewer, alert_ids=[row.alert_id for row in lists.list_sample(viewer, MONTH)], is_right=True, now=now
    )
    alerts.release(viewer=viewer, month=MONTH, now=now)
    ids = lists.list_active_ids(viewer, MONTH)
    started = time.perf_counter()
    opened = cases.open_cases(
        viewer=viewer, alert_ids=ids, now=now, progress=lambda done: progress("dispatch", done / len(ids))
    )
    dispatched = time.perf_counter() - started
    assert opened.opened == households, opened
    officers = _officers(town_ids, now)
    started = time.perf_counter()
    told = tell.tell(now=now)
    telling = time.perf_counter() - started
    assert told == households, told
    return {
        "take the list in s": round(taken_in, 2),
        "dispatch with cases and audit s": round(dispatched, 2),
        "tell of it s": round(telling, 2),
        "messages": sum(messages.count_unread(officer) for officer in officers),
    }


def _officers(town_ids: list[int], now: datetime) -> list[Viewer]:
    """One at every union that gets an order."""
    found = []
    for number, union_id in enumerate([*town_ids, unions.find_union_by_code("COUNTY").id]):
        account = accounts.create_account(
            viewer=None, username=f"officer{number}", name="测速（虚构）", password=None, now=now
        )
        role = Role.TOWNSHIP if union_id in town_ids else Role.COUNTY
        post = accounts.appoint(
            viewer=None, account_id=account, org_id=union_id, role=role, starts_on=date(2023, 1, 1), now=now
        )
        found.append(posts.get_viewer(account_id=account, post_id=post, today=date(2023, 11, 6)))
    return found


def _unions() -> list[dict[str, object]]:
    blank = {"uscc": None, "state": "active"}
    top = [
        {
            "code": "PROV",
            "parent": None,
            "name": "省总工会（虚构）",
            "level": "province",
            "area": "330000000000",
            **blank,
        },
        {
            "code": "CITY",
            "parent": "PROV",
            "name": "市总工会（虚构）",
            "level": "city",
            "area": "330600000000",
            **blank,
        },
        {
            "code": "COUNTY",
            "parent": "CITY",
            "name": "县总工会（虚构）",
            "level": "county",
            "area": "330624000000",
            **blank,
        },
    ]
    towns = [
        {
            "code": f"T{town:02d}",
            "parent": "COUNTY",
            "name": f"镇总工会{town}（虚构）",
            "level": "town",
            "area": f"330624{town + 1:03d}000",
            **blank,
        }
        for town in range(TOWNS)
    ]
    return [*top, *towns]


def _household(number: int, town_ids: list[int]) -> HouseholdFacts:
    members = tuple(
        MemberFacts(
            pseudonym=hashlib.sha256(f"bench {number} {place}".encode()).hexdigest()[:32],
            name=f"虚构{number % 97}",
            birth_date=date(1970 + place * 5, 1, 1),
            sex="MF"[place % 2],
        )
        for place in range(3)
    )
    return HouseholdFacts(key=f"bench-{number}", members=members, org_id=town_ids[number % TOWNS])


def _signal(number: int, household_id: int, org_id: int) -> SignalRow:
    return SignalRow(
        household_id=household_id, org_id=org_id, area=f"330624{number % TOWNS + 1:03d}001", state="NEW", grade=("RED", "ORANGE", "YELLOW")[number % 3],
        causes=("因病",), triggers=("T-ILL-2",), I2=Decimal("30000.00"), M4=Decimal("25000.00"), size=3, first_month="2023-10",
    )  # fmt: skip
