"""Whatever is typed, set or lies on the disk: two lines, an exit code, nothing lost.

No output of a test in this file may hold a traceback or what a terminal would obey.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
from functools import partial

import pytest
from tests.support import program
from tests.support.docs_of_ours import JOB, VOLUME, page
from tests.support.fake_ollama import FakeOllama
from tests.support.fake_qdrant import FakeQdrant
from tests.support.program import RAG, environment, tree
from tests.support.screen import OBEYED, checked

from askdocs.settings import Settings

QUESTION = "how do I create a job?"
CANARY = "canary-5f1b"


@pytest.fixture
def rag(home):
    return lambda *words, **more: checked(program.here(*words, home=home, **more))


@pytest.fixture
def bare(tmp_path):
    """The program where nothing was ever ingested."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "ignored" / "menu").mkdir(parents=True)
    (tmp_path / "ignored" / "menu" / "page.mdx").write_text("# Menu\n\nText.\n")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "page.mdx").write_bytes(b"\xff")
    (tmp_path / "file.mdx").write_text("# A page\n\nText.\n")
    (tmp_path / "loop").symlink_to("loop")
    return lambda *words, **more: checked(program.here(*words, home=tmp_path, **more))


# What is typed


@pytest.mark.parametrize(
    ("words", "code", "what", "hint"),
    [
        (["ingest", "nowhere"], 2, "no folder nowhere", "rag ingest PATH"),
        (["ingest", "file.mdx"], 2, "file.mdx is not a folder", "rag ingest ."),
        (["ingest", "empty"], 2, "holds no page", "check the path, RAG_SUFFIXES"),
        (["ingest", "ignored"], 2, "holds no page", "check the path, RAG_SUFFIXES"),
        (["ingest", "broken"], 2, "none of 1 files", "ls -l"),
        (["ingest", "loop"], 2, "no folder loop", "rag ingest PATH"),
        (["ingest", "x" * 5000], 2, "no folder xxx", "rag ingest PATH"),
        (["ingest", ""], 2, "the path is empty", "rag ingest PATH"),
        (["ingest"], 2, "PATH", "rag ingest --help"),
        (["search", QUESTION], 6, "no index yet", "rag ingest PATH"),
        (["ask", QUESTION], 6, "no index yet", "rag ingest PATH"),
        (["status"], 6, "no index yet", "rag ingest PATH"),
        (["search", ""], 2, "question is empty", "rag ask "),
        (["ask", "?! ..."], 2, "question is empty", "rag ask "),
        (["ask", "\u200b\u202e"], 2, "question is empty", "rag ask "),
        (["ask", "\udcff"], 2, "question is empty", "rag ask "),
        (["ask", "why? " * 20_000], 2, "100,000 characters", "ask for one thing"),
        (["ask", "-"], 2, "question is empty", "rag ask "),
        (["search"], 2, "QUESTION", "rag search how do I"),
        (["search", "two", "words"], 6, "no index yet", "rag ingest PATH"),
        (["serch", "job"], 2, "Did you mean 'search'?", "rag search job"),
        (["search", "job", "--nope"], 2, "--nope", "if it is a word"),
        (["search", "job", "--passages"], 2, "--passages needs a value", "rag config"),
        (["config", "sho"], 2, "sho", "rag config show"),
        (["ask", "\x1b[31mred?\x1b]0;x\x07", "--no-llm"], 6, "no index", "rag ingest"),
        (["ingest", "\x1b[2Jgone"], 2, "no folder [2Jgone", "rag ingest PATH"),
        (["search", "job", "--\x1b[31m"], 2, "No such option: --", "if it is a word"),
    ],
    ids=lambda value: (
        " ".join(map(ascii, value))[:40] if isinstance(value, list) else ""
    ),
)
def test_what_makes_no_sense_is_two_lines_and_a_code(bare, words, code, what, hint):
    """What failed, and what to type next; the same with JSON, which is whole."""
    done = bare(*words)
    data = bare(*words, "--json") if words[0] != "config" else None

    assert (done.code, done.out) == (code, "")
    assert what in done.two_lines[0]
    assert done.two_lines[1].startswith(hint)
    if data and not words[-1].startswith("--passages"):
        error = {k: v for k, v in data.data["error"].items() if k != "name"}
        said, told = data.two_lines
        assert data.data["schema_version"] == 1
        assert (data.code, error["code"]) == (code, code)
        assert program_sees(error["what"], error["hint"]) == (said, told)


def program_sees(*texts: str) -> tuple[str, ...]:
    """Return texts of a document as the terminal is shown them."""
    return tuple(OBEYED.sub("", text) for text in texts)


TRACE = """Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    import boto3
ModuleNotFoundError: No module named 'boto3' --force; rm -rf "$HOME"
"""


@pytest.mark.parametrize(
    "question",
    [
        TRACE,
        "איך מוחקים bucket \u200f\u202b?",
        "كيف أحذف job",
        "如何创建任务",
        "x" * 4000,
    ],
    ids=["stack trace", "Hebrew", "Arabic", "Chinese", "one word"],
)
@pytest.mark.parametrize(
    "command", [("search",), ("ask", "--no-llm")], ids=["search", "ask"]
)
def test_a_question_of_any_kind_is_asked_on_the_narrowest_screen(
    rag, command, question
):
    """It may be refused; it is no crash, and nothing of it is obeyed."""
    done = checked(rag(*command, question, env={"COLUMNS": "20"}))

    assert done.code in {0, 4}
    assert done.out


@pytest.mark.parametrize("path", ["nowhere", "empty", "file.mdx", ""])
def test_an_ingest_that_makes_no_sense_leaves_the_index_alone(rag, home, path):
    """A typing error must not cost an index."""
    (home / "empty").mkdir()
    (home / "file.mdx").write_text("# A page\n")
    before = tree(home / "rag" / "data")

    for more in (
        [],
        ["--rebuild"],
        ["--allow-delete"],
        ["--rebuild", "--allow-delete"],
    ):
        assert rag("ingest", path, *more).code == 2

    assert tree(home / "rag" / "data") == before


def test_a_question_of_100_kb_comes_by_stdin_too(shell):
    """It is read no further than it need be, and never sent anywhere."""
    done = checked(shell("ask", "-", stdin="why? " * 20_000))

    assert done.code == 2
    assert "characters" in done.two_lines[0]


def test_stdin_is_not_waited_for_on_a_terminal(home):
    """`rag ask -` without a pipe would hang for ever."""
    master, slave = pty.openpty()
    done = subprocess.run(
        [RAG, "ask", "-"],
        env=environment(home, {}),
        stdin=slave,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(master)
    os.close(slave)

    assert done.returncode == 2
    assert "nothing to read on stdin" in done.stderr


# What is set

BAD = {
    "home": ["~nobody-of-that-name/x"],
    "base_url": ["scaleway.com", "ftp://x.org", "https://", "https://x.org/?a=1",
                 "https://x.org/#a", "https://x.org/a b", "https://x\x1b[31m.org"],
    "product": ["x" * 101, "\udcff"],
    "slug_rule": ["gitlab", "GitHub"],
    "suffixes": ["mdx", "*.mdx", ". md"],
    "ignore": ["\\"],
    "qdrant_url": ["localhost:6333", "http://", "http://x:99999", "http://x:y",
                   "http://[::1", "http://x:"],
    "qdrant_api_key": ["schlüssel", "two\nlines"],
    "qdrant_timeout_s": ["0", "-1", "601", "nan", "inf", "soon"],
    "collection": ["a/b", "..", "a b", "x" * 65, "ä"],
    "embedding_model": ["\udcff"],
    "device": ["tpu", "CUDA"],
    "precision": ["float16"],
    "batch": ["-1", "4097", "1.5", "many"],
    "chunk_tokens": ["63", "8193", "all"],
    "passages": ["0", "51", "-5", "five", "5.5"],
    "reranker": ["\udcff"],
    "reranker_seconds": ["0", "601", "soon"],
    "ollama_url": ["127.0.0.1:11434", "unix:/x", "http://"],
    "llm_model": ["\udcff"],
    "llm_temperature": ["-0.1", "2.1", "nan", "warm"],
    "llm_top_k": ["-1", "1001", "1.5"],
    "llm_top_p": ["0", "1.1", "nan"],
    "llm_seed": ["-1", "x"],
    "llm_num_ctx": ["1023", "262145"],
    "llm_num_predict": ["15", "8193"],
    "llm_keep_alive": ["soon", "5 minutes", "-2"],
    "guard": ["x" * 201],
    "llm_url": ["nowhere", "ftp://x/v1", "http://"],
    "llm_api_key": ["schlüssel", "two\nlines"],
    "llm_threads": ["-1", "257", "many"],
    "response_mode": ["accumulate", "Compact"],
    "prompt": ["/nowhere/at/all"],
    "verifier": ["x" * 501],
    "unverified": ["hide", "Strike"],
    "llm_timeout_s": ["0", "3601", "inf"],
}  # fmt: skip
LATE = {
    "ignore": ["ingest", "ignored"],
    "qdrant_api_key": ["search", QUESTION],
    "prompt": ["ask", QUESTION],
}
"""What only the command that uses it can judge."""


def test_every_setting_has_bad_values_here():
    """A new setting comes with its own."""
    assert BAD.keys() == Settings.model_fields.keys()


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in BAD.items() for value in values],
    ids=lambda text: ascii(text)[1:30],
)
def test_a_bad_value_names_its_setting_and_where_it_was_set(bare, name, value):
    """Twenty-seven settings from four places: say which one, and where to look."""
    key = f"RAG_{name.upper()}"
    env = {key: value}
    if name == "qdrant_api_key":
        env["RAG_QDRANT_URL"] = "http://127.0.0.1:1"
    words = LATE.get(name, ["config", "show"])

    done = bare(*words, env=env)

    what, hint = done.two_lines
    assert done.code == 2
    assert what.startswith(f"{key}: ")
    assert "environment" in hint or key in hint or name in LATE


def test_a_bad_flag_is_named_as_the_setting_that_it_is(rag):
    """It was not the environment."""
    done = rag("search", QUESTION, "--passages", "0")

    assert done.code == 2
    assert done.two_lines[0].startswith("RAG_PASSAGES: ")
    assert "a flag" in done.two_lines[1]


def test_an_unknown_key_in_env_is_an_error_with_the_right_one(rag, home):
    """A setting that does nothing is worse than none."""
    (home / ".env").write_text("RAG_PASAGES=3\n")

    done = rag("search", QUESTION)

    what, hint = done.two_lines
    assert done.code == 2
    assert "RAG_PASAGES: no such setting" in what
    assert str(home / ".env") in what
    assert hint == "did you mean RAG_PASSAGES?"


def test_an_unknown_variable_is_a_warning_that_quiet_leaves_out(rag):
    """The environment belongs to other programs too; cron mails every word."""
    loud = rag("ingest", "docs", env={"RAG_PASAGES": "3"})
    quiet = rag("ingest", "docs", "-q", env={"RAG_PASAGES": "3"})

    assert (loud.code, quiet.code) == (0, 0)
    assert loud.err.startswith("warning: RAG_PASAGES is no setting")
    assert (quiet.out, quiet.err) == ("", "")


@pytest.mark.parametrize("where", ["docs", "docs/pages/jobs"])
@pytest.mark.parametrize("words", [["search", QUESTION], ["ingest", "."]], ids=str)
def test_a_file_of_settings_inside_the_docs_is_not_read(rag, home, where, words):
    """A pull request to the docs must not send the questions elsewhere."""
    rag("ingest", "docs")
    (home / where / ".env").write_text("RAG_QDRANT_URL=http://127.0.0.1:1\n")

    done = rag(
        *words,
        "--json",
        "--dry-run" if words[0] == "ingest" else "-q",
        cwd=home / where,
    )

    assert "127.0.0.1" not in done.out + done.err
    assert done.code in {0, 9}


def test_settings_inside_docs_that_were_never_read_are_not_read_either(bare, tmp_path):
    """The first ingest is of a fresh clone, and often from within it."""
    clone = tmp_path / "clone"
    (clone / "pages").mkdir(parents=True)
    (clone / "pages/page.mdx").write_text(page("A page", "Text."))
    (clone / ".env").write_text("RAG_QDRANT_URL=http://127.0.0.1:1\n")

    assert bare("ingest", ".", "--dry-run", cwd=clone).code == 0
    assert bare("ingest", "..", "--dry-run", cwd=clone / "pages").code == 0
    assert bare("ingest", "clone/pages", "--dry-run", cwd=tmp_path).code == 0


def test_settings_inside_docs_of_another_index_are_not_read_either(rag, home):
    """The last run may have been about other docs."""
    (home / "other").mkdir()
    (home / "other/page.mdx").write_text(page("Other", "Other."))
    rag("ingest", "docs")
    rag("ingest", "other", "--collection", "other")
    (home / "docs/.env").write_text("RAG_OLLAMA_URL=http://evil.example\n")

    shown = rag("config", "show", cwd=home / "docs")

    assert "evil.example" not in shown.out


# What lies on the disk


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["ingest", "docs"], 2),
        (["search", QUESTION], 6),
        (["ask", QUESTION], 6),
        (["status"], 6),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_home_that_cannot_be_written_is_named(rag, home, words, code):
    """Below a file there is no folder, not even for root."""
    (home / "file").write_text("")
    place = str(home / "file" / "deep")

    done = rag(*words, env={"RAG_HOME": place})

    assert done.code == code
    assert place in done.two_lines[0]


def test_doctor_names_a_home_that_cannot_be_written(rag, home):
    """It looks at everything, so it must survive anything."""
    (home / "file").write_text("")
    done = rag("doctor", "--json", env={"RAG_HOME": str(home / "file" / "deep")})

    ok = {check["name"]: check["ok"] for check in done.data["checks"]}
    assert done.code == 2
    assert not ok["disk"]
    assert not ok["index"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda index: (index / "current").write_text("20990101T000000Z-ffffff\n"),
        lambda index: next(index.glob("2*/manifest.json")).write_text("{"),
        lambda index: next(index.glob("2*/manifest.json")).write_text("[]"),
        lambda index: next(index.glob("2*/shard/edge_config.json")).write_text("{"),
    ],
    ids=[
        "no such generation",
        "half a manifest",
        "a list",
        "engine",
    ],
)
def test_a_damaged_index_is_named_and_can_be_rebuilt(rag, home, spoil):
    """Disks lose bits; the docs are still there."""
    spoil(home / "rag/data/scw_docs")

    done = rag("search", QUESTION)
    mended = rag("ingest", "docs", "--rebuild", "-q")

    assert done.code == 6
    assert "--rebuild" in done.two_lines[1]
    assert mended.code == 0
    assert rag("search", QUESTION, "--json").data["passages"][0]["path"] == JOB


def test_what_pages_and_models_write_is_never_obeyed_by_the_terminal(rag, home):
    """Titles, headings, text, file names and replies are other people's."""
    evil = "\x1b[2J\x1b]8;;http://evil.example\x07\u202egnp.exe\x9b31m\x7f"
    title = r'"Jobs \e[2J\x9b31m \u202e and\nError: all is lost"'
    body = f"Zebra {evil} stripes.\n\n## Head {evil} ing\n\nGiraffe {evil} necks."
    (home / "docs" / JOB).write_text(page(title, body))
    (home / "docs/pages/\x1b[31mred\u202e.mdx").write_text(page("Red", "Red."))
    (home / "docs/pages/two\nlines.mdx").write_text(page("Two", "Two."))

    read = rag("ingest", "docs", "-v")
    with FakeOllama(f"Zebra {evil} stripes [^1].") as fake:
        env = {"RAG_OLLAMA_URL": fake.url, "RAG_PRODUCT": "X\x1b[31m"}
        told = rag("ask", "zebra stripes", env=env)
        rag("ask", "zebra stripes", "--json", env=env)
        rag("config", "show", env=env)
        rag("doctor", env=env)
    found = rag("search", "giraffe necks")
    rag("status")

    assert read.code == 3
    assert len(read.err.splitlines()) >= 2
    assert r"pages/\x1b[31mred\u202e.mdx: file name is not printable" in read.err
    assert (told.code, found.code) == (0, 0)
    assert "Zebra" in rag("search", "zebra stripes").out
    lines = found.out.splitlines() + told.out.splitlines()
    assert not any(line.lstrip().startswith("Error:") for line in lines)


# What may not be said


def everything(rag, env):
    """Yield all that the program says with these settings."""
    for words in (
        ["ingest", "docs", "-v"],
        ["search", QUESTION],
        ["ask", QUESTION, "--json"],
        ["status"],
        ["status", "--json"],
        ["doctor"],
        ["doctor", "--json"],
        ["config", "show"],
        ["config", "show", "--json"],
        ["search", QUESTION, "--passages", "0", "--json"],
    ):
        done = rag(*words, env=env)
        yield done.out + done.err


@pytest.mark.parametrize("up", [True, False], ids=["up", "down"])
def test_no_secret_is_ever_printed(rag, home, up):
    """Terminals are recorded, and bug reports are public."""
    with FakeQdrant() as qdrant, FakeOllama() as ollama:
        base = qdrant.url if up else "http://127.0.0.1:1"
        llm = ollama.url if up else "http://127.0.0.1:1"
        env = {
            "RAG_QDRANT_URL": base.replace("//", f"//me:{CANARY}@"),
            "RAG_QDRANT_API_KEY": CANARY,
            "RAG_OLLAMA_URL": llm.replace("//", f"//me:{CANARY}@"),
        }
        said = "".join(everything(rag, env))

    assert CANARY not in said
    assert "********" in said
    assert CANARY.encode() not in b"".join(tree(home / "rag").values())


def test_a_key_in_env_is_as_secret_as_one_in_the_environment(rag, home):
    """A line that cannot be read is often a key with a quote in it."""
    for line in (f"RAG_QDRANT_API_KEY={CANARY}", f"RAG_QDRANT_API_KEY='{CANARY}"):
        (home / ".env").write_text(f"{line}\nRAG_PASSAGES=many\n")

        done = rag("search", QUESTION, "--debug")

        assert CANARY not in done.out + done.err


# Where it runs


@pytest.mark.parametrize(
    "env",
    [
        {"HOME": None, "RAG_HOME": None, "XDG_STATE_HOME": "/nowhere"},
        {"LANG": "C", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        {"PATH": None},
        {"TERM": "dumb", "COLUMNS": "1"},
        {"PYTHONWARNINGS": "error"},
    ],
    ids=["no HOME", "C locale", "no PATH", "dumb terminal", "warnings are errors"],
)
def test_any_environment_will_do(shell, env):
    """cron, systemd and containers each leave something out."""
    done = checked(shell("config", "show", "--product", "Éclair", env=env))

    assert (done.code, done.err) == (0, "")
    assert "Éclair" in done.out


def on_a_terminal(*words: str, home, env=None) -> str:
    """Return what a terminal is sent."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [RAG, *words],
        env=environment(home, {"TERM": "xterm-256color", **(env or {})}),
        cwd=home,
        stdin=slave,
        stdout=slave,
        stderr=slave,
    ):
        os.close(slave)
        said = b"".join(iter(partial(_read, master), b""))
    os.close(master)
    return said.decode()


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # Linux: nobody has the other end open any more
        return b""


def test_a_terminal_gets_colour_and_links_to_the_public_pages_alone(home):
    """A link can be clicked; nothing else may be sent to a terminal."""
    said = on_a_terminal("search", QUESTION, home=home)

    links = re.findall("\x1b]8;;(.*?)\x1b\\\\", said)
    assert re.search(r"1\. \x1b\[1m\x1b]8;;\S+\x1b\\How to create a job", said)
    assert set(links) - {""} <= set(
        re.findall(r"https://www\.scaleway\S+?(?=\x1b)", said)
    )
    rest = re.sub("\x1b]8;;.*?\x1b\\\\|\x1b\\[[012]m", "", said)
    assert not OBEYED.search(rest.replace("\r\n", "\n"))


@pytest.mark.parametrize(
    ("words", "env"),
    [((), {"NO_COLOR": "1"}), (("--no-color",), {}), ((), {"TERM": "dumb"})],
    ids=["NO_COLOR", "--no-color", "dumb"],
)
def test_colour_can_be_switched_off(home, words, env):
    """The three ways that CONVENTIONS name."""
    said = on_a_terminal("search", QUESTION, *words, home=home, env=env)

    assert "\x1b[" not in said
    assert "1. How to create a job" in re.sub("\x1b]8;;.*?\x1b\\\\", "", said)


def test_progress_on_a_terminal_is_wiped_away(home):
    """It is no part of the result, and leaves a clean report."""
    (home / "docs" / VOLUME).write_text(page("Volumes", "Use the zeppelin button."))

    said = on_a_terminal("ingest", "docs", home=home)

    assert "embed" in said
    assert said.rstrip().splitlines()[-1].startswith("generation")
    assert "Traceback" not in said


def test_all_that_is_written_is_for_its_owner_alone(indexed):
    """Every folder 0700, every file 0600: docs can be internal."""
    written = [indexed / "rag", *(indexed / "rag").rglob("*")]

    assert len(written) > 50
    assert not [path for path in written if path.stat().st_mode & 0o077]
