"""
Fifty officers at work at once, with locust (``pip install locust``, not a dependency of the house):

    niangjia serve --data PROVINCE &           # a folder that `province.py` made
    locust -f benchmarks/fifty_officers.py --headless -u 50 -r 5 -t 10m --host http://127.0.0.1:8000

Each signs in as one of a city's logins and then looks, opens, searches, accepts and forwards orders and takes the list away, with a few seconds between.
"""

from __future__ import annotations

import itertools
import random
import re

from locust import HttpUser, between, task

PASSWORD = "niangjia-demo-2023"
LOGINS = [f"{name}~{city}" for city in range(1, 18) for name in ("county", "township", "county2")]
_NEXT = itertools.cycle(LOGINS)
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_ORDER = re.compile(r'href="(/desk/orders/\d+/)"')
_CASE = re.compile(r'href="(/desk/cases/\d+/)"')
_HOME = re.compile(r'href="(/desk/households/\d+/)"')


class Officer(HttpUser):
    wait_time = between(2, 6)

    def on_start(self) -> None:
        page = self.client.get("/login/").text
        self.token = _TOKEN.search(page)[1]
        answer = self._post("/login/", {"username": next(_NEXT), "password": PASSWORD}, name="sign in")
        if "/login" in answer.url:
            raise RuntimeError("not signed in")
        self.orders, self.cases, self.homes = [], [], []

    def _post(self, path: str, data: dict[str, str], name: str):
        answer = self.client.post(
            path,
            {**data, "csrfmiddlewaretoken": self.token},
            name=name,
            headers={"Referer": f"{self.host}{path}"},
        )
        if found := _TOKEN.search(answer.text):
            self.token = found[1]
        return answer

    def _look(self, path: str, name: str) -> str:
        html = self.client.get(path, name=name).text
        if found := _TOKEN.search(html):
            self.token = found[1]
        self.orders = _ORDER.findall(html) or self.orders
        self.cases = _CASE.findall(html) or self.cases
        self.homes = _HOME.findall(html) or self.homes
        return html

    @task(3)
    def desk(self) -> None:
        self._look("/desk/", "desk")

    @task(5)
    def list_orders(self) -> None:
        self._look("/desk/orders/?scope=all", "orders")

    @task(3)
    def monthly_list(self) -> None:
        self._look("/desk/list/", "monthly list")

    @task(2)
    def files(self) -> None:
        self._look("/desk/cases/", "cases")

    @task(6)
    def open_order(self) -> None:
        if self.orders:
            self._look(random.choice(self.orders), "an order")

    @task(3)
    def open_case(self) -> None:
        if self.cases:
            self._look(random.choice(self.cases), "a case")

    @task(2)
    def open_household(self) -> None:
        if self.homes:
            self._look(random.choice(self.homes), "a household")

    @task(2)
    def search(self) -> None:
        letters = random.choice(("wangwei", "lixiu", "zxh", "王芳", "chenjing"))
        self._post("/desk/people/", {"text": letters}, name="find a person")

    @task(2)
    def accept(self) -> None:
        self._press("accept", "accept an order")

    @task(2)
    def forward(self) -> None:
        self._press("forward", "forward an order")

    @task(1)
    def take_the_list_away(self) -> None:
        self._post("/desk/list/export/", {"purpose": "月度会议核对名单"}, name="export the list")

    def _press(self, step: str, name: str) -> None:
        """Open an order and press one of its buttons, if it has it; the first union that is offered."""
        if not self.orders:
            return
        path = random.choice(self.orders)
        html = self._look(path, "an order")
        form = re.search(rf'<form[^>]*action="{path}{step}/".*?</form>', html, re.DOTALL)
        if form is None:
            return
        told = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
        if chosen := re.search(r'<option value="(\d+)"', form[0]):
            told["to_org"] = chosen[1]
        told["csrfmiddlewaretoken"] = self.token
        with self.client.post(
            f"{path}{step}/", told, name=name, headers={"Referer": f"{self.host}{path}"}, catch_response=True
        ) as answer:
            if answer.status_code == 409:
                answer.success()  # a colleague was first, or it is another union's turn: said in words
