"""Write docs/answer.svg: a real answer, as a terminal of 80 columns shows it.

The manual in docs/ is indexed anew, the question is asked of the program behind a
pseudo-terminal, without a language model, and Rich draws what came out of it. The same
manual gives the same picture. The picture asks nothing from the network.

    python bench/picture/export.py ["a question"]
"""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

ROOT = Path(__file__).parents[2]
RAG = Path(sys.executable).with_name("rag")
QUESTION = "how do I re-index every night?"
COLUMNS = 80
MAX_BYTES = 100_000
ENV = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "TERM": "xterm-256color",
    "COLUMNS": str(COLUMNS),
    "RAG_BASE_URL": "https://askdocs.example/manual/",
    "RAG_PRODUCT": "askdocs",
    "RAG_EMBEDDING_MODEL": "bundled",
    "RAG_OLLAMA_URL": "http://127.0.0.1:1",
}
CODES = {0, 5}  # answered; or quoted where a language model was asked for by name


def main() -> None:
    """Ask, draw, write."""
    question = sys.argv[1] if len(sys.argv) > 1 else QUESTION
    with tempfile.TemporaryDirectory() as home:
        env = {**ENV, "HOME": home, "RAG_HOME": f"{home}/rag"}
        subprocess.run([RAG, "ingest", "-q", ROOT / "docs"], env=env, check=True)
        answer = shown_on_a_terminal([str(RAG), "ask", question], env)
    svg = picture(f'\x1b[2m$\x1b[0m rag ask "{question}"\n\n{answer}')
    if len(svg) > MAX_BYTES:
        sys.exit(f"error: the picture has {len(svg):,} bytes, above {MAX_BYTES:,}")
    file = ROOT / "docs" / "answer.svg"
    file.write_text(svg, encoding="utf-8")
    print(f"{file.relative_to(ROOT)}: {len(svg):,} bytes")


def shown_on_a_terminal(command: list[str], env: dict[str, str]) -> str:
    """Return what a command prints on a terminal as its result."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        command, env=env, cwd=env["HOME"], stdout=theirs, stderr=subprocess.DEVNULL
    )
    os.close(theirs)
    chunks = []
    try:
        while chunk := os.read(ours, 65_536):
            chunks.append(chunk)
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    if child.wait() not in CODES:
        sys.exit(f"error: {' '.join(command)} ended with exit code {child.returncode}")
    return b"".join(chunks).decode().replace("\r\n", "\n")


def picture(text: str) -> str:
    """Return the SVG of what a terminal shows, with no font from elsewhere."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), highlight=False)
    console.print(Text.from_ansi(text.rstrip("\n")), overflow="fold")
    svg = console.export_svg(
        title="askdocs", theme=SVG_EXPORT_THEME, unique_id="askdocs"
    )
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.S)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


if __name__ == "__main__":
    main()
