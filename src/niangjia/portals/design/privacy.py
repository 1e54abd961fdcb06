"""What the vocabulary declares of personal data, for the pages that say it: purposes, how long things are kept, and every feed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml

from niangjia.engines import sensing
from niangjia.kernel.deployment import programs_folder


@lru_cache(maxsize=1)
def declared() -> dict[str, Any]:
    """`purposes` by code and `kept`, as ``vocabulary/privacy.yaml`` has them; read once a process."""
    return yaml.safe_load((programs_folder() / "vocabulary" / "privacy.yaml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def personal_feeds() -> list[sensing.Feed]:
    """Feeds about people, by owner: those with a column that holds an ID number."""
    feeds = sensing.load_feeds(programs_folder()).values()
    return sorted((feed for feed in feeds if feed.id_columns), key=lambda feed: (feed.owner, feed.name))


def sources_of(vault: str) -> list[sensing.Feed]:
    """The feeds that deliver this sealed field (``name``, ``phone``)."""
    return [feed for feed in personal_feeds() if any(column.vault == vault for column in feed.columns.values())]
