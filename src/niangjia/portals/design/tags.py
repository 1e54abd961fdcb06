"""Tags and filters of every template: icons, money, codes in words, the language's half of a pair."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django import template
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Role
from niangjia.apps.messages import queries as messages
from niangjia.apps.organizations import areas, calendar
from niangjia.engines import policy, sensing
from niangjia.engines.policy.published import Wording, load_wording
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.money import show_yuan, yuan_in_capitals
from niangjia.portals.design import words
from niangjia.portals.design.marks import bracketed, mark
from niangjia.portals.design.uploads import UploadField

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """A line icon. Without a label it is decoration, which a screen reader leaves out."""
    kind = f"icon icon-{size}" if size else "icon"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="#i-{}"></use></svg>', kind, label, name
        )
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="#i-{}"></use></svg>', kind, name
    )


@register.simple_tag(takes_context=True)
def csrf_token(context: Any) -> SafeString:
    """
    Django's own token, and beside it what the page showed and as of when (`staleness`), and who had opened it (`keeping`): every form that
    changes something has them.
    """
    token, seen, origin = context.get("csrf_token"), context.get("seen"), context.get("origin")
    if not token or token == "NOTPROVIDED":
        return SafeString("")
    fields = {"csrfmiddlewaretoken": token, "seen": seen, "origin": origin}
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', [one for one in fields.items() if one[1]])


@register.inclusion_tag("design/export.html", takes_context=True)
def export_form(context: Any, route: str, count: int, *parts: Any) -> dict[str, Any]:
    """
    The form that hands the list of this page out as it is filtered, with its purpose; nothing for who may not, or for an empty list.

    `route` is an address made by `officer.exporting.export_of`; `parts` those of the page's own address.
    """
    request, viewer = context["request"], context["viewer"]
    address = reverse(route, args=parts)
    asked = request.GET.copy()
    asked.pop("page", None)
    is_sent = request.path == address
    return {
        "may_export": bool(count) and permissions.may(viewer, "lists.export"),
        "address": f"{address}?{asked.urlencode()}" if asked else address,
        "id": route.rpartition(":")[2],
        "count": count,
        "is_open": is_sent,
        "purpose": request.POST.get("purpose", "") if is_sent else "",
        "csrf_token": context.get("csrf_token"),
        "origin": context.get("origin"),
    }


@register.inclusion_tag("design/who_may.html", takes_context=True)
def who_may(context: Any, right: str, action: object = "", roles: Any = None, path: str = "") -> dict[str, Any]:
    """
    Whose turn it is, where it is not the viewer's: the unions and posts that have this right, at the union of `path` (else the viewer's) or
    above it; a button for another post of the viewer's own that has it. `roles` narrows them; `action` is the step in words.
    """
    request, viewer = context["request"], context["viewer"]
    fit = permissions.roles_with(right) & frozenset(roles or Role)
    posts = [post for post in context.get("posts") or () if post.role in fit and viewer and post.id != viewer.post_id]
    where = path or (viewer.org_path if viewer else "")
    return {
        "action": action,
        "holders": accounts.list_unions_with(where, fit - {Role.WORKER}, today=timezone.localdate()),
        "roles": [role for role in Role if role in fit],
        "is_own_role": bool(viewer) and viewer.role in fit,
        "own_posts": posts,
        "role_words": {post.id: words.word("role", post.role)[0] for post in posts},
        "here": request.get_full_path() if request.method == "GET" else "",
        **{name: context.get(name) for name in ("csrf_token", "seen", "origin")},
    }


@register.inclusion_tag("design/upload.html")
def upload(field: UploadField) -> dict[str, Any]:
    """Photos and papers; the page's head includes ``design/upload_head.html``, its form is ``multipart/form-data``."""
    return {"upload": field}


@register.simple_tag
def sprite() -> SafeString:
    return mark_safe(get_template("design/sprite.svg").render())


@register.simple_tag
def badge(kind: str, code: object) -> SafeString:
    """A code in words on its colour; nothing for an empty code."""
    if not code:
        return SafeString("")
    label, tone = words.word(kind, code)
    return format_html('<span class="badge tone-{}">{}</span>', tone, label)


@register.simple_tag
def dot(kind: str, code: object) -> SafeString:
    """A code in words behind a coloured dot: for grades, which are many in a list."""
    if not code:
        return SafeString("")
    label, tone = words.word(kind, code)
    return format_html('<span class="dotted"><span class="dot dot-{}" aria-hidden="true"></span>{}</span>', tone, label)


@register.filter
def in_words(code: object, kind: str) -> str:
    return str(words.word(kind, code)[0])


@register.filter
def in_words_each(codes: Iterable[str], kind: str) -> str:
    return mark("、").join(in_words(code, kind) for code in codes)


@register.filter
def is_word(code: object, kind: str) -> bool:
    """Whether the table has a word for the code."""
    return str(code or "") in words.WORDS[kind]


@register.filter
def tone(code: object, kind: str) -> str:
    """The colour of a code's word."""
    return words.word(kind, code)[1]


@register.filter
def yuan(amount: object) -> str:
    """1,234.50; a dash for what is not known, never a zero."""
    if amount is None or amount == "":
        return "—"
    try:
        return show_yuan(Decimal(str(amount)))
    except InvalidOperation:
        return str(amount)


@register.filter
def capitals(amount: Decimal) -> str:
    return yuan_in_capitals(amount)


@register.filter
def figure(value: object) -> str:
    """A figure of a list with what unit it has told elsewhere: money with cents, ratios with two places, a dash if unknown."""
    if value is None or value == "":
        return "—"
    if isinstance(value, Decimal):
        return show_yuan(value)
    return str(value)


@register.filter
def say(pair: Any) -> str:
    """The half of something bilingual (`.zh`, `.en`, or a mapping) that fits the page's language."""
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    if isinstance(pair, dict):
        return str(pair.get(language) or pair.get("zh") or "")
    return str(getattr(pair, language, pair))


register.simple_tag(mark)


@register.filter
def kind_title(kind_id: str) -> str:
    """What a kind of message is called; the code of an address has no place in an inbox and is called by itself."""
    kind = messages.load_kinds().by_id.get(kind_id)
    return say(kind.title) if kind else _("确认码") if kind_id == "code" else kind_id


@register.filter
def half(thing: Any, name: str) -> Any:
    """`thing.<name>_zh` or `thing.<name>_en`, as fits the page."""
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    return getattr(thing, f"{name}_{language}")


@register.filter
def t(text: object) -> str:
    """The catalogue's word for a text that comes from below."""
    return _(str(text)) if text else ""


@register.filter
def month_name(month: object) -> str:
    """2023年10月 · October 2023"""
    text = str(month or "")
    try:
        first = date(int(text[:4]), int(text[5:7]), 1)
    except ValueError:
        return text
    return date_format(first, "Y年n月" if (get_language() or "zh").startswith("zh") else "F Y")


@register.filter
def day(value: date | datetime | None) -> str:
    """2023-11-06 · 6 Nov 2023"""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return date_format(value, "Y-m-d" if (get_language() or "zh").startswith("zh") else "j M Y")


def last_day(value: datetime | None) -> date | None:
    """The last day of a time limit: it is over at an instant, which at midnight is that of the next day."""
    return timezone.localtime(value - timedelta(microseconds=1)).date() if value else None


@register.filter
def deadline(value: datetime | None) -> str:
    """The last day of a time limit with its weekday, its year only where that is another."""
    day = last_day(value)
    if day is None:
        return "—"
    is_this_year = day.year == timezone.localdate().year
    if (get_language() or "zh").startswith("zh"):
        return date_format(day, "n月j日（D）" if is_this_year else "Y年n月j日（D）").replace("星期", "周")
    return date_format(day, "D j M" if is_this_year else "D j M Y")


@register.filter
def time_left(value: datetime | None) -> str:
    """Days until a time limit ends, or since."""
    day = last_day(value)
    if day is None:
        return ""
    days = (day - timezone.localdate()).days
    if days == 0:
        return _("今天到期")
    return _("还剩 %(n)s 天") % {"n": days} if days > 0 else _("已过 %(n)s 天") % {"n": -days}


@register.filter
def provisional(value: date | datetime | None) -> str:
    """Behind a deadline: that its year's notice of days off is not known yet, so that it may move; else nothing."""
    if value is None:
        return ""
    year = (timezone.localtime(value) if isinstance(value, datetime) else value).year
    return "" if calendar.is_known(year) else _("（暂）")


@register.filter
def moment(value: datetime | None) -> str:
    """2023-11-06 09:00 · 6 Nov 2023 09:00"""
    return f"{day(value)} {timezone.localtime(value):%H:%M}" if value else "—"


@register.filter
def until(ends: datetime | None, begins: datetime | None) -> str:
    """The end of what begins then: 17:00 of the same day, 2023-11-08 17:00 of a later one."""
    if not ends or not begins:
        return "—"
    is_same_day = timezone.localdate(ends) == timezone.localdate(begins)
    return f"{timezone.localtime(ends):%H:%M}" if is_same_day else moment(ends)


@register.filter
def area_name(code: str) -> str:
    """The division's name; of a village or community, which no table names, the town's; of one elsewhere, that it is one, and its code."""
    known = (areas.name_of(code[:length]) for length in (12, 9, 6) if areas.name_of(code[:length]) != code[:length])
    return next(known, _("区划 %(code)s") % {"code": code[:6]}) if code else "—"


@register.filter
def map_link(place: str, area: str = "") -> str:
    """``geo:`` with the place as words: the phone's own map opens it, nothing is asked of anybody from here."""
    where = f"{areas.full_name_of(area, 'zh')} {place}" if area else place
    return f"geo:0,0?q={quote(where)}"


@register.filter
def gap_area(gap: str) -> str:
    """A run's gap, ``330106001001：2023-10 …``, as the area's full name with its code."""
    code = gap.partition("：")[0]
    name = areas.full_name_of(code)
    return name if name != code else _("名录以外的地区（%(code)s）") % {"code": code}


@register.filter
def full_area_name(code: str) -> str:
    return areas.full_name_of(code) if code else "—"


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """`mapping[key]`, or nothing."""
    return mapping.get(key) if mapping else None


@register.filter
def among(one: Any, several: Any) -> bool:
    return one in several


@register.filter
def codes(text: str) -> list[str]:
    """A stored list of codes: ``|因学|因病|`` → two."""
    return [code for code in (text or "").split("|") if code]


@register.filter
def percent(part: object, whole: object) -> int:
    """Whole percent of `part` in `whole`, 0 to 100; for the length of a bar only."""
    try:
        return max(0, min(100, round(100 * Decimal(str(part)) / Decimal(str(whole)))))
    except (InvalidOperation, ZeroDivisionError):
        return 0


@register.filter
def share(ratio: float | None) -> str:
    """A ratio as a percentage for reading: 0.125 → 12.5%."""
    return "—" if ratio is None else f"{100 * ratio:.1f}%"


_OPTIONS = {
    "living": gettext_lazy("生活救助"), "medical": gettext_lazy("医疗救助"), "study": gettext_lazy("助学救助"), "M": gettext_lazy("男"), "F": gettext_lazy("女"),
    "all": gettext_lazy("全部单位"), "public_bodies": gettext_lazy("机关事业单位"),
}  # fmt: skip


@register.filter
def option_word(code: Any) -> Any:
    """A choice of a case's form or of a parameter in words: causes and tiers from their tables, the rest from a short list; a number stays one."""
    if not isinstance(code, str):
        return code
    for kind in ("tier", "cause"):
        if code in words.WORDS[kind]:
            return str(words.WORDS[kind][code][0])
    return str(_OPTIONS.get(code, code))


_VERDICTS = {
    "true": ("circle-check", "ok"), "met": ("circle-check", "ok"), "yes": ("circle-check", "ok"), "granted": ("circle-check", "ok"),
    "false": ("circle-x", "no"), "unmet": ("circle-x", "no"), "no": ("circle-x", "no"), "refused": ("circle-x", "no"),
}  # fmt: skip


@register.simple_tag
def verdict(result: object) -> SafeString:
    """The mark before one step of a trace: held, did not hold, or could not be told."""
    text = str(result).lower()
    is_amount = text.replace(".", "", 1).replace(",", "").isdigit()
    name, tone = ("coin", "sum") if is_amount or text == "given" else _VERDICTS.get(text, ("info-circle", "unsure"))
    label = {"ok": _("符合"), "no": _("不符合"), "sum": _("金额"), "unsure": _("说明或缺资料")}[tone]
    return format_html(
        '<svg class="icon {}" role="img" aria-label="{}"><use href="#i-{}"></use></svg>', tone, label, name
    )


@lru_cache(maxsize=1)
def _wording() -> Wording:
    """What the vocabulary says of codes; read once a process."""
    return load_wording(programs_folder())


def purpose_choices() -> list[tuple[str, str]]:
    """Every purpose of a fund that the vocabulary knows, for a control to choose from."""
    return [("", _("请选择")), *((code, str(say(said))) for code, said in _wording().codes["purposes"].items())]


@register.filter
def purpose_word(purpose: str) -> str:
    """What a fund is for, in the vocabulary's words; a purpose that nobody put into words is shown as it stands."""
    said = _wording().codes.get("purposes", {}).get(purpose)
    return str(say(said)) if said else purpose


def skill_choices() -> list[tuple[str, str]]:
    """Every skill level, lowest first, for a control to choose from."""
    return [("", _("请选择")), *((code, str(say(said))) for code, said in _wording().values["skill_level"].items())]


@register.filter
def skill_word(level: str) -> str:
    """A skill level by its code, in words."""
    said = _wording().values["skill_level"].get(level)
    return str(say(said)) if said else level


@register.filter
def clause(text: str) -> SafeString:
    """A clause as its document has it, in Chinese; what a pack's author says in its place, in the page's language."""
    said = _wording().codes.get("clauses", {}).get(text)
    return format_html("{}", say(said)) if said else format_html('<span lang="zh-Hans">{}</span>', text)


@register.filter
def indicator_word(indicator: str) -> str:
    """What matters that are done count for, in the vocabulary's words; one that nobody put into words is shown as it stands."""
    said = _wording().codes.get("indicators", {}).get(indicator)
    return str(say(said)) if said else indicator


@register.filter
def case_link(case_ref: str, numbers: Mapping[int, str] | None = None) -> SafeString | str:
    """``case:12:special-grant`` as a link to the case by its number in `numbers`, ``adjustment:5`` to the adjustment."""
    parts = case_ref.split(":")
    if len(parts) == 2 and parts[0] == "adjustment" and parts[1].isdigit():
        return format_html(
            '<a href="{}">{}</a>',
            reverse("officer:adjustment", args=[int(parts[1])]),
            _("补发 %(number)s") % {"number": parts[1]},
        )
    if len(parts) >= 2 and parts[0] == "matter" and parts[1].isdigit():
        return format_html(
            '<a href="{}">{}</a>',
            reverse("officer:application", args=[int(parts[1])]),
            _("申请 %(number)s") % {"number": parts[1]},
        )
    if len(parts) >= 2 and parts[0] == "case" and parts[1].isdigit():
        return format_html(
            '<a href="{}">{}</a>',
            reverse("officer:case", args=[int(parts[1])]),
            _("个案 %(number)s") % {"number": (numbers or {}).get(int(parts[1]), parts[1])},
        )
    if len(parts) == 2 and parts[0] == "booking" and parts[1].isdigit():
        return _("报名 %(number)s") % {"number": f"BM{int(parts[1]):08}"}
    return case_ref


_UNITS = {
    "yuan": gettext_lazy("元"),
    "yuan/year": gettext_lazy("元/年"),
    "yuan/month": gettext_lazy("元/月"),
    "working_days": gettext_lazy("个工作日"),
    "months": gettext_lazy("个月"),
    "days": gettext_lazy("天"),
    "persons": gettext_lazy("人"),
    "yuan/day": gettext_lazy("元/天"),
    "yuan/person/year": gettext_lazy("元/人·年"),
    "yuan/person/time": gettext_lazy("元/人·次"),
    "yuan/household/year": gettext_lazy("元/户·年"),
}


@register.filter
def unit_word(unit: str) -> str:
    """A parameter's unit in words; plain ratios and flags have none."""
    return str(_UNITS.get(unit, ""))


@register.filter
def as_share(value: object, unit: str) -> str:
    """Beside a plain ratio of at most one, what it is of a hundred: 0.15 → （15%）."""
    try:
        ratio = Decimal(str(value))
    except InvalidOperation:
        return ""
    return bracketed(f"{(100 * ratio).normalize():f}%") if unit == "ratio" and 0 < ratio <= 1 else ""


@register.filter
def causes_in_words(group: str) -> str:
    """An order's cause group, ``因病、失业``, in the page's language."""
    between = "、" if (get_language() or "zh").startswith("zh") else ", "
    return between.join(in_words(code, "cause") for code in (group or "").split("、") if code)


def trigger_title(sentence: str) -> str:
    """A trigger's sentence without the figures of one household: in Chinese they fall out with their units, in English dots stand for them."""
    if (get_language() or "zh").startswith("zh"):
        return re.sub(r"\s*\{\w+\}\s*(元|个月)?\s*", "", sentence)
    return re.sub(r"\{\w+\}", "…", sentence)


@register.filter
def trigger_word(code: str, alert: Any) -> str:
    """A trigger of a row of the list, as that row's run words it; one that it does not name stays a code."""
    said = alert.run.says.get(code) if alert and alert.run.says else None
    return trigger_title(say(said)) if said else code


@register.filter
def parameter_word(one: Any) -> str:
    """What a parameter is called: as its pack says, else the words of its clause up to the first long remark, else its name."""
    said = say(one.say) if getattr(one, "say", None) else ""
    if said:
        return said
    clause = re.split(r"[；;]|[（(](?![^（()）]{1,6}[)）])", getattr(one, "clause", "") or "")[0].strip()
    if not clause or (get_language() or "zh").startswith("zh"):
        return clause or str(one.name)
    return format_html('<span lang="zh-Hans">{}</span>', clause)  # a clause stands as it was written


@register.filter
def plain_number(value: object) -> str:
    """10,000 for 10000; yes and no for flags; anything else as it stands."""
    text = str(value)
    if text.lower() in ("true", "false"):
        return _("是") if text.lower() == "true" else _("否")
    try:
        return f"{Decimal(text):,}"
    except InvalidOperation:
        return text


@lru_cache(maxsize=1)
def _facts() -> dict[str, dict[str, str]]:
    """Titles of the vocabulary's facts; read once a process."""
    return {name: dict(fact.title) for name, fact in policy.load_vocabulary(programs_folder()).facts.items()}


@register.filter
def fact_word(name: str) -> str:
    """A fact of the vocabulary by its title; a name that it does not know stays as it is."""
    return _facts().get(str(name), {}).get("zh" if (get_language() or "zh").startswith("zh") else "en", str(name))


@register.filter
def status_sentence(matter: Any) -> str:
    """Where a worker's matter stands, without the state's code, which the badge beside it says in words."""
    text = str(half(matter, "status"))
    for between in ("：", ": "):
        if between in text:
            return text.split(between, 1)[1]
    return in_words(matter.state, "case_state")


@register.filter
def each_in_words(text: str) -> str:
    """A list of names that the catalogue knows, ``民政局、医疗保障局`` or parts between dots, in the page's language."""
    if (get_language() or "zh").startswith("zh"):
        return text
    return " · ".join(", ".join(_(one.strip()) for one in part.split("、")) for part in text.split("·"))


@register.filter
def column_word(column: Any, name: str) -> str:
    """A column of a feed: as its owner heads it, in English by its name in the house."""
    return column.zh if (get_language() or "zh").startswith("zh") else name.replace("_", " ")


@lru_cache(maxsize=1)
def _feeds() -> dict[str, dict[str, str]]:
    """Titles of the feeds; read once a process."""
    return {name: {"zh": feed.zh, "en": feed.en} for name, feed in sensing.load_feeds(programs_folder()).items()}


@register.filter
def source_word(source: str) -> str:
    """Where a standard comes from: ``standard 2026-07`` as the feed's title and the month, a paper as it was written, in Chinese."""
    name, _space, month = str(source).partition(" ")
    if name in _feeds():
        return f"{feed_word(name)} {month_name(month)}"
    return format_html('<span lang="zh-Hans">{}</span>', source) if source else ""


@register.filter
def feed_word(name: str) -> str:
    """A feed by its title; one that nobody declared stays as it is."""
    return _feeds().get(str(name), {}).get("zh" if (get_language() or "zh").startswith("zh") else "en", str(name))
