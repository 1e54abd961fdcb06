"""What the address asks for: whose figures, of which month. The one place where the cockpit looks at the viewer's part of the tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Level, Union
from niangjia.engines.counting import RECENT_MONTHS, Rollup
from niangjia.kernel.months import Month
from niangjia.portals.cockpit.figures.declared import Figure, Span
from niangjia.portals.design.requests import PageRequest, whole

MONTHS = RECENT_MONTHS
LISTS = "listing"
"""The source whose latest month is looked at first."""
BEGINNING = date(1949, 1, 1)
"""What stands is counted however old it is."""


@dataclass(frozen=True)
class Asked:
    """
    `trail`: the unions from the viewer's own down to `union`, both included. `last`: the month of the roll-up. `span`: instead of the figures'
    own, null = theirs. `is_own`: of the union's own rows, without those below it.
    """

    union: Union
    trail: tuple[Union, ...]
    month: Month
    last: Month
    as_of: datetime
    span: Span | None = None
    is_own: bool = False

    @classmethod
    def of(cls, request: PageRequest, rollup: Rollup) -> Asked:
        """
        As the address says; without a union the viewer's own, without a month that of the latest list: of a later one nobody can say yet
        how many there are.

        Raises NoSuchUnion: one that is not the viewer's or below it, as if there were none.
        """
        own = organizations.get_union(request.viewer.org_id)
        asked = whole(request.GET.get("union", ""))
        union = own if not asked or asked == own.id else organizations.get_union(asked)
        if not scope.covers(request.viewer.org_path, union.path):
            raise organizations.NoSuchUnion(asked)
        ids = [int(part) for part in union.path.removeprefix(own.path).split("/") if part]
        below = organizations.get_unions(ids)
        first = cls.first(rollup, (own, *(below[one] for one in ids)))
        return first.at(_month(request.GET.get("month", ""), first.last, first.month))

    @classmethod
    def first(cls, rollup: Rollup, trail: tuple[Union, ...]) -> Asked:
        """What a page shows of the last of `trail` before anything is chosen."""
        last = Month.of(timezone.localtime(rollup.as_of).date())
        listed = rollup.days_of(LISTS)
        return cls(trail[-1], trail, min(Month.of(listed[1]), last) if listed else last, last, rollup.as_of)

    @property
    def months(self) -> list[Month]:
        """The roll-up's last 36, oldest first."""
        return self.last.window(MONTHS)

    @property
    def is_so_far(self) -> bool:
        """The month is not over yet."""
        return self.month == self.last

    @property
    def today(self) -> date:
        """The roll-up's own day."""
        return timezone.localtime(self.as_of).date()

    def days(self, figure: Figure) -> tuple[date, date]:
        """From which day to which, both included, `figure` counts here."""
        span = self.span or figure.span
        if span is Span.STANDING:
            return BEGINNING, self.today
        first = date(self.month.year, 1, 1) if span is Span.YEAR else self.month.first_day
        return first, self.month.last_day

    def over(self, span: Span) -> Asked:
        """The same, whichever span its figures have themselves."""
        return replace(self, span=span)

    def own(self) -> Asked:
        """The same, of the union's own rows alone."""
        return replace(self, is_own=True)

    def at(self, month: Month) -> Asked:
        return replace(self, month=month)

    def query(self, **more: Any) -> str:
        """The address's question, with what is asked besides; None or empty leaves one out."""
        said: Mapping[str, Any] = {"union": self.union.id, "month": self.month.text, **more}
        return urlencode({name: value for name, value in said.items() if value not in (None, "")})

    def rows_url(self, figure: Figure, **more: Any) -> str:
        return f"{reverse('cockpit:rows', args=[figure.id])}?{self.query(**more)}"

    @property
    def has_map(self) -> bool:
        return self.union.level in (Level.PROVINCE, Level.CITY)


def _month(text: str, last: Month, otherwise: Month) -> Month:
    try:
        return min(max(Month(text), last.plus(1 - MONTHS)), last)
    except ValueError:
        return otherwise
