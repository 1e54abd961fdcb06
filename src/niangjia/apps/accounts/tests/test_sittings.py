"""Where an account is signed in, and what ends it."""

from datetime import UTC, datetime, timedelta

import pytest

from niangjia.apps.accounts import actions, queries
from niangjia.apps.accounts.models import Sitting
from niangjia.apps.audit.models import AuditEvent

NOW = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
PASSWORD, OTHER = "four horses in a row", "five horses in a row"

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return actions.create_account(viewer=None, username="wang", name="王", password=PASSWORD, now=NOW)


def begin(who, device="Windows · Edge", now=NOW):
    return actions.begin_sitting(account_id=who, device=device, address="203.0.113.7", now=now)


def lasts(who, sitting, now=NOW):
    seen_at = queries.open_sitting(who, sitting).values_list("seen_at", flat=True).first()
    if seen_at is not None:
        actions.keep_sitting(account_id=who, sitting_id=sitting, seen_at=seen_at, now=now)
    return seen_at is not None


def listed(who, now=NOW):
    limits = {"seen_since": now - timedelta(minutes=30), "begun_since": now - timedelta(hours=12)}
    return [card.id for card in queries.list_sittings(who, **limits)]


def test_it_lasts_until_it_is_ended_and_never_for_another_account(who):
    sitting = begin(who)
    other = actions.create_account(viewer=None, username="li", name="李", password=PASSWORD, now=NOW)
    assert lasts(who, sitting) and not lasts(other, sitting) and not lasts(who, sitting + 1)
    actions.end_sitting(account_id=other, sitting_id=sitting, now=NOW)
    assert lasts(who, sitting)
    for _ in range(2):
        actions.end_sitting(account_id=who, sitting_id=sitting, now=NOW)
    assert not lasts(who, sitting)
    assert AuditEvent.objects.filter(action="accounts.end_sitting").count() == 1


def test_the_list_shows_those_within_the_limits_used_last_first(who):
    first, second = begin(who), begin(who, "iPhone · 钉钉")
    assert lasts(who, first, NOW + timedelta(minutes=10))
    assert listed(who, NOW + timedelta(minutes=11)) == [first, second]
    assert listed(who, NOW + timedelta(minutes=31)) == [first]
    assert listed(who, NOW + timedelta(minutes=41)) == []
    actions.leave(account_id=who, sitting_id=second, now=NOW)
    assert listed(who) == [first]


def test_it_is_written_at_most_once_a_minute(who, django_assert_num_queries):
    sitting = begin(who)
    with django_assert_num_queries(1):
        lasts(who, sitting, NOW + timedelta(seconds=59))
    with django_assert_num_queries(2):
        lasts(who, sitting, NOW + timedelta(seconds=60))


def test_all_others_are_ended_at_once(who):
    here, there, elsewhere = begin(who), begin(who), begin(who)
    assert actions.end_other_sittings(account_id=who, sitting_id=here, now=NOW) == 2
    assert listed(who) == [here] and not lasts(who, there) and not lasts(who, elsewhere)
    assert actions.end_other_sittings(account_id=who, sitting_id=here, now=NOW) == 0
    assert [event.detail for event in AuditEvent.objects.filter(action="accounts.end_sittings")] == [{"count": 2}]


def test_another_password_ends_them_but_the_one_where_it_was_changed(who):
    here, there = begin(who), begin(who)
    actions.change_password(account_id=who, old_password=PASSWORD, new_password=OTHER, sitting_id=here, now=NOW)
    assert lasts(who, here) and not lasts(who, there)
    actions.reset_password(viewer=None, account_id=who, new_password=PASSWORD, now=NOW)
    assert not lasts(who, here)


def test_they_end_with_the_account_and_stay_ended_when_it_is_enabled(who):
    sitting = begin(who)
    actions.disable_account(viewer=None, account_id=who, now=NOW)
    actions.enable_account(viewer=None, account_id=who, now=NOW)
    assert not lasts(who, sitting)
    sitting = begin(who)
    actions.clear_second_factor(viewer=None, account_id=who, reason="手机遗失", now=NOW)
    assert not lasts(who, sitting)


def test_old_ones_are_forgotten(who):
    begin(who)
    begin(who, now=NOW + timedelta(days=91))
    assert Sitting.objects.count() == 1
