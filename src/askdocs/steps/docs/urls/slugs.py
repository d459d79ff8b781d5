"""Name headings by fragments, by the rule of the site that serves them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from unicodedata import category, normalize

from askdocs.domain.text import Page, Section

RULES = ("scaleway", "github", "docusaurus")
"""Ways of making fragments, and of making URLs: Docusaurus takes numbers off paths."""

_PLAIN = re.compile(r"[^a-z0-9_ -]")
_WORDS = re.compile(r"[^a-zA-Z0-9_\s$*+~.()'\"!\-:@]")
_SPACES = re.compile(r"\s+")
_CIRCLED = re.compile(
    "[\u24b6-\u24e9\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189]"
)

_SPELLED_OUT = str.maketrans(
    {
        **dict.fromkeys("-–", " "),  # noqa: RUF001 (both are the separator)
        **dict.fromkeys("‘’", "'"),  # noqa: RUF001 (typographic on purpose)
        **dict.fromkeys("“”„", '"'),
        **{"$": "dollar", "%": "percent", "&": "and", "<": "less", ">": "greater"},
        **{"|": "or", "…": "...", "•": "*", "†": "+", "©": "(c)", "®": "(r)"},
        **{"™": "tm", "℠": "sm", "¢": "cent", "£": "pound", "¥": "yen", "€": "euro"},
        **{"¤": "currency", "ª": "a", "º": "o", "˚": "o", "∞": "infinity", "♥": "love"},
        **{"∂": "d", "∆": "delta", "∑": "sum", "₿": "bitcoin", "元": "yuan"},
        **{"Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "ß": "ss", "ẞ": "SS"},
        **{"Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "Đ": "DJ", "đ": "dj", "\u0131": "i"},
        **{"Ð": "D", "ð": "d", "Þ": "TH", "þ": "th", "ƒ": "f", "Ə": "E", "ə": "e"},
    }
)


def anchored(page: Page, rule: str) -> Page:
    """Give every heading of a page its fragment; one that is written there is kept.

    Repeated ones are numbered as github-slugger does. What authors wrote is taken
    before the first heading is named, and numbered where it is written twice, so that
    no two are equal. A heading without a letter has the fragment "".
    """
    names = _Names(section.anchor for section in page.sections)
    sections = tuple(_named(section, rule, names) for section in page.sections)
    return replace(page, sections=sections)


@lru_cache(maxsize=1 << 15)
def slug(heading: str, rule: str) -> str:
    """Return the fragment of a heading that stands on its page once.

    Source:
        github-slugger 2.0.0; for "scaleway" simov's slugify 1.6.9 with `lower`, of
        whose letters only the Latin ones are spelled out, the others dropped.

    >>> slug("Don't stop: (R&D)", "github"), slug("Don't stop: (R&D)", "scaleway")
    ('dont-stop-rd', "don't-stop:-(randd)")
    """
    return _scaleway(heading) if rule == "scaleway" else _github(heading)


class _Names:
    """Fragments of one page: what is asked for twice is numbered."""

    def __init__(self, written: Iterable[str]) -> None:
        self._waiting = {anchor for anchor in written if anchor}
        self._repeats = dict.fromkeys(self._waiting, 0)

    def written(self, anchor: str) -> str:
        if anchor in self._waiting:
            self._waiting.remove(anchor)
            return anchor
        return self.new(anchor)

    def new(self, slug: str) -> str:
        name = slug
        while name in self._repeats:
            self._repeats[slug] += 1
            name = f"{slug}-{self._repeats[slug]}"
        self._repeats[name] = 0
        return name


def _named(section: Section, rule: str, names: _Names) -> Section:
    if section.anchor:
        anchor = names.written(section.anchor)
    else:
        anchor = names.new(slug(section.heading[-1], rule)) if section.heading else ""
    return section if anchor == section.anchor else replace(section, anchor=anchor)


def _github(heading: str) -> str:
    heading = heading.lower()
    if not heading.isascii():
        heading = "".join(filter(_is_kept, heading))
        return heading.replace(" ", "-")
    return _PLAIN.sub("", heading).replace(" ", "-")


def _is_kept(char: str) -> bool:
    """Whether a character is a letter, mark, digit or connector in the sense of Unicode."""
    kind = category(char)
    if kind[0] in "LM" or kind in {"Nd", "Nl", "Pc"}:
        return True
    return char in " -" or bool(_CIRCLED.match(char))


def _scaleway(heading: str) -> str:
    text = normalize("NFC", heading).translate(_SPELLED_OUT)
    if not text.isascii():
        text = normalize("NFD", text)
    return _SPACES.sub("-", _WORDS.sub("", text).strip()).lower()
