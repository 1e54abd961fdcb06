"""Sign-on services of this machine: a real OpenID provider in a process of its own, and one that answers as a test tells it to."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey


class _NoFollow(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


def _post(url: str, form: dict[str, str]) -> str:
    """Where a form sends one on to."""
    try:
        urllib.request.build_opener(_NoFollow).open(url, urlencode(form).encode(), timeout=20)
    except urllib.request.HTTPError as answer:
        return str(answer.headers["Location"])
    raise AssertionError("it led nowhere")


@dataclass
class RealProvider:
    issuer: str

    def knows(self, subject: str, **claims: object) -> None:
        asked = urllib.request.Request(
            f"{self.issuer}/users/{subject}",
            json.dumps(claims).encode(),
            {"Content-Type": "application/json"},
            method="PUT",
        )
        urllib.request.urlopen(asked, timeout=20).close()

    def signs_in(self, there: str, subject: str) -> str:
        """What the reader's browser is led back to, once they have signed in over there."""
        return _post(there, {"sub": subject})

    def refuses(self, there: str) -> str:
        return _post(there, {"action": "deny"})


@contextmanager
def real_provider() -> Iterator[RealProvider]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    provider = RealProvider(f"http://127.0.0.1:{port}")
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{provider.issuer}/jwks", timeout=5).close()
                break
            except OSError:
                time.sleep(0.05)
        yield provider
    finally:
        process.terminate()
        process.wait(timeout=20)


@dataclass
class Forger:
    """A provider whose next ID token is what a test wants: claims over the right ones, another key, another algorithm."""

    issuer: str = ""
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, auto_kid=False))
    published: list[Any] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)
    drops: tuple[str, ...] = ()
    algorithm: str = "RS256"
    now: datetime | None = None
    nonce: str = ""
    said: dict[str, Any] = field(default_factory=dict)  # over the discovery document
    keys_asked: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)

    def token(self) -> str:
        at = int(self.now.timestamp()) if self.now else 0
        claims = {
            "iss": self.issuer,
            "aud": "us",
            "sub": "1024",
            "nonce": self.nonce,
            "iat": at,
            "exp": at + 300,
        } | self.claims
        for name in self.drops:
            claims.pop(name)
        if self.algorithm == "HS256":
            return jwt.encode(
                {"alg": "HS256"}, claims, OctKey.import_key(b"known to everybody, as the secret"), algorithms=["HS256"]
            )
        header = {"alg": self.algorithm, "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])

    def rotate(self, kid: str, kind: str = "EC") -> None:
        self.key = ECKey.generate_key("P-256", {"kid": kid, "use": "sig"}, auto_kid=False)
        self.algorithm = "ES256"
        self.published = [self.key]


@contextmanager
def forger() -> Iterator[Forger]:
    provider = Forger()
    provider.published = [provider.key]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/.well-known/openid-configuration":
                told = {
                    "issuer": provider.issuer, "authorization_endpoint": f"{provider.issuer}/authorize",
                    "token_endpoint": f"{provider.issuer}/token", "jwks_uri": f"{provider.issuer}/keys",
                }  # fmt: skip
                return self.answer(told | provider.said)
            if path == "/keys":
                provider.keys_asked += 1
                return self.answer({"keys": [key.as_dict(private=False) for key in provider.published]})
            self.send_error(404)
            return None

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            provider.asked.append({name: values[0] for name, values in parse_qs(body).items()})
            self.answer({"access_token": "a", "token_type": "Bearer", "id_token": provider.token()})

        def answer(self, told: dict[str, Any]) -> None:
            data = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
