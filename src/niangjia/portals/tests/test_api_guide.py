"""The example client of the guide is run as it stands there, against a server that listens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from niangjia.apps.accounts.types import Scope
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.workorders import queries as orders
from niangjia.apps.workorders.types import OrderState
from niangjia.portals.tests.caller import token_of

GUIDE = Path(__file__).resolve().parents[4] / "docs" / "guides" / "api.md"


@pytest.mark.django_db(transaction=True)
def test_the_example_client_does_what_it_says(live_server, tmp_path):
    desk = desks.build_desk()
    desks.give_budget(desk, year=desk.now.year)
    desk.verified(start=10)
    waiting = desk.opened(start=20, month=desks.OCTOBER.next())
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)
    client = tmp_path / "client.py"
    client.write_text(code, encoding="utf-8")
    token = token_of(desk.town.county, (Scope.ORDERS_READ, Scope.ORDERS_WRITE, Scope.DECISIONS_READ))
    done = subprocess.run(
        [sys.executable, str(client)], capture_output=True, text=True, timeout=120,
        env={"NIANGJIA_SITE": live_server.url, "NIANGJIA_TOKEN": token, "PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "accepted Order(" in done.stdout and "'GRANTED'" in done.stdout or "outcome='GRANTED'" in done.stdout
    assert orders.get_card(waiting.work_order_id, now=desk.now).state is OrderState.ACCEPTED
