"""An issuer of OpenID Connect that does as it is told: it checks PKCE, and can forge, rotate, stall and lie."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, JWKRegistry, Key, OctKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter

CLIENT, SECRET, AUDIENCE = "rekindle", "between us", "https://api.rekindle.test"

Json = dict[str, Any]


class Issuer:
    """`claims` are those of whoever logs in. `forge` makes an ID token out of them instead of `sign`."""

    def __init__(self) -> None:
        self.url = ""
        self.keys: list[Key] = [rsa("first"), ec("second")]
        self.claims: Json = {"sub": "ada", "email": "ada@example.org", "email_verified": True}
        self.forge: Callable[[Json], str] | None = None
        self.says: Json = {}
        """What its discovery document says differently."""
        self.answers: dict[str, tuple[int, bytes, dict[str, str]]] = {}
        """What is answered instead, by path: status, body and headers."""
        self.asked: Counter[str] = Counter()
        self.codes: dict[str, Json] = {}

    @property
    def settings(self) -> Json:
        """How it is set up at a server."""
        return {
            "name": "test", "title": "Test", "issuer": self.url, "client_id": CLIENT, "client_secret": SECRET,
            "audiences": [AUDIENCE],
        }  # fmt: skip

    def token(self, *, key: Key | None = None, header: Json | None = None, **claims: Any) -> str:
        """A token for apps, good unless it is told otherwise; a claim that is None is left out."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "iat": now, "exp": now + 300, **self.claims}
        return self.sign({**usual, **claims}, key=key, header=header)

    def sign(self, claims: Json, *, key: Key | None = None, header: Json | None = None) -> str:
        signer = key or self.keys[0]
        usual: Json = {"alg": algorithm_of(signer), "kid": signer.kid}
        whole = {name: value for name, value in {**usual, **(header or {})}.items() if value is not None}
        stated = {name: value for name, value in claims.items() if value is not None}
        registry = JWSRegistry({"odd": HeaderParameter("Odd", "int")}, [whole["alg"]])
        return jwt.encode(whole, stated, signer, registry=registry)

    def discovery(self) -> Json:
        usual = {
            "issuer": self.url, "jwks_uri": f"{self.url}/jwks", "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "response_types_supported": ["code"],
        }  # fmt: skip
        return {**usual, **self.says}

    def jwks(self) -> Json:
        return {"keys": [key.as_dict(private=False) for key in self.keys]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes back to."""
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchange(self, asked: dict[str, str], authorization: str) -> tuple[int, Json]:
        """The ID token for a code, which works once, for the right client, with the right verifier."""
        known = self.codes.pop(asked.get("code", ""), None)
        right = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if authorization != f"Basic {right}":
            return 401, {"error": "invalid_client"}
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        same = known is not None and known["redirect_uri"] == asked.get("redirect_uri")
        if (
            known is None
            or not same
            or known["code_challenge"] != challenge
            or known["code_challenge_method"] != "S256"
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": known["nonce"], **self.claims
        }  # fmt: skip
        token = self.forge(claims) if self.forge else self.sign(claims)
        return 200, {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": token}


def rsa(name: str, size: int = 2048) -> Key:
    return RSAKey.generate_key(size, {"kid": name})


def ec(name: str) -> Key:
    return ECKey.generate_key("P-256", {"kid": name})


def ed(name: str) -> Key:
    return JWKRegistry.generate_key("OKP", "Ed25519", {"kid": name})


def algorithm_of(key: Key) -> str:
    return {"RSA": "RS256", "EC": "ES256", "OKP": "Ed25519", "oct": "HS256"}[key.key_type]


def signed_with_the_public_key(issuer: Issuer, claims: Json) -> str:
    """HS256 with what everybody can read as the secret: the trick of RFC 8725, section 2.1."""
    public = issuer.keys[0].as_pem(private=False)
    header = base64url(json.dumps({"alg": "HS256", "typ": "JWT", "kid": issuer.keys[0].kid}).encode())
    body = f"{header}.{base64url(json.dumps(claims).encode())}"
    return f"{body}.{base64url(hmac_of(public, body.encode()))}"


def unsigned(claims: Json, algorithm: str = "none") -> str:
    """A token that nobody has signed."""
    header = base64url(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
    return f"{header}.{base64url(json.dumps(claims).encode())}."


def hmac_of(secret: bytes, text: bytes) -> bytes:
    block = hashlib.sha256(secret).digest() if len(secret) > 64 else secret
    inner, outer = (bytes(byte ^ pad for byte in block.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    return hashlib.sha256(outer + hashlib.sha256(inner + text).digest()).digest()


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def shared_secret(secret: str) -> Key:
    return OctKey.import_key(secret, {"kid": "first"})


class Server(ThreadingHTTPServer):
    """Where an issuer listens."""

    issuer: Issuer


class Handler(BaseHTTPRequestHandler):
    """Answers for the issuer of its server."""

    server: Server

    def do_GET(self) -> None:
        issuer, parts = self.server.issuer, urlsplit(self.path)
        if self._instead(parts.path):
            return
        if parts.path == "/.well-known/openid-configuration":
            self._send(200, issuer.discovery())
        elif parts.path == "/jwks":
            self._send(200, issuer.jwks())
        elif parts.path == "/authorize":
            self._answer(302, b"", Location=issuer.authorize(dict(parse_qsl(parts.query))))
        else:
            self._send(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if not self._instead(self.path):
            self._send(*self.server.issuer.exchange(dict(parse_qsl(body)), self.headers.get("Authorization", "")))

    def _instead(self, path: str) -> bool:
        issuer = self.server.issuer
        issuer.asked[path] += 1
        if path not in issuer.answers:
            return False
        status, content, headers = issuer.answers[path]
        self._answer(status, content, **headers)
        return True

    def _send(self, status: int, body: Json) -> None:
        self._answer(status, json.dumps(body).encode(), **{"Content-Type": "application/json"})

    def _answer(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@contextmanager
def issuing() -> Generator[Issuer]:
    """An issuer on the loopback interface until the end of the block."""
    issuer, server = Issuer(), Server(("127.0.0.1", 0), Handler)
    server.issuer = issuer
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5.0)
