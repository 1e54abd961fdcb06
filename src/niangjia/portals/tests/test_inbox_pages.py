"""The inbox, the settings of messages, and what an administrator sees of sending."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.messages import queries
from niangjia.apps.messages.models import Address, Delivery, Message
from niangjia.apps.messages.types import Channel
from niangjia.jobs.tests.outbox import code_of, reach
from niangjia.portals.tests import told
from niangjia.portals.tests.house import town


def page_of(response):
    return response.content.decode()


@pytest.fixture
def noted(house):
    told.lay(house)
    return house


@pytest.fixture
def with_channels(house, monkeypatch):
    monkeypatch.setattr(settings, "DEPLOYMENT", replace(settings.DEPLOYMENT, messages=told.CHANNELS))
    return house


def inbox(client, **asked):
    return page_of(client.get(reverse("public:inbox"), asked))


def test_what_waits_stands_in_the_frame_and_in_the_inbox(noted, signed_in):
    county = noted.viewers[Role.COUNTY]
    client, unread = signed_in(county), queries.count_waiting(county)
    assert unread >= 2
    desk = page_of(client.get(reverse("officer:workbench")))
    assert desk.count(f'class="unread-count">{unread}<') >= 2  # beside the menu's entry and on a phone's head
    page = inbox(client)
    assert page.count('class="message is-unread"') == unread  # one line a kind
    assert "核实结论待复核" in page and "新到工单" in page


def test_a_message_leads_to_its_thing_and_is_read_then(noted, signed_in):
    county = noted.viewers[Role.COUNTY]
    client = signed_in(county)
    message = queries.list_messages(county).filter(kind="review_waits").first()
    answer = client.post(reverse("public:read", args=[message.pk]))
    assert answer.status_code == 302 and answer.url == "/desk/review/" and client.get(answer.url).status_code == 200
    message.refresh_from_db()
    assert message.read_at == town.NOW
    other = queries.list_messages(county, only_unread=True).first()
    answer = client.post(reverse("public:read", args=[other.pk]), {"then": "stay"})
    assert answer.url == reverse("public:inbox")


def test_only_unread_all_read_and_nothing_left(noted, signed_in):
    county = noted.viewers[Role.COUNTY]
    client = signed_in(county)
    newest = max(queries.list_messages(county).values_list("pk", flat=True))
    assert f'name="up_to" value="{newest}"' in inbox(client)
    page = page_of(client.post(reverse("public:read_all"), {"up_to": newest}, follow=True))
    assert "标为已读" in page and queries.count_unread(county) == 0
    assert "没有未读消息" in inbox(client, show="unread") and 'class="message"' in inbox(client)


def orders_overdue(county, count: int) -> None:
    Message.objects.bulk_create(
        Message(
            account_id=county.account_id, kind="order_overdue", subject=f"workorder:{n}", occasion="x", path="/desk/orders/",
            params={"count": 1 + n % 2}, created_at=town.NOW,
        )
        for n in range(count)
    )  # fmt: skip


def test_several_of_one_kind_are_one_line_that_leads_to_all_of_them(noted, signed_in):
    county = noted.viewers[Role.COUNTY]
    before = queries.count_waiting(county)
    orders_overdue(county, 12)
    client = signed_in(county)
    page = inbox(client)
    assert "您有 18 件工单已超过办理期限" in page and "12 条消息，逐条看" in page and page.count("工单已超期") == 3
    assert queries.count_waiting(county) == before + 1
    one = queries.list_messages(county, kind="order_overdue").first()
    newest = max(queries.list_messages(county, kind="order_overdue").values_list("pk", flat=True))
    assert inbox(client, kind="order_overdue").count("<article") == 12
    others = queries.list_messages(county, only_unread=True).exclude(kind="order_overdue").count()
    answer = client.post(reverse("public:read_group", args=["order_overdue"]), {"up_to": newest})
    assert answer.url == "/desk/orders/?late=1" and client.get(answer.url).status_code == 200
    one.refresh_from_db()
    assert one.read_at == town.NOW and queries.list_messages(county, only_unread=True).count() == others


def test_a_group_of_messages_that_came_meanwhile_stays_unread(noted, signed_in):
    county = noted.viewers[Role.COUNTY]
    orders_overdue(county, 3)
    first = queries.list_messages(county, kind="order_overdue").last()
    signed_in(county).post(reverse("public:read_group", args=["order_overdue"]), {"up_to": first.pk, "then": "stay"})
    assert queries.list_messages(county, kind="order_overdue", only_unread=True).count() == 2


def test_pages_of_twenty(noted, signed_in):
    county = noted.viewers[Role.COUNTY]
    orders_overdue(county, 45)
    client = signed_in(county)
    assert inbox(client, kind="order_overdue").count("<article") == 20
    last = inbox(client, page="3", kind="order_overdue")
    assert last.count("<article") == 5 and "kind=order_overdue" in last


def test_nobody_opens_anothers_message(noted, signed_in):
    theirs = queries.list_messages(noted.viewers[Role.COUNTY]).first()
    client = signed_in(noted.viewers[Role.AUDITOR])
    assert client.post(reverse("public:read", args=[theirs.pk])).status_code == 404
    theirs.refresh_from_db()
    assert theirs.read_at is None and theirs.kind not in inbox(client) and "还没有消息" in inbox(client)


def test_the_worker_has_an_inbox_too(noted, signed_in):
    worker = noted.viewers[Role.WORKER]
    client = signed_in(worker)
    page = inbox(client)
    assert "您的事项有了结果" in page and "工单" not in page
    message = queries.list_messages(worker).first()
    assert client.post(reverse("public:read", args=[message.pk])).url == "/mine/"


def test_the_inbox_is_english_in_english(noted, signed_in):
    page = inbox(signed_in(noted.viewers[Role.COUNTY], "en"))
    main = page.partition("<main")[2].partition("</main>")[0]
    assert "New work orders to accept" in main
    assert not re.findall("[一-鿿]", main.partition('<div class="page-head-actions">')[2])


def test_no_page_of_messages_and_no_stored_message_holds_what_is_of_a_person(noted, signed_in, with_channels):
    """Canaries of the house: names, ID numbers, phones, accounts, amounts, causes."""
    canaries = (
        "王小明", "李小红", "33062419800101", "13800000001", "6222021234567890123", "26000", "30000.00", "38000", "因病", "失业", "他家另有两套住房",
        "收入凭证不全",
    )  # fmt: skip
    positive = page_of(
        signed_in(noted.viewers[Role.COUNTY]).get(reverse("officer:case", args=[noted.cases["returned"]]))
    )
    assert "收入凭证不全" in positive
    stored = repr(list(Message.objects.values_list("params", "path", "subject", "occasion")))
    assert len(stored) > 500 and [one for one in canaries if one in stored] == []
    for viewer in noted.viewers.values():
        for language in ("zh", "en"):
            client = signed_in(viewer, language)
            said = inbox(client).partition("<main")[2] + page_of(client.get(reverse("public:message_settings")))
            assert [one for one in canaries if one in said] == []


# --- settings ---


def settings_page(client):
    return page_of(client.get(reverse("public:message_settings")))


def test_without_channels_the_page_says_that_all_is_on_this_site(house, signed_in):
    page = settings_page(signed_in(house.viewers[Role.COUNTY]))
    assert "消息都在站内" in page and 'name="over"' not in page and 'name="quiet_from"' in page


def test_an_address_is_given_confirmed_shown_masked_and_removed(with_channels, signed_in):
    county = with_channels.viewers[Role.COUNTY]
    client = signed_in(county)
    given = {"address": "lan@example.com"}
    page = page_of(client.post(reverse("public:give_address", args=["email"]), given, follow=True))
    assert "待确认" in page and "l***@example.com" in page and "lan@example.com" not in page
    answer = client.post(reverse("public:confirm_address", args=["email"]), {"code": "no"})
    assert answer.status_code == 409 and "确认码不对" in page_of(answer)
    code = {"code": code_of(county, Channel.EMAIL)}
    assert code["code"] not in page
    page = page_of(client.post(reverse("public:confirm_address", args=["email"]), code, follow=True))
    assert "已确认" in page
    page = page_of(client.post(reverse("public:remove_address", args=["email"]), follow=True))
    assert Address.objects.count() == 0 and 'name="address"' in page
    assert AuditEvent.objects.filter(action__startswith="messages.").count() == 3
    assert "移除了接收消息的地址" in page_of(client.get(reverse("public:safety")))


def test_a_wrong_address_and_an_unknown_channel_are_refused_in_words(with_channels, signed_in):
    client = signed_in(with_channels.viewers[Role.COUNTY])
    answer = client.post(reverse("public:give_address", args=["sms"]), {"address": "1390"})
    assert answer.status_code == 409 and "十一位手机号" in page_of(answer)
    answer = client.post(reverse("public:give_address", args=["wecom"]), {"address": "x"})
    assert answer.status_code == 409 and "没有开通" in page_of(answer)
    assert client.post(reverse("public:give_address", args=["pigeon"]), {"address": "x"}).status_code == 404
    assert Address.objects.count() == 0


def test_changing_where_messages_go_asks_for_the_password_again(with_channels, signed_in):
    client = signed_in(with_channels.viewers[Role.COUNTY])
    session = client.session
    session["proved_at"] = 0
    session.save()
    for name in ("give_address", "remove_address"):
        answer = client.post(reverse(f"public:{name}", args=["email"]), {"address": "lan@example.com"})
        assert answer.url.startswith(reverse("public:confirm")) and "inbox" in answer.url
    assert Address.objects.count() == 0


def test_choices_are_kept_and_shown_again(with_channels, signed_in):
    county = with_channels.viewers[Role.COUNTY]
    client = signed_in(county)
    page = settings_page(client)
    assert page.count('name="over"') == page.count("checked")
    given = {
        "language": "en", "quiet_from": "21", "quiet_until": "8", "digest_hour": "", "over": ["EMAIL:order_assigned", "PIGEON:x", "SMS:none"],
    }  # fmt: skip
    assert client.post(reverse("public:choose_messages"), given).status_code == 302
    choices = queries.get_choices(county)
    assert (choices.language, choices.quiet_from, choices.quiet_until, choices.digest_hour) == ("en", 21, 8, None)
    assert (Channel.EMAIL, "order_assigned") not in choices.off and (Channel.SMS, "order_assigned") in choices.off
    page = settings_page(client)
    assert page.count("checked") == 1 and 'value="EMAIL:order_assigned" checked' in page
    bad = client.post(reverse("public:choose_messages"), {**given, "quiet_from": "25"})
    assert bad.status_code == 422 and queries.get_choices(county) == choices


def test_what_a_page_did_not_ask_is_not_switched_off_or_on(house, signed_in, with_channels):
    county = house.viewers[Role.COUNTY]
    client = signed_in(county)
    client.post(reverse("public:choose_messages"), {"language": "zh", "quiet_from": "22", "quiet_until": "7"})
    before = queries.get_choices(county).off
    assert before and all(kind not in ("payment_sent", "decision_made") for _, kind in before)  # a worker's kinds


def test_a_worker_is_asked_about_a_workers_kinds(with_channels, signed_in):
    page = settings_page(signed_in(with_channels.viewers[Role.WORKER]))
    assert (
        "款项已送银行" in page
        and "新设备登录" in page
        and "批次" not in page
        and "代岗" not in page.partition("<main")[2]
    )


# --- the administrator ---


def test_the_administrator_sees_counts_and_classes_and_no_address(with_channels, signed_in):
    told.lay_channels(with_channels)
    page = page_of(signed_in(with_channels.viewers[Role.ADMINISTRATOR]).get(reverse("officer:health")))
    assert "消息投递" in page and "已送出" in page and "被拒收" in page and "对方忙" in page
    assert "lan@" not in page and "example.com" not in page and "13900000009" not in page
    assert Delivery.objects.filter(state="FAILED").count() == 1


def test_a_wrong_set_up_is_said_where_it_can_be_mended_and_stops_no_page(house, signed_in, monkeypatch):
    wrong = {"email": {"host": "mail.example.com"}}
    monkeypatch.setattr(settings, "DEPLOYMENT", replace(settings.DEPLOYMENT, messages=wrong))
    page = page_of(signed_in(house.viewers[Role.ADMINISTRATOR]).get(reverse("officer:health")))
    assert "渠道配置有误" in page and "sender" in page
    assert "消息都在站内" in settings_page(signed_in(house.viewers[Role.COUNTY]))


def test_what_nobody_tells_or_sends_is_said_to_the_administrator(with_channels, signed_in, monkeypatch):
    client = signed_in(with_channels.viewers[Role.ADMINISTRATOR])
    told.lay(with_channels)
    reach(with_channels.viewers[Role.COUNTY], now=town.NOW)  # its record is untold, its code unsent
    assert "后台任务" not in page_of(client.get(reverse("officer:health")))
    monkeypatch.setattr("django.utils.timezone.now", lambda: town.NOW + timedelta(hours=3))
    page = page_of(client.get(reverse("officer:health")))
    assert "还没有变成消息" in page and "已等了两个多小时" in page


def test_an_address_of_the_house_lies_in_no_page_of_another(with_channels, signed_in):
    reach(with_channels.viewers[Role.COUNTY], now=town.NOW)
    assert "l***" not in settings_page(signed_in(with_channels.viewers[Role.CITY]))
