"""A folder becomes the documentation files in it, or why one could not be read."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from pathspec import GitIgnoreSpec

from askdocs.domain.errors import ConfigError, DocsNotFound
from askdocs.domain.index import Root
from askdocs.domain.text import SkippedFile, Source

LARGEST = 2 * 1024 * 1024
"""Bytes of a file; the largest page of the Scaleway docs has 60 kB."""


class DocsFolder:
    """The files of a docs repository on disk; fulfils the port `Docs`.

    Regular files only, each once, in the order of their paths; a symbolic link to a
    file is refused if it leads out of the folder, and read where it leads if that is
    a file of its own (so it is not read twice). Folders behind links are not entered.

    Args:
        path: The folder.
        suffixes: Wanted, such as ".mdx"; upper and lower case are the same.
        ignore: Globs as in .gitignore, anchored at the folder.

    Raises:
        DocsNotFound: if there is no such folder.
        ConfigError: if a glob makes no sense.
    """

    def __init__(
        self, path: Path, *, suffixes: Sequence[str], ignore: Sequence[str]
    ) -> None:
        self._top = _folder(path)
        self._suffixes = tuple(s.lower() for s in suffixes)
        try:
            # A leading slash anchors a glob: "docs/**" is the folder at the top alone.
            self._ignore = GitIgnoreSpec.from_lines(f"/{g.lstrip('/')}" for g in ignore)
        except (ValueError, re.error) as err:
            raise ConfigError(
                f"RAG_IGNORE: {err}", hint="see .env.example for its form"
            ) from err
        self.root = _root(self._top)
        self.complete = True

    def read(self) -> Iterator[Source | SkippedFile]:
        """Yield every wanted file in the order of its path, or why it could not be read."""
        self.complete = True
        unseen: list[SkippedFile] = []
        paths = sorted(self._walk(unseen))
        for path in paths:
            yield self._read(path)
        yield from unseen

    def beside(self, path: str) -> str | None:
        """Return the text of a file that is no page; None if it is not there."""
        found = self._read(path) if (self._top / path).is_file() else None
        return found.text if isinstance(found, Source) else None

    def left_out(self, path: str) -> str:
        """Return why `read` does not yield a file that may be there; "" if it does."""
        if not path.lower().endswith(self._suffixes):
            return f"not a page: RAG_SUFFIXES is {' '.join(self._suffixes)}"
        parts = path.split("/")
        for n in range(1, len(parts) + 1):
            part = "/".join(parts[:n]) + "/" * (n < len(parts))
            if self._ignore.match_file(part):
                return f"ignored: RAG_IGNORE names {part}"
        return ""

    def _walk(self, unseen: list[SkippedFile]) -> Iterator[str]:
        """Yield the relative paths of wanted files; note the folders that cannot be read."""
        todo = [""]
        while todo:
            prefix = todo.pop()
            try:
                entries = list(os.scandir(self._top / prefix))
            except OSError as err:
                self.complete = False
                problem = f"folder cannot be read: {err.strerror}"
                unseen.append(SkippedFile(prefix, problem))
                continue
            for entry in entries:
                path = f"{prefix}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if not self._ignore.match_file(f"{path}/"):
                        todo.append(f"{path}/")
                elif self._wanted(path):
                    yield path

    def _wanted(self, path: str) -> bool:
        name = path.rpartition("/")[2].lower()
        return name.endswith(self._suffixes) and not self._ignore.match_file(path)

    def _read(self, path: str) -> Source | SkippedFile:
        if not path.isprintable():
            return SkippedFile(ascii(path)[1:-1], "file name is not printable UTF-8")
        file = self._top / path
        try:
            if file.is_symlink() and not file.resolve().is_relative_to(self._top):
                return SkippedFile(path, "symbolic link out of the docs folder")
            info = file.stat()
            if not stat.S_ISREG(info.st_mode):
                return SkippedFile(path, "not a regular file")
            if info.st_size > LARGEST:
                return SkippedFile(
                    path, f"{info.st_size:,} bytes, the most is {LARGEST:,}"
                )
            data = file.read_bytes()
        except OSError as err:
            self.complete = False
            return SkippedFile(path, f"cannot be read: {err.strerror}")
        return _decoded(path, data)


def _decoded(path: str, data: bytes) -> Source | SkippedFile:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return SkippedFile(path, "UTF-16, not UTF-8")
    if b"\x00" in data:
        return SkippedFile(path, f"binary (NUL at byte {data.index(0)})")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        return SkippedFile(path, f"not UTF-8 at byte {err.start}")
    return Source(path, text.replace("\r\n", "\n").replace("\r", "\n"))


def _folder(path: Path) -> Path:
    try:
        top = path.expanduser().resolve(strict=True)
    except (OSError, RuntimeError) as err:
        raise DocsNotFound(
            f"there is no folder {path}", hint="rag ingest PATH-OF-YOUR-DOCS"
        ) from err
    if not top.is_dir():
        raise DocsNotFound(f"{path} is not a folder", hint=f"rag ingest {path.parent}")
    return top


def _root(top: Path) -> Root:
    """Return what git says of the folder; an empty Root outside a repository."""
    prefix = _git(top, "rev-parse", "--show-prefix")
    if prefix is None:
        return Root()
    return Root(
        remote=_canonical(_git(top, "remote", "get-url", "origin") or ""),
        prefix=prefix.rstrip("/"),
        commit=_git(top, "rev-parse", "HEAD") or "",
    )


def _git(top: Path, *words: str) -> str | None:
    """Return what git prints, None if it fails; nothing of the repository is executed."""
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(top), *words]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _canonical(remote: str) -> str:
    """Return host/path of a git remote, so that ssh and https clones are the same.

    >>> _canonical("git@github.com:scaleway/docs-content.git")
    'github.com/scaleway/docs-content'
    >>> _canonical("https://token@github.com/scaleway/docs-content/")
    'github.com/scaleway/docs-content'
    """
    rest = remote.partition("://")[2] or remote.replace(":", "/", 1)
    host, _, path = rest.partition("/")
    host = host.rpartition("@")[2].partition(":")[0]
    return f"{host}/{path}".rstrip("/").removesuffix(".git").strip("/")
