"""Every pack of the folder installed, with the values that the demo town fills in: for tests of what is published."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import yaml
from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries
from niangjia.apps.programs.models import ParameterValue
from niangjia.engines import policy
from niangjia.kernel.deployment import programs_folder

INVENTED = Path(__file__).resolve().parents[4] / "demo" / "town" / "parameters.yaml"


def install_all(enterer: Viewer, approver: Viewer, now: datetime) -> list[policy.Pack]:
    """Install every pack that may be from 2023 on and fill what the demo fills; values that stand already stay."""
    folder = programs_folder()
    vocabulary = policy.load_vocabulary(folder)
    found = [policy.load_pack(path.parent, vocabulary) for path in policy.list_packs(folder)]
    packs = [pack for pack in found if pack.status != "example"]  # an example is never in force
    programs.install_packs(packs, now=now, active_from=date(2023, 1, 1))
    have = {(one.pack_id, one.name) for one in queries.list_parameters(enterer)}
    for pack, entries in yaml.safe_load(INVENTED.read_text(encoding="utf-8")).items():
        for name, entry in entries.items():
            for since, value in entry.get("values", {}).items() if (pack, name) not in have else ():
                # Of the whole province: nobody of this small town could enter them on a page.
                ParameterValue.objects.create(
                    pack_id=pack, name=name, area="", starts_on=since, source="demo", is_invented=True,
                    value=str(value).lower() if isinstance(value, bool) else str(value),
                    entered_by_id=enterer.account_id, entered_at=now, approved_by_id=approver.account_id, approved_at=now,
                    known_on=timezone.localdate(now),
                )  # fmt: skip
    return packs
