"""Whatever is not done, as a problem by RFC 9457: what kind, why in both languages, what to do, and where in the request."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.defaults import bad_request, server_error
from ninja import Schema
from pydantic import Field

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.actions import TooManyTries
from niangjia.apps.accounts.types import Scope
from niangjia.apps.audit.actions import PersonalDataInAudit
from niangjia.apps.cases.forms import FormIncomplete
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.refusals import status_of

MEDIA_TYPE = "application/problem+json"
BUSY_SECONDS = 5


class Place(Schema):
    """Where in the request: `in` body, query, path or header; `pointer` as RFC 6901 inside it."""

    where: str = Field(alias="in", examples=["body"])
    pointer: str = Field(examples=["#/reason"])
    detail: str = Field(examples=["缺少此项"])
    detail_en: str = Field(examples=["This is missing"])


class Problem(Schema):
    """A problem by RFC 9457. `refusal` names the house's own refusal, for programs; `errors` where the request is wrong."""

    type: str = Field(examples=["urn:niangjia:problem:refused"])
    title: str
    title_en: str
    status: int
    detail: str = Field(description="说明与下一步 · what happened and what to do next")
    detail_en: str
    refusal: str = ""
    errors: list[Place] = []


@dataclass(frozen=True)
class Kind:
    status: int
    zh: str
    en: str
    advice_zh: str
    advice_en: str


KINDS = {
    "malformed": Kind(400, "请求无法读取", "The request cannot be read", "请求体须是 UTF-8 的 JSON 对象。", "The body must be a JSON object in UTF-8."),
    "key-missing": Kind(400, "缺少幂等键", "The idempotency key is missing", "请在 Idempotency-Key 中放一个新生成的 UUID；重试时用同一个。", "Put a fresh UUID into Idempotency-Key, and the same one to retry."),
    "token": Kind(401, "需要有效的令牌", "A valid token is needed", "请在 Authorization: Bearer 中带上令牌；在“登录与安全”签发。", "Send the token as Authorization: Bearer; issue one under “Sign-in and safety”."),
    "not-allowed": Kind(403, "岗位没有此项权限", "The post does not allow this", "请用有此权限的岗位签发的令牌。", "Use a token issued on a post that may."),
    "scope": Kind(403, "令牌没有此项范围", "The token lacks the scope", "请签发含此范围的令牌。", "Issue a token with that scope."),
    "owed": Kind(403, "持有人须先登录办一件事", "The holder has to sign in first", "请登录页面后再试。", "Sign in at the pages, then try again."),
    "not-found": Kind(404, "没有，或不在管辖范围内", "Not there, or outside your part of the tree", "请核对地址和编号。", "Check the address and the number."),
    "method": Kind(405, "此地址不接受这种方法", "The address does not take this method", "可用的方法在 Allow 中。", "Allow names those it takes."),
    "refused": Kind(409, "现在不能办理", "Not possible now", "请重新读取后再决定。", "Read it again, then decide."),
    "too-large": Kind(413, "请求体过大", "The body is too large", "请减少内容后再发。", "Send less."),
    "media-type": Kind(415, "请求体须是 JSON", "The body must be JSON", "请使用 Content-Type: application/json。", "Use Content-Type: application/json."),
    "invalid": Kind(422, "请求的内容有误", "The request is not right", "请按 errors 逐项更正。", "Correct what errors names."),
    "key-used": Kind(422, "幂等键已用于另一个请求", "The idempotency key was used for another request", "新的请求请用新的键。", "Take a new key for a new request."),
    "too-many": Kind(429, "调用过多", "Too many calls", "请按 Retry-After 的秒数等待后再试。", "Wait as many seconds as Retry-After says, then try again."),
    "busy": Kind(503, "系统正忙", "Too busy just now", "请按 Retry-After 的秒数等待后用同一个幂等键重试，不会重复办理。", "Wait as many seconds as Retry-After says, then retry with the same idempotency key: nothing is done twice."),
    "broken": Kind(500, "系统出错", "Something broke here", "没有办成任何事，可用同一个幂等键重试；仍不行请联系管理员。", "Nothing was done: retry with the same idempotency key; if it fails again, tell the administrator."),
}  # fmt: skip

_CONTENT = (PersonalDataInAudit, FormIncomplete)


class ScopeMissing(Refusal):
    def __init__(self, scope: Scope) -> None:
        super().__init__(
            f"此令牌没有范围 {scope}。请签发含此范围的令牌。",
            f"This token lacks the scope {scope}. Issue one that has it.",
        )


class Wrong(Exception):
    """A problem that is no refusal of the house: `code` of `KINDS`, and where the request is wrong."""

    def __init__(self, code: str, errors: Iterable[Mapping[str, str]] = ()) -> None:
        super().__init__(code)
        self.code, self.errors = code, list(errors)


def at(where: str, pointer: str, zh: str, en: str) -> dict[str, str]:
    return {"in": where, "pointer": pointer, "detail": zh, "detail_en": en}


def answer(
    code: str, *, zh: str = "", en: str = "", refusal: str = "", errors: Iterable[Mapping[str, str]] = ()
) -> HttpResponse:
    kind = KINDS[code]
    said: dict[str, Any] = {
        "type": f"urn:niangjia:problem:{code}",
        "title": kind.zh,
        "title_en": kind.en,
        "status": kind.status,
        "detail": zh or kind.advice_zh,
        "detail_en": en or kind.advice_en,
        "refusal": refusal,
        "errors": list(errors),
    }
    response = HttpResponse(json.dumps(said, ensure_ascii=False), status=kind.status, content_type=MEDIA_TYPE)
    if kind.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def broken(request: HttpRequest, template_name: str = "500.html") -> HttpResponse:
    """Our own errors: a problem to a program, the page to a person. The cause is in the log alone."""
    if is_busy(sys.exc_info()[1]):
        return busy(request)
    return answer("broken") if request.path.startswith("/api/") else server_error(request, template_name)


def bad(request: HttpRequest, exception: Exception, template_name: str = "400.html") -> HttpResponse:
    """What cannot be read as a request; a session that could not be kept for the database was busy is none of these."""
    return busy(request) if is_busy(exception) else bad_request(request, exception, template_name)


def busy(request: HttpRequest) -> HttpResponse:
    """Others kept the database for longer than we wait: no error of the house or of the request."""
    response = answer("busy") if request.path.startswith("/api/") else server_error(request, "503.html")
    response.status_code, response.headers["Retry-After"] = 503, str(BUSY_SECONDS)
    return response


def is_busy(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, OperationalError):
        error = error.__cause__ or error.__context__
    code = getattr(error.__cause__, "sqlite_errorcode", sqlite3.SQLITE_BUSY) if error else sqlite3.SQLITE_OK
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def of_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if isinstance(refusal, TooManyTries):
        response = answer("too-many", refusal="TooManyCalls")
        response.headers["Retry-After"] = str(int(refusal.window.total_seconds()))
        return response
    return answer(
        code_of(refusal), zh=refusal.zh, en=refusal.en, refusal=type(refusal).__name__, errors=_places_of(refusal)
    )  # fmt: skip


def code_of(refusal: Refusal) -> str:
    """The kind of problem that a refusal of the house is."""
    own: dict[type[Refusal], str] = {
        accounts.TokenRefused: "token", accounts.OwesSomething: "owed", accounts.KeyUsedBefore: "key-used", ScopeMissing: "scope",
    }  # fmt: skip
    if type(refusal) in own:
        return own[type(refusal)]
    if isinstance(refusal, _CONTENT):
        return "invalid"
    return {403: "not-allowed", 404: "not-found"}.get(status_of(refusal), "refused")


def _places_of(refusal: Refusal) -> list[dict[str, str]]:
    if isinstance(refusal, FormIncomplete):
        return [at("body", f"#/form/{name}", zh, en) for name, zh, en in refusal.problems]
    return []


_SAID = {
    "missing": ("缺少此项", "This is missing"),
    "extra_forbidden": ("没有这一项", "There is no such item"),
    "enum": ("不在可选值中", "Not one of the values"),
    "literal_error": ("不在可选值中", "Not one of the values"),
    "string_pattern_mismatch": ("格式不对", "Not in the right form"),
    "string_too_short": ("太短", "Too short"),
    "string_too_long": ("太长", "Too long"),
    "greater_than_equal": ("太小", "Too small"),
    "less_than_equal": ("太大", "Too large"),
    "too_long": ("项数太多", "Too many items"),
}


def of_validation(errors: Iterable[Mapping[str, Any]]) -> HttpResponse:
    """What does not fit the shapes, by place; the idempotency key that is missing is told apart, as it is asked for apart."""
    places = []
    for error in errors:
        where, *path = (str(part) for part in error["loc"])
        if where == "header" and error["type"] == "missing":
            return answer("key-missing")
        # The first part under the body is the name that the parameter has in our code.
        inside = path[1:] if where == "body" else path[-1:]
        zh, en = _SAID.get(error["type"], ("不能读作此项应有的值", str(error["msg"])))
        places.append(at(where, pointer(*inside), zh, en))
    return answer("invalid", errors=places)


def pointer(*parts: str) -> str:
    """
    As RFC 6901 writes it.

    >>> pointer("form", "a/b")
    '#/form/a~1b'
    """
    return "#/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in parts)
