"""Two officers on one thing: who comes second learns what changed, by whom, when, and keeps what was typed."""

from __future__ import annotations

import re

import pytest
from django.http import QueryDict
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries as orders
from niangjia.portals.design.refilling import refill, typed
from niangjia.portals.tests import house as houses

NOW = houses.town.NOW


def seen(html: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', html)
    assert found, "the page's forms do not say what they show"
    return found[1]


def test_every_form_of_a_watched_page_carries_what_it_shows(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    for name, parts in (
        ("officer:order", [house.orders["assigned"]]),
        ("officer:case", [house.cases["announced"]]),
        ("officer:budget", [house.budget_id]),
        ("officer:batch", [house.batch_id]),
        ("officer:grievance", [house.grievance_id]),
        ("officer:household", [house.households["confirmed"]]),
        ("officer:release", [str(house.months[1])]),
        ("officer:fill_file", [house.cases["announced"]]),
    ):
        html = client.get(reverse(name, args=parts)).content.decode()
        forms = re.findall(r'<form method="post"[^>]*>.*?</form>', html, re.S)
        assert forms or name == "officer:batch", name
        assert all('name="seen"' in form or "/export/" in form for form in forms), name


def test_who_comes_second_reads_what_changed_by_whom_and_keeps_the_reason_typed(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    order_id = house.orders["created"]
    address = reverse("officer:order", args=[order_id])
    shown = seen(client.get(address).content.decode())
    workorders.accept(viewer=house.viewers[Role.CITY], order_id=order_id, now=NOW)
    answer = client.post(f"{address}hand-back/", {"seen": shown, "reason": "不归本县 <b>管</b>"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "已由他人办过" in html and house.viewers[Role.CITY].name in html and "签收" in html
    assert ">\n不归本县 &lt;b&gt;管&lt;/b&gt;</textarea>" in html
    assert '<details class="more" open>' in html
    assert orders.get_card(order_id, now=NOW).state == "ACCEPTED"


def test_what_was_looked_at_again_goes_through(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    order_id = house.orders["created"]
    address = reverse("officer:order", args=[order_id])
    before = seen(client.get(address).content.decode())
    workorders.accept(viewer=house.viewers[Role.CITY], order_id=order_id, now=NOW)
    refused = client.post(f"{address}hand-back/", {"seen": before, "reason": "不归本县管"}).content.decode()
    again = client.post(f"{address}hand-back/", {"seen": seen(refused), "reason": "不归本县管"})
    assert "没有上级可退" in again.content.decode()  # the step's own refusal: the page is no longer the obstacle


def test_ones_own_step_does_not_make_ones_page_stale(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    address = reverse("officer:order", args=[house.orders["created"]])
    shown = seen(client.get(address).content.decode())
    for _press in range(2):
        assert client.post(f"{address}accept/", {"seen": shown}).status_code == 302


def test_a_text_whose_form_is_gone_is_shown_to_be_copied(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    order_id = house.orders["created"]
    address = reverse("officer:order", args=[order_id])
    shown = seen(client.get(address).content.decode())
    workorders.cancel(viewer=house.viewers[Role.CITY], order_id=order_id, reason="重复派单", now=NOW)
    html = client.post(f"{address}hand-back/", {"seen": shown, "reason": "不归本县管"}).content.decode()
    assert "原来的表单已不在页面上" in html and "<dd>不归本县管</dd>" in html


def test_an_approver_learns_that_the_batch_is_another_one_now(house, signed_in):
    """A line was taken out after the page was opened: the total that was looked at is not the total that would be approved."""
    client = signed_in(house.viewers[Role.FINANCE])
    address = reverse("officer:batch", args=[house.batch_id])
    shown = seen(client.get(address).content.decode())
    from niangjia.apps.funds import actions as funds

    funds.cancel_batch(viewer=house.desk.second_finance, batch_id=house.batch_id, reason="名单有误", now=NOW)
    answer = client.post(f"{address}cancel/", {"seen": shown, "reason": "账号待核"})
    assert answer.status_code == 409 and "作废了批次" in answer.content.decode()


def test_an_answer_to_an_objection_survives_a_change(house, signed_in):
    from niangjia.apps.cases import actions as cases

    client = signed_in(house.viewers[Role.COUNTY])
    address = reverse("officer:grievance", args=[house.grievance_id])
    shown = seen(client.get(address).content.decode())
    third = house.desk.town.county_third
    cases.withdraw_notice(viewer=third, case_id=house.cases["announced"], reason="金额须更正", now=NOW)
    answer = client.post(address, {"seen": shown, "verdict": "rejected", "answer": "经查只有一套住房"})
    html = answer.content.decode()
    assert answer.status_code == 409 and "撤下公示" in html and "经查只有一套住房" in html


@pytest.mark.parametrize("junk", ["", "x", "1", "1 case:1;", "99999999999999999999 case:1", "1 case:1 " * 200])
def test_a_field_that_no_page_wrote_stops_nobody(house, signed_in, junk):
    client = signed_in(house.viewers[Role.COUNTY])
    address = reverse("officer:order", args=[house.orders["created"]])
    assert client.post(f"{address}accept/", {"seen": junk}).status_code == 302


FORM = """<details class="more"><summary>s</summary><form method="post" action="/a/"><input type="hidden" name="person" value="{}">
<input class="c" name="t" value="old"><select name="s"><option value="1" selected>一</option><option value="2">二</option></select>
<input type="checkbox" name="c" value="x"><input type="radio" name="r" value="p" checked><input type="radio" name="r" value="q">
<textarea name="w"></textarea></form></details>"""


def test_every_kind_of_field_is_filled_again_in_the_form_it_was_typed_into():
    posted = QueryDict("person=2&t=a%22b&s=2&c=x&r=q&w=%3C/textarea%3E")
    text, is_there = refill(FORM.format(1) + FORM.format(2), "/a/", posted)
    first, second = text.split("</details>")[:2]
    assert is_there and first == FORM.format(1).removesuffix("</details>")
    assert 'value="a&quot;b"' in second and '<option value="2" selected>' in second and '<option value="1">' in second
    assert 'value="x" checked>' in second and 'value="q" checked>' in second and 'value="p">' in second
    assert "&lt;/textarea&gt;</textarea>" in second and '<details class="more" open>' in second


def test_a_page_without_the_form_stays_as_it_is_and_only_words_are_kept():
    posted = QueryDict("reason=因为&account=42&step=3&csrfmiddlewaretoken=t&way=PHONE")
    assert refill(FORM.format(1), "/b/", posted) == (FORM.format(1), False)
    assert [text for _label, text in typed(posted)] == ["42", "因为"] or [text for _l, text in typed(posted)] == [
        "因为",
        "42",
    ]
