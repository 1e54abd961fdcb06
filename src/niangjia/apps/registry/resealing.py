"""The columns of this room that hold sealed values, for a rotation of the keys."""

from __future__ import annotations

from niangjia.apps.registry.fields import Sealed
from niangjia.apps.registry.models import Correction, HeldValue, Person
from niangjia.kernel.resealing import SealedColumn

_OF_A_PERSON = ("name", "id_number", "phone", "bank_account")


def sealed_columns() -> tuple[SealedColumn, ...]:
    persons = (
        SealedColumn(name, Person.objects.all(), lambda row, name=name: row.place(name), Sealed)
        for name in _OF_A_PERSON
    )
    return (
        *persons,
        SealedColumn("secret", Correction.objects.all(), lambda row: row.place),
        SealedColumn("feed_says", HeldValue.objects.select_related("person"), lambda row: row.place, Sealed),
    )
