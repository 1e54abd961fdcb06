"""
The second factor: codes of an app (TOTP, RFC 6238), recovery codes on paper, and what happens when both are lost.

A code opens once: the time step of the last one is kept, and an older or the same one is refused. The secret lies sealed with the
deployment's keys; recovery codes lie as keyed hashes.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from datetime import datetime, timedelta
from hmac import compare_digest

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from niangjia.apps.accounts import sealing
from niangjia.apps.accounts.actions import sittings, tokens
from niangjia.apps.accounts.actions.entering import count_try, forget_tries
from niangjia.apps.accounts.actions.reach import require_reach
from niangjia.apps.accounts.models import Account, Passkey, RecoveryCode, TotpSecret
from niangjia.apps.accounts.types import Throttle, TotpOffer, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.kernel.problems import Refusal

CODES_BY_ACCOUNT = Throttle("login.second", 5, timedelta(minutes=15))
RECOVERY_CODES = 10
STEP_SECONDS = 30
# One step to each side: a phone's clock may be half a minute off (RFC 6238, 5.2).
_STEPS_AROUND = (0, -1, 1)
# No 0/o, 1/l/i: people copy these from paper.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_LEAST_REASON = 4


class SecondFactorRefused(Refusal):
    """One reply for a wrong, a used and an old code, and for too many tries."""

    def __init__(self) -> None:
        super().__init__(
            "验证码不正确、已用过，或尝试过多。请等应用里换出新的验证码再试；连续五次不成功请等十五分钟。手机不在身边可用恢复码。",
            "The code is not right, was used already, or there were too many tries. Wait for the next code in the app; after five "
            "failures wait fifteen minutes. Without the phone use a recovery code.",
        )


class ReasonTooShort(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请写明理由（不少于四个字），例如：手机遗失，已当面核实本人。",
            "Give a reason, for example: phone lost, identity checked in person.",
        )


class OwnSecondFactor(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "不能清除自己的第二重验证。请在“登录与安全”中更换，或请另一位管理员办理。",
            "Nobody clears their own second factor here. Change it under “Sign-in and safety”, or ask another administrator.",
        )


def offer_totp(username: str, *, key_hex: str = "") -> TotpOffer:
    """A secret to put into an app, new unless `key_hex` is one offered before. Nothing is kept here before `enrol_totp`."""
    key = bytes.fromhex(key_hex) if key_hex else secrets.token_bytes(20)
    issuer = settings.DEPLOYMENT.name if settings.DEPLOYMENT and settings.DEPLOYMENT.name else "娘家 Niangjia"
    address = _totp(key).get_provisioning_uri(username, issuer)
    return TotpOffer(key.hex(), b32encode(key).decode().rstrip("="), address)


def enrol_totp(*, account_id: int, key_hex: str, code: str, now: datetime) -> list[str]:
    """
    From now on the app with this secret is the account's second factor, in place of one before; return new recovery codes, shown once.

    Raises:
        SecondFactorRefused: the code does not come from this secret.
    """
    key = bytes.fromhex(key_hex)
    with _counted(account_id, now):
        step = _step_of(key, code, after=0, now=now)
        if step is None:
            raise SecondFactorRefused
    with transaction.atomic():
        TotpSecret.objects.update_or_create(
            account_id=account_id,
            defaults={"sealed": sealing.seal(key, _place(account_id)), "last_step": step, "enrolled_at": now},
        )
        codes = _new_codes(account_id)
        audit.record(None, action="accounts.enrol_totp", object=f"account:{account_id}", now=now)
    return codes


def new_recovery_codes(*, account_id: int, now: datetime) -> list[str]:
    """Ten new ones, shown once; those before open nothing any more."""
    with transaction.atomic():
        codes = _new_codes(account_id)
        audit.record(None, action="accounts.new_recovery_codes", object=f"account:{account_id}", now=now)
    return codes


def remove_totp(*, account_id: int, now: datetime) -> None:
    """The app's codes open nothing any more; without another factor the recovery codes go too. Safe to repeat."""
    with transaction.atomic():
        removed, _ = TotpSecret.objects.filter(account_id=account_id).delete()
        if not removed:
            return
        if not Passkey.objects.filter(account_id=account_id).exists():
            RecoveryCode.objects.filter(account_id=account_id).delete()
        audit.record(None, action="accounts.remove_totp", object=f"account:{account_id}", now=now)


def prove_second_factor(*, account_id: int, code: str, now: datetime, address: str = "") -> None:
    """
    Accept a code of the app or a recovery code, each once.

    Five failures within fifteen minutes stop the account's codes until the window has passed.

    Raises:
        SecondFactorRefused.
    """
    with _counted(account_id, now, address):
        by = "totp" if _opens_totp(account_id, code, now) else "recovery"
        if by == "recovery" and not _opens_recovery(account_id, code, now):
            raise SecondFactorRefused
    detail = {"by": by, **({"address": address} if address else {})}
    audit.record(None, action="accounts.second_factor", object=f"account:{account_id}", detail=detail, now=now)


def clear_second_factor(*, viewer: Viewer | None, account_id: int, reason: str, now: datetime) -> None:
    """
    Somebody lost phone and paper: every second factor of the account goes, its sittings and tokens end, and it enrols anew with the next sign-in.

    The administrator has seen who asks; the reason says how. It stands in the account's own list of what happened.

    Raises:
        NotAllowed, OutOfReach, ReasonTooShort.
        OwnSecondFactor: an administrator does not take off their own.
    """
    require_reach(viewer, account_id)
    if viewer is not None and viewer.account_id == account_id:
        raise OwnSecondFactor
    if len(reason.strip()) < _LEAST_REASON:
        raise ReasonTooShort
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account_id)
        for model in (TotpSecret, RecoveryCode, Passkey):
            model.objects.filter(account_id=account_id).delete()
        sittings.close_all(account_id, now)
        tokens.revoke_all(account_id, now)
        audit.record(
            viewer,
            action="accounts.clear_second_factor",
            object=f"account:{account_id}",
            reason=reason.strip(),
            now=now,
        )


class _counted:
    """A try of a code: counted before it is weighed, forgotten when it opens, on record when it does not."""

    def __init__(self, account_id: int, now: datetime, address: str = "") -> None:
        self.account_id, self.now, self.address = account_id, now, address

    def __enter__(self) -> None:
        attempt, self.tries = count_try(CODES_BY_ACCOUNT, str(self.account_id), self.now)
        if self.tries > CODES_BY_ACCOUNT.most:
            attempt.delete()
            raise SecondFactorRefused

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None:
            forget_tries(CODES_BY_ACCOUNT, str(self.account_id))
        elif kind is SecondFactorRefused:
            detail = {"tries": self.tries, **({"address": self.address} if self.address else {})}
            audit.record(
                None,
                action="accounts.second_factor_failed",
                object=f"account:{self.account_id}",
                detail=detail,
                now=self.now,
            )


def _opens_totp(account_id: int, code: str, now: datetime) -> bool:
    row = TotpSecret.objects.filter(account_id=account_id).first()
    if row is None:
        return False
    step = _step_of(sealing.open_sealed(row.sealed, _place(account_id)), code, after=row.last_step, now=now)
    # Of two requests with one code the second finds the step taken.
    return step is not None and bool(TotpSecret.objects.filter(pk=row.pk, last_step__lt=step).update(last_step=step))


def _opens_recovery(account_id: int, code: str, now: datetime) -> bool:
    unused = RecoveryCode.objects.filter(account_id=account_id, code_hash=_hash(account_id, code), used_at__isnull=True)
    return bool(unused.update(used_at=now))


def _step_of(key: bytes, code: str, *, after: int, now: datetime) -> int | None:
    """The time step that `code` belongs to, if it lies around now and after the last one used."""
    said = "".join(code.split()).encode()
    present = int(now.timestamp()) // STEP_SECONDS
    for step in (present + around for around in _STEPS_AROUND):
        if step > after and compare_digest(_totp(key).generate(step * STEP_SECONDS), said):
            return step
    return None


def _new_codes(account_id: int) -> list[str]:
    codes = [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.filter(account_id=account_id).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(account_id=account_id, code_hash=_hash(account_id, code)) for code in codes
    )
    return codes


def _hash(account_id: int, code: str) -> str:
    """Keyed: ten letters by chance are too many to guess online, and without the key nothing can be tried offline."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return salted_hmac(f"accounts.recovery.{account_id}", plain, algorithm="sha256").hexdigest()


def _totp(key: bytes) -> TOTP:
    return TOTP(key, 6, SHA1(), STEP_SECONDS)  # what every app understands; SHA-1 is sound inside HMAC


def _place(account_id: int) -> str:
    return f"accounts.totp:{account_id}"
