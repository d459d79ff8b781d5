"""As much of a Qdrant server's REST as we use, over the client in memory, with faults.

The bodies are read with the client's own models, so a request that they do not allow is
refused here too. The faults are what a server, a proxy or a stranger answers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

from pydantic_core import to_jsonable_python
from qdrant_client import QdrantClient, models

VERSION = "1.19.1"


@dataclass(frozen=True)
class Reply:
    """An answer that is given instead of the right one."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def refused(status: int, error: str, **headers: str) -> Reply:
    """Return how Qdrant words an error."""
    body = json.dumps({"status": {"error": error}, "time": 0.0}).encode()
    return Reply(status, body, headers)


class Silence:
    """Takes the request and never answers."""


class Late:
    """Does what was asked and then never answers."""


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


class FakeQdrant:
    """A server on loopback.

    Attributes:
        client: Holds the data; a test may look at it or change it behind our back.
        faults: Answered first, one for each request; None stands for the right answer.
        always: Answered to every request when it is set.
        requests: Every request so far.
        keeps_metadata: False as before Qdrant 1.16.
        optimizer_error: What the optimizer says is wrong; "" if nothing.
    """

    def __init__(self, version: str = VERSION) -> None:
        self.client = QdrantClient(":memory:")
        self.version = version
        self.faults: list[Reply | Silence | Late | None] = []
        self.always: Reply | Silence | None = None
        self.requests: list[Request] = []
        self.keeps_metadata = True
        self.optimizer_error = ""
        self._lock = Lock()
        self._done = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> FakeQdrant:
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._server.shutdown()
        self._server.server_close()
        self.client.close()

    def answer(self, request: Request) -> Reply:
        """Return what is sent for a request; waits until the end for a silent fault."""
        with self._lock:
            self.requests.append(request)
            fault = self.always or (self.faults.pop(0) if self.faults else None)
            if isinstance(fault, Reply):
                return fault
            reply = Reply(503)
            if not isinstance(fault, Silence):
                reply = self._respond(request, json.loads(request.body or b"{}"))
        if fault:
            self._done.wait()
        return reply

    def _respond(self, request: Request, body: Any) -> Reply:
        if request.path == "/":
            return Reply(
                200, json.dumps({"title": "q", "version": self.version}).encode()
            )
        try:
            for pattern, method, handle in _ROUTES:
                match = re.fullmatch(pattern, request.path)
                if match and method == request.method:
                    result = to_jsonable_python(handle(self, body, *match.groups()))
                    return Reply(200, json.dumps({"result": result}).encode())
        except ValueError as err:
            exists, missing = "already exists" in str(err), "not found" in str(err)
            status = 409 if exists else 404 if missing else 400
            return refused(status, str(err))
        return Reply(404)


def _handler(server: FakeQdrant) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {k.lower(): v for k, v in self.headers.items()}
            path, _, query = self.path.partition("?")
            reply = server.answer(Request(self.command, path, query, headers, body))
            try:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
            except OSError:
                pass  # the client had enough

        do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = _reply  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _create(server: FakeQdrant, body: Any, name: str) -> Any:
    creation = models.CreateCollection(**body)
    return server.client.create_collection(
        name,
        vectors_config=creation.vectors,
        sparse_vectors_config=creation.sparse_vectors,
        metadata=creation.metadata if server.keeps_metadata else None,
    )


def _info(server: FakeQdrant, _: Any, name: str) -> Any:
    info = server.client.get_collection(name).model_dump(mode="json")
    if server.optimizer_error:
        info |= {"status": "red", "optimizer_status": {"error": server.optimizer_error}}
    return info


def _upsert(server: FakeQdrant, body: Any, name: str) -> Any:
    return server.client.upsert(name, points=models.PointsList(**body).points)


def _batch(server: FakeQdrant, body: Any, name: str) -> Any:
    operations = models.UpdateOperations(**body).operations
    return server.client.batch_update_points(name, update_operations=operations)


def _aliases(server: FakeQdrant, body: Any) -> Any:
    operations = models.ChangeAliasesOperation(**body).actions
    return server.client.update_collection_aliases(operations)


def _scroll(server: FakeQdrant, body: Any, name: str) -> Any:
    records, offset = server.client.scroll(
        name,
        limit=body["limit"],
        offset=body.get("offset"),
        with_payload=body["with_payload"],
    )
    return {"points": records, "next_page_offset": offset}


def _retrieve(server: FakeQdrant, body: Any, name: str) -> Sequence[Any]:
    request = models.PointRequest(**body)
    return server.client.retrieve(
        name,
        request.ids,
        with_payload=request.with_payload,
        with_vectors=request.with_vector,
    )


def _facet(qdrant: FakeQdrant, body: Any, name: str) -> Any:
    return qdrant.client.facet(
        name,
        body["key"],
        facet_filter=models.Filter(**body["filter"]) if body.get("filter") else None,
        limit=body["limit"],
        exact=body["exact"],
    )


def _query(server: FakeQdrant, body: Any, name: str) -> Sequence[Any]:
    requests = models.QueryRequestBatch(**body).searches
    return server.client.query_batch_points(name, requests=requests)


_NAME = r"/collections/([^/]+)"
_ROUTES: list[tuple[str, str, Callable[..., Any]]] = [
    ("/aliases", "GET", lambda s, _: s.client.get_aliases()),
    ("/collections", "GET", lambda s, _: s.client.get_collections()),
    ("/collections/aliases", "POST", _aliases),
    (
        _NAME + "/exists",
        "GET",
        lambda s, _, name: {"exists": s.client.collection_exists(name)},
    ),
    (_NAME, "GET", _info),
    (_NAME, "PUT", _create),
    (
        _NAME,
        "PATCH",
        lambda s, body, name: s.client.update_collection(
            name, metadata=body["metadata"]
        ),
    ),
    (_NAME, "DELETE", lambda s, _, name: s.client.delete_collection(name)),
    (
        _NAME + "/index",
        "PUT",
        lambda s, body, name: s.client.create_payload_index(
            name, body["field_name"], body["field_schema"]
        ),
    ),
    (_NAME + "/points", "PUT", _upsert),
    (_NAME + "/points", "POST", _retrieve),
    (_NAME + "/points/batch", "POST", _batch),
    (
        _NAME + "/points/delete",
        "POST",
        lambda s, body, name: s.client.delete(
            name, points_selector=models.PointIdsList(**body)
        ),
    ),
    (_NAME + "/points/scroll", "POST", _scroll),
    (_NAME + "/points/count", "POST", lambda s, _, name: s.client.count(name)),
    (_NAME + "/points/query/batch", "POST", _query),
    (_NAME + "/facet", "POST", _facet),
]
