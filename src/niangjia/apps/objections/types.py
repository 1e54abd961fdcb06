"""What may leave the room of notices and objections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class GrievanceState(TextChoices):
    OPEN = "OPEN", _("待答复")
    UPHELD = "UPHELD", _("成立")
    REJECTED = "REJECTED", _("不成立")


@dataclass(frozen=True)
class LiveNotice:
    """
    Everything the public may see of one decision. No ID number, phone, cause or school. `amount` null, `unit` and `tier` empty: the
    programme does not show it. `title_…`: the programme, empty for a hardship file.
    """

    id: int
    masked_name: str
    unit: str
    tier: str
    amount: Decimal | None
    starts_on: date
    ends_before: date
    title_zh: str = ""
    title_en: str = ""


@dataclass(frozen=True)
class RaisedObjection:
    """`receipt` is for whoever objected, to follow it by: shown once."""

    id: int
    receipt: str


@dataclass(frozen=True)
class ObjectionStatus:
    """Everything that a receipt number tells, to whoever has it: nothing of the case. `answered_on` is null while it waits."""

    raised_on: date
    state: GrievanceState
    answered_on: date | None
