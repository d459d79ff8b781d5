"""Paraphrase a true sentence, so that it says the same in other words."""

from __future__ import annotations

import re
from collections.abc import Callable

from bench.perturbed.sentences import SourceSentence

FRAMES = {
    r"You can (?!also|either|not|then|now)(\w+) ": r"It is possible to \1 ",
    r"You can also (\w+) ": r"It is also possible to \1 ",
    r"You must (?!not|be|have)(\w+) ": r"It is necessary to \1 ",
    r"You need to (\w+) ": r"You have to \1 ",
    r"We recommend (?:that )?you (\w+) ": r"It is recommended that you \1 ",
    r"We recommend (using|setting|creating|choosing|enabling|keeping)\b": r"It is advisable to consider \1",
    r"To (\w+) ([^,]{8,60}), (click|run|use|select|enter|open|go to) (.+)\.": r"\3 \4 in order to \1 \2.",
    r"If ([^,]{8,80}), (you \w+ [^,]{8,}|click [^,]{5,})\.": r"\2 if \1.",
    r"When ([^,]{8,80}), (you \w+ [^,]{8,}|the [^,]{8,})\.": r"\2 when \1.",
    r"Once ([^,]{8,80}), (you \w+ [^,]{8,}|the [^,]{8,})\.": r"As soon as \1, \2.",
    r"(.{12,}), which allows you to (\w+) (.+)\.": r"\1; with it, you can \2 \3.",
    r"((?!This |It |These |They )(?:(?! is | that| which|,).){3,60}) (?:allows|enables) you to (\w+) (.+)\.": r"With \1, you can \2 \3.",
    r"(.{3,60}) is used to (\w+) (.+)\.": r"\1 serves to \2 \3.",
    r"Make sure (?:that )?(?!to )(.+)\.": r"Check that \1.",
    r"Ensure (?:that )?(?!to )(.+)\.": r"Make sure that \1.",
    r"There (is|are) (.+)\.": r"You will find that there \1 \2.",
    r"By default, (.+)\.": r"Unless you change it, \1.",
    r"Click (\*\*[^*]+\*\*) (?:on|in) (the [^,.]+)\.": r"\2 holds \1, which you should click.",
    r"Click (\*\*[^*]+\*\*)(?: to (\w+) ([^.,]+))\.": r"To \2 \3, press the \1 button.",
    r"Enter (an? [^,.]+) for (your [^,.]+)\.": r"Give \2 \1.",
    r"Note that (.+)\.": r"Keep in mind that \1.",
    r"This (?:guide|page|tutorial) (?:explains|shows you) how to (.+)\.": r"Here you learn how to \1.",
}
"""Sentences as a whole: a pattern, and the same said in another order."""

SYNONYMS = {
    r"such as": "for example",
    r"in order to": "to",
    r"allows you to": "lets you",
    r"enables you to": "lets you",
    r"ensure that": "make sure that",
    r"ensures that": "makes sure that",
    r"utilize": "use",
    r"as well as": "and also",
    r"multiple": "several",
    r"however, ": "but ",
    r"via": "through",
    r"prior to": "before",
    r"additional": "further",
    r"displays": "is shown",
    r"select": "choose",
    r"ability to": "possibility to",
    r"a number of": "several",
    r"at any time": "whenever you want",
    r"refer to": "see",
    r"retrieve": "fetch",
    r"remove": "delete",
    r"provides": "offers",
    r"required": "needed",
    r"immediately": "at once",
    r"various": "different",
}
"""Words that may stand for each other wherever they stand in the docs."""

DROPPED = r"(?:simply|easily|directly|now|also|successfully|quickly|currently|just|previously) "
_ASIDE = re.compile(
    r" \((?!e\.g|i\.e|only|not|max|min|up to|if|\d)[^()`\]]{4,60}\)(?=[ ,.])"
)
_HIDDEN = re.compile(r"`[^`]*`|\]\([^)]*\)|\*\*[^*]*\*\*|\"[^\"]*\"")


def reframed(text: str) -> str:
    """Return the sentence in another frame; itself where none fits."""
    for pattern, other in FRAMES.items():
        match = re.fullmatch(pattern, text) or (
            re.match(pattern, text) if not pattern.endswith(r"\.") else None
        )
        if match:
            rewritten = match.expand(other) + text[match.end() :]
            return rewritten[0].upper() + rewritten[1:]
    return text


def reworded(text: str) -> str:
    """Return the sentence with all that has another word for it, outside of names."""
    for pattern, other in SYNONYMS.items():
        text = replace_outside_names(rf"\b{pattern}(?!\w)", other, text)
    return text


def shortened(text: str) -> str:
    """Return the sentence without its adverbs and asides."""
    return _ASIDE.sub("", replace_outside_names(rf"\b{DROPPED}", "", text))


def replace_outside_names(pattern: str, other: str, text: str) -> str:
    """Return the text with a pattern replaced where neither code nor a name stands."""
    hidden = [m.span() for m in _HIDDEN.finditer(text)]

    def swap(match: re.Match[str]) -> str:
        inside = any(a <= match.start() < b for a, b in hidden)
        return match[0] if inside else other

    return re.sub(pattern, swap, text)


def unlink(text: str) -> str:
    """Return the sentence with the words of its links alone."""
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)


REWRITES: tuple[Callable[[str], str], ...] = (reframed, reworded, shortened)


def paraphrase(source: SourceSentence) -> str:
    """Return the sentence in other words; "" where fewer than two ways change it."""
    if source.form == "command" or not source.text.endswith("."):
        return ""
    text, used = source.text, 0
    for way in REWRITES:
        changed = way(text)
        used += changed != text
        text = changed
    return unlink(text) if used > 1 or reframed(source.text) != source.text else ""


def join_sentences(one: SourceSentence, two: SourceSentence) -> str:
    """Return two sentences of one chunk as one; "" where they do not go together."""
    if not (
        one.text.endswith(".")
        and re.match(r"(?:The|This|It|You|They|These|A|An) ", two.text)
    ):
        return ""
    second = two.text[0].lower() + two.text[1:]
    return f"{one.text[:-1]}, and {second}"
