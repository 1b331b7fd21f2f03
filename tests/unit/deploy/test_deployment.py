"""What Rekindle is deployed with: every name, command, port and path in it is one that the program has."""

import configparser
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from pydantic import BaseModel

from rekindle.cli.main import main as commands
from rekindle.cli.settings import EXTRAS, read_settings
from rekindle.config import Settings
from rekindle.infra.storage.nearby import SHARE
from tests.unit.test_house_rules import SERVICE

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
CLOUD_RUN = yaml.safe_load((DEPLOY / "cloud-run/service.yaml").read_text(encoding="utf-8"))
TASK = json.loads((DEPLOY / "ecs/task-definition.json").read_text(encoding="utf-8"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OURS = ("api", "worker", "migrate")
SECRET = re.compile(r"PASSWORD|SECRET|KEY$|DSN|TOKEN|REDIS_URL|DATABASE__URL")


def files() -> list[Path]:
    return [path for path in sorted(DEPLOY.rglob("*")) if path.is_file()]


def instructions(stage: str | None = None) -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, or of one of its stages, with their lines put together."""
    whole = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    found = [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in whole.splitlines()) if name]
    if stage is None:
        return found
    begin = next(at for at, (name, rest) in enumerate(found) if name == "FROM" and rest.endswith(f"AS {stage}"))
    after = [at for at, (name, _) in enumerate(found) if name == "FROM" and at > begin]
    return found[begin : after[0] if after else None]


def image_settings() -> dict[str, str]:
    (said,) = [rest for name, rest in instructions("run") if name == "ENV"]
    return dict(pair.split("=", 1) for pair in said.split() if pair.startswith("REKINDLE_"))


def unit(path: Path) -> Mapping[str, Any]:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


# ── names and commands ──


def settings_names() -> Iterator[str]:
    def below(model: type[BaseModel], prefix: str) -> Iterator[str]:
        for name, field in model.model_fields.items():
            kind = field.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from below(kind, f"{prefix}{name.upper()}__")
            yield f"{prefix}{name.upper()}"

    return below(Settings, "REKINDLE_")


@pytest.mark.parametrize("path", [*files(), *sorted((ROOT / "docs/guides").glob("*.md"))], ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(r"\bREKINDLE_[A-Z][A-Z0-9_]*[A-Z0-9]\b", path.read_text(encoding="utf-8")))
    known = {*settings_names(), "REKINDLE_SKIP_WEB", "REKINDLE_CHROMIUM"}
    assert {name for name in named if name not in known and not any(each.startswith(name) for each in known)} == set()


def understood(words: Sequence[str]) -> None:
    command: click.Command = commands
    rest = list(words)
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), rest.pop(0))
        assert found is not None, words
        command = found
    command.make_context("rekindle", rest)


def called() -> list[list[str]]:
    """Every command that somebody starts us with."""
    found = [COMPOSE["services"][name]["command"] for name in OURS]
    found += [each["args"] for each in CLOUD_RUN["spec"]["template"]["spec"]["containers"]]
    found += [each["command"] for each in TASK["containerDefinitions"]]
    found += [shlex.split(unit(path)["Service"]["ExecStart"])[1:] for path in UNITS]
    found += [json.loads(rest) for name, rest in instructions("run") if name == "CMD"]
    return found


@pytest.mark.parametrize("words", called(), ids=" ".join)
def test_every_command_that_is_called_exists(words: list[str]) -> None:
    understood(words)


def started() -> dict[str, Mapping[str, str]]:
    """The environment of each process, with something in place of what is filled in."""
    image = image_settings()
    found: dict[str, Mapping[str, str]] = {"image": image}
    for name in OURS:
        found[f"compose {name}"] = image | COMPOSE["services"][name]["environment"]
    for each in CLOUD_RUN["spec"]["template"]["spec"]["containers"]:
        found[f"Cloud Run {each['name']}"] = image | {one["name"]: one.get("value", "") for one in each["env"]}
    for each in TASK["containerDefinitions"]:
        said = {one["name"]: one["value"] for one in each["environment"]}
        found[f"ECS {each['name']}"] = image | said | {one["name"]: "" for one in each["secrets"]}
    return {name: {key: filled(key, value) for key, value in said.items()} for name, said in found.items()}


def filled(name: str, value: str) -> str:
    usual = {
        "REKINDLE_DATABASE__URL": "postgresql+asyncpg://rekindle:x@db/rekindle",
        "REKINDLE_EVENTS__REDIS_URL": "redis://redis/0",
        "REKINDLE_LIMITS__REDIS_URL": "redis://redis/1",
        "REKINDLE_STORAGE__URL_SECRET": "0123456789abcdef0123456789abcdef",
        "REKINDLE_STORAGE__URL": "gs://project-rekindle",
    }
    bare = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
    bare = re.sub(r"\$\{\w+:\?\}", "x" * 20, bare).replace("PROJECT", "project")
    return bare or usual[name]


@pytest.mark.parametrize("where", started())
def test_the_settings_of_each_process_are_good_together(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in started()[where].items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert settings.observing.log_format == "json"
    if where != "image":
        assert not settings.alone
        assert settings.storage.url_secret is not None
        assert settings.storage.url


# ── the image ──


def test_every_base_is_of_a_fixed_version_and_they_are_the_same() -> None:
    bases = {rest.split()[0] for name, rest in instructions() if name == "FROM"}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+(@sha256:[0-9a-f]{64})?", bases.pop())


def test_what_runs_is_nobody_and_brings_no_tools_along() -> None:
    run = instructions("run")
    order = [name for name, _ in run]
    (user,) = [rest for name, rest in run if name == "USER"]
    uid, _, gid = user.partition(":")
    assert int(uid) >= 10_000
    assert int(gid) >= 10_000
    assert order.index("USER") > max(at for at, name in enumerate(order) if name in ("RUN", "COPY"))
    assert [rest for name, rest in run if name == "COPY"] == ["--from=build /opt/rekindle /opt/rekindle"]
    assert not any("pip" in rest or "apt" in rest for name, rest in run if name == "RUN")
    assert not [name for name, _ in instructions() if name == "ADD"]


def test_the_image_installs_what_is_locked_and_nothing_else() -> None:
    installs = re.findall(
        r"\bpip(?: --python \S+)? install ([^&]*)", " ".join(rest for _, rest in instructions("build"))
    )
    assert len(installs) == 3
    for each in installs:
        assert "--require-hashes" in each or "--no-deps" in each, each
    for lock in re.findall(r"-r (\S+)", " ".join(installs)):
        assert (ROOT / lock).is_file()


def test_the_image_has_every_extra_of_a_service() -> None:
    assert set(EXTRAS) == set(SERVICE)
    (named,) = re.findall(r"^SERVICE = (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert tuple(named.split()) == SERVICE


def test_the_image_listens_where_it_says_and_is_asked_there() -> None:
    run, settings = instructions("run"), Settings()
    (exposed,) = [rest.split() for name, rest in run if name == "EXPOSE"]
    assert exposed == [str(settings.server.port), str(settings.observing.metrics_port)]
    (check,) = [rest for name, rest in run if name == "HEALTHCHECK"]
    words = json.loads(check[check.index("[") :])
    compile(words[-1], "healthcheck", "exec")
    assert f"http://127.0.0.1:{settings.observing.metrics_port}/health" in words[-1]
    assert image_settings()["REKINDLE_OBSERVING__METRICS"] == "true"
    assert [rest for name, rest in run if name == "STOPSIGNAL"] == ["SIGTERM"]
    assert [json.loads(rest) for name, rest in run if name == "ENTRYPOINT"] == [["rekindle"]]


def test_no_secret_is_part_of_the_image() -> None:
    said = " ".join(rest for name, rest in instructions() if name in ("ENV", "ARG", "LABEL"))
    assert not [name for name in re.findall(r"\b([A-Z][A-Z0-9_]+)=", said) if SECRET.search(name)]


def test_what_is_copied_in_to_build_is_not_left_out() -> None:
    left_out = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    needed = ("src", "web", "scripts", "README.md", "LICENSE", "NOTICE", "pyproject.toml", "hatch_build.py")
    assert not set(needed) & set(left_out)
    assert {"**/.git", "**/.venv", "**/.env", "src/rekindle/web"} <= set(left_out)


# ── compose ──


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_write_nowhere_but_to_their_data(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["volumes"] == ["/data"]
    assert int(service["stop_grace_period"].rstrip("s")) > 10


def test_every_image_of_others_is_of_a_fixed_version() -> None:
    images = {name: each["image"] for name, each in COMPOSE["services"].items() if name not in OURS}
    assert all(re.fullmatch(r"[\w./-]+:\d+(\.\d+)+(-\w+)?", image) for image in images.values()), images


def test_everything_that_is_named_is_there() -> None:
    services = COMPOSE["services"]
    for name, service in services.items():
        assert set(service.get("networks", [])) <= set(COMPOSE["networks"]), name
        for needed, how in service.get("depends_on", {}).items():
            condition = how["condition"]
            assert needed in services, name
            if condition == "service_healthy":
                assert "test" in services[needed]["healthcheck"], needed
            if condition == "service_completed_successfully":
                assert services[needed]["restart"] == "no", needed
        mounted = [volume.partition(":")[0] for volume in service.get("volumes", []) if ":" in volume]
        assert set(mounted) <= set(COMPOSE["volumes"]), name
        assert {each["source"] for each in service.get("configs", [])} <= set(COMPOSE["configs"]), name


def test_only_the_pages_are_reached_from_outside_and_from_this_machine_alone() -> None:
    published = {name: each["ports"] for name, each in COMPOSE["services"].items() if "ports" in each}
    assert published == {"api": ["127.0.0.1:8000:8000"]}
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert all(COMPOSE["services"][name]["networks"] == ["inside"] for name in ("postgres", "valkey", "store"))


def test_no_secret_stands_in_a_file() -> None:
    for name, value in COMPOSE["services"]["api"]["environment"].items():
        if SECRET.search(name) and not name.endswith(("REDIS_URL", "ACCESS_KEY")):
            assert "${" in value, name
    for each in CLOUD_RUN["spec"]["template"]["spec"]["containers"]:
        assert not [one["name"] for one in each["env"] if SECRET.search(one["name"]) and "value" in one]
    for each in TASK["containerDefinitions"]:
        assert not [one["name"] for one in each["environment"] if SECRET.search(one["name"])]


def test_a_server_that_begins_finds_its_tables_and_its_bucket() -> None:
    assert set(COMPOSE["services"]["api"]["depends_on"]) == {"migrate", "buckets", "valkey"}
    assert COMPOSE["services"]["worker"]["depends_on"] == COMPOSE["services"]["api"]["depends_on"]
    bucket = re.search(r"s3\.bucket\.create -name (\S+)'", COMPOSE["services"]["buckets"]["entrypoint"][-1])
    assert bucket is not None
    assert COMPOSE["services"]["api"]["environment"]["REKINDLE_STORAGE__URL"] == f"s3://{bucket[1]}"
    (identity,) = json.loads(COMPOSE["configs"]["store"]["content"])["identities"]
    (pair,) = identity["credentials"]
    said = COMPOSE["services"]["api"]["environment"]
    assert pair["accessKey"] == said["REKINDLE_STORAGE__ACCESS_KEY"]
    assert pair["secretKey"] == said["REKINDLE_STORAGE__SECRET_KEY"]


# ── Cloud Run ──


def test_cloud_run_gets_a_service_of_the_form_that_it_knows() -> None:
    assert (CLOUD_RUN["apiVersion"], CLOUD_RUN["kind"]) == ("serving.knative.dev/v1", "Service")
    spec = CLOUD_RUN["spec"]["template"]["spec"]
    assert set(spec) == {"serviceAccountName", "containerConcurrency", "timeoutSeconds", "containers", "volumes"}
    listening = [each["name"] for each in spec["containers"] if "ports" in each]
    assert listening == ["api"]
    volumes = {each["name"] for each in spec["volumes"]}
    for each in spec["containers"]:
        assert re.fullmatch(r"\S+:\d+\.\d+\.\d+", each["image"])
        assert {one["name"] for one in each["volumeMounts"]} <= volumes
        assert {one["mountPath"] for one in each["volumeMounts"]} == {"/data"}
        assert set(each["resources"]["limits"]) == {"cpu", "memory"}


def test_cloud_run_asks_where_somebody_answers() -> None:
    ports = {"api": 8000, "worker": 9464}
    for each in CLOUD_RUN["spec"]["template"]["spec"]["containers"]:
        for probe in ("startupProbe", "livenessProbe"):
            if probe in each:
                asked = each[probe]["httpGet"]
                assert asked["port"] == ports[each["name"]]
                assert asked["path"] in ("/health", "/ready")
    said = {one["name"]: one.get("value") for one in CLOUD_RUN["spec"]["template"]["spec"]["containers"][1]["env"]}
    assert said["REKINDLE_OBSERVING__METRICS_HOST"] == "0.0.0.0"


def test_a_worker_on_cloud_run_works_between_requests() -> None:
    annotations = CLOUD_RUN["spec"]["template"]["metadata"]["annotations"]
    assert annotations["run.googleapis.com/cpu-throttling"] == "false"
    assert int(annotations["autoscaling.knative.dev/minScale"]) >= 1
    assert all(isinstance(value, str) for value in annotations.values())


# ── ECS ──

FARGATE = {256: (512, 2048), 512: (1024, 4096), 1024: (2048, 8192), 2048: (4096, 16384), 4096: (8192, 30720)}
"""Memory in MiB, from and to, that Fargate has for so much of a processor (Amazon ECS developer guide)."""


def test_the_task_has_a_size_that_fargate_has() -> None:
    assert TASK["requiresCompatibilities"] == ["FARGATE"]
    assert TASK["networkMode"] == "awsvpc"
    cpu, memory = int(TASK["cpu"]), int(TASK["memory"])
    least, most = FARGATE[cpu]
    assert least <= memory <= most
    assert memory % 1024 == 0
    assert sum(each["cpu"] for each in TASK["containerDefinitions"]) <= cpu
    assert sum(each["memory"] for each in TASK["containerDefinitions"]) <= memory


def test_the_containers_of_the_task_are_as_closed_as_can_be() -> None:
    volumes = {each["name"] for each in TASK["volumes"]}
    ports = [one["containerPort"] for each in TASK["containerDefinitions"] for one in each["portMappings"]]
    assert len(ports) == len(set(ports))
    for each in TASK["containerDefinitions"]:
        assert each["readonlyRootFilesystem"] is True
        assert each["user"] == "10001:10001"
        assert each["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
        assert {one["sourceVolume"] for one in each["mountPoints"]} <= volumes
        assert {one["containerPath"] for one in each["mountPoints"]} == {"/data", "/tmp"}
        assert all(one["valueFrom"].startswith("arn:aws:secretsmanager:") for one in each["secrets"])
        assert 10 < each["stopTimeout"] <= 120
        asked = re.search(r"127\.0\.0\.1:(\d+)/health", each["healthCheck"]["command"][-1])
        assert asked is not None
        assert int(asked[1]) in {one["containerPort"] for one in each["portMappings"]}
        compile(each["healthCheck"]["command"][-1], "healthcheck", "exec")


# ── systemd ──


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_may_write_to_its_state_alone(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["User"] == "rekindle"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert service["CapabilityBoundingSet"] == ""
    assert int(service["TimeoutStopSec"]) > 10
    data = re.search(r"^Environment=REKINDLE_DATA_FOLDER=/var/lib/(\S+)$", path.read_text(), re.MULTILINE)
    assert data is not None
    assert data[1] == service["StateDirectory"]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_understands_the_unit(path: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze here")
    copy = tmp_path / path.name
    copy.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", path.read_text(), flags=re.MULTILINE))
    ended = subprocess.run([analyze, "verify", str(copy)], capture_output=True, text=True, check=False, timeout=30)
    said = [line for line in ended.stderr.splitlines() if path.stem.partition("@")[0] in line]
    assert said == [], ended.stderr


def test_as_many_photos_as_may_arrive_at_once_fit_beside_copies_on_the_disk_of_a_server_in_memory() -> None:
    api = CLOUD_RUN["spec"]["template"]["spec"]["containers"][0]
    said = {each["name"]: each.get("value") for each in api["env"]}
    volumes = {each["name"]: each["emptyDir"]["sizeLimit"] for each in CLOUD_RUN["spec"]["template"]["spec"]["volumes"]}
    room = int(volumes["data"].removesuffix("Mi")) * 1024 * 1024
    most = int(said["REKINDLE_UPLOADS__MOST_AT_ONCE"]) * Settings(_env_file=None).uploads.max_bytes  # type: ignore[call-arg]
    assert most <= room - room // SHARE


def test_migrations_on_aws_are_a_task_without_a_worker_that_would_end_it(tmp_path: Path) -> None:
    guide = (ROOT / "docs/guides/deploying.md").read_text(encoding="utf-8")
    (said,) = re.findall(r"^jq .*?> migrate\.json$", guide, re.MULTILINE | re.DOTALL)
    assert '"command": ["migrate"]' not in guide
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    program = shlex.split(said.replace("\\\n", " "))[1]
    made = subprocess.run(["jq", program, DEPLOY / "ecs/task-definition.json"], capture_output=True, check=True).stdout
    task = json.loads(made)
    assert task["family"] == "rekindle-migrate"
    assert [(each["name"], each["command"]) for each in task["containerDefinitions"]] == [("api", ["migrate"])]
