"""The rules of the house: what each command loads, and what the files at the top promise."""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import re
import subprocess
import sys
from collections import Counter
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
PACKAGE = ROOT / "src" / "askdocs"
SOURCES = sorted(PACKAGE.rglob("*.py"))
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
MAX_MODULE_LINES = 400
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
    "file", SOURCES, ids=lambda file: str(file.relative_to(PACKAGE))
)


def packages_loaded(
    home: Path, *words: str, env: dict[str, str] | None = None
) -> set[str]:
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
    assert packages_loaded(tmp_path, "--help") & EVERYTHING == set()


@pytest.mark.parametrize(
    "words", [[], ["-V"], ["--version"], ["help"]], ids=["rag", "V", "version", "help"]
)
def test_what_needs_no_settings_loads_next_to_nothing(tmp_path, words):
    """Typer itself reads the words of a command line with pydantic."""
    assert packages_loaded(tmp_path, *words) & EVERYTHING <= {"pydantic"}


def test_the_help_of_a_command_loads_the_settings_that_it_shows(tmp_path):
    """And nothing beside them."""
    assert packages_loaded(tmp_path, "ask", "-h") & EVERYTHING == SETTINGS


def test_config_show_loads_the_settings_alone(tmp_path):
    """It must work where nothing else does."""
    assert packages_loaded(tmp_path, "config", "show") & EVERYTHING == SETTINGS


def test_status_loads_no_model(home):
    """It is asked by scripts, often."""
    packages = packages_loaded(home, "status")

    assert packages & (TORCH | LLAMA | {"onnxruntime", "tokenizers"}) == set()


def test_a_search_loads_neither_torch_nor_llamaindex(home):
    """They take 7 s of a search that takes half a second."""
    packages = packages_loaded(home, "search", QUESTION)

    assert packages & (TORCH | LLAMA | READ | OTHERS | {"qdrant_client"}) == set()
    assert packages >= {"onnxruntime", "tokenizers", "qdrant_edge"}


def test_a_search_on_a_server_loads_neither_torch_nor_llamaindex(home):
    """The other store must not bring them in by another door."""
    with FakeQdrant() as qdrant:
        env = {"RAG_QDRANT_URL": qdrant.url}
        assert here("ingest", "docs", home=home, env=env).code == 0
        packages = packages_loaded(home, "search", QUESTION, env=env)

    assert packages & (TORCH | LLAMA | READ | {"onnx"}) == set()
    assert packages >= {"onnxruntime", "tokenizers", "qdrant_client"}


def test_an_answer_loads_no_torch(home):
    """LlamaIndex and Ollama's client are enough to wait for."""
    with FakeOllama("Open the console [^1].") as fake:
        packages = packages_loaded(
            home, "ask", QUESTION, env={"RAG_OLLAMA_URL": fake.url}
        )

    assert packages & (TORCH | {"onnx", "qdrant_client"}) == set()
    assert packages >= {"llama_index", "onnxruntime"}


def test_passages_without_a_model_load_no_llamaindex(home):
    """`--no-llm` is a search."""
    packages = packages_loaded(home, "ask", "--no-llm", QUESTION)

    assert packages & (TORCH | LLAMA) == set()


def test_an_ingest_without_news_loads_no_model(home):
    """Most nights nothing has changed."""
    packages = packages_loaded(home, "ingest", "docs", "-q")

    assert packages & (TORCH | LLAMA | {"onnxruntime", "onnx", "rich"}) == set()


# What every module promises


@each_source
def test_a_module_begins_with_a_sentence(file):
    """Who opens it must see whether it is the right file."""
    docstring = ast.get_docstring(ast.parse(file.read_text()))

    assert docstring
    assert re.match(r"[A-Z`].*[.:]$", re.split(r"\n\n", docstring)[0], re.S)


@each_source
def test_a_module_fits_into_a_head(file):
    """Beyond 400 lines it has two ideas; most have one in half of that."""
    assert len(file.read_text().splitlines()) <= MAX_MODULE_LINES


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
    result = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout


# Where things live

SAME_NAME = {
    "answer": "the noun, the flow, what builds it, how it looks",
    "chat": "the command and the flow behind it",
    "config": "the command shows what the assembly reads",
    "evaluate": "the command and the flow behind it",
    "evaluation": "the noun, and how it looks",
    "explain": "the flow, and how its result looks",
    "index": "the noun, and what opens it",
    "last": "the command, and what it reads",
    "ingest": "the command and the flow behind it",
    "search": "the command, and what it asks an index",
}
"""Names that modules of several floors share, once on each: one thing, seen from each."""

WITHOUT_TESTS = {
    "__main__.py": "one call, of what every test of a command calls",
    "adapters/__init__.py": "three variables for vendors; nothing to decide",
    "assemble/addresses.py": "it only constructs; see tests/cli/test_urls.py",
    "assemble/evaluator.py": "it only constructs; see tests/cli/test_evaluate.py",
    "assemble/index.py": "it only constructs; see tests/cli/test_ingest.py",
    "assemble/prompt.py": "it only constructs; see tests/cli/test_bad_input.py",
    "domain/answer.py": "data; the tests of what makes and reads it prove it",
    "domain/ports.py": "protocols alone; tests/test_contracts.py asks who keeps them",
    "steps/docs/urls/nearest_link.py": "one table of links and what is near, that of"
    " tests/steps/docs/urls/test_link_check.py",
}
"""Modules whose tests are elsewhere, or that need none: why, or where."""


def place_of(file: Path) -> str:
    return file.relative_to(PACKAGE).as_posix()


def floor_of(file: Path) -> str:
    """Return the folder at the top that a module stands in, or its own name."""
    return file.relative_to(PACKAGE).parts[0]


def is_code(file: Path) -> bool:
    """Whether a file defines or does something; a package often only has a docstring."""
    quiet = ast.Expr | ast.Import | ast.ImportFrom | ast.Assign
    tree = ast.parse(file.read_text())
    return file.name != "__init__.py" or any(
        not isinstance(node, quiet) for node in tree.body
    )


def mirrored_paths(file: Path) -> list[Path]:
    """Return where the tests of a module may be.

    That is its own path; for what is inside of a package below a wing, or is such a
    package, also the one file that tests the package as a whole.
    """
    folder = file.parent.relative_to(PACKAGE)
    whole = folder.parent / f"test_{folder.name}.py"
    name = folder.name if file.name == "__init__.py" else file.stem
    mirrored = folder / f"test_{name}.py"
    below_wing = len(folder.parts) > 2
    return [ROOT / "tests" / p for p in (mirrored, whole)[: 1 + below_wing]]


def test_no_two_modules_share_a_name():
    """Who hears "it is in payload" must not have to ask in which one."""
    modules = [file for file in SOURCES if not file.stem.startswith("__")]
    names = Counter(file.stem for file in modules)
    shared = {name for name, count in names.items() if count > 1}
    on_a_floor = Counter((floor_of(file), file.stem) for file in modules)

    assert shared - set(SAME_NAME) == set()
    assert set(SAME_NAME) - shared == set(), "these may leave SAME_NAME"
    assert [place for place, count in on_a_floor.items() if count > 1] == []


def test_every_module_has_its_tests_at_its_own_path():
    """Who changes a line must know what to run, without a search."""
    untested = {
        place_of(file)
        for file in SOURCES
        if is_code(file) and not any(path.exists() for path in mirrored_paths(file))
    }

    assert untested - set(WITHOUT_TESTS) == set(), "these need tests, or a reason"
    assert set(WITHOUT_TESTS) - untested == set(), "these may leave WITHOUT_TESTS"


def paths_of_the_map(text: str) -> list[str]:
    """Return every path that the tree of CONTRIBUTING.md draws, below its first line."""
    top, *lines = re.search(r"```\n(src/\S+/.*?)```", text, re.S)[1].splitlines()
    above, paths = [top.split()[0].rstrip("/")], []
    for line in lines:
        branch = re.match(r"((?:│   |    )*)[├└]── (\S+)", line)
        del above[1 + len(branch[1]) // 4 :]
        above.append(branch[2].rstrip("/"))
        paths.append("/".join(above))
    return paths


def test_every_path_that_the_map_names_exists():
    """It is the first thing that somebody new believes."""
    paths = paths_of_the_map(CONTRIBUTING.read_text())

    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_folder_is_on_the_map():
    """A room that is not drawn is not found."""
    drawn = {ROOT / path for path in paths_of_the_map(CONTRIBUTING.read_text())}
    folders = {file.parent for file in SOURCES} - {PACKAGE}

    assert {place_of(folder) for folder in folders - drawn} == set()


def test_every_path_in_the_text_exists():
    """Below src/askdocs or at the top; an example that is gone leads nowhere."""
    named = re.findall(r"`([\w./-]*/[\w./-]*)`", CONTRIBUTING.read_text())
    missing = [
        path
        for path in named
        if not (PACKAGE / path).exists() and not (ROOT / path).exists()
    ]

    assert len(named) > 20
    assert missing == []


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

    example = {key: (comment, value) for comment, key, value in blocks()}

    assert example[f"RAG_{name.upper()}"] == (f"{field.description}{allowed}", default)


def test_the_example_holds_nothing_else_and_in_the_order_of_the_source():
    """A setting that is gone must not live on in a file that people copy."""
    names = [name for _, name, _ in blocks()]

    assert names == [f"RAG_{name.upper()}" for name in Settings.model_fields]
    assert EXAMPLE.read_text().count("RAG_PASSAGES=") == 2  # the head explains it


def test_the_example_changes_nothing_when_every_line_is_taken(tmp_path, monkeypatch):
    """Who takes the marks away has the defaults, and no error."""
    text = re.sub(r"^#(RAG_)", r"\1", EXAMPLE.read_text(), flags=re.M)
    (tmp_path / ".env").write_text(text)
    monkeypatch.chdir(tmp_path)

    from_example = load({}, {"HOME": str(tmp_path)})

    assert from_example.settings == Settings()
    assert len([o for o in from_example.origin.values() if o.endswith(".env")]) > 15


def test_the_example_sets_nothing_as_it_is(tmp_path, monkeypatch):
    """`cp .env.example .env` is the first thing that the README says."""
    (tmp_path / ".env").write_bytes(EXAMPLE.read_bytes())
    monkeypatch.chdir(tmp_path)

    assert set(load({}, {"HOME": str(tmp_path)}).origin.values()) == {"default"}


def test_help_lists_every_exit_code_as_the_program_means_it(tmp_path):
    """Scripts are written from it."""
    listed = re.findall(r"^ +(\d+)  (.+)$", here("--help", home=tmp_path).out, re.M)

    assert listed == [(str(code.value), meaning) for code, meaning in MEANING.items()]
    assert list(MEANING) == list(Exit)


def test_every_error_has_an_exit_code_of_its_kind():
    """One that forgets it would end as a bug."""
    kinds = AskDocsError.__subclasses__()

    assert kinds
    assert all(kind.exit_code not in {Exit.OK, Exit.INTERNAL} for kind in kinds)
