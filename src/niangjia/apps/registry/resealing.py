"""The columns of this room that hold sealed values, for a rotation of the keys."""

from __future__ import annotations

from niangjia.apps.registry.fields import Sealed
from niangjia.apps.registry.models import Correction, HeldValue, Person
from niangjia.kernel.resealing import SealedColumn

_OF_A_PERSON = ("name", "id_number", "phone", "bank_account")


def _of_person(column: str) -> SealedColumn:
    return SealedColumn(column, Person.objects.all(), lambda row: row.place(column), Sealed)


def sealed_columns() -> tuple[SealedColumn, ...]:
    return (
        *map(_of_person, _OF_A_PERSON),
        SealedColumn("secret", Correction.objects.all(), lambda row: row.place),
        SealedColumn("feed_says", HeldValue.objects.select_related("person"), lambda row: row.place, Sealed),
    )
