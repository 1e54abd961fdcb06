"""A question of a form as a page shows it: its words, its control, what was typed. For the worker's pages and the officers' alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from niangjia.apps.matters.types import Answer, Paper, Question
from niangjia.apps.programs import published
from niangjia.portals.design.program_pages import language_now
from niangjia.portals.design.tags import say

_CONTROLS = {
    "boolean": "choice", "text": "long", "table": "long", "person": "long", "union": "line", "position": "line", "name": "line",
    "id_number": "line", "phone": "line",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """
    `kind`: choice (also yes or no), choices, date, long, line, or a number. `typed` as it was typed or is kept; a day also in its parts.
    `needed_for`: the outcomes that need it, in words; empty: all or none.
    """

    question: Question
    kind: str
    ask: str
    help: str
    unit: str
    title: str
    choices: tuple[tuple[str, str, bool], ...]
    typed: str
    parts: tuple[str, str, str]
    wrong: str
    is_from_register: bool
    wrong_part: str = ""
    needed_for: str = ""

    @property
    def name(self) -> str:
        return self.question.name

    @staticmethod
    def typed_in(question: Question, sent: QueryDict, prefix: str = "value") -> str | Sequence[str]:
        if question.kind == "choices":
            return sent.getlist(prefix)
        if question.kind == "date" and f"{prefix}-y" in sent:
            parts = [sent.get(f"{prefix}-{part}", "").strip() for part in "ymd"]
            return "-".join(parts) if any(parts) else ""
        return sent.get(prefix, "")


def asked(
    question: Question, answer: Answer | None = None, *, typed: str | Sequence[str] | None = None, wrong: str = "",
    wrong_part: str = "",
) -> Asked:  # fmt: skip
    """`typed` over what is kept: a form that is shown again shows what stood in it. `wrong_part` (y, m, d): of a day, what to mend."""
    text = answer.text if answer else ""
    if typed is not None:
        text = typed if isinstance(typed, str) else "|".join(typed)
    kind = _CONTROLS.get(question.kind, question.kind)
    if question.kind == "union" and typed is None:
        text = text.partition("|")[2]
    parts = (text.split("-") + ["", "", ""])[:3] if kind == "date" else ["", "", ""]
    return Asked(
        question,
        kind,
        say(dict(question.ask)),
        say(dict(question.help)),
        say(dict(question.unit)),
        say(dict(question.title)),
        tuple((code, label, code in text.split("|")) for code, label in _choices(question)),
        text,
        (parts[0], parts[1], parts[2]),
        wrong,
        answer is not None and answer.source == "REGISTER" and typed is None,
        wrong_part,
        _("、").join(published.wording().code("outcomes", one, language_now()) for one in question.required_for),
    )


def _choices(question: Question) -> list[tuple[str, str]]:
    if question.kind == "boolean":
        return [("yes", _("是")), ("no", _("否"))]
    return [(code, say(dict(words))) for code, words in question.values.items()]


def paper_title(paper: Paper) -> str:
    """A paper by its name in the wording, or by the form's own title of a photo or file."""
    return say(dict(paper.title)) or published.wording().code("evidence", paper.code, language_now())
