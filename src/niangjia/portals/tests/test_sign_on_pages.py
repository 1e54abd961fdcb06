"""Signing in by others, with a real OpenID provider in a process of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from niangjia.adapters.tests.providers import real_provider
from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.models import Account, Subject
from niangjia.apps.accounts.tests.test_second_factor import code_of
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.models import AuditEvent
from niangjia.portals.tests.house import town

START = "/login/with/city/"


@pytest.fixture(scope="module")
def provider():
    with real_provider() as made:
        yield made


@pytest.fixture
def now(monkeypatch):
    """The provider's clock is the machine's."""
    moment = datetime.now(UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    return moment


@pytest.fixture
def configured(provider, monkeypatch, settings, now):
    given = {
        "id": "city",
        "title": "市统一登录",
        "issuer": provider.issuer,
        "client_id": "niangjia",
        "client_secret": "s",
    }
    settings.DEPLOYMENT = replace(settings.DEPLOYMENT, sign_on=(given,))
    return provider


@pytest.fixture
def officer(house):
    viewer = town.appoint("county.sso", house.desk.town["X"], Role.COUNTY)
    accounts.link_subject(viewer=None, account_id=viewer.account_id, provider="city", subject="w-1024", now=town.NOW)
    return viewer


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def back_from(provider, client: Client, subject: str, start: str = START) -> str:
    return provider.signs_in(client.get(start).url, subject).replace("http://testserver", "")


def told() -> dict:
    return AuditEvent.objects.filter(action="accounts.sign_on_refused").latest("seq").detail


def test_the_way_in_is_offered_only_where_it_is_configured(house, provider, settings, now):
    assert "login/with" not in Client().get("/login/").content.decode()
    assert Client().get(START).status_code == 409
    given = {"id": "city", "title": "市统一登录", "issuer": provider.issuer, "client_id": "niangjia"}
    settings.DEPLOYMENT = replace(settings.DEPLOYMENT, sign_on=(given,))
    assert 'href="/login/with/city/"' in Client().get("/login/").content.decode()
    settings.DEPLOYMENT = replace(settings.DEPLOYMENT, sign_on=({**given, "kind": "saml"},))
    assert Client().get("/login/").status_code == 200, "a mistake in the configuration keeps nobody out"


def test_whom_an_administrator_entered_gets_in_and_goes_where_they_wanted(configured, officer):
    client = Client()
    answer = client.get(back_from(configured, client, "w-1024", START + "?next=/desk/orders/"))
    assert answer.status_code == 302 and answer.url == "/desk/orders/" and signed_in(client)
    assert client.get("/desk/orders/").status_code == 200
    event = AuditEvent.objects.filter(action="accounts.login_sign_on").latest("seq")
    assert event.object == f"account:{officer.account_id}" and event.detail["second_factor"] is False
    assert Subject.objects.get().last_used_at is not None


def test_nobody_gets_an_account_by_signing_in_there_and_is_told_their_number(configured, house):
    client, before = Client(), Account.objects.count()
    answer = client.get(back_from(configured, client, "stranger-7"))
    assert answer.status_code == 409 and "stranger-7" in answer.content.decode() and not signed_in(client)
    assert Account.objects.count() == before and told()["why"] == "unknown"


def test_an_address_that_came_back_once_opens_nothing_again(configured, officer):
    client = Client()
    address = back_from(configured, client, "w-1024")
    assert client.get(address).status_code == 302
    client.post("/logout/")
    assert client.get(address).status_code == 409 and not signed_in(client) and told()["why"] == "state"
    stranger = Client()
    assert stranger.get(address).status_code == 409 and not signed_in(stranger)


def test_a_code_of_another_sign_in_does_not_fit_this_one(configured, officer):
    """The code and the state of two sign-ins mixed: the token was made for another nonce."""
    one, other = Client(), Client()
    theirs = back_from(configured, one, "w-1024")
    other.get(START)
    state = other.session["sign_on_started"]["state"]
    code = dict(part.split("=") for part in urlsplit(theirs).query.split("&"))["code"]
    answer = other.get(reverse("public:signed_on", args=["city"]), {"code": code, "state": state})
    assert answer.status_code == 409 and not signed_in(other) and told()["why"] == "nonce"


def test_who_says_no_over_there_comes_back_to_a_sentence(configured, officer):
    client = Client()
    there = client.get(START).url
    answer = client.get(configured.refuses(there).replace("http://testserver", ""))
    assert answer.status_code == 409 and not signed_in(client)


def test_a_disabled_account_is_not_opened(configured, officer):
    accounts.disable_account(viewer=None, account_id=officer.account_id, now=town.NOW)
    client = Client()
    assert client.get(back_from(configured, client, "w-1024")).status_code == 409 and not signed_in(client)


def test_without_a_second_factor_there_the_house_asks_its_own(configured, officer, now):
    offer = accounts.offer_totp("county.sso")
    accounts.enrol_totp(account_id=officer.account_id, key_hex=offer.key_hex, code=code_of(offer, now), now=now)
    client = Client()
    assert client.get(back_from(configured, client, "w-1024")).url == "/login/second/" and not signed_in(client)


def test_with_one_there_nobody_is_asked_twice_nor_for_a_password_they_do_not_use(configured, officer, settings):
    settings.SECOND_FACTOR = "staff"
    client = Client()
    client.get(back_from(configured, client, "w-1024"))
    assert client.get("/desk/").url == "/safety/", "nothing was asked there: one is owed here"
    configured.knows("w-1024", amr=["pwd", "otp"])
    strong = Client()
    strong.get(back_from(configured, strong, "w-1024"))
    assert strong.get("/desk/").status_code == 200
    configured.knows("w-1024")


def test_signing_out_offers_to_sign_out_there_too(configured, officer):
    client = Client()
    client.get(back_from(configured, client, "w-1024"))
    page = client.get(client.post("/logout/").url).content.decode()
    assert f"{configured.issuer}/oauth2/end_session?" in page and "id_token_hint=" in page and not signed_in(client)


def test_an_administrator_enters_and_removes_the_number(configured, officer, house):
    client = Client()
    client.force_login(
        Account.objects.get(pk=house.viewers[Role.ADMINISTRATOR].account_id),
        backend=settings.AUTHENTICATION_BACKENDS[0],
    )
    address = reverse("officer:link_subject", args=[officer.account_id])
    org = {"org": house.desk.town["X"].id, "provider": "city"}
    assert "在市统一登录的编号" in client.get(reverse("officer:unions"), {"org": org["org"]}).content.decode()
    client.post(address, org | {"subject": "w-2048"})
    assert Subject.objects.get().subject == "w-2048"
    other = town.appoint("county.other", house.desk.town["X"], Role.COUNTY)
    taken = client.post(reverse("officer:link_subject", args=[other.account_id]), org | {"subject": "w-2048"})
    assert taken.status_code == 409 and "另一个账户" in taken.content.decode()
    client.post(address, org | {"subject": ""})
    assert not Subject.objects.exists()
