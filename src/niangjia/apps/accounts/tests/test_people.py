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
    actions.link_person(viewer=by, account_id=getattr(place, who).account_id, person_id=person, now=town.NOW)


def test_an_account_is_linked_once_and_it_is_on_record(db):
    place = town.build()
    for _again in range(2):
        link(place, "county")
    assert queries.person_of(place.county.account_id) == 7
    assert AuditEvent.objects.filter(action="accounts.link_person").count() == 1
    with pytest.raises(actions.LinkedAlready):
        link(place, "county", 8)


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
