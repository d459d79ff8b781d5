"""A model hub on loopback with one model, `org/tiny`; it remembers what it was asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

COMMIT = "a" * 40
FILES = {
    "config.json": b"{}",
    "tokenizer.json": b'{"version": "1.0"}',
    "modules.json": b"[]",
    "model.safetensors": b"weights",
    "vocab.txt": b"words",
    "1_Pooling/config.json": b'{"pooling_mode": "cls"}',
    "onnx/config.json": b'{"onnx": true}',
    "pytorch_model.bin": b"a pickle",
    "modeling_tiny.py": b"code",
}


class FakeHub(ThreadingHTTPServer):
    """A server that keeps what it was asked for and refuses what it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.forbidden: set[str] = set()
        self.given: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeHub

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self.wfile.write(self._answer())

    def log_message(self, *_: Any) -> None:
        """Keep the terminal quiet."""

    def _answer(self) -> bytes:
        """Send status and headers; return the body."""
        path = self.path.partition("?")[0]
        name = path.partition(f"/resolve/{COMMIT}/")[2]
        body = _body(path)
        status = 404 if body is None else 200
        if name in self.server.forbidden:
            status, body = 403, b""
        elif name and self.command == "GET":
            self.server.given.append(name)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body or b"")))
        self.send_header("ETag", f'"{sha1(body or b"").hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        return body or b""


@contextmanager
def fake_hub() -> Iterator[FakeHub]:
    """Run a hub while the block runs."""
    with FakeHub() as hub:
        Thread(target=hub.serve_forever, args=(0.01,), daemon=True).start()
        yield hub
        hub.shutdown()


def _body(path: str) -> bytes | None:
    if path.startswith("/api/models/org/tiny/revision/"):
        names = [{"rfilename": name} for name in FILES]
        said = {"id": "org/tiny", "sha": COMMIT, "siblings": names}
        return json.dumps(said).encode()
    if path.startswith("/api/models/org/tiny/tree/"):
        tree = [
            {"type": "file", "path": n, "size": len(b), "oid": sha1(b).hexdigest()}
            for n, b in FILES.items()
        ]
        return json.dumps(tree).encode()
    return FILES.get(path.partition(f"/org/tiny/resolve/{COMMIT}/")[2])
