"""Sensing: a month of feed files becomes the list of households that may need help, and says why for each.

Always true here:
- names and ID numbers stay out of the lake; persons are pseudonyms until `find_identities` is asked for a few of them;
- what did not come is UNKNOWN, never zero: nobody leaves a list because a feed is missing;
- a run writes a new folder and never edits an old one; the same inputs give the same rows;
- every SQL step is a named table with its grain; all money is DECIMAL(16,2).
"""

from niangjia.engines.sensing.lake import (
    batch_names,
    committed,
    latest_snapshot,
    pseudonym_text,
    rows_of_months,
    snapshot_size,
)
from niangjia.engines.sensing.landing import (
    BatchReport,
    Checked,
    Feed,
    Identity,
    SetAside,
    UnusualVolume,
    check_file,
    check_volume,
    find_identities,
    land_folder,
    load_feeds,
    read_feed,
)
from niangjia.engines.sensing.own import OpenFile, OwnHistory, Verification
from niangjia.engines.sensing.pack import SensingPack, check_folder, load_sensing_pack
from niangjia.engines.sensing.persons import employers_of, memberships_of, relations_of
from niangjia.engines.sensing.run import MonthNotLanded, Run, list_runs, official_run, sense_month
from niangjia.engines.sensing.verification import verify_lake, verify_runs

__all__ = [
    "BatchReport", "Checked", "Feed", "Identity", "MonthNotLanded", "OpenFile", "OwnHistory", "Run", "SensingPack", "SetAside", "UnusualVolume", "Verification",
    "batch_names", "check_file", "check_folder", "check_volume", "committed", "employers_of", "find_identities", "land_folder", "latest_snapshot", "list_runs", "load_feeds", "load_sensing_pack", "memberships_of", "official_run", "pseudonym_text", "read_feed", "relations_of", "rows_of_months", "sense_month", "snapshot_size", "verify_lake", "verify_runs",
]  # fmt: skip
