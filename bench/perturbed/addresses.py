"""Make a true sentence false by the host, path or fragment of an address."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from bench.perturbed.case import Change, draw
from bench.perturbed.literals import pick, replace_span, shuffled
from bench.perturbed.names import related_name
from bench.perturbed.sentences import SourceSentence

_HOSTNAME = re.compile(r"(?:[a-z][a-z0-9-]*\.)+[a-z]{2,6}")
_URL = re.compile(r"https?://[^\s)`\"'<>*\[\]{}$]+[\w/]|(?<=\]\()/[^\s)]+")


@dataclass(frozen=True)
class Addresses:
    """All addresses of the docs, for what may stand in the place of another."""

    all: frozenset[str]

    @classmethod
    def of(cls, sentences: Iterable[SourceSentence]) -> Addresses:
        """Return those that sentences hold."""
        return cls(frozenset(m[0] for s in sentences for m in _URL.finditer(s.text)))

    @cached_property
    def _known_endings(self) -> dict[str, set[str]]:
        ends: dict[str, set[str]] = defaultdict(set)
        for url in self.all:
            parts = urlsplit(url)
            if parts.fragment:
                ends[f"{parts.netloc}#"].add(parts.fragment)
            above, _, last = parts.path.rstrip("/").rpartition("/")
            if re.fullmatch(r"[a-z0-9.-]{3,40}", last):
                ends[parts.netloc + above].add(last)
        return ends

    def change_target(self, source: SourceSentence) -> Iterator[Change]:
        """Yield the sentence with the target of a link changed, which no reader sees."""
        return (c for c in self.url(source) if f"]({c.became}" in c.sentence)

    def change_shown(self, source: SourceSentence) -> Iterator[Change]:
        """Yield the sentence with an address changed that a reader sees."""
        return (c for c in self.url(source) if f"]({c.became}" not in c.sentence)

    def url(self, source: SourceSentence) -> Iterator[Change]:
        """Yield the sentence with a host, path or fragment changed."""
        for match in _URL.finditer(source.text):
            for became in self._others(match[0], source):
                if became != match[0]:
                    yield replace_span(source.text, match, became)

    def _others(self, url: str, source: SourceSentence) -> list[str]:
        parts = urlsplit(url)
        way = draw("url", source.text, url) % 3
        known = _HOSTNAME.fullmatch(parts.netloc)
        if known and (way == 0 or parts.path in ("", "/")):
            return [parts._replace(netloc=other_host(parts.netloc, source)).geturl()]
        if parts.fragment and way == 1:
            fragments = self._known_endings[f"{parts.netloc}#"] - {parts.fragment}
            others = shuffled(fragments, source.text, url)
            return [parts._replace(fragment=other).geturl() for other in others]
        if not parts.netloc and way == 2:
            beside = {u for u in self.all if u.startswith(f"/{url.split('/')[1]}/")}
            return shuffled(beside - {url}, source.text, url, most=100)
        return self._paths(url, source) if parts.path.strip("/") else []

    def _paths(self, url: str, source: SourceSentence) -> list[str]:
        parts = urlsplit(url)
        above, _, last = parts.path.rstrip("/").rpartition("/")
        if figure := re.search(r"[1-8]", last):
            at = figure.start()
            others = {f"{last[:at]}{int(figure[0]) + 1}{last[at + 1 :]}"}
        else:
            others = self._known_endings[parts.netloc + above] - {last}
            others = (
                others or {related_name(last, url)} - {""} or {"overview", "reference"}
            )
        same = {o for o in others if last.startswith(o) or o.startswith(last)}
        tail = "/" * parts.path.endswith("/")
        endings = shuffled(others - same, source.text, url)
        return [parts._replace(path=f"{above}/{o}{tail}").geturl() for o in endings]


def other_host(name: str, source: SourceSentence) -> str:
    """Return another host that one would believe."""
    labels = name.split(".")
    way = draw("host", source.text) % 3
    firsts = "www docs api my portal account hub".split()
    if way == 0 or len(labels) < 3:
        ends = {"com": "io", "org": "net", "io": "dev", "dev": "io", "net": "com"}
        return ".".join([*labels[:-1], ends.get(labels[-1], "com")])
    return ".".join([pick(set(firsts) - {labels[0]}, source.text, name), *labels[1:]])
