"""A list of a page as a workbook: the same question, the same eyes, the same words, one declaration a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import IO, Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from niangjia.apps.accounts import permissions
from niangjia.jobs import export_kept, export_rows
from niangjia.kernel.working import Progress
from niangjia.portals.design import words
from niangjia.portals.design.pages import Page, page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import deployment

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_ONCE = 1_000  # rows: about a second
_CHUNK = 500


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


LISTINGS: dict[str, tuple[Listing, Page]] = {}
"""Every list that leaves, by its name, and the page that it is shown on: filled by `export_of`."""


def export_of(listing: Listing, shown_on: Page) -> Page:
    """
    The address that hands the list out: at once, or, a long one, by a page that shows how far it is. Who may not open its page `shown_on`
    does not get it either.
    """
    LISTINGS[listing.name] = (listing, shown_on)

    @page("lists.export", methods=("POST",), shown_on=shown_on)
    def export(request: PageRequest, **parts: Any) -> HttpResponse:
        now = timezone.now()
        purpose = export_rows.require_purpose(request.POST.get("purpose", ""))
        asked = Asked(listing, shown_on, parts, purpose, now)
        count = asked.count(request)
        file_name = f"{listing.title}-{timezone.localtime(now):%Y%m%d-%H%M}.xlsx"
        if count > AT_ONCE:
            return redirect("officer:taken_list", asked.start(request, file_name, count))
        file = asked.make(request)
        return FileResponse(file, as_attachment=True, filename=file_name, content_type=WORKBOOK)  # type: ignore[return-value]

    return export


@dataclass(frozen=True)
class Asked:
    """One list as it was asked for: `parts` those of its page's address, the filter in the request's."""

    listing: Listing
    shown_on: Page
    parts: Mapping[str, Any]
    purpose: str
    now: datetime

    def found(self, request: PageRequest) -> QuerySet[Any] | Sequence[Any]:
        permissions.require(request.viewer, str(self.shown_on.policy))
        return self.listing.found(request, **self.parts)

    def count(self, request: PageRequest) -> int:
        return _count(self.found(request))

    def narrowed(self, request: PageRequest) -> dict[str, str]:
        return {name: request.GET.get(name, "") for name in self.listing.filters}

    def make(self, request: PageRequest, tell: Progress = lambda step, share: None) -> IO[bytes]:
        found, columns = self.found(request), self.listing.columns(request)
        count = _count(found)
        return export_rows.export(
            viewer=request.viewer,
            name="/".join([self.listing.name, *map(str, self.parts.values())]),
            title=str(self.listing.title),
            watermark=_watermark(request, self.purpose, count, self.now),
            columns=[export_rows.Column(str(column.head), column.width) for column in columns],
            rows=_rows(request, self.listing, found, columns, lambda done: tell("write", done / max(count, 1))),
            count=count,
            purpose=self.purpose,
            narrowed=self.narrowed(request),
            now=self.now,
        )

    def start(self, request: PageRequest, file_name: str, count: int) -> str:
        """Have it made beside; its number. What would be refused is refused now."""
        narrowed = self.narrowed(request)
        export_rows.require_allowed(request.viewer, count=count, purpose=self.purpose, narrowed=narrowed)
        question = {
            "list": self.listing.name,
            "parts": dict(self.parts),
            "query": request.GET.urlencode(),
            "purpose": self.purpose,
            "language": get_language() or "zh-hans",
        }
        title = str(self.listing.title)
        number = export_kept.prepare(
            deployment(), request.viewer, question, title=title, file_name=file_name, count=count, now=self.now
        )
        export_kept.begin(deployment(), request.viewer, number, now=self.now)
        return number


def _count(found: QuerySet[Any] | Sequence[Any]) -> int:
    return found.count() if isinstance(found, QuerySet) else len(found)


def _rows(
    request: PageRequest,
    listing: Listing,
    found: QuerySet[Any] | Sequence[Any],
    columns: Sequence[Column],
    tell: Callable[[int], None] = lambda done: None,
) -> Iterator[list[export_rows.Value]]:
    """`tell` hears how many rows went before, some hundred at a time."""
    rows = found.iterator(chunk_size=_CHUNK) if isinstance(found, QuerySet) else iter(found)
    done = 0
    while some := list(islice(rows, _CHUNK)):
        tell(done)
        done += len(some)
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
    return _word(kind, str(getattr(code, "value", code)), get_language()) if code else ""


@lru_cache(maxsize=2_000)
def _word(kind: str, code: str, language: str | None) -> str:
    return str(words.word(kind, code)[0])


def word_list(kind: str, codes: Iterable[str]) -> str:
    between = "、" if (get_language() or "zh").startswith("zh") else ", "
    return between.join(word(kind, code) for code in codes)
