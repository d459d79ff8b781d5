"""The containers of docker-compose.yml: what they promise, without starting any."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from askdocs.adapters.llm.model_choice import PREFERRED
from askdocs.settings import Settings

ROOT = Path(__file__).parents[1]
COMPOSE = ROOT / "docker-compose.yml"
GPU = ROOT / "docker-compose.gpu.yml"
FILES = {"alone": (COMPOSE,), "with the GPU file": (COMPOSE, GPU)}
SERVICES = yaml.safe_load(COMPOSE.read_text())["services"]


def each(value):
    """Return a parametrize mark over the services."""
    return pytest.mark.parametrize(value, SERVICES.values(), ids=SERVICES)


def version(image: str) -> tuple[int, ...]:
    """Return the version of a pinned image, such as (1, 19, 1)."""
    return tuple(int(n) for n in re.findall(r"\d+", image.rsplit(":", 1)[1]))


def pinned(package: str) -> tuple[int, ...]:
    """Return the version of a package in constraints.txt."""
    text = (ROOT / "constraints.txt").read_text()
    found = re.search(rf"^{re.escape(package)}==(.+)$", text, re.M)
    return tuple(int(n) for n in found[1].split("."))


@pytest.fixture
def docker_compose(tmp_path: Path):
    """Check files as Docker would, with a `.env` of that text; no engine is asked."""
    program = shutil.which("docker-compose")
    if not program:
        pytest.skip("docker-compose is not installed (Debian: docker-compose)")

    def check(files: tuple[Path, ...], env: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / ".env").write_text(env)
        named = [arg for file in files for arg in ("-f", str(file))]
        return subprocess.run(
            [program, "--env-file", str(tmp_path / ".env"), *named, "config", "-q"],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    return check


@pytest.mark.parametrize("files", FILES.values(), ids=FILES)
def test_docker_compose_accepts_the_files(files, docker_compose):
    """A file that only a YAML parser has seen may still hold a key that does not exist."""
    done = docker_compose(files, "RAG_QDRANT_API_KEY=key\n")

    assert (done.returncode, done.stderr) == (0, "")


def test_the_example_settings_need_only_a_key(docker_compose):
    """`cp .env.example .env` and one edited line is all that the manual asks for."""
    example = (ROOT / ".env.example").read_text()

    done = docker_compose((COMPOSE,), f"{example}\nRAG_QDRANT_API_KEY=key\n")

    assert (done.returncode, done.stderr) == (0, "")


def test_without_a_key_nothing_starts_and_the_setting_is_named(docker_compose):
    """A database without a key is open to every program on the machine."""
    done = docker_compose((COMPOSE,), "RAG_QDRANT_API_KEY=\n")

    assert done.returncode == 1
    assert "set RAG_QDRANT_API_KEY in .env" in done.stderr


@each("service")
def test_ports_are_published_on_loopback_only(service):
    """Docker opens published ports past the firewall, and Ollama asks for no password."""
    ports = service.get("ports", [])

    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in ports)


def test_both_servers_are_published_where_the_settings_look():
    """The defaults of `rag` and of the containers are one set of addresses."""
    ports = {name: SERVICES[name]["ports"] for name in ("qdrant", "ollama")}

    assert ports["qdrant"] == ["127.0.0.1:6333:6333"]
    assert ports["ollama"] == ["127.0.0.1:11434:11434"]


@each("service")
def test_images_are_pinned_to_a_full_version(service):
    """`latest` and `v1` are another program next month."""
    tag = service["image"].rsplit(":", 1)[1]

    assert re.fullmatch(r"v?\d+\.\d+\.\d+(-unprivileged)?", tag)


def test_qdrant_is_within_one_minor_version_of_the_client():
    """That is how far Qdrant promises that server and client understand each other."""
    server, client = version(SERVICES["qdrant"]["image"]), pinned("qdrant-client")

    assert server[0] == client[0]
    assert abs(server[1] - client[1]) <= 1


def test_ollama_is_new_enough_to_read_a_model_file_safely():
    """CVE-2026-7482 lets a model file read the server's memory before 0.17.1."""
    assert version(SERVICES["ollama"]["image"]) >= (0, 17, 1)


@each("service")
def test_data_lives_in_named_volumes(service):
    """A folder of the checkout would hold the data of root, or be lost with it."""
    declared = yaml.safe_load(COMPOSE.read_text())["volumes"]
    mounted = [volume.split(":")[0] for volume in service.get("volumes", [])]

    assert set(mounted) <= set(declared)
    assert all(declared[name]["name"].startswith("askdocs-") for name in mounted)


@each("service")
def test_no_service_has_rights_it_does_not_need(service):
    """What breaks out of a container should find nothing it may do."""
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")


def test_qdrant_asks_for_a_key_and_tells_nobody():
    """A page in the browser must not reach the database, nor the vendor hear of it."""
    env = SERVICES["qdrant"]["environment"]

    assert env["QDRANT__SERVICE__API_KEY"].startswith("${RAG_QDRANT_API_KEY:?")
    assert env["QDRANT__SERVICE__ENABLE_CORS"] == "false"
    assert env["QDRANT__TELEMETRY_DISABLED"] == "true"


@pytest.mark.parametrize("name", ["qdrant", "ollama"])
def test_health_is_checked_with_what_the_image_holds(name):
    """Neither image has curl or wget: a check with them is unhealthy for ever."""
    test = SERVICES[name]["healthcheck"]["test"]

    assert test[0] == "CMD"
    assert test[1] in {"bash", "ollama"}


def test_the_model_is_pulled_once_when_ollama_is_up():
    """`docker compose up -d` is all a user types before the first answer."""
    pull = SERVICES["pull"]
    default = Settings.model_fields["llm_model"].default

    assert pull["depends_on"] == {"ollama": {"condition": "service_healthy"}}
    assert pull["restart"] == "no"
    assert pull["image"] == SERVICES["ollama"]["image"]
    assert pull["command"] == [f"${{RAG_LLM_MODEL:-{default}}}"]


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("auto", f"pull {PREFERRED}\n"),
        ("llama3.2:3b", "pull llama3.2:3b\n"),
        ("none", ""),
        ("/models/tiny.gguf", ""),
    ],
)
def test_what_is_pulled_is_what_will_be_asked(tmp_path, model, said):
    """A value of the setting that names no model of Ollama is not pulled."""
    ollama = tmp_path / "ollama"
    ollama.write_text('#!/bin/sh\necho "$@"\n')
    ollama.chmod(0o700)
    shell = [word.replace("$$", "$") for word in SERVICES["pull"]["entrypoint"]]

    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(
        [*shell, model], env=env, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")


def test_a_gpu_is_used_only_when_asked_for():
    """Without the NVIDIA toolkit a device reservation stops the container from starting."""
    lent = yaml.safe_load(GPU.read_text())["services"]

    assert "gpu" not in COMPOSE.read_text().lower()
    assert list(lent) == ["ollama"]
    assert list(lent["ollama"]) == ["deploy"]
