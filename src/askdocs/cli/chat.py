"""`rag chat`: talk with the docs, each answer checked as that of `rag ask`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from askdocs import assemble
from askdocs.cli.flags import load_settings
from askdocs.cli.line_input import LineInput
from askdocs.cli.render import terminal
from askdocs.cli.render.answer import (
    numbered_passages,
    open_url,
    print_footer,
    print_notes,
    save_transcript,
    shorten,
    transcript,
)
from askdocs.cli.search_options import SearchOptions, parse_filter, with_search_options
from askdocs.domain.answer import Answer, Status
from askdocs.domain.errors import AskDocsError, ConfigError, NothingMatches
from askdocs.domain.search import Filter
from askdocs.flows.chat import Conversation
from askdocs.steps.search.question import MAX_QUESTION_CHARS, checked_question

if TYPE_CHECKING:
    from askdocs.settings import Loaded

_FILTER_NAMES = ("product", "category", "tag", "path", "validated-since")
_OPTION = re.compile(r"--([a-z-]+)[ =]")
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
                    on_wait=None if self.quiet else terminal.err,
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
            else:
                self._answer(line)
        except AskDocsError as err:
            terminal.error(str(err), err.hint)
        except KeyboardInterrupt:
            terminal.out()
            terminal.err("stopped")

    def _answer(self, line: str) -> None:
        typed = checked_question(line)
        question = self.conversation.standalone(typed, self._answering.chat_model)
        rewritten = self.verbose and question != typed
        rewriting = f"asked as: {question}" if rewritten else ""
        guarded = bool(self.loaded.settings.guard)
        if rewriting and not guarded:
            terminal.err(rewriting)
        answer = self._answering.answerer.answer(
            question,
            only=self._answering.only,
            show=terminal.stream,
            listed=None if self.quiet else terminal.retrieved,
        )
        notes = (self.conversation.note,) if self.conversation.note else ()
        answer = replace(answer, degraded=(*answer.degraded, *notes))
        answer = self._answering.advised(answer)
        print_footer(answer, self.loaded.settings.product)
        self._tell_model()
        print_notes(answer, quiet=self.quiet)
        if rewriting and guarded and answer.status is not Status.GUARDRAIL:
            terminal.err(rewriting)
        terminal.out()
        self.conversation.add(answer)
        self.history.append((line, answer))
        keep = partial(assemble.remember, self.loaded, question, answer.status.value)
        terminal.keep_or_warn(partial(keep, numbered_passages(answer)))

    def _tell_model(self) -> None:
        """Say which model answers, if that was not to be expected; once is enough."""
        for text in () if self.quiet else self._answering.notices:
            if text not in self.told:
                terminal.err(text)
            self.told.add(text)

    def _run_command(self, line: str) -> None:
        name, *rest = line.split(maxsplit=1)
        commands: dict[str, Callable[[str], None]] = {
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
        commands[name](rest[0] if rest else "")

    def _last_answer(self) -> Answer:
        if not self.history:
            raise ConfigError("nothing was asked yet", hint="type a question")
        return self.history[-1][1]

    def _sources(self, _: str) -> None:
        sources = numbered_passages(self._last_answer())
        for n, passage in sources:
            terminal.source(n, passage)
        if not sources:
            terminal.err("the last answer has no sources")

    def _open(self, number: str) -> None:
        sources = {str(n): p for n, p in numbered_passages(self._last_answer())}
        if number not in sources:
            what = f"there is no source {shorten(number)}"
            raise ConfigError(
                what if number else "/open needs the number of a source",
                hint=f"the last answer has {', '.join(sources) or 'none'}",
            )
        open_url(sources[number].link)

    def _filter(self, typed: str) -> None:
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

    def _save(self, name: str) -> None:
        if not name:
            raise ConfigError("/save needs the name of a file", hint="/save chat.md")
        self._last_answer()
        save_transcript(name, transcript(self.history, self.loaded.settings.product))

    def _clear(self, _: str) -> None:
        self.conversation.clear()
        self.history.clear()

    def _help(self, _: str) -> None:
        terminal.out(_HELP)

    def _quit(self, _: str) -> None:
        self.finished = True


@with_search_options
def chat(
    ctx: typer.Context,
    options: SearchOptions,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Show how a follow-up is asked.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Print errors only beside the result.")
    ] = False,
) -> None:
    """Talk with the docs: follow-ups know what was said before.

    rag chat
    """
    loaded = load_settings(ctx, quiet=quiet)
    conf = loaded.settings
    only = options.filter()
    history_tokens = (conf.llm_num_ctx - conf.llm_num_predict) // 2
    conversation = Conversation(conf.product, history_tokens, MAX_QUESTION_CHARS)
    session = Session(loaded, conversation, only, not options.no_rerank, quiet, verbose)
    lines = LineInput(assemble.history_file(loaded))
    if lines.terminal and not quiet:
        terminal.err(f"Ask about {conf.product}; /help lists the commands.")
    session.run(lines)
