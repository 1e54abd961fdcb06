"""Against a server that listens: the example client of the guide as it stands there, and one call sent four times at once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from urllib.request import Request, urlopen

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
    assert "accepted Order(" in done.stdout and "outcome='GRANTED'" in done.stdout
    assert orders.get_card(waiting.work_order_id, now=desk.now).state is OrderState.ACCEPTED


@pytest.mark.django_db(transaction=True)
def test_of_one_call_sent_four_times_at_once_one_acts_and_all_are_answered_alike(live_server):
    desk = desks.build_desk()
    order_id = desk.opened(start=20).work_order_id
    request = Request(
        f"{live_server.url}/api/v1/orders/{order_id}/accept", b"{}", method="POST",
        headers={
            "Authorization": f"Bearer {token_of(desk.town.county)}", "Content-Type": "application/json",
            "Idempotency-Key": "four-at-once",
        },
    )  # fmt: skip
    barrier = Barrier(4)

    def send(_number):
        barrier.wait()
        with urlopen(request, timeout=60) as answer:
            return answer.headers.get("Idempotent-Replayed"), answer.read()

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(send, range(4)))
    assert len({body for _replayed, body in said}) == 1
    assert sorted(str(replayed) for replayed, _body in said) == ["None", "true", "true", "true"]
    assert [move.action.value for move in orders.list_history(order_id)] == ["DISPATCH", "ACCEPT"]
