"""Texts made of the pieces of Markdown that a reply may be cut at."""

from __future__ import annotations

from hypothesis import strategies as st

_TOKENS = [
    *(
        "Run it",
        "a",
        "Foo",
        "Yes",
        "e.g.",
        "etc.",
        "No. 5",
        "10.0",
        "v1.2.3",
        "config.yaml",
    ),
    *(".", ". ", "...", "!", "?\n", "\u2026", "\u3002", ":", '"', "**", "*", "_", "'"),
    *(
        "[^1]",
        "[^",
        "[",
        "]",
        "(",
        ")",
        "](https://a.b/c.d)",
        "![x]",
        "https://x.y/z. ",
    ),
    *(" ", "\n", "\n\n", "\r\n", "\t", "   ", "    ", "\u00a0"),
    *("- ", "* ", "1. ", "2) ", "# ", "## ", "> ", "---", "===", "***", "--"),
    *("`", "``", "```", "```sh\n", "~~~", "\n```\n", "|", "| a | b |\n", "|---|---|\n"),
]
MARKDOWN = st.lists(st.sampled_from(_TOKENS), max_size=40).map("".join)
