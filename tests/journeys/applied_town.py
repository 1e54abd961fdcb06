"""A small town where a real programme can be applied for: `python -m tests.journeys.applied_town FOLDER` prints who is there."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

PASSWORD = "niangjia-demo-2023"
PROGRAM = "migrant-education-subsidy"
INVENTED = {
    "degree_share": "0.5", "degree_ceiling": "1500", "skill_share": "0.5", "skill_ceiling": "800", "mountain_ceiling_raise": "300",
}  # fmt: skip
"""What the paper leaves open: these numbers are no union's."""
WORKERS = ("worker", "keyboard", "english", "helper", "booker", "booked", "representative", "uploader")
"""One for each journey."""


def lay_course(county, booked) -> None:
    """A course of one seat that begins within the hour, and who has that seat."""
    from datetime import timedelta

    from niangjia.apps.bookings import actions
    from niangjia.apps.bookings.types import Giving, OfferFacts, SlotFacts
    from niangjia.apps.programs.tests.town import NOW

    times = {"opens_at": NOW - timedelta(hours=1), "closes_at": NOW + timedelta(minutes=40)}
    facts = OfferFacts(
        title="数控车工夜校", kind="course", org_id=county.org_id, area="330624", giving=Giving.FIRST_COME, **times
    )
    offer = actions.make_offer(viewer=county, facts=facts, key="course", now=NOW)
    slot = SlotFacts(NOW + timedelta(minutes=30), NOW + timedelta(hours=2), 1, "二号教室")
    actions.add_slots(viewer=county, offer_id=offer, slots=[slot], now=NOW)
    actions.publish(viewer=county, offer_id=offer, now=NOW)
    actions.ask(viewer=booked, offer_id=offer, person_id=booked.person_id, key="first", now=NOW)


def main(folder: Path) -> None:
    from niangjia.kernel.deployment import Deployment, programs_folder

    Deployment.create(folder, "330600", is_demo=True, name="越城（虚构）")
    os.environ |= {"NIANGJIA_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "tests.journeys.settings"}
    import django

    django.setup()
    from django.core.management import call_command

    from niangjia.apps.accounts import actions as accounts
    from niangjia.apps.accounts import queries as logins
    from niangjia.apps.accounts.types import Role
    from niangjia.apps.funds import actions as funds
    from niangjia.apps.matters.tests import begun
    from niangjia.apps.programs import actions as programs
    from niangjia.apps.programs.tests import town
    from niangjia.engines import policy
    from niangjia.jobs import rollup
    from tests.journeys import contested_town, placed_stations

    call_command("migrate", interactive=False, verbosity=0)
    place = town.build()
    root = programs_folder()
    programs.install_packs(
        [policy.load_pack(root / "330000-zhejiang" / PROGRAM, policy.load_vocabulary(root))], town.NOW
    )
    for name, value in INVENTED.items():
        entered = programs.enter_parameter(
            viewer=place.county, program=PROGRAM, name=name, area="330624", starts_on=date(2020, 1, 1), value=value, source="虚构",
            is_invented=True, now=town.NOW,
        )  # fmt: skip
        programs.approve_parameter(viewer=place.county_second, parameter_id=entered.id, now=town.NOW)
    request = funds.open_budget(
        viewer=place.finance, org_id=place["X"].id, purpose="migrant-education", year=town.NOW.year, amount=Decimal("20000.00"),
        key="migrant-education", reason="虚构", now=town.NOW,
    )  # fmt: skip
    funds.approve_request(viewer=place.county_third, request_id=request, now=town.NOW)
    begun.install()
    people = {
        "grassroots": place.grassroots,
        "township": place.township,
        "county": place.county,
        "colleague": place.county_second,
        "city": place.city,
    }
    placed_stations.lay(place)
    for number, name in enumerate(WORKERS, start=1):
        own = town.household(number, place["XG"])[1][0]
        people[name] = town.appoint(name, place["XG"], Role.WORKER, person_id=own)
    representative = people["representative"]
    begun.Place(place, representative, representative.person_id or 0).represent()
    lay_course(place.county, people["booked"])
    for viewer in people.values():
        accounts.reset_password(viewer=None, account_id=viewer.account_id, new_password=PASSWORD, now=town.NOW)
    contests = contested_town.lay(place)
    rollup.make(Deployment.load(folder), now=town.NOW)
    print(
        json.dumps(
            {
                "now": town.NOW.isoformat(),
                "contests": contests,
                "logins": {name: logins.get_account(one.account_id).username for name, one in people.items()},
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
