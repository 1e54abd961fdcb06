"""A list of a page as a workbook: the same question, the same eyes, the same words, one declaration a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.jobs import export_rows
from niangjia.portals.design import words
from niangjia.portals.design.pages import Page, page
from niangjia.portals.design.requests import PageRequest

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_AT_ONCE = 500


@dataclass(frozen=True)
class Column:
    """`value` of one line: text, a whole number, an amount (two places), a day, a moment, or None for what is not known."""

    head: object
    value: Callable[[Any], export_rows.Value]
    width: int = 14


@dataclass(frozen=True)
class Listing:
    """
    One list. `found` asks what the page asks, by the address and its parts; `lines` makes some hundred of its rows ready to be shown,
    names and all. `columns` are those that the viewer's page has. `filters`: what of the address goes on record.
    """

    name: str
    title: object
    found: Callable[..., QuerySet[Any] | Sequence[Any]]
    columns: Callable[[PageRequest], Sequence[Column]]
    lines: Callable[[PageRequest, list[Any]], Iterable[Any]] = lambda request, rows: rows
    filters: tuple[str, ...] = ()


def export_of(listing: Listing, shown_on: Page) -> Page:
    """The address that hands the list out. Who may not open its page `shown_on` does not get it either."""

    @page("lists.export", methods=("POST",), shown_on=shown_on)
    def export(request: PageRequest, **parts: Any) -> HttpResponse:
        permissions.require(request.viewer, str(shown_on.policy))
        now = timezone.now()
        purpose = export_rows.require_purpose(request.POST.get("purpose", ""))
        found = listing.found(request, **parts)
        columns = listing.columns(request)
        count = found.count() if isinstance(found, QuerySet) else len(found)
        file = export_rows.export(
            viewer=request.viewer,
            name="/".join([listing.name, *map(str, parts.values())]),
            title=str(listing.title),
            watermark=_watermark(request, purpose, count, now),
            columns=[export_rows.Column(str(column.head), column.width) for column in columns],
            rows=_rows(request, listing, found, columns),
            count=count,
            purpose=purpose,
            narrowed={name: request.GET.get(name, "") for name in listing.filters},
            now=now,
        )
        name = f"{listing.title}-{timezone.localtime(now):%Y%m%d-%H%M}.xlsx"
        return FileResponse(file, as_attachment=True, filename=name, content_type=WORKBOOK)  # type: ignore[return-value]

    return export


def _rows(
    request: PageRequest, listing: Listing, found: QuerySet[Any] | Sequence[Any], columns: Sequence[Column]
) -> Iterator[list[export_rows.Value]]:
    rows = found.iterator(chunk_size=_AT_ONCE) if isinstance(found, QuerySet) else iter(found)
    while some := list(islice(rows, _AT_ONCE)):
        for line in listing.lines(request, some):
            yield [_here(column.value(line)) for column in columns]


def _here(value: export_rows.Value) -> export_rows.Value:
    return timezone.localtime(value).replace(second=0, microsecond=0) if isinstance(value, datetime) else value


def _watermark(request: PageRequest, purpose: str, count: int, now: datetime) -> str:
    post = request.post_card
    said = {
        "who": request.viewer.name,
        "post": f"{post.org_name if post else ''} {words.word('role', request.viewer.role)[0]}".strip(),
        "at": f"{timezone.localtime(now):%Y-%m-%d %H:%M}",
        "purpose": purpose,
        "count": count,
    }
    if post is not None and post.for_name:
        said["who"] = _("%(who)s（代 %(other)s）") % {"who": said["who"], "other": post.for_name}
    return _("导出人 %(who)s · 岗位 %(post)s · 时间 %(at)s · 目的 %(purpose)s · 条数 %(count)s") % said


# --- what many columns say ---------------------------------------------------------------------------------------


def word(kind: str, code: object) -> str:
    """A code in words; nothing for none."""
    return str(words.word(kind, code)[0]) if code else ""


def word_list(kind: str, codes: Iterable[str]) -> str:
    between = "、" if (get_language() or "zh").startswith("zh") else ", "
    return between.join(word(kind, code) for code in codes)
