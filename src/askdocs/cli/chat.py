"""`rag chat`: talk with the docs, each answer checked as that of `rag ask`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from itertools import chain
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from askdocs import assemble
from askdocs.cli.flags import load_settings
from askdocs.cli.line_input import LineInput
from askdocs.cli.render import json_document, terminal
from askdocs.cli.render.answer import (
    AnswerView,
    open_url,
    print_notes,
    save_transcript,
    shorten,
    transcript,
)
from askdocs.cli.render.json_views import JsonView
from askdocs.cli.render.sources import numbered_passages, print_sources
from askdocs.cli.search_options import SearchOptions, parse_filter, with_search_options
from askdocs.domain.answer import Answer, Status
from askdocs.domain.errors import AskDocsError, ConfigError, NothingMatches
from askdocs.domain.search import Filter
from askdocs.flows.chat import Conversation
from askdocs.steps.answer.small_talk import reply_to
from askdocs.steps.search import filters
from askdocs.steps.search.language import language_warnings
from askdocs.steps.search.question import MAX_QUESTION_CHARS, checked_question

if TYPE_CHECKING:
    from askdocs.settings import Loaded

_FILTER_NAMES = ("product", "category", "tag", "path", "validated-since")
_OPTION = re.compile(r"--([a-z-]+)[ =]")
_COMMAND = re.compile(r"^/\w+(?: (?=[A-Z]))?", re.MULTILINE)
"""A command in the help, and a blank where a value is to follow."""

_HELP = """\
/sources          the sources of the last answer, again
/open N           open source N in the browser
/filter NAME=...  ask only some pages, as product=..., path=...; /filter alone: all
/save FILE        write the conversation to a file
/clear            forget the conversation
/help             this
/quit             leave (or Ctrl-D; Ctrl-C stops an answer)"""


@dataclass
class Session:
    """A conversation at a terminal or through a pipe.

    Attributes:
        as_json: Whether each line is answered by a line of JSON.
        history: Every question as it was typed, with its answer; what `/save` writes.
        only: Which pages are asked.
        finished: Whether the reader wants to leave.
        told: What was said of the model.
    """

    loaded: Loaded
    conversation: Conversation
    only: Filter
    rerank: bool
    quiet: bool
    verbose: bool
    as_json: bool = False
    history: list[tuple[str, Answer]] = field(default_factory=list)
    finished: bool = False
    told: set[str] = field(default_factory=set)
    _answering: assemble.Answering = field(init=False)
    _open_index: ExitStack = field(init=False, default_factory=ExitStack)

    def run(self, lines: Iterator[str]) -> None:
        """Answer line by line."""
        try:
            self._search_only(self.only)
            while not self.finished:
                line = next(lines, None)
                if line is None:
                    self.finished = True
                elif line.strip():
                    self._handle(line.strip())
        finally:
            self._open_index.close()

    def _search_only(self, only: Filter) -> None:
        """Open the index for these pages; what was open stays so if that fails."""
        with ExitStack() as stack:
            answering = stack.enter_context(
                assemble.asker(
                    self.loaded,
                    llm=True,
                    only=only,
                    rerank=self.rerank,
                    on_wait=None if self.quiet or self.as_json else terminal.err,
                )
            )
            self._open_index.close()
            self._open_index = stack.pop_all()
        self._answering, self.only = answering, only

    def _handle(self, line: str) -> None:
        """Obey a command, or answer a question; what goes wrong ends neither."""
        try:
            if line.startswith("/"):
                self._run_command(line)
            elif reply := reply_to(line, self.loaded.settings.product):
                self._print_reply(line, reply)
            else:
                self._answer(line)
        except AskDocsError as err:
            terminal.error(str(err), err.hint)
            if self.as_json:
                print_json_line({"question": line, **json_document.failure(err)})
        except KeyboardInterrupt:
            if not self.as_json:
                terminal.out()
            terminal.err("stopped")

    def _print_reply(self, line: str, reply: str) -> None:
        if self.as_json:
            print_json_line({"question": line, "reply": reply})
        else:
            terminal.out(f"{reply}\n")

    def _answer(self, line: str) -> None:
        typed = checked_question(line)
        question = self.conversation.standalone(typed, self._answering.chat_model)
        rewritten = self.verbose and question != typed
        rewriting = f"asked as: {question}" if rewritten else ""
        guarded = bool(self.loaded.settings.guard)
        if rewriting and not guarded:
            terminal.err(rewriting)
        english_only = self._answering.english_only
        foreign = language_warnings(typed, english_only=english_only)
        terminal.warnings(foreign, quiet=self.quiet)
        begin = perf_counter()
        view: AnswerView | JsonView
        view = JsonView() if self.as_json else AnswerView(quiet=self.quiet)
        with view:
            answer = self._answering.answerer.answer(
                question,
                only=self._answering.only,
                show=view.show,
                listed=view.listed,
            )
            notes = (self.conversation.note,) if self.conversation.note else ()
            answer = replace(answer, degraded=(*answer.degraded, *notes))
            answer = self._answering.advised(answer)
            warnings = (*self.loaded.warnings, *self._answering.notices, *foreign)
            document = json_document.answer(
                answer,
                self.loaded.settings.product,
                index=self._answering.index,
                seconds=perf_counter() - begin,
                warnings=warnings,
            )
            if self.as_json:
                print_json_line({**document, "typed": line})
            else:
                view.finish(answer, document)
        self._tell_model()
        print_notes(self._advised_once(answer), quiet=self.quiet)
        if rewriting and guarded and answer.status is not Status.GUARDRAIL:
            terminal.err(rewriting)
        if not self.as_json:
            terminal.out()
        self.conversation.add(answer)
        self.history.append((line, answer))
        keep = partial(assemble.remember, self.loaded, question, answer.status.value)
        terminal.keep_or_warn(partial(keep, numbered_passages(answer), document))

    def _advised_once(self, answer: Answer) -> Answer:
        """Return an answer without advice that was given before."""
        known = not answer.problem and answer.hint in self.told
        self.told.add(answer.hint)
        return replace(answer, hint="") if known else answer

    def _tell_model(self) -> None:
        """Say which model answers, if that was not to be expected; once is enough."""
        for text in () if self.quiet else self._answering.notices:
            if text not in self.told:
                terminal.err(text)
            self.told.add(text)

    def _run_command(self, line: str) -> None:
        name, *rest = line.split(maxsplit=1)
        commands: dict[str, Callable[[str], dict[str, Any]]] = {
            "/sources": self._sources,
            "/open": self._open,
            "/filter": self._filter,
            "/save": self._save,
            "/clear": self._clear,
            "/help": self._help,
            "/quit": self._quit,
            "/exit": self._quit,
        }
        if name not in commands:
            near = get_close_matches(name.casefold(), commands, n=1)
            hint = f"did you mean {near[0]}?" if near else "/help lists the commands"
            raise ConfigError(f"there is no command {shorten(name)}", hint=hint)
        data = commands[name](rest[0] if rest else "")
        if self.as_json:
            print_json_line({"command": name, **data})

    def _last_answer(self) -> Answer:
        if not self.history:
            raise ConfigError("nothing was asked yet", hint="type a question")
        return self.history[-1][1]

    def _sources(self, _: str) -> dict[str, Any]:
        sources = numbered_passages(self._last_answer())
        if not self.as_json:
            print_sources("", sources)
        if not sources:
            terminal.err("the last answer has no sources")
        rows = [{"mark": n, "title": p.trail, "url": p.link} for n, p in sources]
        return {"sources": rows}

    def _open(self, number: str) -> dict[str, Any]:
        sources = {str(n): p for n, p in numbered_passages(self._last_answer())}
        if number not in sources:
            what = f"there is no source {shorten(number)}"
            raise ConfigError(
                what if number else "/open needs the number of a source",
                hint=f"the last answer has {', '.join(sources) or 'none'}",
            )
        link = sources[number].link
        if not self.as_json:
            open_url(link)
        return {"url": link}

    def _filter(self, typed: str) -> dict[str, Any]:
        values: dict[str, list[str]] = {}
        for word in typed.split():
            name, equals, value = word.partition("=")
            if not equals or name not in _FILTER_NAMES:
                raise ConfigError(
                    f"{shorten(word)} is no filter",
                    hint="/filter product=serverless path=serverless/jobs",
                )
            values.setdefault(name.replace("-", "_"), []).append(value)
        try:
            self._search_only(parse_filter(values))
        except (ConfigError, NothingMatches) as err:
            hint = err.hint
            if hint.startswith("--"):
                hint = "/filter " + _OPTION.sub(r"\1=", hint)
            raise type(err)(str(err).removeprefix("--"), hint=hint) from err
        if not self.quiet:
            terminal.err(f"asking only {typed}" if values else "asking all pages")
        return {"filter": values}

    def _save(self, name: str) -> dict[str, Any]:
        if not name:
            raise ConfigError("/save needs the name of a file", hint="/save chat.md")
        self._last_answer()
        save_transcript(name, transcript(self.history, self.loaded.settings.product))
        return {"saved": name}

    def _clear(self, _: str) -> dict[str, Any]:
        self.conversation.clear()
        self.history.clear()
        return {}

    def _help(self, _: str) -> dict[str, Any]:
        if not self.as_json:
            terminal.out(_HELP)
        return {"commands": [name.strip() for name in _COMMAND.findall(_HELP)]}

    def _quit(self, _: str) -> dict[str, Any]:
        self.finished = True
        return {}


@with_search_options
def chat(
    ctx: typer.Context,
    options: SearchOptions,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUESTION", help="The first one; then go on."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a line of JSON for each line read.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Show how a follow-up is asked.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Print errors only beside the result.")
    ] = False,
) -> None:
    """Talk with the docs: follow-ups know what was said before.

    A first question may stand behind the command.

    rag chat how do I create a job
    """
    loaded = load_settings(ctx, quiet=quiet)
    conf = loaded.settings
    only = options.filter()
    history_tokens = (conf.llm_num_ctx - conf.llm_num_predict) // 2
    conversation = Conversation(conf.product, history_tokens, MAX_QUESTION_CHARS)
    session = Session(
        loaded, conversation, only, not options.no_rerank, quiet, verbose, as_json
    )
    lines = LineInput(assemble.history_file(loaded), partial(completions, loaded))
    first = [] if words is None or words == ["-"] else [" ".join(words)]
    if lines.terminal and not quiet and not first:
        terminal.err(f"Ask about {conf.product}; /help lists the commands.")
    try:
        echo = verbose and not (lines.terminal or quiet or as_json)
        session.run(chain(first, _echoed(lines) if echo else lines))
    except AskDocsError as err:
        if not as_json:
            raise
        terminal.error(str(err), err.hint)
        print_json_line(json_document.failure(err))
        raise typer.Exit(err.exit_code) from err


def _echoed(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines that nobody typed here, each shown before its answer."""
    for line in lines:
        terminal.note(f"> {line.strip()}")
        yield line


def completions(loaded: Loaded, before: str, word: str) -> list[str]:
    """Return what Tab offers: a command, or a filter with the values of the index."""
    if not before.strip():
        found = _COMMAND.findall(_HELP) if word[:1] == "/" else []
        return [name for name in found if name.startswith(word)]
    if before.split(maxsplit=1)[0] != "/filter":
        return []
    name, equals, value = word.partition("=")
    if not equals:
        return [f"{n}=" for n in _FILTER_NAMES if n.startswith(word)]
    if name not in _FILTER_NAMES[:-1]:
        return []
    try:
        values = assemble.facets(loaded, name)
    except AskDocsError:
        return []
    return [f"{name}={v}" for v in filters.complete(values, value, path=name == "path")]


def print_json_line(data: Mapping[str, Any]) -> None:
    """Print a versioned document in one line; nothing but ASCII, so no escape survives."""
    terminal.stream(json.dumps({"schema_version": terminal.SCHEMA, **data}) + "\n")
