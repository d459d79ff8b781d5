"""The manual under docs/ and the README: what they say is what the program does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import get_args

import click
import pytest
import typer
import yaml
from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo

from askdocs.cli.app import app
from askdocs.cli.flags import ALIASES, flag_of, option_words
from askdocs.domain.errors import MEANING
from askdocs.domain.text import Source
from askdocs.settings import Settings
from askdocs.steps.docs.frontmatter import open_document
from askdocs.steps.docs.mdx import Shared, read_page
from askdocs.steps.docs.urls import anchored

ROOT = Path(__file__).parents[1]
MANUAL = ROOT / "docs"
PAGES = sorted(MANUAL.glob("*.mdx"))
README = ROOT / "README.md"
TASKS = {"install", "ingest", "ask", "schedule", "configure", "troubleshoot"}
CRON = re.compile(r"^15 3 \* \* \* (.+)$", re.M)
FENCE = re.compile(r"^(`{3,})(\w*)\n(.*?)\n\1$", re.M | re.S)

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
each_text = pytest.mark.parametrize("file", [*PAGES, README], ids=lambda p: p.stem)


def rows(file: Path, heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading, without its head."""
    below = file.read_text().split(f"## {heading}\n", 1)[1].split("\n## ")[0]
    table = [line for line in below.splitlines() if line.startswith("|")]
    return [[c.strip() for c in line.strip("|").split("|")] for line in table[2:]]


def read(file: Path):
    """Return a page of the manual as our own reader reads it."""
    document = open_document(Source(file.name, file.read_text()))
    return anchored(read_page(document, shared=Shared({}, {})), "github")


def allowed(field: FieldInfo) -> str:
    """Return what a setting may be, in a few words."""
    limits = {type(m): m for m in field.metadata}
    if Le in limits:
        least = f"{limits[Ge].ge}" if Ge in limits else f"above {limits[Gt].gt}"
        return f"{least} to {limits[Le].le}"
    if Ge in limits:
        return f"{limits[Ge].ge} or more"
    choices = [c for c in get_args(field.annotation) if isinstance(c, str)]
    return ", ".join(f"`{c}`" for c in choices)


def setting_row(name: str) -> list[str]:
    """Return the row of the manual's table that a setting should have."""
    field = Settings.model_fields[name]
    default = "" if field.default is None else f"`{field.default}`"
    return [f"`RAG_{name.upper()}`", default, allowed(field), str(field.description)]


def test_there_is_a_page_for_every_task():
    """A user looks for what he wants to do, not for the name of a module."""
    assert {page.stem for page in PAGES} >= TASKS


@each_page
def test_the_frontmatter_has_the_form_of_the_docs_we_read(page):
    """The manual is also what the demo ingests: title, description, tags and dates."""
    front = yaml.safe_load(page.read_text().split("---\n")[1])

    assert front["meta"]["title"] == front["content"]["h1"]
    assert front["meta"]["description"] == front["content"]["paragraph"]
    assert front["tags"]
    assert front["categories"]
    assert front["dates"].keys() == {"validation", "posted"}


@each_page
def test_our_own_reader_reads_the_manual_without_a_warning(page):
    """A brace or a pointed bracket in prose would be lost on the way to the index."""
    found = read(page)

    assert found.warnings == ()
    assert found.has_prose


@each_text
def test_every_link_into_the_repository_leads_somewhere(file):
    """A manual with dead links teaches nobody to trust the answers."""
    links = re.findall(r"\]\((?!https?://)([^)\s]+)\)", FENCE.sub("", file.read_text()))
    targets = [link.partition("#") for link in links]

    for path, _, fragment in targets:
        target = file.parent / path if path else file
        assert target.exists(), path
        if fragment and target.suffix == ".mdx":
            assert fragment in {s.anchor for s in read(target).sections}, fragment


@pytest.mark.parametrize(
    "file", [MANUAL / "troubleshoot.mdx", README], ids=lambda p: p.stem
)
def test_the_exit_codes_are_those_of_the_program(file):
    """Scripts are written from this table."""
    told = {int(code): meaning for code, meaning in rows(file, "Exit codes")}

    assert told == {code.value: meaning for code, meaning in MEANING.items()}


def test_every_exit_code_has_a_section_that_says_what_to_do():
    """A code without advice sends the user to the source."""
    headings = " ".join(
        s.heading[0] for s in read(MANUAL / "troubleshoot.mdx").sections if s.heading
    )
    advised = {int(number) for number in re.findall(r"\b\d+\b", headings)}

    assert advised >= {code.value for code in MEANING if code}


def test_the_settings_are_those_of_the_program():
    """Name, default, bounds and meaning of every setting, in the order of settings.py."""
    told = rows(MANUAL / "configure.mdx", "Settings")

    assert told == [setting_row(name) for name in Settings.model_fields]


@each_text
def test_every_setting_that_is_named_exists(file):
    """A setting that was renamed must not live on in prose."""
    named = set(re.findall(r"\bRAG_[A-Z0-9_]+\b", file.read_text()))
    known = {f"RAG_{name.upper()}" for name in Settings.model_fields}

    assert named <= known | {"RAG_TEST_DOCS", "RAG_TEST_OLLAMA_URL"}


def options(command: click.Command) -> set[str]:
    """Return every option of a command and of those below it."""
    below = getattr(command, "commands", {}).values()
    own = {
        opt for param in command.params for opt in (*param.opts, *param.secondary_opts)
    }
    return {opt for opt in own if opt.startswith("-")}.union(*map(options, below))


def lines_shown(file: Path) -> list[str]:
    """Return what follows `rag` wherever a file shows a command, in a fence or a span."""
    return re.findall(r"(?:^|[`/;|] ?)rag ([^`\n]+)", file.read_text(), re.M)


@pytest.mark.parametrize("files", [[README], PAGES], ids=["README", "manual"])
def test_every_command_is_shown(files):
    """A command that is not told of is not found."""
    shown = {line.split()[0] for file in files for line in lines_shown(file)}

    assert shown >= typer.main.get_command(app).commands.keys()


@each_text
def test_every_command_line_that_is_shown_can_be_typed(file):
    """A command or option that was renamed must not live on in the manual."""
    group = typer.main.get_command(app)
    flags = {flag_of(name) for name in Settings.model_fields} | set(ALIASES)

    for line in lines_shown(file):
        words = re.split(r"[;|#\"]", line)[0].split()
        command = group.commands.get(words[0], group)
        assert command is not group or words[0].startswith("--"), line
        used = {word for word in option_words(words)[1:] if re.match(r"-{1,2}\w", word)}
        assert used <= options(command) | flags, line


def test_the_cron_line_is_the_same_everywhere():
    """Who copies it from either place gets the one that is tested."""
    lines = [CRON.findall(f.read_text()) for f in (README, MANUAL / "schedule.mdx")]

    assert lines[0] == lines[1]
    assert len(lines[0]) == 1


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """The cron line, run twice as cron would; the home it ran in, and what it said."""
    home = tmp_path_factory.mktemp("home")
    settings = home / ".config/askdocs/.env"
    settings.parent.mkdir(parents=True)
    settings.write_text("RAG_EMBEDDING_MODEL=bundled\n")
    rag = Path(sys.executable).with_name("rag")
    line = CRON.search(README.read_text())[1]
    line = line.replace("/srv/docs-content", str(clone(home)))
    line = line.replace("/srv/askdocs/.venv/bin/rag", str(rag))
    command = ["env", "-i", f"HOME={home}", "/bin/sh", "-c", line]
    run = partial(subprocess.run, command, cwd="/", capture_output=True, text=True)
    return home, [run(check=False) for _ in range(2)]


def clone(folder: Path) -> Path:
    """Return a clone of a docs repository, with an upstream to pull from."""
    upstream, here = folder / "upstream", folder / "docs-content"
    shutil.copytree(MANUAL, upstream)
    me = ["-c", "user.name=me", "-c", "user.email=me@localhost"]
    for args in (["init", "-q"], ["add", "."], [*me, "commit", "-q", "-m", "Docs"]):
        subprocess.run(["git", "-C", str(upstream), *args], check=True)
    subprocess.run(["git", "clone", "-q", str(upstream), str(here)], check=True)
    return here


def test_the_cron_line_works_from_nowhere_and_is_silent(nights):
    """cron starts it at / without an environment, and mails every word it says."""
    home, runs = nights
    last = json.loads((home / ".local/state/askdocs/last-run.json").read_text())

    assert [(r.returncode, r.stdout, r.stderr) for r in runs] == [(0, "", "")] * 2
    assert (last["unchanged"], last["embedded"], last["written"]) == (len(PAGES), 0, 0)


def test_a_night_leaves_nothing_but_our_own_folders(nights):
    """A library that keeps an id or a diary of its own in the home has somebody to tell."""
    home, _ = nights
    shared = [home / ".cache", home / ".local/share", home / ".local/state"]

    assert [[p.name for p in folder.iterdir()] for folder in shared] == [
        ["askdocs"]
    ] * 3
