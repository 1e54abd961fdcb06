"""What is begun by anybody, by a union, or for somebody else: each by the text that is shipped for it."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction
from PIL import Image

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role
from niangjia.apps.files import queries as files
from niangjia.apps.files.tests import pictures
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import evidence, problems, queries
from niangjia.apps.matters.models import Matter, Submission, Tally
from niangjia.apps.matters.reading import Unreadable
from niangjia.apps.matters.tests.begun import HAZARD, JOIN, NOW, PROPOSAL, Place, build
from niangjia.apps.matters.types import MatterState, PaperState, Source, Step
from niangjia.apps.organizations import actions as unions
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs.tests import packs, town
from niangjia.apps.registry import queries as registry
from niangjia.engines import policy
from niangjia.jobs import tell
from niangjia.kernel.deployment import programs_folder

S = MatterState


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[Place]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def place(built: Place, db) -> Place:
    return built.fork()


# --- anybody ------------------------------------------------------------------------------------------------------


def test_a_hazard_goes_to_the_union_of_the_workplace_without_a_name(place: Place):
    received = place.receive()
    card = place.card(received)
    assert (card.desk_name, card.role, card.state, card.person_id) == ("轴承厂工会", Role.GRASSROOTS, S.AT_WORK, None)
    assert card.due_on == date(2023, 11, 7)  # the text gives one working day
    assert Matter.objects.get(pk=card.id).handed_in_by_id is None
    assert "配电箱".encode() not in bytes(Submission.objects.get().secret)
    assert queries.verify() == []


def test_a_hazard_at_a_firm_without_a_union_goes_to_that_of_its_street_with_the_firms_name(place: Place):
    with pytest.raises(Unreadable, match="单位没有工会的，写所在街道（乡镇）总工会"):
        place.receive(hazard_site="王记五金小作坊")
    received = place.receive(hazard_site="羽林街道总工会", hazard_firm="王记五金小作坊")
    assert place.card(received).desk_id == place.town["XT"].id
    read = queries.get_details(place.town.township, received.matter_id, now=place.now).answers
    assert "王记五金小作坊" in {one.answer.text for one in read if one.answer}


def test_sent_twice_it_is_one_with_one_receipt(place: Place):
    key = uuid.uuid4()
    assert place.receive(key=key) == place.receive(key=key)
    assert Matter.objects.count() == 1


def test_the_receipt_tells_where_it_stands_and_nothing_of_what_was_said(place: Place):
    received = place.receive()
    place.act(place.town.grassroots, received, "accepted", hazard_severity="major", rectify_by="2023-11-09")
    found = matters.follow(receipt=received.receipt.lower().replace("-", " "), address="", now=place.now)
    assert (found.stage_zh, found.desk_name, found.due_on, found.can_add) == (
        "整改",
        "轴承厂工会",
        date(2023, 11, 9),
        False,
    )
    assert not hasattr(found, "answers")
    with pytest.raises(problems.NoSuchReceipt):
        matters.follow(receipt="0000-0000-0000", address="", now=place.now)


def test_a_photo_loses_the_place_where_it_was_taken_and_comes_before_anybody_acted(place: Place):
    received = place.receive()
    picture, exif = Image.new("RGB", (640, 480), "grey"), Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    sent = io.BytesIO()
    picture.save(sent, "JPEG", exif=exif)
    add = {"receipt": received.receipt, "key": None, "address": "", "now": place.now}
    kept = matters.add_photo(content=sent.getvalue(), **add)
    assert kept.uploaded_by is None and kept.part == "hazard_photo"
    opened = matters.open_file(viewer=place.town.grassroots, matter_id=received.matter_id, key=kept.key, now=place.now)
    assert not Image.open(io.BytesIO(opened.content)).getexif()
    place.act(place.town.grassroots, received, "unfounded", "去看过，没有这回事")
    with pytest.raises(problems.NoSuchReceipt):
        matters.add_photo(content=pictures.jpeg(), **add)
    assert len(files.list_files(evidence.owner_of(Matter.objects.get(pk=received.matter_id)))) == 1


def test_who_saw_it_put_right_adds_the_photo_and_only_at_that_step(place: Place):
    received, officer = place.receive(), place.town.grassroots
    add = {"matter_id": received.matter_id, "code": "rectified_photo", "content": pictures.jpeg(), "now": place.now}
    with pytest.raises(problems.NotAskedHere):
        matters.add_paper(viewer=officer, **add)
    place.act(officer, received, "accepted", hazard_severity="major", rectify_by="2023-11-09")
    with pytest.raises(problems.NotYourTurn):
        matters.add_paper(viewer=place.town.county, **add)
    kept = matters.add_paper(viewer=officer, **add)
    assert matters.add_paper(viewer=officer, **add) == kept and kept.uploaded_by == officer.account_id
    opened = matters.open_file(viewer=officer, matter_id=received.matter_id, key=kept.key, now=place.now)
    assert not Image.open(io.BytesIO(opened.content)).getexif()
    take = {"viewer": officer, "matter_id": received.matter_id, "code": "rectified_photo", "now": place.now}
    matters.drop_paper(key=kept.key, **take)
    matters.drop_paper(key=kept.key, **take)
    details = queries.get_details(officer, received.matter_id, now=place.now)
    paper = next(one for one in details.papers if one.paper.code == "rectified_photo")
    assert (paper.state, paper.files) == (PaperState.LATER, ())
    place.act(officer, received, "rectified", rectified_how="换了箱门")
    with pytest.raises(problems.NotYourTurn):
        matters.add_paper(viewer=officer, **add)


def test_a_union_that_nobody_knows_and_a_question_left_out_are_told_at_their_place(place: Place):
    with pytest.raises(Unreadable) as refused:
        place.receive(hazard_site="没有这个工会")
    assert refused.value.name == "hazard_site"
    with pytest.raises(Unreadable) as several:
        place.receive(hazard_site="总工会")
    assert "不止一个" in several.value.zh and "新昌县总工会（" in several.value.zh
    with pytest.raises(problems.StillOpen) as left_out:
        place.receive(hazard_words="")
    assert left_out.value.names == ("hazard_words",)
    with pytest.raises(Unreadable):
        place.receive(hazard_position="在东门")
    assert place.card(place.receive(hazard_site="轴承", hazard_position="29.5，120.9")).desk_name == "轴承厂工会"


def test_only_what_is_open_to_all_is_taken_from_anybody(place: Place):
    with pytest.raises(problems.NotByApplication):
        matters.receive(
            program="member-proposal", area="33", answers=PROPOSAL, key=uuid.uuid4(), address="", now=place.now
        )


def test_nobody_can_be_sent_back_to_who_has_no_account(place: Place):
    received = place.receive("union-membership")
    details = queries.get_details(place.town.grassroots, received.matter_id, now=place.now)
    assert [one.outcome for one in details.offers] == ["accepted", "refused"] and not details.can_ask
    with pytest.raises(problems.NobodyToAsk):
        place.act(place.town.grassroots, received, "returned", "照片不清")


def test_a_hazard_is_put_right_looked_at_again_and_closed(place: Place):
    received = place.receive()
    place.act(place.town.grassroots, received, "accepted", hazard_severity="minor", rectify_by="2023-11-08")
    with pytest.raises(problems.StillOpen):
        place.act(place.town.grassroots, received, "rectified")
    card = place.act(place.town.grassroots, received, "rectified", rectified_how="换了箱门")
    assert (card.stage, card.role, card.desk_id) == ("verify", Role.TOWNSHIP, place.town["XT"].id)
    done = place.act(place.town.township, received, "closed", is_hazard_rectified="yes", is_hazard_typical="no")
    assert done.state is S.DONE
    assert list(Tally.objects.values_list("indicator", "amount")) == [("hazards-put-right", 1), ("hazard-rewards", 0)]
    assert queries.verify() == []


def test_an_outcome_that_contradicts_an_answer_is_refused_in_words_and_counts_nothing(place: Place):
    received, township = place.receive(), place.town.township
    place.act(place.town.grassroots, received, "accepted", hazard_severity="minor", rectify_by="2023-11-08")
    place.act(place.town.grassroots, received, "rectified", rectified_how="换了箱门")
    for outcome, gone in (("closed", "no"), ("exemplary", "no"), ("not_rectified", "yes")):
        with pytest.raises(problems.DoesNotFit) as refused:
            place.act(township, received, outcome, "看过", is_hazard_rectified=gone, is_hazard_typical="yes")
        assert refused.value.names == ("is_hazard_rectified",) and "隐患已消除" in refused.value.zh
    assert place.card(received).stage == "verify" and not Tally.objects.exists()
    back = place.act(
        township, received, "not_rectified", "箱门还漏水", is_hazard_rectified="no", is_hazard_typical="no"
    )
    assert back.stage == "rectify" and queries.verify() == []


def test_a_proposal_of_whoever_is_no_representative_is_not_registered_whatever_is_typed(place: Place):
    place.represent(until="2023-11-05")  # the day before
    card = place.hand_in("member-proposal", PROPOSAL)
    with pytest.raises(problems.DoesNotFit) as refused:
        place.act(place.town.township, card, "registered", is_representative_checked="yes")
    assert "须是“是”，现在是“否”" in refused.value.zh and "先在名册登记" in refused.value.zh
    assert place.act(place.town.township, card, "refused", "不是代表").state is S.REFUSED


def test_who_is_in_office_stands_in_the_register_and_their_proposal_needs_no_tick(place: Place):
    entered = place.represent(until="2023-11-06")  # that very day
    card = place.hand_in("member-proposal", PROPOSAL)
    details = queries.get_details(place.town.township, card.id, now=place.now)
    assert not any(one.name == "is_representative_checked" for one in details.stage_questions)
    (said,) = details.looked_up
    assert said.entry is not None and said.entry.number == entered.number and said.text == "yes"
    assert place.act(place.town.township, card, "registered").stage == "assign"
    details = queries.get_details(place.town.township, card.id, now=place.now)
    line = next(one for one in details.answers if one.question.name == "is_representative_checked")
    assert (line.zh, line.answer and line.answer.source) == ("是", Source.REGISTER)


def test_the_register_lists_terms_with_the_columns_of_its_text_in_ones_own_part_of_the_tree(place: Place):
    place.represent(until="2022-12-31")
    place.represent()
    waiting = place.open(place.town.grassroots, "member-representative", place.person_id, constituency="第三选区", term_from="2024-01-01", term_until="2029-01-01")  # fmt: skip
    found = queries.get_register(place.town.county, "member-representative", today=NOW.date())
    assert [(one.ends_on, one.stands_on(NOW.date())) for one in found.entries] == [
        (date(2027, 3, 1), True), (date(2022, 12, 31), False),
    ]  # fmt: skip
    assert [one["zh"] for one in found.titles] == ["选区或代表团"]
    assert found.entries[0].columns[0]["zh"] == "第二选区" and found.under_way == 1 and waiting.state is S.AT_WORK
    elsewhere = town.appoint("elsewhere", place.town["XH"], Role.GRASSROOTS)
    assert queries.get_register(elsewhere, "member-representative", today=NOW.date()).entries == ()
    with pytest.raises(NotAllowed):
        queries.get_register(place.worker, "hazard-report", today=NOW.date())


def test_without_a_name_there_is_no_reward_and_by_name_it_waits_for_the_sums(place: Place):
    received = place.receive()
    told = {"is_hazard_rectified": "yes", "is_hazard_typical": "yes"}
    for card in (received, place.hand_in("hazard-report", HAZARD)):
        place.act(place.town.grassroots, card, "accepted", hazard_severity="major", rectify_by="2023-11-08")
        place.act(place.town.grassroots, card, "rectified", rectified_how="换了箱门")
        place.act(place.town.township, card, "exemplary", **told)
        with pytest.raises(problems.NoPayee if card is received else Exception) as refused:
            place.act(place.town.county, card, "approved")
        assert refused.value.zh
    assert "没有登记在册的职工" in problems.NoPayee().zh


def test_a_worker_may_report_more_than_one_hazard_at_a_time(place: Place):
    assert place.hand_in("hazard-report", HAZARD).id != place.hand_in("hazard-report", HAZARD).id


# --- membership ---------------------------------------------------------------------------------------------------


def test_whom_no_register_knows_joins_a_union_and_is_a_member_of_it(place: Place):
    received = place.receive("union-membership")
    assert JOIN["member_id_number"].encode() not in bytes(Submission.objects.get().secret)
    card = place.act(place.town.grassroots, received, "accepted")
    found = registry.find_person_by_id_number(place.town.grassroots, JOIN["member_id_number"])
    assert card.state is S.DONE and found is not None and card.person_id == found.id
    facts = registry.open_memberships_of([found.id])[found.id]
    assert (facts.org_id, facts.joined_on) == (place.town["XG"].id, NOW.date())
    assert not [one for one in registry.verify() if one.object == f"person:{found.id}"] and queries.verify() == []
    again = place.receive("union-membership")
    place.act(place.town.grassroots, again, "accepted")
    assert registry.find_person_by_id_number(place.town.grassroots, JOIN["member_id_number"]) == found


def test_who_they_are_is_asked_only_of_whom_the_register_does_not_know(place: Place):
    asked = {one.name for one in place.draft("union-membership", {}).questions}
    assert asked == {"joining_union", "work_form", "employer_name"}
    with pytest.raises(Unreadable) as refused:
        place.receive("union-membership", member_id_number="110105194912310021")
    assert refused.value.name == "member_id_number"


def test_a_membership_moves_on_the_day_the_other_union_accepts_it(place: Place):
    card = place.hand_in("membership-transfer", {"receiving_union": "制药厂工会", "transfer_reason": "new_job"})
    assert card.desk_name == "轴承厂工会"
    card = place.act(place.town.grassroots, card, "released")
    other = town.appoint("pharma", place.town["XH"], Role.GRASSROOTS)
    assert card.desk_id == other.org_id
    place.act(other, card, "accepted")
    assert registry.open_memberships_of([place.person_id])[place.person_id].org_id == other.org_id
    assert sum(one.left_on is None for one in registry.list_memberships(place.person_id)) == 1


def test_a_union_that_declines_changes_nothing(place: Place):
    before = registry.list_memberships(place.person_id)
    card = place.hand_in("membership-transfer", {"receiving_union": "制药厂工会", "transfer_reason": "new_job"})
    card = place.act(place.town.grassroots, card, "released")
    other = town.appoint("pharma", organizations.get_union(card.desk_id), Role.GRASSROOTS)
    place.act(other, card, "refused", "不在本单位上班")
    assert registry.list_memberships(place.person_id) == before


# --- proposals ----------------------------------------------------------------------------------------------------


def answered(place: Place) -> MatterState:
    place.represent()
    card = place.hand_in("member-proposal", PROPOSAL)
    place.act(place.town.township, card, "registered")
    return place.act(place.town.township, card, "assigned", answering_union="制药厂工会")


def test_a_proposal_is_given_to_a_union_beside_which_sees_it_from_then_on(place: Place):
    place.represent()
    card = place.hand_in("member-proposal", PROPOSAL)
    other = town.appoint("pharma", place.town["XH"], Role.GRASSROOTS)
    place.act(place.town.township, card, "registered")
    with pytest.raises(problems.NotFound):
        queries.get_card(other, card.id)
    card = place.act(place.town.township, card, "assigned", answering_union="制药厂工会")
    assert card.desk_id == other.org_id and card.due_on == NOW.date() + timedelta(days=60)  # the text's own sixty days
    assert [row.pk for row in queries.list_matters(other)] == [card.id]
    place.act(other, card, "answered", proposal_answer="下月起供到零点")
    assert queries.get_card(other, card.id).stage == "rate"


def test_who_is_not_content_gets_another_answer_and_who_is_ends_it(place: Place):
    card = answered(place)
    other = town.appoint("pharma", organizations.get_union(card.desk_id), Role.GRASSROOTS)
    number = card.number
    place.act(other, card, "answered", proposal_answer="研究研究")
    place.now += timedelta(days=40)
    draft = place.save(
        matters.go_on(viewer=place.worker, matter_id=card.id, now=place.now), {"proposal_rating": "unsatisfied"}
    )
    back = place.send(draft)
    assert (back.stage, back.desk_id, back.state) == ("answer", other.org_id, S.AT_WORK)
    place.act(other, card, "answered", proposal_answer="下月起供到零点")
    draft = place.save(
        matters.go_on(viewer=place.worker, matter_id=card.id, now=place.now), {"proposal_rating": "satisfied"}
    )
    ended = place.send(draft)
    assert ended.state is S.DONE and ended.number == number
    assert (
        Tally.objects.exclude(indicator="representatives-in-office").get().indicator == "proposals-answered"
        and queries.verify() == []
    )


def test_one_of_ones_own_and_one_together_stand_side_by_side(place: Place):
    place.hand_in("member-proposal", PROPOSAL)
    place.hand_in("member-proposal", PROPOSAL | {"proposal_kind": "joint"})
    with pytest.raises(problems.AlreadyOpen):
        place.hand_in("member-proposal", PROPOSAL)


# --- unions' own business -----------------------------------------------------------------------------------------


def test_a_union_begins_what_its_first_stage_is_and_nothing_else(place: Place):
    begins = {one.pack.id for one in queries.list_openable(place.town.grassroots, today=NOW.date())}
    assert begins == {"heat-relief-visit", "member-representative", "skill-pay-bargaining"}
    with pytest.raises(problems.NotForThisPost):
        place.open(place.town.grassroots, "difficulty-project")
    with pytest.raises(NotAllowed):
        place.open(place.town.auditor, "heat-relief-visit")


def test_a_sector_federation_is_done_and_counts_once_its_union_stands_in_the_tree(place: Place):
    said = {
        "federation_sector": "auto_repair",
        "federation_name": "汽修工会联合会",
        "federation_enterprises": "26",
        "federation_workers": "480",
    }
    card = place.act(place.town.city, place.open(place.town.county, "sector-federation", **said), "approved")
    assert (card.stage, card.desk_id, card.due_on) == ("found", place.town["X"].id, date(2023, 11, 20))
    with pytest.raises(Unreadable) as unknown:
        place.act(place.town.county, card, "founded", founded_union="汽修工会联合会")
    assert unknown.value.name == "founded_union" and not Tally.objects.exists()
    with pytest.raises(Unreadable, match="不是行业工会联合会"):
        place.act(place.town.county, card, "founded", founded_union=place.town["XG"].name)
    values = {"code": "X-F9", "name": "汽修工会联合会", "level": "FEDERATION"}
    unions.open_union(
        values=values, parent_id=place.town["X"].id, from_day=NOW.date(), reason="批复", by=None, now=place.now
    )
    assert place.act(place.town.county, card, "founded", founded_union="汽修工会联合会").state is S.DONE
    assert Tally.objects.get(indicator="federation-workers").amount == 480 and queries.verify() == []


def test_a_union_enters_its_people_on_a_roster_one_by_one_and_the_county_pays_each(place: Place):
    folder = Path(__file__).parents[5] / "demo/town/programs/330624-xinchang/skill-allowance"
    home = programs_folder()
    programs.install_packs([policy.load_pack(folder, policy.load_vocabulary(home))], NOW, programs=home)
    said = {
        "skill_level": "technician",
        "skill_certificate_on": "2022-05-20",
        "certificate_from": "contest",
        "is_textile_worker": "yes",
    }
    begins = {one.pack.id for one in queries.list_openable(place.town.grassroots, today=NOW.date())}
    assert "skill-allowance" in begins
    card = place.open(place.town.grassroots, "skill-allowance", place.person_id, **said)
    assert (card.stage, card.person_id) == ("review", place.person_id)
    place.act(place.town.county, card, "accepted", is_highest_skill_level="yes")
    done = place.act(place.town.county_second, card, "accepted")
    assert done.state is S.TO_PAY
    assert queries.get_details(place.town.county, card.id, now=place.now).decision.money == Decimal("1033.33")
    with pytest.raises(problems.AlreadyOpen):
        place.open(place.town.grassroots, "skill-allowance", place.person_id, **said)
    assert queries.verify() == []


def test_visits_are_summed_by_month(place: Place):
    for workers, value in (("30", "600"), ("12", "")):
        card = place.open(
            place.town.grassroots, "heat-relief-visit", heat_visited_on="2023-11-01", heat_site="三号工地", heat_workers=workers,
            heat_goods_value=value,
        )  # fmt: skip
        assert card.state is S.DONE
    place.receive()
    counts = {
        one.program: one for one in queries.count_by_month(place.town.county, since=date(2023, 11, 1), today=NOW.date())
    }
    heat = counts["heat-relief-visit"]
    assert (heat.first_day, heat.handed_in, heat.done, heat.open) == (date(2023, 11, 1), 2, 2, 0)
    assert {name: total for name, _kind, total in heat.sums} == {
        "heat-relief-visits": 2, "heat-relief-workers": 42, "heat-relief-value": Decimal("600.00"),
    }  # fmt: skip
    assert counts["hazard-report"].open == 1
    assert not queries.count_by_month(place.town.other_county, since=date(2023, 11, 1), today=NOW.date())


COUNTED = """form:
  - {id: union_cost, title: {zh: 花费, en: cost}, type: money, stage: note}
stages:
  - {id: note, title: {zh: 登记, en: note}, role: grassroots, level: grassroots, outcomes: {done: ""}}
counts:
  - {indicator: dear-ones, in: pieces, when: union_cost > 500}
  - {indicator: all-of-them, in: pieces}
"""


def test_a_matter_counts_for_an_indicator_only_where_its_test_holds_and_what_is_not_known_does_not(
    place: Place, tmp_path
):
    packs.install(tmp_path, packs.pack(COUNTED, id="counted", unit="union"))
    for cost in ("600", "500", ""):
        place.open(place.town.grassroots, "counted", union_cost=cost)
    assert Tally.objects.filter(indicator="all-of-them").count() == 3
    (dear,) = Tally.objects.filter(indicator="dear-ones")
    assert dear.matter_id == Matter.objects.order_by("pk").first().pk


def test_an_answer_to_an_offer_is_due_twenty_days_after_its_delivery(place: Place):
    card = place.open(
        place.town.grassroots, "skill-pay-bargaining", bargaining_employer="轴承公司", offered_on="2023-11-01", offer_topics=["skill_grade_pay"],
    )  # fmt: skip
    assert (card.stage, card.due_on) == ("reply", date(2023, 11, 21))
    card = place.act(place.town.grassroots, card, "agreed", employer_reply="同意")
    card = place.act(place.town.grassroots, card, "signed", agreement_signed_on="2023-11-05", covered_workers="186")
    assert (card.role, card.due_on) == (Role.COUNTY, date(2023, 11, 15))
    place.act(place.town.county, card, "filed")
    assert Tally.objects.get(indicator="skill-pay-workers").amount == 186


def test_an_enterprise_that_did_not_answer_is_passed_on_without_inventing_an_answer(place: Place):
    """E30: employer_reply is required for `agreed` alone."""
    said = {"bargaining_employer": "轴承公司", "offered_on": "2023-10-01", "offer_topics": ["skill_grade_pay"]}
    card = place.open(place.town.grassroots, "skill-pay-bargaining", **said)
    with pytest.raises(problems.StillOpen) as refusal:
        place.act(place.town.grassroots, card, "agreed")
    assert refusal.value.names == ("employer_reply",)
    assert place.act(place.town.grassroots, card, "no_reply").stage == "urge"


def test_a_project_is_owned_by_a_union_until_its_day_and_each_step_is_written_down(place: Place):
    card = place.open(
        place.town.county, "difficulty-project", project_name="骑手入会难", project_difficulty="找不到人", owner_union="羽林街道总工会",
        project_due_on="2023-12-31", project_steps="一、摸清站点",
    )  # fmt: skip
    assert (card.desk_id, card.role, card.due_on) == (place.town["XT"].id, Role.TOWNSHIP, date(2023, 12, 31))
    card = place.act(place.town.township, card, "step_done", "摸清了 12 个站点")
    assert card.due_on == date(2023, 12, 31)
    details = queries.get_details(place.town.township, card.id, now=place.now)
    assert details.moves[-1].reason == "摸清了 12 个站点"
    place.act(place.town.township, card, "solved", project_result="建了小组")
    assert place.act(place.town.county, card, "closed").state is S.DONE


def test_a_representative_is_somebody_of_the_register(place: Place):
    term = {"constituency": "第一选区", "term_from": "2023-01-01", "term_until": "2027-12-31"}
    with pytest.raises(problems.NobodyChosen):
        place.open(place.town.grassroots, "member-representative", **term)
    with pytest.raises(problems.NobodyChosen):
        place.open(place.town.other_county, "member-representative", place.person_id, **term)
    card = place.open(place.town.grassroots, "member-representative", place.person_id, **term)
    assert card.person_id == place.person_id
    assert place.act(place.town.township, card, "confirmed").state is S.DONE


# --- for somebody else --------------------------------------------------------------------------------------------


def fill(place: Place, viewer=None, program: str = "membership-transfer", **answers: str):
    given = {"receiving_union": "制药厂工会", "transfer_reason": "new_job"} | answers
    return matters.fill_for(
        viewer=viewer or place.town.grassroots, person_id=place.person_id, program=program, answers=given, key=uuid.uuid4(),
        now=place.now, words="照您说的填的",
    )  # fmt: skip


def test_what_is_filled_in_for_a_worker_waits_for_them_and_says_who_did_it(place: Place):
    card = fill(place)
    assert (card.state, card.stage, card.due_on) == (S.WITH_WORKER, "apply", None)
    details = queries.get_details(place.worker, card.id, now=place.now)
    assert details.is_filled_for and details.moves[0].reason == "照您说的填的"
    assert {line.answer.source for line in details.answers if line.answer} == {Source.HELPER}
    tell.tell(now=place.now)
    draft = place.save(
        matters.go_on(viewer=place.worker, matter_id=card.id, now=place.now), {"transfer_reason": "moved_away"}
    )
    confirmed = place.send(draft)
    assert (confirmed.state, confirmed.stage) == (S.AT_WORK, "release")
    sources = {
        line.question.name: line.answer.source
        for line in queries.get_details(place.worker, card.id, now=place.now).answers
        if line.answer
    }
    assert sources == {"receiving_union": Source.HELPER, "transfer_reason": Source.WORKER}
    assert queries.verify() == []


def test_on_a_paper_that_they_signed_an_officer_hands_it_in(place: Place):
    card = fill(place)
    with pytest.raises(problems.PaperMissing):
        matters.attest(viewer=place.town.grassroots, matter_id=card.id, content=None, step=card.step, now=place.now)
    with pytest.raises(problems.NotFilledForThem):
        matters.attest(
            viewer=place.town.county, matter_id=card.id, content=pictures.jpeg(), step=card.step, now=place.now
        )
    signed = {
        "viewer": place.town.grassroots,
        "matter_id": card.id,
        "content": pictures.jpeg(),
        "step": card.step,
        "now": place.now,
    }
    done = matters.attest(**signed)
    assert (done.state, done.stage) == (S.AT_WORK, "release") and matters.attest(**signed).step == done.step
    own = queries.get_details(place.worker, card.id, now=place.now)
    assert [move.act for move in own.moves] == [Step.HAND_IN, Step.ATTEST]
    assert [one.paper.code for one in own.papers if one.files] == ["signed-declaration"]
    assert queries.verify() == []


def test_family_fills_in_and_strangers_do_not(place: Place):
    spouse = registry.members_of([registry.household_of(place.person_id)])[registry.household_of(place.person_id)][1]
    family = town.appoint("spouse", place.town["XG"], Role.WORKER, person_id=spouse)
    stranger = town.appoint(
        "stranger", place.town["XG"], Role.WORKER, person_id=town.household(7, place.town["XG"])[1][0]
    )
    assert fill(place, family).state is S.WITH_WORKER
    with pytest.raises(problems.NobodyChosen):
        fill(place, stranger)
    with pytest.raises(problems.NobodyChosen):
        fill(place, place.town.other_county)


def test_an_officer_does_not_fill_in_for_who_lives_with_them(place: Place):
    spouse = registry.members_of([registry.household_of(place.person_id)])[registry.household_of(place.person_id)][1]
    officer = town.appoint("married", place.town["XG"], Role.GRASSROOTS, person_id=spouse)
    with pytest.raises(problems.OwnMatter):
        fill(place, officer)
