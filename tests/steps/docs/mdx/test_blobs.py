"""What nobody reads is taken out of blocks."""

from __future__ import annotations

import pytest

from askdocs.domain.text import Block, Kind, Section
from askdocs.steps.docs.mdx.blobs import MAX_RUN_CHARS, without_blobs


def shortened(text: str, kind: Kind = Kind.PROSE) -> tuple[str, list[str]]:
    """Return the text of a block without blobs, and the warnings."""
    warnings: list[str] = []
    section = Section((), "", (Block(text, kind, (7, 7)),))
    [short] = without_blobs([section], warnings)
    return short.blocks[0].text, warnings


@pytest.mark.parametrize(
    "blob",
    ["x" * MAX_RUN_CHARS, "data:" + "x" * MAX_RUN_CHARS, f"{'QUJD' * 19}\n" * 30],
    ids=["one run", "a data URL", "lines of base64"],
)
def test_a_blob_is_three_dots_and_a_warning(blob):
    """It would be a hundred chunks of noise, each near to every question."""
    text, warnings = shortened(f"Before {'. ' * 9}\n{blob}\nafter")

    assert "…" in text
    assert len(text) < 60
    assert (text.startswith("Before"), text.endswith("after")) == (True, True)
    assert [w.partition(":")[0] for w in warnings] == ["line 7"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("x" * (MAX_RUN_CHARS - 1), Kind.PROSE),
        ("word " * MAX_RUN_CHARS, Kind.PROSE),
        ("|" + "x" * MAX_RUN_CHARS, Kind.TABLE),
    ],
    ids=["a long word", "long prose", "a table"],
)
def test_what_somebody_may_read_stays(text, kind):
    """The longest word of the docs has half as many characters."""
    assert shortened(text, kind) == (text, [])
