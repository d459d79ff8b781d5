"""The settings in the help of each command, and what a shell completes of them."""

from __future__ import annotations

import re

import pytest
import typer
from tests.support.program import Done, here, run

from askdocs.cli.app import app
from askdocs.cli.flags import ALIASES, flag_of
from askdocs.settings import Settings

FLAGS = {flag_of(name) for name in Settings.model_fields} | set(ALIASES)


def settings_shown(text: str) -> str:
    return text.partition("\nSettings:\n")[2]


def commands(group, *names: str):
    """Yield the words of every command that is no group."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *names, name)
        else:
            yield (*names, name)


@pytest.mark.parametrize("words", commands(typer.main.get_command(app)), ids=" ".join)
def test_no_flag_stands_for_an_option_and_for_a_setting(words, tmp_path):
    """Which of both it is, nobody could tell; `--product` alone is told apart by place."""
    text = here(*words, "--help", home=tmp_path).out
    options, _, settings = text.partition("\nSettings:\n")
    named = set(re.findall(r"^  (-[^ ,]+)|, (--?[a-z-]+)", options, re.MULTILINE))

    own = {flag for pair in named for flag in pair if flag}
    assert own & FLAGS <= {"--product"}
    assert len(settings.splitlines()) < 45, "that is a wall"


@pytest.mark.parametrize("width", ["80", "120"])
def test_the_help_of_a_command_shows_its_settings_as_the_program_knows_them(
    tmp_path, width
):
    """Name, default, choices and meaning; nothing of what only an ingest reads."""
    done = here("ask", "--help", home=tmp_path, env={"COLUMNS": width})
    text = " ".join(settings_shown(done.out).split())

    assert done.code == 0
    assert "-n, --passages N Passages that are retrieved [default: " in text
    assert re.search(r"-m, --model NAME auto = llama3\.1:8b .* \[default: auto\]", text)
    assert "[keep | strike | show | refuse; default: keep]" in text
    assert "--reranker NAME Cross-encoder" in text
    assert "--chunk-tokens" not in text
    assert "rag config show lists all" in text


def test_a_long_default_is_not_spread_over_the_help(tmp_path):
    """The globs of what is not read are twelve lines."""
    text = settings_shown(here("ingest", "-h", home=tmp_path).out)

    assert "node_modules" not in text
    assert "[default: see rag config show]" in " ".join(text.split())


def test_a_command_without_settings_of_its_own_shows_none(tmp_path):
    """`rag config show` prints them all in any case."""
    assert "Settings:" not in here("config", "show", "-h", home=tmp_path).out


def completed(home, words: str) -> Done:
    typed = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    return run(home=home, env={**typed, "_RAG_COMPLETE": "complete_bash"})


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("rag ask x --pass", ["--passages"]),
        ("rag ask x --mod", ["--model"]),
        ("rag search --rerank", ["--reranker"]),
        ("rag ingest x --slug-rule ", ["auto", "github", "scaleway", "docusaurus"]),
        ("rag ask --passages 8 --unverified s", ["strike", "show"]),
        ("rag ask x -n 8 --response-mode t", ["tree_summarize"]),
        ("rag urls check x --slug-rule d", ["docusaurus"]),
        ("rag ask x --model ", []),
        ("rag ask x --js", ["--json"]),
    ],
)
def test_a_shell_completes_flags_and_closed_values(tmp_path, words, offered):
    """Who knows half of a name presses Tab."""
    done = completed(tmp_path, words)

    assert (done.out.split(), done.err) == (offered, "")


def test_all_flags_of_a_command_are_offered_once(tmp_path):
    """`--product` of `rag ask` is the filter."""
    offered = completed(tmp_path, "rag ask x -").out.split()

    assert len(offered) == len(set(offered))
    assert {"--product", "--passages", "--model", "--json"} <= set(offered)
