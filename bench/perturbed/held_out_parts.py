"""Exchange, drop or recombine parts of sentences, for the held-out set."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from bench.perturbed.case import Change, draw
from bench.perturbed.held_out_words import hidden
from bench.perturbed.literals import replace_span, shuffled
from bench.perturbed.sentences import SourceSentence

_SOME = r"((?:[\w`*'\u2019./™-]+ ){0,3}[\w`*'\u2019/™-]*[\w`*™])"
_END = r"(?=[.,;)]| (?:using|with|via|by|in|on|for|when|if|and|so|before|after)\b)"
_PAIRS = [
    re.compile(rf"\b{a} {_SOME} {b} {_SOME}{_END}")
    for a, b in (
        ("from", "to"),
        ("(?:[Rr]eplace|[Ss]ubstitute)", "(?:with|by)"),
        (
            "(?:[Cc]onnect|[Aa]ttach|[Aa]ssign|[Cc]opy|[Mm]ove|[Aa]dd|[Ll]ink|[Pp]ush)",
            "to",
        ),
        ("(?:[Uu]se|using)", "(?:instead of|rather than)"),
        ("(?:between|both)", "(?!and)(?:then)"),
    )
]
_OPPOSITE_ROLES = """source destination|client server|frontend backend|sender recipient|parent child
|primary secondary|local remote|user administrator|producer consumer|host guest
|publisher subscriber|inbound outbound|incoming outgoing|upload download|uploads downloads
|import export|encrypt decrypt|buyer seller|ingress egress|horizontal vertical
|horizontally vertically|reader writer|encryption decryption|row column|customer provider"""

_IF_FIRST = re.compile(r"^(?:If|Unless|Provided that|As long as) [^,]{6,90}, (?=\w)")
_IF_LAST = re.compile(
    r"(?<!even)(?<!see)(?<!check)(?<!know)(?<!verify)(?<!confirm)(?<!as)(?<!determine)"
    r"(?<!only),? (?:if|unless|only if|provided that|as long as|only when|only for|except) [^.,]{6,90}(?=\.$)"
)
_SUBJECT = re.compile(
    r"^(The|A|An|Your|Each) (?!only|next|first|last|same|following)((?:[\w`™-]+ ){1,4}?)(?=(is|are|can|must|allows|will|has|provides"
    r"|supports|contains|lets|should|may|uses)\b)"
)
_VERBS = (
    "access|add|allow|avoid|choose|click|configure|connect|create|delete|enable|ensure|enter"
    "|get|install|learn|make|manage|run|see|select|set|store|use|verify|view"
)
_CONJUNCTIONS = [
    re.compile(p)
    for p in (
        r", (?=(?:you|the|it|we|click|a) )",
        rf" (?=to (?:{_VERBS})\b)",
        rf" (?=and (?:{_VERBS}|you|the|it|is|are|then)\b)",
        r" (?=which )",
        r" (?=because )",
        r" (?=by )",
        r" (?=when )",
        r" (?=so that )",
    )
]


def roles(source: SourceSentence) -> Iterator[Change]:
    """Yield the sentence with two things in each other's place."""
    for pattern in _PAIRS:
        for match in pattern.finditer(source.text):
            one, other = match[1], match[2]
            if one.lower() != other.lower() and not hidden(source.text, match.start()):
                start, between = (
                    match.start(1),
                    source.text[match.end(1) : match.start(2)],
                )
                yield replace_span(
                    source.text, (start, match.end(2)), other + between + one
                )
    yield from _swap_opposites(source)


def _swap_opposites(source: SourceSentence) -> Iterator[Change]:
    for pair in _OPPOSITE_ROLES.replace("\n", "").split("|"):
        for was, became in (pair.split(), pair.split()[::-1]):
            match = re.search(rf"(?<![\w-]){was}(?![\w-])", source.text)
            if (
                match
                and became not in source.text
                and not hidden(source.text, match.start())
            ):
                yield replace_span(source.text, match, became)


def unconditional(source: SourceSentence) -> Iterator[Change]:
    """Yield the sentence without its condition."""
    first, last = _IF_FIRST.search(source.text), _IF_LAST.search(source.text)
    if first:
        rest = source.text[first.end() :]
        yield Change(rest[0].upper() + rest[1:], first[0], "")
    if last:
        yield replace_span(source.text, last, "")


class Subjects:
    """What the sentences of each folder are about, by determiner and verb."""

    def __init__(self, sentences: Iterable[SourceSentence]) -> None:
        self._known: dict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
        for source in sentences:
            if match := _SUBJECT.match(source.text):
                place = self._place(source, match)
                self._known[place].add((source.chunk.path, match[2]))

    @staticmethod
    def _place(source: SourceSentence, match: re.Match[str]) -> tuple[str, str, str]:
        return source.product, match[1], match[3]

    def exchanged(self, source: SourceSentence) -> Iterator[Change]:
        """Yield the sentence with the subject of one of a sibling page."""
        if match := _SUBJECT.match(source.text):
            others = {
                subject
                for path, subject in self._known[self._place(source, match)]
                if path != source.chunk.path and not share_a_word(subject, match[2])
            }
            for other in shuffled(others, "subject", source.text):
                yield replace_span(source.text, match.span(2), other)


def share_a_word(one: str, other: str) -> bool:
    """Whether two names share a word."""
    return bool(
        {w[:5].lower() for w in one.split()} & {w[:5].lower() for w in other.split()}
    )


class Halves:
    """Second halves of sentences, by product and by what joins them to the first."""

    def __init__(self, sentences: Iterable[SourceSentence]) -> None:
        self._known: dict[tuple[str, int], list[tuple[str, str]]] = defaultdict(list)
        for source in sentences:
            for joint, at in cuts(source):
                half = source.text[at:]
                self._known[source.product, joint].append((source.chunk.path, half))

    def mixed(self, source: SourceSentence) -> Iterator[Change]:
        """Yield its first half with the second half of another page's sentence."""
        for joint, at in cuts(source):
            others = [
                half
                for path, half in self._known[source.product, joint]
                if path != source.chunk.path and half != source.text[at:]
            ]
            for other in shuffled(others, "half", source.text, most=3):
                yield replace_span(source.text, (at, len(source.text)), other)


def cuts(source: SourceSentence) -> Iterator[tuple[int, int]]:
    """Yield (joint, place) where a prose sentence falls into two halves of some length."""
    if not source.text.endswith("."):
        return
    for joint, pattern in enumerate(_CONJUNCTIONS):
        for match in pattern.finditer(source.text):
            halves = source.text[: match.end()], source.text[match.end() :]
            if min(len(h.split()) for h in halves) >= 4 and not any(
                h.count("`") % 2
                or h.count("**") % 2
                or h.count("[") != h.count("]")
                or h.count("(") != h.count(")")
                for h in halves
            ):
                yield joint, match.end()
                break


MADE_UP = (
    "Before you use {0}, upload a signed copy of the terms of use in the **Compliance** tab.",
    "{0} keeps a second copy of your configuration for 45 days, after which it is archived.",
    "Click **Optimize** on the overview page of {0} to rebalance your resources at night.",
    "You can schedule a maintenance freeze for {0} from the **Calendar** section.",
    "To speed things up, turn on **Turbo mode** in the settings of {0}.",
    "{0} sends a summary to the technical contact of your Organization every Friday.",
    "Confirm the operation by typing the serial number that {0} shows in the footer.",
    "Export the audit report of {0} as a PDF file with the **Download report** button.",
    "{0} rejects any name that was used in the same Organization during the last year.",
    "Ask for a higher priority class if {0} answers too slowly during the day.",
    "After the third failed attempt, {0} locks the resource until an Owner unlocks it.",
    "Add a comment of at least twenty characters so that {0} accepts the change.",
    "{0} is included free of charge as long as you stay below the starter allowance.",
    "Pair your phone with {0} by scanning the code in the lower left corner.",
    "Select the color theme that {0} should use for alerts, then click **Apply theme**.",
    "The weekend mode of {0} pauses all workloads from Saturday to Monday morning.",
    "Wait for the green banner before you leave the page, otherwise {0} discards the draft.",
    "Set the log rotation of {0} to weekly in the **Retention rules** panel.",
    "Each resource of {0} can be transferred to another customer with a transfer voucher.",
    "{0} creates a ticket with the support team whenever a resource is renamed.",
)
"""Sentences of our own about a product; no page says them."""


def made_up(source: SourceSentence, product: str) -> Change:
    """Return a sentence about the product that no page says."""
    form = MADE_UP[draw("made up", source.text) % len(MADE_UP)]
    sentence = form.format(product)
    return Change(sentence[0].upper() + sentence[1:], "", sentence)
