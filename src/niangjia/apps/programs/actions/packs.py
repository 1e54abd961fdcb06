"""Installing packs: a text that passes its checks holds from a day on; what has been decided is not rewritten behind anybody's back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.programs import installed, late
from niangjia.apps.programs.actions.reconsidering import reconsider
from niangjia.apps.programs.cards import pack_card
from niangjia.apps.programs.models import Decision, PackVersion
from niangjia.apps.programs.problems import AfterInCircle, ExampleOnly, ReasonMissing, SourceMissing, WouldRewrite
from niangjia.apps.programs.types import PackCard, Retroactive
from niangjia.engines import policy


def install_packs(
    packs: Iterable[policy.Pack],
    now: datetime,
    *,
    viewer: Viewer | None = None,
    programs: Path | None = None,
    active_from: date | None = None,
    retroactive: Retroactive | None = None,
) -> list[PackCard]:
    """
    Keep each pack's text, and the facts' declarations it was written in, under its hash; it decides from `active_from` on. Whatever
    held from that day on ends there, and is kept. By default: from today, or the day after the last that was decided about; a
    programme's first text holds since ever.

    `retroactive`: the text holds from a day about which others have decided; those decisions are made anew and differences wait for
    a person. Safe to repeat: a text in force is left alone. `programs`: the folder that holds ``vocabulary``, two above the pack's
    by default. A container is installed to be read, and never decides. Permission: programs.manage; `viewer` None: the system (init).

    Raises:
        PackError: a pack does not pass its own check, its cases included.
        ExampleOnly: it says of itself that it is an example.
        WouldRewrite: others have decided about days from `active_from` on, and `retroactive` was not said.
        AfterInCircle: programmes name each other as those that come first.
        ReasonMissing, SourceMissing: of a retroactive change.
    """
    if viewer is not None:
        permissions.require(viewer, "programs.manage")
    if retroactive is not None:
        require_story(retroactive)
    wanted = list(packs)
    refuse_together(wanted)
    cards = []
    for pack in wanted:
        version = install_one(
            pack, now, viewer=viewer, programs=programs or pack.folder.parent.parent, active_from=active_from,
            is_retroactive=retroactive is not None,
        )  # fmt: skip
        if retroactive is not None and version.installed_at == now:
            reconsider(viewer=viewer, cause=late.cause_of_version(version, retroactive), now=now)
        cards.append(pack_card(version))
    return cards


def install_one(
    pack: policy.Pack, now: datetime, *, viewer: Viewer | None, programs: Path, active_from: date | None, is_retroactive: bool
) -> PackVersion:  # fmt: skip
    """One text that `refuse_together` let through, in one transaction; nothing is decided anew. Raises PackError, WouldRewrite."""
    files = _files(pack, programs)
    hashes = (pack.content_hash, installed.vocabulary_hash(files))
    with transaction.atomic():
        installed.note_change()
        standing = _standing(pack)
        if (
            standing
            and (standing.content_hash, standing.vocabulary_hash) == hashes
            and not _is_earlier(active_from, standing)
        ):
            return standing
        if problems := policy.check_pack(pack):
            raise policy.PackError(problems)
        begins = _begins(pack, standing, active_from, now, is_retroactive=is_retroactive)
        return _install(pack, files, hashes, begins, viewer, now)


def require_story(retroactive: Retroactive) -> None:
    if not retroactive.reason.strip():
        raise ReasonMissing
    if not retroactive.source.strip():
        raise SourceMissing


def refuse_together(packs: Sequence[policy.Pack]) -> None:
    """Before any of them is installed. Raises ExampleOnly, AfterInCircle."""
    for pack in packs:
        if pack.status == "example":
            raise ExampleOnly(pack.id)
    _refuse_circle(packs)


def _refuse_circle(packs: Sequence[policy.Pack]) -> None:
    """Over what is installed and what comes, whatever the area: a circle is no order anywhere. Raises AfterInCircle."""
    after = {pack.id: set(pack.after) for pack in packs}
    known = PackVersion.objects.filter(active_until__isnull=True).exclude(pack_id__in=after)
    if any(after.values()):
        for version in known:
            after.setdefault(version.pack_id, set()).update(installed.pack_of(version).after)
    for start in sorted(after):
        path, seen = [start], {start}
        waiting = [iter(sorted(after[start]))]
        while waiting:
            earlier = next(waiting[-1], None)
            if earlier is None:
                waiting.pop()
                path.pop()
            elif earlier == start:
                raise AfterInCircle([*path, start])
            elif earlier not in seen and earlier in after:
                seen.add(earlier)
                path.append(earlier)
                waiting.append(iter(sorted(after[earlier])))


def _standing(pack: policy.Pack) -> PackVersion | None:
    rows = PackVersion.objects.select_for_update().filter(pack_id=pack.id, area=pack.area, active_until__isnull=True)
    return rows.first()


def _is_earlier(active_from: date | None, standing: PackVersion) -> bool:
    return active_from is not None and standing.active_from is not None and active_from < standing.active_from


def _begins(
    pack: policy.Pack, standing: PackVersion | None, active_from: date | None, now: datetime, *, is_retroactive: bool
) -> date | None:
    """The text's first day; None = since ever. Raises WouldRewrite."""
    mine = Decision.objects.filter(version__pack_id=pack.id, area__startswith=pack.area)
    decided = mine.aggregate(last=Max("asof"))["last"]
    if standing is None and decided is None:
        return None
    if active_from is None:
        today = timezone.localdate(now)
        return today if decided is None else max(today, decided + timedelta(days=1))
    if decided is not None and active_from <= decided and not is_retroactive:
        raise WouldRewrite(pack.id, active_from, decided)
    return active_from


def _install(
    pack: policy.Pack,
    files: dict[str, str],
    hashes: tuple[str, str],
    begins: date | None,
    viewer: Viewer | None,
    now: datetime,
) -> PackVersion:
    after = PackVersion.objects.filter(pack_id=pack.id, area=pack.area)
    for other in after.filter(Q(active_until__isnull=True) | Q(active_until__gt=begins or date.min)).order_by("pk"):
        other.active_until = max(begins or date.min, other.active_from or date.min)
        other.save(update_fields=["active_until"])
    version = PackVersion.objects.create(
        pack_id=pack.id,
        content_hash=hashes[0],
        vocabulary_hash=hashes[1],
        area=pack.area,
        unit=pack.unit,
        title_zh=pack.title["zh"],
        title_en=pack.title["en"],
        files=files,
        active_from=begins,
        installed_at=now,
        installed_by_id=viewer.account_id if viewer else None,
    )
    detail = {"pack": pack.id, "area": pack.area, "hash": pack.content_hash, "from": str(version.active_from)}
    audit.record(viewer, action="programs.install", object=f"pack:{version.pk}", detail=detail, now=now)
    return version


def _files(pack: policy.Pack, programs: Path) -> dict[str, str]:
    files = {"program.yaml": (pack.folder / "program.yaml").read_text(encoding="utf-8")}
    if (pack.folder / "cases.yaml").exists():
        files["cases.yaml"] = (pack.folder / "cases.yaml").read_text(encoding="utf-8")
    vocabulary = programs / "vocabulary"
    for path in [*vocabulary.glob("units.yaml"), *sorted((vocabulary / "facts").glob("*.yaml"))]:
        files[f"vocabulary/{path.relative_to(vocabulary).as_posix()}"] = path.read_text(encoding="utf-8")
    return files
