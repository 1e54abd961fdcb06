"""What must always be so of targets."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from niangjia.apps.files import queries as files
from niangjia.apps.targets import access
from niangjia.apps.targets.models import Statement
from niangjia.apps.targets.types import Violation


def verify() -> Iterator[Violation]:
    """STATED_SUM: the parts of every statement add up to its total. STATED_PAPER: each has its paper. Reads only."""
    for row in Statement.objects.order_by("pk").iterator():
        if sum((Decimal(one["value"]) for one in row.parts), Decimal(0)) != row.total:
            yield Violation(
                "STATED_SUM", f"statement:{row.pk}", "各部分之和不等于合计。请撤回后对照原件重报。", "Its parts do not add up to its total. Withdraw it and state it anew."
            )  # fmt: skip
        if not files.list_files(access.owner_of(row.pk)):
            yield Violation(
                "STATED_PAPER", f"statement:{row.pk}", "没有原件。请撤回后附上原件重报。", "Its paper is missing. Withdraw it and state it anew with the paper."
            )  # fmt: skip
