"""
The register of honours and skill levels: what a person was given, by whom, on which day, and what it rests on: a contest, or a certificate got
by examination that an officer saw.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import scope
from niangjia.apps.registry.closeness import own_people
from niangjia.apps.registry.corrections import OwnData
from niangjia.apps.registry.models import Person, Recognition
from niangjia.apps.registry.problems import NotFound
from niangjia.apps.registry.types import Certificate, RecognitionCard, RecognitionFacts, RecognitionKind
from niangjia.kernel.problems import Refusal

SKILL_LEVELS: Sequence[str] = (
    "apprentice", "junior", "intermediate", "senior", "technician", "senior_technician", "special_technician", "chief_technician",
)  # fmt: skip
"""Lowest first; the vocabulary's `skill_level` has the same codes."""


class CertificateUnfit(Refusal):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            f"证书没有登记：{zh}。请对照证书改正。",
            f"The certificate was not entered: {en}. Compare it with the paper.",
        )


class CertificateTaken(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这个编号的证书已经登记过，内容或持证人不同。请核对编号；原来登记错的，先撤下，再重新登记。",
            "A certificate of this number is on file already, with other words or of somebody else. Check the number; what was entered wrongly is taken down first.",
        )


class CertificateReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请写明依据或原因，例如看了证书原件、在查询网站核对过。",
            "Say what it was checked against, or why: the paper was seen, the number was looked up.",
        )


@transaction.atomic
def enter_certificate(*, viewer: Viewer, person_id: int, certificate: Certificate, reason: str, now: datetime) -> int:
    """
    Enter a skill certificate got by examination; its id. Programmes see its level from then on. `reason`: what it was checked against. Safe to
    repeat: the same certificate of the same person is entered once.

    Raises: NotAllowed, NotFound, OwnData, CertificateReasonMissing, CertificateUnfit, CertificateTaken.
    """
    org_id = _person_to_change(viewer, person_id)
    if not reason.strip():
        raise CertificateReasonMissing
    told = _checked(certificate, localdate(now))
    standing = Recognition.objects.filter(number=told["number"], withdrawn_at__isnull=True).first()
    if standing is not None:
        if standing.person_id != person_id or any(getattr(standing, name) != value for name, value in told.items()):
            raise CertificateTaken
        return standing.pk
    row = Recognition.objects.create(
        person_id=person_id, kind=RecognitionKind.SKILL, org_id=org_id, ref=f"certificate:{told['number']}", entered_by_id=viewer.account_id,
        entered_at=now, **told,
    )  # fmt: skip
    detail = {"org": org_id, "person": person_id, "level": certificate.level, "recognition": row.pk}
    audit.record(
        viewer, action="registry.enter_certificate", object=f"person:{person_id}", reason=reason.strip()[:300], detail=detail, now=now
    )  # fmt: skip
    return row.pk


@transaction.atomic
def withdraw_certificate(*, viewer: Viewer, recognition_id: int, reason: str, now: datetime) -> None:
    """
    Take down a certificate that was entered wrongly; what was decided by it stays decided. Safe to repeat. What a contest gave is not taken
    down here: it is not found.

    Raises: NotAllowed, NotFound, OwnData, CertificateReasonMissing.
    """
    row = Recognition.objects.select_for_update().filter(pk=recognition_id).exclude(number="").first()
    org_id = _person_to_change(viewer, row.person_id if row else 0)
    if row is None:
        raise NotFound
    if not reason.strip():
        raise CertificateReasonMissing
    if row.withdrawn_at is not None:
        return
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    detail = {"org": org_id, "person": row.person_id, "level": row.code, "recognition": row.pk}
    audit.record(
        viewer, action="registry.withdraw_certificate", object=f"person:{row.person_id}", reason=reason.strip()[:300], detail=detail, now=now
    )  # fmt: skip


def _person_to_change(viewer: Viewer, person_id: int) -> int:
    """The union for which the viewer changes what is held of this person: their own. Raises NotAllowed, NotFound, OwnData."""
    permissions.require(viewer, "registry.correct")
    rows = scope.within(Person.objects.filter(pk=person_id), viewer.org_path, "home__path")
    if not rows.select_for_update(of=("self",)).first():
        raise NotFound
    if person_id in own_people(viewer):
        raise OwnData
    return viewer.org_id


def _checked(told: Certificate, today: date) -> dict[str, object]:
    """The columns of a certificate. Raises CertificateUnfit."""
    number = re.sub(r"\s", "", told.number).upper()
    occupation, issuer = told.occupation.strip(), told.issuer.strip()
    for is_wrong, zh, en in (
        (told.level not in SKILL_LEVELS, "没有这个技能等级", "there is no such level"),
        (not re.fullmatch(r"[0-9A-Z()（）\u4e00-\u9fff-]{6,40}", number), "编号是 6 至 40 位数字或字母", "a number has 6 to 40 digits or letters"),
        (not 1 <= len(occupation) <= 120, "请写明职业（工种）", "the occupation is missing"),
        (not 1 <= len(issuer) <= 80, "请写明发证机构", "the issuer is missing"),
        (told.given_on > today, "发证日期不能晚于今天", "it cannot be of a day to come"),
    ):  # fmt: skip
        if is_wrong:
            raise CertificateUnfit(zh, en)
    return {"code": told.level, "title": occupation, "given_on": told.given_on, "issuer": issuer, "number": number}


def enter_recognitions(*, viewer: Viewer, rows: Iterable[RecognitionFacts], now: datetime) -> int:
    """
    Enter what was given; return how many were new. The caller has the right to give it. Safe to repeat: one `ref` is entered once.
    """
    told = list(rows)
    with transaction.atomic():
        standing = set(
            Recognition.objects.filter(ref__in=[one.ref for one in told]).values_list("person_id", "kind", "ref")
        )
        fresh = [one for one in told if (one.person_id, one.kind, one.ref) not in standing]
        Recognition.objects.bulk_create(
            Recognition(
                person_id=one.person_id, kind=one.kind, code=one.code, title=one.title, given_on=one.given_on, org_id=one.org_id, ref=one.ref,
                entered_at=now,
            )
            for one in fresh
        )  # fmt: skip
        if fresh:
            kinds = sorted({one.kind.value for one in fresh})
            detail = {"count": len(fresh), "kinds": kinds}
            audit.record(viewer, action="registry.recognise", object=f"union:{fresh[0].org_id}", detail=detail, now=now)
    return len(fresh)


def list_recognitions(person_ids: Iterable[int]) -> dict[int, list[RecognitionCard]]:
    """By person, newest first; no scope: for pages and packs whose caller has bounded the persons."""
    found: dict[int, list[RecognitionCard]] = {}
    rows = Recognition.objects.filter(person_id__in=set(person_ids), withdrawn_at__isnull=True)
    rows = rows.select_related("org").order_by("-given_on", "-pk")
    for row in rows:
        kind = RecognitionKind(row.kind)
        card = RecognitionCard(
            kind, row.code, row.title, row.given_on, row.org.name, row.ref, row.pk, row.issuer, row.number, row.entered_at
        )  # fmt: skip
        found.setdefault(row.person_id, []).append(card)
    return found


def highest_skill(person_id: int, *, asof: date) -> RecognitionCard | None:
    """The highest skill level held that day, of equal ones the first given; None: no certificate is on record."""
    return highest_skills([person_id], asof=asof).get(person_id)


def highest_skills(person_ids: Iterable[int], *, asof: date) -> dict[int, RecognitionCard]:
    """The same of several, by person; who has no certificate is left out. No scope."""
    found = {}
    for person_id, held in list_recognitions(person_ids).items():
        levels = [one for one in held if one.kind is RecognitionKind.SKILL and one.given_on <= asof]
        if levels:
            found[person_id] = max(levels, key=lambda one: (SKILL_LEVELS.index(one.code), -one.given_on.toordinal()))
    return found
