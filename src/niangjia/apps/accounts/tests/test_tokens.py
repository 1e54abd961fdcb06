"""Access tokens: who issues them, what they open, what ends them; and answers that are given once."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection

from niangjia.apps.accounts import actions, queries
from niangjia.apps.accounts.models import ApiAnswer, ApiToken
from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role, Scope
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import UnionRow

NOW = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
TODAY = date(2025, 3, 3)
YEAR = NOW + timedelta(days=365)
PASSWORD = "four horses in a row"

pytestmark = pytest.mark.django_db


class Office:
    def __init__(self):
        organizations.receive_unions(
            [
                UnionRow("X", "", "新昌县总工会", "county", "330624"),
                UnionRow("Y", "X", "羽林街道总工会", "town", "330624001"),
            ]
        )
        self.posts = {}
        for name, code, role in (
            ("chair", "X", Role.COUNTY), ("second", "X", Role.COUNTY), ("auditor", "X", Role.AUDITOR), ("below", "Y", Role.TOWNSHIP),
            ("worker", "X", Role.WORKER), ("runner", "X", Role.ADMINISTRATOR), ("runner.below", "Y", Role.ADMINISTRATOR),
        ):  # fmt: skip
            who = actions.create_account(viewer=None, username=name, name=name, password=PASSWORD, now=NOW)
            org_id = unions.find_union_by_code(code).id
            post = actions.appoint(viewer=None, account_id=who, org_id=org_id, role=role, starts_on=TODAY, now=NOW)
            self.posts[name] = (who, post)

    def id(self, name):
        return self.posts[name][0]

    def viewer(self, name, post=None):
        who, own = self.posts[name]
        return queries.get_viewer(account_id=who, post_id=post or own, today=TODAY)

    def issue(self, name="chair", scopes=(Scope.ORDERS_READ,), until=YEAR, called="数据交换", viewer=None):
        return actions.issue_token(
            viewer=viewer or self.viewer(name), name=called, scopes=scopes, expires_at=until, now=NOW
        )


@pytest.fixture
def office():
    return Office()


def opens(token, now=NOW):
    try:
        return actions.use_token(secret=token.secret, now=now)
    except actions.TokenRefused:
        return None


def test_it_is_shown_once_kept_as_a_hash_and_opens_its_holders_post(office):
    token = office.issue(scopes=[Scope.CASES_READ, Scope.ORDERS_READ])
    row = ApiToken.objects.get(pk=token.id)
    assert token.secret.startswith("njt_") and len(token.secret) > 40
    assert token.secret not in repr(vars(row)) and row.tail == token.secret[-4:]
    bearer = opens(token)
    assert bearer.viewer.post_id == office.posts["chair"][1] and bearer.viewer.token_id == token.id
    assert bearer.scopes == {Scope.CASES_READ, Scope.ORDERS_READ}
    event = AuditEvent.objects.get(action="accounts.issue_token")
    assert '"orders:read","cases:read"' in event.detail_text and token.secret not in event.detail_text
    assert opens(token.__class__(token.id, token.secret + "x")) is None


def test_that_it_was_used_is_noted_at_most_once_a_minute(office):
    token = office.issue()
    for seconds, noted in ((0, 0), (59, 0), (60, 60)):
        assert opens(token, NOW + timedelta(seconds=seconds))
        assert ApiToken.objects.get(pk=token.id).last_used_at == NOW + timedelta(seconds=noted)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"scopes": []}, actions.UnfitToken), ({"called": " "}, actions.UnfitToken), ({"until": NOW}, actions.UnfitToken),
        ({"until": NOW + timedelta(days=367)}, actions.UnfitToken), ({"name": "worker"}, NotAllowed), ({"name": "runner"}, NotAllowed),
        ({"name": "auditor", "scopes": [Scope.ORDERS_WRITE]}, actions.UnfitToken),
    ],
)  # fmt: skip
def test_what_is_not_fit_is_not_issued(office, more, refusal):
    with pytest.raises(refusal):
        office.issue(**more)
    assert not ApiToken.objects.exists()


def test_ten_at_most_and_another_after_one_is_revoked(office):
    tokens = [office.issue() for _ in range(10)]
    with pytest.raises(actions.TooManyTokens):
        office.issue()
    actions.revoke_token(viewer=office.viewer("chair"), token_id=tokens[0].id, now=NOW)
    assert office.issue().id


def test_nobody_issues_one_for_a_colleague_on_leave_nor_by_another_token(office):
    stand_in = actions.hand_over(
        viewer=office.viewer("chair"), account_id=office.id("second"), starts_on=TODAY, last_on=TODAY, now=NOW
    )
    with pytest.raises(actions.NoTokenHere):
        office.issue(viewer=office.viewer("second", stand_in))
    with pytest.raises(actions.NoTokenHere):
        office.issue(viewer=opens(office.issue()).viewer)


def test_who_acts_by_a_token_is_still_one_pair_of_hands_with_who_stands_in(office):
    token = office.issue()
    actions.hand_over(
        viewer=office.viewer("chair"), account_id=office.id("second"), starts_on=TODAY, last_on=TODAY, now=NOW
    )
    assert opens(token).viewer.has_hand_in([office.id("second")])


ENDS = {
    "revoked": lambda office, token: actions.revoke_token(viewer=office.viewer("chair"), token_id=token.id, now=NOW),
    "its post ended": lambda office, token: actions.end_post(viewer=None, post_id=office.posts["chair"][1], now=NOW),
    "its account disabled": lambda office, token: actions.disable_account(
        viewer=None, account_id=office.id("chair"), now=NOW
    ),
    "its password set by another": lambda office, token: actions.reset_password(
        viewer=None, account_id=office.id("chair"), new_password="six horses in a row", now=NOW
    ),
    "its password changed": lambda office, token: actions.change_password(
        account_id=office.id("chair"), old_password=PASSWORD, new_password="six horses in a row", now=NOW
    ),
    "its second factor cleared": lambda office, token: actions.clear_second_factor(
        viewer=None, account_id=office.id("chair"), reason="手机丢失，已当面核实", now=NOW
    ),
}


@pytest.mark.parametrize("how", ENDS)
def test_it_opens_nothing_once_it_is(office, how):
    token, other = office.issue(), office.issue("second")
    ENDS[how](office, token)
    assert opens(token) is None and opens(other)
    assert queries.list_tokens(office.id("chair"), now=NOW) == []


def test_it_does_not_come_back_with_the_account(office):
    token = office.issue()
    actions.disable_account(viewer=None, account_id=office.id("chair"), now=NOW)
    actions.enable_account(viewer=None, account_id=office.id("chair"), now=NOW)
    assert opens(token) is None


def test_it_ends_on_its_day(office):
    token = office.issue(until=NOW + timedelta(days=1))
    assert opens(token, NOW + timedelta(hours=23)) and opens(token, NOW + timedelta(days=1)) is None


def test_it_rests_while_its_holder_owes_something(office, settings):
    token = office.issue()
    settings.SECOND_FACTOR = "staff"
    with pytest.raises(actions.OwesSomething):
        actions.use_token(secret=token.secret, now=NOW)


def test_an_administrator_revokes_those_in_reach_and_nobody_elses(office):
    above, below = office.issue(), office.issue("below")
    assert [card.id for card in queries.list_tokens_at(unions.find_union_by_code("Y").id, now=NOW)] == [below.id]
    for viewer, token in (("runner.below", above), ("second", above), ("auditor", below)):
        with pytest.raises(actions.NoSuchToken):
            actions.revoke_token(viewer=office.viewer(viewer), token_id=token.id, now=NOW)
    for _ in range(2):
        actions.revoke_token(viewer=office.viewer("runner"), token_id=above.id, now=NOW)
    actions.revoke_token(viewer=office.viewer("runner.below"), token_id=below.id, now=NOW)
    assert opens(above) is None and opens(below) is None
    assert AuditEvent.objects.filter(action="accounts.revoke_token").count() == 2


def test_an_answer_is_given_once_and_again(office):
    token, done = office.issue(), []

    def call(asked="a", key="k", now=NOW):
        return actions.answer_once(
            token_id=token.id, key=key, asked=asked, now=now, act=lambda: (200, str(done.append(1) or len(done)))
        )

    assert (call().body, call().body, call().is_repeat) == ("1", "1", True)
    with pytest.raises(actions.KeyUsedBefore):
        call(asked="b")
    assert call(key="k2").body == "2"
    assert call(now=NOW + timedelta(days=31)).body == "3", "kept for thirty days"


def test_what_was_refused_keeps_nothing(office):
    token = office.issue()

    def refuse():
        office.issue(called="inside")
        raise actions.TokenRefused

    with pytest.raises(actions.TokenRefused):
        actions.answer_once(token_id=token.id, key="k", asked="a", now=NOW, act=refuse)
    assert not ApiAnswer.objects.exists() and ApiToken.objects.count() == 1


def test_an_answer_that_cannot_be_kept_undoes_what_was_done(office):
    token = office.issue()

    def act():
        actions.create_account(viewer=None, username="undone", name="undone", password=None, now=NOW)
        return -1, "no status"

    with pytest.raises(IntegrityError):
        actions.answer_once(token_id=token.id, key="k", asked="a", now=NOW, act=act)
    assert queries.find_account_id("undone") is None


@pytest.mark.django_db(transaction=True)
def test_of_calls_at_the_same_moment_one_acts_and_all_are_answered_alike():
    office = Office()
    token, barrier, bodies = office.issue(), Barrier(4), []

    def act():
        actions.create_account(viewer=None, username="once", name="once", password=None, now=NOW)
        return 200, "done"

    def call():
        barrier.wait()
        try:
            kept = actions.answer_once(token_id=token.id, key="k", asked="a", now=NOW, act=act)
            bodies.append((kept.body, kept.is_repeat))
        finally:
            connection.close()

    threads = [Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(bodies) == [("done", False)] + [("done", True)] * 3
    assert queries.find_account_id("once")
