"""A small town with workers, a desk and a county, for the tests of bookings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.bookings import actions
from niangjia.apps.bookings.lifecycle import Giving
from niangjia.apps.bookings.types import OfferFacts, SlotFacts
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import UnionRow
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry.types import HouseholdFacts, MemberFacts, MembershipFacts

NOW = datetime(2023, 5, 8, 1, 0, tzinfo=UTC)
DAY = datetime(2023, 5, 20, 0, 30, tzinfo=UTC)  # 8:30
HALF_HOUR = timedelta(minutes=30)


@dataclass
class Fair:
    county: Viewer
    town: Viewer
    other: Viewer
    workers: list[Viewer]
    elsewhere: Viewer
    made: int = 0

    def offer(self, *seats: int, is_open: bool = True, **told) -> int:
        """Published, with a slot of so many seats every half hour."""
        self.made += 1
        facts = {
            "title": "流动体检", "kind": "check_up", "org_id": self.county.org_id, "area": "330281", "giving": Giving.FIRST_COME,
            "opens_at": NOW, "closes_at": NOW + timedelta(days=7),
        }  # fmt: skip
        offer_id = actions.make_offer(
            viewer=self.county, facts=OfferFacts(**(facts | told)), key=f"offer {self.made}", now=NOW
        )
        slots = [SlotFacts(DAY + n * HALF_HOUR, DAY + (n + 1) * HALF_HOUR, one) for n, one in enumerate(seats)]
        actions.add_slots(viewer=self.county, offer_id=offer_id, slots=slots, now=NOW)
        if is_open:
            actions.publish(viewer=self.county, offer_id=offer_id, now=NOW)
        return offer_id

    def ask(self, offer_id: int, number: int, companions: int = 0, **told) -> int:
        worker = self.workers[number]
        told = {"viewer": worker, "person_id": worker.person_id, "key": f"{offer_id}/{number}", "now": NOW} | told
        return actions.ask(offer_id=offer_id, companions=companions, **told)


def build(workers: int = 6) -> Fair:
    rows = [
        ("YY", "", "余姚市总工会", "county", "330281"), ("MS", "YY", "牟山镇总工会", "town", "330281103"), ("LB", "YY", "陆埠镇总工会", "town", "330281110"),
        ("CX", "", "慈溪市总工会", "county", "330282"),
    ]  # fmt: skip
    organizations.receive_unions([UnionRow(*row) for row in rows])
    tree = unions.load_by_code()
    names = [f"{number:032x}" for number in range(workers + 1)]
    received = registry.receive_households(
        [
            HouseholdFacts(name, (MemberFacts(name, name=f"工{number}"),), tree["MS"].id)
            for number, name in enumerate(names)
        ],
        now=NOW,
    )
    homes = ["MS"] * (workers // 2) + ["LB"] * (workers - workers // 2) + ["CX"]
    groups = ["courier" if number % 2 else "" for number in range(workers)] + [""]
    registry.receive_memberships(
        [
            MembershipFacts(name, tree[home].id, date(2020, 1, 1), group=group)
            for name, home, group in zip(names, homes, groups, strict=True)
        ],
        now=NOW,
    )

    def viewer(name: str, role: Role, code: str, person_id: int | None = None) -> Viewer:
        account = accounts.create_account(
            viewer=None, username=name, name=name, password="four horses in a row", person_id=person_id, now=NOW
        )
        return Viewer(account, 1, name, role, tree[code].id, tree[code].path, person_id=person_id)

    people = [
        viewer(f"worker{number}", Role.WORKER, home, received.person_ids[name])
        for number, (name, home) in enumerate(zip(names, homes, strict=True))
    ]
    return Fair(
        viewer("county", Role.COUNTY, "YY"),
        viewer("town", Role.TOWNSHIP, "MS"),
        viewer("other", Role.COUNTY, "CX"),
        people[:-1],
        people[-1],
    )
