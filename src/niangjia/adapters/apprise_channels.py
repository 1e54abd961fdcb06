"""
E-mail, DingTalk and WeCom through apprise.

Two things of apprise 2.2 are not taken as they are. It counts every answer 200 of DingTalk and WeCom as sent, though both say there
that they refused (`errcode`): the robots' `send` is ours, the address, the signature and the checks are apprise's. And it logs what
servers said, with the address: its log goes to `_Listener` alone, which keeps the code of a refusal and forgets the words.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import apprise
import requests
from apprise.exception import AppriseException
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.email.base import NotifyEmail
from apprise.plugins.wecombot import NotifyWeComBot

from niangjia.adapters.channel import Failure, Section, WrongSetUp

TIMEOUTS = (5, 10)  # seconds to connect, to answer

# Too much at once, or not now: DingTalk -1, 130101 (twenty a minute); WeCom -1, 45009 (rate), 45033 (at once), 6000 (busy).
_BUSY = {-1, 130101, 45009, 45033, 6000}
_SMTP_CODE = re.compile(r"(?<![0-9])([45][0-9]{2})(?![0-9])")


class _Listener(logging.Handler):
    """Hears what apprise logs while this thread sends, and keeps the class of a failure."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._heard = threading.local()

    def begin(self) -> None:
        self._heard.failure = None

    @property
    def failure(self) -> Failure:
        return getattr(self._heard, "failure", None) or Failure.UNREACHABLE

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if "timed out" in said:
            self._heard.failure = Failure.TIMEOUT
        elif ("Exception" in said or "was refused" in said) and (found := _SMTP_CODE.search(said)):
            self._heard.failure = Failure.REFUSED if found[1].startswith("5") else Failure.BUSY


_LISTENER = _Listener()
_LOG = logging.getLogger("apprise")
_LOG.handlers = [_LISTENER]
_LOG.propagate = False  # never into the deployment's own log: it names addresses
_LOG.setLevel(logging.DEBUG)

# No cache on disk, no plugins but its own, no "Apprise" in what people read.
_ASSET = apprise.AppriseAsset(app_id="Niangjia", app_desc="娘家", app_url="", async_mode=False)


@dataclass(frozen=True)
class Email:
    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str

    @classmethod
    def of(cls, given: Section) -> Email:
        """Raises WrongSetUp."""
        given.allow("host", "port", "security", "user", "password", "sender")
        host, security = given.text("host"), given.text("security", "starttls")
        is_here = host in ("127.0.0.1", "localhost", "::1")
        if security not in ("starttls", "ssl") and not (security == "plain" and is_here):
            raise WrongSetUp(
                given.where,
                "security 应为 starttls 或 ssl；plain 只限本机",
                "security is starttls or ssl; plain for this machine only",
            )
        port = given.values.get("port", 587 if security == "starttls" else 465)
        if type(port) is not int or not 0 < port < 65536:
            raise WrongSetUp(given.where, "port 应是端口号", "port is a port number")
        return cls(host, port, security, given.text("user", ""), given.secret("password"), given.text("sender"))

    def send(self, *, address: str, title: str, text: str) -> Failure | None:
        _LISTENER.begin()
        try:
            mail = NotifyEmail(
                secure=self.security != "plain",
                secure_mode="insecure" if self.security == "plain" else self.security,
                host=self.host,
                smtp_host=self.host,
                port=self.port,
                user=self.user or None,
                password=self.password or None,
                from_addr=self.sender,
                targets=[address],
                format="text",
                cto=TIMEOUTS[0],
                rto=TIMEOUTS[1],
                asset=_ASSET,
            )
        except AppriseException:
            return Failure.NOT_SET_UP
        if not mail.targets:
            return Failure.REFUSED
        return None if mail.notify(title=title, body=text) else _LISTENER.failure


class _Robot:
    """What DingTalk and WeCom share: a text as JSON to one URL, and an answer whose `errcode` counts."""

    request_timeout = TIMEOUTS
    failure: Failure | None = None

    def hand_over(self, url: str, payload: object, params: dict[str, str] | None = None) -> bool:
        try:
            answer = requests.post(
                url,
                data=json.dumps(payload, ensure_ascii=False).encode(),
                headers={"Content-Type": "application/json; charset=utf-8"},
                params=params,
                timeout=TIMEOUTS,
                allow_redirects=False,
            )
            self.failure = _weigh(answer)
        except requests.Timeout:
            self.failure = Failure.TIMEOUT
        except requests.RequestException:
            self.failure = Failure.UNREACHABLE
        return self.failure is None


def _weigh(answer: requests.Response) -> Failure | None:
    if answer.status_code != 200:
        return Failure.BUSY if answer.status_code in (408, 429) or answer.status_code >= 500 else Failure.REFUSED
    try:
        code = int(answer.json()["errcode"])
    except (ValueError, KeyError, TypeError):
        return Failure.BUSY  # not their answer: a proxy's page, perhaps
    if code == 0:
        return None
    return Failure.BUSY if code in _BUSY else Failure.REFUSED


class _DingTalkRobot(_Robot, NotifyDingTalk):
    def send(self, body: str, title: str = "", notify_type: Any = None, body_format: Any = None, **kwargs: Any) -> bool:
        params = None
        if self.secret:
            timestamp, signature = self.get_signature()
            params = {"timestamp": timestamp, "sign": unquote(signature)}  # it is quoted already; requests quotes it
        payload = {"msgtype": "text", "text": {"content": f"{title}\n{body}" if title else body}}
        return self.hand_over(self.notify_url.format(token=self.token), payload, params)


class _WeComRobot(_Robot, NotifyWeComBot):
    def send(self, body: str, title: str = "", notify_type: Any = None, body_format: Any = None, **kwargs: Any) -> bool:
        payload = {"msgtype": "text", "text": {"content": f"{title}\n{body}" if title else body}}
        return self.hand_over(self.notify_url.format(key=self.key), payload)


@dataclass(frozen=True)
class DingTalk:
    """Group robots. The address is a robot's key, and its secret after a blank. `server`: a way out other than DingTalk's own host."""

    server: str

    @classmethod
    def of(cls, given: Section) -> DingTalk:
        given.allow("server")
        return cls(given.address("server", "").rstrip("/"))

    def send(self, *, address: str, title: str, text: str) -> Failure | None:
        token, _, secret = address.partition(" ")
        try:
            robot = _DingTalkRobot(token=token, secret=secret or None, asset=_ASSET)
        except AppriseException:
            return Failure.REFUSED
        if self.server:
            robot.notify_url = f"{self.server}/robot/send?access_token={{token}}"
        return _told(robot, title, text)


@dataclass(frozen=True)
class WeCom:
    """Group robots. The address is a robot's key."""

    server: str

    @classmethod
    def of(cls, given: Section) -> WeCom:
        given.allow("server")
        return cls(given.address("server", "").rstrip("/"))

    def send(self, *, address: str, title: str, text: str) -> Failure | None:
        try:
            robot = _WeComRobot(key=address, asset=_ASSET)
        except AppriseException:
            return Failure.REFUSED
        if self.server:
            robot.notify_url = f"{self.server}/cgi-bin/webhook/send?key={{key}}"
        return _told(robot, title, text)


def _told(robot: _DingTalkRobot | _WeComRobot, title: str, text: str) -> Failure | None:
    return None if robot.notify(title=title, body=text) else robot.failure or Failure.UNREACHABLE
