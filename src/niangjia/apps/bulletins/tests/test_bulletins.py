"""A bulletin from its draft to its number: who may, what is refused, what is kept, what is pinned."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.audit import queries as audit
from niangjia.apps.bulletins import actions, problems, queries, text
from niangjia.apps.bulletins.models import Bulletin, Register, Revision
from niangjia.apps.bulletins.types import BlockText, Content, FigureValue, State
from niangjia.apps.programs.tests import town

LISTED = FigureValue("在册", "1,203户", "名单", "2023年4月")
ENTERED = FigureValue("新增", "12户", "名单", "2023年4月")
TEXT = Content("关于2023年4月的通报", "下级各工会", "", [BlockText("heading", "总体情况"), BlockText("text", "在册〔在册：1,203户〕，新增〔新增：12户〕。")])  # fmt: skip


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield town.build()
        transaction.set_rollback(True)


@pytest.fixture
def place(built, db):
    return built


@pytest.fixture
def colleague(place):
    """Another post of the same union."""
    return replace(place.city, account_id=place.county.account_id, joined_ids=frozenset())


def draft(viewer, key="k"):
    return actions.draft(
        viewer=viewer, kind="hardship-monthly", period="2023-04", content=TEXT, figures=[LISTED, ENTERED], tables=[], as_of=town.NOW, key=key,
        now=town.NOW,
    )  # fmt: skip


def edit(viewer, number, said, *, version=1, reason=""):
    content = replace(TEXT, blocks=[TEXT.blocks[0], BlockText("text", said)])
    return actions.edit(
        viewer=viewer, bulletin_id=number, version=version, content=content, reason=reason, now=town.NOW
    )


def issue(viewer, number):
    actions.review(viewer=viewer, bulletin_id=number, now=town.NOW)
    return actions.issue(viewer=viewer, bulletin_id=number, now=town.NOW)


def test_a_draft_is_seen_by_its_union_alone_and_an_issued_one_by_all_below(place, colleague):
    number = draft(place.city)
    assert queries.get_bulletin(place.city, number).state is State.DRAFT
    with pytest.raises(problems.NotFound):
        queries.get_bulletin(place.county, number)
    issue(colleague, number)
    for viewer in (place.county, place.township, place.grassroots):
        assert queries.get_bulletin(viewer, number).state is State.ISSUED
    with pytest.raises(NotAllowed):
        actions.draft(viewer=place.grassroots, kind="hardship-monthly", period="2023-04", content=TEXT, figures=[], tables=[], as_of=town.NOW, key="g", now=town.NOW)  # fmt: skip


def test_a_union_beside_sees_nothing_of_it(place):
    number = draft(place.county, "beside")
    actions.review(viewer=replace(place.county, account_id=place.city.account_id), bulletin_id=number, now=town.NOW)
    actions.issue(viewer=replace(place.county, account_id=place.city.account_id), bulletin_id=number, now=town.NOW)
    beside = replace(place.county, org_id=place["Y"].id, org_path=place["Y"].path)
    with pytest.raises(problems.NotFound):
        queries.get_bulletin(beside, number)


def test_who_drafted_neither_reviews_nor_issues(place, colleague):
    number = draft(place.city)
    for act in (actions.review, actions.issue):
        with pytest.raises((problems.SamePerson, problems.NotInThisState)):
            act(viewer=place.city, bulletin_id=number, now=town.NOW)
    actions.review(viewer=colleague, bulletin_id=number, now=town.NOW)
    with pytest.raises(problems.SamePerson):
        actions.issue(viewer=place.city, bulletin_id=number, now=town.NOW)
    stand_in = replace(colleague, joined_ids=frozenset({place.city.account_id}))
    with pytest.raises(problems.SamePerson):
        actions.issue(viewer=stand_in, bulletin_id=number, now=town.NOW)


def test_an_edit_after_the_review_makes_it_a_draft_again(place, colleague):
    number = draft(place.city)
    actions.review(viewer=colleague, bulletin_id=number, now=town.NOW)
    edit(place.city, number, "在册〔在册：1,203户〕。")
    assert queries.get_bulletin(place.city, number).state is State.DRAFT


def test_an_edit_of_a_stale_version_is_refused_with_what_changed(place, colleague):
    number = draft(place.city)
    edit(colleague, number, "在册〔在册：1,203户〕，形势平稳。")
    with pytest.raises(problems.EditedMeanwhile) as refused:
        edit(place.city, number, "在册〔在册：1,203户〕，要抓紧。")
    assert refused.value.differences == [
        ("在册〔在册：1,203户〕，新增〔新增：12户〕。", "在册〔在册：1,203户〕，形势平稳。")
    ]
    assert [one.version for one in queries.list_revisions(place.city, number)] == [2, 1]


def test_a_number_changed_by_hand_needs_a_reason_and_keeps_the_counted_one(place):
    number = draft(place.city)
    with pytest.raises(problems.ChangeNeedsReason):
        edit(place.city, number, "在册〔在册：1,205户〕。")
    edit(place.city, number, "在册〔在册：1,205户〕。", reason="补录两户")
    listed = queries.get_bulletin(place.city, number).figures[0]
    assert (listed.text, listed.changed, listed.reason, listed.said) == ("1,203户", "1,205户", "补录两户", "1,205户")
    edit(place.city, number, "在册〔在册：1,203户〕。", version=2)
    assert not queries.get_bulletin(place.city, number).figures[0].changed


def test_a_number_changed_by_hand_waits_for_an_answer_before_it_is_issued(place, colleague):
    number = draft(place.city)
    edit(place.city, number, "在册〔在册：1,205户〕。", reason="补录两户")
    actions.review(viewer=colleague, bulletin_id=number, now=town.NOW)
    with pytest.raises(problems.NumbersUnchecked) as refused:
        actions.issue(viewer=colleague, bulletin_id=number, now=town.NOW)
    assert refused.value.texts == ["1,205户"]
    (changed,) = queries.strangers_of(queries.get_bulletin(colleague, number))
    assert changed.after == "（清点为1,203户）"
    assert actions.issue(viewer=colleague, bulletin_id=number, checked=[changed.key], now=town.NOW) == 1


def test_a_number_that_is_not_said_is_left_out_or_stays_so_but_is_never_filled_in(place):
    number = draft(place.city)
    row = Bulletin.objects.get(pk=number)
    row.figures[0] |= {"text": "（不足十人，不列出）", "is_hidden": True}
    row.save()
    with pytest.raises(problems.FigureIsHidden):
        edit(place.city, number, "在册〔在册：4户〕。", reason="领导要求列出")
    edit(place.city, number, "全市在册〔在册：（不足十人，不列出）〕。")
    edit(place.city, number, "形势平稳。", version=2)


def test_a_figure_that_is_not_of_the_bulletin_or_said_in_two_ways_is_refused(place):
    number = draft(place.city)
    with pytest.raises(problems.UnknownFigure):
        edit(place.city, number, "退出〔退出：3户〕。")
    with pytest.raises(problems.FigureSaidTwice):
        edit(place.city, number, "在册〔在册：1,203户〕，即〔在册：1,204户〕。", reason="补录两户")


def test_a_number_that_nothing_counted_waits_for_an_answer_and_then_is_issued(place, colleague):
    number = draft(place.city)
    edit(place.city, number, "在册〔在册：1,203户〕，其中重病320户。")
    actions.review(viewer=colleague, bulletin_id=number, now=town.NOW)
    with pytest.raises(problems.NumbersUnchecked) as refused:
        actions.issue(viewer=colleague, bulletin_id=number, now=town.NOW)
    assert refused.value.texts == ["320"] and Register.objects.count() == 0
    (strange,) = queries.strangers_of(queries.get_bulletin(colleague, number))
    assert actions.issue(viewer=colleague, bulletin_id=number, checked=[strange.key], now=town.NOW) == 1
    assert audit.list_about(f"bulletin:{number}", actions=["bulletins.issue"])[0].detail["own_numbers"] == 1


def test_what_is_issued_is_pinned_and_never_edited(place, colleague):
    number = draft(place.city)
    issue(colleague, number)
    assert Bulletin.objects.get(pk=number).pinned == ["总体情况", "在册1,203户，新增12户。"]
    with pytest.raises(problems.NotInThisState):
        edit(place.city, number, "在册。")
    assert list(queries.verify()) == []


def test_verify_finds_a_text_that_is_no_longer_what_was_pinned(place, colleague):
    number = draft(place.city)
    issue(colleague, number)
    row = Bulletin.objects.get(pk=number)
    row.content["blocks"][1]["text"] = "在册〔在册：1,300户〕。"
    row.save()
    assert [one.invariant for one in queries.verify()] == ["BULLETIN_FIGURES", "BULLETIN_REVISION"]


def test_verify_finds_a_gap_in_the_numbers_and_one_hand(place, colleague):
    number = draft(place.city)
    issue(colleague, number)
    Bulletin.objects.filter(pk=number).update(number=3, edited_by=colleague.account_id)
    assert [one.invariant for one in queries.verify()] == ["BULLETIN_HANDS", "BULLETIN_NUMBERS"]


def test_verify_finds_a_text_that_was_altered_together_with_what_was_pinned(place, colleague):
    number = draft(place.city)
    issue(colleague, number)
    row = Bulletin.objects.get(pk=number)
    row.content["blocks"][0]["text"], row.pinned[0] = "总体向好", "总体向好"
    row.save()
    assert [one.invariant for one in queries.verify()] == ["BULLETIN_REVISION"]


def test_verify_finds_a_bulletin_that_is_gone_though_its_number_was_given(place, colleague):
    number = draft(place.city)
    issue(colleague, number)
    Revision.objects.all().delete()
    Bulletin.objects.all().delete()
    assert [one.invariant for one in queries.verify()] == ["BULLETIN_NUMBERS"]


def test_the_database_refuses_one_hand_and_a_number_twice(place, colleague):
    first, second = draft(place.city, "a"), draft(place.city, "b")
    issue(colleague, first), issue(colleague, second)
    for change in ({"issued_by": place.city.account_id}, {"number": 1}, {"state": "WITHDRAWN"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Bulletin.objects.filter(pk=second).update(**change)


def test_a_withdrawn_one_says_why_keeps_its_number_and_stays_readable(place, colleague):
    number = draft(place.city)
    issue(colleague, number)
    with pytest.raises(problems.ReasonMissing):
        actions.withdraw(viewer=colleague, bulletin_id=number, reason="", now=town.NOW)
    actions.withdraw(viewer=colleague, bulletin_id=number, reason="数据有误", now=town.NOW)
    card = queries.get_bulletin(place.grassroots, number)
    assert (card.state, card.reason, card.full_number) == (State.WITHDRAWN, "数据有误", "工通〔2023〕1号")


def test_every_step_is_on_record(place, colleague):
    number = draft(place.city)
    issue(colleague, number)
    actions.note_export(viewer=place.county, bulletin_id=number, form="pdf", purpose="上报", now=town.NOW)
    found = [event.action for event in audit.list_about(f"bulletin:{number}")]
    assert sorted(found) == ["bulletins.draft", "bulletins.export", "bulletins.issue", "bulletins.review"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["issue", "again", "fail", "withdraw"]), max_size=12))
def test_numbers_run_from_one_without_a_gap_whatever_fails_in_between(place, colleague, steps):
    """A try that fails after its number was taken gives it back; one repeated gets the same."""
    with transaction.atomic():
        given_numbers = []
        last = 0
        for place_of, step in enumerate(steps):
            if step == "issue":
                last = draft(place.city, f"s{place_of}")
                given_numbers.append(issue(colleague, last))
            elif step == "again" and last:
                actions.issue(viewer=colleague, bulletin_id=last, now=town.NOW) if queries.get_bulletin(colleague, last).state is State.ISSUED else None  # fmt: skip
            elif step == "withdraw" and last:
                actions.withdraw(viewer=colleague, bulletin_id=last, reason="数据有误", now=town.NOW)
            elif step == "fail":
                with pytest.raises(RuntimeError), transaction.atomic():
                    issue(colleague, draft(place.city, f"f{place_of}"))
                    raise RuntimeError
        assert given_numbers == list(range(1, len(given_numbers) + 1))
        assert [one for one in queries.verify()] == []
        assert sum(Register.objects.values_list("last", flat=True)) == len(given_numbers)
        transaction.set_rollback(True)


@given(st.text(alphabet="ab〔〕：1户", max_size=30))
def test_text_without_a_whole_reference_reads_as_it_was_typed(said):
    if not text.CHIP.search(said):
        assert text.plain(said) == said
