"""A command that moves money asks for what the console asks for."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from niangjia.apps.accounts import actions, permissions
from niangjia.apps.accounts.types import Role
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import UnionRow
from niangjia.cli.signing_in import ConsoleFirst, finance_viewer

NOW = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
PASSWORD = "four horses in a row"

pytestmark = pytest.mark.django_db


def never() -> str:
    raise AssertionError("no code is asked for")


@pytest.fixture
def who():
    organizations.receive_unions([UnionRow("X", "", "新昌县总工会", "county", "330624")])
    account_id = actions.create_account(viewer=None, username="cai", name="财", password=PASSWORD, now=NOW)
    union = unions.find_union_by_code("X")
    actions.appoint(
        viewer=None, account_id=account_id, org_id=union.id, role=Role.FINANCE, starts_on=NOW.date(), now=NOW
    )
    return account_id


def test_a_code_is_asked_for_where_the_account_has_one(who):
    assert finance_viewer("cai", PASSWORD, NOW, code=never).role is Role.FINANCE
    offer = actions.offer_totp("cai")
    app = TOTP(bytes.fromhex(offer.key_hex), 6, SHA1(), 30)
    actions.enrol_totp(account_id=who, key_hex=offer.key_hex, code=app.generate(NOW.timestamp()).decode(), now=NOW)
    later = NOW + timedelta(minutes=1)
    with pytest.raises(actions.SecondFactorRefused):
        finance_viewer("cai", PASSWORD, later, code=lambda: "000000")
    assert finance_viewer("cai", PASSWORD, later, code=lambda: app.generate(later.timestamp()).decode())


def test_who_owes_the_console_something_goes_there_first(who, settings):
    settings.SECOND_FACTOR = "staff"
    with pytest.raises(ConsoleFirst):
        finance_viewer("cai", PASSWORD, NOW, code=never)


def test_without_a_finance_post_nothing_is_paid(who):
    actions.create_account(viewer=None, username="li", name="李", password=PASSWORD, now=NOW)
    with pytest.raises(permissions.NotAllowed):
        finance_viewer("li", PASSWORD, NOW, code=never)
