"""What was decided anew, on the pages: who reads it, who settles it, what is shown, and that nothing happens twice."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.audit import queries as audit
from niangjia.apps.funds import queries as funds
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries
from niangjia.apps.programs.tests import town
from niangjia.apps.programs.types import AdjustmentState, Settlement, Subject, SubjectKind
from niangjia.portals.tests import adjusted, markup

YUAN = Decimal
READERS = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.FINANCE, Role.AUDITOR}


@pytest.fixture
def laid(house):
    return adjusted.lay(house)


@pytest.fixture
def at(house, signed_in):
    """`at(role)` is a browser of that role."""
    return lambda role, language="zh": signed_in(house.viewers[role], language)


def text(response) -> str:
    return response.content.decode()


def address(name: str, *parts) -> str:
    return reverse(f"officer:{name}", args=parts)


def state(house, adjustment_id: int) -> AdjustmentState:
    return queries.get_adjustment(house.viewers[Role.AUDITOR], adjustment_id).state


# --- the list ----------------------------------------------------------------------------------------------------


def test_the_list_begins_with_the_oldest_that_waits_and_its_filters_live_in_the_address(house, laid, at):
    county = at(Role.COUNTY)

    def listed(**asked) -> list[int]:
        page = text(county.get(address("adjustments"), asked))
        return [int(found) for found in re.findall(r'lead-cell"><a href="/desk/adjustments/(\d+)/"', page)]

    everything = listed()
    assert everything == sorted(everything) and set(laid.adjustments.values()) <= set(everything)
    assert listed(state="RECOVERING") == [laid["recovering"]]
    assert listed(kind="CLAW_BACK", state="OPEN") == [laid["claw_back"]] and listed(kind="OUTCOME") == [laid["outcome"]]
    assert set(listed(program="graded-aid")) == set(laid.adjustments.values())
    assert listed(state="PAID") == [] and listed(state="all") == everything
    assert listed(state="nonsense", kind="nonsense") == [] and listed(program="no-such") == []
    page = text(county.get(address("adjustments"), {"state": "RECOVERING"}))
    assert '<option value="RECOVERING" selected>' in page and "已收回 500.00" in page
    assert "没有符合这些条件的" in text(county.get(address("adjustments"), {"state": "PAID"}))


def test_tiles_say_how_many_wait_and_how_much_is_still_out(laid, at):
    page = text(at(Role.COUNTY).get(address("adjustments")))
    for words in ("合计 800.00 元", "合计 8,000.00 元", "还差 1,000.00 元"):
        assert words in page


def test_the_list_asks_the_same_few_questions_however_long_it_is(house, laid, at):
    county = at(Role.COUNTY)

    def asked(**filters) -> int:
        with CaptureQueriesContext(connection) as found:
            county.get(address("adjustments"), filters)
        return len(found)

    asked()  # the first page of a sitting also notes that it began
    assert asked(state="all") <= asked(state="RECOVERING") + 4 and asked() <= 25


def test_another_county_sees_nothing_of_it(house, laid, signed_in):
    other = signed_in(house.desk.town.other_county)
    assert "没有待处理的差额" in text(other.get(address("adjustments")))
    for name in ("adjustment", "settle_adjustment"):
        send = other.get if name == "adjustment" else other.post
        assert send(address(name, laid["arrears"]), {"how": "WAIVE", "waive-reason": "x"}).status_code == 404
    assert other.get(address("reconsider", laid.decisions["arrears"])).status_code == 404
    assert "还没有重算过" in text(other.get(address("reconsiderations")))
    assert state(house, laid["arrears"]) is AdjustmentState.OPEN


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_its_own_and_nothing_else(house, laid, at, role):
    client = at(role)
    may = {
        "settle_adjustment": {Role.CITY, Role.COUNTY},
        "book_recovery": {Role.FINANCE},
        "reconsider_now": {Role.PROVINCE, Role.CITY, Role.COUNTY},
    }
    for name, roles in may.items():
        parts = [] if name == "reconsider_now" else [laid["arrears"]]
        answer = client.post(address(name, *parts), {})
        assert (answer.status_code == 403) is (role not in roles), (name, answer.status_code)
    page = client.get(address("adjustment", laid["arrears"]))
    assert (page.status_code == 200) is (role in READERS)
    if role in READERS:
        assert ("同意补发" in text(page)) is (role in may["settle_adjustment"])
        booking = "登记收回" in text(client.get(address("adjustment", laid["recovering"])))
        assert booking is (role in may["book_recovery"])
        assert ("现在重算" in text(client.get(address("reconsiderations")))) is (role in may["reconsider_now"])


# --- one ---------------------------------------------------------------------------------------------------------


def test_one_page_shows_both_decisions_with_what_differs_why_and_who_is_barred(laid, at):
    page = text(at(Role.COUNTY).get(address("adjustment", laid["arrears"])))
    for words in (
        "17,600.00", "18,200.00", "+600.00", "12,000.00 元 × 0.8，", "12,000.00 元 × 0.85，", "医疗救助",
        "绍市总工〔2023〕21号", "系统（得知变更后自动重算）", "county.third", "按 2023-11-06 所知", "已到账",
    ):  # fmt: skip
        assert words in page, words
    assert (
        "medical_share_relative" not in page and "当地月低保标准" not in page
    )  # in words; and what is the same is left out
    page = text(at(Role.COUNTY).get(address("adjustment", laid["outcome"])))
    for words in ("民政核对回函与填报不符", "核对单〔2023〕118号", "已签核对授权书", "结论改变", "county.second"):
        assert words in page, words


def test_finance_reads_how_much_and_books_it_but_not_what_was_found(laid, at):
    page = text(at(Role.FINANCE).get(address("adjustment", laid["recovering"])))
    for words in ("8,000.00", "6,500.00", "500.00", "登记收回", "追回中"):
        assert words in page
    for words in ("民政核对", "核对单", "已领生活救助", "已与本人谈妥"):
        assert words not in page
    for words in ("民政核对", "核对单", "已领生活救助"):
        assert words not in text(at(Role.FINANCE).get(address("reconsiderations")))


def test_the_pages_are_sound_in_both_languages_and_english_is_english(laid, at):
    pages = [address("adjustments"), address("reconsiderations"), address("reconsider", laid.decisions["claw_back"])]
    pages += [address("adjustment", number) for number in laid.adjustments.values()]
    for role in (Role.COUNTY, Role.FINANCE):
        for language in ("zh", "en"):
            for page in pages:
                answer = at(role, language).get(page)
                if answer.status_code == 200:
                    assert markup.faults(text(answer)) == [], (role, language, page)
    page = text(at(Role.COUNTY, "en").get(address("adjustment", laid["arrears"])))
    for chinese in ("同意补发", "两份决定", "怎样处理", "款项", "一家"):
        assert chinese not in page
    assert "Pay 600.00 yuan on top" in page and "household of 3" in page


def test_a_page_that_is_not_there_says_so(laid, at):
    for role in (Role.COUNTY, Role.AUDITOR):
        answer = at(role).get(address("adjustment", 99999))
        assert answer.status_code == 404 and "没有编号为 99999 的复议调整" in text(answer)


# --- settling ----------------------------------------------------------------------------------------------------


def test_arrears_are_agreed_once_however_often_the_button_is_pressed(house, laid, at):
    county, page = at(Role.COUNTY), address("settle_adjustment", laid["arrears"])
    for _ in range(2):
        answer = county.post(page, {"how": "PAY", "pay-reason": "按新比例补足"}, follow=True)
        assert answer.status_code == 200 and "已同意补发 600.00 元，等待审批和发放。" in text(answer)
    card = queries.get_adjustment(house.viewers[Role.AUDITOR], laid["arrears"])
    assert (card.state, card.settled_reason) == (AdjustmentState.PAID, "按新比例补足")
    assert [one.amount for one in funds.list_reservations_of(queries.ref_of(card.new_id))] == [YUAN("600.00")]
    assert "本次补发" in text(county.get(address("adjustment", laid["arrears"])))
    budget = text(at(Role.FINANCE).get(address("budget", funds.get_reservation(card.reservation_id).budget_id)))
    assert f"/desk/adjustments/{card.id}/" in budget and f"补发 {card.id}" in budget


def test_who_had_a_hand_in_it_is_told_so_and_refused(house, laid, signed_in):
    second = signed_in(house.desk.town.county_second)
    page = text(second.get(address("adjustment", laid["claw_back"])))
    assert "由另一位同事处理" in page and "决定追回" not in page
    answer = second.post(address("settle_adjustment", laid["claw_back"]), {"how": "WAIVE", "waive-reason": "算了"})
    assert answer.status_code == 409 and "您作过原决定、录入过参数或更正过事实" in text(answer)
    assert state(house, laid["claw_back"]) is AdjustmentState.OPEN


def test_nobody_settles_what_is_for_their_own_family(house, laid, signed_in):
    kin = town.appoint("kin", house.desk.town["X"], Role.COUNTY, person_id=laid.persons["arrears"])
    answer = signed_in(kin).post(address("settle_adjustment", laid["arrears"]), {"how": "PAY", "pay-reason": ""})
    assert answer.status_code == 409 and state(house, laid["arrears"]) is AdjustmentState.OPEN


def test_a_reason_is_asked_at_the_field_and_what_was_typed_stays(house, laid, at):
    county, page = at(Role.COUNTY), address("settle_adjustment", laid["claw_back"])
    answer = county.post(page, {"how": "RECOVER", "recover-reason": "  "})
    assert answer.status_code == 422 and "请填写“理由”。" in text(answer) and 'aria-invalid="true"' in text(answer)
    answer = county.post(page, {"how": "WAIVE", "waive-reason": "很" * 301})
    assert answer.status_code == 422 and "很" * 301 in text(answer) and "open" in text(answer)
    assert state(house, laid["claw_back"]) is AdjustmentState.OPEN
    answer = county.post(page, {"how": "WAIVE", "waive-reason": "本人已去世"}, follow=True)
    assert "已结案：不予调整。" in text(answer) and "本人已去世" in text(answer)
    assert county.post(page, {"how": "nonsense"}).status_code == 409


def test_a_payee_is_asked_only_where_nobody_was_paid_before(house, laid, at):
    county = at(Role.COUNTY)
    assert "收款人" not in text(county.get(address("adjustment", laid["arrears"])))
    assert "收款人" in text(county.get(address("adjustment", laid["outcome"])))
    page = address("settle_adjustment", laid["outcome"])
    answer = county.post(page, {"how": "PAY", "pay-reason": "补发"})
    assert answer.status_code == 422 and "请选择收款人。" in text(answer) and "补发</textarea>" in text(answer)
    stranger = {"how": "PAY", "pay-payee": laid.persons["arrears"]}
    assert county.post(page, stranger).status_code == 422 and state(house, laid["outcome"]) is AdjustmentState.OPEN
    answer = county.post(page, {"how": "PAY", "pay-payee": laid.persons["outcome"]}, follow=True)
    assert "已同意补发 8,000.00 元" in text(answer)
    card = queries.get_adjustment(house.viewers[Role.AUDITOR], laid["outcome"])
    assert funds.get_reservation(card.reservation_id).person_id == laid.persons["outcome"]


def test_a_stale_page_says_what_has_happened_meanwhile(house, laid, at, signed_in):
    city = house.viewers[Role.CITY]
    programs.settle(viewer=city, adjustment_id=laid["claw_back"], how=Settlement.WAIVE, reason="不追", now=town.NOW)
    page = address("settle_adjustment", laid["claw_back"])
    answer = at(Role.COUNTY).post(page, {"how": "RECOVER", "recover-reason": "追回"})
    assert answer.status_code == 409 and "这项调整已是“不予调整”，不能再处理" in text(answer)
    again = adjusted.correct(house.desk.town, laid.decisions["arrears"], living_aid_received_12m=YUAN("100"))
    answer = at(Role.COUNTY).post(address("settle_adjustment", laid["arrears"]), {"how": "PAY", "pay-reason": ""})
    assert answer.status_code == 409 and "已被新的复议取代" in text(answer)
    assert f'href="{address("adjustment", again.adjustments[0])}"' in text(answer)


def test_what_has_come_back_is_booked_in_parts_and_never_twice(house, laid, at, signed_in):
    finance = at(Role.FINANCE)
    page = text(finance.get(address("adjustment", laid["recovering"])))
    key = re.search(r'name="key" value="(\w+)"', page)[1]
    assert '<input type="hidden" name="seen" value="500.00"' in page
    post = address("book_recovery", laid["recovering"])
    slip = {"amount": "300.00", "seen": "500.00", "key": key}
    for _ in range(2):
        assert "已登记收回 300.00 元，还差 700.00 元。" in text(finance.post(post, slip, follow=True))
    answer = finance.post(post, slip | {"key": "another"})
    assert answer.status_code == 409 and "同事又登记了一笔收回" in text(answer)
    assert 'value="300.00"' in text(answer) and 'name="seen" value="800.00"' in text(answer)
    for amount, words in (
        ("", "请填写“收回金额（元）”"),
        ("0", "须大于零"),
        ("很多", "请填金额"),
        ("1.234", "两位小数"),
    ):
        answer = finance.post(post, {"amount": amount, "seen": "800.00", "key": "k"})
        assert answer.status_code == 422 and words in text(answer)
        assert not amount or f'value="{amount}"' in text(answer)
    answer = finance.post(post, {"amount": "700.01", "seen": "800.00", "key": "k"})
    assert answer.status_code == 409 and "700.00" in text(answer)
    answer = finance.post(post, {"amount": "700.00", "seen": "800.00", "key": "last"}, follow=True)
    assert "已全部收回，此事办结。" in text(answer) and "登记收回" not in text(answer)
    assert state(house, laid["recovering"]) is AdjustmentState.RECOVERED


def test_what_cannot_be_had_back_is_waived_with_a_reason_after_a_part_came(house, laid, at):
    page = address("settle_adjustment", laid["recovering"])
    assert "其余 1,000.00 元不再追回" in text(at(Role.COUNTY).get(address("adjustment", laid["recovering"])))
    assert "已结案" in text(at(Role.COUNTY).post(page, {"how": "WAIVE", "waive-reason": "确无偿还能力"}, follow=True))
    assert state(house, laid["recovering"]) is AdjustmentState.WAIVED


# --- deciding anew -----------------------------------------------------------------------------------------------


def test_a_late_change_waits_on_the_page_until_somebody_or_the_clock_decides_anew(house, laid, at):
    county = at(Role.COUNTY)
    page = text(county.get(address("reconsiderations")))
    assert "金秋助学：相对困难，月低保标准的倍数" in page and "自 2023-07-01 起，2023-11-06 才知悉" in page
    assert "study_multiple_relative" not in page
    key = re.search(r'name="change" value="([^"]+)"', page)[1]
    answer = county.post(address("reconsider_now"), {"change": key}, follow=True)
    assert re.search(r"已重算 \d 项：\d 项不变", text(answer)) and "没有等待重算的变更" in text(answer)
    answer = county.post(address("reconsider_now"), {"change": key})
    assert answer.status_code == 409 and "已经重算过" in text(answer)


def test_why_decisions_were_made_anew_leads_to_what_came_of_it(laid, at):
    page = text(at(Role.AUDITOR).get(address("reconsiderations")))
    for words in (
        "参数追溯生效",
        "事实更正",
        "绍市总工〔2023〕21号",
        "已领生活救助 = 800",
        "county.second",
        "一项决定",
    ):
        assert words in page, words
    (link,) = set(re.findall(r'href="(/desk/adjustments/\?cause=\d+&amp;state=RECOVERING)"', page))
    found = text(at(Role.AUDITOR).get(link.replace("&amp;", "&")))
    assert f"/desk/adjustments/{laid['recovering']}/" in found and f"/desk/adjustments/{laid['arrears']}/" not in found


def test_a_fact_is_corrected_with_reason_and_source_and_leads_to_the_difference(house, laid, at):
    county, page = at(Role.COUNTY), address("reconsider", laid.decisions["arrears"])
    form = text(county.get(page))
    assert "医疗自付" in form and "现在：12,000.00 元" in form
    wrong = {"reason": "", "source": "发票", "f-medical_own_cost_12m": "一万二", "f-household_size": "4"}
    answer = county.post(page, wrong)
    assert answer.status_code == 422 and "请填写“原因”。" in text(answer) and "请填一个数" in text(answer)
    for kept in ('value="发票"', 'value="一万二"', 'value="4"'):
        assert kept in text(answer)
    right = {"reason": "发票重复计算", "source": "发票 12 张", "f-medical_own_cost_12m": "11,000"}
    answer = county.post(page, right, follow=True)
    assert "已重算，结论有变" in text(answer) and "发票重复计算" in text(answer) and "11,000.00 元" in text(answer)
    assert "由另一位同事处理" in text(answer)  # who corrects does not settle
    before = len(queries.list_adjustments(house.viewers[Role.AUDITOR], states=AdjustmentState))
    assert "已重算" in text(county.post(page, right, follow=True))
    assert len(queries.list_adjustments(house.viewers[Role.AUDITOR], states=AdjustmentState)) == before
    assert "现在：11,000.00 元" in text(county.get(page))
    assert audit.list_about(f"person:{laid.persons['arrears']}")


def test_a_review_without_a_correction_that_finds_the_same_changes_nothing(house, laid, at):
    before = len(queries.list_adjustments(house.viewers[Role.AUDITOR], states=AdjustmentState))
    page = address("reconsider", laid.decisions["claw_back"])
    correction = {"reason": "回函有误", "source": "核对单 9 号", "f-living_aid_received_12m": "0"}
    text(at(Role.COUNTY).post(page, correction, follow=True))
    answer = at(Role.COUNTY).post(page, {"reason": "抽查", "source": "抽查单 3 号"}, follow=True)
    assert "已重算，结论和金额都没有变。" in text(answer)
    assert len(queries.list_adjustments(house.viewers[Role.AUDITOR], states=AdjustmentState)) == before
    assert state(house, laid["claw_back"]) is AdjustmentState.REPLACED


def test_many_alike_are_looked_at_again_once_their_number_was_seen(house, laid, at, monkeypatch):
    county, page = at(Role.COUNTY), address("review_many")
    asked = {
        "review-program": "graded-aid", "review-since": "2023-10-01", "review-last": "2023-10-31", "review-reason": "口径有误",
        "review-source": "会议纪要〔2023〕7号",
    }  # fmt: skip
    assert county.post(page, asked | {"review-last": "2023-09-01"}).status_code == 422
    before = len(queries.list_reconsiderations(house.viewers[Role.AUDITOR]))
    shown = text(county.post(page, asked))
    count = re.search(r"涉及 (\d+) 项决定", shown)[1]
    assert (
        int(count) >= 4
        and 'value="口径有误"' not in shown
        and "口径有误</textarea>" in shown
        and markup.faults(shown) == []
    )
    assert len(queries.list_reconsiderations(house.viewers[Role.AUDITOR])) == before, "only counted"
    assert "涉及" in text(county.post(page, asked | {"counted": "1"})), "another number than was seen"
    done = text(county.post(page, asked | {"counted": count}, follow=True))
    assert f"已重算 {count} 项" in done and "口径有误" in done
    assert len(queries.list_reconsiderations(house.viewers[Role.AUDITOR])) == before + 1
    county.post(page, asked | {"counted": count})
    assert len(queries.list_reconsiderations(house.viewers[Role.AUDITOR])) == before + 1
    none = text(county.post(page, asked | {"review-since": "2019-01-01", "review-last": "2019-01-31"}))
    assert "没有这个项目的决定" in none
    monkeypatch.setattr("niangjia.portals.officer.reconsidering.MOST_AT_ONCE", 1)
    refused = county.post(page, asked | {"review-reason": "另一个原因"})
    assert refused.status_code == 409 and "请缩短起止日期" in text(refused) and "另一个原因" in text(refused)
    assert at(Role.FINANCE).post(page, asked).status_code == 403


# --- elsewhere ---------------------------------------------------------------------------------------------------


def test_a_household_shows_what_was_decided_then_and_what_is_right_now(laid, at):
    page = text(at(Role.COUNTY).get(address("household", laid.households["claw_back"])))
    assert "2023-11-06 重算" in page and f"/desk/adjustments/{laid['claw_back']}/" in page
    decisions, timeline = page.split('class="thread"', 1)
    assert decisions.count("困难职工建档与梯度救助") == 1, "the second decision stands under the first"
    assert timeline.count("困难职工建档与梯度救助") == 2, "each has its own day in the timeline"
    assert f"/desk/decisions/{laid.decisions['claw_back']}/reconsider/" in page
    grassroots = text(at(Role.GRASSROOTS).get(address("household", laid.households["claw_back"])))
    assert (
        "2023-11-06 重算" in grassroots and "/desk/adjustments/" not in grassroots and "/reconsider/" not in grassroots
    )


def test_the_desk_counts_what_one_may_settle_and_finance_what_comes_in(house, laid, at, signed_in):
    city = text(at(Role.CITY).get(address("workbench")))
    assert "8 项差额待处理" in city
    assert "3 项差额待处理" in text(
        at(Role.COUNTY).get(address("workbench"))
    )  # not those that the county itself decided
    assert "差额待处理" not in text(at(Role.AUDITOR).get(address("workbench")))
    assert "1 项追回中，收到后登记" in text(at(Role.FINANCE).get(address("workbench")))
    assert "差额待处理" not in text(signed_in(house.desk.town.other_county).get(address("workbench")))


def test_the_worker_reads_in_plain_words_what_comes_of_it(house, laid, at):
    worker = house.viewers[Role.WORKER]
    found = queries.list_adjustments_about([Subject(SubjectKind.PERSON, worker.person_id)])
    assert len(found) == 1
    page = text(at(Role.WORKER).get(reverse("member:mine")))
    for words in (
        "2023-11-06 重新算过",
        "有一项数额后来才公布",
        "应得 560.00 元，比原来定的多 60.00 元",
        "您不用做什么",
    ):
        assert words in page, words
    programs.settle(
        viewer=house.viewers[Role.CITY],
        adjustment_id=found[0].id,
        how=Settlement.PAY,
        reason="补足",
        now=adjusted.AFTER,
    )
    page = text(at(Role.WORKER).get(reverse("member:mine")))
    assert "已决定补发 60.00 元" in page and "补足" in page
    english = text(at(Role.WORKER, "en").get(reverse("member:mine")))
    assert "60.00 yuan will be paid on top" in english and "重新算过" not in english
