"""From pseudonyms back to persons, for the few whom somebody is about to visit."""

from __future__ import annotations

from pathlib import Path

from niangjia.engines.sensing import lake as lakes
from niangjia.engines.sensing.landing.vault import RICHEST, Identity, open_identities
from niangjia.kernel.sealing import Keys


def find_identities(lake: Path, keys: Keys, pseudonyms: set[str]) -> dict[str, Identity]:
    """
    {pseudonym: identity} for those known; from the newest register and membership, then from every
    other batch, newest first, until everyone is known.

    Pseudonyms are 32 hex digits, with or without dashes; they come back as they were given.
    """
    newest_first = sorted(lakes.committed(lake), key=lambda report: report.batch, reverse=True)
    richest = [next((report.batch for report in newest_first if report.feed == feed), "") for feed in RICHEST]
    others = [report.batch for report in newest_first if report.batch not in richest]
    return open_identities(lake, filter(None, richest), others, keys, pseudonyms)
