"""What several pages of contests share: a rule in words, recordings handed out in parts, the facts of a pack as fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from niangjia.apps.contests.types import EntryCard, FileRule, RoundRule
from niangjia.apps.files.types import FileCard, FileContent
from niangjia.apps.programs import published
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.vocabulary import Fact
from niangjia.portals.design.finding import Choice, Unreadable, text_of, value_of
from niangjia.portals.design.program_pages import language_now
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.uploads import hand_out

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_ENDS = {"audio/mpeg": "mp3", "audio/mp4": "m4a", "video/mp4": "mp4"}


def rule_words(rule: RoundRule) -> list[str]:
    """A round's rule as sentences: what stands beside its result."""
    said = []
    one = rule.rule
    jury, votes = f"{one.jury * 100:f}".rstrip("0").rstrip("."), f"{one.votes * 100:f}".rstrip("0").rstrip(".")
    if not one.votes:
        said.append(_("只看评委评分。"))
    elif not one.jury:
        said.append(_("只看投票。"))
    else:
        said.append(_("评委评分占 %(jury)s%%，投票占 %(votes)s%%。") % {"jury": jury, "votes": votes})
    if one.jury:
        if one.dropped:
            said.append(_("去掉 %(n)s 个最高分和 %(n)s 个最低分，其余取平均。") % {"n": one.dropped})
        else:
            said.append(_("评委评分取平均。"))
        said.append(_("有效评分不足 %(n)s 个的不排名；须回避的评委的分不计。") % {"n": one.least_marks})
    if one.votes and rule.votes:
        said.append(_("得票最多的计 100 分，其余按比例；每人 %(n)s 票，投给不同的作品。") % {"n": rule.votes.choices})
    if rule.tilt:
        said.append(_("“%(areas)s”另加 %(points)s 分，按递交当天的名单。") % {"areas": rule.tilt.title[language_now()], "points": f"{rule.tilt.points:f}"})  # fmt: skip
    said.append(_("各项保留 %(n)s 位小数，四舍五入，按公布的数比较。") % {"n": one.places})
    ties = {"jury": _("评委分"), "votes": _("投票分"), "best_mark": _("评委最高分")}
    if one.ties:
        order = " → ".join(str(ties[tie.value]) for tie in one.ties)
        said.append(_("总分相同依次看：%(order)s；仍相同则并列。") % {"order": order})
    if one.pass_mark is not None:
        said.append(_("%(mark)s 分以上合格。") % {"mark": f"{one.pass_mark:f}"})
    if one.quota is not None:
        cut = {
            "all": _("最后一名并列的都晋级"),
            "none": _("最后一名并列的都不晋级"),
            "draw": _("最后一名并列的按事先封存的种子抽签"),
        }[one.cut_tie.value]
        said.append(_("晋级 %(n)s 名，%(cut)s。") % {"n": one.quota, "cut": cut})
    return said


def hand_out_part(request: PageRequest, opened: FileContent) -> HttpResponse:
    """A recording as a player asks for it, in parts too (a phone's will not play it otherwise); photos and papers as everywhere."""
    response = hand_out(opened)
    if not opened.card.is_recording:
        return response
    name = f"{opened.card.part}-{opened.card.key[:8]}.{_ENDS[opened.card.media_type]}"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; media-src 'self'; sandbox; frame-ancestors 'none'"  # fmt: skip
    response.headers["Accept-Ranges"] = "bytes"
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    size = len(opened.content)
    if asked and any(asked.groups()):
        first, last = asked.groups()
        start = int(first) if first else max(0, size - int(last))
        end = min(int(last) if first and last else size - 1, size - 1)
        if start > end or start >= size:
            response.status_code, response.content = 416, b""
            response.headers["Content-Range"] = f"bytes */{size}"
        else:
            response.status_code, response.content = 206, opened.content[start : end + 1]
            response.headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    response.headers["Content-Length"] = str(len(response.content))
    return response


@dataclass(frozen=True)
class FileField:
    """One kind of file of an entry, with what is there."""

    rule: FileRule
    files: tuple[FileCard, ...]
    wrong: str = ""

    @property
    def accept(self) -> str:
        sound, film = "audio/mpeg,audio/mp4,audio/x-m4a,.mp3,.m4a", "video/mp4,video/quicktime,.mp4,.mov"
        return {"audio": sound, "video": film, "recording": f"{sound},{film}"}.get(
            self.rule.kind, "image/jpeg,image/png,image/webp,image/heic,application/pdf"
        )


def file_fields(rules: tuple[FileRule, ...], entry: EntryCard, wrong: Mapping[str, str]) -> list[FileField]:
    return [FileField(one, entry.files.get(one.id, ()), wrong.get(one.id, "")) for one in rules]


@dataclass(frozen=True)
class FactField:
    """One fact of a pack as a control of ``officer/try_field.html``."""

    name: str
    label: str
    unit: str
    kind: str  # choice date number
    typed: str
    choices: tuple[Choice, ...]
    wrong: str


class FactForm:
    """
    The facts that a pack's rules ask for, but those in `without`. `facts`: what was typed and could be read, by name; what is left
    empty is not known.
    """

    def __init__(
        self, pack: Pack, sent: QueryDict | Mapping[str, str], *, without: frozenset[str] = frozenset()
    ) -> None:
        self.facts: dict[str, object] = {}
        self.is_wrong = False
        self._wording, self._language = published.wording(), language_now()
        facts = pack.vocabulary.facts
        self.fields = [self._field(facts[name], sent) for name in pack.facts if name not in without]

    def _field(self, fact: Fact, sent: QueryDict | Mapping[str, str]) -> FactField:
        typed, wrong = str(sent.get(f"f-{fact.name}", "")).strip(), ""
        if typed:
            try:
                typed = text_of(fact, typed)
                self.facts[fact.name] = value_of(fact, typed)
            except Unreadable as unreadable:
                wrong, self.is_wrong = str(unreadable), True
        kind = "choice" if fact.kind == "boolean" or fact.values else "date" if fact.kind == "date" else "number"
        unit = self._wording.unit(fact).get(self._language, "")
        return FactField(
            fact.name, fact.title[self._language], unit, kind, typed, tuple(self._choices(fact, typed)), wrong
        )

    def _choices(self, fact: Fact, typed: str) -> list[Choice]:
        if fact.kind == "boolean":
            pairs = [("yes", _("是")), ("no", _("否"))]
        else:
            pairs = [(code, str(self._wording.value(fact.name, code, self._language))) for code in fact.values]
        return [Choice(code, str(label), code == typed) for code, label in pairs]
