"""Installing packs, filling in what they leave open, deciding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.programs import deciding, installed, values
from niangjia.apps.programs.models import Decision, PackVersion, ParameterValue, Standard
from niangjia.apps.programs.queries import decision_card, override, pack_card
from niangjia.apps.programs.types import DecisionCard, Override, PackCard, StandardRow, Subject
from niangjia.engines import policy
from niangjia.engines.policy.parameters import is_area, misfit
from niangjia.kernel.money import yuan
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal


class NoSuchParameter(Refusal):
    def __init__(self, program: str, name: str) -> None:
        super().__init__(
            f"项目 {program} 没有参数 {name}，或该项目尚未安装。",
            f"The programme {program} has no parameter {name}, or is not installed.",
        )


class ParameterTaken(Refusal):
    def __init__(self, name: str, area: str, starts_on: date) -> None:
        super().__init__(
            f"参数 {name} 在区划 {area} 自 {starts_on} 已有值。要更改请先撤回原值。",
            f"The parameter {name} already has a value for {area} from {starts_on}. Withdraw that one first.",
        )


class FourEyes(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "录入人（及与其互相代岗的同事）不能审批这个参数。请由另一位同事审批。",
            "Who entered a value, or stands in for who did, does not approve it. Ask another colleague.",
        )


class SourceMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请写明参数的出处（文号或网址）。", "Say where the value comes from (document number or address)."
        )


class UnfitValue(Refusal):
    pass


class WasUsed(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"参数 {name} 已审批生效，不能撤回。请另录一个新的起始日期。",
            f"The parameter {name} is approved and in force. Enter a new value with a later first day instead.",
        )


def install_packs(
    packs: Iterable[policy.Pack],
    now: datetime,
    *,
    viewer: Viewer | None = None,
    programs: Path | None = None,
    active_from: date | None = None,
) -> list[PackCard]:
    """
    Keep each pack's text, and the facts' declarations it was written in, under its hash; it decides from `active_from` on (today by
    default; a programme's first version holds since ever). The version before it ends there, and is kept.

    Safe to repeat: a text in force is left alone. `programs` is the folder that holds ``vocabulary``, two above the pack's by default.
    Permission: programs.manage; `viewer` None: the system (init).
    """
    if viewer is not None:
        permissions.require(viewer, "programs.manage")
    starts_on = active_from or timezone.localdate(now)
    cards = []
    for pack in packs:
        files = _files(pack, programs or pack.folder.parent.parent)
        with transaction.atomic():
            standing = (
                PackVersion.objects.select_for_update()
                .filter(pack_id=pack.id, area=pack.area, active_until__isnull=True)
                .first()
            )
            hashes = (pack.content_hash, installed.vocabulary_hash(files))
            if standing and (standing.content_hash, standing.vocabulary_hash) == hashes:
                cards.append(pack_card(standing))
                continue
            if standing:
                standing.active_until = max(starts_on, standing.active_from or starts_on)
                standing.save(update_fields=["active_until"])
            version = PackVersion.objects.create(
                pack_id=pack.id,
                content_hash=hashes[0],
                vocabulary_hash=hashes[1],
                area=pack.area,
                unit=pack.unit,
                title_zh=pack.title["zh"],
                title_en=pack.title["en"],
                files=files,
                active_from=standing.active_until if standing else None,
                installed_at=now,
                installed_by_id=viewer.account_id if viewer else None,
            )
            detail = {"pack": pack.id, "area": pack.area, "hash": pack.content_hash, "from": str(version.active_from)}
            audit.record(viewer, action="programs.install", object=f"pack:{version.pk}", detail=detail, now=now)
            cards.append(pack_card(version))
    return cards


def _files(pack: policy.Pack, programs: Path) -> dict[str, str]:
    files = {"program.yaml": (pack.folder / "program.yaml").read_text(encoding="utf-8")}
    vocabulary = programs / "vocabulary"
    for path in [*vocabulary.glob("units.yaml"), *sorted((vocabulary / "facts").glob("*.yaml"))]:
        files[f"vocabulary/{path.relative_to(vocabulary).as_posix()}"] = path.read_text(encoding="utf-8")
    return files


def receive_standards(rows: Iterable[StandardRow], *, source: str, now: datetime) -> int:
    """
    Take in the `standard` feed's rows; return how many were new or changed. For the landing job.

    Safe to repeat. A changed amount of an area and day replaces the former; decisions made keep the one they used.
    """
    changed = 0
    with transaction.atomic():
        known = {(row.area, row.starts_on): row.monthly for row in Standard.objects.all()}
        for row in rows:
            if known.get((row.area, row.starts_on)) != yuan(row.monthly):
                Standard.objects.update_or_create(
                    area=row.area,
                    starts_on=row.starts_on,
                    defaults={"monthly": yuan(row.monthly), "source": source, "received_at": now},
                )
                changed += 1
        if changed:
            audit.record(
                None, action="programs.receive_standards", object="standards", detail={"rows": changed}, now=now
            )
    return changed


def enter_parameter(
    *,
    viewer: Viewer,
    program: str,
    name: str,
    area: str,
    starts_on: date,
    value: str,
    source: str,
    now: datetime,
    is_invented: bool = False,
) -> Override:
    """
    Enter a value that the pack leaves open, or another one for an area; it counts once a colleague approves it.

    Safe to repeat with the same value. Permission: programs.manage.

    Raises:
        NotAllowed, NoSuchParameter, BadValue, UnfitValue, SourceMissing, ParameterTaken.
    """
    permissions.require(viewer, "programs.manage")
    version = PackVersion.objects.filter(pack_id=program, active_until__isnull=True).order_by("area").first()
    parameter = installed.pack_of(version).parameters.get(name) if version else None
    if parameter is None:
        raise NoSuchParameter(program, name)
    if fault := misfit(parameter, installed.read_value(parameter, value)):  # type: ignore[arg-type]
        raise UnfitValue(f"参数 {name}：{fault[0]}", f"Parameter {name}: {fault[1]}")
    if area and not is_area(area):
        raise UnfitValue(f"{area} 不是区划代码。", f"{area} is not a division code.")
    if not source.strip():
        raise SourceMissing
    key = {"pack_id": program, "name": name, "area": area, "starts_on": starts_on}
    with transaction.atomic():
        standing = ParameterValue.objects.filter(**key, withdrawn_at__isnull=True).first()
        if standing is None:
            try:
                with transaction.atomic():
                    row = ParameterValue.objects.create(
                        **key,
                        value=value,
                        source=source.strip(),
                        is_invented=is_invented,
                        entered_by_id=viewer.account_id,
                        entered_at=now,
                    )
            except IntegrityError as error:
                raise ParameterTaken(name, area, starts_on) from error
            detail = {
                "pack": program,
                "name": name,
                "area": area,
                "from": starts_on.isoformat(),
                "value": value,
                "invented": is_invented,
            }
            audit.record(
                viewer, action="programs.enter_parameter", object=f"parameter:{row.pk}", detail=detail, now=now
            )
            return override(row)
        if standing.value != value:
            raise ParameterTaken(name, area, starts_on)
        return override(standing)


def approve_parameter(*, viewer: Viewer, parameter_id: int, now: datetime) -> Override:
    """
    Approve a value that a colleague entered; from now on it counts. Safe to repeat by whom it was approved.

    Raises:
        NotAllowed, NoSuchParameter, FourEyes.
    """
    permissions.require(viewer, "programs.manage")
    with transaction.atomic():
        row = ParameterValue.objects.filter(pk=parameter_id, withdrawn_at__isnull=True).first()
        if row is None:
            raise NoSuchParameter("", str(parameter_id))
        if viewer.has_hand_in([row.entered_by_id]):
            raise FourEyes
        if ParameterValue.objects.filter(pk=row.pk, approved_by__isnull=True).update(
            approved_by_id=viewer.account_id, approved_at=now
        ):
            detail = {"pack": row.pack_id, "name": row.name, "area": row.area, "value": row.value}
            audit.record(
                viewer, action="programs.approve_parameter", object=f"parameter:{row.pk}", detail=detail, now=now
            )
        row.refresh_from_db()
        return override(row)


def withdraw_parameter(*, viewer: Viewer, parameter_id: int, reason: str, now: datetime) -> None:
    """
    Take back a value that nobody has approved yet. Safe to repeat.

    Raises:
        NotAllowed, NoSuchParameter, WasUsed: it is approved.
    """
    permissions.require(viewer, "programs.manage")
    with transaction.atomic():
        row = ParameterValue.objects.filter(pk=parameter_id).first()
        if row is None:
            raise NoSuchParameter("", str(parameter_id))
        if row.approved_by_id is not None:
            raise WasUsed(row.name)
        if ParameterValue.objects.filter(pk=row.pk, withdrawn_at__isnull=True, approved_by__isnull=True).update(
            withdrawn_at=now
        ):
            audit.record(
                viewer, action="programs.withdraw_parameter", object=f"parameter:{row.pk}", reason=reason, now=now
            )


def decide(
    *,
    viewer: Viewer | None,
    program: str,
    subject: Subject,
    area: str,
    asof: date,
    facts: Mapping[str, object],
    now: datetime,
    used: Mapping[str, object] | None = None,
) -> DecisionCard:
    """
    Decide about one subject and keep the decision for good, with everything needed to make it again.

    `facts` by the vocabulary's names; a fact that is missing or None is not known. `used`: cap id → what was granted before; None leaves
    the caps to the funds. Only the facts that the pack asks for are kept. Safe to repeat: the same question has one decision.
    The caller has checked that the viewer may decide about this subject.

    Raises:
        NoPackHere: no such programme there on that day.
        MissingParameter: a parameter or standard has no value; names it, the area and the day.
        FactError: a fact of a wrong type.
    """
    version = installed.get_version(program, area=area, asof=asof)
    compiled = installed.compiled(version, area=area, asof=asof)
    asked = values.to_json({name: facts.get(name) for name in compiled.pack.facts})
    parameters = values.to_json(compiled.parameters)
    taken = None if used is None else values.to_json(used)
    digest = values.digest(
        version.content_hash,
        version.vocabulary_hash,
        subject.kind,
        subject.id,
        asof.isoformat(),
        area,
        asked,
        parameters,
        taken,
    )
    standing = Decision.objects.select_related("version").filter(digest=digest).first()
    if standing:
        return decision_card(standing)
    said = deciding.answer(compiled, values.from_json(asked), used)
    try:
        with transaction.atomic():
            row = Decision.objects.create(
                version=version,
                subject_kind=subject.kind,
                subject_id=subject.id,
                asof=asof,
                month=Month.of(asof).text,
                area=area,
                facts=asked,
                parameters=parameters,
                used=taken,
                outcome=said.outcome,
                tier=said.tier,
                amount=said.amount,
                lines=[[line.id, line.kind, str(line.amount)] for line in said.lines],
                needs_approval=list(said.needs_approval),
                clauses=list(said.clauses),
                trace=[asdict(line) for line in said.trace],
                unknown=list(said.unknown),
                digest=digest,
                made_by_id=viewer.account_id if viewer else None,
                made_at=now,
            )
            detail = {
                "pack": program,
                "hash": version.content_hash,
                "outcome": said.outcome.value,
                "tier": said.tier,
                "amount": str(said.amount or ""),
            }
            audit.record(viewer, action="programs.decide", object=f"decision:{row.pk}", detail=detail, now=now)
    except IntegrityError:  # the same question was decided at the same moment
        row = Decision.objects.select_related("version").get(digest=digest)
    return decision_card(row)
