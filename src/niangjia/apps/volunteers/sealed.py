"""What is typed freely and how somebody is reached: one JSON value, sealed for its table and row."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.conf import settings

from niangjia.kernel.sealing import keys_in


def seal(values: Mapping[str, str], place: str) -> bytes | None:
    """Nothing to seal is null. `place`: table and row, ``need:<key>``."""
    kept = {name: value for name, value in values.items() if value}
    if not kept:
        return None
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return keys_in(settings.KEYS_FOLDER).seal(text.encode(), f"volunteers.{place}")


def unseal(sealed: bytes | memoryview | None, place: str) -> dict[str, str]:
    """Raises CannotOpen: wrong key, altered value, or a value from another row."""
    if sealed is None:
        return {}
    found: dict[str, str] = json.loads(
        keys_in(settings.KEYS_FOLDER).open(bytes(sealed), f"volunteers.{place}").decode()
    )
    return found
