"""Find what of a sentence must stand in its sources letter by letter.

Commands, flags, names in code, addresses, paths, numbers and prices are right or wrong;
no other word is nearly as good.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from askdocs.domain.citation_mark import MARK_WITH_BLANK
from askdocs.steps.answer.markdown import ANY_CODE_SPAN, FENCE_MARK, TABLE_RULE

_LINK = re.compile(r"\]\(\s*<?([^\s()<>]+(?:\([^\s()]*\)[^\s()<>]*)*)")
_URL = re.compile(r"https?://[^\s<>()\[\]`\"']+", re.IGNORECASE)
_FENCE = re.compile(rf"(?m)^[ \t]*{FENCE_MARK}[^\n]*$")
_FLAG = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*")
_NAME = re.compile(
    r"(?<![\w./-])"
    r"(?!(?:vCPUs?|[kKMGT]i?[Bb](?:ps|it)?)(?:/[A-Za-z]+)?(?!\w|[./-]\w))(?:"  # a unit
    r"[/~]?[\w.-]*\w/[\w./-]*\w"  # a path
    r"|\w[\w.-]*\.[A-Za-z]\w{0,9}"  # a file, a host, an attribute
    r"|\w+_\w+"  # snake_case, ENV_VARIABLE
    r"|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*"  # camelCase
    r"|(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+"  # fr-par-1
    r"|[A-Za-z]+\d\w*"  # IPv6, GP1
    r")(?![\w-])"
)
_NUMBER = re.compile(
    r"(?P<before>[$\u20ac\u00a3]\s?)?(?<![\w.,-])"
    r"(?P<number>\d{1,3}(?:[,\u202f\u00a0 ]\d{3})+(?![\d])|\d+)(?P<part>[.,]\d+)?"
    r"(?:[\s-]?(?P<after>[%$\u20ac\u00a3\u00b0]|[A-Za-z\u00b5]+(?:/[A-Za-z]+)?))?(?![\d_])"
)
_NUMBER_WORDS = dict(
    zip(
        "two three four five six seven eight nine ten eleven twelve".split(),
        map(str, range(2, 13)),
        strict=True,
    )
)
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_NUMBER_WORDS)})\b", re.IGNORECASE)
_UNITS = {
    "b": "b bytes byte",
    "kb": "kb kib kilobytes",
    "mb": "mb mib megabytes",
    "gb": "gb gib gigabytes go",
    "tb": "tb tib terabytes",
    "kbit/s": "kbps kbit/s",
    "mbit/s": "mbps mbit/s",
    "gbit/s": "gbps gbit/s",
    "ms": "ms milliseconds millisecond",
    "second": "s sec seconds second",
    "minute": "min mins minutes minute",
    "hour": "h hours hour",
    "day": "d days day",
    "week": "weeks week",
    "month": "months month",
    "year": "years year",
    "%": "% percent",
    "\u20ac": "\u20ac eur euro euros",
    "$": "$ usd dollar dollars",
    "\u00a3": "\u00a3 gbp",
    "vcpu": "vcpu vcpus cpu cpus core cores",
    "hz": "hz",
    "ghz": "ghz",
}
_UNIT_BY_WORD = {word: unit for unit, spelt in _UNITS.items() for word in spelt.split()}
_QUOTES = "\"'\u201c\u201d\u2018\u2019,;:()[]{}"
_PLACEHOLDER = re.compile(
    r"<[^<>\n]{1,60}>|\$?\{[^{}\n]{1,60}\}|\[[^\[\]\n]{1,60}\]|\.{3}"
)
_GAP = " ... "
_NUMBER_BEFORE_UNIT = re.compile(r"(?<![\w.,-])(\d+(?:[.,]\d+)*)(?=[A-Za-z\u00b5])")
_PLURAL = re.compile(r"(?<=[A-Z])s\Z")
_BULLET = re.compile(r"\A\s*(?:[-*+]|\d{1,3}[.)])\s+")
_RULE = re.compile(rf"\n[ \t]*\|{TABLE_RULE}\s*\Z")


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its unit, as far as it has one; "10 GB" and "10GB" are equal."""

    value: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.value} {self.unit}".strip()

    def stands_in(self, others: frozenset[Number]) -> bool:
        """Whether one of others is the same number, and of no other unit."""
        if self in others or (self.unit and Number(self.value) in others):
            return True
        return not self.unit and any(o.value == self.value for o in others)


def without_markers(text: str) -> str:
    """Return a sentence without bullet, marks of passages, and the rule of a table."""
    return _RULE.sub("", _BULLET.sub("", MARK_WITH_BLANK.sub("", text))).strip()


def links(text: str) -> list[str]:
    """Return the addresses of a text, and the targets of its links, without the last "/".

    >>> links("See [it](/a/b/#c) or https://example.org/a/.")
    ['/a/b/#c', 'https://example.org/a']
    """
    targets = _LINK.findall(text) + _URL.findall(_LINK.sub(" ", text))
    return list(dict.fromkeys(url.rstrip(".,;:!?/") for url in targets))


def names_in(text: str) -> list[str]:
    """Return commands, flags, paths and names in code, each once, in order.

    >>> names_in("Set `--size=5` in config.yaml, then rerun.")
    ['--size=5', 'config.yaml']
    """
    rest = _URL.sub(" ", _LINK.sub("](", text))
    names = [word for line in code_lines(rest) for word in line if word]
    prose = without_code(rest)
    for pattern in (_FLAG, _NAME):
        names += pattern.findall(prose)
        prose = pattern.sub(" ", prose)
    return list(dict.fromkeys(names))


def code_lines(text: str) -> list[list[str]]:
    """Return the lines of all code of a text, word by word; "" is what a reader fills in.

    >>> code_lines("Run `ls -l <folder>` and `pwd`.")
    [['ls', '-l', ''], ['pwd']]
    """
    fences = list(_FENCE.finditer(text))
    lines: list[str] = []
    for opened, closed in zip(fences[::2], fences[1::2], strict=False):
        lines += text[opened.end() : closed.start()].split("\n")
    lines += (found[1] for found in ANY_CODE_SPAN.findall(_without_fences(text)))
    return [parts for line in lines if (parts := _code_words(line))]


def without_code(text: str) -> str:
    """Return a text without its code and its addresses."""
    return ANY_CODE_SPAN.sub(" ", _without_fences(_URL.sub(" ", _LINK.sub("](", text))))


def numbers(text: str) -> list[Number]:
    """Return the numbers of a text outside of names, each once, in order.

    >>> [str(n) for n in numbers("Ten jobs of 1,000 MB cost \u20ac0.5 an hour.")]
    ['10', '1000 mb', '0.5 \u20ac']
    """
    prose = _NAME.sub(" ", _FLAG.sub(" ", _URL.sub(" ", text)))
    return list(dict.fromkeys(map(_to_number, _NUMBER.finditer(with_digits(prose)))))


def with_digits(text: str) -> str:
    """Return a text without numbers in words, and a blank between a number and its unit.

    >>> with_digits("Two jobs of 10GB on GP1-XS.")
    '2 jobs of 10 GB on GP1-XS.'
    """
    return _NUMBER_BEFORE_UNIT.sub(
        r"\1 ", _NUMBER_WORD.sub(lambda word: _NUMBER_WORDS[word[0].lower()], text)
    )


def contains_name(text: str, name: str) -> bool:
    """Whether a name stands in a text as a whole, letter by letter.

    >>> contains_name("Use --force-all.", "--force"), contains_name("Use --force=yes.", "--force")
    (False, True)
    """
    name = name.rstrip("/=")
    if _is_case_sensitive(name):
        return bool(re.search(_whole_pattern(name), text))
    singular = _PLURAL.sub("", name)
    whole = _whole_pattern(singular, "s?" if singular[-1:].isupper() else "")
    return bool(re.search(whole, text, re.IGNORECASE))


def _is_case_sensitive(name: str) -> bool:
    """Whether capitals matter in a name: in options, variables and paths they do."""
    return name[:1] in "-/~$" or "_" in name or name.startswith("http")


def _whole_pattern(name: str, ending: str = "") -> str:
    return rf"(?<![\w-]){re.escape(name)}{ending}(?![\w-])"


def _to_number(match: re.Match[str]) -> Number:
    value = re.sub(r"[,\u202f\u00a0 ]", "", match["number"])
    part = (match["part"] or "").replace(",", ".").rstrip("0").rstrip(".")
    unit = (match["before"] or match["after"] or "").strip().lower()
    canonical_unit = _UNIT_BY_WORD.get(unit) or _UNIT_BY_WORD.get(
        unit.partition("/")[0], ""
    )
    return Number(f"{value.lstrip('0') or 0}{part}", canonical_unit)


def _code_words(line: str) -> list[str]:
    """Return the words of a line; "" for what a reader fills in, and for operators."""
    parts = (part.strip(_QUOTES) for part in _PLACEHOLDER.sub(_GAP, line).split())
    return [part if any(c.isalnum() for c in part) else "" for part in parts]


def _without_fences(text: str) -> str:
    fences = list(_FENCE.finditer(text))
    for opened, closed in reversed(list(zip(fences[::2], fences[1::2], strict=False))):
        text = f"{text[: opened.start()]} {text[closed.end() :]}"
    return text
