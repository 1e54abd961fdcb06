"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from niangjia.apps.contests.models import Award

_CHUNK = 5_000


def honours() -> Iterator[Mapping[str, Any]]:
    """What an entry of a contest was given, of the union that put it forward."""
    said = ("entry_id", "given_on", "entry__org_id", "entry__person_id", "amount", "entry__contest__pack_id", "award")
    for entry, day, union, person, amount, contest, award in (
        Award.objects.order_by("pk").values_list(*said).iterator(_CHUNK)
    ):
        yield {
            "ref": f"entry:{entry}", "day": day, "union_id": union, "person": person, "amount": amount, "contest": contest, "award": award,
        }  # fmt: skip
