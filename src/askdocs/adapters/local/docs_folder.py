"""Read the documentation files of a folder, or say why one cannot be read."""

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

MAX_FILE_BYTES = 2 * 1024 * 1024
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
        self._folder = _resolved_folder(path)
        self._suffixes = tuple(s.lower() for s in suffixes)
        try:
            # A leading slash anchors a glob: "docs/**" is the folder at the top alone.
            self._ignore = GitIgnoreSpec.from_lines(f"/{g.lstrip('/')}" for g in ignore)
        except (ValueError, re.error) as err:
            raise ConfigError(
                f"RAG_IGNORE: {err}", hint="see .env.example for its form"
            ) from err
        self.root = _git_root(self._folder)
        self.complete = True

    def read(self) -> Iterator[Source | SkippedFile]:
        """Yield every wanted file in the order of its path, or why it could not be read."""
        self.complete = True
        unreadable: list[SkippedFile] = []
        paths = sorted(self._walk(unreadable))
        for path in paths:
            yield self._read(path)
        yield from unreadable

    def beside(self, path: str) -> str | None:
        """Return the text of a file that is no page; None if it is not there."""
        source = self._read(path) if (self._folder / path).is_file() else None
        return source.text if isinstance(source, Source) else None

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

    def _walk(self, unreadable: list[SkippedFile]) -> Iterator[str]:
        """Yield the relative paths of wanted files; note the folders that cannot be read."""
        pending = [""]
        while pending:
            prefix = pending.pop()
            try:
                entries = list(os.scandir(self._folder / prefix))
            except OSError as err:
                self.complete = False
                problem = f"folder cannot be read: {err.strerror}"
                unreadable.append(SkippedFile(prefix, problem))
                continue
            for entry in entries:
                path = f"{prefix}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if not self._ignore.match_file(f"{path}/"):
                        pending.append(f"{path}/")
                elif self._is_wanted(path):
                    yield path

    def _is_wanted(self, path: str) -> bool:
        name = path.rpartition("/")[2].lower()
        return name.endswith(self._suffixes) and not self._ignore.match_file(path)

    def _read(self, path: str) -> Source | SkippedFile:
        if not path.isprintable():
            return SkippedFile(ascii(path)[1:-1], "file name is not printable UTF-8")
        file = self._folder / path
        try:
            if file.is_symlink() and not file.resolve().is_relative_to(self._folder):
                return SkippedFile(path, "symbolic link out of the docs folder")
            info = file.stat()
            if not stat.S_ISREG(info.st_mode):
                return SkippedFile(path, "not a regular file")
            if info.st_size > MAX_FILE_BYTES:
                return SkippedFile(
                    path, f"{info.st_size:,} bytes, the most is {MAX_FILE_BYTES:,}"
                )
            data = file.read_bytes()
        except OSError as err:
            self.complete = False
            return SkippedFile(path, f"cannot be read: {err.strerror}")
        return _decode(path, data)


def _decode(path: str, data: bytes) -> Source | SkippedFile:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return SkippedFile(path, "UTF-16, not UTF-8")
    if b"\x00" in data:
        return SkippedFile(path, f"binary (NUL at byte {data.index(0)})")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        return SkippedFile(path, f"not UTF-8 at byte {err.start}")
    return Source(path, text.replace("\r\n", "\n").replace("\r", "\n"))


def _resolved_folder(path: Path) -> Path:
    try:
        folder = path.expanduser().resolve(strict=True)
    except (OSError, RuntimeError) as err:
        raise DocsNotFound(
            f"there is no folder {path}", hint="rag ingest PATH-OF-YOUR-DOCS"
        ) from err
    if not folder.is_dir():
        raise DocsNotFound(f"{path} is not a folder", hint=f"rag ingest {path.parent}")
    return folder


def _git_root(folder: Path) -> Root:
    """Return what git says of the folder; an empty Root outside a repository."""
    prefix = _git(folder, "rev-parse", "--show-prefix")
    if prefix is None:
        return Root()
    return Root(
        remote=_canonical_remote(_git(folder, "remote", "get-url", "origin") or ""),
        prefix=prefix.rstrip("/"),
        commit=_git(folder, "rev-parse", "HEAD") or "",
    )


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what git prints, None if it fails; nothing of the repository is executed."""
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments]
    try:
        completed = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return completed.stdout.strip()


def _canonical_remote(remote: str) -> str:
    """Return host/path of a git remote, so that ssh and https clones are the same.

    >>> _canonical_remote("git@github.com:scaleway/docs-content.git")
    'github.com/scaleway/docs-content'
    >>> _canonical_remote("https://token@github.com/scaleway/docs-content/")
    'github.com/scaleway/docs-content'
    """
    rest = remote.partition("://")[2] or remote.replace(":", "/", 1)
    host, _, path = rest.partition("/")
    host = host.rpartition("@")[2].partition(":")[0]
    return f"{host}/{path}".rstrip("/").removesuffix(".git").strip("/")
