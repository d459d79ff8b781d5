"""Make a true sentence false by another product, or another name in code."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from bench.perturbed.case import Change, draw
from bench.perturbed.literals import (
    code_in,
    code_spans,
    replace_span,
    shuffled,
    tool_of,
)
from bench.perturbed.sentences import SourceSentence

_PART = re.compile(r"[a-z]+|[A-Z][a-z]+|[A-Z]+(?![a-z])")
_NAME = re.compile(r"[A-Za-z_$][\w$./-]*[\w/]")

RELATED_WORDS = """access secret|min max|minimum maximum|name label|key token|create update|read write
|user group|username login|password passphrase|host server|port address|config settings
|start begin|public private|source target|input output|local remote|client agent|first last
|enable disable|enabled disabled|endpoint gateway|bucket volume|region zone|project account
|organization workspace|cpu memory|size count|url uri|id uuid|timeout interval|image snapshot
|default custom|install setup|service daemon|node pool|pod deployment|cluster fleet
|domain hostname|cert key|backup archive|db database|log trace|test staging|role policy
|type class|data state|file folder|path dir|main index|pool set|scale replica|value entry
|internal external|primary secondary|master leader|status phase|version revision|list items
|storage disk|network subnet|function handler|container sandbox|request response|time date
|instance machine|tag mark|command script|env vars|api rpc|app web|docker podman|compose stack
|requirements dependencies|package bundle|values params|admin root|home var|etc opt|ssh rsa
|json yaml|yaml json|yml toml|conf cfg|sh py|tf hcl|txt md|html htm|pem crt|log out|js ts
|php phtml|service socket|gz zip|sql dump|ini conf|py sh|go rs"""

PRODUCTS = """Object Storage|Block Storage|File Storage|Local Storage|Scratch Storage
Serverless Functions|Serverless Containers|Serverless Jobs|Serverless SQL Databases
Container Registry|Kubernetes Kapsule|Kubernetes Kosmos
Kapsule|Kosmos
Managed Database for PostgreSQL|Managed Database for MySQL|Managed Database for Redis™
Managed Inference|Generative APIs|Messaging and Queuing|Transactional Email|IoT Hub
Secret Manager|Key Manager|Cockpit|IAM|Audit Trail
Edge Services|Web Hosting|Domains and DNS
Elastic Metal|Apple silicon|Dedibox
Load Balancer|Public Gateway|Private Network|VPC|IPAM|InterLink
SQS|SNS|NATS
Grafana|Prometheus|Loki|Mimir|Tempo
PostgreSQL|MySQL|MariaDB|MongoDB|Redis
Ubuntu|Debian|Fedora|CentOS|Rocky Linux|AlmaLinux
Terraform|Ansible|Packer|Pulumi
Nginx|NGINX|Apache|Caddy|Traefik|HAProxy
Docker|Podman|containerd
Windows|macOS|Linux
Node.js|PHP|Rust|Python
Helm|kubectl|Rclone|s3cmd|Duplicity|Restic|Cyberduck
WordPress|Drupal|Ghost|Nextcloud|Jitsi|Mastodon
Jenkins|GitLab|GitHub
H100|L40S|L4
Owner|Editor|Viewer
Organization|Project
One Zone - Infrequent Access|Glacier
Scaleway console|Scaleway CLI|Scaleway API
SSH|SFTP|FTP|RDP|VNC
IPv4|IPv6
UDP|TCP|ICMP
HTTP|HTTPS"""

CLASSES = [line.split("|") for line in PRODUCTS.split("\n")]
"""Products, then tools and systems of a sort, that may stand for each other."""

MIN_SENTENCES = 5
"""Sentences that must name a thing for it to be one of these docs."""


class Names:
    """Names in code that the docs use, by folder and form."""

    def __init__(self, sentences: Iterable[SourceSentence]) -> None:
        self._known: dict[tuple[str, str], set[str]] = defaultdict(set)
        for source in sentences:
            for code in code_in(source):
                if _NAME.fullmatch(code):
                    self._known[source.product, form(code)].add(code)

    def code_name(self, source: SourceSentence) -> Iterator[Change]:
        """Yield the sentence with an identifier, variable, file or field changed."""
        if source.form == "command":
            return
        for start, code in code_spans(source):
            if _NAME.fullmatch(code) and is_name(code) and not tool_of(code + " "):
                for became in self._others(code, source):
                    if became not in source.text:
                        yield replace_span(
                            source.text, (start, start + len(code)), became
                        )

    def _others(self, code: str, source: SourceSentence) -> list[str]:
        siblings = {
            name
            for name in self._known[source.product, form(code)]
            if name != code and is_name(name) and shares_part(name, code)
        }
        if siblings and draw("sibling", source.text, code) % 2:
            return shuffled(siblings, source.text, code)
        return [other for other in (related_name(code, source.text),) if other]


def is_name(code: str) -> bool:
    """Whether this is a name that somebody gave: of more than one part, or in capitals."""
    return bool(re.search(r"[_./-]|[a-z][A-Z]|^[A-Z]{2,}$", code.strip("/"))) or (
        len(_PART.findall(code)) > 1
    )


def form(code: str) -> str:
    """Return how a name is written: its case and the marks between its parts."""
    case = "A" if code.isupper() else "a" if code.islower() else "Aa"
    return case + "".join(sorted(set(re.findall(r"[_./$-]", code))))


def shares_part(one: str, other: str) -> bool:
    """Whether two names have a part in common."""
    parts = {p.lower() for p in _PART.findall(one) if len(p) > 2}
    return bool(parts & {p.lower() for p in _PART.findall(other)})


def _related_words() -> dict[str, str]:
    table: dict[str, str] = {}
    for pair in RELATED_WORDS.replace("\n", "").split("|"):
        one, other = pair.split()
        table.setdefault(one, other)
        table.setdefault(other, one)
    return table


_RELATED = _related_words()


def related_name(code: str, key: str) -> str:
    """Return the name with one part exchanged for one that often stands beside it."""
    parts = [m for m in _PART.finditer(code) if m[0].lower() in _RELATED]
    if not parts:
        return ""
    match = parts[draw("part", key, code) % len(parts)]
    other = _RELATED[match[0].lower()]
    if match[0].isupper():
        other = other.upper()
    elif match[0][0].isupper():
        other = other.capitalize()
    return code[: match.start()] + other + code[match.end() :]


class Products:
    """Products and tools that the docs name, each with those it may be taken for."""

    def __init__(self, sentences: Iterable[SourceSentence]) -> None:
        self.class_of = {name: group for group in CLASSES for name in group}
        longest = sorted(self.class_of, key=len, reverse=True)
        names = "|".join(map(re.escape, longest))
        self._any = re.compile(rf"(?<![\w./-])(?:{names})(?![\w/-]|\.\w)")
        self.named: Counter[str] = Counter()
        for source in sentences:
            self.named.update({m[0] for m in self._any.finditer(source.text)})

    def product(self, source: SourceSentence) -> Iterator[Change]:
        """Yield the sentence with a product, or another thing of a name, changed."""
        hidden = [m.span() for m in re.finditer(r"`[^`]*`|\]\([^)]*\)", source.text)]
        for match in self._any.finditer(source.text):
            start = match.start()
            if any(a <= start < b for a, b in hidden):
                continue
            others = {
                name
                for name in self.class_of[match[0]]
                if self.named[name] >= MIN_SENTENCES and is_absent(name, source.text)
            }
            for became in shuffled(others, "product", source.text, start):
                if stands_alone(source.text, match, became):
                    yield replace_span(source.text, match, became)


def is_absent(name: str, text: str) -> bool:
    """Whether a name stands in the text neither as a whole nor as the part of another."""
    return name.lower() not in text.lower()


def stands_alone(text: str, match: re.Match[str], became: str) -> bool:
    """Whether a name is used once, and the other one fits behind the same article."""
    article = re.search(r"\b(an?) \W*$", text[: match.start()], re.I)
    vowel = became[0] in "AEIOa" or became[:2] in {"HT", "SF", "SQ", "SN", "SS", "NA"}
    fits = not article or (article[1].lower() == "an") is vowel
    return fits and text.count(match[0]) == 1
