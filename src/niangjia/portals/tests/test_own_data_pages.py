"""A worker reads, corrects, refuses and takes away what is held about them."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from django.urls import reverse

from niangjia.apps.accounts.models import Account
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases.models import PublicNotice
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.messages.models import Message
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries
from niangjia.apps.registry.models import Correction, HeldValue, Person
from niangjia.apps.registry.types import CorrectionField, HouseholdFacts, MemberFacts, Purpose
from niangjia.jobs import tell
from niangjia.portals.design import privacy
from niangjia.portals.tests import applied

NOW = town.NOW
PHONE, OLD = "13900000009", "13700000001"


@pytest.fixture
def worker(house):
    viewer = house.viewers[Role.WORKER]
    Person.objects.filter(pk=viewer.person_id).update(home=house.desk.town["XG"].id)
    return viewer


def ask(worker, field=CorrectionField.PHONE, value=PHONE, note="换了号码，工资卡上是新的", key=None) -> int:
    return registry.raise_correction(
        viewer=worker, field=field, value=value, note=note, key=key or uuid.uuid4(), now=NOW
    )


def feed_says(person: Person, phone: str) -> None:
    household = queries.get_household(queries.household_of(person.pk))
    registry.receive_households([HouseholdFacts(household.key, (MemberFacts(person.pseudonym, phone=phone),))], now=NOW)


def test_a_worker_asks_the_union_corrects_and_both_are_told(house, signed_in, worker):
    tell.tell(now=NOW)
    client = signed_in(worker)
    given = {"about": "PHONE", "value": PHONE, "note": "换了号码", "key": str(uuid.uuid4())}
    assert client.post(reverse("member:correct"), given).status_code == 302
    client.post(reverse("member:correct"), given)
    row = Correction.objects.get()
    officer = signed_in(house.viewers[Role.GRASSROOTS])
    listed = officer.get(reverse("officer:corrections_asked")).content.decode()
    assert "待核对" in listed and PHONE not in listed, (
        "the list says that there is one; the words are opened one by one"
    )
    page = officer.get(reverse("officer:correction_asked", args=[row.pk])).content.decode()
    assert PHONE in page and "换了号码" in page
    assert (
        AuditEvent.objects.filter(action="registry.reveal", object=f"person:{row.person_id}")
        .latest("seq")
        .detail["what"]
        == "correction"
    )
    decide = reverse("officer:decide_correction", args=[row.pk])
    empty = officer.post(decide, {"answer": "accept", "basis": ""})
    assert empty.status_code == 422 and Correction.objects.get().state == "OPEN"
    officer.post(decide, {"answer": "accept", "basis": "看了本人手机"})
    assert Person.objects.get(pk=row.person_id).read("phone") == PHONE
    mine = client.get(reverse("member:data")).content.decode()
    assert "已更正" in mine and "看了本人手机" in mine and "按您的申请更正" in mine
    tell.tell(now=NOW)
    assert set(Message.objects.filter(kind__startswith="correction").values_list("kind", "account_id")) >= {
        ("correction_raised", house.viewers[Role.GRASSROOTS].account_id),
        ("correction_decided", worker.account_id),
    }


def test_what_was_corrected_outlives_the_next_delivery_and_the_difference_is_shown(house, signed_in, worker):
    row_id = ask(worker)
    registry.decide_correction(
        viewer=house.viewers[Role.GRASSROOTS], correction_id=row_id, is_accepted=True, basis="看过", now=NOW
    )
    person = Person.objects.get(pk=worker.person_id)
    feed_says(person, OLD)
    person.refresh_from_db()
    assert person.read("phone") == PHONE
    assert OLD.encode() not in bytes(HeldValue.objects.values_list("feed_says", flat=True).get().token), "sealed"
    officer = signed_in(house.viewers[Role.GRASSROOTS])
    assert "来源仍报旧的" in officer.get(reverse("officer:corrections_asked")).content.decode()
    assert OLD in officer.get(reverse("officer:correction_asked", args=[row_id])).content.decode()
    feed_says(person, PHONE)
    assert HeldValue.objects.get().differs_since is None, "the source has followed"
    feed_says(person, OLD)
    assert Person.objects.get(pk=person.pk).read("phone") == PHONE, "and what it says later does not undo it either"
    Person.objects.filter(pk=person.pk).update(phone=None)
    assert "HELD" in {one.invariant for one in queries.verify()}


def test_a_refusal_needs_a_reason_and_changes_nothing(house, worker):
    before = Person.objects.get(pk=worker.person_id).read("phone")
    row_id = ask(worker)
    officer = house.viewers[Role.GRASSROOTS]
    with pytest.raises(registry.BasisMissing):
        registry.decide_correction(viewer=officer, correction_id=row_id, is_accepted=False, basis=" ", now=NOW)
    registry.decide_correction(viewer=officer, correction_id=row_id, is_accepted=False, basis="号码打不通", now=NOW)
    registry.decide_correction(viewer=officer, correction_id=row_id, is_accepted=False, basis="号码打不通", now=NOW)
    with pytest.raises(registry.DecidedAlready):
        registry.decide_correction(viewer=officer, correction_id=row_id, is_accepted=True, basis="又看了", now=NOW)
    assert Person.objects.get(pk=worker.person_id).read("phone") == before
    assert queries.list_corrections(worker)[0].basis == "号码打不通"


def test_nobody_decides_about_themselves_or_about_people_of_another_union(house, worker):
    row_id = ask(worker)
    own = replace(house.viewers[Role.GRASSROOTS], account_id=worker.account_id)
    with pytest.raises(registry.OwnData):
        registry.decide_correction(viewer=own, correction_id=row_id, is_accepted=True, basis="看过", now=NOW)
    other = house.desk.town.other_county
    with pytest.raises(queries.NotFound):
        registry.decide_correction(viewer=other, correction_id=row_id, is_accepted=True, basis="看过", now=NOW)
    assert queries.list_corrections(other) == []


def test_nobody_corrects_the_data_of_who_lives_with_them_or_with_whom_they_stand_in_for(house, signed_in, worker):
    row_id = ask(worker, CorrectionField.BANK_ACCOUNT, "6222020000000000009")
    officer = house.viewers[Role.GRASSROOTS]
    (wife, *_rest) = queries.housemates_of([worker.person_id])[worker.person_id] - {worker.person_id}
    Account.objects.filter(pk=officer.account_id).update(person_id=wife)
    stand_in = replace(house.viewers[Role.COUNTY], for_account_id=officer.account_id)
    for viewer in (officer, stand_in):
        with pytest.raises(registry.OwnData):
            registry.decide_correction(viewer=viewer, correction_id=row_id, is_accepted=True, basis="银行卡", now=NOW)
        with pytest.raises(registry.OwnData):
            registry.open_correction(viewer=viewer, correction_id=row_id, now=NOW)
    assert Person.objects.get(pk=worker.person_id).read("bank_account") != "6222020000000000009"


def test_one_waits_at_a_time_and_may_be_taken_back(worker):
    row_id = ask(worker)
    with pytest.raises(registry.CorrectionWaits):
        ask(worker)
    registry.withdraw_correction(viewer=worker, correction_id=row_id, now=NOW)
    registry.withdraw_correction(viewer=worker, correction_id=row_id, now=NOW)
    ask(worker)


def test_a_corrected_bank_account_counts_as_entered_by_who_accepted_it(house, worker):
    row_id = ask(worker, CorrectionField.BANK_ACCOUNT, "6222020000000000009")
    officer = house.viewers[Role.GRASSROOTS]
    registry.decide_correction(viewer=officer, correction_id=row_id, is_accepted=True, basis="银行卡", now=NOW)
    person = Person.objects.get(pk=worker.person_id)
    assert (
        person.read("bank_account") == "6222020000000000009" and person.bank_account_entered_by_id == officer.account_id
    )


def test_what_does_not_fit_is_said_at_its_field_and_what_was_typed_stays(signed_in, worker):
    client = signed_in(worker)
    answer = client.post(reverse("member:correct"), {"about": "PHONE", "value": "139", "note": "换了号码"})
    html = answer.content.decode()
    assert answer.status_code == 422 and "error-value" in html and "十一位" in html and "换了号码" in html


def test_each_purpose_is_refused_by_itself_and_its_history_stays(signed_in, worker):
    client = signed_in(worker)
    client.post(reverse("member:consent"), {"purpose": "NOTICE", "wish": "withdraw"})
    assert queries.has_withdrawn(worker.person_id, Purpose.NOTICE) and not queries.has_withdrawn(
        worker.person_id, Purpose.SENSING
    )
    client.post(reverse("member:consent"), {"purpose": "NOTICE", "wish": "give"})
    html = client.get(reverse("member:consents")).content.decode()
    assert "您说过的" in html and "每月困难数据比对" in html
    client.post(reverse("member:consent"), {"purpose": "CONTACT", "wish": "withdraw"})
    assert not queries.has_withdrawn(worker.person_id, Purpose.CONTACT), (
        "what does not rest on consent offers none to withdraw"
    )


def test_a_notice_of_whoever_refused_it_carries_no_name(house):
    draft = house.cases["announced"]
    cases.withdraw_notice(viewer=house.viewers[Role.COUNTY], case_id=draft, reason="本人不同意写姓名", now=NOW)
    person_id = PublicNotice.objects.filter(case=draft).latest("pk").case.file.person_id
    registry.withdraw_consent(viewer=None, person_id=person_id, purpose=Purpose.NOTICE, now=NOW)
    cases.decide_tier(viewer=house.viewers[Role.COUNTY], case_id=draft, facts=desks.NO_GOODS, now=NOW)
    cases.announce(viewer=house.viewers[Role.COUNTY], case_id=draft, now=NOW)
    assert PublicNotice.objects.filter(case=draft).latest("pk").masked_name == "某某"


def test_the_copy_asks_who_one_is_holds_everything_in_plain_and_is_recorded(signed_in, worker):
    client = signed_in(worker)
    answer = client.post(reverse("member:copy"))
    text = answer.content.decode()
    person = Person.objects.get(pk=worker.person_id)
    assert (
        answer.headers["Content-Disposition"].startswith("attachment")
        and person.read("id_number") in text
        and "医保结算" in text
    )
    assert AuditEvent.objects.filter(action="registry.copy", object=f"person:{person.pk}").exists()
    session = client.session
    session["proved_at"] = 0
    session.save()
    assert client.post(reverse("member:copy")).url.startswith("/safety/confirm/")


def test_the_copy_holds_ones_applications_their_files_and_objections(house, signed_in, worker):
    applied.lay(house)
    said = signed_in(worker).post(reverse("member:copy")).content.decode()
    assert "职工夜校补助" in said and "下班后上课，学数控。" in said and "image/jpeg" in said
    assert "收据是我的，姓名写错了一个字。" in said and "收据不是本人的。" in said


def test_the_privacy_statement_says_every_feed_about_people_that_the_house_reads(client, db):
    html = client.get(reverse("public:privacy")).content.decode()
    for feed in privacy.personal_feeds():
        assert feed.zh in html and feed.legal_basis in html and feed.owner in html
    assert set(privacy.declared()["purposes"]) == {purpose.value for purpose in Purpose}
