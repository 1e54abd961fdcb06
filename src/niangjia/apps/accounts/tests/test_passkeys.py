"""Passkeys, with an authenticator made of software; a browser's own is tried in `tests/journeys`."""

from datetime import UTC, datetime, timedelta

import pytest

from niangjia.apps.accounts import actions, queries
from niangjia.apps.accounts.models import Passkey, RecoveryCode
from niangjia.apps.accounts.tests.authenticator import Authenticator
from niangjia.apps.accounts.types import Site
from niangjia.apps.audit.models import AuditEvent

NOW = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
SITE = Site("help.example.gov.cn", "https://help.example.gov.cn")

pytestmark = pytest.mark.django_db


def open_account(username="wang"):
    return actions.create_account(viewer=None, username=username, name="王", password="four horses in a row", now=NOW)


@pytest.fixture
def who():
    return open_account()


def add(who, phone, name="办公室电脑"):
    options, state = actions.begin_adding(account_id=who, site=SITE)
    return actions.add_passkey(
        account_id=who, site=SITE, state=state, answer=phone.register(options), name=name, now=NOW
    )


def enter(phone, site=SITE, account_id=None, **wrong):
    options, state = actions.begin_entering(site=site, account_id=account_id)
    return actions.enter_by_passkey(
        site=site, state=state, answer=phone.sign(options, **wrong), account_id=account_id, now=NOW
    )


def is_refused(ask, *given, **named):
    with pytest.raises(actions.PasskeyRefused):
        ask(*given, **named)
    return True


def test_a_passkey_signs_in_and_the_first_one_brings_recovery_codes(who):
    phone, token = Authenticator(SITE.origin), Authenticator(SITE.origin)
    assert len(add(who, phone)) == 10
    assert add(who, token, "  钥匙   扣 ") == []
    assert enter(phone) == who and enter(token) == who and enter(token, account_id=who) == who
    factors = queries.list_second_factors(who)
    assert [one.name for one in factors.passkeys] == ["办公室电脑", "钥匙 扣"] and factors.is_any
    assert factors.passkeys[0].last_used_at == NOW
    assert AuditEvent.objects.filter(action="accounts.login_passkey").count() == 3


def test_the_options_ask_for_a_verified_person_and_name_what_is_held(who):
    phone = Authenticator(SITE.origin)
    add(who, phone)
    adding = actions.begin_adding(account_id=who, site=SITE)[0]["publicKey"]
    assert adding["authenticatorSelection"]["residentKey"] == "required"
    assert adding["authenticatorSelection"]["userVerification"] == "required"
    assert len(adding["excludeCredentials"]) == 1 and adding["rp"]["id"] == SITE.host
    entering = actions.begin_entering(site=SITE)[0]["publicKey"]
    assert entering["userVerification"] == "required" and not entering.get("allowCredentials")
    assert len(actions.begin_entering(site=SITE, account_id=who)[0]["publicKey"]["allowCredentials"]) == 1


def test_what_was_asked_elsewhere_before_or_of_somebody_unverified_is_refused(who):
    strange = Authenticator("https://help.example.gov.cn.evil.example")
    assert is_refused(add, who, strange)
    assert is_refused(add, who, Authenticator(SITE.origin, is_verified=False))
    phone = Authenticator(SITE.origin)
    options, _state = actions.begin_adding(account_id=who, site=SITE)
    _options, other = actions.begin_adding(account_id=who, site=SITE)
    asked = {"account_id": who, "site": SITE, "name": "", "now": NOW}
    assert is_refused(actions.add_passkey, state=other, answer=phone.register(options), **asked)
    for nothing in ({}, {"id": 1}, {"id": "x", "rawId": "x", "response": []}):
        assert is_refused(actions.add_passkey, state=other, answer=nothing, **asked)
        assert is_refused(actions.enter_by_passkey, site=SITE, state=other, answer=nothing, now=NOW)
    assert not Passkey.objects.exists() and not RecoveryCode.objects.exists()

    add(who, phone)
    phone.is_verified = False
    assert is_refused(enter, phone)
    phone.is_verified, phone.origin = True, "https://elsewhere.example"
    assert is_refused(enter, phone)
    phone.origin = SITE.origin
    options, _state = actions.begin_entering(site=SITE)
    _options, other = actions.begin_entering(site=SITE)
    assert is_refused(actions.enter_by_passkey, site=SITE, state=other, answer=phone.sign(options), now=NOW)
    assert is_refused(actions.enter_by_passkey, site=SITE, state={}, answer=phone.sign(options), now=NOW)
    assert is_refused(enter, phone, signature=b"wrong")
    assert is_refused(enter, Authenticator(SITE.origin))
    assert enter(phone) == who


def test_a_key_opens_its_own_account_only(who):
    other = open_account("li")
    phone = Authenticator(SITE.origin)
    add(who, phone)
    assert is_refused(enter, phone, account_id=other)
    assert is_refused(enter, phone, userHandle=f"account:{other}".encode())
    assert is_refused(add, other, phone)  # one key, one account
    actions.disable_account(viewer=None, account_id=who, now=NOW)
    assert is_refused(enter, phone)


def test_a_counter_that_does_not_go_on_tells_of_a_copy(who):
    phone, synced = Authenticator(SITE.origin), Authenticator(SITE.origin, is_counting=False)
    add(who, phone)
    add(who, synced)
    assert enter(phone) == enter(phone) == who
    phone.count = 1
    assert is_refused(enter, phone)
    assert AuditEvent.objects.filter(action="accounts.passkey_copied").count() == 1
    assert enter(synced) == enter(synced) == who  # those that are kept in step over several devices do not count


def test_a_passkey_is_renamed_and_removed_by_its_own_account_only(who):
    other, phone = open_account("li"), Authenticator(SITE.origin)
    add(who, phone)
    held = Passkey.objects.get().pk
    with pytest.raises(actions.NoSuchPasskey):
        actions.rename_passkey(account_id=other, passkey_id=held, name="x")
    actions.remove_passkey(account_id=other, passkey_id=held, now=NOW)
    actions.rename_passkey(account_id=who, passkey_id=held, name="  ")
    assert Passkey.objects.get().name == "通行密钥"
    for _ in range(2):
        actions.remove_passkey(account_id=who, passkey_id=held, now=NOW + timedelta(days=1))
    assert is_refused(enter, phone) and not RecoveryCode.objects.exists()
    assert AuditEvent.objects.filter(action="accounts.remove_passkey").count() == 1


def test_ten_are_enough(who):
    for _ in range(10):
        add(who, Authenticator(SITE.origin))
    with pytest.raises(actions.TooManyPasskeys):
        actions.begin_adding(account_id=who, site=SITE)
