import threading
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from niangjia.apps.accounts import actions, permissions, queries
from niangjia.apps.accounts.backends import AccountBackend
from niangjia.apps.accounts.models import Account, Attempt, Post
from niangjia.apps.accounts.types import Role, Throttle, Viewer
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import UnionRow

NOW = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
TODAY = date(2025, 3, 3)
PASSWORD = "浙里有娘家 2025 年"

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    organizations.receive_unions(
        [
            UnionRow("C", "", "绍兴市总工会", "city", "330600"),
            UnionRow("X", "C", "新昌县总工会", "county", "330624"),
            UnionRow("Y", "C", "柯桥区总工会", "county", "330603"),
        ]
    )
    return {code: unions.find_union_by_code(code) for code in "CXY"}


def account(username="wang", **given) -> int:
    return actions.create_account(viewer=None, username=username, name="王建国", password=PASSWORD, now=NOW, **given)


def viewer_at(union, role, account_id=900) -> Viewer:
    return Viewer(account_id=account_id, post_id=1, name="某", role=role, org_id=union.id, org_path=union.path)


def test_an_officer_acts_on_one_of_several_posts(tree):
    who = account()
    city = actions.appoint(
        viewer=None, account_id=who, org_id=tree["C"].id, role=Role.FINANCE, starts_on=TODAY, now=NOW
    )
    county = actions.appoint(
        viewer=None, account_id=who, org_id=tree["X"].id, role=Role.COUNTY, starts_on=TODAY, now=NOW
    )
    assert [post.id for post in queries.list_posts(who, today=TODAY)] == [city, county]
    seen = queries.get_viewer(account_id=who, post_id=county, today=TODAY)
    assert seen == Viewer(who, county, "王建国", Role.COUNTY, tree["X"].id, tree["X"].path, None)
    assert queries.list_holders(org_id=tree["X"].id, role=Role.COUNTY, today=TODAY) == [who]


def test_a_post_opens_nothing_before_its_start_after_its_end_or_for_another(tree):
    who, other = account(), account("li")
    post = actions.appoint(
        viewer=None,
        account_id=who,
        org_id=tree["X"].id,
        role=Role.COUNTY,
        starts_on=TODAY,
        ends_before=date(2025, 6, 1),
        now=NOW,
    )
    assert queries.get_viewer(account_id=who, post_id=post, today=date(2025, 5, 31))
    for account_id, day in ((who, date(2025, 3, 2)), (who, date(2025, 6, 1)), (other, TODAY)):
        with pytest.raises(queries.NoSuchPost):
            queries.get_viewer(account_id=account_id, post_id=post, today=day)


def test_an_ended_post_is_refused_with_the_next_request(tree):
    who = account()
    post = actions.appoint(
        viewer=None, account_id=who, org_id=tree["X"].id, role=Role.COUNTY, starts_on=date(2025, 1, 1), now=NOW
    )
    actions.end_post(viewer=None, post_id=post, now=NOW)
    actions.end_post(viewer=None, post_id=post, now=NOW + timedelta(days=1))
    with pytest.raises(queries.NoSuchPost):
        queries.get_viewer(account_id=who, post_id=post, today=TODAY)
    assert AuditEvent.objects.filter(action="accounts.end_post").count() == 1


def test_a_disabled_account_has_no_session_and_no_post(tree):
    who = account()
    post = actions.appoint(viewer=None, account_id=who, org_id=tree["X"].id, role=Role.COUNTY, starts_on=TODAY, now=NOW)
    assert AccountBackend().get_user(who)
    actions.disable_account(viewer=None, account_id=who, now=NOW)
    assert AccountBackend().get_user(who) is None
    with pytest.raises(queries.NoSuchPost):
        queries.get_viewer(account_id=who, post_id=post, today=TODAY)
    with pytest.raises(actions.LoginRefused):
        actions.authenticate(username="wang", password=PASSWORD, now=NOW)


def test_appointing_twice_gives_one_post(tree):
    who = account()
    given = {
        "viewer": None,
        "account_id": who,
        "org_id": tree["X"].id,
        "role": Role.COUNTY,
        "starts_on": TODAY,
        "now": NOW,
    }
    assert actions.appoint(**given) == actions.appoint(**given)


@pytest.mark.parametrize(
    "first, second, may",
    [
        (Role.ADMINISTRATOR, Role.COUNTY, False),
        (Role.COUNTY, Role.ADMINISTRATOR, False),
        (Role.AUDITOR, Role.FINANCE, False),
        (Role.ADMINISTRATOR, Role.AUDITOR, False),
        (Role.COUNTY, Role.FINANCE, True),
        (Role.WORKER, Role.GRASSROOTS, True),
        (Role.WORKER, Role.ADMINISTRATOR, True),
    ],
)
def test_one_account_does_not_both_run_the_system_and_do_its_business(tree, first, second, may):
    who = account()
    actions.appoint(viewer=None, account_id=who, org_id=tree["X"].id, role=first, starts_on=TODAY, now=NOW)
    with nullcontext() if may else pytest.raises(actions.RolesCollide):
        actions.appoint(viewer=None, account_id=who, org_id=tree["X"].id, role=second, starts_on=TODAY, now=NOW)


def test_verification_finds_posts_that_must_stay_apart(tree):
    who = account()
    actions.appoint(viewer=None, account_id=who, org_id=tree["X"].id, role=Role.COUNTY, starts_on=TODAY, now=NOW)
    assert queries.verify(today=TODAY) == []
    Post.objects.create(account_id=who, org_id=tree["X"].id, role=Role.ADMINISTRATOR, starts_on=TODAY)
    assert [violation.object for violation in queries.verify(today=TODAY)] == [f"account:{who}"]


def test_an_administrator_appoints_below_and_touches_nobody_above(tree):
    admin = viewer_at(tree["X"], Role.ADMINISTRATOR)
    below, above = account(), account("shi")
    actions.appoint(viewer=admin, account_id=below, org_id=tree["X"].id, role=Role.COUNTY, starts_on=TODAY, now=NOW)
    post_above = actions.appoint(
        viewer=None, account_id=above, org_id=tree["C"].id, role=Role.CITY, starts_on=TODAY, now=NOW
    )
    for attempt in (
        lambda: actions.appoint(
            viewer=admin, account_id=below, org_id=tree["C"].id, role=Role.CITY, starts_on=TODAY, now=NOW
        ),
        lambda: actions.appoint(
            viewer=admin, account_id=below, org_id=tree["Y"].id, role=Role.COUNTY, starts_on=TODAY, now=NOW
        ),
        lambda: actions.end_post(viewer=admin, post_id=post_above, now=NOW),
        lambda: actions.reset_password(viewer=admin, account_id=above, new_password="一个全新的密码 7788", now=NOW),
        lambda: actions.disable_account(viewer=admin, account_id=above, now=NOW),
    ):
        with pytest.raises(actions.OutOfReach):
            attempt()
    assert [found.username for found in queries.list_accounts(admin)] == ["wang"]


def test_only_administrators_manage_accounts(tree):
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(permissions.NotAllowed):
            actions.create_account(
                viewer=viewer_at(tree["C"], role), username="x", name="x", password=PASSWORD, now=NOW
            )


def test_a_user_name_is_taken_once_whatever_its_case():
    account("Wang")
    with pytest.raises(actions.UsernameTaken):
        account("wANG ")


@pytest.mark.parametrize("password", ["short", "1234567890", "password123", "wanglaoshi"])
def test_weak_passwords_are_refused_in_both_languages(password):
    with pytest.raises(actions.WeakPassword) as refused:
        actions.create_account(viewer=None, username="wanglaoshi", name="王", password=password, now=NOW)
    assert "密码" in refused.value.zh and "password" in refused.value.en.lower()
    assert not Account.objects.exists()


def test_a_worker_sees_what_is_their_own_and_no_part_of_the_tree(tree):
    who = account(person_id=4711)
    post = actions.appoint(viewer=None, account_id=who, org_id=tree["X"].id, role=Role.WORKER, starts_on=TODAY, now=NOW)
    seen = queries.get_viewer(account_id=who, post_id=post, today=TODAY)
    assert (seen.org_path, seen.person_id) == ("", 4711)
    assert queries.person_of(who) == 4711


def test_logging_in_gives_the_account_and_is_recorded():
    who = account()
    assert actions.authenticate(username=" WANG ", password=PASSWORD, now=NOW) == who
    assert AuditEvent.objects.filter(action="accounts.login").count() == 1
    assert not Attempt.objects.exists()


def fail(times, *, username="wang", at=NOW):
    for _ in range(times):
        with pytest.raises(actions.LoginRefused):
            actions.authenticate(username=username, password="wrong", now=at)


def test_five_failures_lock_even_the_right_password_for_a_quarter_of_an_hour():
    who = account()
    fail(5)
    with pytest.raises(actions.LoginRefused):
        actions.authenticate(username="wang", password=PASSWORD, now=NOW + timedelta(minutes=14, seconds=59))
    assert actions.authenticate(username="wang", password=PASSWORD, now=NOW + timedelta(minutes=15)) == who
    assert AuditEvent.objects.filter(action="accounts.locked").count() == 1


def test_four_failures_do_not_lock_and_a_success_begins_anew():
    who = account()
    for _ in range(3):
        fail(4)
        assert actions.authenticate(username="wang", password=PASSWORD, now=NOW) == who


def test_knocking_on_a_locked_name_does_not_keep_it_locked():
    who = account()
    fail(5)
    for minute in range(1, 15):
        fail(1, at=NOW + timedelta(minutes=minute))
    assert actions.authenticate(username="wang", password=PASSWORD, now=NOW + timedelta(minutes=15)) == who


def test_the_reply_is_the_same_for_unknown_wrong_locked_and_disabled():
    account()
    actions.disable_account(viewer=None, account_id=account("gone"), now=NOW)
    replies = set()
    for username in ["nobody", "wang", "gone", *["wang"] * 6, *["nobody"] * 6]:
        with pytest.raises(actions.LoginRefused) as refused:
            actions.authenticate(username=username, password="wrong", now=NOW)
        replies.add(str(refused.value))
    assert len(replies) == 1


def test_what_was_typed_is_kept_nowhere():
    fail(2, username="my secret password")
    rows = str(list(Attempt.objects.values())) + str(list(AuditEvent.objects.values()))
    assert "secret" not in rows


def test_every_failed_log_in_is_on_record_with_where_it_came_from_and_an_unknown_name_like_a_known_one():
    who = account()
    for username in ("wang", "nobody"):
        for _ in range(7):
            with pytest.raises(actions.LoginRefused):
                actions.authenticate(username=username, password="wrong", address="203.0.113.7", now=NOW)
    events = list(AuditEvent.objects.exclude(action__in=("accounts.create", "accounts.appoint")).order_by("seq"))
    known, unknown = events[: len(events) // 2], events[len(events) // 2 :]
    assert [event.action for event in known] == ["accounts.login_failed"] * 5 + ["accounts.locked"]
    assert [event.action for event in unknown] == [event.action for event in known]
    assert {event.object for event in known} == {f"account:{who}"}
    assert {event.object for event in unknown} == {"account:unknown"}
    assert [event.detail["tries"] for event in known] == [1, 2, 3, 4, 5, 5]
    assert {event.detail["address"] for event in events} == {"203.0.113.7"}
    assert len({event.detail["name"] for event in unknown}) == 1  # the same name is known again, not what it was


def test_one_address_is_stopped_after_its_failures_over_whatever_names():
    who, place = account(), "203.0.113.7"
    for number in range(actions.LOGIN_BY_ADDRESS.most):
        with pytest.raises(actions.LoginRefused):
            actions.authenticate(username=f"name{number}", password="wrong", address=place, now=NOW)
    with pytest.raises(actions.LoginRefused) as refused:
        actions.authenticate(username="wang", password=PASSWORD, address=place, now=NOW)
    assert str(refused.value) == str(actions.LoginRefused())
    assert actions.authenticate(username="wang", password=PASSWORD, address="203.0.113.8", now=NOW) == who
    later = NOW + actions.LOGIN_BY_ADDRESS.window
    assert actions.authenticate(username="wang", password=PASSWORD, address=place, now=later) == who


def test_a_stopped_address_locks_nobodys_name():
    who, place = account(), "203.0.113.7"
    for number in range(actions.LOGIN_BY_ADDRESS.most):
        with pytest.raises(actions.LoginRefused):
            actions.authenticate(username=f"name{number}", password="wrong", address=place, now=NOW)
    for _ in range(9):
        with pytest.raises(actions.LoginRefused):
            actions.authenticate(username="wang", password="wrong", address=place, now=NOW)
    assert actions.authenticate(username="wang", password=PASSWORD, address="203.0.113.8", now=NOW) == who


def test_who_logs_in_well_from_one_address_is_never_stopped_and_clears_no_failures_of_others():
    account()
    for _ in range(actions.LOGIN_BY_ADDRESS.most + 5):
        actions.authenticate(username="wang", password=PASSWORD, address="203.0.113.7", now=NOW)
    fail(1)
    for number in range(3):
        with pytest.raises(actions.LoginRefused):
            actions.authenticate(username=f"name{number}", password="wrong", address="203.0.113.7", now=NOW)
    actions.authenticate(username="wang", password=PASSWORD, address="203.0.113.7", now=NOW)
    assert Attempt.objects.filter(kind=actions.LOGIN_BY_ADDRESS.kind).count() == 3


def test_turns_are_taken_up_to_the_limit_and_come_back_with_time():
    throttle = Throttle("test", 2, timedelta(hours=1))
    for at in (NOW, NOW + timedelta(minutes=30)):
        actions.take_turn(throttle, "203.0.113.7", now=at)
    for _ in range(3):  # being refused does not keep anybody out longer
        with pytest.raises(actions.TooManyTries, match="60 分钟"):
            actions.take_turn(throttle, "203.0.113.7", now=NOW + timedelta(minutes=59))
    actions.take_turn(throttle, "203.0.113.8", now=NOW + timedelta(minutes=59))
    actions.take_turn(throttle, "203.0.113.7", now=NOW + timedelta(minutes=60))
    assert "203.0.113" not in str(list(Attempt.objects.values()))


def test_a_switch_of_post_is_on_record_and_a_post_of_another_is_refused(tree):
    who = account()
    first, second = (
        actions.appoint(viewer=None, account_id=who, org_id=tree[code].id, role=Role.COUNTY, starts_on=TODAY, now=NOW)
        for code in ("X", "Y")
    )
    viewer = queries.get_viewer(account_id=who, post_id=first, today=TODAY)
    assert actions.choose_post(viewer=viewer, post_id=first, now=NOW) == viewer
    chosen = actions.choose_post(viewer=viewer, post_id=second, now=NOW)
    assert (chosen.post_id, chosen.org_path) == (second, tree["Y"].path)
    (event,) = AuditEvent.objects.filter(action="accounts.choose_post")
    assert (event.account_id, event.post_id, event.detail) == (who, second, {"from": first, "to": second})
    other = actions.appoint(
        viewer=None, account_id=account("li"), org_id=tree["X"].id, role=Role.COUNTY, starts_on=TODAY, now=NOW
    )
    with pytest.raises(queries.NoSuchPost):
        actions.choose_post(viewer=chosen, post_id=other, now=NOW)


def test_who_is_appointed_without_an_account_gets_both_or_neither(tree):
    office = viewer_at(tree["C"], Role.ADMINISTRATOR)
    asked = {"username": "zhao", "name": "赵", "org_id": tree["X"].id, "starts_on": TODAY, "now": NOW}
    before = AuditEvent.objects.count()
    with pytest.raises(actions.WeakPassword):
        actions.appoint_by_name(viewer=office, role=Role.COUNTY, password="short", **asked)
    with pytest.raises(actions.OutOfReach):
        actions.appoint_by_name(
            viewer=replace(office, org_path=tree["Y"].path), role=Role.COUNTY, password=PASSWORD, **asked
        )
    assert not Account.objects.filter(username="zhao").exists() and AuditEvent.objects.count() == before
    post = actions.appoint_by_name(viewer=office, role=Role.COUNTY, password=PASSWORD, **asked)
    assert post == actions.appoint_by_name(viewer=office, role=Role.COUNTY, password="", **asked)
    with pytest.raises(actions.RolesCollide):  # who has an account keeps it and its password
        actions.appoint_by_name(viewer=office, role=Role.AUDITOR, password="another long word", **asked)
    assert actions.authenticate(username="zhao", password=PASSWORD, now=NOW)


def test_changing_the_password_asks_for_the_old_one_and_counts_failures():
    who = account()
    for _ in range(5):
        with pytest.raises(actions.LoginRefused):
            actions.change_password(account_id=who, old_password="wrong", new_password="一个全新的密码 7788", now=NOW)
    later = NOW + timedelta(minutes=16)
    before = queries.get_account(who).get_session_auth_hash()
    actions.change_password(account_id=who, old_password=PASSWORD, new_password="一个全新的密码 7788", now=later)
    assert queries.get_account(who).get_session_auth_hash() != before  # other sessions end
    assert actions.authenticate(username="wang", password="一个全新的密码 7788", now=later) == who
    with pytest.raises(actions.WeakPassword):
        actions.change_password(account_id=who, old_password="一个全新的密码 7788", new_password="short", now=later)


@pytest.mark.django_db(transaction=True)
def test_of_guesses_at_the_same_moment_at_most_five_are_weighed():
    account()

    def guess():
        try:
            actions.authenticate(username="wang", password="wrong", now=NOW)
        except actions.LoginRefused:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Attempt.objects.count() <= actions.LOGIN_BY_NAME.most  # one row for each guess that was weighed


# The separation of duties, read off the one table.

READING = {
    "matters.view",
    "alerts.view",
    "cases.view",
    "cases.examine",
    "workorders.view",
    "funds.view",
    "registry.view",
    "programs.view",
    "places.view",
    "bookings.view",
    "contests.view",
    "volunteers.view",
    "targets.view",
    "assessments.view",
    "bulletins.view",
    "tasks.view",
    "audit.view",
    "own.view",
}
SYSTEM = {"organizations.manage", "accounts.manage"}
NEEDED = [
    "alerts.view",
    "alerts.release",
    "cases.view",
    "cases.verify",
    "cases.review",
    "cases.approve",
    "cases.announce",
    "workorders.forward",
    "workorders.return",
    "workorders.transfer",
    "funds.view",
    "funds.prepare",
    "funds.approve",
    "funds.pay",
    "funds.confirm",
    "registry.view",
    "registry.reveal",
    "audit.view",
    "programs.view",
    "programs.manage",
    "organizations.manage",
    "accounts.manage",
    "own.view",
]


def test_every_action_belongs_to_someone():
    assert set(NEEDED) <= permissions.ACTIONS
    assert set(permissions.ALLOWED) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_no_role_both_runs_the_system_and_does_its_business(role):
    allowed = permissions.ALLOWED[role] - {
        "lists.export",
        "imports.send",
        "standards.view",
    }  # of what it reads and keeps
    assert not (allowed & SYSTEM) or allowed <= SYSTEM


def test_the_auditor_only_reads():
    assert permissions.ALLOWED[Role.AUDITOR] <= READING | {
        "cases.see_checks",
        "cockpit.view",
        "lists.export",
        "standards.view",
    }
    assert {role for role in Role if "audit.view" in permissions.ALLOWED[role]} == {Role.AUDITOR}


def test_who_pays_does_not_read_what_was_found():
    assert "cases.examine" not in permissions.ALLOWED[Role.FINANCE]
    assert all("cases.examine" in allowed for allowed in permissions.ALLOWED.values() if "cases.verify" in allowed)


@pytest.mark.parametrize("role", Role)
def test_nobody_both_prepares_and_approves_money(role):
    assert not {"funds.prepare", "funds.approve"} <= permissions.ALLOWED[role]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", sorted(permissions.ACTIONS))
def test_what_is_not_granted_is_refused(role, action):
    viewer = Viewer(1, 1, "某", role, 1, "000000001/")
    if action in permissions.ALLOWED[role]:
        permissions.require(viewer, action)
    else:
        with pytest.raises(permissions.NotAllowed):
            permissions.require(viewer, action)


def test_a_misspelt_action_fails_loudly():
    with pytest.raises(KeyError):
        permissions.may(Viewer(1, 1, "某", Role.COUNTY, 1, "000000001/"), "case.approve")
