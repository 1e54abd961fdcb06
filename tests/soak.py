"""Whether this is `make soak` (``NIANGJIA_NEW_CASES``): then tests take more cases, drawn anew, and nobody waits for them."""

import os

IS_SOAK = bool(os.environ.get("NIANGJIA_NEW_CASES"))


def often(daily: int, soak: int = 0) -> int:
    """How many cases: `daily`, of them a third when the same were seen on SQLite before and PostgreSQL is asked; `soak` in the soak."""
    if IS_SOAK:
        return soak or daily
    return max(2, daily // 3) if os.environ.get("NIANGJIA_DATABASE_URL") else daily
