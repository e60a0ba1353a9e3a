"""An OpenID Connect provider in the test's own process (oidc-provider-mock from PyPI), that can be told to misbehave.

What that package leaves out is added before it: it demands the proof key (PKCE) that it was promised.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import urllib.parse
import warnings
from collections.abc import Callable, Iterable
from datetime import timedelta
from io import BytesIO
from typing import Any, Self

import requests
import werkzeug.serving

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own imports
    import oidc_provider_mock

Answer = Callable[[dict[str, Any]], dict[str, Any]]


class Provider:
    """A context manager; `url` is the issuer."""

    def __init__(self, *, tokens_last: timedelta = timedelta(hours=1)) -> None:
        self.app = oidc_provider_mock.app(access_token_max_age=tokens_last)
        self.server = werkzeug.serving.make_server("localhost", 0, self._answer, threaded=True)
        self.url = f"http://localhost:{self.server.server_port}"
        self.asked: list[dict[str, str]] = []  # every authorization that was asked for
        self.lies: dict[str, Answer] = {}  # path → what becomes of its JSON
        self.is_down = False

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self._thread.join(10)
        self.server.server_close()

    def honest(self) -> None:
        self.asked, self.lies, self.is_down = [], {}, False

    def knows(self, subject: str, **claims: Any) -> None:
        requests.put(f"{self.url}/users/{subject}", json=claims, timeout=5).raise_for_status()

    def signs_in(self, address: str, subject: str, **more: str) -> str:
        """Somebody follows the portal's redirect and says who they are; where the provider sends them then."""
        answer = requests.post(address, data={"sub": subject, **more}, timeout=5, allow_redirects=False)
        assert answer.status_code == 302, answer.text[:2_000]
        return answer.headers["location"]

    # ---- before the provider itself ------------------------------------------------------------------------------------

    def _answer(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if self.is_down:
            start("503 Service Unavailable", [])
            return [b""]
        if path == "/oauth2/authorize":
            self.asked.append(dict(urllib.parse.parse_qsl(environ["QUERY_STRING"])))
        if path == "/oauth2/token":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = BytesIO(body)
            if not self._is_proved(dict(urllib.parse.parse_qsl(body.decode()))):
                start("400 Bad Request", [("Content-Type", "application/json")])
                return [b'{"error": "invalid_grant"}']
        if path in self.lies:
            return self._lie(path, environ, start)
        return self.app(environ, start)

    def _is_proved(self, form: dict[str, str]) -> bool:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return any(one.get("code_challenge") == challenge for one in self.asked)

    def _lie(self, path: str, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        said: list[Any] = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = b"".join(self.app(environ, lambda status, headers, _error=None: said.append((status, headers))))
        told = json.dumps(self.lies[path](json.loads(body))).encode()
        start(said[0][0], [("Content-Type", "application/json"), ("Content-Length", str(len(told)))])
        return [told]
