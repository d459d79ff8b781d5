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
    late abort  all of it, done, and then the connection is gone
    late stall  all of it, done, and then nothing, but the connection stays
    unload      some pieces, then done, but not because the model was
    loop        some pieces, then the same piece for ever, whatever num_predict says
    endless     some pieces, then others for ever, whatever num_predict says
    trickle     the same, with *pace_s* seconds between them
    html        a web server that is not Ollama, on every path
    json        a JSON service that is not Ollama, on every path
    redirect    every path is somewhere else
    500, 503    what a crashed and a busy Ollama say
    401, 502    what a gateway says that wants a key, or finds no Ollama behind it
    silent      takes every connection and never says a word
    missing     no model was ever pulled
    half        the model's own window is half of what is asked for
    cached      counts only what it had not read before, as Ollama 0.30.0 did
    think       thinks between tags before it speaks
    thinking    thinks in the field that newer models have for it
    tool        calls a tool before it speaks
    split       every byte in a chunk of its own
    joined      two JSON objects on each line
    blank lines an empty line after each, to keep the connection alive
    bad utf-8   a byte that is no UTF-8 in every piece
    load        nothing until /api/ps was asked twice; there the model is listed with an
                expiry reckoned from now, as Ollama does while it loads one
    unlisted    the same, but /api/ps is empty meanwhile
    queue       the same, but /api/ps lists a model at rest: someone else is answered

With *times*, only so many chats go wrong. /api/generate without a prompt loads the model;
*loads* counts how often it had to be loaded, for each other num_ctx anew.

Like Ollama it streams NDJSON, stops after num_predict tokens with done_reason "length",
cuts a prompt longer than num_ctx to half the window and says nothing, answers 404 for a
model it has not and 400 for a duration without a unit, and sends its headers with the
first piece. A token is a word or a sign.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Reply = str | Callable[[dict[str, Any]], str]
HTML = "<!doctype html><title>It works!</title>"
CRASHED = "llama runner process has terminated: CUDA error: out of memory"
DIGEST = "46e0c10c039e019119339687c3c1757cc81b9da49709a3b3924863ba87ca666e"
THOUGHT = ["<", "think", ">", "\n", "Hm", ".", "</", "think", ">", "\n\n"]
WAITING = {"load", "unlisted", "queue"}
SUCCEEDING = {"ok", "empty", "blank", "half", "cached", "think", "thinking", "tool"}
SUCCEEDING |= {
    "late abort",
    "late stall",
    "split",
    "joined",
    "blank lines",
    "bad utf-8",
} | WAITING
BUSY = "server busy, please try again.  maximum pending requests exceeded"


def pulled(name: str, size_bytes: int = 0, family: str = "llama") -> dict[str, Any]:
    """Return what /api/tags says of a model."""
    details = {"format": "gguf", "family": family, "families": [family]}
    return {
        "name": name,
        "model": name,
        "modified_at": "2026-09-01T10:00:00.000000000Z",
        "size": size_bytes,
        "digest": DIGEST,
        "details": {**details, "quantization_level": "Q4_K_M"},
    }


class FakeOllama:
    """A server while it is entered; *url* is known from the start.

    Attributes:
        shape: What /api/show says of the model.
        listed: What /api/tags lists in the place of the model, if it is set.
        requests: (method, path, body) of every request, in order; body is None for GET.
        gone: Set when a client left before it had everything.
        recorded: Lines to send in the place of all others.
        looks: How often /api/ps was asked.
    """

    def __init__(
        self,
        reply: Reply = "Run `rag ingest` [^1].",
        *,
        mode: str = "ok",
        model: str = "llama3.1:8b",
        after: int = 2,
        times: int | None = None,
        pace_s: float = 0.0,
    ) -> None:
        self.reply = reply
        self.mode = mode
        self.model = model
        self.after = after
        self.times = times
        self.recorded: list[str] | None = None
        self.listed: list[Any] | None = None
        self.shape: dict[str, Any] = {"model_info": {"llama.context_length": 131072}}
        self.pace_s = pace_s
        self.loads = 0
        self.looks = 0
        self.num_ctx = 0
        self.requests: list[tuple[str, str, dict[str, Any] | None]] = []
        self.gone = threading.Event()
        self.closing = threading.Event()
        handler = type("Bound", (_Handler,), {"fake": self})
        self._server = _Server(("127.0.0.1", 0), handler)
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
        said = re.findall(r"\s*(?:\w+|[^\w\s])|\s+\Z", reply)
        return [*THOUGHT, *said] if self.mode == "think" else said

    def load(self, body: dict[str, Any]) -> None:
        """Load the model, unless it is loaded with that window."""
        num_ctx = body.get("options", {}).get("num_ctx", 4096)
        self.loads += num_ctx != self.num_ctx
        self.num_ctx = num_ctx

    def running(self) -> list[dict[str, Any]]:
        """What /api/ps lists."""
        self.looks += 1
        if not self.num_ctx or self.mode == "unlisted":
            return []
        second = self.looks if self.mode == "load" else 0
        shown = {
            "name": self.model,
            "model": self.model,
            "digest": DIGEST,
            "size": 6_654_289_920,
            "size_vram": 6_654_289_920,
            "expires_at": f"2026-11-21T05:47:{second:02}.123456789Z",
            "context_length": self.num_ctx // (2 if self.mode == "half" else 1),
        }
        return [shown]


class _Server(ThreadingHTTPServer):
    def handle_error(self, *request: Any) -> None:
        """Say nothing of a client that left; a bug of the fake keeps its traceback."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*request)


class _Handler(BaseHTTPRequestHandler):
    fake: FakeOllama
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Be quiet."""

    def do_GET(self) -> None:
        self.fake.requests.append(("GET", self.path, None))
        if self._is_strange():
            return
        names = [] if self.mode == "missing" else [self.fake.model]
        models = [pulled(name) for name in names]
        known = {
            "/": "Ollama is running",
            "/api/version": {"version": "0.34.0"},
            "/api/tags": {
                "models": models if self.fake.listed is None else self.fake.listed
            },
        }
        if self.path == "/api/ps":
            known[self.path] = {"models": self.fake.running()}
        self._answer(200 if self.path in known else 404, known.get(self.path, {}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.fake.requests.append(("POST", self.path, body))
        if self._is_strange():
            return
        kept = body.get("keep_alive", "5m")
        if isinstance(kept, str) and not re.fullmatch(r"0|(-?\d+[smh])+", kept):
            self._answer(400, {"error": f'time: missing unit in duration "{kept}"'})
        elif self.mode == "missing" or body.get("model") != self.fake.model:
            self._answer(404, {"error": f"model '{body.get('model')}' not found"})
        elif self.path == "/api/show":
            self._answer(200, self.fake.shape)
        elif self.path == "/api/generate":
            self._load(body)
        else:
            self._stream(body)

    @property
    def mode(self) -> str:
        """What goes wrong with this request."""
        many = self.fake.times is not None and len(self.fake.chats) > self.fake.times
        return "ok" if many else self.fake.mode

    def _load(self, body: dict[str, Any]) -> None:
        assert not body.get("prompt"), "only loading is faked"
        try:
            if self.mode == "slow":
                self._wait()
                return
            self.fake.load(body)
            said = {"model": self.fake.model, "response": "", "done": True}
            self._answer(200, {**said, "done_reason": "load"})
        except OSError:
            self.close_connection = True
            self.fake.gone.set()

    def _is_strange(self) -> bool:
        """Answer as what is no Ollama, or none that works; False if all is well."""
        if self.mode == "silent":
            self._wait_quietly()
            return True
        faults: dict[str, tuple[int, Any]] = {
            "html": (200, HTML),
            "json": (200, [{"status": "up"}]),
            "redirect": (302, ""),
            "500": (500, {"error": CRASHED}),
            "503": (503, {"error": BUSY}),
            "401": (401, {"error": "unauthorized"}),
            "502": (502, HTML),
        }
        if fault := faults.get(self.mode):
            self._answer(*fault)
        return fault is not None

    def _wait_quietly(self) -> None:
        """Wait as `_wait` does; that the client leaves is what is waited for."""
        self.close_connection = True
        with suppress(OSError):
            self._wait()

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
            self.fake.load(request)
            if self.mode == "slow":
                self._wait()
                return
            if self.mode in WAITING:
                self._wait(looks=2)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-ndjson")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            lines = self.fake.recorded or self._lines(request)
            for data in self._bytes(lines):
                self._chunk(data)
            self._chunk(b"")
        except OSError:
            self.close_connection = True
            if self.mode != "abort":
                self.fake.gone.set()

    def _bytes(self, lines: Iterable[str]) -> Iterator[bytes]:
        """Yield the lines as they are sent, one piece per chunk."""
        ends = {"joined": itertools.cycle(["", "\n"]), "blank lines": ["\n\n"]}
        for line, end in zip(lines, itertools.cycle(ends.get(self.mode, ["\n"]))):
            data = f"{line}{end}".encode()
            if self.mode == "bad utf-8":
                data = data.replace(b'"content": "', b'"content": "\xff')
            if self.mode == "split":
                yield from (data[i : i + 1] for i in range(len(data)))
            else:
                yield data

    def _lines(self, request: dict[str, Any]) -> Iterator[str]:
        options = request.get("options", {})
        pieces = self.fake.pieces(request)
        max_pieces = options.get("num_predict", len(pieces))
        succeeds = self.mode in SUCCEEDING
        said = pieces[:max_pieces] if succeeds else pieces[: self.fake.after]
        if self.mode == "thinking":
            yield from (self._line("", thinking=word) for word in ("Hm", "."))
        if self.mode == "tool":
            call = {"function": {"name": "rm", "arguments": {"path": "/"}}}
            yield self._line("", tool_calls=[call])
        for piece in said:
            yield self._line(piece)
        if succeeds:
            why = "length" if len(pieces) > max_pieces else "stop"
            yield self._line("", rest=self._ending(request, len(said), why))
            if self.mode == "late abort":
                raise ConnectionAbortedError
            if self.mode == "late stall":
                self._wait()
        else:
            yield from self._fault()

    def _fault(self) -> Iterator[str]:
        if self.mode == "stall":
            self._wait()
        elif self.mode == "abort":
            raise ConnectionAbortedError
        elif self.mode == "error":
            yield json.dumps({"error": CRASHED})
        elif self.mode == "unload":
            yield self._line("", rest={"done": True, "done_reason": "unload"})
        elif self.mode == "bad json":
            yield '{"model": "llama3.1:8b", "message": {"role": "assi'
        elif self.mode in {"loop", "endless", "trickle"}:
            yield from self._endless_lines()

    def _endless_lines(self) -> Iterator[str]:
        for number in itertools.count():
            time.sleep(self.fake.pace_s)
            yield self._line(" and so on" if self.mode == "loop" else f" {number}")

    def _line(
        self, content: str, *, rest: dict[str, Any] | None = None, **more: object
    ) -> str:
        message = {"role": "assistant", "content": content, **more}
        when = "2026-11-21T05:17:45.123456789Z"
        head = {"model": self.fake.model, "created_at": when, "message": message}
        return json.dumps({**head, "done": False, **(rest or {})}, ensure_ascii=False)

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _wait(self, looks: float = math.inf) -> None:
        """Say nothing until the client leaves, the fake is closed, or it was looked at."""
        self.connection.settimeout(0.01)
        while not self.fake.closing.is_set() and self.fake.looks < looks:
            try:
                if not self.connection.recv(1):
                    raise ConnectionResetError
            except TimeoutError:
                continue
        self.connection.settimeout(None)

    def _ending(self, request: dict[str, Any], said: int, why: str) -> dict[str, Any]:
        """Return what the last line adds; a prompt too long was cut to half the window."""
        prompt = " ".join(m["content"] for m in request["messages"])
        read = len(re.findall(r"\w+|[^\w\s]", prompt))
        window = request.get("options", {}).get("num_ctx", 4096)
        window //= 2 if self.mode == "half" else 1
        whole = 5 if self.mode == "cached" else read
        return {
            "done": True,
            "done_reason": why,
            "total_duration": 2_000_000_000,
            "load_duration": 1_000_000,
            "prompt_eval_count": whole if read <= window else window // 2 + 2,
            "prompt_eval_duration": 900_000_000,
            "eval_count": said,
            "eval_duration": 1_000_000_000,
        }
