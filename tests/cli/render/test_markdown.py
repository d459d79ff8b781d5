"""Markdown on a screen: what is printed is whole words, never raw signs, never redrawn."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from askdocs.cli.render.markdown.style import Screen, Span, Style
from askdocs.cli.render.markdown.view import MarkdownView

PLAIN = Screen(40)
URL = (
    "https://docs.example/jobs/how-to/create_job-from_a-registry/#with-a-long-fragment"
)
LINKS = {1: "https://docs.example/a/#one"}


def shown(*pieces: str, columns: int = 40, screen: Screen | None = None) -> str:
    """Return what a terminal shows of pieces that come one after the other."""
    view = MarkdownView(screen or Screen(columns), LINKS)
    return "".join(map(view.feed, pieces)) + view.end()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**Bold**, *thin*, __both__.", "Bold, thin, both."),
        ("***all*** ~~gone~~", "all gone"),
        ("Set RAG_LLM_MODEL or snake_case_name.", "Set RAG_LLM_MODEL or snake_case_name."),
        ("5 * 3 = 15, 2*3*4", "5 * 3 = 15, 234"),
        ("`a**b` and ``x`y``", "a**b and x`y"),
        (r"not \*this\* one", "not *this* one"),
        ("[the page](https://x.example/a_b_(c))!", "the page!"),
        ("[`code` **bold**](/docs)", "code bold"),
        ("<https://x.example/a_b_c>", "https://x.example/a_b_c"),
        ("It is so [^1].", "It is so [1]."),
        ("a `^1` b [^12345]", "a ^1 b [^12345]"),
        ("[bold]not ours[/bold]", "[bold]not ours[/bold]"),
        ("**never closed", "**never closed"),
        ("`never closed", "`never closed"),
        ("**two *open* one", "**two open one"),
        ("line one\nline two", "line one line two"),
        ("line one  \nline two", "line one\nline two"),
        ("", ""),
        ("   \n\n", ""),
    ],
)  # fmt: skip
def test_signs_are_gone_and_what_only_looks_like_them_stays(text, plain):
    """As CommonMark reads them."""
    assert shown(text) == plain


@pytest.mark.parametrize("columns", [20, 40, 60, 100])
@pytest.mark.parametrize(
    "text",
    [
        "Serverless jobs let you run recurring tasks in the cloud. " * 4,
        "1. Open the **Jobs** tab of the console and wait for the list.\n   - Then go on.",
        "无服务器作业\uff08Serverless\uff09允许您在云中运行任务。它们按资源使用量计费。"
        * 2,
        "مرحبا بكم في وثائق سكالواي حول الوظائف بدون خادم وكيفية إنشائها",
        "> A quotation that goes on for a while, and is wrapped as well.",
    ],
    ids=["prose", "steps", "no blanks", "right to left", "a quotation"],
)
def test_lines_fit_and_no_word_is_broken(text, columns):
    """Chinese has no blanks and is parted anywhere; all else keeps its words."""
    lines = shown(text, columns=columns).split("\n")

    assert max(map(cell_len, lines)) <= columns
    assert [line for line in lines if line != line.rstrip()] == []
    words = re.findall(r"[A-Za-z\u0600-\u06ff]+", re.sub(r"[*`]", "", text))
    assert re.findall(r"[A-Za-z\u0600-\u06ff]+", "\n".join(lines)) == words


def test_no_line_begins_with_a_full_stop_in_chinese():
    """Nor ends with an opening bracket."""
    lines = shown("作业作业作业作业作业。\uff08作业\uff09" * 9, columns=21).split("\n")

    assert not any(line.lstrip().startswith(("。", "\uff09")) for line in lines)
    assert not any(line.endswith("\uff08") for line in lines)


def test_what_is_longer_than_a_line_stays_whole():
    """It is there to be copied."""
    lines = shown(f"See {URL} for more.", columns=20).split("\n")

    assert lines == ["See", URL, "for more."]


def test_a_mark_stays_with_the_word_before_it():
    """Alone on a line it says nothing."""
    assert shown("aaaa bbbb cccc [^1] dddd", columns=14) == "aaaa bbbb\ncccc [1] dddd"


CODE = "rag ask \"how?\"  --with \\\n\n\t--every 'blank'   "


@pytest.mark.parametrize("indent", ["", "   "], ids=["alone", "in a step"])
def test_code_is_printed_as_it_is(indent):
    """No frame, no wrapping, nothing at the ends of lines, nothing in front."""
    lines = [f"{indent}{line}" if line else "" for line in CODE.split("\n")]
    text = f"1. Run:\n{indent}```bash\n" + "\n".join(lines) + f"\n{indent}```\n2. Wait."

    assert shown(text, columns=20) == f"1. Run:\n\n{CODE}\n\n2. Wait."


def test_code_in_the_line_of_its_step_is_code():
    """As some pages have it."""
    assert shown("1. ```\n   rag ask\n   ```\n2. Wait.") == "1.\n\nrag ask\n\n2. Wait."


@pytest.mark.parametrize(
    "text",
    ["```\nrun\n```\n\n[^1]", "```\nrun\n``` [^1]", "~~~\nrun\n~~~\n[^1]"],
    ids=["below", "behind", "next line"],
)
def test_marks_of_code_stand_close_below_it(text):
    """Behind the fence they would keep it open."""
    assert shown(text) == "run\n[1]"


def test_a_fence_that_never_ends_is_code_to_the_end():
    """A reply may break off."""
    assert shown("Run:\n```\n**a**\n") == "Run:\n\n**a**"


TABLE = """\
| Offer | Memory | What it is for |
|---|---:|---|
| DEV1-S | 2 GB | tests, **small** sites and more of that kind |
| GP1 | 16 GB | `a\\|b` |
"""


def test_a_table_that_fits_stands_in_columns():
    """Under a head; no line ends in blanks."""
    assert shown(TABLE, columns=70).split("\n") == [
        "Offer   Memory  What it is for",
        "─" * 56,
        "DEV1-S  2 GB    tests, small sites and more of that kind",
        "GP1     16 GB   a|b",
    ]


def test_a_table_that_almost_fits_wraps_in_its_cells():
    """The other columns stay as they are."""
    assert shown(TABLE, columns=40).split("\n") == [
        "Offer   Memory  What it is for",
        "─" * 40,
        "DEV1-S  2 GB    tests, small sites and",
        "                more of that kind",
        "GP1     16 GB   a|b",
    ]


def test_a_table_that_does_not_fit_is_told_row_by_row():
    """Each cell after the name of its column."""
    assert shown(TABLE, columns=20).split("\n") == [
        "Offer: DEV1-S",
        "Memory: 2 GB",
        "What it is for:",
        "  tests, small sites",
        "  and more of that",
        "  kind",
        "",
        "Offer: GP1",
        "Memory: 16 GB",
        "What it is for: a|b",
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 | [^1]", "a  b\n────\n1  2\n[1]"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n\n[^1]", "a  b\n────\n1  2\n[1]"),
        (
            "| a | b |\n|---|---|\n| 1 | 2 | [^1]\n| 3 | 4 | [^1]",
            "a  b\n────────\n1  2 [1]\n3  4 [1]",
        ),
        ("| 1 | 2 |\n| 3 | 4 |", "1  2\n3  4"),
        ("| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |", "a  b\n───────\n1\n1  2  3"),
    ],
    ids=["behind", "below", "in each row", "no head", "ragged"],
)
def test_a_table_keeps_its_marks_and_its_cells(text, wanted):
    """Models write tables in many ways."""
    assert shown(text) == wanted


def test_a_table_of_400_rows_is_shown():
    """Somebody asks for the prices."""
    rows = "".join(f"| GP1-{n} | {n} GB | {n} EUR |\n" for n in range(400))

    lines = shown(f"| a | b | c |\n|---|---|---|\n{rows}", columns=30).split("\n")

    assert len(lines) == 402
    assert lines[-1] == "GP1-399  399 GB  399 EUR"


def test_blocks_stand_apart_as_in_the_source():
    """One empty line, however many there were; a heading always has one above."""
    text = "One.\n\n\n\n- a\n- b\n## Then\nTwo.\n\n---\n\nThree."

    assert shown(text) == "One.\n\n• a\n• b\n\nThen\nTwo.\n\n───\n\nThree."


def test_an_answer_in_pieces_looks_as_the_whole_one():
    """Sentences come one by one."""
    pieces = [
        "To do **this now", " and here**, read on. [^1]", " Then wait", " for `it`.",
        "\n\n1. Open it.", " Look [^1].", "\n2. Run:\n\n   ```\n   a\n   ```",
        "\n3. Go.", "\n\n| a | b |\n|---|---|\n| 1 | 2 |", "\n| 3 | 4 |", "\n\n> Note", " that.",
    ]  # fmt: skip

    assert shown(*pieces) == shown("".join(pieces))


def test_a_sentence_is_shown_at_once_and_what_it_opens_is_waited_for():
    """Nobody wants to watch a still screen, or two asterisks."""
    view = MarkdownView(PLAIN, LINKS)

    assert view.feed("It is so.") == "It is so."
    assert view.feed(" And **this") == ""
    assert view.feed(" one** too.") == " And this one too."
    assert view.feed("\n\n- Then go") == "\n\n• Then go"
    assert view.end() == ""


EVIL = "a\x1b]8;;https://evil.example\x1b\\b\x1b[31m\u202ec\x07"


@pytest.mark.parametrize(
    "text",
    [
        EVIL, f"**{EVIL}**", f"`{EVIL}`", f"```\n{EVIL}\n```", f"- {EVIL}",
        f"| {EVIL} | b |\n|---|---|\n| {EVIL} | 2 |", f"[{EVIL}]({EVIL})", f"# {EVIL}",
    ],
)  # fmt: skip
def test_no_escape_but_ours_reaches_the_terminal(text):
    """A page may try to write somewhere else on the screen."""
    printed = shown(text, screen=Screen(40, colour=True, links=True))
    ours = re.sub(r"\x1b\[[\d;]*m|\x1b\]8;;(https?://[!-~]+)?\x1b\\", "", printed)

    assert "31mc" in ours
    assert not set("\x1b\x07\u202e") & set(ours)
    assert "\x1b[31m" not in printed


@pytest.mark.parametrize(
    ("href", "links"),
    [
        ("https://docs.example/a", True),
        ("javascript:alert(1)", False),
        ("https://docs.example/\x1b\\", False),
        ("https://docs.example/ a", False),
        ("", False),
    ],
)
def test_only_an_address_of_the_web_can_be_followed(href, links):
    """A terminal hands it to the desktop."""
    painted = Screen(40, links=True).paint([Span("x", Style.BOLD, href)])

    assert painted == (f"\x1b]8;;{href}\x1b\\x\x1b]8;;\x1b\\" if links else "x")


def test_marks_lead_to_their_passage_and_colour_can_be_switched_off():
    """NO_COLOR takes the colour, not the link."""
    coloured = shown("So [^1].", screen=Screen(40, colour=True, links=True))
    plain = shown("So [^1].", screen=Screen(40, links=True))

    link = f"\x1b]8;;{LINKS[1]}\x1b\\[1]\x1b]8;;\x1b\\"
    assert coloured == f"So \x1b[36m{link}\x1b[0m."
    assert plain == f"So {link}."


def test_words_in_bold_are_one_stretch():
    """Not one escape for each."""
    printed = shown("**Create a job** now", screen=Screen(40, colour=True))

    assert printed == "\x1b[1mCreate a job\x1b[0m now"
