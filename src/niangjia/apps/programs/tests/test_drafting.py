"""A text is written by one and published by another, and whatever is typed is kept."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from niangjia.apps.accounts import permissions
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries
from niangjia.apps.programs.models import PackDraft, PackVersion
from niangjia.apps.programs.tests import town
from niangjia.apps.programs.tests.packs import AID, SAY, install, pack
from niangjia.apps.programs.types import DecisionOutcome, Retroactive, Subject, SubjectKind

pytestmark = pytest.mark.django_db
DAY, AREA = date(2023, 10, 20), "330624001000"
PAPER = "市总〔2023〕12号"
CASES = (
    "- {name: part, day: 2023-10-20, given: {cost: 100, was_visited: true}, expect: {outcome: granted, amount: 60}}\n"
)
BETTER = pack(AID.replace("0.5", "0.6"))


@pytest.fixture
def place(tmp_path):
    found = town.build()
    install(tmp_path, pack(AID))
    return found


@pytest.fixture(autouse=True)
def vocabulary(tmp_path, monkeypatch):
    """The installation's folder is that of the invented programmes."""
    monkeypatch.setattr("niangjia.apps.programs.drafts.programs_folder", lambda: tmp_path)
    monkeypatch.setattr("niangjia.apps.programs.actions.drafting.programs_folder", lambda: tmp_path)


def start(viewer):
    return programs.start_draft(
        viewer=viewer, version_id=queries.find_pack("aid", area=AREA, asof=DAY).id, now=town.NOW
    )


def save(viewer, card, program=BETTER, cases=CASES, source=PAPER, *, seen=None):
    return programs.save_draft(
        viewer=viewer,
        draft_id=card.id,
        program=program,
        cases=cases,
        source=source,
        seen=seen or card.mark,
        now=town.NOW,
    )


def publish(viewer, card, active_from=DAY, **more):
    return programs.publish_draft(
        viewer=viewer, draft_id=card.id, seen=card.mark, active_from=active_from, now=town.NOW, **more
    )


def decide(facts=None, asof=DAY, now=town.NOW):
    return programs.decide(
        viewer=None, program="aid", subject=Subject(SubjectKind.HOUSEHOLD, 3), area=AREA, asof=asof,
        facts=facts or {"cost": Decimal(1000), "was_visited": True}, now=now,
    )  # fmt: skip


def test_a_draft_starts_from_the_text_in_force_and_its_examples(place):
    card = start(place.city)
    assert (card.pack_id, card.area, card.program) == ("aid", "3306", pack(AID))
    assert card.cases == "[]", "beside the text lay an empty list"
    found = queries.check_draft(place.city, card.id)
    assert (found.problems, found.changes, found.standing.pack_id) == ((), (), "aid")


def test_what_cannot_be_read_is_kept_and_its_faults_are_named(place):
    card = save(place.city, start(place.city), BETTER.replace("cost *", "cots *"))
    found = queries.check_draft(place.city, card.id)
    assert found.pack is None and [(one.word, one.nearest) for one in found.problems] == [("cots", "cost")]
    assert found.problems[0].file.endswith("program.yaml") and found.problems[0].line > 1
    assert queries.get_draft(place.city, card.id).program == card.program
    with pytest.raises(programs.DraftFaulty, match="1"):
        publish(town.appoint("city.second", place["C"], permissions.Role.CITY, now=town.NOW), card)


def test_an_example_that_comes_out_otherwise_stands_in_the_way(place):
    card = save(place.city, start(place.city), cases=CASES.replace("60", "61"))
    (fault,) = queries.check_draft(place.city, card.id).problems
    assert "amount 61" in fault.en and "amount 60.00" in fault.en


def test_the_changed_lines_are_shown_against_the_text_in_force(place):
    card = save(place.city, start(place.city))
    changes = queries.check_draft(place.city, card.id).changes
    assert [line for line in changes if line[0] in "+-"] == [
        f"{sign}{line}"
        for sign, text in (("-", pack(AID)), ("+", BETTER))
        for line in text.splitlines()
        if ("0.5" if sign == "-" else "0.6") in line
    ]


def test_who_wrote_it_does_not_publish_it(place):
    second = town.appoint("city.second", place["C"], permissions.Role.CITY, now=town.NOW)
    card = save(second, start(place.city))
    for hand in (place.city, second):
        with pytest.raises(programs.TypedIt):
            publish(hand, card)
    third = town.appoint("city.third", place["C"], permissions.Role.CITY, now=town.NOW)
    published = publish(third, card)
    assert published.active_from == DAY and queries.find_pack("aid", area=AREA, asof=DAY) == published
    assert decide().amount == Decimal("600.00")
    assert publish(third, card) == published, "sent twice it is done once"
    with pytest.raises(programs.DraftClosed):
        save(place.city, card, BETTER + "\n", seen=card.mark)


def test_a_text_without_a_paper_is_not_published(place):
    card = save(place.city, start(place.city), source=" ")
    with pytest.raises(programs.SourceMissing):
        publish(town.appoint("city.second", place["C"], permissions.Role.CITY, now=town.NOW), card)


def test_a_retroactive_text_says_why_and_the_differences_wait(place):
    old = decide()
    card = save(place.city, start(place.city))
    other = town.appoint("city.second", place["C"], permissions.Role.CITY, now=town.NOW)
    with pytest.raises(programs.WouldRewrite, match="2023-10-20"):
        publish(other, card)
    assert queries.get_draft(other, card.id).version_id is None and PackVersion.objects.count() == 1
    with pytest.raises(programs.ReasonMissing):
        publish(other, card, retroactive=Retroactive(" ", PAPER))
    now = town.NOW + timedelta(days=1)
    programs.publish_draft(
        viewer=other,
        draft_id=card.id,
        seen=card.mark,
        active_from=DAY,
        retroactive=Retroactive("通知晚到", PAPER),
        now=now,
    )
    (waits,) = queries.list_adjustments_of([old.id])[old.id]
    assert (waits.difference, waits.reason, waits.source) == (Decimal("100.00"), "通知晚到", PAPER)
    assert queries.get_decision(old.id).amount == Decimal("500.00")


def test_a_colleague_s_text_is_not_overwritten_unseen(place):
    card = start(place.city)
    second = town.appoint("city.second", place["C"], permissions.Role.CITY, now=town.NOW)
    saved = save(second, card)
    with pytest.raises(programs.DraftChanged):
        save(place.city, card, pack(AID.replace("0.5", "0.7")))
    assert queries.get_draft(place.city, card.id).program == BETTER
    assert save(place.city, card, BETTER, seen="older") == saved, "the same text again is no other text"
    with pytest.raises(programs.DraftChanged):
        publish(town.appoint("city.third", place["C"], permissions.Role.CITY, now=town.NOW), card)


def test_a_text_stays_in_the_division_of_who_writes_it(place):
    card = start(place.city)
    for viewer in (place.county, place.other_county):
        with pytest.raises(programs.NoSuchDraft):
            queries.get_draft(viewer, card.id)
        with pytest.raises(programs.NoSuchDraft):
            save(viewer, card)
    own = programs.start_draft(viewer=place.county, version_id=None, now=town.NOW)
    with pytest.raises(programs.OutsideYourArea):
        save(place.county, own, BETTER)
    local = save(place.county, own, pack(AID, id="local", area="330624"))
    assert (local.pack_id, local.area) == ("local", "330624")
    with pytest.raises(permissions.NotAllowed):
        programs.start_draft(viewer=place.finance, version_id=None, now=town.NOW)


def test_a_dropped_draft_is_kept_and_closed(place):
    card = start(place.city)
    programs.drop_draft(viewer=place.city, draft_id=card.id, now=town.NOW)
    programs.drop_draft(viewer=place.city, draft_id=card.id, now=town.NOW)
    assert queries.list_drafts(place.city) == [] and PackDraft.objects.get().program == card.program
    with pytest.raises(programs.DraftClosed):
        save(place.city, card)


def test_an_empty_draft_and_one_that_is_too_long_are_told_as_that(place):
    card = programs.start_draft(viewer=place.city, version_id=None, now=town.NOW)
    assert queries.check_draft(place.city, card.id).problems
    with pytest.raises(programs.TextTooLong):
        save(place.city, card, "x" * 200_001)


def test_an_example_pack_and_a_circle_are_not_published(place):
    other = town.appoint("city.second", place["C"], permissions.Role.CITY, now=town.NOW)
    card = save(place.city, start(place.city), pack(AID.replace("0.5", "0.6"), more="status: example\n"))
    with pytest.raises(programs.ExampleOnly):
        publish(other, card)
    card = save(place.city, card, pack(AID.replace("0.5", "0.6"), more="after: [aid]\n"))
    with pytest.raises((programs.AfterInCircle, programs.DraftFaulty)):
        publish(other, card)


def test_the_refusal_of_a_missing_visit_reads_the_new_text(place):
    card = save(place.city, start(place.city))
    publish(town.appoint("city.second", place["C"], permissions.Role.CITY, now=town.NOW), card)
    assert decide({"cost": Decimal(1000), "was_visited": False}).outcome is DecisionOutcome.REFUSED
    assert SAY
