"""compose.yaml, the Dockerfile and the scripts beside them: whole, with secrets in files and no more rights than needed.

With `make test-live` `docker compose config` is asked as well; nothing is started.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from integration import __version__
from integration.cli import COMMANDS
from integration.settings import Settings, load
from tests import postgres

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROGRAMS = ("hadir", "mattermost", "nextcloud")
# The only image whose start must write its own files and change users.
STARTS_AS_ROOT = {"nextcloud", "nextcloud-jobs"}
MAKE_SECRETS, DATABASES = ROOT / "deploy" / "make-secrets", ROOT / "deploy" / "databases.sh"
# The keys of a service that the compose specification knows, as far as they are used here.
KNOWN = {
    *("image", "build", "user", "read_only", "tmpfs", "volumes", "secrets", "environment", "command", "entrypoint", "restart"),
    *("security_opt", "cap_drop", "cap_add", "depends_on", "ports", "networks", "healthcheck", "stop_grace_period"),
}


@pytest.fixture(params=sorted(SERVICES))
def service(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return request.param, SERVICES[request.param]


Service = tuple[str, dict[str, Any]]


def test_only_what_the_specification_knows(service: Service) -> None:
    assert set(COMPOSE) - {"name", "services", "networks", "volumes", "secrets"} == {"x-careful", "x-hadir"}
    assert set(service[1]) <= KNOWN
    health = service[1].get("healthcheck", {})
    assert set(health) <= {"test", "interval", "timeout", "retries", "start_period"}
    assert all(re.fullmatch(r"\d+s", str(health[key])) for key in health if key not in ("test", "retries"))


def test_every_image_has_a_version(service: Service) -> None:
    name, _, tag = service[1]["image"].rpartition(":")
    assert name
    assert re.match(r"\d+\.\d+", tag), service[1]["image"]
    if name == "hadir":
        assert tag == __version__


def test_everything_named_is_there(service: Service) -> None:
    about = service[1]
    assert set(about.get("secrets", [])) <= set(COMPOSE["secrets"])
    assert set(about["networks"]) <= set(COMPOSE["networks"])
    assert set(about.get("depends_on", {})) <= set(SERVICES)
    for volume in about.get("volumes", []):
        source = volume.split(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], volume


def test_who_is_waited_for_can_say_that_it_is_ready(service: Service) -> None:
    for other, how in service[1].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other], other
        else:
            assert (how["condition"], SERVICES[other]["restart"]) == ("service_completed_successfully", "no")


def test_nothing_declared_is_unused() -> None:
    used = {"secrets": set(), "networks": set(), "volumes": set()}  # type: dict[str, set[str]]
    for about in SERVICES.values():
        for kind in used:
            used[kind] |= {entry.split(":")[0] for entry in about.get(kind, []) if not entry.startswith(".")}
    assert {kind: set(COMPOSE[kind]) for kind in used} == used


def test_secrets_are_files_and_nowhere_else() -> None:
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    for name, about in SERVICES.items():
        for key, value in about.get("environment", {}).items():
            if re.search(r"(PASSWORD|SECRET|_TOKEN|KEY|DATABASE_URL|PGPASSFILE)(_FILE)?$", key):
                assert key.endswith("FILE"), f"{name}: {key}"
                assert str(value).removeprefix("/run/secrets/") in about["secrets"], f"{name}: {key} names a secret it is given"
            assert not re.search(r"://[^/@\s]*:[^/@\s]*@", str(value)), f"{name}: {key} holds a password"


def test_a_service_has_no_more_rights_than_it_needs(service: Service) -> None:
    name, about = service
    assert about["security_opt"] == ["no-new-privileges:true"]
    assert about["cap_drop"] == ["ALL"]
    assert not {"privileged", "network_mode", "pid"} & set(about)
    if name not in STARTS_AS_ROOT:
        assert about["read_only"] is True
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", about["user"])
        assert "cap_add" not in about


def test_nothing_is_reachable_from_outside_but_what_a_proxy_passes_on(service: Service) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service[1].get("ports", []))
    assert COMPOSE["networks"]["database"] == {"internal": True}
    if service[0] == "postgres":
        assert service[1]["networks"] == ["database"]
        assert "ports" not in service[1]


def test_the_settings_of_hadir_are_settings(tmp_path: Path) -> None:
    names = {f"HADIR_{name.upper()}" for name in Settings.model_fields}
    given = {
        key: value for about in SERVICES.values() for key, value in about["environment"].items() if key.startswith("HADIR_")
    }
    assert {key.removesuffix("_FILE") for key in given} <= names
    for key, value in given.items():
        if key.endswith("_FILE"):
            given[key] = str(tmp_path / Path(value).name)
            Path(given[key]).write_text("postgresql://hadir:x@postgres/hadir" if "URL" in key else "k" * 64)
    assert load(given).public_url == "https://hadir.kantor.example"


def test_the_commands_of_hadir_are_commands() -> None:
    ours = [about for about in SERVICES.values() if about["image"].startswith("hadir:")]
    assert {about["command"][0] for about in ours} == {"db", "web", "worker"} <= set(COMMANDS)


def test_the_image_is_made_of_what_is_there_and_runs_as_nobody_in_particular() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["python:3.11-slim", "python:3.11-slim"]
    assert "--constraint constraints.txt" in text
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE) == [SERVICES["web"]["user"]]
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    copied = {word for line in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE) for word in line.split()}
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


# ---------------------------------------------------------------- the scripts


@pytest.fixture
def deploy(tmp_path: Path) -> Path:
    """A copy of the folder, with its secrets made."""
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy", ignore=shutil.ignore_patterns("secrets"))
    subprocess.run([tmp_path / "deploy" / "make-secrets"], check=True, capture_output=True)
    return tmp_path / "deploy"


def test_every_secret_is_made_once_and_only_its_reader_reads_it(deploy: Path) -> None:
    made = {path.name: path.read_text() for path in (deploy / "secrets").iterdir()}
    assert set(made) == set(COMPOSE["secrets"])
    assert all(Path(secret["file"]) == Path("deploy/secrets") / name for name, secret in COMPOSE["secrets"].items())
    assert stat.S_IMODE((deploy / "secrets").stat().st_mode) == 0o700
    # lib/pq ignores a file of passwords that others may read.
    assert stat.S_IMODE((deploy / "secrets" / "mattermost_pgpass").stat().st_mode) == 0o400
    if os.geteuid() == 0:
        assert (deploy / "secrets" / "mattermost_pgpass").stat().st_uid == int(SERVICES["mattermost"]["user"].split(":")[0])
    (deploy / "secrets" / "nextcloud_admin_password").unlink()
    again = subprocess.run([deploy / "make-secrets"], check=True, capture_output=True, text=True)
    assert again.stdout == "made deploy/secrets/nextcloud_admin_password\n"
    assert {
        path.name: path.read_text() for path in (deploy / "secrets").iterdir() if path.name in made and "admin" not in path.name
    } == {name: text for name, text in made.items() if "admin" not in name}


def test_no_secret_is_in_the_repository() -> None:
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """With the superuser of the official image; the one of the tests steps aside."""
    with postgres.server() as url:
        with psycopg.connect(url, dbname="postgres", autocommit=True) as db:
            db.execute("CREATE ROLE postgres LOGIN SUPERUSER")
        with psycopg.connect(url, dbname="postgres", user="postgres", autocommit=True) as db:
            db.execute("ALTER ROLE hadir RENAME TO aside")
        yield url


def test_each_program_has_a_database_that_the_others_do_not_see(deploy: Path, server: str) -> None:
    about = psycopg.conninfo.conninfo_to_dict(server)
    given = {"PATH": f"{postgres.binaries()}:{os.environ['PATH']}", "SECRETS": str(deploy / "secrets")}
    given |= {"PGHOST": str(about["host"]), "PGPORT": str(about["port"])}
    given |= {"POSTGRES_PASSWORD_FILE": str(deploy / "secrets" / "postgres_password")}
    subprocess.run([deploy / "databases.sh"], env=given, check=True, capture_output=True)
    for name in PROGRAMS:
        secret = (deploy / "secrets" / f"{name}_database_password").read_text().strip()
        with psycopg.connect(server, dbname=name, user=name, password=secret) as db:
            db.execute("CREATE TABLE own (id integer)")
        others = [other for other in PROGRAMS if other != name]
        for other in others:
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                psycopg.connect(server, dbname=other, user=name, password=secret)


@pytest.mark.parametrize("script", [MAKE_SECRETS, DATABASES], ids=lambda path: path.name)
def test_a_script_can_be_run_and_read_by_its_shell(script: Path) -> None:
    shell = script.read_text(encoding="utf-8").splitlines()[0].removeprefix("#!")
    assert os.access(script, os.X_OK)
    subprocess.run([shell, "-n", script], check=True)


@pytest.mark.live
def test_docker_itself_takes_it(deploy: Path) -> None:
    for name in ("compose.yaml", "Dockerfile"):
        shutil.copy(ROOT / name, deploy.parent)
    subprocess.run(["docker", "compose", "config", "--quiet"], cwd=deploy.parent, check=True)
