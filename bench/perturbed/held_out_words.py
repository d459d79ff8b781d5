"""Change a word that decides what is claimed, for the held-out set."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bench.perturbed.case import Change, draw
from bench.perturbed.literals import replace_span, shuffled
from bench.perturbed.sentences import SourceSentence

Corrupt = Callable[[SourceSentence], Iterator[Change]]

_HIDDEN = re.compile(r"`[^`]*`|\]\([^)]*\)|\"[^\"]*\"")

UNITS = """GB MB TB|MB GB KB|TB GB PB|GiB MiB TiB|MiB GiB KiB|KB MB|Gbps Mbps|Mbps Gbps
|hours days minutes|hour day minute|days hours weeks|day hour week|minutes hours seconds
|minute hour second|seconds minutes milliseconds|second minute|months weeks years
|month week year|years months|year month|weeks days|week day|ms s|GHz MHz|vCPUs GPUs
|vCPU GPU|characters bytes|bytes characters|requests messages"""

QUANTIFIERS = {
    r"at least": "at most",
    r"at most": "at least",
    r"up to": "no less than",
    r"[Aa]ll (?=the |your |these |those )": "some of ",
    r"[Aa]ll (?=of |\w+s\b)": "some ",
    r"every": "one",
    r"each": "one",
    r"more than": "less than",
    r"less than": "more than",
    r"one or (?:more|several|many)": "exactly one",
    r"multiple": "only one",
    r"any (?=[a-z]+ (?:of|you|that)\b)": "exactly one ",
    r"most": "few",
    r"many": "hardly any",
    r"a maximum of": "no fewer than",
    r"a minimum of": "no more than",
}

DROPPED = r" (?:only|exclusively|solely)(?= )"

MODALITY = {
    r"may": "must",
    r"might": "will certainly",
    r"must": "may",
    r"should": "need not",
    r"(?:need|have|has|needs) to": "may",
    r"we (?:strongly )?recommend": "it is mandatory",
    r"(?:strongly |highly )?recommended": "mandatory",
    r"[Oo]ptionally,?": "Always",
    r"can (?=choose|also|add|set|select|use|configure|define|enable|specify)": "must ",
    r"if (?:needed|necessary|required|desired)": "in any case",
    r"usually|typically|generally|often": "always",
    r"sometimes": "always",
    r"automatically": "on request",
    r"by default": "in every case",
}

PLACES = """fr-par-1 nl-ams-1 fr-par-3 pl-waw-2|fr-par-2 fr-par-1 nl-ams-2 pl-waw-1
|fr-par-3 fr-par-2 pl-waw-3|nl-ams-1 nl-ams-3 fr-par-1|nl-ams-2 nl-ams-1|nl-ams-3 pl-waw-3
|pl-waw-1 pl-waw-2 nl-ams-1|pl-waw-2 fr-par-2|pl-waw-3 fr-par-3|fr-par nl-ams pl-waw
|nl-ams pl-waw fr-par|pl-waw fr-par nl-ams|Paris Amsterdam Warsaw|Amsterdam Paris Warsaw
|Warsaw Paris Amsterdam|PAR1 AMS1 WAW2|PAR2 PAR1 AMS2|AMS1 PAR2 WAW1|WAW1 AMS1
|January March|February May|March August|April June|May July|June October|July November
|August February|September April|October December|November January|December September
|Monday Thursday|Friday Tuesday|EU US|Europe Asia|European American|France Germany"""

_VERSION = re.compile(
    r"(?<![\w.:/-])v?(\d{1,2})\.(\d{1,2})(?:\.\d+)?(?= LTS|[\s,;)*]|\.\s|\.$)"
)
_DATED = re.compile(r"\b(20[12]\d)\b(?!-|/|\.\d)")
_RELEASE = re.compile(
    r"(?<=[a-z] )(?:\*\*)?(\d{1,2})(?= \(?[A-Za-z]*\b(?:Bookworm|Bullseye|LTS))"
)


def table(rows: str) -> dict[str, list[str]]:
    """Return what may stand for the first word of each row."""
    split = (row.split() for row in rows.replace("\n", "").split("|"))
    return {words[0]: words[1:] for words in split}


def hidden(text: str, at: int) -> bool:
    """Whether a place lies in code, a link's address or a quotation."""
    return any(m.start() <= at < m.end() for m in _HIDDEN.finditer(text))


def units(source: SourceSentence) -> Iterator[Change]:
    """Yield the sentence with the unit of a quantity changed."""
    known = table(UNITS)
    names = "|".join(sorted(known, key=len, reverse=True))
    count = r"(?:\d|\b(?:one|two|three|four|five|six|ten|twelve|few|several))"
    for match in re.finditer(rf"{count}[\s-]?({names})(?![\w-])", source.text):
        if not hidden(source.text, match.start()):
            for other in shuffled(known[match[1]], source.text):
                yield replace_span(source.text, match.span(1), other)


def by_rules(rules: dict[str, str]) -> Corrupt:
    """Return what changes a sentence by one of the rules that fit it."""
    compiled = [
        (re.compile(rf"(?<![\w-])(?:{a})(?![\w-])"), b) for a, b in rules.items()
    ]
    compiled += [
        (re.compile(rf"(?<![\w-]){a}"), b) for a, b in rules.items() if a[-1] == ")"
    ]

    def corrupt(source: SourceSentence) -> Iterator[Change]:
        changes = [
            replace_span(source.text, match, other)
            for pattern, other in compiled
            for match in pattern.finditer(source.text)
            if not hidden(source.text, match.start())
        ]
        yield from sorted(changes, key=lambda c: draw("rule", source.text, c.sentence))

    return corrupt


def quantifiers(source: SourceSentence) -> Iterator[Change]:
    """Yield the sentence about more or fewer things than it was about."""
    for match in re.finditer(DROPPED, source.text):
        yield replace_span(source.text, match, "")
    yield from by_rules(QUANTIFIERS)(source)


def places(source: SourceSentence) -> Iterator[Change]:
    """Yield the sentence with a region, zone, date or version changed."""
    known = table(PLACES)
    names = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    for match in re.finditer(rf"(?<![\w-])({names})(?![\w-])", source.text):
        if (
            "]("
            not in source.text[match.start() : match.start() + 60].partition(" ")[0]
        ):
            for other in shuffled(known[match[1]], source.text):
                yield replace_span(source.text, match, other)
    yield from _versions(source)


def _versions(source: SourceSentence) -> Iterator[Change]:
    for match in _DATED.finditer(source.text):
        if not hidden(source.text, match.start()):
            year = int(match[1]) + (1, 2, -1)[draw("year", source.text) % 3]
            yield replace_span(source.text, match, str(year))
    for match in [*_VERSION.finditer(source.text), *_RELEASE.finditer(source.text)]:
        word = re.search(r"([A-Za-z]+)\W+$", source.text[: match.start()])
        if word and word[1][0].isupper() and not hidden(source.text, match.start()):
            step = (1, 2, -1)[draw("version", source.text) % 3]
            major = str(max(1, int(match[1]) + step))
            yield replace_span(source.text, match.span(1), major)
