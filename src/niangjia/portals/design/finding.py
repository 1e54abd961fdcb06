"""The finder's pages: a start, one question a page, the answers of every programme. Shared by the public and the worker's portal.

Nothing is stored: area, topics and answers travel in the form from page to page, never in an address, a session or a log.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.organizations import areas
from niangjia.apps.programs import published
from niangjia.apps.programs.published import Published
from niangjia.engines.policy import worded
from niangjia.engines.policy.explain import Step
from niangjia.engines.policy.finder import Finder, Finding
from niangjia.engines.policy.finder.finding import ORDER, is_for_people, is_help
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.published import describe
from niangjia.engines.policy.published.described import Statement
from niangjia.engines.policy.published.wording import plain
from niangjia.engines.policy.vocabulary import Fact
from niangjia.kernel.days import NotADay, read_day
from niangjia.portals.design.marks import bracketed
from niangjia.portals.design.program_pages import BringTold, address_of, language_now, listed, tag
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show

KEEP_SECONDS = 1800
NOT_KNOWN = ""
NONE = "-"  # "none of these"
_MOST_ASKED = 400


class Unreadable(Exception):
    """What was typed is no answer to the question; the message says what would be."""


@dataclass
class Answers:
    """What the form carries. `values`: fact → what was typed, empty = "I don't know"; `asked`: facts in the order they were asked."""

    area: str = ""
    topics: tuple[str, ...] = ()
    trouble: str = ""
    values: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    given: tuple[str, ...] = ()

    def said(self, word: str) -> list[str]:
        """Facts that were answered with "I don't know" or "none of these"."""
        return [name for name, text in self.values.items() if text == word]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Fields for the next page's form."""
        found = [("area", self.area), ("asked", ",".join(self.asked)), ("given", ",".join(self.given))]
        found += [("topic", topic) for topic in self.topics] + ([("trouble", self.trouble)] if self.trouble else [])
        return found + [(f"v-{name}", text) for name, text in self.values.items()]


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Result:
    """One programme's answer as the page shows it."""

    finding: Finding
    href: str
    amount: str
    at_least: str
    depends_on: str
    waits: str
    missing: tuple[tuple[str, str], ...]
    because: tuple[Step, ...]
    aside: str
    lines: tuple[str, ...]
    tags: str
    caps: str
    bring: tuple[BringTold, ...]
    entry: str
    apply: str

    @property
    def title(self) -> str:
        return self.finding.explanation.title


class FinderPages:
    """
    One request. `address`: where the forms go; `leave`: where clearing leads; `home`: the division whose counties can be chosen.

    `known`: what the registry says of whoever is signed in, fact → value; `area`: chosen beforehand; `used`: what they were granted
    before of the caps of these packs; `offered`: programmes that this reader can apply for.
    """

    def __init__(
        self,
        request: PageRequest,
        *,
        address: str,
        leave: str,
        frame: str,
        home: str,
        area: str = "",
        known: Mapping[str, object] | None = None,
        apply_address: str = "",
        offered: frozenset[str] | set[str] = frozenset(),
        used: Callable[[Iterable[Pack]], Mapping[str, Mapping[str, object]]] | None = None,
    ) -> None:
        self.request = request
        self.address = address
        self.leave = leave
        self.frame = frame
        self.home = home
        self.area = area
        self.registry = {name: value for name, value in (known or {}).items() if value not in (None, "")}
        self.apply_address = apply_address
        self.offered = offered
        self.used = used
        self.asof = timezone.localdate()
        self.wording = published.wording()
        self.language = language_now()

    # — the request —

    def respond(self) -> HttpResponse:
        if self.request.method != "POST":
            return self._start(Answers(area=self.area))
        go = self.request.POST.get("go", "next")
        if go == "leave":
            response: HttpResponse = redirect(self.leave)
            response.headers["Clear-Site-Data"] = '"cache"'
            return response
        answers = self._read()
        if go == "restart" or not answers.area:
            return self._start(answers, wrong=go == "start" and not answers.area)
        if go == "start":
            self._take_from_registry(answers)
        elif go.startswith("change:") and go[7:] in self.finder(answers).facts:
            return self._question(answers, self.finder(answers).facts[go[7:]])
        elif go == "back":
            return self._back(answers)
        elif go == "results":
            return self._results(answers)
        elif (name := self.request.POST.get("now", "")) in self.finder(answers).facts:
            fact = self.finder(answers).facts[name]
            try:
                answers.values[name] = NOT_KNOWN if go == "skip" else self._text(fact, self._typed(fact))
            except Unreadable as wrong:
                return self._question(answers, fact, wrong=str(wrong))
            if name not in answers.asked and name not in answers.given:
                answers.asked.append(name)
        return self._go_on(answers)

    def _go_on(self, answers: Answers) -> HttpResponse:
        first = next((one.programs for one in self.wording.troubles if one.id == answers.trouble), ())
        following = self.finder(answers).next(self.known(answers), answers.said(NOT_KNOWN), answers.said(NONE), first)
        if following is None or len(answers.asked) >= _MOST_ASKED:
            return self._results(answers)
        return self._question(answers, following.fact, left=following.left, open_programs=following.open)

    def _back(self, answers: Answers) -> HttpResponse:
        """To the question before this one; its answer stands there to be changed."""
        now = self.request.POST.get("now", "")
        place = answers.asked.index(now) if now in answers.asked else len(answers.asked)
        if place == 0:
            return self._start(answers)
        name = answers.asked[place - 1]
        if name not in self.finder(answers).facts:
            return self._start(answers)
        return self._question(answers, self.finder(answers).facts[name])

    # — what the form carries —

    def _read(self) -> Answers:
        sent = self.request.POST
        area = sent.get("area", "")
        answers = Answers(area=area if area in self.area_codes else "", topics=tuple(sent.getlist("topic")[:40]))
        answers.trouble = sent.get("trouble", "")[:40]
        if not answers.area:
            return answers
        facts = self.finder(answers).facts
        for name, fact in facts.items():
            text = sent.get(f"v-{name}")
            if text is None:
                continue
            try:
                answers.values[name] = NOT_KNOWN if text == NOT_KNOWN else self._text(fact, text)
            except Unreadable:
                continue  # not from our own pages
        answers.asked = [name for name in sent.get("asked", "").split(",")[:_MOST_ASKED] if name in answers.values]
        answers.given = tuple(name for name in sent.get("given", "").split(",")[:_MOST_ASKED] if name in answers.values)
        return answers

    def _take_from_registry(self, answers: Answers) -> None:
        facts = self.finder(answers).facts
        for name, value in self.registry.items():
            if name in facts and name not in answers.values:
                try:
                    answers.values[name] = text_of(facts[name], _typed_form(value))
                except Unreadable:
                    continue  # the registry knows it otherwise than the programmes ask
                answers.given += (name,)

    def _text(self, fact: Fact, typed: str) -> str:
        """Raises Unreadable."""
        question = self.wording.question(fact)
        return (
            NONE if typed == NONE and question.none else text_of(fact, typed, self.asof if question.is_past else None)
        )

    def _typed(self, fact: Fact) -> str:
        sent = self.request.POST
        if fact.kind == "date":
            parts = [sent.get(f"value-{part}", "").strip() for part in ("y", "m", "d")]
            return "-".join(parts) if any(parts) else ""
        return sent.get("value", "")

    def known(self, answers: Answers) -> dict[str, object]:
        facts = self.finder(answers).facts
        told = {
            name: value_of(facts[name], text) for name, text in answers.values.items() if text not in (NOT_KNOWN, NONE)
        }
        today = dict.fromkeys(self.wording.of_today, self.asof)
        return {**published.known_of_area(area=answers.area, asof=self.asof), **today, **told}

    @cached_property
    def counties(self) -> list[tuple[str, str, str]]:
        return areas.counties_of(self.home)

    @cached_property
    def area_codes(self) -> set[str]:
        return {code for code, _county, _city in self.counties} | {areas.shorten(self.home)} | {self.area}

    def finder(self, answers: Answers) -> Finder:
        """Of the programmes of the chosen topics; no topic chosen = all."""
        whole = published.finder(area=answers.area, asof=self.asof)
        known = {one.id for one in self.wording.topics}
        chosen = set(answers.topics) & known
        if not chosen:
            return whole
        key = (id(whole), tuple(sorted(chosen)))
        if getattr(self, "_narrowed", (None,))[0] != key:
            packs = [one.pack.id for one in whole.programs if self.wording.topic(one.pack) in chosen]
            self._narrowed = (key, whole.only(packs))
        return self._narrowed[1]

    # — pages —

    def _start(self, answers: Answers, *, wrong: bool = False) -> HttpResponse:
        area = answers.area or self.area or (self.counties[0][0] if len(self.counties) == 1 else "")
        helped = {self.wording.topic(one.pack) for one in self._here(areas.shorten(self.home)) if is_help(one.pack)}
        context = {
            "counties": self.counties,
            "home": areas.shorten(self.home),
            "home_name": areas.name_of(self.home),
            "area": area,
            "topics": [(one.id, one.title[self.language], one.id in answers.topics) for one in self.wording.topics if one.id in helped],
            "troubles": [(one.id, one.title[self.language]) for one in self.wording.troubles],
            "trouble": answers.trouble,
            "registry": self._registry_in_words(area or self.home),
            "wrong": wrong,
        }  # fmt: skip
        return self._show("start", context, answers, status=422 if wrong else 200)

    def _here(self, area: str) -> list[Published]:
        """What holds in the area; at the start, in any of the counties to choose from."""
        found = published.list_published(asof=self.asof)
        return [one for one in found if one.pack.area.startswith(area) or area.startswith(one.pack.area)]

    def _registry_in_words(self, area: str) -> list[tuple[str, str]]:
        facts = published.finder(area=area, asof=self.asof).facts
        return [
            (facts[name].title[self.language], self.wording.shown(facts[name], value, self.language))
            for name, value in self.registry.items()
            if name in facts
        ]

    def _question(
        self,
        answers: Answers,
        fact: Fact,
        *,
        left: int | None = None,
        open_programs: int | None = None,
        wrong: str = "",
    ) -> HttpResponse:
        question = self.wording.question(fact)
        typed = self._typed(fact) if wrong else answers.values.get(fact.name, "")
        place = answers.asked.index(fact.name) if fact.name in answers.asked else len(answers.asked)
        total = len(self.finder(answers).programs)
        context = {
            "fact": fact,
            "ask": question.ask[self.language],
            "help": question.help.get(self.language, "") if question.help else "",
            "unit": question.unit.get(self.language, "") if question.unit else "",
            "kind": "choice" if fact.kind in ("boolean", "text") else fact.kind,
            "choices": self._choices(fact, typed),
            "typed": typed,
            "parts": dict(zip("ymd", (typed.split("-") + ["", "", ""])[:3], strict=True)),
            "number": place + 1,
            "left": left,
            "settled": None if open_programs is None else total - open_programs,
            "total": total,
            "wrong": wrong,
        }
        return self._show("question", context, answers, status=422 if wrong else 200)

    def _choices(self, fact: Fact, typed: str) -> list[Choice]:
        if fact.kind == "boolean":
            pairs = [("yes", _("是")), ("no", _("否"))]
        else:
            pairs = [(code, self.wording.value(fact.name, code, self.language)) for code in fact.values]
            if none := self.wording.question(fact).none:
                pairs.append((NONE, none[self.language]))
        return [Choice(code, str(label), code == typed) for code, label in pairs]

    def _results(self, answers: Answers) -> HttpResponse:
        finder, known = self.finder(answers), self.known(answers)
        here = {one.pack.id: one for one in published.list_in_area(area=answers.area, asof=self.asof)}
        findings = finder.findings(known, self.language, answers.said(NONE))
        used = self.used([one.pack for one in findings]) if self.used else {}
        findings = [
            finder.under_caps(one, known, used[one.pack.id], self.language) if one.pack.id in used else one
            for one in findings
        ]
        results = [self._result(one, here[one.pack.id], answers) for one in findings]
        asked_about = {one.finding.pack.id for one in results}
        groups = [(verdict, [one for one in results if one.finding.verdict == verdict]) for verdict in ORDER]
        others = [
            one for one in here.values() if one.pack.id not in asked_about and (is_help(one.pack) or one.pack.measures)
        ]
        people = [one for one in others if is_for_people(one.pack) and is_help(one.pack)]
        skipped = finder is not published.finder(area=answers.area, asof=self.asof)
        context = {
            "groups": [(verdict, found) for verdict, found in groups if found],
            "hopeful": sum(len(found) for verdict, found in groups if verdict in ("yes", "maybe")),
            "examples": [self._link(one) for one in people if one.pack.status == "example"],
            "not_yet": [self._link(one) for one in people if one.missing and one.pack.status != "example"],
            "left_out": [self._link(one) for one in people if skipped and one.program and one.pack.status != "example"],
            "for_unions": [self._link(one) for one in others if one not in people],
            "summary": self._summary(answers),
            "area_name": areas.full_name_of(answers.area),
            "apply_address": self.apply_address,
        }
        return self._show("results", context, answers)

    def _result(self, one: Finding, where: Published, answers: Answers) -> Result:
        said = describe(
            one.pack, area=answers.area, asof=self.asof, language=self.language, wording=self.wording, overrides=where.overrides,
        )  # fmt: skip

        def titles(facts: Iterable[Fact]) -> str:
            return listed(fact.title[self.language] for fact in facts)

        return Result(
            finding=one,
            href=self._href(where, answers.area),
            amount=plain(one.amount, "money") if one.amount else "",
            at_least=plain(one.at_least, "money") if one.at_least else "",
            depends_on=titles(one.depends_on),
            waits=titles(one.waits),
            missing=tuple((fact.name, fact.title[self.language]) for fact in one.missing),
            because=one.because,
            aside=" ".join(self.wording.question(fact).ask[self.language] for fact in one.aside),
            lines=tuple(
                line.sentence + worded.line_kind(line.kind, line.due, self.language)
                for line in (one.explanation.lines if one.verdict == "yes" else ())
            ),
            tags=listed(
                dict.fromkeys(tag(line.kind) for line in one.pack.benefit if line.kind not in ("money", "goods"))
            ),
            caps=("；" if self.language == "zh" else "; ").join(_named(cap) for cap in said.caps),
            bring=tuple(BringTold(paper.paper, listed(paper.proves), paper.is_required) for paper in said.bring),
            entry=said.entry,
            apply=reverse("member:apply_for", args=[one.pack.id]) if one.pack.id in self.offered else "",
        )

    def _summary(self, answers: Answers) -> list[tuple[str, str, str, bool]]:
        """(fact, question, answer, whether it came from the registry) in the order asked, what was given first."""
        facts = self.finder(answers).facts
        found = []
        for name in dict.fromkeys([*answers.given, *answers.asked]):
            if name in facts:
                question = self.wording.question(facts[name])
                shown = self._answer_in_words(facts[name], answers.values[name])
                found.append((name, question.ask[self.language], shown, name in answers.given))
        return found

    def _answer_in_words(self, fact: Fact, text: str) -> str:
        if text == NONE:
            return self.wording.question(fact).none[self.language]
        value = None if text == NOT_KNOWN else value_of(fact, text)
        return self.wording.shown(fact, value, self.language)

    def _link(self, one: Published) -> tuple[str, str]:
        return one.pack.title[self.language], self._href(one, "")

    def _href(self, one: Published, area: str) -> str:
        return address_of(one.pack, area)

    def _show(self, name: str, context: Mapping[str, object], answers: Answers, *, status: int = 200) -> HttpResponse:
        frame = {"frame": self.frame, "address": self.address, "hidden": answers.hidden, "asked": len(answers.asked)}
        response = show(self.request, f"programs/find_{name}.html", {**frame, **context}, status=status)
        # The browser may keep the page for its own back button; whoever leaves by our button clears it.
        response.headers["Cache-Control"] = f"private, max-age={KEEP_SECONDS}"
        return response


def _named(statement: Statement) -> str:
    """The sentence with the reader's own numbers called by name, for a line without room for blanks."""
    return "".join(
        piece.text if piece.kind in ("words", "number") else bracketed(piece.text) for piece in statement.pieces
    )


# — answers as text —

_WAN = re.compile(r"^([0-9.]+)万$")


def text_of(fact: Fact, typed: str, until: date | None = None) -> str:
    """
    The answer in the one form in which it travels; `until`: no later day is an answer.

    Raises:
        Unreadable: it is no value of the fact; the words for it are the page's language.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if fact.kind == "boolean":
        if text not in ("yes", "no"):
            raise Unreadable(_("请选一项；不清楚就点“不知道”。"))
        return text
    if fact.kind == "text":
        if text not in fact.values:
            raise Unreadable(_("请选一项；不清楚就点“不知道”。"))
        return text
    if fact.kind == "date":
        return _day_text(text, until)
    text = text.replace(",", "").replace(" ", "")
    text = re.sub(r"(元|岁|个月|月|天|人|次|年|户|名|位|yuan)$", "", text)
    if wan := _WAN.match(text):
        text = wan[1] + "0000" if "." not in wan[1] else str((Decimal(wan[1]) * 10000).normalize())
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Unreadable(_("请填一个数，例如 12000；不清楚就点“不知道”。")) from None
    if not number.is_finite() or abs(number) >= 10**14:
        raise Unreadable(_("请填一个数，例如 12000；不清楚就点“不知道”。"))
    scale = fact.type.scale
    if number != number.quantize(Decimal(1).scaleb(-scale)):
        raise Unreadable(_("请填整数。") if scale == 0 else _("小数太长，请少写几位。"))
    low, high = Decimal(fact.type.low).scaleb(-scale), Decimal(fact.type.high).scaleb(-scale)
    if not low <= number <= high:
        raise Unreadable(
            _("请填 %(low)s 到 %(high)s 之间的数。") % {"low": plain(low, fact.kind), "high": plain(high, fact.kind)}
        )
    return f"{number.normalize():f}"


def _day_text(text: str, until: date | None) -> str:
    try:
        return read_day(text, until=until).isoformat()
    except NotADay as wrong:
        unknown = {"zh": "不清楚就点“不知道”。", "en": "If you do not know, skip it."}
        raise Unreadable(
            wrong.zh + unknown["zh"] if language_now() == "zh" else f"{wrong.en} {unknown['en']}"
        ) from None


def value_of(fact: Fact, text: str) -> object:
    """What `text_of` made, as the engine takes it."""
    match fact.kind:
        case "boolean":
            return text == "yes"
        case "text":
            return text
        case "date":
            return date.fromisoformat(text)
        case "integer":
            return int(text)
    return Decimal(text)


def _typed_form(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)
