"""A post handed to a colleague while its holder is on leave."""

from datetime import UTC, date, datetime, timedelta

import pytest

from niangjia.apps.accounts import actions, permissions, queries
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import UnionRow

NOW = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
TODAY, FRIDAY = date(2025, 3, 3), date(2025, 3, 7)

pytestmark = pytest.mark.django_db


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC)


class Office:
    """A county's union: its chair goes on leave, a colleague of finance and others are there."""

    def __init__(self):
        organizations.receive_unions(
            [
                UnionRow("X", "", "新昌县总工会", "county", "330624"),
                UnionRow("Y", "X", "羽林街道总工会", "town", "330624001"),
            ]
        )
        self.posts = {}
        for name, code, role in (
            ("chair", "X", Role.COUNTY), ("finance", "X", Role.FINANCE), ("second", "X", Role.COUNTY),
            ("auditor", "X", Role.AUDITOR), ("below", "Y", Role.TOWNSHIP), ("worker", "X", Role.WORKER),
        ):  # fmt: skip
            who = actions.create_account(viewer=None, username=name, name=f"{name}（虚构）", password=None, now=NOW)
            union = unions.find_union_by_code(code)
            post = actions.appoint(
                viewer=None, account_id=who, org_id=union.id, role=role, starts_on=date(2025, 1, 1), now=NOW
            )
            self.posts[name] = (who, post)

    def id(self, name):
        return self.posts[name][0]

    def viewer(self, name, day=TODAY, post=None):
        who, own = self.posts[name]
        return queries.get_viewer(account_id=who, post_id=post or own, today=day)

    def hand(self, to="finance", *, by=None, starts_on=TODAY, last_on=FRIDAY, now=NOW):
        return actions.hand_over(
            viewer=by or self.viewer("chair"), account_id=self.id(to), starts_on=starts_on, last_on=last_on, now=now
        )


@pytest.fixture
def office():
    return Office()


def test_the_colleague_holds_the_post_from_day_to_day_and_it_ends_by_itself(office):
    post = office.hand(starts_on=date(2025, 3, 4))
    for day in (TODAY, date(2025, 3, 8)):
        with pytest.raises(queries.NoSuchPost):
            office.viewer("finance", day, post)
    for day in (date(2025, 3, 4), FRIDAY):
        seen, chair = office.viewer("finance", day, post), office.viewer("chair", day)
        assert (seen.role, seen.org_path) == (chair.role, chair.org_path)
        assert (seen.account_id, seen.for_account_id) == (office.id("finance"), office.id("chair"))
        cards = queries.list_posts(office.id("finance"), today=day)
        assert [(card.role, card.for_name) for card in cards] == [(Role.FINANCE, ""), (Role.COUNTY, "chair（虚构）")]
        assert office.id("finance") in queries.list_holders(org_id=seen.org_id, role=Role.COUNTY, today=day)
    assert office.viewer("chair").for_account_id is None


def test_whatever_is_done_on_it_is_recorded_as_done_for_the_one_away(office):
    post = office.hand()
    audit.record(office.viewer("finance", post=post), action="cases.accept", object="case:1", detail={"n": 1}, now=NOW)
    audit.record(office.viewer("finance"), action="funds.prepare", object="batch:1", now=NOW)
    acted, own = AuditEvent.objects.order_by("seq")[AuditEvent.objects.count() - 2 :]
    assert (acted.account_id, acted.detail) == (office.id("finance"), {"n": 1, "acting_for": office.id("chair")})
    assert own.detail == {}
    handed = AuditEvent.objects.get(action="accounts.hand_over")
    assert (handed.account_id, handed.object) == (office.id("chair"), f"account:{office.id('finance')}")
    assert handed.detail["last_on"] == "2025-03-07"


def test_it_cannot_be_passed_on(office):
    post = office.hand()
    with pytest.raises(actions.CannotPassOn):
        office.hand("second", by=office.viewer("finance", post=post))
    assert office.hand("second", by=office.viewer("finance"))  # one's own still can


@pytest.mark.parametrize(
    "to, why",
    [
        ("chair", actions.NoSuchColleague),
        ("below", actions.NoSuchColleague),
        ("worker", actions.NoSuchColleague),
        ("auditor", actions.RolesCollide),
    ],
)
def test_only_a_colleague_of_the_same_union_whose_post_may_stand_beside_it(office, to, why):
    with pytest.raises(why):
        office.hand(to)


def test_only_who_may_hold_both_is_offered(office):
    offered = {name for _card, name in queries.list_stand_ins(office.viewer("chair"), today=TODAY)}
    assert offered == {"finance（虚构）", "second（虚构）"}, "not the auditor, who would be refused afterwards"


def test_nobody_hands_on_a_worker_or_to_a_disabled_account(office):
    with pytest.raises(permissions.NotAllowed):
        office.hand(by=office.viewer("worker"))
    actions.disable_account(viewer=None, account_id=office.id("finance"), now=NOW)
    with pytest.raises(actions.NoSuchColleague):
        office.hand()


@pytest.mark.parametrize(
    "starts_on, last_on, may",
    [
        (TODAY, TODAY, True),
        (TODAY - timedelta(days=1), FRIDAY, False),
        (FRIDAY, TODAY, False),
        (TODAY, TODAY + timedelta(days=365), True),
        (TODAY, TODAY + timedelta(days=366), False),
    ],
)
def test_the_days_are_to_come_in_order_and_a_year_at_most(office, starts_on, last_on, may):
    if may:
        assert office.hand(starts_on=starts_on, last_on=last_on)
        return
    with pytest.raises(actions.UnfitSpan):
        office.hand(starts_on=starts_on, last_on=last_on)


def test_a_post_is_with_one_colleague_at_a_time(office):
    office.hand(last_on=FRIDAY)
    with pytest.raises(actions.HandedOverAlready):
        office.hand("second", starts_on=FRIDAY, last_on=FRIDAY)
    assert office.hand("second", starts_on=date(2025, 3, 8), last_on=date(2025, 3, 9))


def test_it_ends_with_the_post_or_the_account_it_comes_from(office):
    post = office.hand()
    actions.end_post(viewer=None, post_id=office.posts["chair"][1], now=at(date(2025, 3, 5)))
    with pytest.raises(queries.NoSuchPost):
        office.viewer("finance", date(2025, 3, 5), post)
    other = office.hand("second", by=office.viewer("finance"))
    assert office.viewer("second", post=other)
    actions.disable_account(viewer=None, account_id=office.id("finance"), now=NOW)
    with pytest.raises(queries.NoSuchPost):
        office.viewer("second", post=other)


def test_either_of_the_two_ends_it_early_and_nobody_else(office):
    post = office.hand()
    with pytest.raises(actions.NotYours):
        actions.take_back(viewer=office.viewer("second"), post_id=post, now=NOW)
    with pytest.raises(actions.NotYours):  # a post of one's own is no hand-over
        actions.take_back(viewer=office.viewer("chair"), post_id=office.posts["chair"][1], now=NOW)
    for _ in range(2):
        actions.take_back(viewer=office.viewer("chair"), post_id=post, now=NOW)
    with pytest.raises(queries.NoSuchPost):
        office.viewer("finance", post=post)
    assert AuditEvent.objects.filter(action="accounts.take_back").count() == 1
    later = office.hand(starts_on=FRIDAY)
    actions.take_back(viewer=office.viewer("finance"), post_id=later, now=NOW)
    assert queries.list_standing_in(office.id("chair"), today=TODAY) == []


def test_the_two_are_one_pair_of_hands_while_it_lasts_and_half_a_year_after(office):
    chair, finance, second = (office.id(name) for name in ("chair", "finance", "second"))
    assert not office.viewer("chair").has_hand_in([finance])
    post = office.hand(starts_on=date(2025, 3, 4))
    assert not office.viewer("chair", TODAY).has_hand_in([finance])  # not begun
    for day in (date(2025, 3, 4), FRIDAY, FRIDAY + timedelta(days=180)):
        assert office.viewer("chair", day).has_hand_in([finance])
        assert office.viewer("finance", day).has_hand_in([chair])  # on one's own post too
        assert office.viewer("finance", day).has_hand_in([finance])
        assert not office.viewer("finance", day).has_hand_in([second, None])
        assert not office.viewer("second", day).has_hand_in([chair, finance])
    assert office.viewer("finance", date(2025, 3, 4), post).has_hand_in([chair])
    assert not office.viewer("chair", FRIDAY + timedelta(days=181)).has_hand_in([finance])


def test_a_morning_of_standing_in_joins_them_and_one_called_off_does_not(office):
    post = office.hand()
    actions.take_back(viewer=office.viewer("chair"), post_id=post, now=NOW)
    assert office.viewer("chair").has_hand_in([office.id("finance")])
    later = office.hand("second", starts_on=FRIDAY)
    actions.take_back(viewer=office.viewer("chair"), post_id=later, now=NOW)
    assert not office.viewer("chair", FRIDAY).has_hand_in([office.id("second")])


def test_the_list_says_who_stands_in_for_whom_on_both_sides(office):
    office.hand()
    (given,), (taken,) = (queries.list_standing_in(office.id(name), today=TODAY) for name in ("chair", "finance"))
    assert (given.is_mine, taken.is_mine, given.last_on) == (True, False, FRIDAY)
    assert (given.from_name, given.to_name) == (taken.from_name, taken.to_name) == ("chair（虚构）", "finance（虚构）")
    assert queries.list_standing_in(office.id("finance"), today=date(2025, 3, 8)) == []


def test_a_permanent_appointment_is_its_own_post_beside_the_one_handed_over(office):
    post = office.hand("finance")
    own = actions.appoint(
        viewer=None, account_id=office.id("finance"), org_id=office.viewer("chair").org_id, role=Role.COUNTY,
        starts_on=TODAY, now=NOW,
    )  # fmt: skip
    assert own != post and office.viewer("finance", post=own).for_account_id is None
