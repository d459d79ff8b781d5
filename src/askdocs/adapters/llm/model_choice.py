"""Choose a language model where none was named, from the list that a server gives.

Llama 3.1 8B is the model that the prompt and the checks were made with; another Llama is
better than none. What a server lists is a stranger's JSON, and may hold anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from askdocs.adapters.llm.llm_errors import without_credentials

PREFERRED = "llama3.1:8b"

PULL_HINT = f"ollama pull {PREFERRED}"

_NO_CHAT = re.compile(r"embed|bert|guard|shield|rerank|reward|whisper|tts|clip$", re.I)
"""In a name or a family: made to compare, to judge, to hear or to see, not to answer."""

_VISION = re.compile(r"vision|llava|mllama|clip|[-_]vl\b", re.I)
_BASE = re.compile(r"\b(?:text|base)\b", re.I)
"""In the tag of a model that continues a text and follows no rules."""

_SPECIAL = re.compile(r"code|math|med|sql|\br1\b", re.I)
"""Made for other questions than those about docs, or to think for long before each."""

_VERSION = re.compile(r"llama[-_]?(\d)(?:[._](\d))?(?![\d.]*b)", re.I)
_MODERN = 3
"""Before Llama 3 a model reads 4,096 tokens at most, half of what we send."""

_WORKING_BYTES = 1_500_000_000
"""What a model takes besides its weights: the window of an 8B one, and computing."""

_MAX_NAME_CHARS = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """A model that was chosen, or why there is none.

    Attributes:
        model: Its name; "" if none can be asked.
        notice: What was chosen in the place of what, in words; "" if it was expected.
        what: Why there is none, in words.
        hint: What to do to have one.
    """

    model: str
    notice: str = ""
    what: str = ""
    hint: str = ""


def choose_pulled(listed: Sequence[Any], room_bytes: int | None) -> Choice:
    """Choose from what Ollama lists at /api/tags.

    The preferred model if it is there; else a Llama that fits into memory rather than
    one that does not, one that follows rules rather than one that continues texts, then
    the larger, the newer, the one pulled last. What Ollama would only pass on to its
    cloud is left alone: nobody has named a server elsewhere.

    Args:
        listed: The value of "models".
        room_bytes: How much memory a model may take; None if nobody knows.
    """
    models = [model for entry in listed if (model := _read(entry))]
    named = {model.name.casefold(): model.name for model in models}
    if exact := named.get(PREFERRED):
        return Choice(exact)
    if not models:
        what = f"Ollama has no Llama model that can be asked, and no {PREFERRED}"
        return Choice("", what=what, hint=PULL_HINT)
    best = max(models, key=lambda model: model.rank(room_bytes))
    return Choice(best.name, f"{PREFERRED} is not pulled; asking {best.name}")


def choose_served(listed: Sequence[Any], url: str) -> Choice:
    """Choose from what an OpenAI-compatible server lists at /v1/models: its first.

    Args:
        listed: The value of "data".
        url: Of the server.
    """
    where = without_credentials(url)
    ids = [entry.get("id") for entry in listed if isinstance(entry, Mapping)]
    names = [name for name in ids if _is_name(name) and not _NO_CHAT.search(name)]
    if not names:
        what = f"the model server at {where} lists no model that can be asked"
        return Choice("", what=what, hint="set RAG_LLM_MODEL to a model that it serves")
    of = f", the first of {len(names)} models" if len(names) > 1 else ""
    return Choice(names[0], f"asking {names[0]}{of} at {where}")


def no_server(url: str, *, ollama: bool, installed: bool) -> Choice:
    """Return what it means that nothing listens at *url*, on this machine.

    Args:
        url: As set.
        ollama: Whether Ollama is expected there.
        installed: Whether it is on the PATH.
    """
    where = without_credentials(url)
    if not ollama:
        what = f"no model server answers at {where}"
        hint = "start it, or set RAG_LLM_URL   (it ends in /v1, as a rule)"
        return Choice("", what=what, hint=hint)
    first = "ollama serve" if installed else "install Ollama (https://ollama.com)"
    what = f"no Ollama answers at {where}"
    return Choice("", what=what, hint=f"{first}, then {PULL_HINT}")


def too_slow(url: str) -> Choice:
    """Return what it means that a server has not answered by the time the answer must."""
    what = f"what listens at {without_credentials(url)} did not answer in time"
    return Choice("", what=what, hint="ask again   (the model server is busy)")


@dataclass(frozen=True, slots=True)
class _Pulled:
    """A model that Ollama has on its disk, and that may be asked."""

    name: str
    size_bytes: int
    modified: str
    family: str
    version: tuple[int, ...] = field(default=())

    def rank(self, room_bytes: int | None) -> tuple[Any, ...]:
        """Return how well it fits; higher is better."""
        needs = self.size_bytes + _WORKING_BYTES
        fits = room_bytes is None or needs <= room_bytes
        return (
            fits,
            not _VISION.search(f"{self.name} {self.family}"),
            "llama" in _own_name(self.name),
            not _BASE.search(self.name.rpartition(":")[2]),
            not _SPECIAL.search(self.name),
            self.version >= (_MODERN,),
            self.size_bytes if fits else -self.size_bytes,
            self.version,
            self.modified,
        )


def _read(entry: Any) -> _Pulled | None:
    """Return a model that may be asked; None for what is none."""
    if not isinstance(entry, Mapping):
        return None
    name = entry.get("model") or entry.get("name")
    details = entry.get("details")
    details = details if isinstance(details, Mapping) else {}
    families = details.get("families")
    families = families if isinstance(families, list) else []
    family = " ".join(str(part) for part in (details.get("family"), *families) if part)
    if not _is_name(name) or _is_elsewhere(name, entry):
        return None
    if "llama" not in _own_name(name) + family.casefold():
        return None
    if _NO_CHAT.search(name) or any(_NO_CHAT.match(word) for word in family.split()):
        return None
    size = entry.get("size")
    found = _VERSION.search(name)
    version = tuple(int(part) for part in found.groups() if part) if found else ()
    return _Pulled(
        name,
        size if isinstance(size, int) else 0,
        str(entry.get("modified_at") or ""),
        family,
        version,
    )


def _is_name(name: Any) -> TypeGuard[str]:
    return (
        isinstance(name, str)
        and 0 < len(name) <= _MAX_NAME_CHARS
        and name.isprintable()
        and " " not in name
    )


def _is_elsewhere(name: str, entry: Mapping[str, Any]) -> bool:
    """Whether Ollama has no weights of a model, and passes questions on."""
    remote = entry.get("remote_host") or entry.get("remote_model")
    return bool(remote) or name.casefold().endswith(("-cloud", ":cloud"))


def _own_name(name: str) -> str:
    """Return a name without the folder it is in: "ollama/qwen" is no Llama."""
    return name.casefold().rpartition("/")[2].replace("ollama", "")
