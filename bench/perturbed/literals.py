"""Make a true sentence false by a flag, a number or an amount."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from bench.perturbed.case import Change, draw
from bench.perturbed.sentences import TOOLS, SourceSentence


def replace_span(text: str, at: re.Match[str] | tuple[int, int], became: str) -> Change:
    """Return the text with one span replaced."""
    start, end = at if isinstance(at, tuple) else at.span()
    return Change(text[:start] + became + text[end:], text[start:end], became)


def shuffled(options: Iterable[str], *key: object, most: int = 12) -> list[str]:
    """Return some of the options, always in the same order for the same key."""
    return sorted(set(options) - {""}, key=lambda each: draw(*key, each))[:most]


def pick(options: Iterable[str], *key: object) -> str:
    """Return one of the options, or "" if there is none."""
    return next(iter(shuffled(options, *key)), "")


# Flags and sub-commands

_FLAG = re.compile(r"(?<![\w-])(--[a-z][\w-]*[a-z]|-[a-zA-Z])(?=[\s=`,.)]|$)")
_CODE = re.compile(r"`([^`]+)`")
_TOOL = re.compile(rf"(?:^|\s)({'|'.join(TOOLS)}) ")
_SUB_COMMAND = re.compile(r"[a-z][a-z-]+(?=\s|$)")
_TOOLS_WITH_SUB_COMMANDS = (
    "scw kubectl docker helm git terraform systemctl apt ufw rclone gcloud".split()
)

FALLBACK_FLAGS = {
    "--all": "--every",
    "--name": "--label",
    "--output": "--format",
    "--force": "--override",
    "--recursive": "--deep",
    "--version": "--release",
    "--namespace": "--context",
    "--region": "--location",
    "--install": "--setup",
    "--yes": "--confirm",
}
"""For tools whose other options the docs do not name."""


class Commands:
    """What the command lines of the docs use: options and sub-commands by tool."""

    def __init__(self, sentences: Iterable[SourceSentence]) -> None:
        self.flags: dict[str, set[str]] = defaultdict(set)
        self.sub_commands_of: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for source in sentences:
            for code in code_in(source):
                self._learn(code)

    def _learn(self, code: str) -> None:
        tool = tool_of(code)
        self.flags[tool].update(m[1] for m in _FLAG.finditer(code))
        path = sub_commands(code)
        for depth in range(1, len(path)):
            self.sub_commands_of[tuple(path[:depth])].add(path[depth])

    def flag(self, source: SourceSentence) -> Iterator[Change]:
        """Yield the sentence with an option, or a sub-command, changed."""
        for start, code in code_spans(source):
            tool, text = tool_of(code), source.text
            for match in _FLAG.finditer(code):
                at = (start + match.start(1), start + match.end(1))
                for other in self._others(tool, match[1], source):
                    yield replace_span(text, at, other)
            yield from self._change_sub_command(code, start, source)

    def _others(self, tool: str, flag: str, source: SourceSentence) -> list[str]:
        form = flag[:2] == "--"
        same = {f for f in self.flags[tool] if (f[:2] == "--") is form and f != flag}
        fresh = {f for f in same if f not in source.text}
        spare = FALLBACK_FLAGS.get(flag, "") if tool else ""
        return shuffled(fresh or {spare}, "flag", source.text, flag)

    def _change_sub_command(
        self, code: str, start: int, source: SourceSentence
    ) -> Iterator[Change]:
        path = sub_commands(code)
        for depth in range(1, len(path)):
            others = self.sub_commands_of[tuple(path[:depth])] - {path[depth]}
            fresh = {o for o in others if o not in source.text}
            at = re.search(rf"(?<=\s){re.escape(path[depth])}(?=\s|$)", code)
            if at and len(others) > 1:
                span = (start + at.start(), start + at.end())
                for became in shuffled(fresh, "sub", source.text, depth):
                    yield replace_span(source.text, span, became)


def code_in(source: SourceSentence) -> list[str]:
    """Return what is code in a sentence; a command line is code as a whole."""
    return [code for _, code in code_spans(source)]


def code_spans(source: SourceSentence) -> list[tuple[int, str]]:
    """Return where code begins, and the code."""
    if source.form == "command":
        return [(0, source.text)]
    return [(m.start(1), m[1]) for m in _CODE.finditer(source.text)]


def tool_of(code: str) -> str:
    """Return the program that a command line runs; "" if none is known."""
    match = _TOOL.search(code)
    return match[1] if match else ""


def sub_commands(code: str) -> list[str]:
    """Return the tool and its sub-commands, for tools that have them."""
    tool = tool_of(code)
    if tool not in _TOOLS_WITH_SUB_COMMANDS:
        return []
    path = [tool]
    for word in code[code.index(tool) + len(tool) :].split()[
        : 3 if tool == "scw" else 1
    ]:
        if not _SUB_COMMAND.fullmatch(word):
            break
        path.append(word)
    return path


# Numbers

_NUMBER = re.compile(
    r"(?<![\w.,/:#€$=<>%{+-])(\d{1,3}(?:[ ,]\d{3})+|\d+(?:\.\d+)?)"
    r"(?=%|(?:\s?|-)(?:[KMGT]i?[Bb](?:ps)?|ms|GHz|MHz|vCPUs?)\b|[\s,;)*]|\.(?:\s|$)|$)"
)
_NUMBER_WORD = re.compile(r"\b(two|three|four|five|six|ten|twelve)\b")
_NOT_BEFORE = re.compile(
    r"(?:steps?|steps? \d+ (?:and|to|or)|ubuntu|debian|version|v|figure|layer|rfc|article|centos|fedora|windows|php|"
    r"python|node|macos|server|chapter|rocky|linux|alma|almalinux|level|type|class|http|ios|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|"
    r"postgresql|mysql|java|java|llama|proxmox|pro|tls|wi-fi|error|ghost|gen|vsphere|esxi|raid|"
    r"since|code|id|l4|opensuse|and 2|s3|nextcloud|openvpn|drupal|magento|rail|rails|part|tier|"
    r"jdk|mongodb|section|option|line|postgres|from|until|by|in|year|dedicated)\s\W*$",
    re.I,
)
_NAMED = re.compile(
    r"\w \W*[A-Z]\w*\s$|^\W*(?!Port|The|About|After|All|At|Only|These|Wait|Up)[A-Z]\w*\s$"
    r"|[Vv]ersions?\b.{0,20}$"
)
_DURATION = (
    "day hour minute second week month year time GB MB TB percent character".split()
)

PORTS = "22 25 53 80 443 587 993 1883 3000 3306 5000 5432 6379 8000 8080 8443 9000 9090"
COUNTS = (
    "1 2 3 4 5 6 8 10 12 15 16 20 24 25 30 32 40 48 50 60 64 72 75 80 90 96".split()
)
NUMBER_WORDS = "two three four five six eight ten twelve".split()


def number(source: SourceSentence) -> Iterator[Change]:
    """Yield the sentence with a limit, count, port or duration changed."""
    code = [
        (m.start(), m.end()) for m in re.finditer(r"`[^`]*`|\]\([^)]*\)", source.text)
    ]
    for match in [*_NUMBER.finditer(source.text), *_NUMBER_WORD.finditer(source.text)]:
        start = match.start(1)
        if any(a <= start < b for a, b in code) or not is_quantity(source.text, match):
            continue
        for became in other_numbers(source.text, match[1], start):
            yield replace_span(source.text, (start, match.end(1)), became)


def is_quantity(text: str, match: re.Match[str]) -> bool:
    """Whether a number counts something, so that it is no version, year or place in a list."""
    before, after, value = text[: match.start(1)], text[match.end(1) :], match[1]
    unit = re.match(rf"\s?\**\s?(?:{'|'.join(_DURATION)})|%", after)
    if _NOT_BEFORE.search(before) and not unit:
        return False
    year = re.fullmatch(r"(?:19|20)\d\d", value) or f"({value})" in text
    name = re.match(r"\s(?:[A-Z]\w*\b|LTS|\()", after) or _NAMED.search(before)
    return not (year or (name and not unit)) and bool(before.strip('*_"“(['))


def other_numbers(text: str, value: str, start: int) -> list[str]:
    """Return numbers of the same form that may stand there as well."""
    if value in NUMBER_WORDS:
        options = [w for w in NUMBER_WORDS if w != value]
    elif re.search(r"\bports?\W+(?:\d+\W+(?:and|or|,)?\W*)*$", text[:start], re.I):
        options = PORTS.split()
    elif re.search(r"\D", value):
        options = [scaled(value, step) for step in range(8)]
    elif len(value) > 2:
        options = [str(int(value) * times) for times in (2, 3, 4, 5)]
    else:
        options = [c for c in COUNTS if len(c) == len(value)]
    here = set(re.findall(r"[\w.,]+", text))
    return shuffled(set(options) - here - {value}, "number", text, start, most=25)


def scaled(value: str, step: int) -> str:
    """Return an amount a good deal larger, with the same marks at the same places.

    >>> scaled("1,500", 0), scaled("0.15", 1)
    ('2,500', '0.35')
    """
    first = re.search(r"[1-9]", value)
    if not first:
        return ""
    figure = (int(first[0]) + step + 1) % 10 or 4
    return f"{value[: first.start()]}{figure}{value[first.end() :]}"


# Amounts

_AMOUNT = re.compile(
    r"(?<=[€$])\d[\d.,]*\d|(?<=[€$])\d|\d[\d.,]*(?=\s?(?:€|EUR\b|euros?\b))"
)


def price(source: SourceSentence) -> Iterator[Change]:
    """Yield the sentence with an amount of money changed, three times each."""
    for match in _AMOUNT.finditer(source.text):
        others = {scaled(match[0], step) for step in range(8)} - {match[0]}
        for became in shuffled(others, "price", source.text):
            yield replace_span(source.text, match, became)
