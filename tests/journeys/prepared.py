"""
A real deployment on the morning of its first list: `python -m tests.journeys.prepared FOLDER` prints what the journey starts from.

Two thousand invented persons as Parquet feed files, landed and sensed through the jobs; budgets and logins as in the demo. Nothing
is released yet. The journey's household is a red or orange one of Xinchang whose order will go through a town to a firm's union.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path

MONTH = "2023-10"
MORNING = datetime.fromisoformat("2023-11-07T09:00:00+08:00")
PASSWORD = "niangjia-demo-2023"
HISTORY_MONTHS = 12
IN_HISTORY = ("social_insurance", "medical_settlement")  # what a year's income and own medical cost are read from


def main(folder: Path) -> None:
    from niangjia.kernel.deployment import Deployment

    deployment = Deployment.create(folder, "330600", is_demo=True, name="越城（虚构）")
    os.environ |= {"NIANGJIA_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "tests.journeys.settings"}
    import django

    django.setup()
    from demo.town import generate, office
    from niangjia.apps.accounts.types import Role
    from niangjia.apps.alerts import queries as alerts
    from niangjia.apps.organizations import queries as unions
    from niangjia.apps.organizations.types import Level
    from niangjia.apps.registry import queries as registry
    from niangjia.cli.setup import prepare_database
    from niangjia.jobs import land_feeds, sense_month
    from niangjia.kernel.months import Month

    month = Month(MONTH)
    prepare_database()
    generate(folder / "feeds", persons=2000, first_month=month, months=1, history_months=HISTORY_MONTHS, home="330600")
    for file in (folder / "feeds").glob("*/*"):
        if file.parent.name != MONTH and not file.name.startswith(IN_HISTORY):
            file.unlink()
    land_feeds.land(deployment, folder / "feeds", now=MORNING, override="虚构数据量随月份变化")
    sense_month.sense(deployment, month, now=MORNING)
    town = office.open_office(deployment, month, password=PASSWORD, now=MORNING)

    city = town.clerk(unions.find_city_union(office.COUNTY + "000000").id, Role.CITY, MORNING)
    found = alerts.list_alerts(city, alerts.AlertFilter(month=month, area=office.COUNTY))
    for alert in found:
        members = registry.open_memberships_of(registry.members_of([alert.household_id])[alert.household_id])
        if len(members) != 1:
            continue
        ((person_id, membership),) = members.items()
        holder = unions.get_union(membership.org_id)
        above = unions.get_union(holder.parent_id) if holder.parent_id else None
        if above and (holder.level, above.level) == (Level.GRASSROOTS, Level.TOWN):
            break
    else:
        raise SystemExit("no household of the list goes through a town to a firm")
    for username, name, union, role, own in (
        ("township", "乡镇工会干部（虚构）", above, Role.TOWNSHIP, None),
        ("grassroots", "基层工会主席（虚构）", holder, Role.GRASSROOTS, None),
        ("grassroots2", "基层工会委员（虚构）", holder, Role.GRASSROOTS, None),
        ("worker", "职工（虚构）", holder, Role.WORKER, person_id),
    ):
        town.hire(username, name, union.id, role, union.name, person_id=own, now=MORNING)
    (folder / "demo-logins.json").write_text(json.dumps(town.logins, ensure_ascii=False), encoding="utf-8")
    print(
        json.dumps(
            {"household": alert.household_id, "town": above.name, "firm": holder.name, "listed": found.count()},
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
