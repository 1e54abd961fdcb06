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
    picture = re.search(r'<svg[^>]*class="qr"[^>]*>', page)[0]
    assert "viewBox" in picture and "width" not in picture  # it grows and shrinks whole
    assert "style=" not in page
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


# --- where one is signed in ---

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 AliApp(DingTalk/7.6)"


def test_each_place_is_listed_and_ended_from_another(officer, clock):
    desk, phone, third = (Client(headers={"user-agent": agent}) for agent in (EDGE, PHONE, ""))
    for client in (desk, phone, third):
        log_in(client)
    page = page_of(desk.get("/safety/"))
    assert all(word in page for word in ("Windows · Edge", "iPhone · 钉钉", "不认识的设备", "127.0.0.1"))
    ends = re.findall(r"/safety/sittings/(\d+)/end/", page)
    assert len(ends) == 2
    for sitting in ends[:1]:
        desk.post(reverse("public:end_sitting", args=[sitting]))
    assert sorted(client.get("/desk/").status_code for client in (desk, phone, third)) == [200, 200, 302]
    page = page_of(desk.post(reverse("public:end_other_sittings"), follow=True))
    assert "除这里以外" in page and "iPhone" not in page.split("最近发生的")[0]
    assert [client.get("/desk/").status_code for client in (desk, phone, third)] == [200, 302, 302]
    assert "这里的登录已被结束" in page_of(phone.get("/login/"))
    assert "这里的登录已被结束" not in page_of(phone.get("/login/"))


def test_nobody_ends_the_sitting_of_another(house, signed_in, officer, clock):
    client = Client()
    log_in(client)
    sitting = client.session["sitting"]
    signed_in(house.viewers[Role.COUNTY]).post(reverse("public:end_sitting", args=[sitting]))
    assert client.get("/desk/").status_code == 200


def test_signing_out_ends_it_for_good(officer, clock):
    client, thief = Client(), Client()
    log_in(client)
    thief.cookies = client.cookies.copy()
    client.post("/logout/")
    assert client.get("/desk/").status_code == 302 and thief.get("/desk/").status_code == 302


def test_a_disabled_account_that_is_enabled_has_no_old_session(house, officer, clock):
    client = Client()
    log_in(client)
    accounts.disable_account(viewer=None, account_id=officer.account_id, now=clock.now)
    accounts.enable_account(viewer=None, account_id=officer.account_id, now=clock.now)
    assert client.get("/desk/").status_code == 302


def test_at_its_limit_the_session_says_so_and_leads_back_to_the_page_whose_form_was_sent(officer, settings, clock):
    client = Client()
    log_in(client)
    settings.SESSION_IDLE_SECONDS = -1
    sent = client.post(
        reverse("public:post"), {}, headers={"host": "localhost", "referer": "http://localhost/desk/orders/?page=2"}
    )
    assert sent.url == "/login/?next=/desk/orders/"
    page = page_of(client.get(sent.url))
    assert "登录已到时限" in page and 'value="/desk/orders/"' in page
    strange = client.post(reverse("public:post"), {}, headers={"referer": "https://elsewhere.example/x"})
    assert strange.url == "/login/?next=/"


def test_a_page_of_somebody_signed_in_tells_the_server_that_they_type(officer, clock):
    client = Client()
    assert "data-stay" not in page_of(client.get("/login/"))
    log_in(client)
    assert 'data-stay="/stay/"' in page_of(client.get("/desk/"))
    assert client.get("/stay/").content == b"ok" and Client().get("/stay/").status_code == 302


# --- standing in ---


def test_an_officer_hands_the_post_over_and_everything_done_on_it_says_for_whom(house, signed_in, officer, clock):
    chair = town.appoint("county.chair", house.desk.town["X"], Role.COUNTY)
    absent = signed_in(chair)
    day = clock.now.date().isoformat()
    page = page_of(absent.get("/desk/standing-in/"))
    assert "county.sixth" in page and "没有代岗" in page
    asked = {"account": officer.account_id, "starts_on": day, "last_on": day}
    wrong = absent.post(reverse("officer:hand_over"), asked | {"last_on": "2020-01-01"})
    assert wrong.status_code == 422 and "最后一天不能早于第一天" in page_of(wrong)
    assert absent.post(reverse("officer:hand_over"), asked | {"account": chair.account_id}).status_code == 422
    past = absent.post(reverse("officer:hand_over"), asked | {"starts_on": "2020-01-01"})
    assert past.status_code == 409 and "从今天或以后" in page_of(past)
    assert "已交接" in page_of(absent.post(reverse("officer:hand_over"), asked, follow=True))
    again = absent.post(reverse("officer:hand_over"), asked)
    assert again.status_code == 409 and "已交给一位同事" in page_of(again)

    client = Client()
    log_in(client)
    page = page_of(client.get("/desk/"))
    assert "代 county.chair" in page
    post = re.search(r'name="post" value="(\d+)" class="linklike" >[^<]*代 county.chair', page)[1]
    client.post(reverse("public:post"), {"post": post})
    page = page_of(client.get("/desk/standing-in/"))
    assert "代来的岗位不能再交给别人" in page and "您代 county.chair" in page
    assert client.post(reverse("officer:hand_over"), asked | {"account": chair.account_id}).status_code in (409, 422)
    page = page_of(signed_in(house.viewers[Role.AUDITOR]).get(f"/desk/audit/?object=account:{officer.account_id}"))
    assert re.search(r"county\.sixth 代\s+county\.chair", page)

    end = reverse("officer:take_back", args=[post])
    assert signed_in(house.viewers[Role.COUNTY]).post(end).status_code == 409
    assert "代岗已结束" in page_of(absent.post(end, follow=True))
    assert "代 county.chair" not in page_of(client.get("/desk/"))


def test_the_pages_of_signing_in_are_english_in_english(house, officer, enrolled, clock):
    client = Client(headers={"accept-language": "en"})
    log_in(client)
    half_way = page_of(client.get("/login/second/"))
    client.post("/login/second/", {"code": enrolled[1][0]})
    accounts.hand_over(
        viewer=queries.get_viewer(account_id=officer.account_id, post_id=officer.post_id, today=clock.now.date()),
        account_id=house.viewers[Role.FINANCE].account_id, starts_on=clock.now.date(), last_on=clock.now.date(), now=clock.now,
    )  # fmt: skip
    pages = {"/login/second/": half_way, "/login/": page_of(Client(headers={"accept-language": "en"}).get("/login/"))}
    for address in ("/safety/", "/safety/app/", "/safety/confirm/", "/password/", "/desk/standing-in/"):
        pages[address] = page_of(client.get(address))
    for address, page in pages.items():
        words = set(re.findall("[\u4e00-\u9fff]+", re.sub(r"<svg.*?</svg>", "", page, flags=re.S)))
        assert {word for word in words if word not in {"简体中文", "新昌县总工会"}} == set(), address
