"""What was typed into a form stands in it again when its page comes back: for every form of every page, by its address."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from django.http import QueryDict
from django.utils.translation import gettext as _

from niangjia.portals.design import words

_OWN = {
    "csrfmiddlewaretoken",
    "seen",
    "origin",
    "step",
    "key",
    "version",
}  # the page's, not the person's: the new page has its own
NEVER_KEPT = frozenset({"password", "old", "new", "again", "code", "secret", "answer"})
"""Fields that open an account, and so are neither kept nor shown again."""
_TICKED = {"checkbox", "radio"}
_NOT_FILLED = {"hidden", "submit", "button", "reset", "image", "file", "password"}


@dataclass
class _Form:
    action: str
    folds: list[tuple[int, int, str]]  # start, end and text of the tags of the details around it
    hidden: dict[str, str] = field(default_factory=dict)
    edits: list[tuple[int, int, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects the edits that each form asked for needs, by place in the text."""

    def __init__(self, text: str, action: str, posted: QueryDict) -> None:
        super().__init__(convert_charrefs=True)
        self.action, self.posted = action, posted
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.forms: list[_Form] = []
        self.form: _Form | None = None
        self.folds: list[tuple[int, int, str]] = []
        self.choice: list[str] | None = None  # values posted for the select being read
        self.area: tuple[int, str] | None = None  # where a textarea's text begins, and what goes there
        self.taken: dict[str, int] = {}
        self.feed(text)

    def _here(self) -> int:
        line, column = self.getpos()
        return self.starts[line - 1] + column

    def _edit(self, text: str) -> None:
        if self.form is not None:
            start = self._here()
            self.form.edits.append((start, start + len(self.get_starttag_text() or ""), text))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "details":
            start = self._here()
            text = self.get_starttag_text() or ""
            self.folds.append((start, start + len(text), text))
        elif tag == "form":
            action = (said.get("action") or self.action).partition("?")[0]  # none: the address of the page itself
            is_it = action == self.action and said.get("method") == "post"
            self.form = _Form(self.action, list(self.folds)) if is_it else None
            self.taken = {}
            if self.form:
                self.forms.append(self.form)
        elif self.form is not None:
            self._control(tag, said, attrs)

    def _next(self, name: str) -> str | None:
        """The next value posted under the name: of several fields of one name each has its own."""
        values = self.posted.getlist(name)
        place = self.taken.get(name, 0)
        self.taken[name] = place + 1
        return values[place] if place < len(values) else None

    def _control(self, tag: str, said: dict[str, str | None], attrs: list[tuple[str, str | None]]) -> None:
        name, kind = said.get("name") or "", (said.get("type") or "text").lower()
        if tag == "option" and self.choice is not None:
            self._edit(_tag(tag, attrs, "selected", said.get("value") in self.choice))
        elif not name or name in _OWN | NEVER_KEPT:
            return
        elif tag == "select":
            self.choice = self.posted.getlist(name) if name in self.posted else None
        elif tag == "textarea":
            value = self._next(name)
            if value is not None:
                self.area = (self._here() + len(self.get_starttag_text() or ""), value)
        elif tag == "input" and kind == "hidden" and self.form is not None:
            self.form.hidden[name] = said.get("value") or ""
        elif tag == "input" and kind in _TICKED:
            self._edit(_tag(tag, attrs, "checked", (said.get("value") or "on") in self.posted.getlist(name)))
        elif tag == "input" and kind not in _NOT_FILLED and (value := self._next(name)) is not None:
            self._edit(_tag(tag, attrs, "value", value))

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self.folds:
            self.folds.pop()
        elif tag == "form":
            self.form = None
        elif tag == "select":
            self.choice = None
        elif tag == "textarea" and self.area is not None:
            if self.form is not None:  # a line break right after the tag is not part of the text
                self.form.edits.append((self.area[0], self._here(), "\n" + escape(self.area[1])))
            self.area = None


def _tag(tag: str, attrs: Sequence[tuple[str, str | None]], name: str, value: str | bool) -> str:
    """The tag written anew with this attribute: text, or there or not."""
    kept: list[tuple[str, str | None]] = [pair for pair in attrs if pair[0] != name]
    if value is not False:
        kept.append((name, None if value is True else str(value)))
    return f"<{tag} " + " ".join(one if said is None else f'{one}="{escape(said)}"' for one, said in kept) + ">"


def refill(text: str, action: str, posted: QueryDict) -> tuple[str, bool]:
    """
    The page with what was posted to `action` in the form that posts there, its folds opened; whether there is such a form. A form without
    an address posts to its page's.

    Of several forms with one address it is the one whose hidden values are those posted.
    """
    reader = _Reader(text, action, posted)
    own = [one for one in reader.forms if all(posted.get(name) == value for name, value in one.hidden.items())]
    if not own:
        return text, False
    form = own[0]
    opened = [(start, end, said[:-1] + " open>") for start, end, said in form.folds if not re.search(r"\sopen\b", said)]
    for start, end, said in sorted([*form.edits, *opened], reverse=True):
        text = text[:start] + said + text[end:]
    return text, True


def typed(posted: Mapping[str, object]) -> list[tuple[str, str]]:
    """What a person wrote, with what it was for, to be shown where the form is no longer on the page; choices and ids are left out."""
    found = []
    for name, value in posted.items():
        said = str(value).strip()
        if (
            name in _OWN | NEVER_KEPT
            or not said
            or (name not in words.WORDS["field"] and re.fullmatch(r"[\w.,:+/-]*", said, re.A))
        ):
            continue
        label = words.WORDS["field"].get(name)
        found.append((str(label[0]) if label else _("填写的内容"), said))
    return found
