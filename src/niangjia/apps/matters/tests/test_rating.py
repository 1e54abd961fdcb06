"""How somebody was served is said once, by who brought it: signed in, or with the number of a receipt and the end of a telephone number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from niangjia.apps.accounts.actions import TooManyTries
from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import problems, queries, rated
from niangjia.apps.matters.actions import rating
from niangjia.apps.matters.models import Rating
from niangjia.apps.matters.tests.begun import HAZARD, NOW, PROPOSAL, Place, build
from niangjia.apps.matters.types import MatterCard, Received, Verdict
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs.tests import town
from niangjia.apps.registry.models import Person

V = Verdict
SAYING = "打电话 139 0000 4321 找我"


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[Place]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def place(built: Place, db) -> Place:
    return built.fork()


def closed(place: Place, **answers: str) -> Received:
    received = place.receive(**answers)
    place.act(place.town.grassroots, received, "unfounded", reason="到现场看过")
    return received


def closed_by_name(place: Place, phone: str = "13800001234") -> MatterCard:
    person = Person.objects.get(pk=place.person_id)
    person.write("phone", phone)
    person.save()
    card = place.hand_in("hazard-report", HAZARD)
    return place.act(place.town.grassroots, card, "unfounded", reason="到现场看过")


def say(number: str, digits: str = "", verdict: Verdict = V.SATISFIED, *, address: str = "", **moved: int) -> None:
    matters.rate(number=number, digits=digits, verdict=verdict, address=address, now=NOW + timedelta(**moved))


def test_with_a_receipt_it_is_said_without_a_name_and_counted(place: Place):
    received = closed(place)
    say(received.receipt.lower().replace("-", " "))
    row = Rating.objects.get()
    assert (row.matter_id, row.verdict, row.by_receipt) == (received.matter_id, "satisfied", True)
    event = AuditEvent.objects.get(action="matters.rate")
    assert event.object == f"matter:{received.matter_id}" and "satisfied" not in str(event.detail)
    month = queries.count_by_month(place.town.county, since=NOW.date().replace(day=1), today=NOW.date())[0]
    assert (month.rated, month.content) == (1, None)


def test_who_wrote_down_a_telephone_number_needs_its_last_digits(place: Place):
    received = closed(place, hazard_contact=SAYING)
    for wrong in ("", "1234", "432", "1390"):
        with pytest.raises(problems.NothingMatches):
            say(received.receipt, wrong)
    say(received.receipt, "４３２１")
    assert Rating.objects.count() == 1


def test_the_number_of_a_matter_goes_with_the_telephone_number_in_the_register(place: Place):
    card = closed_by_name(place)
    with pytest.raises(problems.NothingMatches):
        say(card.number, "4321")
    say(card.number.lower(), "1234", V.UNSATISFIED)
    assert Rating.objects.get().verdict == "unsatisfied"


def test_who_has_no_telephone_number_on_record_does_not_get_by_with_a_number_that_can_be_guessed(place: Place):
    card = closed_by_name(place, phone="")
    for digits in ("", "0000"):
        with pytest.raises(problems.NothingMatches):
            say(card.number, digits)


def test_a_wrong_number_and_wrong_digits_are_refused_in_the_same_words(place: Place):
    card = closed_by_name(place)
    received = closed(place, hazard_contact=SAYING)
    other_month = card.number.replace(card.number[2:8], "209901")
    said = set()
    for number, digits in (
        (card.number, "0000"), (received.receipt, "0000"), (other_month, "1234"), ("SX2023110000000", "1234"), ("7K3M-9QRT-2WXY", "1234"),
        (str(received.matter_id), "4321"), ("", ""), ("《》", "1234"),
    ):  # fmt: skip
        with pytest.raises(problems.NothingMatches) as refused:
            say(number, digits)
        said.add((refused.value.zh, refused.value.en))
    assert len(said) == 1


def test_a_number_without_an_account_behind_it_does_not_stand_in_for_its_receipt(place: Place):
    received = closed(place)
    with pytest.raises(problems.NothingMatches):
        say(received.number)


def test_a_number_is_tried_five_times_a_day_whether_it_exists_or_not(place: Place):
    card = closed_by_name(place)
    for number in (card.number, "7K3M-9QRT-2WXY"):
        for _ in range(rating.OF_NUMBER.most):
            with pytest.raises(problems.NothingMatches):
                say(number, "0000")
        with pytest.raises(problems.TriedTooOften):
            say(number, "1234")
    say(card.number, "1234", days=1)


def test_an_address_tries_twenty_times_an_hour(place: Place):
    for number in range(rating.FROM_ADDRESS.most):
        with pytest.raises(problems.NothingMatches):
            say(f"SX202311{number:07d}", "0000", address="203.0.113.9")
    with pytest.raises(TooManyTries):
        say("SX2023119999999", "0000", address="203.0.113.9")


def test_it_is_said_once_and_the_same_twice_is_once(place: Place):
    received = closed(place)
    say(received.receipt)
    say(received.receipt)
    with pytest.raises(problems.RatedAlready):
        say(received.receipt, verdict=V.UNSATISFIED)
    assert [row.verdict for row in Rating.objects.all()] == ["satisfied"]
    assert AuditEvent.objects.filter(action="matters.rate").count() == 1


def test_what_goes_on_or_was_taken_back_is_not_rated(place: Place):
    with pytest.raises(problems.NotToBeRated):
        say(place.receive().receipt)
    card = place.hand_in("membership-transfer", {"receiving_union": "制药厂工会", "transfer_reason": "new_job"})
    matters.withdraw(viewer=place.worker, matter_id=card.id, now=NOW)
    with pytest.raises(problems.NotToBeRated):
        matters.rate_own(viewer=place.worker, matter_id=card.id, verdict=V.SATISFIED, now=NOW)
    assert not Rating.objects.exists()


def test_signed_in_one_rates_ones_own_and_nobody_elses(place: Place):
    card, others = closed_by_name(place), closed(place)
    assert queries.get_details(place.worker, card.id, now=NOW).can_rate
    matters.rate_own(viewer=place.worker, matter_id=card.id, verdict=V.ACCEPTABLE, now=NOW)
    assert not queries.get_details(place.worker, card.id, now=NOW).can_rate
    assert not Rating.objects.get(matter=card.id).by_receipt
    with pytest.raises(problems.NotFound):
        matters.rate_own(viewer=place.worker, matter_id=others.matter_id, verdict=V.SATISFIED, now=NOW)
    with pytest.raises(NotAllowed):
        matters.rate_own(viewer=place.town.county, matter_id=card.id, verdict=V.SATISFIED, now=NOW)


def test_a_text_with_a_rating_of_its_own_counts_in_the_same_place_once_it_ends(place: Place):
    place.represent()
    card = place.hand_in("member-proposal", PROPOSAL)
    place.act(place.town.township, card, "registered")
    card = place.act(place.town.township, card, "assigned", answering_union="制药厂工会")
    other = town.appoint("pharma", organizations.get_union(card.desk_id), Role.GRASSROOTS)
    for said in ("unsatisfied", "satisfied"):
        place.act(other, card, "answered", proposal_answer="研究研究")
        draft = matters.go_on(viewer=place.worker, matter_id=card.id, now=NOW)
        assert not Rating.objects.exists()
        place.send(place.save(draft, {"proposal_rating": said}))
    assert [(row.verdict, row.by_receipt) for row in Rating.objects.all()] == [("satisfied", False)]
    assert not queries.get_details(place.worker, card.id, now=NOW).can_rate


def test_the_share_of_the_content_is_told_of_ten_and_more(place: Place):
    for number in range(rated.SMALLEST):
        received = closed(place, hazard_words=f"配电箱 {number}")
        say(received.receipt, verdict=V.UNSATISFIED if number < 2 else V.ACCEPTABLE)
        month = queries.count_by_month(place.town.county, since=NOW.date().replace(day=1), today=NOW.date())[0]
        assert month.rated == number + 1
        assert month.content == (8 if number == 9 else None)
    assert {row["verdict"] for row in queries.ratings_to_count()} == {"unsatisfied", "acceptable"}


def test_the_database_refuses_to_change_what_was_said(place: Place):
    say(closed(place).receipt)
    for change in (lambda: Rating.objects.update(verdict="unsatisfied"), lambda: Rating.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
