"""What a password must be under each policy, how long it lives, and whose it is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.hashers import make_password

from niangjia.apps.accounts import actions, queries
from niangjia.apps.accounts.models import Account, PastPassword
from niangjia.apps.accounts.types import Due, Role, Viewer
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import UnionRow

NOW = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
FIRST = "Four-horses-2025"

pytestmark = pytest.mark.django_db


def open_account(password=FIRST, username="wanglaoshi") -> int:
    return actions.create_account(viewer=None, username=username, name="王建国", password=password, now=NOW)


def change(who, old, new, now=NOW):
    actions.change_password(account_id=who, old_password=old, new_password=new, now=now)


def due(who, now=NOW):
    return queries.find_due(Viewer(who, 1, "某", Role.COUNTY, 1, "000000001/"), now=now)


@pytest.mark.parametrize(
    "policy, password, may",
    [
        ("asvs", "eleven-char", False),
        ("asvs", "twelve chars", True),
        ("asvs", "只要够长就好不必复杂的", False),
        ("asvs", "只要够长就好不必再复杂的", True),
        ("asvs", "q1w2e3r4t5y6", False),  # long enough, on the common list
        ("asvs", "wanglaoshi2025", False),
        ("asvs", "我是王建国一二三四五六", False),
        ("dengbao", "Ab1-xyz", False),
        ("dengbao", "Ab1-xyzw", True),
        ("dengbao", "abcdefgh1234", False),
        ("dengbao", "abcdefg1-", True),
        ("dengbao", "ABCDEFGH", False),
        ("dengbao", "P@ssw0rd", False),  # three kinds, on the common list
    ],
)
def test_each_policy_refuses_and_allows_on_both_sides_of_its_lines(settings, policy, password, may):
    settings.PASSWORD_POLICY = policy
    if may:
        assert open_account(password)
        return
    with pytest.raises(actions.WeakPassword) as refused:
        open_account(password)
    assert refused.value.zh.startswith("密码不够安全：") and refused.value.en.startswith("The password is too weak: ")
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in refused.value.en)


def test_a_password_lives_for_ninety_days_under_dengbao_and_without_end_under_asvs(settings):
    who = open_account()
    last, over = NOW + timedelta(days=90, seconds=-1), NOW + timedelta(days=90)
    assert due(who, over + timedelta(days=1000)) is None
    settings.PASSWORD_POLICY = "dengbao"
    assert due(who, last) is None
    assert due(who, over) is Due.NEW_PASSWORD
    change(who, FIRST, "Another-word-77", over)
    assert due(who, over) is None


def test_a_password_whose_age_nobody_knows_has_expired_under_dengbao(settings):
    who = open_account()
    Account.objects.update(password_set_at=None)
    assert due(who) is None
    settings.PASSWORD_POLICY = "dengbao"
    assert due(who) is Due.NEW_PASSWORD


def test_the_last_five_are_not_used_again_under_dengbao(settings):
    settings.PASSWORD_POLICY = "dengbao"
    who = open_account()
    given = [FIRST, *(f"Another-word-{number}" for number in range(5))]
    for old, new in zip(given, given[1:], strict=False):
        change(who, old, new)
    for used in given[1:]:
        with pytest.raises(actions.PasswordUsedBefore, match="最近 5 次"):
            change(who, given[-1], used)
    assert PastPassword.objects.count() == 5  # no more is kept than is asked for
    change(who, given[-1], FIRST)


def test_under_asvs_only_the_present_one_is_refused():
    who = open_account()
    with pytest.raises(actions.PasswordUsedBefore, match="相同"):
        change(who, FIRST, FIRST)
    change(who, FIRST, "another long word")
    change(who, "another long word", FIRST)


def test_the_present_password_of_an_account_older_than_the_memory_is_refused_too():
    who = open_account()
    PastPassword.objects.all().delete()
    Account.objects.filter(pk=who).update(password=make_password(FIRST))
    with pytest.raises(actions.PasswordUsedBefore):
        change(who, FIRST, FIRST)


def test_a_password_that_an_administrator_set_is_changed_first():
    organizations.receive_unions([UnionRow("C", "", "绍兴市总工会", "city", "330600")])
    union = unions.find_union_by_code("C")
    office = Viewer(900, 1, "某", Role.ADMINISTRATOR, union.id, union.path)
    who = open_account()
    assert due(who) is None
    actions.reset_password(viewer=office, account_id=who, new_password="told on the phone", now=NOW)
    assert due(who) is Due.OWN_PASSWORD
    change(who, "told on the phone", "only I know this one")
    assert due(who) is None
    new = actions.create_account(viewer=office, username="li", name="李", password="told on the phone", now=NOW)
    assert due(new) is Due.OWN_PASSWORD


def test_an_account_is_enabled_again_within_reach_and_once_on_record():
    organizations.receive_unions(
        [UnionRow("C", "", "绍兴市总工会", "city", "330600"), UnionRow("X", "C", "新昌县总工会", "county", "330624")]
    )
    city, county = unions.find_union_by_code("C"), unions.find_union_by_code("X")
    who = open_account()
    actions.appoint(viewer=None, account_id=who, org_id=city.id, role=Role.CITY, starts_on=NOW.date(), now=NOW)
    actions.disable_account(viewer=None, account_id=who, now=NOW)
    assert [one.pk for one in queries.list_disabled_at(city.id)] == [who]
    below = Viewer(900, 1, "某", Role.ADMINISTRATOR, county.id, county.path)
    with pytest.raises(actions.OutOfReach):
        actions.enable_account(viewer=below, account_id=who, now=NOW)
    office = Viewer(900, 1, "某", Role.ADMINISTRATOR, city.id, city.path)
    for _ in range(2):
        actions.enable_account(viewer=office, account_id=who, now=NOW)
    assert AuditEvent.objects.filter(action="accounts.enable", account_id=900).count() == 1
    assert actions.authenticate(username="wanglaoshi", password=FIRST, now=NOW) == who
    assert not queries.list_disabled_at(city.id)
