"""
Text messages through any gateway that takes one HTTPS request a message: what it wants to be sent stands in the configuration.

Aliyun, Tencent and the operators each sign requests in their own way; unions reach them through a gateway of the government's cloud or
of a vendor, and each of those is one URL, a key and three names of fields.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode

from niangjia.adapters.channel import Failure, Section, WrongSetUp

TIMEOUT_SECONDS = 10
_MOST_BYTES = 64 * 1024
_PARTS = ("phone", "text", "secret")


class _StayHere(request.HTTPRedirectHandler):
    """A number is not handed on to another host because the gateway says so."""

    def redirect_request(
        self, req: request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


_OPENER = request.build_opener(_StayHere)


@dataclass(frozen=True)
class SmsGateway:
    """
    `body` and `headers` may hold ``{phone}``, ``{text}`` and ``{secret}``. `field` of the JSON answer must be `value`, or one of `busy`,
    which are tried again; empty = every 2xx counts.
    """

    url: str
    body: Mapping[str, str]
    headers: Mapping[str, str]
    secret: str
    is_form: bool
    field: str
    value: str
    busy: tuple[str, ...]

    @classmethod
    def of(cls, given: Section) -> SmsGateway:
        """Raises WrongSetUp."""
        given.allow("url", "body", "headers", "secret", "form", "accepted")
        body, headers = (_texts(given, name) for name in ("body", "headers"))
        if not any("{phone}" in value for value in body.values()) or not any(
            "{text}" in value for value in body.values()
        ):
            raise WrongSetUp(given.where, "body 里要有 {phone} 和 {text}", "body must hold {phone} and {text}")
        form = given.text("form", "json")
        if form not in ("json", "form"):
            raise WrongSetUp(given.where, "form 应为 json 或 form", "form is json or form")
        accepted = given.values.get("accepted", {})
        return cls(
            url=given.address("url"),
            body=body,
            headers=headers,
            secret=given.secret("secret"),
            is_form=form == "form",
            field=str(accepted.get("field", "")),
            value=str(accepted.get("value", "")),
            busy=tuple(str(value) for value in accepted.get("busy", ())),
        )

    def send(self, *, address: str, title: str, text: str) -> Failure | None:
        parts = dict(zip(_PARTS, (address, text.replace("\n", " "), self.secret), strict=True))
        body = {name: _filled(value, parts) for name, value in self.body.items()}
        data = urlencode(body) if self.is_form else json.dumps(body, ensure_ascii=False)
        kind = "application/x-www-form-urlencoded" if self.is_form else "application/json"
        headers = {"Content-Type": f"{kind}; charset=utf-8"} | {
            name: _filled(value, parts) for name, value in self.headers.items()
        }
        try:
            asked = request.Request(self.url, data=data.encode(), headers=headers, method="POST")
            with _OPENER.open(asked, timeout=TIMEOUT_SECONDS) as answer:
                return self._weigh(answer.read(_MOST_BYTES))
        except HTTPError as error:
            return Failure.BUSY if error.code in (408, 425, 429) or error.code >= 500 else Failure.REFUSED
        except TimeoutError:
            return Failure.TIMEOUT
        except URLError as error:
            return Failure.TIMEOUT if isinstance(error.reason, socket.timeout) else Failure.UNREACHABLE
        except (OSError, HTTPException):
            return Failure.UNREACHABLE

    def _weigh(self, answer: bytes) -> Failure | None:
        if not self.field:
            return None
        try:
            said = json.loads(answer)
            got = str(said[self.field])
        except (ValueError, KeyError, TypeError):
            return Failure.BUSY  # not the gateway's own answer: something before it, that may pass
        if got == self.value:
            return None
        return Failure.BUSY if got in self.busy else Failure.REFUSED


def _texts(given: Section, name: str) -> dict[str, str]:
    table: Any = given.values.get(name, {})
    if not isinstance(table, Mapping) or not all(isinstance(value, str) for value in table.values()):
        raise WrongSetUp(given.where, f"{name} 应是一张文字的表", f"{name} must be a table of texts")
    return dict(table)


def _filled(text: str, parts: Mapping[str, str]) -> str:
    """
    Each part once, from the left: what stands in one is never taken for another.

    >>> _filled("{phone}:{text}", {"phone": "1", "text": "{phone}", "secret": ""})
    '1:{phone}'
    """
    place = min((text.find(f"{{{name}}}") for name in parts if f"{{{name}}}" in text), default=-1)
    if place < 0:
        return text
    name = text[place + 1 :].partition("}")[0]
    return text[:place] + parts[name] + _filled(text[place + len(name) + 2 :], parts)
