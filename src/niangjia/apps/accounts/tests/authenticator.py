"""An authenticator made of software: answers as a phone would, and wrongly when told to."""

from __future__ import annotations

import json
import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    def __init__(self, origin: str, *, is_verified: bool = True, is_counting: bool = True) -> None:
        self.origin, self.is_verified, self.is_counting = origin, is_verified, is_counting
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.count = 0
        self.handle = b""

    def _flags(self) -> int:
        return _PRESENT | (_VERIFIED if self.is_verified else 0)

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["publicKey"]["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _answer(self, **response: bytes) -> dict[str, Any]:
        return {
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "type": "public-key",
            "response": {name: websafe_encode(value) for name, value in response.items()},
            "clientExtensionResults": {},
        }

    def register(self, options: dict[str, Any]) -> dict[str, Any]:
        self.handle = websafe_decode(options["publicKey"]["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())
        held = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        host = options["publicKey"]["rp"]["id"].encode()
        data = AuthenticatorData.create(sha256(host), self._flags() | _ATTESTED, self.count, held)
        made = AttestationObject.create("none", data, {})
        return self._answer(clientDataJSON=self._client("webauthn.create", options), attestationObject=bytes(made))

    def sign(self, options: dict[str, Any], **other: bytes) -> dict[str, Any]:
        self.count += self.is_counting
        host = options["publicKey"]["rpId"].encode()
        data = AuthenticatorData.create(sha256(host), self._flags(), self.count)
        client = self._client("webauthn.get", options)
        signature = self.key.sign(bytes(data) + sha256(client), ec.ECDSA(SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": bytes(data), "signature": signature}
        return self._answer(**parts | {"userHandle": self.handle} | other)
