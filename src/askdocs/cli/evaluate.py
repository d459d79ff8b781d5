"""`rag eval CASES`: measure how well the index finds; `rag eval make`: draft cases."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from askdocs.adapters.local.eval_files import (
    draft_line,
    read_cases,
    read_run,
    write_drafts,
    write_run,
)
from askdocs.assemble import evaluator
from askdocs.cli.flags import load_settings
from askdocs.cli.render import evaluation, evaluation_data, json_document, terminal
from askdocs.domain.errors import ConfigError, GateFailed
from askdocs.steps.evaluate.metrics import METRICS

_RUN = """Measure how well the index finds the pages that are wanted, with intervals.

\b
rag eval cases.jsonl
rag eval cases.jsonl --save run.json
rag eval cases.jsonl --baseline run.json --at-least ndcg@10=.66
rag eval make ./docs-content -o cases.jsonl     (drafts; rag eval make --help)

Questions are asked as rag search asks them, 50 passages each, by the same settings.
"""


class CasesFirst(TyperGroup):
    """A group whose first word may be a file: `rag eval X` is `rag eval run X`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the name of the command in front where none is typed."""
        named = bool(args) and args[0] in self.commands
        return super().parse_args(ctx, args if named else ["run", *args])


app = typer.Typer(
    cls=CasesFirst, help="Measure how well the index finds what is wanted; draft cases."
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Quiet = Annotated[
    bool, typer.Option("-q", "--quiet", help="Print errors only beside the result.")
]


@app.command("run", help=_RUN)
def evaluate(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="CASES",
            help="JSON lines: id, question, wanted (paths of pages, maybe with #section),"
            " exclude.",
        ),
    ],
    as_json: Json = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a Markdown table.")
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the run, to compare with later."),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Compare with a run that was kept."),
    ] = None,
    at_least: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC=VALUE", help="Exit 8 below this; may be repeated."
        ),
    ] = None,
    tolerance: Annotated[
        str,
        typer.Option(
            metavar="X",
            help="Exit 8 if ndcg@10 fell by more below the baseline, and p < .05.",
        ),
    ] = "0.01",
    verbose: Annotated[
        bool,
        typer.Option("-v", "--verbose", help="Name what was not among the first 5."),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Measure how well the index finds the pages that are wanted, with intervals."""
    if as_json and as_markdown:
        raise ConfigError("--json and --markdown exclude each other", hint="choose one")
    least, allowed = _thresholds(at_least or []), _tolerance(tolerance)
    loaded = load_settings(ctx, quiet=quiet)
    cases = read_cases(file)
    gate = evaluator.Gate(least, read_run(baseline) if baseline else None, allowed)
    result = evaluator.evaluation(loaded, cases, gate)
    if save:
        write_run(save, result.run.as_dict())
    failed = _gate_failure(result.shortfalls)
    run, compared = result.run, result.compared
    if as_json:
        failure = json_document.failure(failed) if failed else {}
        terminal.print_json({**evaluation_data.document(run, compared), **failure})
    else:
        evaluation.print_run(run, compared, as_markdown=as_markdown)
        if verbose:
            evaluation.print_missed(run)
    if not quiet:
        evaluation.print_cautions(cases, run, compared)
    if failed:
        terminal.error(str(failed), failed.hint)
        raise typer.Exit(failed.exit_code)


@app.command()
def make(
    ctx: typer.Context,
    docs: Annotated[Path, typer.Argument(metavar="DOCS", help="Folder with the docs.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write there, not to stdout."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace FILE if it is there.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draft cases from the docs: FAQ questions, changelog titles, texts of links.

    Each is marked as a draft: read it, mend it, and take the mark away. The docs hold
    these questions word for word, so they flatter a search that indexes link texts:
    never tune a search of these docs by them.

    rag eval make ./docs-content -o cases.jsonl
    """
    rows = evaluator.drafts(load_settings(ctx, docs=docs, quiet=quiet), docs)
    if output:
        write_drafts(output, rows, force=force)
    sources = dict(Counter(row["source"] for row in rows))
    if as_json:
        where = {"file": str(output)} if output else {"drafts": rows}
        terminal.print_json({"cases": len(rows), "sources": sources, **where})
    elif not output:
        for row in rows:
            terminal.out(draft_line(row))
    elif not quiet:
        kinds = ", ".join(f"{count:,} {name}" for name, count in sources.items())
        terminal.out(f"{len(rows):,} drafts in {output}: {kinds}")


def _thresholds(texts: Sequence[str]) -> dict[str, float]:
    """Return the least value of each metric; of one given twice, the higher.

    Raises:
        ConfigError: for a metric that we do not have, or a value that is none.
    """
    least: dict[str, float] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if name not in METRICS:
            what = f"--at-least: there is no metric {name}"
            raise ConfigError(what, hint=f"one of {', '.join(METRICS)}")
        number = _parse_share(value) if equals else None
        if number is None:
            raise ConfigError(
                f"--at-least: {text} is not a metric and a value from 0 to 1",
                hint=f"--at-least {name}=.66",
            )
        least[name] = max(number, least.get(name, 0.0))
    return least


def _tolerance(text: str) -> float:
    number = _parse_share(text.strip())
    if number is None:
        what = f"--tolerance: {text} is no number from 0 to 1"
        raise ConfigError(what, hint="--tolerance 0.01")
    return number


def _parse_share(text: str) -> float | None:
    """Return a number from 0 to 1 as people write it (".66"); None if it is none."""
    if not re.fullmatch(r"(?:[01]|[01]?\.[0-9]{1,15}|[01]\.)", text, re.A):
        return None
    return number if (number := float(text)) <= 1 and math.isfinite(number) else None


def _gate_failure(shortfalls: Sequence[str]) -> GateFailed | None:
    if not shortfalls:
        return None
    hint = "rag eval CASES -v   (what was missed; with --baseline, what got worse)"
    return GateFailed("; ".join(shortfalls), hint=hint)
