"""Read what a GGUF file says of its model: the metadata at its beginning.

Source: the specification in ggml-org/ggml, docs/gguf.md, version 3 (2 is the same here).
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import Any

from askdocs.domain.errors import ConfigError, ModelUnavailable

_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f"}
_NUMBERS |= {7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9
_MAX_ARRAY_LENGTH = 4096
"""Values of an array; longer ones are the tokenizer's, and of no interest."""


def read_metadata(path: Path) -> dict[str, Any]:
    """Return what the file says, by key ("llama.block_count"); no long array.

    Raises:
        ConfigError: if there is no such file, or it cannot be read.
        ModelUnavailable: if it is no GGUF file, or not all of one.
    """
    try:
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            return _Reader(data).metadata()
    except OSError as err:
        raise ConfigError(
            f"RAG_LLM_MODEL: {path} cannot be read: {err.strerror or err}",
            hint="set it to the path of a GGUF file, or to a model that a server has",
        ) from err
    except (ValueError, struct.error) as err:
        raise ModelUnavailable(
            f"{path} is no whole GGUF file: {err}",
            hint="download it again, and compare its size and its sha256",
        ) from err


class _Reader:
    """Reads a GGUF file from its beginning."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self._offset = 0

    def metadata(self) -> dict[str, Any]:
        if self._data[:4] != b"GGUF":
            raise ValueError(f"it begins with {self._data[:24]!r}")
        self._offset = 4
        version = self._number("I")
        if version not in {2, 3}:
            raise ValueError(f"its version is {version}")
        self._number("Q")
        count = self._number("Q")
        pairs = {}
        for _ in range(count):
            key = self._text()
            pairs[key] = self._value(self._number("I"))
        return {key: value for key, value in pairs.items() if value is not None}

    def _value(self, kind: int) -> Any:
        if kind == _TEXT:
            return self._text()
        if kind == _ARRAY:
            return self._array(self._number("I"), self._number("Q"))
        if kind not in _NUMBERS:
            raise ValueError(f"it has a value of the unknown type {kind}")
        return self._number(_NUMBERS[kind])

    def _array(self, kind: int, length: int) -> list[Any] | None:
        """Return an array, or None if it is long."""
        if length <= _MAX_ARRAY_LENGTH:
            return [self._value(kind) for _ in range(length)]
        if kind in _NUMBERS:
            self._skip(length * struct.calcsize(_NUMBERS[kind]))
            return None
        for _ in range(length):
            self._skip_text() if kind == _TEXT else self._value(kind)
        return None

    def _number(self, code: str) -> Any:
        size = struct.calcsize(code)
        (value,) = struct.unpack_from(f"<{code}", self._data, self._offset)
        self._offset += size
        return value

    def _text(self) -> str:
        length = self._number("Q")
        start = self._offset
        self._skip(length)
        return bytes(self._data[start : self._offset]).decode(errors="replace")

    def _skip_text(self) -> None:
        self._skip(self._number("Q"))

    def _skip(self, size: int) -> None:
        self._offset += size
        if self._offset > len(self._data):
            raise ValueError("it ends too early")
