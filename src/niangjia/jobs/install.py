"""Packs from a folder put into force by whoever runs this machine; pages do it under four eyes (`programs.publish_draft`)."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from niangjia.apps.audit import actions as audit
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs.types import PackCard, Retroactive
from niangjia.engines import policy
from niangjia.jobs.operating import operator
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.problems import Refusal


class NoPackThere(Refusal):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} 中没有规则包（program.yaml）。请给出一个规则包的文件夹。",
            f"{folder} holds no pack (program.yaml). Give a pack's folder.",
        )


def install(
    folder: Path, *, active_from: date | None = None, retroactive: Retroactive | None = None, now: datetime
) -> list[PackCard]:
    """
    Of one pack's folder, or of a folder of packs. Safe to repeat: a text in force is left alone. On record with the machine's account.

    Raises:
        NoPackThere; PackError, ExampleOnly, WouldRewrite, AfterInCircle, ReasonMissing, SourceMissing: as of `install_packs`.
    """
    home = programs_folder()
    vocabulary = policy.load_vocabulary(home)
    paths = [folder / "program.yaml"] if (folder / "program.yaml").exists() else policy.list_packs(folder)
    packs = [policy.load_pack(path.parent, vocabulary) for path in paths]
    if not packs:
        raise NoPackThere(folder)
    cards = programs.install_packs(packs, now, programs=home, active_from=active_from, retroactive=retroactive)
    detail = {"operator": operator(), "packs": [card.id for card in cards], "from": str(active_from)}
    audit.record(None, action="programs.install_by_command", object="packs", detail=detail, now=now)
    return cards
