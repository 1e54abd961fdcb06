"""
What was sent when its sitting had ended, or with an old token, is kept for who typed it, and stands in its form again.

Every form says in a signed field who had opened its page, on which post, at which address. What such a form sent and could not be taken lies
sealed in that browser's session for half an hour, for that account alone. It is only ever put back into the form: nothing is sent
by itself. Passwords, codes and files are not kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from niangjia.kernel.problems import Refusal
from niangjia.kernel.sealing import CannotOpen, keys_in
from niangjia.portals.design.refilling import NEVER_KEPT

FIELD = "origin"
KEPT_FOR = timedelta(minutes=30)
_THE_PAGES = frozenset({"csrfmiddlewaretoken", "seen", FIELD})
_KEPT = "kept"
_LONGEST = 256 * 1024  # characters; no form of ours comes near


class NotSentYet(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "刚才提交时登录已结束或页面已过期，所以没有生效。您填写的内容替您留着，已放回原处：请核对后再提交。密码、验证码和选好的文件没有留，须再填选。",
            "Your sitting had ended or the page had expired when you sent this, so nothing was done. What you typed was kept and stands in its place "
            "again: check it and send it once more. Passwords, codes and chosen files are never kept; give them anew.",
        )


@dataclass(frozen=True)
class Origin:
    """Who had opened the page of a form (`account_id` 0 = nobody signed in, `post_id` 0 = no post), and its address with query."""

    account_id: int
    post_id: int
    page: str


@dataclass(frozen=True)
class Kept:
    origin: Origin
    action: str
    posted: QueryDict


def origin_field(request: HttpRequest) -> str:
    """What the forms of this page carry. A page that came in answer to a form has the origin of that form's page."""
    viewer = getattr(request, "viewer", None)
    sent_from = read_origin(request) if request.method == "POST" else None
    page = sent_from.page if sent_from else page_of(request)
    return signing.dumps([viewer.account_id if viewer else 0, viewer.post_id if viewer else 0, page], salt=FIELD)


def read_origin(request: HttpRequest) -> Origin | None:
    """None if the form is from no page of ours, or of one that was opened longer ago than a sitting can last."""
    try:
        said = signing.loads(request.POST.get(FIELD, ""), salt=FIELD, max_age=settings.SESSION_COOKIE_AGE)
    except signing.BadSignature:
        return None
    return Origin(*said)


def page_of(request: HttpRequest) -> str:
    """The page asked for, or the one whose form was sent."""
    if request.method == "GET":
        return request.get_full_path()
    sent_from = urlsplit(request.headers.get("Referer", ""))
    return sent_from.path if sent_from.netloc == request.get_host() and sent_from.path else "/"


def keep(request: HttpRequest) -> str | None:
    """Keep what was posted; the address of the page where it will stand again. None, and nothing kept, unless a page of ours sent it as a page."""
    origin = read_origin(request) if request.method == "POST" else None
    user = getattr(request, "user", None)
    is_anothers = origin is not None and user is not None and user.is_authenticated and user.pk != origin.account_id
    if origin is None or is_anothers or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return None
    typed = {name: values for name, values in request.POST.lists() if name not in NEVER_KEPT | _THE_PAGES}
    text = json.dumps([request.path, typed], ensure_ascii=False)
    if len(text) > _LONGEST:
        return None
    sealed = keys_in(settings.KEYS_FOLDER).seal(text.encode(), _place(origin))
    request.session[_KEPT] = [origin.account_id, origin.post_id, origin.page, timezone.now().timestamp(), sealed.hex()]
    if user is None or not user.is_authenticated:
        request.session.set_expiry(int(KEPT_FOR.total_seconds()))
    return origin.page


def _place(origin: Origin) -> str:
    return f"session.{_KEPT}:{origin.account_id}:{origin.page}"


def find(request: HttpRequest) -> Kept | None:
    """What was kept for who asks for this very page; what is too old or another account's is forgotten on the way."""
    said = request.session.get(_KEPT)
    if not said:
        return None
    viewer = getattr(request, "viewer", None)
    origin, at = Origin(*said[:3]), said[3]
    if timezone.now().timestamp() - at > KEPT_FOR.total_seconds() or (
        viewer and viewer.account_id != origin.account_id
    ):
        forget(request)
        return None
    if (viewer.account_id if viewer else 0) != origin.account_id or request.get_full_path() != origin.page:
        return None
    try:
        action, typed = json.loads(keys_in(settings.KEYS_FOLDER).open(bytes.fromhex(said[4]), _place(origin)))
    except CannotOpen:  # the keys were changed meanwhile
        forget(request)
        return None
    posted = QueryDict(mutable=True)
    for name, values in typed.items():
        posted.setlist(name, values)
    return Kept(origin, action, posted)


def forget(request: HttpRequest) -> None:
    request.session.pop(_KEPT, None)


def waits(request: HttpRequest) -> bool:
    """Whether something is kept in this browser for who signs in."""
    return bool(request.session.get(_KEPT))


def hand_on(request: HttpRequest, account_id: int) -> None:
    """Somebody has signed in: what was kept for them goes with them, on the post on which it was typed; anybody else's is forgotten."""
    said = request.session.get(_KEPT)
    request.session.set_expiry(None)
    if said and said[0] == account_id and said[1]:
        request.session["post_id"] = said[1]
    elif said and said[0] != account_id:
        forget(request)
