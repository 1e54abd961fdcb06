"""A small town with every programme in force, to be served: `python -m tests.screens.served_programs FOLDER` prints its addresses."""

from __future__ import annotations

import json
import os
import sys
from decimal import Decimal
from pathlib import Path

from tests.screens.served_house import PASSWORD


def main(folder: Path) -> None:
    from niangjia.kernel.deployment import Deployment

    Deployment.create(folder, "330600", is_demo=True, name="越城（虚构）")
    os.environ |= {"NIANGJIA_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "tests.journeys.settings"}
    import django

    django.setup()
    from datetime import date

    from django.core.management import call_command
    from django.urls import reverse

    from niangjia.apps.accounts import actions as accounts
    from niangjia.apps.accounts.types import Role
    from niangjia.apps.programs import actions as programs
    from niangjia.apps.programs import published
    from niangjia.apps.programs.tests import town
    from niangjia.apps.programs.types import StandardRow
    from niangjia.portals.tests.programs_in_force import install_all

    call_command("migrate", interactive=False, verbosity=0)
    place = town.build()
    install_all(place.city, place.county, town.NOW)
    programs.receive_standards(
        [StandardRow("330624", date(2023, 1, 1), Decimal("1000.00"))], source="test", now=town.NOW
    )
    _home, people = town.household(1, place["XG"], size=3)
    worker = town.appoint("worker", place["XG"], Role.WORKER, person_id=people[0])
    for viewer in (worker, place.county):
        accounts.reset_password(viewer=None, account_id=viewer.account_id, new_password=PASSWORD, now=town.NOW)
    found = published.list_published(asof=town.NOW.date())
    pages = [(one.pack.id, reverse("public:program", args=[one.pack.area, one.pack.id])) for one in found]
    trials = [reverse("officer:try_out", args=[one.card.id]) for one in found if one.pack.id == "graded-aid"]
    print(json.dumps({"now": town.NOW.isoformat(), "pages": pages, "trial": trials[0]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
