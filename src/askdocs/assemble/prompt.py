"""Assemble the prompt: how the language model is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from askdocs.assemble.config import app_folders, ingested_folders
from askdocs.domain.errors import ConfigError

if TYPE_CHECKING:
    from askdocs.settings import Loaded
    from askdocs.steps.answer.prompt import Prompt


def prompt_for(loaded: Loaded) -> Prompt:
    """Return how the model is asked.

    Raises:
        ConfigError: if the template of `RAG_PROMPT` cannot be read or makes no sense, or
            lies in the docs: whoever writes a page must not write the rules.
    """
    from askdocs.steps.answer.prompt import Mode, Prompt, Template, read_template

    conf = loaded.settings
    template = Template()
    if conf.prompt:
        template = read_template(_read(conf.prompt.expanduser(), loaded))
    return Prompt(
        conf.product,
        conf.base_url,
        conf.llm_num_ctx,
        conf.llm_num_predict,
        template=template,
        mode=Mode(conf.response_mode),
    )


def _read(path: Path, loaded: Loaded) -> bytes:
    """Return the bytes of a template, and one more than is allowed if it has more."""
    from askdocs.steps.answer.prompt import MAX_TEMPLATE_BYTES

    for folder in ingested_folders(app_folders(loaded)["state"]):
        if path.resolve().is_relative_to(folder):
            raise ConfigError(
                f"RAG_PROMPT: {path} lies in the docs at {folder}",
                hint="keep the template elsewhere",
            )
    try:
        with path.open("rb") as file:
            return file.read(MAX_TEMPLATE_BYTES + 1)
    except OSError as err:
        raise ConfigError(
            f"RAG_PROMPT: {path} cannot be read: {err.strerror}",
            hint="name a text file",
        ) from err
