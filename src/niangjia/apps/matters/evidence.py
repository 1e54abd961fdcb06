"""Papers as files: whose they are, and how each stands. The files' room keeps them sealed; who may see them is asked here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from niangjia.apps.files import queries as files
from niangjia.apps.files.types import FileCard, Owner
from niangjia.apps.matters.models import Draft, Matter

KIND = "application"
MOST = 6
"""Files of one paper."""


def owner_of(one: Draft | Matter) -> Owner:
    """A matter keeps the files of the draft that it began as; a draft that mends it adds to them."""
    if isinstance(one, Draft) and one.matter is not None:
        one = one.matter
    return Owner(KIND, one.key.hex)


def part_of(code: str) -> str:
    """The files' room names a part in forty characters."""
    return code[:40]


def objection_part(objection_id: int) -> str:
    """Papers that came with one objection: no code of a form has a colon."""
    return f"objection:{objection_id}"


def files_of(one: Draft | Matter) -> dict[str, tuple[FileCard, ...]]:
    """By part, oldest first."""
    found: dict[str, tuple[FileCard, ...]] = {}
    for card in files.list_files(owner_of(one)):
        found[card.part] = (*found.get(card.part, ()), card)
    return found


def added(theirs: Mapping[str, tuple[FileCard, ...]], code: str, since: datetime) -> bool:
    """Whether a file of this paper came since then."""
    return any(card.uploaded_at >= since for card in theirs.get(part_of(code), ()))
