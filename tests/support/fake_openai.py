"""An honest fake of an OpenAI-compatible server, with its faults on demand.

    with FakeOpenAI(reply="Run it [^1].") as fake:
        ...RAG_LLM_URL=fake.url, RAG_LLM_MODEL=fake.model...
    assert fake.chats[0]["max_tokens"] == 768
    assert fake.headers[0]["authorization"] == "Bearer s3cret"

It is used as `FakeOllama` is, and has its modes as far as they make sense here; also:

    filtered    some pieces, then the end, with reason "content_filter"
    full        refuses the prompt as longer than the window, in vLLM's words
    full cpp    the same in llama.cpp's
    strict      refuses options that OpenAI's own server does not know
    401, 403    what one says that wants a key; so does each request without *key*
    404         there is no such path
    429         too many requests
    short       has read half of the prompt, says the count
    uncounted   sends no counts
    renamed     answers in the name of another model, and lists only that
    unlisted    the same, but lists nothing
    pings       comments between the pieces, to keep the connection alive
    reasoning   thinks in the field that vLLM has for it, before it speaks
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.support.fake_ollama import CRASHED, FakeOllama, Reply, _Handler

SUCCEEDING = {
    "ok",
    "empty",
    "blank",
    "think",
    "reasoning",
    "late abort",
    "split",
    "pings",
}
SUCCEEDING |= {"short", "uncounted", "renamed", "unlisted", "strict"}
FULL = (
    "This model's maximum context length is 4096 tokens. However, you requested 5012"
    " tokens (4500 in the messages, 512 in the completion)."
)
FULL_CPP = "request (6018 tokens) exceeds the available context size (1024 tokens)"


class FakeOpenAI(FakeOllama):
    """A server while it is entered.

    Attributes:
        key: What requests must hold, if any.
        headers: Of every request, in order, by their names in lower case.
        about: What /v1/models says of the model besides its name.
    """

    def __init__(self, reply: Reply = "Run `rag ingest` [^1].", **more: Any) -> None:
        self.key = more.pop("key", "")
        super().__init__(reply, **{"model": "meta/llama-3.1-8b-instruct", **more})
        self.about: dict[str, Any] = {}
        self.headers: list[dict[str, str]] = []
        self._server.RequestHandlerClass = type("Bound", (_Talk,), {"fake": self})
        self.url += "/v1"

    @property
    def chats(self) -> list[dict[str, Any]]:
        """The body of every request for a completion."""
        path = "/v1/chat/completions"
        return [body for _, asked, body in self.requests if asked == path and body]


class _Talk(_Handler):
    fake: FakeOpenAI

    def do_GET(self) -> None:  # noqa: N802 (its name)
        self._note(None)
        if self._is_strange():
            return
        other = self.mode in {"renamed", "missing"}
        name = "other" if other else self.fake.model
        listed = [{"id": name, "object": "model", **self.fake.about}]
        listed = listed if self.fake.listed is None else self.fake.listed
        known = self.path == "/v1/models" and self.mode != "unlisted"
        body = {"object": "list", "data": listed} if known else {"detail": "Not Found"}
        self._answer(200 if known else 404, body)

    def do_POST(self) -> None:  # noqa: N802 (its name)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._note(body)
        if self._is_strange():
            return
        if self.path != "/v1/chat/completions":
            self._answer(404, {"detail": "Not Found"})
        elif self.mode == "missing" or self._is_unknown(body):
            what = f"The model `{body['model']}` does not exist."
            self._refuse(404, what)
        elif self.mode == "strict" and "top_k" in body:
            self._refuse(400, "Unrecognized request argument supplied: top_k")
        else:
            self._stream(body)

    def _note(self, body: dict[str, Any] | None) -> None:
        self.fake.requests.append((self.command, self.path, body))
        sent = {name.lower(): value for name, value in self.headers.items()}
        self.fake.headers.append(sent)

    def _is_unknown(self, body: dict[str, Any]) -> bool:
        return self.mode not in {"renamed", "unlisted"} and (
            body["model"] != self.fake.model
        )

    def _refuse(self, status: int, what: str) -> None:
        self._answer(status, {"error": {"message": what, "code": status}})

    def _is_strange(self) -> bool:
        given = self.headers.get("Authorization", "")
        if self.fake.key and given != f"Bearer {self.fake.key}":
            self._refuse(401, f"Incorrect API key provided: {given[7:]}")
            return True
        refused = {
            "403": (403, "Forbidden"),
            "401": (401, "Unauthorized"),
            "429": (429, "Rate limit reached"),
            "500": (500, CRASHED),
            "503": (503, "Loading model"),
            "full": (400, FULL),
            "full cpp": (400, FULL_CPP),
        }
        if self.mode in refused:
            self._refuse(*refused[self.mode])
        elif self.mode == "404":
            self._answer(404, {"detail": "Not Found"})
        elif self.mode in {"html", "json", "redirect", "502", "silent"}:
            return super()._is_strange()
        return self.mode in {*refused, "404"}

    def _stream(self, request: dict[str, Any]) -> None:
        try:
            if self.mode == "slow":
                self._wait()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
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
        for line in lines:
            data = f"data: {line}\n\n".encode()
            if self.mode == "pings":
                data = b": ping\n\n" + data
            if self.mode == "split":
                yield from (data[i : i + 1] for i in range(len(data)))
            else:
                yield data

    def _lines(self, request: dict[str, Any]) -> Iterator[str]:
        pieces = self.fake.pieces(request)
        max_pieces = request.get("max_tokens", len(pieces))
        succeeds = self.mode in SUCCEEDING
        said = pieces[:max_pieces] if succeeds else pieces[: self.fake.after]
        if succeeds or said:
            yield self._piece({"role": "assistant", "content": ""})
        if self.mode == "reasoning":
            yield from (self._piece({"reasoning_content": w}) for w in ("Hm", "."))
        yield from (self._piece({"content": piece}) for piece in said)
        if succeeds:
            yield self._piece({}, "length" if len(pieces) > max_pieces else "stop")
            if self.mode == "late abort":
                raise ConnectionAbortedError
            if self.mode != "uncounted":
                yield self._count(request, len(said))
            yield "[DONE]"
        else:
            yield from self._fault()

    def _fault(self) -> Iterator[str]:
        if self.mode == "stall":
            self._wait()
        elif self.mode == "abort":
            raise ConnectionAbortedError
        elif self.mode == "error":
            yield json.dumps({"error": {"message": CRASHED, "code": 500}})
        elif self.mode == "filtered":
            yield self._piece({}, "content_filter")
        elif self.mode == "bad json":
            yield '{"choices": [{"del'
        elif self.mode in {"loop", "endless", "trickle"}:
            yield from self._endless_lines()

    def _line(self, content: str, **_: Any) -> str:
        return self._piece({"content": content})

    def _piece(self, delta: dict[str, Any], why: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": why}
        return self._object(choices=[choice])

    def _object(self, **more: Any) -> str:
        other = self.mode in {"renamed", "unlisted"}
        head = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1795264165,
            "model": "other" if other else self.fake.model,
        }
        return json.dumps({**head, **more}, ensure_ascii=False)

    def _count(self, request: dict[str, Any], written: int) -> str:
        prompt = " ".join(m["content"] for m in request["messages"])
        read = len(re.findall(r"\w+|[^\w\s]", prompt))
        read //= 2 if self.mode == "short" else 1
        usage = {"prompt_tokens": read, "completion_tokens": written}
        return self._object(choices=[], usage=usage)
