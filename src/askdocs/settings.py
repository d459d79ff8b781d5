"""Read every setting: its default, its bounds, its unit, and where its value came from.

Flag > environment > `.env` > default. A setting `chunk_tokens` is `RAG_CHUNK_TOKENS` in
the environment and `--chunk-tokens` on the command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from askdocs.domain.errors import ConfigError

PREFIX = "RAG_"
FOREIGN_PREFIXES = ("RAG_TEST_", "RAG_EVAL_")
"""Read by the tests and the benches; not settings."""

DEFAULT_IGNORE = (
    ".git/** .github/** .husky/** assets/** bin/** blocks/** changelog/** components/**"
    " docs/** menu/** styles/** **/node_modules/** contribute.mdx"
)


def _checked_url(value: str) -> str:
    if not value.isprintable() or " " in value:
        raise ValueError("holds a space or a control character")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a URL such as http://127.0.0.1:6333")
    if not parts.port and parts.netloc.endswith(":"):
        raise ValueError("has no port behind the colon")
    return value.rstrip("/")


def _checked_base_url(value: str) -> str:
    if "?" in value or "#" in value:
        raise ValueError("must end in a path: pages are put behind it")
    return _checked_url(value) + "/"


def _stripped_secret(value: SecretStr) -> SecretStr:
    return SecretStr(value.get_secret_value().strip())


def _checked_token(value: SecretStr) -> SecretStr:
    text = value.get_secret_value().strip()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("holds a space or what no HTTP header can")
    return SecretStr(text)


def _keyword_in_lower_case(value: str) -> str:
    return value.lower() if value.lower() in {"auto", "none"} else value


Url = Annotated[str, AfterValidator(_checked_url)]


class Settings(BaseModel):
    """All settings, checked; they describe and never build."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    # A line per setting reads as a table.
    # fmt: off
    home: Annotated[Path | None, Field(description="One folder for index, state and models instead of the XDG folders")] = None

    base_url: Annotated[str, AfterValidator(_checked_base_url), Field(description="Where the docs are on the web")] = "https://www.scaleway.com/en/docs/"
    product: Annotated[str, Field(min_length=1, max_length=100, description="What the docs are about; the prompt names it")] = "Scaleway"
    suffixes: Annotated[str, Field(pattern=r"^\.\w+(?: \.\w+)*$", description="Files to read, by suffix")] = ".mdx"
    ignore: Annotated[str, Field(description="Globs of what is not read, as in .gitignore, relative to the docs folder")] = DEFAULT_IGNORE
    slug_rule: Annotated[Literal["auto", "github", "scaleway", "docusaurus"], Field(description="How the site makes the fragment of a heading; auto = as most of the docs' own links say")] = "auto"

    qdrant_url: Annotated[Url | None, Field(description="Qdrant server; unset = embedded Qdrant, no server")] = None
    qdrant_api_key: Annotated[SecretStr | None, AfterValidator(lambda v: v and _stripped_secret(v)), Field(description="Key of the Qdrant server")] = None
    qdrant_timeout_s: Annotated[float, Field(gt=0, le=600, description="Seconds to wait for one request to Qdrant")] = 30.0
    collection: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Name of the index")] = "scw_docs"

    embedding_model: Annotated[str, Field(min_length=1, description="auto, bundled, a hub id or a folder")] = "auto"
    device: Annotated[Literal["auto", "cpu", "cuda"], Field(description="Where passages are embedded")] = "auto"
    batch: Annotated[int, Field(ge=0, le=4096, description="Passages embedded at once; 0 = 768 on CUDA, 8 on CPU")] = 0
    precision: Annotated[Literal["float32", "bfloat16"], Field(description="bfloat16 embeds passages about twice as fast on a CPU that knows it, within cosine 0.9999")] = "float32"
    chunk_tokens: Annotated[int, Field(ge=64, le=8192, description="Longest chunk in tokens of the embedding model, within its own limit")] = 256

    passages: Annotated[int, Field(ge=1, le=50, description="Passages that are retrieved")] = 8
    reranker: Annotated[str | None, Field(description="Cross-encoder that reads the best passages again: a hub id or a folder; unset = none")] = None
    reranker_seconds: Annotated[float, Field(gt=0, le=600, description="Seconds a reranker may take; after that the order stays as it was")] = 10.0

    ollama_url: Annotated[Url, Field(description="Where Ollama listens")] = "http://127.0.0.1:11434"
    llm_model: Annotated[str, AfterValidator(_keyword_in_lower_case), Field(min_length=1, description="auto = llama3.1:8b if Ollama has it, else another Llama that it has, else quotes; none = quotes; or a model as the server names it, or the path of a .gguf file")] = "auto"
    llm_url: Annotated[Url | None, Field(description="OpenAI-compatible server (vLLM, llama.cpp, NIM...), its URL ends in /v1; unset = Ollama")] = None
    llm_api_key: Annotated[SecretStr | None, AfterValidator(lambda v: v and _checked_token(v)), Field(description="Token of that server")] = None
    llm_threads: Annotated[int, Field(ge=0, le=256, description="Threads that run a GGUF file; 0 = as many as is best")] = 0
    llm_temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False, description="0 = the same answer every time")] = 0.0
    llm_top_k: Annotated[int, Field(ge=0, le=1000, description="Candidates per token; 0 = not sent")] = 40
    llm_top_p: Annotated[float, Field(gt=0, le=1, description="Probability mass of the candidates")] = 0.9
    llm_seed: Annotated[int, Field(ge=0, description="Seed of the sampling")] = 42
    llm_num_ctx: Annotated[int, Field(ge=1024, le=262144, description="Context window in tokens; prompt and answer share it")] = 8192
    llm_num_predict: Annotated[int, Field(ge=16, le=8192, description="Longest answer in tokens")] = 768
    llm_keep_alive: Annotated[str, Field(pattern=r"^(-1|\d+[smh]?)$", description="How long Ollama keeps the model loaded")] = "30m"
    unverified: Annotated[Literal["keep", "strike", "show", "refuse"], Field(description="What the docs do not prove is kept unless they contradict it, or left out, or all shown, or refuses the whole answer")] = "keep"
    response_mode: Annotated[Literal["compact", "refine", "tree_summarize", "no_text"], Field(description="One call of the model, one for each passage, one for each windowful and one to merge, or none")] = "compact"
    prompt: Annotated[Path | None, Field(description="File with the rules for the model, and below a line --- the request with {context_str} and {query_str}; unset = built in")] = None
    verifier: Annotated[str | None, Field(min_length=1, max_length=500, description="Cross-encoder or NLI model that checks sentences in other words, in the place of the learned weights: a hub id or a folder; unset = none")] = None
    guard: Annotated[str | None, Field(min_length=1, max_length=200, description="Guard model on the same server that checks question and answer (llama-guard3:8b); unset = none")] = None
    llm_timeout_s: Annotated[float, Field(gt=0, le=3600, description="Seconds for one whole answer")] = 600.0
    # fmt: on


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and for each field where its value came from."""

    settings: Settings
    origin: Mapping[str, str]
    warnings: tuple[str, ...] = ()


def load(
    flags: Mapping[str, str], environ: Mapping[str, str], *, docs: tuple[Path, ...] = ()
) -> Loaded:
    """Read the settings from everywhere.

    Args:
        flags: From the command line, by field name.
        environ: The environment.
        docs: Docs folders; a `.env` inside one of them is never read.

    Raises:
        ConfigError: for a value out of bounds or an unknown key in `.env`.
    """
    file = env_file(environ, docs)
    from_file = _from_file(file) if file else {}
    from_env, warnings = _from_environ(environ)
    values: dict[str, str] = {}
    origin = dict.fromkeys(Settings.model_fields, "default")
    for given, source in (
        (from_file, str(file)),
        (from_env, "environment"),
        (dict(flags), "flag"),
    ):
        values |= given
        origin |= dict.fromkeys(given, source)
    return Loaded(_validated(values, origin), origin, tuple(warnings))


def env_file(environ: Mapping[str, str], docs: tuple[Path, ...]) -> Path | None:
    """Return the one `.env` that is read: the user's own, else the working directory's."""
    config = Path(environ.get("XDG_CONFIG_HOME") or _home_folder(environ) / ".config")
    users_file = config / "askdocs" / ".env"
    if users_file.is_file():
        return users_file
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return None
    inside = any(_is_inside(here, folder) for folder in docs)
    return here / ".env" if not inside and (here / ".env").is_file() else None


def folders(settings: Settings, environ: Mapping[str, str]) -> dict[str, Path]:
    """Return the folders "data", "state" and "cache"."""
    if settings.home:
        home = _expanded_home(settings.home).absolute()
        return {name: home / name for name in ("data", "state", "cache")}
    home = _home_folder(environ)
    return {
        "data": _xdg_folder(environ, "XDG_DATA_HOME", home / ".local/share"),
        "state": _xdg_folder(environ, "XDG_STATE_HOME", home / ".local/state"),
        "cache": _xdg_folder(environ, "XDG_CACHE_HOME", home / ".cache"),
    }


def masked(settings: Settings, name: str) -> Any:
    """Return a value as `rag config show` may print it: no secret, no password."""
    value = getattr(settings, name)
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, str) and "@" in value and "://" in value:
        head, _, tail = value.partition("://")
        return f"{head}://********@{tail.rpartition('@')[2]}"
    return value


def _home_folder(environ: Mapping[str, str]) -> Path:
    return Path(environ["HOME"]) if environ.get("HOME") else Path.home()


def _expanded_home(home: Path) -> Path:
    try:
        return home.expanduser()
    except RuntimeError as err:
        raise ConfigError(
            f"RAG_HOME: there is no user as in {home}",
            hint="set RAG_HOME to an absolute path",
        ) from err


def _is_inside(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a loop of links leads nowhere
        return False


def _xdg_folder(environ: Mapping[str, str], name: str, default: Path) -> Path:
    """Return our folder in an XDG folder; a relative one is to be ignored, says XDG."""
    value = Path(environ.get(name) or default)
    return (value if value.is_absolute() else default) / "askdocs"


def _from_file(file: Path) -> dict[str, str]:
    try:
        text = dotenv_values(file, interpolate=False)
    except (OSError, UnicodeDecodeError) as err:
        raise ConfigError(
            f"{file} cannot be read: {err}", hint=f"chmod 600 {file}"
        ) from err
    given = {k: v for k, v in text.items() if k.startswith(PREFIX) and v}
    for key in given:
        if not _is_setting(key) and not key.startswith(FOREIGN_PREFIXES):
            raise ConfigError(
                f"{key}: no such setting, in {file}", hint=_nearest_name(key)
            )
    return {_field_name(k): v for k, v in given.items() if _is_setting(k)}


def _from_environ(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    prefixed = {k: v for k, v in environ.items() if k.startswith(PREFIX)}
    unknown = [
        k for k in prefixed if not _is_setting(k) and not k.startswith(FOREIGN_PREFIXES)
    ]
    warnings = [
        f"{k} is no setting and is ignored; {_nearest_name(k)}" for k in unknown
    ]
    return {
        _field_name(k): v for k, v in prefixed.items() if _is_setting(k) and v.strip()
    }, warnings


def _field_name(key: str) -> str:
    return key.removeprefix(PREFIX).lower()


def _is_setting(key: str) -> bool:
    return key == key.upper() and _field_name(key) in Settings.model_fields


def _nearest_name(key: str) -> str:
    names = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    near = get_close_matches(key, names, n=1)
    return f"did you mean {near[0]}?" if near else "rag config show lists them all"


def _validated(values: Mapping[str, str], origin: Mapping[str, str]) -> Settings:
    try:
        return Settings.model_validate(dict(values))
    except ValidationError as err:
        first = err.errors()[0]
        name = str(first["loc"][0])
        what = first["msg"].removeprefix("Value error, ")
        place = origin[name] if origin[name] != "flag" else "a flag"
        raise ConfigError(
            f"{PREFIX}{name.upper()}: {what[:1].lower()}{what[1:]}",
            hint=f"it is set by {place}; rag config show and .env.example say what it may be",
        ) from err
