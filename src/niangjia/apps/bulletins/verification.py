"""What must always be so of bulletins."""

from __future__ import annotations

from collections.abc import Iterator

from niangjia.apps.bulletins import text
from niangjia.apps.bulletins.models import Bulletin, Register
from niangjia.apps.bulletins.types import Violation

_ISSUED = ("ISSUED", "WITHDRAWN")


def verify() -> Iterator[Violation]:
    """BULLETIN_FIGURES, BULLETIN_HANDS, BULLETIN_NUMBERS, BULLETIN_REVISION. Reads only."""
    numbers: dict[tuple[int, int | None], list[int]] = {}
    for row in Bulletin.objects.filter(state__in=_ISSUED).order_by("pk").iterator():
        place = f"bulletin:{row.pk}"
        numbers.setdefault((row.org_id, row.year), []).append(row.number or 0)
        if not _is_pinned(row):
            yield Violation(
                "BULLETIN_FIGURES", place, "正文中的数字与签发时锁定的不一致。请从备份核对。", "Its text does not say the figures that were pinned. Compare with a backup."
            )  # fmt: skip
        if row.issued_by_id in (row.drafted_by_id, row.edited_by_id):
            yield Violation(
                "BULLETIN_HANDS", place, "起草和签发是同一人。请撤回后由他人重新签发。", "It was issued by who wrote it. Withdraw it and have another person issue it."
            )  # fmt: skip
        if row.revisions.filter(version=row.version, content=row.content).count() != 1:
            yield Violation(
                "BULLETIN_REVISION", place, "签发的正文不是最后一稿。请从备份核对。", "What was issued is not its last revision. Compare with a backup."
            )  # fmt: skip
    last = {(one.org_id, one.year): one.last for one in Register.objects.all()}
    for org_id, year in {key for key, count in last.items() if count} - set(numbers):
        numbers[org_id, year] = []
    for (org_id, year), given in sorted(numbers.items()):
        if sorted(given) != list(range(1, len(given) + 1)) or last.get((org_id, year or 0)) != len(given):
            yield Violation(
                "BULLETIN_NUMBERS", f"orgunit:{org_id}", f"{year} 年的编号不连续。请核对登记。", f"The numbers of {year} have a gap. Check the register."
            )  # fmt: skip


def _is_pinned(row: Bulletin) -> bool:
    """What was issued is the text with its figures, and each figure is said as it was counted, or as it was changed for a reason."""
    blocks = [block["text"] for block in row.content["blocks"]]
    figures = {one["title"]: one for one in row.figures}
    for title, value in (found for block in blocks for found in text.CHIP.findall(block)):
        one = figures.get(title)
        if (
            one is None
            or value.strip() != (one["changed"] or one["text"])
            or bool(one["changed"]) != bool(one["reason"])
        ):
            return False
    return row.pinned == [text.plain(block) for block in blocks]
