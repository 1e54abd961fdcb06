"""Chinese on an English page says that it is Chinese: names, unions, places and quoted clauses are then read out and spelt as what they are."""

from __future__ import annotations

import re

from django.utils.translation import get_language

_TAG = re.compile(r"(<[^>]+>)")
_RUN = re.compile(r"[㐀-鿿](?:[0-9\u3000-\u303f\uff00-\uffef㐀-鿿*·、“”]*[㐀-鿿）》」*])?")
_CLOSED = {"script", "style", "textarea", "title", "svg"}  # no element can stand in these
_NAME = re.compile(r"</?([a-zA-Z0-9]+)")


def marks_chinese() -> bool:
    return not (get_language() or "zh").startswith("zh")


def mark_chinese(html: str) -> str:
    """
    The page with each run of Chinese between its tags in a ``<span lang="zh-Hans">``; an option, which can hold none, says it itself.

    >>> mark_chinese('<p>of 新昌县总工会</p>')
    '<p>of <span lang="zh-Hans">新昌县总工会</span></p>'
    """
    parts, closed = _TAG.split(html), ""
    for place, part in enumerate(parts):
        if place % 2:
            found = _NAME.match(part)
            name = found[1].lower() if found else ""
            if name in _CLOSED and not part.endswith("/>") and closed in ("", name):
                closed = "" if part.startswith("</") else name
            elif (
                name == "option" and not part.startswith("</") and _RUN.search(parts[place + 1]) and "lang=" not in part
            ):
                parts[place] = f'{part[:-1]} lang="zh-Hans">'
        elif not closed and max(part, default="") >= "㐀":
            is_option = place > 0 and parts[place - 1].startswith("<option")
            parts[place] = part if is_option else _RUN.sub(r'<span lang="zh-Hans">\g<0></span>', part)
    return "".join(parts)
