"""E28's register of skill levels: certificates got by examination, beside what contests gave."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import actions, queries
from niangjia.apps.registry.problems import NotFound
from niangjia.apps.registry.types import Certificate, RecognitionFacts, RecognitionKind

NOW = town.NOW
SENIOR = Certificate("senior", "电工", "S0000330600012345", date(2021, 5, 4), "浙江省职业技能鉴定中心")


@pytest.fixture
def place(db):
    return town.build()


@pytest.fixture
def person(place) -> int:
    _, persons = town.household(7, place["XG"], size=1)
    return persons[0]


def enter(viewer, person_id: int, certificate=SENIOR, reason="看了证书原件", now=NOW) -> int:
    return actions.enter_certificate(viewer=viewer, person_id=person_id, certificate=certificate, reason=reason, now=now)  # fmt: skip


def held(person_id: int) -> list[tuple[str, str, str]]:
    return [(one.code, one.title, one.issuer) for one in queries.list_recognitions([person_id]).get(person_id, [])]


def test_a_certificate_got_by_examination_is_entered_once_on_record_and_programmes_see_its_level(place, person):
    first = enter(place.grassroots, person)
    spaced = replace(SENIOR, number="s0000 3306 0001 2345")
    assert enter(place.county, person, spaced) == first, "sent twice, and by whom ever, it is one"
    assert held(person) == [("senior", "电工", "浙江省职业技能鉴定中心")]
    (event,) = AuditEvent.objects.filter(action="registry.enter_certificate")
    assert (event.object, event.reason) == (f"person:{person}", "看了证书原件")
    best = queries.highest_skill(person, asof=NOW.date())
    assert best is not None and (best.code, best.given_on) == ("senior", SENIOR.given_on)
    assert queries.highest_skill(person, asof=SENIOR.given_on - timedelta(days=1)) is None


def test_the_highest_level_counts_whether_a_contest_gave_it_or_an_examination(place, person):
    of_contest = RecognitionFacts(person, RecognitionKind.SKILL, "technician", "某竞赛 技师", date(2023, 1, 1), place["X"].id, "award:1")  # fmt: skip
    actions.enter_recognitions(viewer=place.county, rows=[of_contest], now=NOW)
    enter(place.county, person)
    assert queries.highest_skill(person, asof=NOW.date()).code == "technician"
    enter(place.county, person, replace(SENIOR, level="senior_technician", number="S0000330600099999"))
    assert queries.highest_skill(person, asof=NOW.date()).code == "senior_technician"


def test_nobody_enters_one_for_themselves_elsewhere_without_the_right_or_without_saying_what_was_seen(place, person):
    own = town.appoint("own.officer", place["X"], Role.COUNTY, person_id=person)
    with pytest.raises(actions.OwnData):
        enter(own, person)
    with pytest.raises(NotFound):
        enter(place.other_county, person)
    for viewer in (place.finance, place.auditor, town.appoint("a.worker", place["XG"], Role.WORKER)):
        with pytest.raises(NotAllowed):
            enter(viewer, person)
    with pytest.raises(actions.CertificateReasonMissing):
        enter(place.county, person, reason="  ")
    assert held(person) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": "grand_master"}, {"occupation": " "}, {"number": "12"}, {"number": "x" * 41}, {"issuer": ""},
        {"given_on": NOW.date() + timedelta(days=1)},
    ],
)  # fmt: skip
def test_a_certificate_that_cannot_be_is_refused(place, person, wrong):
    with pytest.raises(actions.CertificateUnfit):
        enter(place.county, person, replace(SENIOR, **wrong))
    assert held(person) == []


def test_one_number_is_of_one_person_and_of_one_wording_until_it_is_taken_down(place, person):
    _, (other,) = town.household(8, place["XG"], size=1)
    wrong = enter(place.county, person, replace(SENIOR, level="technician"))
    for who, told in ((person, SENIOR), (other, replace(SENIOR, level="technician"))):
        with pytest.raises(actions.CertificateTaken):
            enter(place.county, who, told)
    with pytest.raises(actions.CertificateReasonMissing):
        actions.withdraw_certificate(viewer=place.county, recognition_id=wrong, reason="", now=NOW)
    with pytest.raises(NotFound):
        actions.withdraw_certificate(viewer=place.other_county, recognition_id=wrong, reason="看错了级别", now=NOW)
    for _ in range(2):
        actions.withdraw_certificate(viewer=place.county, recognition_id=wrong, reason="看错了级别", now=NOW)
    assert held(person) == [] and queries.highest_skill(person, asof=NOW.date()) is None
    assert [one.reason for one in AuditEvent.objects.filter(action="registry.withdraw_certificate")] == ["看错了级别"]
    enter(place.county, person)
    assert [code for code, *_ in held(person)] == ["senior"]


def test_what_a_contest_gave_is_not_taken_down_here(place, person):
    honour = RecognitionFacts(person, RecognitionKind.SKILL, "senior", "某竞赛 高级工", date(2023, 1, 1), place["X"].id, "award:1")  # fmt: skip
    actions.enter_recognitions(viewer=place.county, rows=[honour], now=NOW)
    (card,) = queries.list_recognitions([person])[person]
    with pytest.raises(NotFound):
        actions.withdraw_certificate(viewer=place.county, recognition_id=card.id, reason="不对", now=NOW)
    assert len(held(person)) == 1
