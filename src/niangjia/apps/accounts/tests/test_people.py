"""Who of the registry an officer is, is said once, within reach, and of one account alone."""

from __future__ import annotations

import pytest

from niangjia.apps.accounts import actions, queries
from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.programs.tests import town

pytestmark = pytest.mark.django_db


def link(place, who, person=7, *, by=None):
    link_account(getattr(place, who), person, by=by)


def link_account(whose, person=7, *, by=None):
    actions.link_person(viewer=by, account_id=whose.account_id, person_id=person, now=town.NOW)


def test_an_account_is_linked_once_and_it_is_on_record(db):
    place = town.build()
    for _again in range(2):
        link(place, "county")
    assert queries.person_of(place.county.account_id) == 7
    assert AuditEvent.objects.filter(action="accounts.link_person").count() == 1
    with pytest.raises(actions.LinkedAlready):
        link(place, "county", 8)


def untie(place, who, reason="同名，登记错了人", *, by=None):
    untie_account(getattr(place, who), reason, by=by)


def untie_account(whose, reason="同名，登记错了人", *, by=None):
    actions.unlink_person(viewer=by, account_id=whose.account_id, reason=reason, now=town.NOW)


def test_a_mistake_is_untied_with_a_reason_and_who_it_was_stays_on_record(db):
    place = town.build()
    administrator = town.appoint("admin.c", place["C"], Role.ADMINISTRATOR)
    link(place, "county", by=administrator)
    with pytest.raises(actions.UntyingNeedsReason):
        untie(place, "county", " 错 ", by=administrator)
    for _again in range(2):
        untie(place, "county", by=administrator)
    assert queries.person_of(place.county.account_id) is None
    (event,) = AuditEvent.objects.filter(action="accounts.unlink_person")
    assert event.detail == {"person": 7} and event.reason == "同名，登记错了人"
    link(place, "county", 8, by=administrator)
    assert queries.person_of(place.county.account_id) == 8


def test_nobody_says_or_unsays_whose_account_their_own_is(db):
    place = town.build()
    administrator = town.appoint("admin.c", place["C"], Role.ADMINISTRATOR)
    for step in (link_account, untie_account):
        with pytest.raises(actions.OwnAccount):
            step(administrator, by=administrator)


def test_a_workers_own_account_is_not_given_to_somebody_else(db):
    place = town.build()
    worker = town.appoint("own.worker", place["XG"], Role.WORKER)
    administrator = town.appoint("admin.c", place["C"], Role.ADMINISTRATOR)
    for step in (link_account, untie_account):
        with pytest.raises(actions.WorkersOwn):
            step(worker, by=administrator)


def test_an_account_without_any_post_is_in_nobodys_reach(db):
    place = town.build()
    account_id = actions.create_account(viewer=None, username="nobody.here", name="无岗位", password=None, now=town.NOW)
    administrator = town.appoint("admin.c", place["C"], Role.ADMINISTRATOR)
    with pytest.raises(actions.OutOfReach):
        actions.link_person(viewer=administrator, account_id=account_id, person_id=7, now=town.NOW)


def test_one_person_has_one_account(db):
    place = town.build()
    link(place, "county")
    with pytest.raises(actions.PersonTaken):
        link(place, "township")


def test_only_an_administrator_above_links(db):
    place = town.build()
    with pytest.raises(NotAllowed):
        link(place, "township", by=place.county)
    below = town.appoint("admin.y", place["Y"], Role.ADMINISTRATOR)
    with pytest.raises(actions.OutOfReach):
        link(place, "county", by=below)
    link(place, "county", by=town.appoint("admin.c", place["C"], Role.ADMINISTRATOR))
