"""The forms of a page, and nonsense to type into them: for tests of pages that answer in words whatever they are sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile

GARBAGE = (
    "", " ", "²", "٣", "-1", "0", "9" * 30, "1e400", "NaN", "1,5", "0.001", "-0.01", "1000000000000.00", "2026-02-30", "0001-01-01", "9999-12-31",
    "2026-13", "9999-12", "0001-01", "2026-11-28T25:00", "a\x00b", "<b>\"'&", "王" * 3000, "😀", "x", "../..", "https://elsewhere.example/", "null", "[]", "{}", "a\nb",
    "110101199003077758", "%00", "true",
)  # fmt: skip
FILES = (b"", b"PK\x03\x04junk", b"\xff\xd8\xff", "姓名,身份证\n王,1\n".encode("gbk"), bytes(range(256)))
FILE_NAMES = ("a.xlsx", "b.jpg", "c.csv", "d.pdf", "王.zip")
KEPT = ("hidden", "button")


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """Type and the values that it offers."""

    def filled(self, random: Random) -> dict[str, object]:
        """As a hand would that types nonsense: what is hidden stays four times of five, a field is left as it stands one time of five."""
        typed: dict[str, object] = {}
        for name, (kind, offered) in self.fields.items():
            if kind == "file":
                typed[name] = SimpleUploadedFile(random.choice(FILE_NAMES), random.choice(FILES))
            elif offered and random.random() < (0.8 if kind in KEPT else 0.2):
                typed[name] = random.choice(offered)
            else:
                typed[name] = random.choice(GARBAGE)
        return typed


def forms(html: str) -> list[Form]:
    reader = _Forms()
    reader.feed(html)
    return reader.found


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Form] = []
        self.is_inside = False
        self.chosen = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.found.append(Form(given.get("action", ""), given.get("method", "get").lower()))
            self.is_inside = True
        elif self.is_inside and tag in ("input", "select", "textarea", "button") and given.get("name"):
            self.chosen = given["name"]
            kind = given.get("type", "text") if tag == "input" else tag
            _, offered = self.found[-1].fields.setdefault(self.chosen, (kind, []))
            if tag in ("input", "button"):
                offered.append(given.get("value", ""))
        elif self.is_inside and tag == "option" and self.chosen:
            self.found[-1].fields[self.chosen][1].append(given.get("value", ""))

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
