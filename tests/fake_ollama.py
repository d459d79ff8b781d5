"""An honest fake of Ollama: its HTTP API on a loopback port, with its faults on demand.

    with FakeOllama(reply="Run it [^1].") as fake:
        ...RAG_OLLAMA_URL=fake.url, RAG_LLM_MODEL=fake.model...
    assert fake.chats[0]["options"]["num_ctx"] == 8192
    assert "serverless" in fake.prompt()

*reply* is a string, or a function from the request of /api/chat (a dict) to a string; it
may be changed between questions. *mode* says what goes wrong, after *after* pieces:

    ok          all of the reply, then done, stop
    slow        nothing at all until the client gives up (a model that loads for ever)
    stall       some pieces, then nothing until the client gives up
    cut         some pieces, then a clean end without done
    abort       some pieces, then the connection is gone
    error       some pieces, then an error line under HTTP 200
    bad json    some pieces, then a line that is no JSON
    empty       done at once, without a word
    blank       only white space, then done
    unload      some pieces, then done, but not because the model was
    loop        the same piece for ever, as if num_predict meant nothing
    html        a web server that is not Ollama, on every path
    json        a JSON service that is not Ollama, on every path
    redirect    every path is somewhere else
    500, 503    what a crashed and a busy Ollama say
    401, 502    what a gateway says that wants a key, or finds no Ollama behind it
    missing     no model was ever pulled

Like Ollama it streams NDJSON, stops after num_predict tokens with done_reason "length",
cuts a prompt longer than num_ctx to half the window and says nothing, answers 404 for a
model it has not, and sends its headers with the first piece. A token is a word or a sign.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Reply = str | Callable[[dict[str, Any]], str]
HTML = "<!doctype html><title>It works!</title>"
CRASHED = "llama runner process has terminated: CUDA error: out of memory"
BUSY = "server busy, please try again.  maximum pending requests exceeded"


class FakeOllama:
    """A server while it is entered; *url* is known from the start.

    Attributes:
        requests: (method, path, body) of every request, in order; body is None for GET.
        gone: Set when a client left before it had everything.
    """

    def __init__(
        self,
        reply: Reply = "Run `rag ingest` [^1].",
        *,
        mode: str = "ok",
        model: str = "llama3.1:8b",
        after: int = 2,
    ) -> None:
        self.reply = reply
        self.mode = mode
        self.model = model
        self.after = after
        self.requests: list[tuple[str, str, dict[str, Any] | None]] = []
        self.gone = threading.Event()
        self.closing = threading.Event()
        handler = type("Bound", (_Handler,), {"fake": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def chats(self) -> list[dict[str, Any]]:
        """The body of every request to /api/chat."""
        return [body for _, path, body in self.requests if path == "/api/chat" and body]

    def prompt(self, n: int = -1) -> str:
        """All that the model was told in the nth chat, the last by default."""
        return "\n".join(m["content"] for m in self.chats[n]["messages"])

    def pieces(self, request: dict[str, Any]) -> list[str]:
        """The reply to *request*, token by token."""
        if self.mode in {"empty", "blank"}:
            return [] if self.mode == "empty" else [" ", "\n\n", " "]
        reply = self.reply if isinstance(self.reply, str) else self.reply(request)
        return re.findall(r"\s*(?:\w+|[^\w\s])|\s+\Z", reply)


class _Handler(BaseHTTPRequestHandler):
    fake: FakeOllama
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Be quiet."""

    def do_GET(self) -> None:
        self.fake.requests.append(("GET", self.path, None))
        if self._is_strange():
            return
        names = [] if self.fake.mode == "missing" else [self.fake.model]
        known = {
            "/": "Ollama is running",
            "/api/version": {"version": "0.34.0"},
            "/api/tags": {"models": [{"name": n, "model": n} for n in names]},
        }
        self._answer(200 if self.path in known else 404, known.get(self.path, {}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.fake.requests.append(("POST", self.path, body))
        if self._is_strange():
            return
        if self.fake.mode == "missing" or body.get("model") != self.fake.model:
            self._answer(404, {"error": f"model '{body.get('model')}' not found"})
        elif self.path == "/api/show":
            self._answer(200, {"model_info": {"llama.context_length": 131072}})
        else:
            self._stream(body)

    def _is_strange(self) -> bool:
        """Answer as what is no Ollama, or none that works; False if all is well."""
        faults: dict[str, tuple[int, Any]] = {
            "html": (200, HTML),
            "json": (200, [{"status": "up"}]),
            "redirect": (302, ""),
            "500": (500, {"error": CRASHED}),
            "503": (503, {"error": BUSY}),
            "401": (401, {"error": "unauthorized"}),
            "502": (502, HTML),
        }
        if fault := faults.get(self.fake.mode):
            self._answer(*fault)
        return fault is not None

    def _answer(self, status: int, body: object) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        kind = "text/html" if isinstance(body, str) else "application/json"
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(text.encode())))
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()
        self.wfile.write(text.encode())

    def _stream(self, request: dict[str, Any]) -> None:
        try:
            if self.fake.mode == "slow":
                self._wait()
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/x-ndjson")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for line in self._lines(request):
                self._chunk(line + "\n")
            self._chunk("")
        except OSError:
            self.close_connection = True
            if self.fake.mode != "abort":
                self.fake.gone.set()

    def _lines(self, request: dict[str, Any]) -> Iterator[str]:
        options = request.get("options", {})
        pieces = self.fake.pieces(request)
        most = options.get("num_predict", len(pieces))
        sound = {"ok", "empty", "blank"}
        said = pieces[:most] if self.fake.mode in sound else pieces[: self.fake.after]
        for piece in said:
            yield self._line(piece)
        if self.fake.mode in sound:
            why = "length" if len(pieces) > most else "stop"
            yield self._line("", **_ending(request, len(said), why))
        else:
            yield from self._fault()

    def _fault(self) -> Iterator[str]:
        if self.fake.mode == "stall":
            self._wait()
        elif self.fake.mode == "abort":
            raise ConnectionAbortedError
        elif self.fake.mode == "error":
            yield json.dumps({"error": CRASHED})
        elif self.fake.mode == "unload":
            yield self._line("", done=True, done_reason="unload")
        elif self.fake.mode == "bad json":
            yield '{"model": "llama3.1:8b", "message": {"role": "assi'
        while self.fake.mode == "loop":
            yield self._line(" and so on")

    def _line(self, content: str, **rest: object) -> str:
        message = {"role": "assistant", "content": content}
        when = "2026-11-21T05:17:45.123456789Z"
        head = {"model": self.fake.model, "created_at": when, "message": message}
        return json.dumps({**head, "done": False, **rest}, ensure_ascii=False)

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _wait(self) -> None:
        """Say nothing until the client leaves, or the fake is closed."""
        self.connection.settimeout(0.01)
        while not self.fake.closing.is_set():
            try:
                if not self.connection.recv(1):
                    raise ConnectionResetError
            except TimeoutError:
                continue


def _ending(request: dict[str, Any], said: int, why: str) -> dict[str, Any]:
    """Return what the last line adds; a prompt too long was cut to half the window."""
    told = " ".join(m["content"] for m in request["messages"])
    read = len(re.findall(r"\w+|[^\w\s]", told))
    window = request.get("options", {}).get("num_ctx", 4096)
    return {
        "done": True,
        "done_reason": why,
        "total_duration": 2_000_000_000,
        "load_duration": 1_000_000,
        "prompt_eval_count": read if read <= window else window // 2 + 2,
        "prompt_eval_duration": 900_000_000,
        "eval_count": said,
        "eval_duration": 1_000_000_000,
    }
