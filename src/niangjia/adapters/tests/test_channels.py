"""What really goes over the wire, read by servers of this machine; and what a failure is called."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import logging
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from niangjia.adapters import apprise_channels, sms_gateway
from niangjia.adapters.channel import Failure, WrongSetUp
from niangjia.adapters.channels import open_channels, site_of
from niangjia.adapters.tests.receivers import http_gateway, mail_server

TOKEN, SECRET = "a1" * 32, "SEC" + "b2" * 32
KEY = "693a91f6-7a3c-4bc4-97a0-0ec2bca9ed7c"
SAID = {"title": "新的入户核实", "text": "您有 1 件新的入户核实（GD202311000001），请登录查看。"}


@pytest.fixture
def gateway():
    with http_gateway() as one:
        yield one


@pytest.fixture
def mailbox():
    with mail_server() as one:
        yield one


def mail(port: int):
    given = {"host": "127.0.0.1", "port": port, "security": "plain", "sender": "niangjia@example.com"}
    return open_channels({"email": given})["EMAIL"]


def sms(url: str, **more: object):
    given = {
        "url": f"{url}/send", "secret": "key-of-the-gateway", "headers": {"Authorization": "Bearer {secret}"},
        "body": {"to": "{phone}", "content": "【娘家】{text}"},
    }  # fmt: skip
    return open_channels({"sms": given | more})["SMS"]


def test_a_mail_arrives_in_utf_8_with_title_and_text(mailbox):
    assert mail(mailbox.port).send(address="lan@example.com", **SAID) is None
    [(receivers, message)] = mailbox.mails
    assert receivers == ["lan@example.com"] and message["Subject"] == SAID["title"]
    assert message.get_content().strip() == SAID["text"] and message.get_content_type() == "text/plain"
    assert "Apprise" not in str(message) and "niangjia@example.com" in message["From"]


@pytest.mark.parametrize(
    ("answer", "failure"),
    [("550 no such mailbox", Failure.REFUSED), ("451 try again later", Failure.BUSY), ("452 too many", Failure.BUSY)],
)
def test_a_mail_server_that_refuses_is_told_apart_from_one_that_is_busy(mailbox, answer, failure):
    mailbox.answers = [answer]
    assert mail(mailbox.port).send(address="lan@example.com", **SAID) is failure
    assert mailbox.mails == []


def test_a_mail_server_that_is_not_there_is_unreachable():
    assert mail(9).send(address="lan@example.com", **SAID) is Failure.UNREACHABLE


def test_dingtalk_gets_a_signed_text(gateway):
    robot = open_channels({"dingtalk": {"server": gateway.url}})["DINGTALK"]
    assert robot.send(address=f"{TOKEN} {SECRET}", **SAID) is None
    [asked] = gateway.asked
    parts = urlsplit(asked.path)
    query = {name: value for name, [value] in parse_qs(parts.query).items()}
    assert parts.path == "/robot/send" and query["access_token"] == TOKEN
    signed = hmac.new(SECRET.encode(), f"{query['timestamp']}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert query["sign"] == base64.b64encode(signed).decode()
    assert asked.json == {"msgtype": "text", "text": {"content": f"{SAID['title']}\n{SAID['text']}"}}


def test_without_a_server_of_its_own_dingtalk_and_wecom_are_asked_at_their_own_hosts(monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(
        apprise_channels.requests, "post", lambda url, **more: asked.append(url) or pytest.fail("not over a network")
    )
    for name, address in (("dingtalk", TOKEN), ("wecom", KEY)):
        with pytest.raises(pytest.fail.Exception):
            open_channels({name: {}})[name.upper()].send(address=address, **SAID)
    assert asked == [
        f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}",
        f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}",
    ]


def test_wecom_gets_the_same_text(gateway):
    robot = open_channels({"wecom": {"server": gateway.url}})["WECOM"]
    assert robot.send(address=KEY, **SAID) is None
    [asked] = gateway.asked
    assert asked.path == f"/cgi-bin/webhook/send?key={KEY}"
    assert asked.json["text"]["content"].endswith(SAID["text"])


@pytest.mark.parametrize(
    ("status", "answer", "failure"),
    [
        (200, '{"errcode": 310000, "errmsg": "sign not match"}', Failure.REFUSED),
        (200, '{"errcode": 130101, "errmsg": "send too fast"}', Failure.BUSY),
        (200, '{"errcode": 45009}', Failure.BUSY),
        (200, "<html>sign in to this network</html>", Failure.BUSY),
        (200, "[]", Failure.BUSY),
        (403, "", Failure.REFUSED),
        (502, "", Failure.BUSY),
        (302, "", Failure.REFUSED),
    ],
)
def test_a_robot_that_answers_200_has_not_therefore_taken_it(gateway, status, answer, failure):
    for name, address in (("dingtalk", TOKEN), ("wecom", KEY)):
        gateway.answers = [(status, answer)]
        robot = open_channels({name: {"server": gateway.url}})[name.upper()]
        assert robot.send(address=address, **SAID) is failure, name
    assert len(gateway.asked) == 2  # nobody was followed elsewhere


def test_a_text_message_is_what_the_configuration_describes(gateway):
    gateway.otherwise = (200, '{"code": "OK"}')
    assert sms(gateway.url, accepted={"field": "code", "value": "OK"}).send(address="13800000001", **SAID) is None
    [asked] = gateway.asked
    assert asked.path == "/send" and asked.headers["Authorization"] == "Bearer key-of-the-gateway"
    assert asked.json == {"to": "13800000001", "content": f"【娘家】{SAID['text']}"}


def test_a_text_message_as_a_form(gateway):
    assert sms(gateway.url, form="form").send(address="13800000001", **SAID) is None
    assert parse_qs(gateway.asked[0].body.decode())["to"] == ["13800000001"]


@pytest.mark.parametrize(
    ("status", "answer", "failure"),
    [
        (200, '{"code": "isv.MOBILE_NUMBER_ILLEGAL"}', Failure.REFUSED),
        (200, '{"code": "isv.BUSINESS_LIMIT_CONTROL"}', Failure.BUSY),
        (200, "not json", Failure.BUSY),
        (200, '["OK"]', Failure.BUSY),
        (400, "", Failure.REFUSED),
        (429, "", Failure.BUSY),
        (503, "", Failure.BUSY),
        (302, "", Failure.REFUSED),
    ],
)
def test_what_the_gateway_says_decides(gateway, status, answer, failure):
    gateway.answers = [(status, answer)]
    accepted = {"field": "code", "value": "OK", "busy": ["isv.BUSINESS_LIMIT_CONTROL"]}
    assert sms(gateway.url, accepted=accepted).send(address="13800000001", **SAID) is failure
    assert len(gateway.asked) == 1  # a number is not handed on to another address


def test_a_gateway_that_does_not_answer_is_a_timeout(gateway, monkeypatch):
    monkeypatch.setattr(sms_gateway, "TIMEOUT_SECONDS", 0.3)
    gateway.wait = threading.Event()
    assert sms(gateway.url).send(address="13800000001", **SAID) is Failure.TIMEOUT


def test_a_gateway_that_is_not_there_is_unreachable():
    assert sms("http://127.0.0.1:9").send(address="13800000001", **SAID) is Failure.UNREACHABLE


def test_no_log_holds_an_address_a_key_or_a_text(gateway, mailbox, capfd):
    """What the deployment's own handler, which stands on the root, writes when everything is turned up as far as it goes."""
    written, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    was = root.level
    root.addHandler(handler)
    root.setLevel(1)
    try:
        logging.getLogger("canary").warning("13912345678")  # the positive control
        mailbox.answers = ["", "550 5.1.1 <secret.name@example.com> unknown"]
        gateway.answers = [(200, '{"errcode": 0}'), (500, "13912345678 unknown"), (200, "{}")]
        for _ in range(2):
            mail(mailbox.port).send(address="secret.name@example.com", **SAID)
            open_channels({"dingtalk": {"server": gateway.url}})["DINGTALK"].send(address=f"{TOKEN} {SECRET}", **SAID)
        open_channels({"wecom": {"server": gateway.url}})["WECOM"].send(address=KEY, **SAID)
        sms(gateway.url).send(address="13912345678", **SAID)
    finally:
        root.removeHandler(handler)
        root.setLevel(was)
    assert "canary 13912345678" in written.getvalue()
    # urllib3 names at DEBUG the path it asks, which no deployment writes (its level is WARNING); mail.log is the receiver's own.
    ours = [
        line
        for line in written.getvalue().splitlines()
        if line.split()[0].partition(".")[0] not in ("canary", "urllib3", "mail")
    ]
    said = "\n".join(ours) + "".join(capfd.readouterr().out)
    canaries = ("secret.name@example.com", TOKEN, SECRET, KEY, "13912345678", SAID["text"])
    assert [canary for canary in canaries if canary in said] == []
    assert not [line for line in ours if line.startswith("apprise")]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"email": {"host": "mail.example.com", "security": "plain", "sender": "a@example.com"}}, "security"),
        ({"email": {"host": "mail.example.com"}}, "sender"),
        ({"email": {"host": "mail.example.com", "sender": "a@example.com", "passwort": "x"}}, "passwort"),
        ({"sms": {"url": "http://sms.example.com", "body": {"a": "{phone}{text}"}}}, "https"),
        ({"sms": {"url": "https://sms.example.com", "body": {"a": "{phone}"}}}, "{text}"),
        ({"dingtalk": {"server": "ftp://example.com"}}, "https"),
        ({"telegram": {}}, "telegram"),
    ],
)
def test_a_wrong_description_is_refused_in_words(given, said):
    with pytest.raises(WrongSetUp, match=said):
        open_channels(given)


def test_a_secret_comes_from_the_environment_first(gateway, monkeypatch):
    monkeypatch.setenv("NIANGJIA_MESSAGES_SMS_SECRET", "from-the-environment")
    sms(gateway.url).send(address="13800000001", **SAID)
    assert gateway.asked[0].headers["Authorization"] == "Bearer from-the-environment"


def test_without_channels_nothing_is_opened_and_links_are_left_out():
    assert open_channels({}) == {} and site_of({}) == ""
    assert site_of({"site": "https://help.example.gov.cn/"}) == "https://help.example.gov.cn"
    with pytest.raises(WrongSetUp):
        site_of({"site": "http://help.example.gov.cn"})
