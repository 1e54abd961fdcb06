"""A visit while it is written down: what was typed, its photos, and what becomes of both."""

import uuid
from datetime import timedelta

import pytest

from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries
from niangjia.apps.cases.actions.drafting import DraftChanged, DraftTooLong, OpenFormFirst, VisitRecorded
from niangjia.apps.cases.actions.verifying import NoAddress, NotEnoughWitnesses
from niangjia.apps.cases.models import Finding, HardshipFile, Visit, VisitDraft
from niangjia.apps.cases.moving import NotFound, ReasonMissing
from niangjia.apps.cases.sealed import seal
from niangjia.apps.cases.tests.desk import NOW, VISIT
from niangjia.apps.cases.types import Outcome, VisitWay
from niangjia.apps.files import queries as files
from niangjia.apps.files.problems import NoSuchFile, TooMany, UnknownType
from niangjia.apps.files.tests import pictures
from niangjia.apps.registry.actions import ReasonTooShort
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries as orders

TYPED = {"statement": ["去年生病，借了钱"], "with": ["1", "2"]}


@pytest.fixture
def case(desk):
    case = desk.opened()
    desk.hand_down(case)
    case.refresh_from_db()
    return case


@pytest.fixture
def key(desk, case):
    return queries.next_visit_key(desk.town.grassroots, case.work_order_id)


@pytest.fixture
def save(desk, case, key):
    def save(values=TYPED, viewer=None, now=NOW, key=key, **more):
        return cases.save_draft(
            viewer=viewer or desk.town.grassroots, case_id=case.pk, key=key, values=values, now=now, **more
        )

    return save


@pytest.fixture
def photo(desk, case, key):
    def photo(content=None, part="photos", viewer=None, key=key, **more):
        return cases.keep_visit_file(
            viewer=viewer or desk.town.grassroots,
            case_id=case.pk,
            key=key,
            part=part,
            content=content or pictures.jpeg(),
            now=NOW,
            **more,
        )

    return photo


def hand_in(desk, case, key, **more):
    values = {"outcome": None, "reason": "", "visited_on": NOW.date(), "way": VisitWay.HOME, "form": VISIT, "verifiers": [desk.town.grassroots_second.account_id]}  # fmt: skip
    return cases.hand_in_visit(viewer=desk.town.grassroots, case_id=case.pk, key=key, now=NOW, **values | more)


def test_what_was_typed_is_kept_sealed_for_the_one_who_typed_it(desk, case, save):
    card = save()
    assert (card.edition, card.values, card.saved_at) == (1, TYPED, NOW)
    assert queries.find_draft(desk.town.grassroots, case.work_order_id) == card
    assert queries.find_draft(desk.town.grassroots_second, case.work_order_id) is None
    assert "借了钱".encode() not in bytes(VisitDraft.objects.get().secret)


def test_saving_again_replaces_it_and_only_its_beginning_is_on_record(save):
    save()
    assert save({"statement": ["改过"]}, now=NOW + timedelta(minutes=1)).values == {"statement": ["改过"]}
    assert VisitDraft.objects.count() == 1
    assert AuditEvent.objects.filter(action="cases.start_draft").count() == 1


def test_what_another_page_or_device_saved_is_not_written_over(save):
    save(edition=0, device="a" * 32)
    with pytest.raises(DraftChanged) as refused:
        save({}, edition=0, device="b" * 32)
    assert refused.value.edition == 1
    assert save(edition=1, device="b" * 32).edition == 2
    with pytest.raises(DraftChanged):
        save(edition=1, device="a" * 32)
    assert save(edition=0, device="b" * 32).edition == 3  # the answer to its last save was lost: it goes on


def test_an_endless_draft_is_refused(save):
    with pytest.raises(DraftTooLong):
        save({"statement": ["长" * 200_001]})


def test_another_officers_key_is_not_taken_over(desk, case, save, photo, key):
    save()
    with pytest.raises(NotFound):
        save(viewer=desk.town.grassroots_second)
    with pytest.raises(NotFound):
        photo(viewer=desk.town.grassroots_second)


def test_photos_belong_to_the_visit_once_it_is_on_record_and_count_as_its_witness(desk, case, key, save, photo):
    with pytest.raises(NotEnoughWitnesses):
        hand_in(desk, case, key, verifiers=[])
    save()
    photo(), photo(pictures.png()), photo(pictures.png("L"), part="signature")
    visit = Visit.objects.get(pk=hand_in(desk, case, key, verifiers=[]))
    assert visit.photo_count == 2 and not VisitDraft.objects.exists()
    assert [card.part for card in queries.list_visit_files([visit])[visit.pk]] == ["photos", "photos", "signature"]
    assert queries.verify() == []


def test_photos_of_somebody_elses_draft_are_no_witness(desk, case, photo):
    photo()
    values = {"visited_on": NOW.date(), "way": VisitWay.HOME, "form": VISIT}
    with pytest.raises(NotEnoughWitnesses):
        cases.record_visit(viewer=desk.town.grassroots_second, case_id=case.pk, now=NOW, key=uuid.uuid4(), **values)


def test_a_second_signature_takes_the_place_of_the_first_and_only_photos_are_taken(desk, case, key, photo):
    first, second = photo(part="signature"), photo(pictures.png(), part="signature")
    assert [card.key for card in files.list_files(queries.visit_owner(key))] == [second.key] != [first.key]
    with pytest.raises(UnknownType):
        photo(pictures.pdf())


def test_twelve_photos_fit_and_one_removed_makes_room(desk, case, key, photo):
    cards = [photo(pictures.jpeg(40 + number, 40)) for number in range(12)]
    with pytest.raises(TooMany):
        photo(pictures.jpeg(99, 40))
    for _ in range(2):
        cases.drop_visit_file(viewer=desk.town.grassroots, case_id=case.pk, key=key, file_key=cards[0].key, now=NOW)
    photo(pictures.jpeg(99, 40))


def test_a_visit_and_its_finding_are_handed_in_at_once_or_neither(desk, case, key, photo):
    photo()
    with pytest.raises(ReasonMissing):
        hand_in(desk, case, key, outcome=Outcome.V5)
    assert not Visit.objects.exists() and VisitDraft.objects.exists()
    hand_in(desk, case, key, outcome=Outcome.V1)
    assert Finding.objects.get().outcome == Outcome.V1


def test_what_arrives_twice_is_on_record_once_even_when_it_was_sent_back_meanwhile(desk, case, key):
    first = hand_in(desk, case, key, outcome=Outcome.V1)
    assert hand_in(desk, case, key, outcome=Outcome.V1) == first
    cases.return_finding(viewer=desk.town.county, case_id=case.pk, reason="请补收入证明", now=NOW)
    assert hand_in(desk, case, key, outcome=Outcome.V1) == first
    assert Visit.objects.count() == Finding.objects.count() == 1


def test_a_visit_on_record_takes_no_draft_and_no_photo_and_the_next_has_another_key(desk, case, key, save, photo):
    hand_in(desk, case, key)
    for late in (save, photo):
        with pytest.raises(VisitRecorded):
            late()
    assert queries.find_recorded_visit(desk.town.grassroots, key) == NOW
    assert queries.find_recorded_visit(desk.town.grassroots_second, key) is None
    assert save(key=queries.next_visit_key(desk.town.grassroots, case.work_order_id)).key != key


def test_somebody_elses_key_makes_no_visit_theirs(desk, case, key):
    hand_in(desk, case, key)
    values = {
        "visited_on": NOW.date(),
        "way": VisitWay.HOME,
        "form": VISIT,
        "verifiers": [desk.town.grassroots.account_id],
    }
    with pytest.raises(VisitRecorded):
        cases.record_visit(viewer=desk.town.grassroots_second, case_id=case.pk, now=NOW, key=key, **values)


def test_photos_on_record_are_looked_at_after_a_reason_was_given_for_a_quarter_of_an_hour(desk, case, key, photo):
    card = photo()
    visit_id = hand_in(desk, case, key)
    look = {"viewer": desk.town.county, "visit_id": visit_id, "file_key": card.key}
    with pytest.raises(OpenFormFirst):
        cases.open_visit_file(**look, now=NOW)
    cases.open_visit_form(viewer=desk.town.county, visit_id=visit_id, reason="复核现场照片", now=NOW)
    assert cases.open_visit_file(**look, now=NOW + timedelta(minutes=14)).content[:2] == b"\xff\xd8"
    with pytest.raises(OpenFormFirst):
        cases.open_visit_file(**look, now=NOW + timedelta(minutes=16))
    with pytest.raises(OpenFormFirst):  # a colleague's reason is not mine
        cases.open_visit_file(**look | {"viewer": desk.town.county_second}, now=NOW)
    with pytest.raises(NotFound):
        cases.open_visit_file(**look | {"viewer": desk.town.other_county}, now=NOW)
    with pytest.raises(NoSuchFile):
        cases.open_visit_file(**look | {"file_key": "0" * 32}, now=NOW)
    assert AuditEvent.objects.filter(action="files.open").count() == 1


def test_a_photo_of_a_draft_opens_for_its_author_alone(desk, case, photo):
    card = photo()
    look = {"case_id": case.pk, "file_key": card.key, "now": NOW}
    assert cases.open_draft_file(viewer=desk.town.grassroots, **look).content
    with pytest.raises(NoSuchFile):
        cases.open_draft_file(viewer=desk.town.grassroots_second, **look)


def test_when_the_order_ends_the_drafts_that_are_left_go_with_their_photos(desk, case, key, photo):
    photo()
    assert cases.sweep_drafts(now=NOW) == 0
    cases.cancel_case(viewer=desk.town.county, case_id=case.pk, reason="重复派单", now=NOW)
    assert cases.sweep_drafts(now=NOW) == 1 and cases.sweep_drafts(now=NOW) == 0
    assert not VisitDraft.objects.exists() and not files.list_files(queries.visit_owner(key))


def test_photos_of_nobody_are_found_out(desk, case, photo):
    photo()
    VisitDraft.objects.all().delete()
    assert {breach.rule for breach in queries.verify()} == {"VISIT_FILES"}


def test_an_address_is_opened_with_a_reason_by_who_visits(desk, case):
    grassroots = desk.town.grassroots
    look = {"household_id": case.household_id, "now": NOW}
    with pytest.raises(NoAddress):
        cases.open_address(viewer=grassroots, reason="上门核实认路", **look)
    file = HardshipFile(case=case, household_id=case.household_id, person_id=case.person_id or desk.members(case.household_id)[0], started_by_id=grassroots.account_id, started_at=NOW)  # fmt: skip
    file.secret = seal({"address": "羽林街道某村 3 号"}, "file", file.key)
    file.save()
    with pytest.raises(ReasonTooShort):
        cases.open_address(viewer=grassroots, reason="看", **look)
    assert cases.open_address(viewer=grassroots, reason="上门核实认路", **look) == "羽林街道某村 3 号"
    with pytest.raises(NotFound):
        cases.open_address(viewer=desk.town.other_county, reason="上门核实认路", **look)
    assert AuditEvent.objects.filter(action="registry.reveal").count() == 1


def test_whose_order_was_passed_on_is_told_by_whom_when_and_where_to(desk):
    town, order_id = desk.town, desk.opened().work_order_id
    for holder, union in ((town.county, "XT"), (town.township, "XG")):
        workorders.accept(viewer=holder, order_id=order_id, now=NOW)
        workorders.forward(viewer=holder, order_id=order_id, to_org_id=town[union].id, now=NOW)
    assert orders.find_departure(town.grassroots, order_id) is None  # it is here
    workorders.hand_back(viewer=town.grassroots, order_id=order_id, reason="已不在本单位", now=NOW)
    workorders.accept(viewer=town.township, order_id=order_id, now=NOW)
    workorders.forward(viewer=town.township, order_id=order_id, to_org_id=town["XH"].id, now=NOW)
    move = orders.find_departure(town.grassroots, order_id)
    assert (move.action, move.to_org_name, move.actor_id) == ("HAND_BACK", town["XT"].name, town.grassroots.account_id)
    assert orders.find_departure(town.other_county, order_id) is None  # it never was there
