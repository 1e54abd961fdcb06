"""What is typed freely and how somebody is reached: one JSON value, sealed for its table and row."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from niangjia.kernel.sealing import keys_in


def seal(values: Mapping[str, str], place: str) -> bytes | None:
    """Nothing to seal is null. `place`: table and row, ``need:<key>``."""
    kept = {name: value for name, value in values.items() if value}
    return keys_in(settings.KEYS_FOLDER).seal_values(kept, f"volunteers.{place}") if kept else None


def unseal(sealed: bytes | memoryview | None, place: str) -> dict[str, str]:
    """Raises CannotOpen: wrong key, altered value, or a value from another row."""
    return keys_in(settings.KEYS_FOLDER).open_values(sealed, f"volunteers.{place}")
