"""
Planted: what an auditor should find. An officer was, as came out afterwards, of a household whose matter they had handled; another, who also sits in
a company's union, reviewed that union's cases. Everything else in the town went by the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from demo.town.office import COUNTY, Office
from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as posts
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit.types import Hand
from niangjia.apps.cases import queries as cases
from niangjia.apps.inspections import actions, queries
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import Level
from niangjia.apps.registry import queries as registry
from niangjia.kernel.months import Month

DECIDING = frozenset({"REVIEWED", "TIERED", "APPROVED"})
Planted = set[tuple[str, str]]
"""Rule and matter."""
Chain = tuple[str, int, int | None, list[Hand]]
"""Matter, union, household, hands."""


def play(office: Office, month: Month, clock: Callable[[], datetime]) -> Planted:
    """And the auditor has looked for them."""
    union = unions.find_city_union(COUNTY + "000000")
    assert union is not None, "the invented city has its union"
    auditor = office.clerk(union.id, Role.AUDITOR, clock())
    planted = plant(auditor, month, starts_on=office.started, now=clock())
    for one in (month.previous(), month):
        actions.search_conflicts(viewer=auditor, month=one, now=clock())
    return planted


def plant(auditor: Viewer, month: Month, *, starts_on: date, now: datetime) -> Planted:
    """Both, in what was done that month; what an auditor finds because of it."""
    chains = list(_chains(auditor, month))
    return _own_household(chains, now) | _own_union(chains, starts_on, now)


def _chains(auditor: Viewer, month: Month) -> Iterator[Chain]:
    for of, hands in queries.chains_of_month(auditor, month).items():
        kind, _colon, number = of.partition(":")
        if kind == "case":
            home, _person, org = cases.hands.facts_of([int(number)])[int(number)]
            yield of, org, home, hands


def _own_household(chains: list[Chain], now: datetime) -> Planted:
    """Whoever verified the first case turns out to live there."""
    taken = {account for _of, _org, _home, hands in chains for account in _who(hands, DECIDING)}
    for _of, _org, home, hands in chains:
        visitors = sorted(_who(hands, frozenset({"VERIFIED"})) - taken)
        people = posts.people_of(visitors)
        members = registry.members_of([home]).get(home, ()) if home else ()
        kind, _colon, number = _of.partition(":")
        helped = (
            {facts[1] for facts in cases.hands.facts_of({int(number)}).values()} if kind == "case" else set(members)
        )
        free = [one for one in members if one not in helped and not posts.accounts_of_persons([one])]
        visitor = next((one for one in visitors if people[one][1] is None), None)
        if visitor and free:
            accounts.link_person(viewer=None, account_id=visitor, person_id=free[-1], now=now)
            theirs = [other for other, _o, its, others in chains if its == home and visitor in _who(others, None)]
            return {("own-household", other) for other in theirs}
    return set()


def _own_union(chains: list[Chain], starts_on: date, now: datetime) -> Planted:
    """Whoever reviewed the first case of a company's union is found to sit in that union too."""
    levels = unions.get_unions({org for _of, org, _home, _hands in chains})
    for _of, org, _home, hands in chains:
        reviewer = min(_who(hands, frozenset({"REVIEWED"})), default=None)
        if reviewer and levels[org].level is Level.GRASSROOTS and org not in posts.unions_of([reviewer])[reviewer]:
            accounts.appoint(
                viewer=None, account_id=reviewer, org_id=org, role=Role.GRASSROOTS, starts_on=starts_on, now=now
            )
            return {("own-union", of) for of, its, _h, others in chains if its == org and reviewer in _who(others, DECIDING)}  # fmt: skip
    return set()


def _who(hands: list[Hand], steps: frozenset[str] | None) -> set[int]:
    """Accounts with a hand in these steps; null: in any."""
    return {hand.account_id for hand in hands if hand.account_id and (steps is None or hand.step in steps)}
