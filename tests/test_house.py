"""The rules of the house: what each command loads, and what the files at the top promise."""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo
from tests.support.fake_ollama import FakeOllama
from tests.support.fake_qdrant import FakeQdrant
from tests.support.program import environment, here

from askdocs.domain.errors import MEANING, AskDocsError, Exit
from askdocs.settings import Settings, load

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
EXAMPLE = ROOT / ".env.example"
QUESTION = "how do I create a job?"

TORCH = {"torch", "transformers", "sentence_transformers"}
LLAMA = {"llama_index", "ollama", "openai", "nltk", "tiktoken"}
QDRANT = {"qdrant_client", "qdrant_edge"}
EMBED = {"numpy", "onnxruntime", "onnx", "tokenizers", "huggingface_hub"}
OTHERS = {"httpx", "onnx", "rich"}
READ = {"yaml", "markdown_it", "pathspec"}
SETTINGS = {"pydantic", "dotenv"}
EVERYTHING = TORCH | LLAMA | QDRANT | EMBED | READ | SETTINGS | OTHERS

PROBE = """
import json, os, sys
from askdocs.cli.app import main
sys.argv[0] = "rag"
try:
    main()
except SystemExit as end:
    loaded = sorted({name.partition(".")[0] for name in sys.modules})
    with open(os.environ["LOADED"], "w") as file:
        json.dump([end.code, loaded], file)
"""

each_source = pytest.mark.parametrize(
    "file", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "src" / "askdocs"))
)


def loaded(home: Path, *words: str, env: dict[str, str] | None = None) -> set[str]:
    """Return the packages that a command has loaded when it ends, and check its code."""
    file = home / "loaded.json"
    env = environment(home, {"LOADED": str(file), **(env or {})})
    subprocess.run(
        [sys.executable, "-c", PROBE, *words], env=env, cwd=home, check=False
    )
    code, packages = json.loads(file.read_text())
    assert not code, words
    return set(packages)


# What each command loads


def test_help_loads_nothing_that_it_does_not_print(tmp_path):
    """It answers before one has looked up: 0.25 s is the limit."""
    assert loaded(tmp_path, "--help") & EVERYTHING == set()


@pytest.mark.parametrize(
    "words", [[], ["ask", "-h"], ["--version"]], ids=["rag", "help of ask", "version"]
)
def test_what_needs_no_settings_loads_next_to_nothing(tmp_path, words):
    """Typer itself reads the words of a command line with pydantic."""
    assert loaded(tmp_path, *words) & EVERYTHING <= {"pydantic"}


def test_config_show_loads_the_settings_alone(tmp_path):
    """It must work where nothing else does."""
    assert loaded(tmp_path, "config", "show") & EVERYTHING == SETTINGS


def test_status_loads_no_model(home):
    """It is asked by scripts, often."""
    packages = loaded(home, "status")

    assert packages & (TORCH | LLAMA | {"onnxruntime", "tokenizers"}) == set()


def test_a_search_loads_neither_torch_nor_llamaindex(home):
    """They take 7 s of a search that takes half a second."""
    packages = loaded(home, "search", QUESTION)

    assert packages & (TORCH | LLAMA | READ | OTHERS | {"qdrant_client"}) == set()
    assert packages >= {"onnxruntime", "tokenizers", "qdrant_edge"}


def test_a_search_on_a_server_loads_neither_torch_nor_llamaindex(home):
    """The other store must not bring them in by another door."""
    with FakeQdrant() as qdrant:
        env = {"RAG_QDRANT_URL": qdrant.url}
        assert here("ingest", "docs", home=home, env=env).code == 0
        packages = loaded(home, "search", QUESTION, env=env)

    assert packages & (TORCH | LLAMA | READ | {"onnx"}) == set()
    assert packages >= {"onnxruntime", "tokenizers", "qdrant_client"}


def test_an_answer_loads_no_torch(home):
    """LlamaIndex and Ollama's client are enough to wait for."""
    with FakeOllama("Open the console [^1].") as fake:
        packages = loaded(home, "ask", QUESTION, env={"RAG_OLLAMA_URL": fake.url})

    assert packages & (TORCH | {"onnx", "qdrant_client"}) == set()
    assert packages >= {"llama_index", "onnxruntime"}


def test_passages_without_a_model_load_no_llamaindex(home):
    """`--no-llm` is a search."""
    packages = loaded(home, "ask", "--no-llm", QUESTION)

    assert packages & (TORCH | LLAMA) == set()


def test_an_ingest_without_news_loads_no_model(home):
    """Most nights nothing has changed."""
    packages = loaded(home, "ingest", "docs", "-q")

    assert packages & (TORCH | LLAMA | {"onnxruntime", "onnx", "rich"}) == set()


# What every module promises


@each_source
def test_a_module_begins_with_a_sentence(file):
    """Who opens it must see whether it is the right file."""
    said = ast.get_docstring(ast.parse(file.read_text()))

    assert said
    assert re.match(r"[A-Z`].*[.:]$", re.split(r"\n\n", said)[0], re.S)


@each_source
def test_a_module_fits_into_a_head(file):
    """Beyond 300 lines it has two ideas."""
    assert len(file.read_text().splitlines()) <= 300


@pytest.mark.parametrize(
    "file", [f for f in SOURCES if ">>> " in f.read_text()], ids=lambda p: p.stem
)
def test_every_example_in_a_docstring_is_true(file):
    """An example that lies is worse than none."""
    name = ".".join(file.relative_to(ROOT / "src").with_suffix("").parts)
    result = doctest.testmod(importlib.import_module(name))

    assert result.attempted
    assert not result.failed


def test_only_the_assembly_imports_inside_functions():
    """A late import hides what a module needs, so one place has them all."""
    late = {
        file.parent.name
        for file in SOURCES
        for function in ast.walk(ast.parse(file.read_text()))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }

    assert late == {"assemble"}


def test_layers_and_doors_hold():
    """Who may import whom, and which module is the door of which vendor."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


# What the files at the top promise


def blocks() -> list[tuple[str, str, str]]:
    """Return (comment, name, value) of every setting in the example."""
    form = re.compile(r"^# (.+)\n#(\w+)=(.*)$", re.M)
    return [match.groups() for match in form.finditer(EXAMPLE.read_text())]


def bounds(field: FieldInfo) -> str:
    """Return what a setting may be, as the example says it."""
    limits = {type(m): m for m in field.metadata}
    if Le in limits:
        most = limits[Le].le
        low = limits[Ge].ge if Ge in limits else None
        return (
            f"{low} to {most}"
            if low is not None
            else f"above {limits[Gt].gt}, at most {most}"
        )
    if Ge in limits:
        return f"at least {limits[Ge].ge}"
    return " or ".join(c for c in get_args(field.annotation) if isinstance(c, str))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_example_tells_every_setting_as_the_program_knows_it(name):
    """Name, default, bounds and meaning; whoever reads it reads no source."""
    field = Settings.model_fields[name]
    allowed = f" ({bounds(field)})" if bounds(field) else ""
    default = "" if field.default is None else str(field.default)

    told = {key: (comment, value) for comment, key, value in blocks()}

    assert told[f"RAG_{name.upper()}"] == (f"{field.description}{allowed}", default)


def test_the_example_holds_nothing_else_and_in_the_order_of_the_source():
    """A setting that is gone must not live on in a file that people copy."""
    told = [name for _, name, _ in blocks()]

    assert told == [f"RAG_{name.upper()}" for name in Settings.model_fields]
    assert EXAMPLE.read_text().count("RAG_PASSAGES=") == 2  # the head explains it


def test_the_example_changes_nothing_when_every_line_is_taken(tmp_path, monkeypatch):
    """Who takes the marks away has the defaults, and no error."""
    text = re.sub(r"^#(RAG_)", r"\1", EXAMPLE.read_text(), flags=re.M)
    (tmp_path / ".env").write_text(text)
    monkeypatch.chdir(tmp_path)

    taken = load({}, {"HOME": str(tmp_path)})

    assert taken.settings == Settings()
    assert len([o for o in taken.origin.values() if o.endswith(".env")]) > 15


def test_the_example_sets_nothing_as_it_is(tmp_path, monkeypatch):
    """`cp .env.example .env` is the first thing that the README says."""
    (tmp_path / ".env").write_bytes(EXAMPLE.read_bytes())
    monkeypatch.chdir(tmp_path)

    assert set(load({}, {"HOME": str(tmp_path)}).origin.values()) == {"default"}


def test_help_lists_every_exit_code_as_the_program_means_it(tmp_path):
    """Scripts are written from it."""
    told = re.findall(r"^ +(\d+)  (.+)$", here("--help", home=tmp_path).out, re.M)

    assert told == [(str(code.value), meaning) for code, meaning in MEANING.items()]
    assert list(MEANING) == list(Exit)


def test_every_error_has_an_exit_code_of_its_kind():
    """One that forgets it would end as a bug."""
    kinds = AskDocsError.__subclasses__()

    assert kinds
    assert all(kind.exit_code not in {Exit.OK, Exit.INTERNAL} for kind in kinds)
