"""The portals' small town, with a case in every state, as a deployment to be served: `python -m tests.screens.served_house FOLDER` prints addresses."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

PASSWORD = "niangjia-demo-2023"

CHANNELS = """
[messages.email]
host = "127.0.0.1"
port = 9
security = "plain"
sender = "niangjia@example.com"
[messages.dingtalk]
[messages.sms]
url = "http://127.0.0.1:9/send"
body = {phone = "{phone}", text = "{text}"}
"""
NOT_LOOKED_AT = {
    "public:stay", "officer:device_key", "officer:visit_worker",  # asked by a script
    "officer:import_template", "volunteers:helper_template", "bookings:roster_template", "matters:roster_template", "officer:draft_file", "officer:visit_file",  # a file
}  # fmt: skip


def main(folder: Path) -> None:
    from niangjia.kernel.deployment import Deployment

    Deployment.create(folder, "330600", is_demo=True, name="越城（虚构）")
    with (folder / "niangjia.toml").open("a", encoding="utf-8") as config:
        config.write(CHANNELS)
    os.environ |= {"NIANGJIA_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "tests.journeys.settings"}
    import django

    django.setup()
    from django.core.management import call_command
    from django.urls import reverse

    from niangjia.apps.accounts import actions as accounts
    from niangjia.apps.accounts import queries as logins
    from niangjia.apps.contests.tests import own
    from niangjia.apps.programs.tests import town
    from niangjia.portals.tests import house as houses
    from niangjia.portals.tests import placed, told
    from niangjia.portals.tests.test_every_address import PAGES

    call_command("migrate", interactive=False, verbosity=0)
    own.adopt_all()
    house = houses.build()
    told.lay_channels(house)
    pages = []
    for role, viewer in house.viewers.items():
        accounts.reset_password(viewer=None, account_id=viewer.account_id, new_password=PASSWORD, now=town.NOW)
        username = logins.get_account(viewer.account_id).username
        pages += [
            (role.value.lower(), username, name.replace(":", "-"), reverse(name, args=parts(house)))
            for name, (parts, allowed) in PAGES.items()
            if role in allowed and name not in NOT_LOOKED_AT
        ]
    pages += [
        ("", "", f"public-{name}", reverse(f"public:{name}"))
        for name in ("login", "notices", "accessibility", "privacy", "components")
    ]
    pages += [("", "", "public-object", reverse("public:object", args=[house.notice_id]))]
    pages += [("", "", "public-receipt", reverse("public:receipt"))]
    pages += [("", "", f"public-{name}", reverse(f"public:{name}")) for name in ("home", "programs", "find")]
    pages += [("", "", "volunteers-public", reverse("volunteers:public"))]
    pages += [("", "", f"places-{name}", reverse(f"places:{name}")) for name in ("register", "near")]
    pages += [("", "", "places-place", reverse("places:place", args=[placed.lay(house).number]))]
    pages += [("", "", "public-program", reverse("public:program", args=["330624", "special-grant"]))]
    print(json.dumps({"now": town.NOW.isoformat(), "pages": pages}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
