"""
Passkeys (WebAuthn): a key that an authenticator keeps and opens by finger, face or PIN, hence two factors in one.

What the library checks: the challenge, the origin, the site, that a person was there and was verified, the signature. What is
checked here: that a challenge is used once (the caller forgets it), whose the key is, that its counter went on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from niangjia.apps.accounts.actions.second_factor import new_recovery_codes
from niangjia.apps.accounts.models import Account, Passkey, RecoveryCode, TotpSecret
from niangjia.apps.accounts.types import Site
from niangjia.apps.audit import actions as audit
from niangjia.kernel.problems import Refusal

MOST_PASSKEYS = 10
Ceremony = tuple[dict[str, Any], dict[str, Any]]  # what the browser is given; what is kept until it answers


class PasskeyRefused(Refusal):
    """One reply whatever was wrong: an unknown key, an old challenge, a disabled account."""

    def __init__(self) -> None:
        super().__init__(
            "通行密钥没有通过。请再试一次；或改用密码登录。",
            "The passkey was not accepted. Try once more, or sign in with your password.",
        )


class TooManyPasskeys(Refusal):
    def __init__(self) -> None:
        super().__init__(
            f"已有 {MOST_PASSKEYS} 个通行密钥。请先移除不用的。",
            f"There are {MOST_PASSKEYS} passkeys already. First remove one that is not used.",
        )


class NoSuchPasskey(Refusal):
    def __init__(self) -> None:
        super().__init__("这个通行密钥已不在。请刷新页面。", "That passkey is not there any more. Refresh the page.")


def begin_adding(*, account_id: int, site: Site) -> Ceremony:
    """Raises TooManyPasskeys."""
    account = Account.objects.get(pk=account_id)
    held = [AttestedCredentialData(bytes(one.credential)) for one in Passkey.objects.filter(account_id=account_id)]
    if len(held) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    user = PublicKeyCredentialUserEntity(
        id=_handle(account_id), name=account.username, display_name=account.name or account.username
    )
    options, state = _server(site).register_begin(
        user,
        held,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _plain(options), state


def add_passkey(
    *, account_id: int, site: Site, state: Mapping[str, Any], answer: Mapping[str, Any], name: str, now: datetime
) -> list[str]:
    """
    Keep a new passkey under `name`; return recovery codes if the account had none, shown once.

    Raises:
        PasskeyRefused, TooManyPasskeys.
    """
    try:
        found = _server(site).register_complete(state, answer)
    except (ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error
    credential = found.credential_data
    if credential is None:
        raise PasskeyRefused
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account_id)
        if Passkey.objects.filter(account_id=account_id).count() >= MOST_PASSKEYS:
            raise TooManyPasskeys
        if Passkey.objects.filter(credential_id=credential.credential_id).exists():
            raise PasskeyRefused
        passkey = Passkey.objects.create(
            account_id=account_id,
            name=_name(name),
            credential_id=credential.credential_id,
            credential=bytes(credential),
            sign_count=found.counter,
            added_at=now,
        )
        detail = {"passkey": passkey.pk}
        audit.record(None, action="accounts.add_passkey", object=f"account:{account_id}", detail=detail, now=now)
        if RecoveryCode.objects.filter(account_id=account_id, used_at__isnull=True).exists():
            return []
        return new_recovery_codes(account_id=account_id, now=now)


def rename_passkey(*, account_id: int, passkey_id: int, name: str) -> None:
    """Raises NoSuchPasskey: not there, or another's."""
    if not Passkey.objects.filter(pk=passkey_id, account_id=account_id).update(name=_name(name)):
        raise NoSuchPasskey


def remove_passkey(*, account_id: int, passkey_id: int, now: datetime) -> None:
    """It opens nothing any more; without another factor the recovery codes go too. Safe to repeat."""
    with transaction.atomic():
        removed, _ = Passkey.objects.filter(pk=passkey_id, account_id=account_id).delete()
        if not removed:
            return
        others = (Passkey, TotpSecret)
        if not any(model.objects.filter(account_id=account_id).exists() for model in others):
            RecoveryCode.objects.filter(account_id=account_id).delete()
        detail = {"passkey": passkey_id}
        audit.record(None, action="accounts.remove_passkey", object=f"account:{account_id}", detail=detail, now=now)


def begin_entering(*, site: Site, account_id: int | None = None) -> Ceremony:
    """`account_id`: the password was right already and one of this account's passkeys is asked for; None: whichever the person has."""
    held = Passkey.objects.filter(account_id=account_id) if account_id is not None else Passkey.objects.none()
    options, state = _server(site).authenticate_begin(
        [AttestedCredentialData(bytes(one.credential)) for one in held],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _plain(options), state


def enter_by_passkey(
    *,
    site: Site,
    state: Mapping[str, Any],
    answer: Mapping[str, Any],
    account_id: int | None = None,
    address: str = "",
    now: datetime,
) -> int:
    """
    The id of the account whose passkey signed; with `account_id` none but that one.

    Raises:
        PasskeyRefused: also for a counter that did not go on (a copy of the key is about), and for a disabled account.
    """
    try:
        said = AuthenticationResponse.from_dict(answer)
        passkey = Passkey.objects.select_related("account").filter(credential_id=said.raw_id).first()
        if passkey is None:
            raise PasskeyRefused
        _server(site).authenticate_complete(state, [AttestedCredentialData(bytes(passkey.credential))], answer)
        count, handle = said.response.authenticator_data.counter, said.response.user_handle
    except (ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error
    is_its_owner = handle in (None, b"", _handle(passkey.account_id))
    is_asked = account_id in (None, passkey.account_id)
    if not (passkey.account.is_active and is_its_owner and is_asked):
        raise PasskeyRefused
    with transaction.atomic():
        fresh = Passkey.objects.filter(pk=passkey.pk)
        if count or passkey.sign_count:
            fresh = fresh.filter(sign_count__lt=count)
        won = fresh.update(sign_count=count, last_used_at=now)
        detail = {"passkey": passkey.pk, **({"address": address} if address else {})}
        action = "accounts.login_passkey" if won else "accounts.passkey_copied"
        audit.record(None, action=action, object=f"account:{passkey.account_id}", detail=detail, now=now)
        if won:
            Account.objects.filter(pk=passkey.account_id).update(last_login=now)
    if not won:
        raise PasskeyRefused
    return passkey.account_id


def _server(site: Site) -> Fido2Server:
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=site.host, name="娘家 Niangjia"),
        # Which make of authenticator it is, is nobody's business here.
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=lambda origin: origin == site.origin,
    )


def _handle(account_id: int) -> bytes:
    return f"account:{account_id}".encode()


def _name(text: str) -> str:
    return " ".join(text.split())[:40] or "通行密钥"


def _plain(thing: Any) -> Any:
    """The library's mappings as what JSON knows."""
    if isinstance(thing, Mapping):
        return {key: _plain(value) for key, value in thing.items() if value is not None}
    if isinstance(thing, list | tuple):
        return [_plain(one) for one in thing]
    return thing
