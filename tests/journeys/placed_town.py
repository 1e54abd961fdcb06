"""A small town with listed stations and an officer at each desk: `python -m tests.journeys.placed_town FOLDER` prints who is there."""

from __future__ import annotations

import json
import os
import sys
from datetime import time
from decimal import Decimal
from pathlib import Path

PASSWORD = "niangjia-demo-2023"
NEAREST, FARTHER = "城中驿站", "城南驿站"


def main(folder: Path) -> None:
    from niangjia.kernel.deployment import Deployment

    Deployment.create(folder, "330600", is_demo=True, name="越城（虚构）")
    os.environ |= {"NIANGJIA_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "tests.journeys.settings"}
    import django

    django.setup()
    from django.core.management import call_command

    from niangjia.apps.accounts import actions as accounts
    from niangjia.apps.accounts import queries as logins
    from niangjia.apps.places import actions as places
    from niangjia.apps.places.lifecycle import Step
    from niangjia.apps.places.types import Hours, PlaceFacts, Position
    from niangjia.apps.programs.tests import town

    call_command("migrate", interactive=False, verbosity=0)
    place = town.build()
    for name, latitude in ((NEAREST, "29.5030"), (FARTHER, "29.4900")):
        facts = PlaceFacts(
            "station", name, place["XT"].id, "330624001", "county", "演示路1号", Position(Decimal(latitude), Decimal("120.9000")),
            (Hours((1, 2, 3, 4, 5, 6, 7), time(6), time(22)),), ("table", "water", "microwave", "charging"), details={"manager": "社区"},
        )  # fmt: skip
        place_id = places.apply_for_place(viewer=place.township, facts=facts, key=name, now=town.NOW)
        places.take_step(viewer=place.county, place_id=place_id, step=Step.LIST, from_step=1, now=town.NOW)
    people = {"township": place.township, "county": place.county}
    for viewer in people.values():
        accounts.reset_password(viewer=None, account_id=viewer.account_id, new_password=PASSWORD, now=town.NOW)
    print(
        json.dumps(
            {
                "now": town.NOW.isoformat(),
                "logins": {name: logins.get_account(one.account_id).username for name, one in people.items()},
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
