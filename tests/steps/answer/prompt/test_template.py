"""The template of a user: read, checked and filled in."""

from __future__ import annotations

import re

import pytest

from askdocs.domain.errors import ConfigError
from askdocs.steps.answer.prompt import (
    BRACES,
    MAX_TEMPLATE_BYTES,
    USER,
    Template,
    fill_in,
    read_template,
)

RULES_OF_USER = "Answer about {product} ({site}). Else say NOT IN DOCS. Marks: [^1]."


def test_a_template_can_replace_the_rules_alone():
    """Most who write one want another tone, not another form."""
    template = read_template(RULES_OF_USER.encode())

    assert template == Template(RULES_OF_USER, USER)


def test_a_line_of_dashes_parts_rules_from_request():
    """Any further one belongs to the request, where Markdown may have one."""
    data = b"\xef\xbb\xbfRules [^1]\r\n--- \r\n{context_str}\r\n---\r\n{query_str}\r\n"

    template = read_template(data)

    assert template.system == "Rules [^1]"
    assert template.user == (
        "{context_str}\n---\n<question-{fence}>\n{query_str}\n</question-{fence}>"
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "has no rules"),
        (" \n---\n{context_str} {query_str}", "has no rules"),
        ("Rules\n---\n ", "has no request"),
        ("Rules\n---\n{context_str}", "{query_str} stands not in the request"),
        ("Rules\n---\n{query_str}", "{context_str} stands not in the request"),
        ("Rules\n---\n{context_str}{context_str}{query_str}", "more than once"),
        ("Rules {context_str} {query_str}", "{context_str} stands in the rules"),
        ("Rules for {name}", "unknown placeholder {name} in the rules"),
        ("Rules {product!r}", "unknown placeholder {product!r}"),
        ("Rules {site.x}", "unknown placeholder {site.x}"),
        ("Rules {fence}", "unknown placeholder {fence}"),
        ("Rules {open_brace}", "unknown placeholder {open_brace}"),
        ("Rules {}", "unknown placeholder {}"),
        ("Rules { and", "single {"),
        ("Rules } and", "single }"),
        ("R\n---\n{context_str} {query_str} {q}", "{q} in the request"),
        ("x" * (MAX_TEMPLATE_BYTES + 1), "more than 32768 bytes"),
    ],
)
def test_a_template_with_a_mistake_is_refused_by_name(text, what):
    """A placeholder that is not filled in would be told to the model as it stands."""
    with pytest.raises(ConfigError, match=re.escape(what)) as caught:
        read_template(text.encode())

    assert str(caught.value).startswith("RAG_PROMPT: ")
    assert caught.value.hint


def test_a_template_is_utf_8():
    """Latin-1 read as UTF-8 would be told to the model as garbage."""
    with pytest.raises(ConfigError, match=r"no UTF-8 \(byte 3\)"):
        read_template("Naïve".encode("latin-1").replace(b"Na", b"Naa"))


@pytest.mark.parametrize(
    ("rules", "warned"),
    [
        ("Say NOT IN DOCS, mark [^1].", []),
        ("Say NOT IN DOCS.", ["[^1]"]),
        ("Mark [^1].", ["NOT IN DOCS"]),
        ("Be nice.", ["NOT IN DOCS", "[^1]"]),
    ],
)
def test_a_template_without_sentinel_or_marks_is_warned_of(rules, warned):
    """It may be meant; but refusals and citations come from these two."""
    template = read_template(f"{rules}\n---\n{{context_str}} {{query_str}}".encode())

    assert len(template.warnings) == len(warned)
    assert all(w in text for w, text in zip(warned, template.warnings, strict=True))


def test_special_tokens_of_a_template_lose_their_shape():
    """It may come from a page that a user copied."""
    assert "<|" not in read_template(b"Rules <|eot_id|>\x1b[1m").system


def test_what_is_filled_in_is_not_read_again():
    """A product may be called {site}, and a brace filled in opens nothing."""
    values = {**BRACES, "product": "{site}", "site": "S"}

    assert fill_in("{product} {open_brace}site{close_brace}", values) == "{site} {site}"
