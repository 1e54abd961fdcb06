"""
The portals' small town with visits before two officers of one union: `python -m tests.journeys.visited FOLDER` prints who, and which orders.

Three orders for the journeys without a network, and one for each other journey by its name; that of "english" still lies with the county.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

PASSWORD = "niangjia-demo-2023"
OTHERS = ("keyboard", "without_script", "english")


def main(folder: Path) -> None:
    from niangjia.kernel.deployment import Deployment

    Deployment.create(folder, "330600", is_demo=True, name="越城（虚构）")
    os.environ |= {"NIANGJIA_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "tests.journeys.settings"}
    import django

    django.setup()
    from django.core.management import call_command

    from niangjia.apps.accounts import actions as accounts
    from niangjia.apps.accounts import queries as logins
    from niangjia.apps.cases.tests import desk as desks

    call_command("migrate", interactive=False, verbosity=0)
    desk = desks.build_desk()
    place = desk.town
    homes = desk.homes(3 + len(OTHERS), size=3)
    desk.list_month(homes)
    desk.dispatch()
    orders = [desks.Case.objects.get(household_id=home) for home in homes]
    for case in orders[:-1]:
        desk.hand_down(case)
    numbers = [case.work_order_id for case in orders]
    names = {}
    for name in ("grassroots", "grassroots_second", "township", "county", "city"):
        account_id = getattr(place, name).account_id
        accounts.reset_password(viewer=None, account_id=account_id, new_password=PASSWORD, now=desks.NOW)
        names[name] = logins.get_account(account_id).username
    theirs = dict(zip(OTHERS, numbers[3:], strict=True))
    print(json.dumps({"now": desks.NOW.isoformat(), "orders": numbers[:3], "order_of": theirs, "names": names}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
