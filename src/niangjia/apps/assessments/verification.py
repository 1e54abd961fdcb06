"""What must always be so of assessments and rounds."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F

from niangjia.apps.assessments import access, drawing, pinning
from niangjia.apps.assessments.models import Adjustment, Correction, Publication, Round
from niangjia.apps.assessments.types import Violation
from niangjia.apps.audit import queries as audit
from niangjia.apps.files import queries as files
from niangjia.apps.tasks.types import LIVE, Origin


def verify() -> Iterator[Violation]:
    """
    ASSESSED_SAME: what was published comes out the same from its pinned figures. ASSESSED_KEPT: and is what the audit chain says. ASSESSED_SECOND: who confirms points did not propose them,
    and they have evidence. ROUND_DRAWN: a drawn round is that of its seed. CORRECTION_OWED: what is asked is owed by the union looked at. Reads only.
    """
    for row in Publication.objects.order_by("pk").iterator():
        if not pinning.comes_out_the_same(row):
            yield Violation(
                "ASSESSED_SAME", f"publication:{row.pk}", "按公布时的数重算，分数不同。请撤回后重新公布。",
                "Counted again from its pinned figures the points differ. Withdraw it and publish anew.",
            )  # fmt: skip
        said = {event.detail.get("hash") for event in audit.list_about(f"publication:{row.pk}", actions=["assessments.publish"])}  # fmt: skip
        if said != {pinning.hash_of({name: getattr(row, name) for name in pinning.PINNED})}:
            yield Violation(
                "ASSESSED_KEPT", f"publication:{row.pk}", "与公布时审计记录的指纹不符。请从备份核对。", "It is not what the audit chain says was published. Compare with a backup."
            )  # fmt: skip
    for one in Adjustment.objects.filter(confirmed_by__isnull=False).order_by("pk").iterator():
        if one.confirmed_by_id == one.proposed_by_id or not files.list_files(access.owner_of("adjusted", one.pk)):
            yield Violation(
                "ASSESSED_SECOND", f"adjustment:{one.pk}", "加减分没有依据，或由同一人提出和确认。", "Points without evidence, or proposed and confirmed by one person."
            )  # fmt: skip
    for held in Round.objects.exclude(seed="").order_by("pk").iterator():
        if drawing.draw(held.seed, held.population, len(held.chosen)) != held.chosen:
            yield Violation(
                "ROUND_DRAWN", f"round:{held.pk}", "按种子重抽，抽出的工会不同。", "Drawn again by its seed other unions come out."
            )  # fmt: skip
    wrong = Correction.objects.filter(task__state__in=LIVE).exclude(
        task__owner=F("look__org"), task__origin=Origin.RECTIFICATION
    )
    for pk in wrong.order_by("pk").values_list("pk", flat=True):
        yield Violation(
            "CORRECTION_OWED", f"rectification:{pk}", "整改任务不属于被督查的工会。请核对任务的责任工会。", "Its task is not owed by the union that was looked at. Check the task's owner."
        )  # fmt: skip
