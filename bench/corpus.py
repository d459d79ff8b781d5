"""What becomes of a docs folder, counted: pages, chunks, tokens, residue, coverage, time.

    RAG_TEST_DOCS=PATH-OF-THE-DOCS python bench/corpus.py
    python bench/corpus.py PATH-OF-THE-DOCS

Nothing is embedded. Coverage compares the words of each page, as the oracle of the tests
reads them, with those of its chunks. The time is that of one process on one CPU, from
files to chunks, against LlamaIndex's `SimpleDirectoryReader` and `SentenceSplitter` on
the same files in turn: user and system time, the best of TIMES.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.coverage import RESIDUE, Checked, checked
from tests.support.read_markdown import name_of, plain, tags
from tests.support.real_docs import LIMIT, Read, reader

TIMES = 3
SMALL_TOKENS = 32
WORST_PAGES = 5


def row(name: str, value: object, note: str = "") -> None:
    """Print one line of the table."""
    text = f"{value:,}" if isinstance(value, int) else str(value)
    print(f"{name:34} {text:>12}   {note}".rstrip())


def pages(docs: Read) -> None:
    """Print how many files there are of each kind."""
    row("files", len(docs.texts))
    first = {c.path: str(c.page.get("kind", "page")) for c in docs.chunks}
    for kind, count in Counter(first.values()).most_common():
        row(f"  indexed, {kind}", count)
    for reason, count in Counter(s.reason for s in docs.pages.skipped).most_common():
        row(f"  skipped, {reason.partition(':')[0]}", count)
    row("  failed", len(docs.files.failed))
    row("warnings", len(docs.pages.warnings))


def tokens(docs: Read) -> None:
    """Print the chunks and their sizes, as the embedder counts them."""
    sizes = sorted(docs.tokenizer.count([c.embedded for c in docs.chunks]))
    shown_sizes = sorted(docs.tokenizer.count([c.text for c in docs.chunks]))
    row("chunks", len(sizes))
    for name, found in (("embedded tokens", sizes), ("tokens shown", shown_sizes)):
        row(f"{name}, mean", f"{statistics.mean(found):.0f}")
        row(f"{name}, median", f"{statistics.median(found):.0f}")
        row(f"{name}, min / p95 / max", " / ".join(map(str, quantiles(found))))
        under = sum(size < SMALL_TOKENS for size in found) / len(found)
        row(f"{name}, under {SMALL_TOKENS}", f"{under:.1%}")
    row(f"chunks over {LIMIT} tokens", sum(size > LIMIT for size in sizes))


def quantiles(found: list[int]) -> tuple[int, int, int]:
    """Return the least, the 95th percentile and the most of sorted numbers."""
    return found[0], found[int(0.95 * (len(found) - 1))], found[-1]


def residue(read: Checked) -> None:
    """Print what is left in chunks that no reader of the site sees."""
    chunks = read.docs.chunks
    used = {name for name, closed in read.site.tags.items() if closed}
    row(
        "left: component tags",
        sum(name_of(tag) in used for c in chunks for tag in _tags(c.text)),
        f"of {len(used)} names",
    )
    for name, (pattern, _) in RESIDUE.items():
        row(
            f"left: {name}",
            total_count(re.findall(pattern, plain(c.text).prose, re.M) for c in chunks),
        )
    row("left: open fences", sum(plain(c.text).open for c in chunks))
    row("left: chunks without a word", sum(not plain(c.text).words for c in chunks))
    unknown = total_count(read.site.seen(p).unknown for p in read.docs.pages.indexed)
    row("macros used", read.site.tags["Macro"], f"{unknown} of them unknown")


def _tags(text: str) -> list[str]:
    return tags(text) if "<" in text else []


def total_count(found: Iterable[object]) -> int:
    """Return how many things all of these lists hold."""
    return sum(len(each) for each in found)  # type: ignore[arg-type]


def coverage(read: Checked) -> None:
    """Print the share of words that is missing or invented, and the worst pages."""
    gaps = list(read.gaps.values())
    row("words of all pages", sum(g.words for g in gaps))
    row(
        "pages that agree word for word",
        sum(not g.missing and not g.invented for g in gaps),
        f"of {len(gaps)}",
    )
    for what in ("missing", "invented"):
        row(f"words {what}", f"{read.share(what):.4%}")
        ranked = sorted(gaps, key=lambda g: -getattr(g, f"{what}_share"))
        for g in ranked[:WORST_PAGES]:
            if found := getattr(g, what):
                words = " ".join(word for word, _ in found.most_common(6))
                row("", f"{getattr(g, f'{what}_share'):.2%}", f"{g.path}: {words}")


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of those it waited for."""
    return sum(os.times()[:4])


def fastest(*ways: Callable[[], object]) -> list[float]:
    """Run each way in turn, TIMES times; return the least CPU seconds of each."""
    found: list[list[float]] = [[] for _ in ways]
    for _ in range(TIMES):
        for way, seconds in zip(ways, found, strict=True):
            began = cpu_seconds()
            way()
            seconds.append(cpu_seconds() - began)
    return [min(seconds) for seconds in found]


def speed(folder: Path, docs: Read) -> None:
    """Print the time of parsing and chunking against LlamaIndex's."""
    from llama_index.core import SimpleDirectoryReader
    from llama_index.core.node_parser import SentenceSplitter

    files = [str(folder / path) for path in docs.texts]
    splitter = SentenceSplitter(chunk_size=LIMIT, chunk_overlap=0)

    def theirs() -> list[object]:
        loaded = SimpleDirectoryReader(input_files=files).load_data()
        return list(splitter.get_nodes_from_documents(loaded))

    count = len(theirs())
    mine, other = fastest(reader(folder), theirs)
    row("files to chunks, CPU seconds", f"{mine:.2f}", "read, cut, measured, addressed")
    row("LlamaIndex, CPU seconds", f"{other:.2f}", f"{count:,} nodes")
    row("ratio", f"{mine / other:.2f}", "at most 2")


def main(folder: Path) -> None:
    """Print the table."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    read = checked(str(folder))
    pages(read.docs)
    tokens(read.docs)
    residue(read)
    coverage(read)
    speed(folder, read.docs)


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("RAG_TEST_DOCS", "")
    if folder:
        main(Path(folder).absolute())
    else:
        print("(no docs: name a folder, or set RAG_TEST_DOCS)")
