"""Read the file of a user as the template by which the model is asked.

It holds the rules, or the rules and the request with a line `---` between them. Only
placeholders in it are filled in; a brace that is none is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from askdocs.domain.answer import NOT_IN_DOCS
from askdocs.domain.citation_mark import OPENING
from askdocs.domain.errors import ConfigError
from askdocs.steps.answer.prompt.passage_block import clean
from askdocs.steps.answer.prompt.prompts import QUESTION, SYSTEM, USER

MAX_TEMPLATE_BYTES = 32_768
"""The most of a file that is a template; the rules built in have about 1,400."""

BRACES = {"open_brace": "{", "close_brace": "}"}
"""What stands in a template for a brace that opens no placeholder."""

_COMMON_PLACEHOLDERS = ("product", "site")
_REQUEST_PLACEHOLDERS = ("context_str", "query_str")
_BRACES = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SEPARATOR = re.compile(r"^---[ \t]*$", re.MULTILINE)
_HINT = (
    "placeholders are {context_str}, {query_str}, {product} and {site}; "
    "write any other brace twice"
)


@dataclass(frozen=True, slots=True)
class Template:
    """How the model is told to answer.

    Attributes:
        system: The rules, with {product} and {site}.
        user: The request, with {context_str} and {query_str} as well; the question in
            its fence.
        warnings: What is missing though answers depend on it, in words.
    """

    system: str = SYSTEM
    user: str = USER
    warnings: tuple[str, ...] = ()


def read_template(data: bytes) -> Template:
    """Return the template that a file holds.

    A line `---` parts the rules from the request; without one the request built in is
    used. The question is fenced wherever {query_str} stands.

    Raises:
        ConfigError: if it is too long, no UTF-8, or its placeholders are not those that
            are wanted.
    """
    system, *rest = _SEPARATOR.split(_decoded(data), maxsplit=1)
    system = _checked_part(system.strip(), "rules", required=())
    user = (
        _checked_part(rest[0].strip(), "request", required=_REQUEST_PLACEHOLDERS)
        if rest
        else USER
    )
    if rest:
        user = user.replace("{query_str}", QUESTION)
    return Template(system, user, _missing_instructions(f"{system}\n{user}"))


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Return a template with its placeholders filled in, in one pass.

    Those without a value stay; what is filled in is not read for placeholders.

    >>> fill_in("{a} {b}", {"a": "{b}"})
    '{b} {b}'
    """
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def _decoded(data: bytes) -> str:
    """Return what a file says, without what nobody could see."""
    if len(data) > MAX_TEMPLATE_BYTES:
        raise ConfigError(
            f"RAG_PROMPT: the template has more than {MAX_TEMPLATE_BYTES} bytes",
            hint="shorten it: passages and reply need the room",
        )
    try:
        return clean(data.decode("utf-8"))
    except UnicodeDecodeError as err:
        raise ConfigError(
            f"RAG_PROMPT: the template is no UTF-8 (byte {err.start})",
            hint="save the file as UTF-8",
        ) from err


def _checked_part(text: str, part: str, *, required: tuple[str, ...]) -> str:
    """Return a part of the template with single braces only where it is filled in."""
    if not text:
        raise ConfigError(f"RAG_PROMPT: the template has no {part}", hint=_HINT)
    names: list[str] = []

    def replaced(token: re.Match[str]) -> str:
        if token[0] in ("{{", "}}"):
            return "{open_brace}" if token[0] == "{{" else "{close_brace}"
        if token[1] not in (*_COMMON_PLACEHOLDERS, *required):
            raise _brace_error(token, part)
        names.append(token[1])
        return token[0]

    checked = _BRACES.sub(replaced, text)
    for name in required:
        if names.count(name) != 1:
            count = "more than once" if name in names else "not"
            raise ConfigError(
                f"RAG_PROMPT: {{{name}}} stands {count} in the {part} of the template",
                hint=f"write {{{name}}} once below the line ---",
            )
    return checked


def _brace_error(token: re.Match[str], part: str) -> ConfigError:
    """Return what is wrong with a brace."""
    if token[1] in _REQUEST_PLACEHOLDERS:
        return ConfigError(
            f"RAG_PROMPT: {token[0]} stands in the rules of the template",
            hint="part the rules from the request by a line ---",
        )
    problem = (
        f"unknown placeholder {token[0]}"
        if token[1] is not None
        else f"single {token[0]}"
    )
    return ConfigError(
        f"RAG_PROMPT: {problem} in the {part} of the template", hint=_HINT
    )


def _missing_instructions(text: str) -> tuple[str, ...]:
    """Return what the rules of a user do not ask for, though the program counts on it."""
    warnings = []
    if NOT_IN_DOCS not in text:
        warnings.append(
            f"the template never says {NOT_IN_DOCS}: the model cannot say that the docs "
            "do not answer"
        )
    if OPENING not in text:
        warnings.append(
            "the template asks for no mark such as [^1]: the answer may cite nothing"
        )
    return tuple(warnings)
