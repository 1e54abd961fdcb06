"""Pages of a list that may be very long: nobody turns to the thousandth page, so nobody counts that far."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core import paginator
from django.db.models import QuerySet

MOST = 10_000


class Paginator(paginator.Paginator):
    """
    Counts to `MOST` rows and no further; `is_more` says that there are more. Whoever looks for one of them narrows the list.

    `known`: how many there are, when the page has counted them already.
    """

    def __init__(self, rows: Any, per_page: int, *, known: int | None = None) -> None:
        super().__init__(rows, per_page)
        self.known = known

    @cached_property
    def _found(self) -> int:
        if self.known is not None:
            return self.known
        if isinstance(self.object_list, QuerySet) and not self.object_list.query.is_sliced:
            return self.object_list.order_by()[: MOST + 1].count()
        return len(self.object_list)

    @cached_property
    def count(self) -> int:
        return min(self._found, MOST)

    def page(self, number: int | str) -> paginator.Page:
        """
        The numbers of the page's rows are found first and only then the rows: a database that sorts a province need not carry along
        what thirty thousand rows say, and whom they belong to.
        """
        page, rows = super().page(number), self.object_list
        if isinstance(rows, QuerySet) and not (
            rows.query.is_sliced or rows.query.combinator or rows.query.values_select
        ):
            bottom = (page.number - 1) * self.per_page
            numbers = rows.values("pk")[bottom : bottom + self.per_page]
            page.object_list = rows.filter(pk__in=numbers)
        return page

    @property
    def is_more(self) -> bool:
        return self._found > MOST
