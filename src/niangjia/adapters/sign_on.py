"""
Signing in by others: OpenID Connect, and DingTalk or another OAuth2 service whose addresses and names of fields are configured.

What comes back is who somebody is there (`subject`), nothing more; which account that is, an administrator has entered. Our own client and no
framework's: one flow (code, PKCE, state, nonce), `joserfc` for signatures, no redirect followed, nothing read beyond a size.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, Protocol
from urllib import request
from urllib.error import URLError
from urllib.parse import quote, urlencode

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwk import KeySet

from niangjia.adapters.channel import Section, WrongSetUp
from niangjia.kernel.problems import Refusal

TIMEOUT_SECONDS = 10
SKEW_SECONDS = 60  # two clocks of offices; more would lengthen the life of a stolen token
KEPT_FOR = timedelta(hours=1)  # what a provider says of itself
KEYS_AGAIN_AFTER = timedelta(seconds=30)  # a token with a key nobody knows makes us ask, but not more often than that
_MOST_BYTES = 256 * 1024
_ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "EdDSA",
)  # never none, never a shared secret


class SignOnUnreachable(Refusal):
    def __init__(self, title: str) -> None:
        super().__init__(
            f"连不上{title}，请稍后再试，或用用户名和密码登录。",
            f"{title} does not answer. Try later, or sign in with name and password.",
        )


class SignOnRefused(Refusal):
    """`why`: a short code for the audit chain; the reader gets one sentence for all of them."""

    def __init__(self, title: str, why: str) -> None:
        self.why = why
        super().__init__(
            f"{title}的登录没有通过核对，没有登录。请从登录页重新开始；总是这样请告诉本级管理员。",
            f"The answer of {title} did not pass the checks; you are not signed in. Begin again; if it stays so, tell your administrator.",
        )


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the reader, and what must be kept of it until they come back. `state` goes there and returns."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at a provider. `has_second_factor`: it says that a second one was asked there. `id_token`: empty where there is none."""

    subject: str
    has_second_factor: bool
    id_token: str = ""


class SignOn(Protocol):
    @property
    def slug(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def code_name(self) -> str:
        """What the answer's code is called in the address that comes back."""
        ...

    def begin(self, back: str, *, prompt: str = "", now: datetime) -> Begun:
        """Raises SignOnUnreachable, SignOnRefused."""
        ...

    def finish(self, *, code: str, issuer: str, begun: Begun, back: str, now: datetime) -> Identity:
        """Raises SignOnUnreachable, SignOnRefused."""
        ...

    def leave(self, id_token: str, back: str, *, now: datetime) -> str:
        """Where to end the session there too; empty if it offers nothing."""
        ...


class _StayHere(request.HTTPRedirectHandler):
    def redirect_request(
        self, req: request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


_OPENER = request.build_opener(_StayHere)


def _ask(
    title: str, url: str, *, data: bytes | None = None, headers: Mapping[str, str] | None = None, why: str
) -> dict[str, Any]:
    """The JSON object that `url` answers. Raises SignOnUnreachable (no answer), SignOnRefused (an answer of another kind)."""
    asked = request.Request(url, data=data, headers={"Accept": "application/json", **(headers or {})})
    try:
        with _OPENER.open(asked, timeout=TIMEOUT_SECONDS) as answer:
            said = json.loads(answer.read(_MOST_BYTES))
    except request.HTTPError as error:
        if error.code >= 500 or error.code == 429:
            raise SignOnUnreachable(title) from error
        raise SignOnRefused(title, why) from error
    except (URLError, TimeoutError, HTTPException, OSError) as error:
        raise SignOnUnreachable(title) from error
    except ValueError as error:
        raise SignOnRefused(title, why) from error
    if not isinstance(said, dict):
        raise SignOnRefused(title, why)
    return said


def _begun(nonce: bool = True) -> tuple[str, str, str, str]:
    """State, nonce, PKCE verifier and its challenge."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return secrets.token_urlsafe(32), secrets.token_urlsafe(32) if nonce else "", verifier, challenge


@dataclass
class OpenIdConnect:
    """A provider by its issuer's address alone: the rest it says itself (``.well-known/openid-configuration``)."""

    slug: str
    title: str
    issuer: str
    client_id: str
    client_secret: str
    scopes: str = "openid"
    strong_amr: Sequence[str] = ("mfa", "otp", "hwk", "fpt", "face")
    strong_acr: Sequence[str] = ()
    ask_acr: str = ""
    code_name: str = "code"
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _about: tuple[datetime, dict[str, Any]] | None = None
    _keys: tuple[datetime, KeySet] | None = None

    def begin(self, back: str, *, prompt: str = "", now: datetime) -> Begun:
        state, nonce, verifier, challenge = _begun()
        asked = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": back, "scope": self.scopes, "state": state, "nonce": nonce,
            "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        asked |= ({"acr_values": self.ask_acr} if self.ask_acr else {}) | ({"prompt": prompt} if prompt else {})
        address = self._address("authorization_endpoint", now)
        return Begun(f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", state, nonce, verifier)

    def finish(self, *, code: str, issuer: str, begun: Begun, back: str, now: datetime) -> Identity:
        if issuer and issuer != self.issuer:  # RFC 9207: the answer of another provider
            raise SignOnRefused(self.title, "issuer")
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": begun.verifier}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if "client_secret_basic" in self._say(now).get(
            "token_endpoint_auth_methods_supported", ["client_secret_basic"]
        ):
            pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": self.client_id, "client_secret": self.client_secret}
        said = _ask(
            self.title,
            self._address("token_endpoint", now),
            data=urlencode(form).encode(),
            headers=headers,
            why="token",
        )
        token = said.get("id_token")
        if not isinstance(token, str):
            raise SignOnRefused(self.title, "no id_token")
        claims = self.read(token, nonce=begun.nonce, now=now)
        amr = claims.get("amr")
        is_strong = (isinstance(amr, list) and not set(self.strong_amr).isdisjoint(map(str, amr))) or (
            str(claims.get("acr", "")) in self.strong_acr
        )
        return Identity(str(claims["sub"]), is_strong, token)

    def read(self, token: str, *, nonce: str, now: datetime) -> dict[str, Any]:
        """The claims of an ID token that is this provider's, for us, of this sign-in, and in its time. Raises SignOnRefused, SignOnUnreachable."""
        decoded = self._decode(token, now)
        claims = decoded.claims
        rules = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()), leeway=SKEW_SECONDS, iss={"essential": True, "value": self.issuer}, exp={"essential": True},
            iat={"essential": True}, sub={"essential": True}, nonce={"essential": True, "value": nonce},
            aud={"essential": True, "value": self.client_id},
        )  # fmt: skip
        try:
            rules.validate(claims)
        except ExpiredTokenError as error:
            raise SignOnRefused(self.title, "exp") from error
        except (InvalidClaimError, MissingClaimError) as error:
            raise SignOnRefused(self.title, str(getattr(error, "claim", "claim"))) from error
        except JoseError as error:
            raise SignOnRefused(self.title, "claims") from error
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self.client_id:
            raise SignOnRefused(self.title, "azp")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise SignOnRefused(self.title, "sub")
        return dict(claims)

    def leave(self, id_token: str, back: str, *, now: datetime) -> str:
        address = self._say(now).get("end_session_endpoint")
        if not isinstance(address, str) or not address.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            return ""
        told = {"client_id": self.client_id, "post_logout_redirect_uri": back} | (
            {"id_token_hint": id_token} if id_token else {}
        )
        return f"{address}{'&' if '?' in address else '?'}{urlencode(told)}"

    def _decode(self, token: str, now: datetime) -> jwt.Token:
        """With the keys known; if that fails, once with keys asked anew: a provider changes them when it likes."""
        kept = self._keys
        for is_again in (False, True):
            try:
                return jwt.decode(token, self._key_set(now, is_again), algorithms=_ALGORITHMS)
            except (JoseError, ValueError) as error:
                fresh = kept is None or now - kept[0] < KEYS_AGAIN_AFTER
                if is_again or fresh:
                    raise SignOnRefused(self.title, "signature") from error
        raise AssertionError

    def _key_set(self, now: datetime, is_again: bool) -> KeySet:
        with self._lock:
            if is_again or self._keys is None or now - self._keys[0] > KEPT_FOR:
                said = _ask(self.title, self._address("jwks_uri", now), why="keys")
                try:
                    # Keys of kinds that nobody here uses are left out, not refused.
                    known = [
                        one
                        for one in said.get("keys", [])
                        if one.get("use", "sig") == "sig" and one.get("kty") in ("RSA", "EC", "OKP")
                    ]
                    self._keys = (now, KeySet.import_key_set({"keys": known}))
                except (JoseError, ValueError, TypeError, AttributeError) as error:
                    raise SignOnRefused(self.title, "keys") from error
            return self._keys[1]

    def _say(self, now: datetime) -> dict[str, Any]:
        if self._about is None or now - self._about[0] > KEPT_FOR:
            said = _ask(self.title, f"{self.issuer.rstrip('/')}/.well-known/openid-configuration", why="discovery")
            if said.get("issuer") != self.issuer:
                raise SignOnRefused(self.title, "issuer")
            self._about = (now, said)
        return self._about[1]

    def _address(self, name: str, now: datetime) -> str:
        address = self._say(now).get(name)
        if not isinstance(address, str) or not address.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise SignOnRefused(self.title, name)
        return address


@dataclass(frozen=True)
class OAuth2:
    """
    A service that gives no ID token: a code for a token, the token for who somebody is. `token_body` and `user_headers` hold ``{code}``,
    ``{client_id}``, ``{client_secret}``, ``{token}``; `token_at` and `subject_at` are places in the answers, apart by dots.
    """

    slug: str
    title: str
    client_id: str
    client_secret: str
    authorize: str
    token: str
    user: str
    scopes: str
    more: Mapping[str, str]
    code_name: str
    token_form: str
    token_body: Mapping[str, str]
    token_at: str
    user_headers: Mapping[str, str]
    subject_at: str
    has_second_factor: bool = False

    def begin(self, back: str, *, prompt: str = "", now: datetime) -> Begun:
        state = _begun()[0]
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": back,
            "scope": self.scopes,
            "state": state,
            **self.more,
        }
        return Begun(f"{self.authorize}{'&' if '?' in self.authorize else '?'}{urlencode(asked)}", state, "", "")

    def finish(self, *, code: str, issuer: str, begun: Begun, back: str, now: datetime) -> Identity:
        parts = {"code": code, "client_id": self.client_id, "client_secret": self.client_secret, "redirect_uri": back}
        body = {name: _filled(value, parts) for name, value in self.token_body.items()}
        is_json = self.token_form == "json"
        data = (json.dumps(body) if is_json else urlencode(body)).encode()
        kind = "application/json" if is_json else "application/x-www-form-urlencoded"
        said = _ask(self.title, self.token, data=data, headers={"Content-Type": kind}, why="token")
        token = _at(said, self.token_at)
        if not token:
            raise SignOnRefused(self.title, "token")
        headers = {name: _filled(value, parts | {"token": token}) for name, value in self.user_headers.items()}
        subject = _at(_ask(self.title, self.user, headers=headers, why="user"), self.subject_at)
        if not subject or len(subject) > 255:
            raise SignOnRefused(self.title, "subject")
        return Identity(subject, self.has_second_factor)

    def leave(self, id_token: str, back: str, *, now: datetime) -> str:
        return ""


def _filled(text: str, parts: Mapping[str, str]) -> str:
    """
    >>> _filled("Bearer {token}", {"token": "{code}", "code": "1"})
    'Bearer {code}'
    """
    return re.sub(r"\{(\w+)\}", lambda found: parts.get(found[1], found[0]), text)


def _at(said: Any, place: str) -> str:
    for part in place.split("."):
        said = said.get(part) if isinstance(said, dict) else None
    return said if isinstance(said, str) else ""


# As DingTalk's open platform documents signing in to third-party sites; every address may be another one's.
_DINGTALK: Mapping[str, Any] = {
    "authorize": "https://login.dingtalk.com/oauth2/auth",
    "token": "https://api.dingtalk.com/v1.0/oauth2/userAccessToken",
    "user": "https://api.dingtalk.com/v1.0/contact/users/me",
    "scopes": "openid",
    "more": {"prompt": "consent"},
    "code_name": "authCode",
    "token_form": "json",
    "token_body": {
        "clientId": "{client_id}",
        "clientSecret": "{client_secret}",
        "code": "{code}",
        "grantType": "authorization_code",
    },
    "token_at": "accessToken",
    "user_headers": {"x-acs-dingtalk-access-token": "{token}"},
    "subject_at": "unionId",
}
_OAUTH2: Mapping[str, Any] = {
    "scopes": "", "more": {}, "code_name": "code", "token_form": "form", "token_at": "access_token",
    "token_body": {"grant_type": "authorization_code", "code": "{code}", "client_id": "{client_id}", "client_secret": "{client_secret}", "redirect_uri": "{redirect_uri}"},
    "user_headers": {"Authorization": "Bearer {token}"},
}  # fmt: skip
_COMMON = ("id", "kind", "title", "client_id", "client_secret")


def open_sign_ons(given: Sequence[Mapping[str, Any]]) -> dict[str, SignOn]:
    """
    The services of ``[[sign_on]]`` by their `id`, in order; none: an empty one. A secret may stand in ``NIANGJIA_SIGN_ON_<ID>_CLIENT_SECRET``.

    Raises:
        WrongSetUp.
    """
    found: dict[str, SignOn] = {}
    for values in given:
        slug = str(values.get("id", ""))
        section = Section(f"sign_on.{slug}", values)
        if not slug.isascii() or not slug.replace("-", "").isalnum() or slug in found:
            raise WrongSetUp(
                "sign_on", f"id {slug!r} 应为不重复的英文或数字", f"id {slug!r} must be letters or digits, and once"
            )
        found[slug] = _open(section, slug)
    return found


def _open(section: Section, slug: str) -> SignOn:
    kind = section.text("kind", "oidc")
    title, client_id = section.text("title"), section.text("client_id")
    secret = section.secret("client_secret", prefix="NIANGJIA_SIGN_ON")
    if kind == "oidc":
        section.allow(*_COMMON, "issuer", "scopes", "strong_amr", "strong_acr", "ask_acr")
        scopes = section.text("scopes", "openid")
        if "openid" not in scopes.split():
            raise WrongSetUp(section.where, "scopes 须含 openid", "scopes must hold openid")
        return OpenIdConnect(
            slug, title, section.address("issuer"), client_id, secret, scopes,
            tuple(section.values.get("strong_amr", OpenIdConnect.strong_amr)), tuple(section.values.get("strong_acr", ())),
            section.text("ask_acr", ""),
        )  # fmt: skip
    if kind not in ("dingtalk", "oauth2"):
        raise WrongSetUp(section.where, "kind 应为 oidc、dingtalk 或 oauth2", "kind is oidc, dingtalk or oauth2")
    base = _DINGTALK if kind == "dingtalk" else _OAUTH2
    section.allow(*_COMMON, "second_factor", *_DINGTALK)
    merged = Section(section.where, {**base, **section.values})
    return OAuth2(
        slug=slug, title=title, client_id=client_id, client_secret=secret, authorize=merged.address("authorize"), token=merged.address("token"),
        user=merged.address("user"), scopes=merged.text("scopes", ""), more=dict(merged.values["more"]), code_name=merged.text("code_name"),
        token_form=merged.text("token_form"), token_body=dict(merged.values["token_body"]), token_at=merged.text("token_at"),
        user_headers=dict(merged.values["user_headers"]), subject_at=merged.text("subject_at"),
        has_second_factor=bool(merged.values.get("second_factor", False)),
    )  # fmt: skip
