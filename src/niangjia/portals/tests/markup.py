"""What is wrong with a page's markup, in words: for tests of pages that nobody looks at one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
MASKED, PLACE = r"[\u4e00-\u9fff]\*+", r"[\u4e00-\u9fff]{1,8}(?:省|市|县|区|街道|镇|乡)"
SPOKEN = {"aria-label", "title", "placeholder", "alt", "content"}
SVG_LEAVES = {"path", "rect", "circle", "polygon", "use"}


def faults(html: str) -> list[str]:
    """
    Tags that do not close, headings out of order, ids twice, references to nothing, controls without a name, requests to another host,
    scripts and styles in the page itself (a style element that a static page's policy names by hash is the caller's to allow).
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.wanted: list[str] = []
        self.labels: set[str] = set()
        self.controls: list[tuple[str, dict[str, str]]] = []
        self.in_label = 0
        self.text_of_button: list[str] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self._look(tag, given)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "label":
            self.in_label += 1
            self.labels.add(given.get("for", ""))
        if tag == "button":
            self.text_of_button = [given.get("aria-label", "")]

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._look(tag, {name: value or "" for name, value in attributes})

    def handle_data(self, data: str) -> None:
        if self.text_of_button is not None:
            self.text_of_button.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> closes {self.open[-1] if self.open else 'nothing'} (line {self.getpos()[0]})")
            while self.open and self.open[-1] != tag:
                self.open.pop()
        if self.open:
            self.open.pop()
        if tag == "label":
            self.in_label -= 1
        if tag == "button" and self.text_of_button is not None:
            if not "".join(self.text_of_button).strip():
                self.wrong.append("a button without words")
            self.text_of_button = None

    def _look(self, tag: str, given: dict[str, str]) -> None:
        if heading := re.fullmatch(r"h([1-6])", tag):
            self.levels.append(int(heading[1]))
        if "id" in given:
            self.ids.append(given["id"])
        for name in ("aria-labelledby", "aria-describedby", "for"):
            self.wanted += given.get(name, "").split()
        if given.get("href", "").startswith("#") and tag == "a":
            self.wanted.append(given["href"][1:])
        for name in ("src", "href", "action", "formaction", "poster", "data"):
            if re.match(r"(?:[a-z]+:)?//", given.get(name, "")) or given.get(name, "").startswith("javascript:"):
                self.wrong.append(f"{tag} leads to another host: {given[name]}")
        if "style" in given or any(name.startswith("on") for name in given):
            self.wrong.append(f"{tag} carries its own style or script")
        if tag == "script" and "src" not in given:
            self.wrong.append("a script in the page")
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            named = given.get("aria-label") or given.get("aria-labelledby") or self.in_label
            if not named:
                self.controls.append((tag, given))

    def found(self) -> list[str]:
        wrong = [*self.wrong, *(f"<{tag}> is never closed" for tag in self.open if tag not in ("html", "body"))]
        if self.levels.count(1) != 1:
            wrong.append(f"{self.levels.count(1)} h1")
        wrong += [
            f"h{after} behind h{before}"
            for before, after in zip(self.levels, self.levels[1:], strict=False)
            if after > before + 1
        ]
        wrong += [f"id twice: {one}" for one in set(self.ids) if self.ids.count(one) > 1]
        wrong += [f"nothing has the id {one}" for one in set(self.wanted) - set(self.ids)]
        wrong += [
            f"no label: {tag} {given.get('name')}"
            for tag, given in self.controls
            if given.get("id", "-") not in self.labels
        ]
        return wrong


def chinese(html: str, data: Iterable[str] = ()) -> list[str]:
    """
    What of a page a reader of English could not read: texts and spoken names in Chinese, but for those marked as Chinese, places, masked
    names of people, and `data`, names that nobody translates.
    """
    reader = _Words()
    reader.feed(html)
    reader.close()
    names = re.compile("|".join([*map(re.escape, sorted(data, key=len, reverse=True)), MASKED, PLACE]))
    return [said for said in reader.said if CHINESE.search(names.sub("", said))]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.open: list[tuple[str, bool]] = []  # tag, whether it is marked as Chinese

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        is_chinese = given.get("lang", "").startswith("zh") or bool(
            self.open and self.open[-1][1] and "lang" not in given
        )
        if not is_chinese:
            said = {name: value for name, value in given.items() if name in SPOKEN or name.startswith("data-word")}
            self.said += [value for name, value in said.items()]
        if tag not in VOID:
            self.open.append((tag, is_chinese))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self.open and (self.open[-1][1] or self.open[-1][0] in ("script", "style"))):
            self.said.append(" ".join(data.split()))
