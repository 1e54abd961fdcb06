"""Codes of an app, recovery codes, and what is done when both are lost."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from niangjia.apps.accounts import actions, permissions, queries, sealing
from niangjia.apps.accounts.models import Attempt, RecoveryCode, TotpSecret
from niangjia.apps.accounts.types import Due, Role, Viewer
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import UnionRow

NOW = datetime(2025, 3, 3, 1, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=30)

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return actions.create_account(viewer=None, username="wang", name="王建国", password="four horses in a row", now=NOW)


def code_of(offer, at=NOW) -> str:
    """What a phone shows that has scanned the picture."""
    return TOTP(bytes.fromhex(offer.key_hex), 6, SHA1(), 30).generate(int(at.timestamp())).decode()


def enrol(who, at=NOW):
    offer = actions.offer_totp("wang")
    codes = actions.enrol_totp(account_id=who, key_hex=offer.key_hex, code=code_of(offer, at), now=at)
    return offer, codes


def prove(who, code, at):
    actions.prove_second_factor(account_id=who, code=code, now=at)


def refused(who, code, at=NOW):
    with pytest.raises(actions.SecondFactorRefused) as refusal:
        prove(who, code, at)
    return str(refusal.value)


def test_the_codes_are_those_of_the_standard():
    """RFC 6238, appendix B, cut to six digits."""
    key = b"12345678901234567890".hex()
    for second, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert code_of(actions.offer_totp("wang", key_hex=key), datetime.fromtimestamp(second, UTC)) == code


def test_the_offer_says_the_same_in_the_picture_and_for_typing():
    offer = actions.offer_totp("wang")
    address = urlsplit(offer.address)
    asked = parse_qs(address.query)
    assert (address.scheme, address.netloc) == ("otpauth", "totp") and "wang" in address.path
    assert asked["secret"] == [offer.typed] and asked["digits"] == ["6"] and asked["period"] == ["30"]
    assert actions.offer_totp("wang").typed != offer.typed
    assert actions.offer_totp("wang", key_hex=offer.key_hex) == offer


def test_an_app_is_enrolled_only_when_it_shows_the_right_code(who):
    offer = actions.offer_totp("wang")
    with pytest.raises(actions.SecondFactorRefused):
        actions.enrol_totp(account_id=who, key_hex=offer.key_hex, code="000000", now=NOW)
    assert not queries.has_second_factor(who) and not RecoveryCode.objects.exists()
    codes = actions.enrol_totp(account_id=who, key_hex=offer.key_hex, code=code_of(offer), now=NOW)
    assert len(set(codes)) == 10 and all(re.fullmatch(r"[2-9a-z]{5}-[2-9a-z]{5}", code) for code in codes)
    factors = queries.list_second_factors(who)
    assert (factors.totp_since, factors.recovery_count, factors.is_any) == (NOW, 10, True)


def test_a_code_opens_once_and_only_around_its_time(who):
    offer, _codes = enrol(who)
    refused(who, code_of(offer))  # it was used to enrol
    later = NOW + 10 * STEP
    for at in (later - 2 * STEP, later + 2 * STEP):
        refused(who, code_of(offer, at), later)
    spaced = code_of(offer, later)[:3] + " " + code_of(offer, later)[3:]
    prove(who, spaced, later)
    refused(who, code_of(offer, later), later + timedelta(seconds=1))  # replayed
    refused(who, code_of(offer, later - STEP), later)  # older than the one that opened
    prove(who, code_of(offer, later + STEP), later)  # a phone half a minute ahead
    assert AuditEvent.objects.filter(action="accounts.second_factor").count() == 2
    assert AuditEvent.objects.filter(action="accounts.second_factor_failed").count() == 5


def test_five_wrong_codes_stop_even_the_right_one_for_a_quarter_of_an_hour(who):
    offer, codes = enrol(who)
    at = NOW + 4 * STEP
    replies = {refused(who, "000000", at) for _ in range(5)}
    replies.add(refused(who, code_of(offer, at), at))
    replies.add(refused(who, codes[0], at))
    assert len(replies) == 1
    for minute in range(1, 15):  # knocking does not lengthen it
        refused(who, "000000", at + timedelta(minutes=minute))
    over = at + timedelta(minutes=15)
    prove(who, code_of(offer, over), over)
    assert not Attempt.objects.filter(kind="login.second").exists()


def test_a_recovery_code_opens_once_however_it_is_typed(who):
    _offer, codes = enrol(who)
    prove(who, codes[0].upper().replace("-", " "), NOW + STEP)
    refused(who, codes[0], NOW + STEP)
    assert queries.list_second_factors(who).recovery_count == 9
    new = actions.new_recovery_codes(account_id=who, now=NOW)
    refused(who, codes[1], NOW + STEP)
    prove(who, new[1], NOW + STEP)
    assert AuditEvent.objects.filter(action="accounts.second_factor").last().detail == {"by": "recovery"}


def test_a_recovery_code_of_another_account_opens_nothing(who):
    other = actions.create_account(viewer=None, username="li", name="李", password="four horses in a row", now=NOW)
    _offer, codes = enrol(who)
    enrol(other)
    refused(other, codes[0], NOW + STEP)


def test_neither_the_secret_nor_a_recovery_code_lies_open_in_the_database(who):
    offer, codes = enrol(who)
    rows = str(list(TotpSecret.objects.values())) + str(list(RecoveryCode.objects.values()))
    rows += str(list(AuditEvent.objects.values()))
    assert (
        offer.key_hex not in rows and offer.typed not in rows and repr(bytes.fromhex(offer.key_hex))[2:-1] not in rows
    )
    assert not any(code in rows or code.replace("-", "") in rows for code in codes)
    sealed = TotpSecret.objects.get().sealed
    assert sealing.open_sealed(sealed, f"accounts.totp:{who}") == bytes.fromhex(offer.key_hex)


def test_an_app_that_is_removed_takes_its_codes_along(who):
    offer, codes = enrol(who)
    for _ in range(2):
        actions.remove_totp(account_id=who, now=NOW)
    assert not queries.has_second_factor(who) and not RecoveryCode.objects.exists()
    refused(who, codes[0], NOW + STEP)
    refused(who, code_of(offer, NOW + STEP), NOW + STEP)
    assert AuditEvent.objects.filter(action="accounts.remove_totp").count() == 1


def test_every_post_but_a_workers_asks_for_one_where_the_deployment_does(who, settings):
    def due(role):
        return queries.find_due(Viewer(who, 1, "王", role, 1, "000000001/"), now=NOW)

    assert {due(role) for role in Role} == {None}
    settings.SECOND_FACTOR = "staff"
    assert {role for role in Role if due(role) is Due.SECOND_FACTOR} == set(Role) - {Role.WORKER}
    enrol(who)
    assert {due(role) for role in Role} == {None}


def test_an_administrator_clears_a_lost_factor_with_a_reason_and_never_their_own(who):
    organizations.receive_unions(
        [UnionRow("C", "", "绍兴市总工会", "city", "330600"), UnionRow("X", "C", "新昌县总工会", "county", "330624")]
    )
    city, county = unions.find_union_by_code("C"), unions.find_union_by_code("X")
    actions.appoint(viewer=None, account_id=who, org_id=city.id, role=Role.CITY, starts_on=NOW.date(), now=NOW)
    _offer, codes = enrol(who)
    office = Viewer(900, 1, "某", Role.ADMINISTRATOR, city.id, city.path)
    asked = {"account_id": who, "reason": "手机遗失，已当面核实", "now": NOW}
    for viewer, given, why in (
        (Viewer(901, 1, "某", Role.COUNTY, city.id, city.path), {}, permissions.NotAllowed),
        (Viewer(902, 1, "某", Role.ADMINISTRATOR, county.id, county.path), {}, actions.OutOfReach),
        (Viewer(who, 1, "某", Role.ADMINISTRATOR, city.id, city.path), {}, actions.OwnSecondFactor),
        (office, {"reason": " 丢了 "}, actions.ReasonTooShort),
    ):
        with pytest.raises(why):
            actions.clear_second_factor(viewer=viewer, **asked | given)
    assert queries.has_second_factor(who)
    actions.clear_second_factor(viewer=office, **asked)
    assert not queries.has_second_factor(who) and not RecoveryCode.objects.exists()
    refused(who, codes[0], NOW + STEP)
    event = AuditEvent.objects.get(action="accounts.clear_second_factor")
    assert (event.account_id, event.object, event.reason) == (900, f"account:{who}", "手机遗失，已当面核实")
