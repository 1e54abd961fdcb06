"""Landing: what owners deliver becomes the lake, once, or is refused in words that say what to do.

Always true here:
- rows_in = accepted + set aside + duplicate, for every batch; nothing is dropped in silence;
- ID numbers, names, phones and notes leave this room sealed or not at all;
- a batch is in the lake when its report is; before that no reader sees a byte of it;
- the same files in the same order give the same lake, byte for byte (but for sealed files, whose nonces are new).
"""

from niangjia.engines.sensing.landing.batch import Checked
from niangjia.engines.sensing.landing.feeds import Column, Feed, load_feeds, read_feed
from niangjia.engines.sensing.landing.folder import check_file, check_volume, land_folder
from niangjia.engines.sensing.landing.gates import UnusualVolume
from niangjia.engines.sensing.landing.identities import find_identities
from niangjia.engines.sensing.landing.reports import BatchReport, SetAside
from niangjia.engines.sensing.landing.vault import Identity

__all__ = [
    "BatchReport",
    "Checked",
    "Column",
    "Feed",
    "Identity",
    "SetAside",
    "UnusualVolume",
    "check_file",
    "check_volume",
    "find_identities",
    "land_folder",
    "load_feeds",
    "read_feed",
]
