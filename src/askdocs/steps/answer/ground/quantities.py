"""Read amounts with their units, so that "7 days" and "one week" are the same.

Times, sizes, rates, lengths and frequencies become numbers of one unit each; GB and GiB
stay apart. What bounds an amount ("at most", "or more", "<=") is read beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SCALES = {
    "time": "ms=.001 millisecond=.001 s=1 sec=1 second=1 min=60 minute=60 h=3600 hr=3600 "
    "hour=3600 d=86400 day=86400 night=86400 week=604800 fortnight=1209600 "
    "month=2592000 year=31536000",
    "bytes": "b=1 byte=1 kb=1e3 kilobyte=1e3 mb=1e6 megabyte=1e6 gb=1e9 go=1e9 "
    "gigabyte=1e9 tb=1e12 terabyte=1e12 pb=1e15 kib=1024 mib=1048576 gib=1073741824 "
    "tib=1099511627776 k=1e3 m=1e6 g=1e9",
    "rate": "bps=1 kbps=1e3 kbit=1e3 mbps=1e6 mbit=1e6 gbps=1e9 gbit=1e9 kb/s=8e3 "
    "mb/s=8e6 gb/s=8e9",
    "length": "mm=.001 cm=.01 metre=1 meter=1 km=1e3 kilometre=1e3 kilometer=1e3 "
    "foot=.3048 feet=.3048 inch=.0254 mile=1609",
    "frequency": "hz=1 khz=1e3 mhz=1e6 ghz=1e9",
    "percent": "%=1 percent=1",
    "eur": "\u20ac=1 eur=1 euro=1",
    "usd": "$=1 usd=1 dollar=1",
    "gbp": "\u00a3=1 gbp=1 pound=1",
    "cpu": "vcpu=1 cpu=1 core=1",
}
_UNITS = {
    name: (dimension, float(factor))
    for dimension, row in _SCALES.items()
    for name, _, factor in (entry.partition("=") for entry in row.split())
}
_WORDS = {
    word: float(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen "
        "fourteen fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
}
_WORDS |= {"thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "dozen": 12.0}
_WORDS |= {"hundred": 100.0, "thousand": 1000.0}
_NUMBER_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_DIGITS = re.compile(
    r"(?P<before>[$\u20ac\u00a3]\s?)?(?<![\w.,])"
    r"(?P<number>\d{1,3}(?:[,\u202f\u00a0 ]\d{3})+(?!\d)|\d{1,18})(?P<part>\.\d{1,9})?"
    r"(?:[\s-]?(?P<after>[%$\u20ac\u00a3]|[A-Za-z]{1,12}(?:/s)?))?"
)
_IN_WORDS = re.compile(
    r"\b(?:(?P<half>half) (?:of )?an? (?P<of_half>[a-z]{3,10})"
    r"|(?P<one>an?|each|every|per) (?P<of_one>(?:milli)?second|minute|hour|day|week|"
    r"fortnight|month|year|gigabyte|terabyte|megabyte)\b"
    rf"|(?P<word>{_NUMBER_WORD})(?:[ -](?P<more>{_NUMBER_WORD}))?\b"
    r"(?:[\s-](?P<of_word>[A-Za-z]{1,12}))?)",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"\b(?:at most|up to|max(?:imum)?|(?:no|not) more than|not exceed\w*|less than|"
    r"fewer than|under|below|within|limit\w*|no longer than|until)\b|<=?|\u2264",
    re.IGNORECASE,
)
_LEAST = re.compile(
    r"\b(?:at least|min(?:imum)?|no (?:less|fewer) than|(?<!no )(?<!not )more than|over|"
    r"above|from|exceed\w*|longer than|older than)\b|>=?|\u2265",
    re.IGNORECASE,
)
_MOST_AFTER = re.compile(
    r"[\w.,%\u20ac$ -]{1,18}\b(?:or (?:less|fewer)|at most|max(?:imum)?)\b"
)
_LEAST_AFTER = re.compile(r"[\w.,%\u20ac$ -]{1,18}\b(?:or (?:more|over)|at least)\b")
_ABOUT = re.compile(
    r"\b(?:about|around|roughly|approximately|nearly|almost|just (?:over|under))\b"
)
_EXACT, _ROUGH = 0.002, 0.06
"""By how much two amounts may differ; the second one behind "about"."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount that a text names.

    Attributes:
        value: In the unit of its dimension: seconds, bytes, bits a second, metres.
        dimension: "" for a bare number.
        number: As it was written, before its unit.
        bound: 1 for at most, -1 for at least, 0 for neither.
        rough: Whether it is only about so much.
    """

    value: float
    dimension: str
    number: float
    bound: int = 0
    rough: bool = False

    def equals(self, other: Quantity) -> bool:
        """Whether two amounts are the same, whatever units they are written in."""
        if self.dimension != other.dimension:
            return False
        part = _ROUGH if self.rough or other.rough else _EXACT
        return abs(self.value - other.value) <= part * max(self.value, other.value)


def quantities(text: str) -> list[Quantity]:
    """Return the amounts of a text: those in digits, then those in words.

    >>> [(q.value, q.dimension) for q in quantities("7 days, one week, half an hour")]
    [(604800.0, 'time'), (604800.0, 'time'), (1800.0, 'time')]
    >>> [q.bound for q in quantities("up to 10 GB, 5 or more, < 1 hour")]
    [1, -1, 1]
    """
    in_digits = [_in_digits(text, match) for match in _DIGITS.finditer(text)]
    in_words = [_in_words(text, match) for match in _IN_WORDS.finditer(text)]
    return in_digits + [quantity for quantity in in_words if quantity is not None]


def _in_digits(text: str, match: re.Match[str]) -> Quantity:
    number = float(re.sub(r"\D", "", match["number"]) + (match["part"] or ""))
    dimension, factor = _unit(match["before"] or match["after"] or "")
    return _quantity(text, match.start(), number, dimension, factor)


def _in_words(text: str, match: re.Match[str]) -> Quantity | None:
    """Return an amount in words; None for "one" of what has no unit."""
    if match["half"]:
        number, (dimension, factor) = 0.5, _unit(match["of_half"])
    elif match["one"]:
        number, (dimension, factor) = 1.0, _unit(match["of_one"])
    else:
        number = _WORDS[match["word"].lower()]
        if match["more"]:
            more = _WORDS[match["more"].lower()]
            number = number * more if more >= 100 else number + more
        dimension, factor = _unit(match["of_word"] or "")
    if not dimension and number <= 1:
        return None
    return _quantity(text, match.start(), number, dimension, factor)


def _quantity(
    text: str, at: int, number: float, dimension: str, factor: float
) -> Quantity:
    rough = bool(_ABOUT.search(text[max(0, at - 25) : at].lower()))
    return Quantity(number * factor, dimension, number, _bound(text, at), rough)


def _unit(word: str) -> tuple[str, float]:
    unit = word.strip().lower()
    return _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s")) or ("", 1.0)


def _bound(text: str, at: int) -> int:
    """Return what bounds the amount that begins at a place: see `Quantity.bound`."""
    before = re.split(r"\d", text[max(0, at - 28) : at])[-1]
    after = text[at : at + 30]
    most = max((match.end() for match in _MOST.finditer(before)), default=-1)
    least = max((match.end() for match in _LEAST.finditer(before)), default=-1)
    if most >= 0 or least >= 0:
        return 1 if most > least else -1
    if _MOST_AFTER.match(after):
        return 1
    return -1 if _LEAST_AFTER.match(after) else 0
