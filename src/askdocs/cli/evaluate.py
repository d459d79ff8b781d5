"""`rag eval CASES`: measure what is found, or answered; `rag eval make`: draft cases."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from askdocs.adapters.local.answer_case_files import read_answer_cases, read_answer_run
from askdocs.adapters.local.eval_files import (
    draft_line,
    read_case_file,
    read_run,
    write_drafts,
    write_run,
)
from askdocs.assemble import evaluator
from askdocs.cli.flags import load_settings
from askdocs.cli.render import (
    evaluation,
    evaluation_answers,
    evaluation_data,
    json_document,
    terminal,
)
from askdocs.cli.setting_help import SettingsCommand
from askdocs.domain.errors import ConfigError, GateFailed
from askdocs.steps.evaluate.grade import RATES
from askdocs.steps.evaluate.metrics import METRICS

if TYPE_CHECKING:
    from askdocs.settings import Loaded

_RUN = """Measure how well the index finds the pages that are wanted, or how good answers are.

\b
rag eval cases.jsonl
rag eval cases.jsonl --save run.json
rag eval cases.jsonl --baseline run.json --at-least ndcg@10=.66
rag eval --answers cases.jsonl --no-llm -v
rag eval --answers cases.jsonl --at-least useful=.75 --at-most wrong=.03
rag eval make ./docs-content -o cases.jsonl     (drafts; rag eval make --help)

Questions are asked as rag search asks them, 50 passages each, by the same settings;
with --answers as rag ask asks them.
"""

_ROWS = (
    "JSON lines: id, question, wanted (paths of pages, maybe with #section), exclude;"
    " for --answers also must (lists of patterns: of each list one must be said), forbid"
    " and kind; without wanted and must the question is to be refused."
)


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


@dataclass(frozen=True, slots=True)
class Report:
    """How a run is reported.

    Attributes:
        as_json: As one document.
        as_markdown: As Markdown tables.
        save: Where it is kept, too.
        verbose: With what was missed.
        quiet: Without cautions.
    """

    as_json: bool
    as_markdown: bool
    save: Path | None
    verbose: bool
    quiet: bool

    def keep(self, run: Mapping[str, Any]) -> None:
        """Write the run to the file that was named for it."""
        if self.save:
            write_run(self.save, run)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run must reach, as typed.

    Attributes:
        at_least: Metrics with their least values.
        at_most: Metrics with their largest values.
        baseline: The file of a run to compare with.
        tolerance: How much worse than that it may be.
    """

    at_least: Mapping[str, float]
    at_most: Mapping[str, float]
    baseline: Path | None
    tolerance: float


@app.command("run", help=_RUN, cls=SettingsCommand)
def evaluate(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="CASES", help=_ROWS)],
    answers: Annotated[
        bool, typer.Option("--answers", help="Measure answers, not what is found.")
    ] = False,
    no_llm: Annotated[
        bool, typer.Option("--no-llm", help="Answer without a language model.")
    ] = False,
    as_json: Json = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown tables.")
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
    at_most: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC=VALUE", help="Exit 8 above this; may be repeated."
        ),
    ] = None,
    tolerance: Annotated[
        str,
        typer.Option(
            metavar="X",
            help="Exit 8 if ndcg@10, or useful, wrong or refused of answers, is worse"
            " than the baseline by more, and p < .05.",
        ),
    ] = "0.01",
    verbose: Annotated[
        bool,
        typer.Option(
            "-v",
            "--verbose",
            help="Name what was not among the first 5, or not well answered.",
        ),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Measure how well the index finds the pages that are wanted, or how good answers are."""
    if as_json and as_markdown:
        raise ConfigError("--json and --markdown exclude each other", hint="choose one")
    if no_llm and not answers:
        hint = "rag eval --answers --no-llm CASES   (a search asks no model)"
        raise ConfigError("--no-llm is for --answers", hint=hint)
    high, low = _gated_names(answers=answers)
    limits = Limits(
        _thresholds("--at-least", at_least or [], high, others=low),
        _thresholds("--at-most", at_most or [], low, others=high),
        baseline,
        _tolerance(tolerance),
    )
    loaded = load_settings(ctx, quiet=quiet)
    report = Report(as_json, as_markdown, save, verbose, quiet)
    if answers:
        _evaluate_answers(loaded, file, limits, report, llm=not no_llm)
    else:
        _evaluate_search(loaded, file, limits, report)


def _evaluate_search(
    loaded: Loaded, file: Path, limits: Limits, report: Report
) -> None:
    """Measure what is found, and say so."""
    held = read_case_file(file)
    before = read_run(limits.baseline) if limits.baseline else None
    gate = evaluator.Gate(limits.at_least, before, limits.tolerance)
    result = evaluator.evaluation(loaded, held.cases, gate)
    report.keep(result.run.as_dict())
    failed = _gate_failure(result.shortfalls, "rag eval CASES -v")
    run, compared = result.run, result.compared
    if report.as_json:
        failure = json_document.failure(failed) if failed else {}
        terminal.print_json({**evaluation_data.document(run, compared), **failure})
    else:
        evaluation.print_run(run, compared, as_markdown=report.as_markdown)
        if report.verbose:
            evaluation.print_missed(run)
    if not report.quiet:
        evaluation.print_cautions(
            held.cases, run, compared, unanswerable=held.unanswerable
        )
    _end(failed)


def _evaluate_answers(
    loaded: Loaded, file: Path, limits: Limits, report: Report, *, llm: bool
) -> None:
    """Measure answers, and say so."""
    cases = read_answer_cases(file)
    before = read_answer_run(limits.baseline) if limits.baseline else None
    gate = evaluator.AnswerGate(
        limits.at_least, limits.at_most, before, limits.tolerance
    )
    result = evaluator.answer_evaluation(
        loaded, cases, gate, llm=llm, show_progress=not report.quiet
    )
    report.keep(result.run.as_dict())
    failed = _gate_failure(result.shortfalls, "rag eval --answers CASES -v")
    run, compared = result.run, result.compared
    if report.as_json:
        failure = json_document.failure(failed) if failed else {}
        terminal.print_json({**evaluation_answers.document(run, compared), **failure})
    else:
        evaluation_answers.print_run(run, compared, as_markdown=report.as_markdown)
        if report.verbose:
            evaluation_answers.print_failures(run)
    if not report.quiet:
        terminal.warnings(result.warnings, quiet=False)
        evaluation_answers.print_cautions(cases, run, compared)
    _end(failed)


def _end(failed: GateFailed | None) -> None:
    if failed:
        terminal.error(str(failed), failed.hint)
        raise typer.Exit(failed.exit_code)


@app.command(cls=SettingsCommand)
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


def _gated_names(*, answers: bool) -> tuple[list[str], list[str]]:
    """Return the metrics of which more is better, and those of which less is."""
    if not answers:
        return list(METRICS), []
    high = [name for name, rate in RATES.items() if rate.better_high]
    return high, [name for name in RATES if name not in high]


def _thresholds(
    flag: str, texts: Sequence[str], names: Sequence[str], *, others: Sequence[str]
) -> dict[str, float]:
    """Return the limit of each metric; of one given twice, the stricter.

    Args:
        flag: That they were given with.
        texts: As typed.
        names: Metrics that can be limited on this side.
        others: Those that can be limited on the other.

    Raises:
        ConfigError: for a metric that we do not have, or a value that is none.
    """
    limits: dict[str, float] = {}
    stricter, example = (max, ".66") if flag == "--at-least" else (min, ".03")
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if name not in names:
            raise _no_metric(flag, name, (*names, *others))
        number = _parse_share(value) if equals else None
        if number is None:
            raise ConfigError(
                f"{flag}: {text} is not a metric and a value from 0 to 1",
                hint=f"{flag} {name}={example}",
            )
        limits[name] = stricter(number, limits.get(name, number))
    return limits


def _no_metric(flag: str, name: str, known: Sequence[str]) -> ConfigError:
    """Return the error of a metric that is not known, or not limited on this side."""
    if name in known:
        what = "higher" if flag == "--at-most" else "lower"
        other = "--at-least" if flag == "--at-most" else "--at-most"
        problem = f"{flag}: the {what} {name} is, the better"
        return ConfigError(problem, hint=f"{other} {name}=VALUE")
    hint = f"one of {', '.join(known)}"
    if name in RATES:
        hint = f"rag eval --answers CASES   ({name} is one of answers)"
    return ConfigError(f"{flag}: there is no metric {name}", hint=hint)


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


def _gate_failure(shortfalls: Sequence[str], again: str) -> GateFailed | None:
    if not shortfalls:
        return None
    hint = f"{again}   (what was missed; with --baseline, what got worse)"
    return GateFailed("; ".join(shortfalls), hint=hint)
