"""The portals' small town with a visit before two officers of one union: `python -m tests.journeys.visited FOLDER` prints who, and which order."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

PASSWORD = "niangjia-demo-2023"


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
    homes = desk.homes(3, size=3)
    desk.list_month(homes)
    desk.dispatch()
    orders = []
    for home in homes:
        case = desks.Case.objects.get(household_id=home)
        desk.hand_down(case)
        orders.append(case.work_order_id)
    names = {}
    for name in ("grassroots", "grassroots_second", "township", "county"):
        account_id = getattr(place, name).account_id
        accounts.reset_password(viewer=None, account_id=account_id, new_password=PASSWORD, now=desks.NOW)
        names[name] = logins.get_account(account_id).username
    print(json.dumps({"now": desks.NOW.isoformat(), "orders": orders, "names": names}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
