"""A true sentence becomes a false one: the host, path or fragment of an address changed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from bench.perturbed.case import Change, draw
from bench.perturbed.literals import drawn, pick, put
from bench.perturbed.names import twin
from bench.perturbed.sentences import Said

_HOST = re.compile(r"(?:[a-z][a-z0-9-]*\.)+[a-z]{2,6}")
_URL = re.compile(r"https?://[^\s)`\"'<>*\[\]{}$]+[\w/]|(?<=\]\()/[^\s)]+")


@dataclass(frozen=True)
class Addresses:
    """All addresses of the docs, for what may stand in the place of another."""

    all: frozenset[str]

    @classmethod
    def of(cls, all_said: Iterable[Said]) -> Addresses:
        """Return those that sentences hold."""
        return cls(frozenset(m[0] for s in all_said for m in _URL.finditer(s.text)))

    @cached_property
    def _ends(self) -> dict[str, set[str]]:
        ends: dict[str, set[str]] = defaultdict(set)
        for url in self.all:
            parts = urlsplit(url)
            if parts.fragment:
                ends[f"{parts.netloc}#"].add(parts.fragment)
            above, _, last = parts.path.rstrip("/").rpartition("/")
            if re.fullmatch(r"[a-z0-9.-]{3,40}", last):
                ends[parts.netloc + above].add(last)
        return ends

    def target(self, said: Said) -> Iterator[Change]:
        """Yield the sentence with the target of a link changed, which no reader sees."""
        return (c for c in self.url(said) if f"]({c.became}" in c.sentence)

    def shown(self, said: Said) -> Iterator[Change]:
        """Yield the sentence with an address changed that a reader sees."""
        return (c for c in self.url(said) if f"]({c.became}" not in c.sentence)

    def url(self, said: Said) -> Iterator[Change]:
        """Yield the sentence with a host, path or fragment changed."""
        for match in _URL.finditer(said.text):
            for became in self._others(match[0], said):
                if became != match[0]:
                    yield put(said.text, match, became)

    def _others(self, url: str, said: Said) -> list[str]:
        parts = urlsplit(url)
        way = draw("url", said.text, url) % 3
        known = _HOST.fullmatch(parts.netloc)
        if known and (way == 0 or parts.path in ("", "/")):
            return [parts._replace(netloc=host(parts.netloc, said)).geturl()]
        if parts.fragment and way == 1:
            fragments = self._ends[f"{parts.netloc}#"] - {parts.fragment}
            others = drawn(fragments, said.text, url)
            return [parts._replace(fragment=other).geturl() for other in others]
        if not parts.netloc and way == 2:
            beside = {u for u in self.all if u.startswith(f"/{url.split('/')[1]}/")}
            return drawn(beside - {url}, said.text, url, most=100)
        return self._paths(url, said) if parts.path.strip("/") else []

    def _paths(self, url: str, said: Said) -> list[str]:
        parts = urlsplit(url)
        above, _, last = parts.path.rstrip("/").rpartition("/")
        if figure := re.search(r"[1-8]", last):
            at = figure.start()
            others = {f"{last[:at]}{int(figure[0]) + 1}{last[at + 1 :]}"}
        else:
            others = self._ends[parts.netloc + above] - {last}
            others = others or {twin(last, url)} - {""} or {"overview", "reference"}
        same = {o for o in others if last.startswith(o) or o.startswith(last)}
        tail = "/" * parts.path.endswith("/")
        found = drawn(others - same, said.text, url)
        return [parts._replace(path=f"{above}/{o}{tail}").geturl() for o in found]


def host(name: str, said: Said) -> str:
    """Return another host that one would believe."""
    labels = name.split(".")
    way = draw("host", said.text) % 3
    firsts = "www docs api my portal account hub".split()
    if way == 0 or len(labels) < 3:
        ends = {"com": "io", "org": "net", "io": "dev", "dev": "io", "net": "com"}
        return ".".join([*labels[:-1], ends.get(labels[-1], "com")])
    return ".".join([pick(set(firsts) - {labels[0]}, said.text, name), *labels[1:]])
