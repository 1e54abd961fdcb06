"""What goes out: to confirmed addresses only, awake, wanted, once by one worker, again when it failed, and given up in sight."""

from __future__ import annotations

import os
import signal
import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from niangjia.adapters.channel import Failure
from niangjia.adapters.channels import open_channels
from niangjia.adapters.tests.receivers import http_gateway, mail_server
from niangjia.apps.accounts.actions import TooManyTries
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.messages import actions as messages
from niangjia.apps.messages import queries, timing
from niangjia.apps.messages.addresses import AddressRefused, read_address
from niangjia.apps.messages.models import Address, Delivery, Message, Try
from niangjia.apps.messages.problems import ChannelNotSetUp, CodeRefused, NoSuchAddress
from niangjia.apps.messages.types import Channel, Choices, DeliveryState, Telling, Trouble
from niangjia.apps.programs.tests import town
from niangjia.jobs import deliver
from niangjia.jobs.tests.outbox import TYPED, Wire, code_of, hear_from_now_on, reach

NOW = town.NOW  # nine in the morning
MINUTE = timedelta(minutes=1)


@pytest.fixture
def place(db):
    built = town.build()
    hear_from_now_on()
    return built


@pytest.fixture
def wire():
    return Wire()


def note(viewer, kind="order_assigned", *, number="GD202311000001", subject="", over=(Channel.EMAIL,), now=NOW) -> None:
    """Tell one thing, as the job does."""
    known = {"order_assigned", "review_waits", "finding_returned"}
    params = {"count": 1, "number": number} if kind in known else {"count": 1}
    telling = Telling(viewer.account_id, kind, subject or f"workorder:{number}", "o", "/desk/orders/7/", now, params)
    after = queries.told_up_to()
    assert messages.tell(tellings=[telling], after=after, up_to=after + 1, channels=over, now=now)


def send(wire, now=NOW, channel=Channel.EMAIL, site="") -> tuple[int, int]:
    return deliver.send_due({channel: wire}, site=site, now=now, ticking=lambda: 0.0)


def states() -> list[str]:
    return list(Delivery.objects.filter(message__isnull=False).order_by("pk").values_list("state", flat=True))


# --- addresses ---


def test_an_address_gets_its_code_and_nothing_else_until_it_is_confirmed(place, wire):
    county = place.county
    messages.give_address(viewer=county, channel=Channel.EMAIL, typed="lan@example.com", channels=set(Channel), now=NOW)
    note(county)
    send(wire)
    [(address, title, text)] = wire.sent
    assert address == "lan@example.com" and code_of(county, Channel.EMAIL) in text and "确认码" in title
    assert states() == []
    messages.confirm_address(viewer=county, channel=Channel.EMAIL, code=code_of(county, Channel.EMAIL), now=NOW)
    note(county, number="GD202311000002")
    send(wire)
    assert len(wire.sent) == 2 and "GD202311000002" in wire.sent[1][2]


def test_a_wrong_code_a_late_one_and_the_sixth_guess_confirm_nothing(place):
    county = place.county
    messages.give_address(viewer=county, channel=Channel.SMS, typed="13900000009", channels=set(Channel), now=NOW)
    right = code_of(county, Channel.SMS)
    with pytest.raises(CodeRefused):
        messages.confirm_address(viewer=county, channel=Channel.SMS, code=right, now=NOW + timing.CODE_LASTS)
    for _ in range(4):
        with pytest.raises(CodeRefused):
            messages.confirm_address(viewer=county, channel=Channel.SMS, code="x", now=NOW)
    with pytest.raises(CodeRefused):
        messages.confirm_address(viewer=county, channel=Channel.SMS, code=right, now=NOW)
    messages.send_code_again(viewer=county, channel=Channel.SMS, now=NOW)
    messages.confirm_address(viewer=county, channel=Channel.SMS, code=code_of(county, Channel.SMS), now=NOW)


def test_codes_are_limited_and_a_channel_that_is_not_set_up_takes_no_address(place):
    county = place.county
    with pytest.raises(ChannelNotSetUp):
        messages.give_address(viewer=county, channel=Channel.SMS, typed="13900000009", channels=set(), now=NOW)
    with pytest.raises(NoSuchAddress):
        messages.confirm_address(viewer=county, channel=Channel.SMS, code="1", now=NOW)
    for _ in range(5):
        messages.give_address(viewer=county, channel=Channel.SMS, typed="13900000009", channels=set(Channel), now=NOW)
    with pytest.raises(TooManyTries):
        messages.send_code_again(viewer=county, channel=Channel.SMS, now=NOW)


def test_a_changed_address_is_unconfirmed_and_the_old_one_gets_nothing_more(place, wire):
    reach(place.county, now=NOW)
    note(place.county)
    messages.give_address(
        viewer=place.county, channel=Channel.EMAIL, typed="new@example.com", channels=set(Channel), now=NOW
    )
    send(wire)
    assert [address for address, *_ in wire.sent] == ["new@example.com"] and states() == ["DROPPED"]
    assert "确认码" in wire.sent[0][1]


def test_an_address_lies_sealed_is_shown_masked_and_stands_in_no_record(place):
    for channel in TYPED:
        reach(place.county, channel, now=NOW)
    cards = queries.list_addresses(place.county)
    assert cards[Channel.EMAIL].masked == "l***@example.com" and cards[Channel.SMS].masked == "139****0009"
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM house_messages_address")
        stored = repr([bytes(cell) if isinstance(cell, memoryview) else cell for row in cursor for cell in row])
    records = "".join(AuditEvent.objects.values_list("detail_text", flat=True))
    for plain in ("lan@example.com", "13900000009", "a1" * 32):
        assert plain not in stored and plain not in records
    assert AuditEvent.objects.filter(action="messages.confirm_address").count() == 3


def test_a_sealed_address_copied_to_another_account_does_not_open(place, wire):
    reach(place.county, now=NOW)
    mine = Address.objects.get(account_id=place.county.account_id)
    Address.objects.create(account_id=place.city.account_id, channel="EMAIL", sealed=mine.sealed, confirmed_at=NOW)
    note(place.city)
    send(wire)
    assert wire.sent[1:] == [] and states() == ["FAILED"]
    assert queries.list_addresses(place.city) == {}


@pytest.mark.parametrize(
    ("channel", "typed"),
    [
        (Channel.EMAIL, "lan"), (Channel.EMAIL, "a@b.cn, c@d.cn"), (Channel.EMAIL, "a@b.cn\nBcc: c@d.cn"), (Channel.SMS, "1390000000"),
        (Channel.SMS, "+1 202 555 0100"), (Channel.DINGTALK, "https://evil.example.com/robot/send?access_token=" + "a1" * 32),
        (Channel.DINGTALK, "http://oapi.dingtalk.com/robot/send?access_token=" + "a1" * 32), (Channel.DINGTALK, "a1" * 32 + " nosecret"),
        (Channel.WECOM, "a1" * 32), (Channel.WECOM, ""),
        (Channel.WECOM, "https://qyapi.weixin.qq.com@evil.example.com/x?key=693a91f6-7a3c-4bc4-97a0-0ec2bca9ed7c"),
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_channel_is_refused(channel, typed):
    with pytest.raises(AddressRefused):
        read_address(channel, typed)


# --- when ---


@pytest.mark.parametrize(
    ("moment", "goes_out_at_once"), [("21:59:59", True), ("22:00:00", False), ("06:59:59", False), ("07:00:00", True)]
)
def test_quiet_hours_hold_back_on_both_sides_of_the_border(place, wire, moment, goes_out_at_once):
    reach(place.county, now=NOW)
    wire_at = datetime.fromisoformat(f"2023-11-07T{moment}+08:00")
    note(place.county, now=wire_at)
    wire.sent.clear()
    send(wire, wire_at)
    arrived = [text for _, _, text in wire.sent if "GD" in text]
    assert bool(arrived) is goes_out_at_once
    send(wire, datetime.fromisoformat("2023-11-08T07:00:00+08:00"))
    assert states() == ["SENT"]


def test_what_became_due_before_the_quiet_hours_and_was_not_sent_waits_for_their_end(place, wire):
    reach(place.county, now=NOW)
    note(place.county)
    night = NOW.replace(hour=23)
    send(wire, night)
    assert states() == ["WAITING"] and Try.objects.filter(delivery__message__isnull=False).count() == 0
    assert Delivery.objects.get(message__isnull=False).due_at == timing.next_hour(night, 7)


def test_the_urgent_goes_out_at_night(place, wire):
    reach(place.county, now=NOW)
    night = NOW.replace(hour=3)
    note(place.county, "new_device", subject="account:1", now=night)
    send(wire, night)
    assert states() == ["SENT"]


def test_a_digest_is_one_text_at_its_hour_without_what_was_read_meanwhile(place, wire):
    reach(place.county, now=NOW)
    send(wire)  # the code is over
    wire.sent.clear()
    for number in range(1, 5):
        note(place.county, "review_waits", number=f"GD20231100000{number}")
    send(wire)
    assert wire.sent == []
    first = Message.objects.order_by("pk").first()
    messages.mark_read(viewer=place.county, message_id=first.pk, now=NOW)
    morning = timing.next_hour(NOW, 8)
    send(wire, morning - MINUTE)
    assert wire.sent == []
    assert send(wire, morning, site="https://help.example.gov.cn") == (1, 0)
    [(_, title, text)] = wire.sent
    assert title == "娘家：3 条消息" and text.count("\n") == 3 and text.endswith("https://help.example.gov.cn/inbox/")
    assert "GD202311000001" not in text and states() == ["DROPPED", "SENT", "SENT", "SENT"]


def test_a_single_message_carries_its_link_only_where_the_site_has_an_address(place, wire):
    reach(place.county, now=NOW)
    note(place.county)
    send(wire, site="https://help.example.gov.cn")
    assert wire.sent[-1][2].endswith("\nhttps://help.example.gov.cn/desk/orders/7/")
    note(place.county, number="GD202311000002")
    send(wire)
    assert "http" not in wire.sent[-1][2]


def test_who_reads_english_is_told_in_english(place, wire):
    reach(place.county, now=NOW)
    messages.choose(viewer=place.county, choices=Choices(language="en"), now=NOW)
    note(place.county)
    send(wire)
    _, title, text = wire.sent[-1]
    assert title == "A visit for you" and text == "Visits assigned to you: 1 (GD202311000001). Please sign in."


# --- whether ---


def test_who_opted_out_gets_nothing_there_and_all_of_it_in_the_inbox(place, wire):
    reach(place.county, now=NOW)
    off = frozenset({(Channel.EMAIL, "order_assigned")})
    messages.choose(viewer=place.county, choices=Choices(off=off), now=NOW)
    note(place.county)
    note(place.county, "finding_returned", number="GD202311000002")
    send(wire)
    assert [text for *_, text in wire.sent if "000001" in text] == [] and "000002" in wire.sent[-1][2]
    assert queries.count_unread(place.county) == 2


def test_who_opts_out_while_it_waits_gets_it_no_more(place, wire):
    reach(place.county, now=NOW)
    note(place.county)
    off = frozenset({(Channel.EMAIL, "order_assigned")})
    messages.choose(viewer=place.county, choices=Choices(off=off), now=NOW)
    send(wire)
    assert states() == ["DROPPED"]


def test_an_address_taken_away_while_it_waits_gets_nothing(place, wire):
    reach(place.county, now=NOW)
    note(place.county)
    messages.remove_address(viewer=place.county, channel=Channel.EMAIL, now=NOW)
    send(wire)
    assert wire.sent == [] and states() == ["DROPPED"]


def test_a_channel_that_is_not_set_up_makes_no_deliveries(place):
    reach(place.county, now=NOW)
    note(place.county, over=())
    assert states() == [] and queries.count_unread(place.county) == 1


# --- again, and given up ---


def test_a_failure_is_tried_again_after_growing_delays_and_then_arrives(place, wire):
    reach(place.county, now=NOW)
    send(wire)
    note(place.county)
    wire.failures = [Failure.BUSY, Failure.TIMEOUT]
    moment = NOW
    for delay in timing.DELAYS[:2]:
        assert send(wire, moment) == (0, 1)
        assert send(wire, moment + delay - timedelta(seconds=1)) == (0, 0)
        moment += delay
    assert send(wire, moment) == (1, 0) and states() == ["SENT"]
    tries = Try.objects.filter(delivery__message__isnull=False).order_by("pk").values_list("number", "trouble")
    assert list(tries) == [(1, "BUSY"), (2, "TIMEOUT"), (3, "")]


def test_a_refusal_for_good_is_given_up_at_once_and_seen(place, wire):
    reach(place.county, now=NOW)
    send(wire)
    note(place.county)
    wire.failures = [Failure.REFUSED]
    send(wire)
    assert states() == ["FAILED"] and send(wire, NOW + timedelta(days=1)) == (0, 0)
    [failed] = queries.list_failed_tries()
    assert (failed.channel, failed.kind, failed.trouble) == (Channel.EMAIL, "order_assigned", Trouble.REFUSED)
    assert failed.is_given_up and queries.count_given_up(since=NOW) == 1


def test_after_the_last_try_it_is_given_up(place, wire):
    reach(place.county, now=NOW)
    messages.choose(viewer=place.county, choices=Choices(quiet_from=0, quiet_until=0), now=NOW)
    send(wire)
    note(place.county)
    wire.failures = [Failure.UNREACHABLE] * 20
    moment = NOW
    for _ in range(20):
        send(wire, moment)
        moment += timedelta(hours=6)
    assert states() == ["FAILED"]
    assert Try.objects.filter(delivery__message__isnull=False).count() == timing.MOST_TRIES


def test_a_channel_that_breaks_keeps_the_others_going_and_its_words_to_itself(place, wire, caplog):
    class Broken(Wire):
        def send(self, *, address, title, text):
            raise RuntimeError(f"cannot reach {address}")

    for channel in (Channel.EMAIL, Channel.SMS):
        reach(place.county, channel, now=NOW)
    send(wire), send(wire, channel=Channel.SMS)
    note(place.county, over=(Channel.EMAIL, Channel.SMS))
    sent, failed = deliver.send_due({Channel.EMAIL: Broken(), Channel.SMS: wire}, now=NOW, ticking=lambda: 0.0)
    assert (sent, failed) == (1, 1) and "lan@example.com" not in caplog.text and "RuntimeError" in caplog.text


# --- one worker at a time, and killed ones ---


def test_what_one_worker_claimed_no_other_gets_until_its_lease_is_over(place, wire):
    reach(place.county, now=NOW)
    send(wire)
    note(place.county)
    [parcel] = messages.claim(channels=[Channel.EMAIL], now=NOW)
    assert messages.claim(channels=[Channel.EMAIL], now=NOW) == []
    assert messages.claim(channels=[Channel.EMAIL], now=NOW + timing.LEASE - MINUTE) == []
    assert parcel.address not in repr(parcel)


def test_killed_between_claim_and_sending_it_is_sent_by_the_next(place, wire):
    reach(place.county, now=NOW)
    send(wire)
    wire.sent.clear()
    note(place.county)
    messages.claim(channels=[Channel.EMAIL], now=NOW)  # and its worker is gone
    assert send(wire, NOW + timing.LEASE) == (1, 0) and states() == ["SENT"] and len(wire.sent) == 1


def test_killed_between_sending_and_noting_it_arrives_twice_never_not_at_all(place, wire, monkeypatch):
    reach(place.county, now=NOW)
    send(wire)
    wire.sent.clear()
    note(place.county)
    monkeypatch.setattr(deliver.messages, "settle", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        send(wire)
    monkeypatch.undo()
    assert states() == ["SENDING"]
    send(wire, NOW + timing.LEASE)
    assert states() == ["SENT"] and len(wire.sent) == 2


def test_a_worker_whose_lease_is_over_settles_nothing_any_more(place, wire):
    reach(place.county, now=NOW)
    send(wire)
    note(place.county)
    [late] = messages.claim(channels=[Channel.EMAIL], now=NOW)
    [new] = messages.claim(channels=[Channel.EMAIL], now=NOW + timing.LEASE)
    assert not messages.settle(parcel=late, trouble=Trouble.REFUSED, milliseconds=1, now=NOW + timing.LEASE)
    assert states() == ["SENDING"]
    assert messages.settle(parcel=new, trouble=None, milliseconds=1, now=NOW + timing.LEASE) and states() == ["SENT"]


def test_what_kills_every_worker_is_given_up_as_lost(place, wire):
    reach(place.county, now=NOW)
    messages.choose(viewer=place.county, choices=Choices(quiet_from=0, quiet_until=0), now=NOW)
    send(wire)
    note(place.county)
    moment = NOW
    for _ in range(timing.MOST_TRIES):
        assert messages.claim(channels=[Channel.EMAIL], now=moment)
        moment += timing.LEASE
    assert messages.claim(channels=[Channel.EMAIL], now=moment) == [] and states() == ["FAILED"]
    assert queries.list_failed_tries()[0].trouble is Trouble.LOST


def test_what_waits_for_hours_is_found_stuck(place):
    reach(place.county, now=NOW)
    note(place.county)
    assert queries.count_stuck(now=NOW + timedelta(hours=1)) == 0
    assert queries.count_stuck(now=NOW + timedelta(hours=3)) == 2  # and the code


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_message_once():
    place = town.build()
    hear_from_now_on()
    reach(place.county, now=NOW)
    for number in range(1, 31):
        note(place.county, number=f"GD202311{number:06d}")
    wires, ready = [Wire(), Wire()], threading.Barrier(2)
    broken: list[BaseException] = []

    def work(wire: Wire) -> None:
        try:
            ready.wait(10)
            send(wire)
        except BaseException as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(wire,)) for wire in wires]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    texts = [text for wire in wires for *_, text in wire.sent if "GD" in text]
    assert broken == [] and len(texts) == len(set(texts)) == 30
    assert set(states()) == {"SENT"} and Try.objects.filter(delivery__message__isnull=False).count() == 30


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_while_it_sends_leaves_what_the_next_one_sends():
    place, wire = town.build(), Wire()
    hear_from_now_on()
    reach(place.county, now=NOW)
    send(wire)
    note(place.county)

    class Deadly(Wire):
        def send(self, *, address, title, text):
            os.kill(os.getpid(), signal.SIGKILL)

    connection.close()  # each process opens its own
    child = os.fork()
    if child == 0:
        send(Deadly())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert states() == ["SENDING"] and send(wire, NOW + MINUTE) == (0, 0)
    assert send(wire, NOW + timing.LEASE) == (1, 0) and states() == ["SENT"]


# --- over the wire ---


def test_the_whole_way_to_servers_of_this_machine(place):
    """Every channel at once, and what a person's canaries would look like is in none of the bytes."""
    with http_gateway() as gateway, mail_server() as mailbox:
        senders = {
            Channel(name): sender
            for name, sender in open_channels(
                {
                    "email": {
                        "host": "127.0.0.1",
                        "port": mailbox.port,
                        "security": "plain",
                        "sender": "n@example.com",
                    },
                    "dingtalk": {"server": gateway.url},
                    "sms": {"url": f"{gateway.url}/sms", "body": {"to": "{phone}", "content": "{text}"}},
                }
            ).items()
        }
        for channel in senders:
            reach(place.county, channel, now=NOW)
        note(place.county, over=senders)
        sent, failed = deliver.send_due(senders, now=NOW)
    assert (sent, failed) == (3, 0) and states() == ["SENT"] * 3
    assert len(mailbox.mails) == 1 and len(gateway.asked) == 2
    said = mailbox.mails[0][1].get_content() + "".join(asked.body.decode() for asked in gateway.asked)
    assert said.count("GD202311000001") == 3
    for canary in ("王小明", "330624198001010", "13800000001", "6222021234567890123", "26000"):
        assert canary not in said


def test_old_ones_are_forgotten_unread_ones_are_not(place, wire):
    reach(place.county, now=NOW)
    note(place.county)
    note(place.county, number="GD202311000002")
    send(wire)
    read = Message.objects.order_by("pk").first()
    messages.mark_read(viewer=place.county, message_id=read.pk, now=NOW)
    messages.forget_old(now=NOW + timing.KEPT - MINUTE)
    assert Message.objects.count() == 2
    messages.forget_old(now=NOW + timing.KEPT + MINUTE)
    assert Message.objects.count() == 1 and Delivery.objects.count() == 0 and Try.objects.count() == 0


def test_verify_finds_what_must_not_be(place, wire):
    reach(place.county, now=NOW)
    note(place.county)
    send(wire)
    assert queries.verify() == []
    Message.objects.update(params={"count": 1, "number": "王小明"})
    Try.objects.all().delete()
    assert {found.rule for found in queries.verify()} == {"MESSAGE_VALUE", "MESSAGE_TRY"}
    assert DeliveryState.SENT.value in states()
