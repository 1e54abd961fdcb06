"""A column that only ever holds a sealed value.

The seal's place is ``registry.person.<column>:<pseudonym>``: a value copied to another row or column does not open.
A field does not know its row, so reading and writing plain text is the model's work; what travels is `Sealed`, which
has no plain form. Assigning a str is a TypeError: plain text cannot reach the database by mistake.
"""

from __future__ import annotations

from base64 import b64decode, b64encode

from django.conf import settings
from django.db import models

from niangjia.kernel.sealing import Keys, keys_in


def keys() -> Keys:
    """The deployment's keys, read once. After a rotation the process is restarted, or ``keys_in.cache_clear()`` called."""
    return keys_in(settings.KEYS_FOLDER)


class Sealed:
    """Ciphertext. Shows nothing, however it is printed."""

    __slots__ = ("token",)

    def __init__(self, token: bytes) -> None:
        self.token = token

    def __repr__(self) -> str:
        return "‹sealed›"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and self.token == other.token

    def __hash__(self) -> int:
        return hash(self.token)

    @classmethod
    def of(cls, plain: str, place: str) -> Sealed:
        return cls(keys().seal(plain.encode(), place))

    def open(self, place: str) -> str:
        """Raises CannotOpen: wrong key, altered value, or a value from another place."""
        return keys().open(self.token, place).decode()


class SealedField(models.BinaryField):
    def from_db_value(self, value, expression, connection):
        return None if value is None else Sealed(bytes(value))

    def to_python(self, value):
        return Sealed(b64decode(value)) if isinstance(value, str) else value

    def get_prep_value(self, value):
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError(f"{self.name} takes a sealed value, not {type(value).__name__}")
        return value.token

    def value_to_string(self, obj):
        sealed: Sealed | None = getattr(obj, self.attname)
        return None if sealed is None else b64encode(sealed.token).decode()
