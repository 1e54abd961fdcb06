"""Pages of a list that may be very long: nobody turns to the thousandth page, so nobody counts that far."""

from __future__ import annotations

from functools import cached_property

from django.core import paginator
from django.db.models import QuerySet

MOST = 10_000


class Paginator(paginator.Paginator):
    """Counts to `MOST` rows and no further; `is_more` says that there are more. Whoever looks for one of them narrows the list."""

    @cached_property
    def _found(self) -> int:
        if isinstance(self.object_list, QuerySet) and not self.object_list.query.is_sliced:
            return self.object_list.order_by()[: MOST + 1].count()
        return len(self.object_list)

    @cached_property
    def count(self) -> int:
        return min(self._found, MOST)

    @property
    def is_more(self) -> bool:
        return self._found > MOST
