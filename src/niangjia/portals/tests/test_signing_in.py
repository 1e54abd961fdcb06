"""Signing in with a second factor, and the page on which everybody keeps their own."""

import re
from base64 import b32decode
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client
from django.urls import reverse

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries
from niangjia.apps.accounts.types import Role
from niangjia.portals.tests.house import town

PASSWORD = "a-long-word-2023"


def page_of(response):
    return response.content.decode()


def code_of(key_hex, at):
    return TOTP(bytes.fromhex(key_hex), 6, SHA1(), 30).generate(int(at.timestamp())).decode()


class Clock:
    def __init__(self, monkeypatch):
        self.now = town.NOW
        monkeypatch.setattr("django.utils.timezone.now", lambda: self.now)

    def pass_(self, **span):
        self.now += timedelta(**span)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def officer(house):
    viewer = town.appoint("county.sixth", house.desk.town["X"], Role.COUNTY)
    accounts.reset_password(viewer=None, account_id=viewer.account_id, new_password=PASSWORD, now=town.NOW)
    return viewer


@pytest.fixture
def enrolled(officer):
    """The officer with an app; gives the secret and the recovery codes."""
    offer = accounts.offer_totp("county.sixth")
    earlier = town.NOW - timedelta(hours=1)
    codes = accounts.enrol_totp(
        account_id=officer.account_id, key_hex=offer.key_hex, code=code_of(offer.key_hex, earlier), now=earlier
    )
    return offer.key_hex, codes


def log_in(client, **more):
    return client.post("/login/", {"username": "county.sixth", "password": PASSWORD} | more)


def test_with_an_app_the_password_opens_nothing_before_the_code(officer, enrolled, clock):
    client, (key, _codes) = Client(), enrolled
    answer = log_in(client, next="/desk/orders/")
    assert answer.url == "/login/second/?next=%2Fdesk%2Forders%2F"
    assert client.get("/desk/").url.startswith("/login/")
    assert "再确认一次是您本人" in page_of(client.get(answer.url))
    wrong = client.post("/login/second/", {"code": "000000", "next": "/desk/orders/"})
    assert wrong.status_code == 403 and "验证码不正确" in page_of(wrong)
    assert client.post("/login/second/", {"code": ""}).status_code == 422
    right = client.post("/login/second/", {"code": code_of(key, clock.now), "next": "/desk/orders/"})
    assert right.url == "/desk/orders/" and client.get("/desk/orders/").status_code == 200


def test_a_recovery_code_opens_too_and_leads_to_no_strange_place(officer, enrolled, clock):
    client, (_key, codes) = Client(), enrolled
    log_in(client)
    assert client.post("/login/second/", {"code": codes[3], "next": "https://elsewhere.example/"}).url == "/"
    assert "还有 9 个没用过" in page_of(client.get("/safety/"))


def test_half_way_in_lasts_ten_minutes_and_no_longer_than_the_password_or_the_account(officer, enrolled, clock):
    key, _codes = enrolled
    late, changed, ended = Client(), Client(), Client()
    for client in (late, changed, ended):
        log_in(client)
    clock.pass_(minutes=10, seconds=1)
    assert late.get("/login/second/").url == "/login/"
    log_in(changed)
    accounts.reset_password(viewer=None, account_id=officer.account_id, new_password=PASSWORD + "x", now=clock.now)
    assert changed.post("/login/second/", {"code": code_of(key, clock.now)}).url == "/login/"
    ended.post("/login/", {"username": "county.sixth", "password": PASSWORD + "x"})
    accounts.disable_account(viewer=None, account_id=officer.account_id, now=clock.now)
    assert ended.post("/login/second/", {"code": code_of(key, clock.now)}).url == "/login/"
    assert Client().get("/login/second/").url == "/login/"


def test_staff_without_a_second_factor_enrol_before_anything_else(officer, clock, settings):
    settings.SECOND_FACTOR = "staff"
    client = Client()
    assert log_in(client).status_code == 302
    for address in ("/desk/", "/desk/orders/"):
        assert client.get(address).url == "/safety/"
    assert client.post(reverse("public:post"), {"post": officer.post_id}).url == "/safety/"
    assert "请先启用第二重验证" in page_of(client.get("/safety/"))
    page = page_of(client.get("/safety/app/"))
    assert 'class="qr"' in page and "style=" not in page
    typed = re.search(r'class="typed">([A-Z2-7]{32})<', page)[1]
    assert typed in page_of(client.get("/safety/app/"))  # loaded again it is the same picture
    wrong = client.post("/safety/app/", {"code": "000000"})
    assert wrong.status_code == 409 and typed in page_of(wrong)
    key = b32decode(typed).hex()
    done = client.post("/safety/app/", {"code": code_of(key, clock.now)})
    assert len(re.findall(r"<li><code>[2-9a-z]{5}-[2-9a-z]{5}</code>", page_of(done))) == 10
    assert client.get("/desk/").status_code == 200
    assert typed not in page_of(client.get("/safety/app/"))
    client.post("/logout/")
    assert log_in(client).url == "/login/second/"


def test_a_worker_is_asked_for_no_second_factor(house, signed_in, settings):
    settings.SECOND_FACTOR = "staff"
    assert signed_in(house.viewers[Role.WORKER]).get(reverse("member:mine")).status_code == 200


def test_changing_what_opens_the_account_asks_for_the_password_after_a_quarter_of_an_hour(officer, enrolled, clock):
    client, (key, _codes) = Client(), enrolled
    log_in(client)
    client.post("/login/second/", {"code": code_of(key, clock.now)})
    clock.pass_(minutes=16)
    for name in ("public:remove_totp", "public:recovery_codes"):
        assert client.post(reverse(name)).url == "/safety/confirm/?next=%2Fsafety%2F"
    asked = client.get("/safety/app/").url
    assert asked == "/safety/confirm/?next=%2Fsafety%2Fapp%2F"
    assert client.post("/safety/confirm/", {"password": "wrong"}).status_code == 403
    assert client.post("/safety/confirm/", {"password": PASSWORD, "next": "/safety/app/"}).url == "/safety/app/"
    assert client.get("/safety/app/").status_code == 200
    assert len(re.findall(r"<li><code>", page_of(client.post(reverse("public:recovery_codes"))))) == 10
    assert "身份验证应用已停用" in page_of(client.post(reverse("public:remove_totp"), follow=True))
    assert not queries.has_second_factor(officer.account_id)


def test_an_administrator_clears_a_lost_factor_and_its_holder_sees_it(house, signed_in, officer, enrolled, clock):
    administrator = signed_in(house.viewers[Role.ADMINISTRATOR])
    address = reverse("officer:clear_second_factor", args=[officer.account_id])
    at = reverse("officer:unions") + f"?org={officer.org_id}"
    assert address in page_of(administrator.get(at))
    assert administrator.post(address, {"org": officer.org_id, "reason": ""}).status_code == 409
    said = {"org": officer.org_id, "reason": "手机遗失，已当面核实"}
    page = page_of(administrator.post(address, said, follow=True))
    assert "第二重验证已清除" in page and address not in page
    assert signed_in(house.viewers[Role.COUNTY]).post(address, said).status_code == 403
    client = Client()
    assert log_in(client).url == "/"
    page = page_of(client.get("/safety/"))
    assert "管理员清除了第二重验证" in page and "手机遗失，已当面核实" in page
