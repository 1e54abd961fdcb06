"""Text with its figures marked, for a page."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from niangjia.apps.bulletins import queries
from niangjia.portals.design.tags import month_name


def shown_text(text: str) -> SafeString:
    """Whatever people typed is escaped; a figure stands in a mark that says what it is."""
    pieces: list[tuple[SafeString | str]] = []
    at = 0
    for found in queries.CHIP.finditer(text):
        pieces.append((text[at : found.start()],))
        pieces.append((format_html('<mark class="figure" title="{}">{}</mark>', found[1], found[2]),))
        at = found.end()
    pieces.append((text[at:],))
    return format_html_join("", "{}", pieces)


def period_shown(period: str) -> str:
    """2023年10月 · October 2023; 2023年第3季度 · quarter 3 of 2023."""
    year, _mark, quarter = period.partition("-Q")
    return _("%(year)s年第%(quarter)s季度") % {"year": year, "quarter": quarter} if quarter else month_name(period)
