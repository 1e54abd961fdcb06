"""A request as our views get it: who asks is known, and what a page is to show once rides along."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from niangjia.apps.accounts.types import PostCard, Viewer
from niangjia.kernel.problems import Refusal

_LONGEST = 18  # digits that the database's largest whole number always holds


def whole(text: str, otherwise: int = 0) -> int:
    """
    The id or number that `text` is, else `otherwise`: whatever is typed into a request, nothing breaks.

    >>> whole("12"), whole("²"), whole("-1"), whole("9" * 5000), whole("")
    (12, 0, 0, 0, 0)
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST else otherwise


def address_of(request: HttpRequest) -> str:
    """
    The network address that asks, to count by: behind our own proxy the one that the proxy saw, which it put last.

    An IPv6 address counts as its /64: one line has that many.
    """
    said = request.META.get("REMOTE_ADDR", "")
    if settings.IS_BEHIND_PROXY:
        said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or said
    try:
        address = ip_address(said)
    except ValueError:
        return said[:45]
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((address, 64), strict=False))
    return str(address)


# The first that is found: browsers name their ancestors too.
_SYSTEMS = (("HarmonyOS", "HarmonyOS"), ("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Mac OS X", "Mac"), ("Linux", "Linux"))  # fmt: skip
_BROWSERS = (("DingTalk", "钉钉"), ("MicroMessenger", "微信"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip


def device_of(request: HttpRequest) -> str:
    """Roughly what asks, as its owner would know it; empty if it says nothing known. It is what the browser says, no proof."""
    said = request.headers.get("User-Agent", "")
    parts = (next((name for mark, name in known if mark in said), "") for known in (_SYSTEMS, _BROWSERS))
    return " · ".join(part for part in parts if part)


class PageRequest(HttpRequest):
    """
    Set by `pages.page` before the view runs. `viewer` and `post_card` are null on a public page without a session.

    `unread_count` are the viewer's messages, `seq` the number of the newest event of the audit chain, both as the request came in.
    `shown` is what `staleness.watch` said the page shows. `refusal`, `kept` (what was typed into a form that is no longer there), `opened`, `opened_form`, `opened_file`, `opened_address`, `opened_visit`, `report` and `form` are set by a step whose outcome its page shows once.
    """

    viewer: Viewer
    posts: tuple[PostCard, ...]
    post_card: PostCard | None
    has_second_factor: bool | None
    unread_count: int
    seq: int | None
    refusal: Refusal | None
    shown: tuple[int, list[str]] | None
    kept: list[tuple[str, str]]
    opened: dict[str, object]
    opened_form: list[Any]
    opened_file: list[Any]
    opened_address: str
    opened_visit: int
    report: Any
    form: Any
