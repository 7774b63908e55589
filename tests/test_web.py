"""The web processes: what they say about themselves, crowds of idle connections, a clean end, a database that goes away."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, select, text, update

from integration import installation, outbox, schema
from integration.adapters.browser.chat import BrowserChat
from integration.app import assemble, connect, create_app
from integration.core import Hadir
from integration.health import blueprint
from integration.settings import SettingsError, load
from integration.web import FINISH_SECONDS, with_port
from plugins.hadir.tables import attendance_event
from tests import cast, postgres
from tests.cast import Clock, Talker
from tests.conftest import SECRET
from tests.postgres import free_port
from tests.service import ROOT, environment, open_office, running, until


@pytest.fixture
def http(hadir: Hadir) -> FlaskClient:
    return create_app(connect(hadir)).test_client()


# ---------------------------------------------------------------- what it says about itself


def test_a_living_process_says_so_without_asking_the_database(http: FlaskClient, statements: list[str]) -> None:
    assert http.get("/healthz").status_code == 200
    assert statements == []


def test_it_is_ready_when_the_database_answers_and_is_up_to_date(http: FlaskClient) -> None:
    answer = http.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"ready": True, "checks": {"database": "ok", "migrations": "ok"}})


def test_it_is_not_ready_when_the_schema_is_another_versions(http: FlaskClient, hadir: Hadir) -> None:
    wanted = schema.wanted()
    with hadir.database.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    try:
        answer = http.get("/readyz")
    finally:
        with hadir.database.write() as db:
            db.execute(text("UPDATE alembic_version SET version_num = :wanted"), {"wanted": wanted})
    assert answer.status_code == 503
    assert "hadir db upgrade" in answer.json["checks"]["migrations"]  # type: ignore[index]


def test_it_is_not_ready_when_the_database_is_out_of_reach(tmp_path: Path) -> None:
    url = f"postgresql://hadir@127.0.0.1:{free_port()}/hadir"
    lonely = assemble(load({}, database_url=url, secret_key=SECRET, home=tmp_path))
    app = Flask("test")
    app.register_blueprint(blueprint(lonely))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["ready"]) == (503, False)  # type: ignore[index]
    assert "hadir_database_up 0.0" in app.test_client().get("/metrics").text


def test_it_is_not_ready_when_the_database_hangs(postgres_url: str, tmp_path: Path) -> None:
    """A server that takes the connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://hadir@127.0.0.1:{silent.getsockname()[1]}/hadir"
        lonely = assemble(load({}, database_url=url, secret_key=SECRET, home=tmp_path))
        app = Flask("test")
        app.register_blueprint(blueprint(lonely))
        answer = app.test_client().get("/readyz")
    assert answer.status_code == 503


def test_metrics_count_requests_and_read_the_outbox(
    http: FlaskClient, hadir: Hadir, chat: Callable[[str], Talker], clock: Clock
) -> None:
    chat("siti").says("/hadir masuk wfh")
    with hadir.database.write() as db:
        for number in range(3):
            outbox.enqueue(db, kind="chat", stream=f"s{number}", key=f"k{number}", payload={}, now=clock.now)
        db.execute(update(outbox.outbox).where(outbox.outbox.c.key == "k0").values(state="dead"))
    page = http.get("/metrics").text
    assert 'hadir_requests_total{answer="reply",handler="hadir.masuk",platform="mattermost"}' in page
    assert "hadir_outbox_waiting 2.0" in page
    assert "hadir_outbox_dead 1.0" in page
    assert "siti" not in page.lower()


def test_the_room_is_open_in_a_demo_only(hadir: Hadir) -> None:
    assert create_app(connect(hadir)).test_client().get("/").status_code == 404
    assert BrowserChat.name not in hadir.ports.chats
    with hadir.database.write() as db:
        installation.put(db, installation.DEMO, True)
    assert create_app(connect(hadir)).test_client().get("/").status_code == 200
    assert BrowserChat.name in hadir.ports.chats


def test_a_body_over_one_mebibyte_is_refused(http: FlaskClient) -> None:
    answer = http.post("/mattermost/commands", data={"text": "x" * (1 << 20)})
    assert answer.status_code == 413


def test_a_taken_port_is_said_clearly(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = load({}, home=tmp_path, port=taken.getsockname()[1])
        with pytest.raises(SettingsError, match="HADIR_PORT"):
            with_port(settings)
    assert with_port(load({}, home=tmp_path, port=0)).port > 0


# ---------------------------------------------------------------- real processes


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def descendants(pid: int) -> list[int]:
    children = [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [grandchild for child in children for grandchild in descendants(child)]


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_five_hundred_idle_connections_starve_nobody(database_url: str, hadir: Hadir, home: Path) -> None:
    open_office(hadir)
    with running("web", database_url, home) as service, ExitStack() as crowd:
        for number in range(500):
            idle = crowd.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=30))
            if number % 2:
                idle.sendall(b"POST /mattermost/commands HTTP/1.1\r\nHost: hadir\r\n")
        for _ in range(5):
            status, answer = service.says("siti", "/hadir status")
            assert (status, '"text"' in answer) == (200, True)
        assert service.stop() == 0


def test_a_running_request_is_finished_before_the_end(postgres_url: str, database_url: str, hadir: Hadir, home: Path) -> None:
    """Somebody holds the lock that a check-in needs while the service is told to stop."""
    open_office(hadir)
    answers: list[tuple[int, str]] = []
    with running("web", database_url, home) as service:
        service.says("siti", "/hadir status")
        with hadir.database.write() as db:
            if not hadir.database.is_sqlite:
                db.execute(text("LOCK TABLE attendance_event IN ACCESS EXCLUSIVE MODE"))
            asking = threading.Thread(target=lambda: answers.append(service.says("siti", "/hadir masuk wfh")))
            asking.start()
            time.sleep(0.5)
            service.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
        asking.join(30)
        assert service.process.wait(60) == 0
    assert [status for status, _ in answers] == [200]
    with hadir.database.read() as db:
        assert len(db.execute(select(attendance_event)).all()) == 1


def test_serve_is_web_and_worker_and_leaves_nothing_behind(database_url: str, home: Path, hadir: Hadir) -> None:
    with running("serve", database_url, home, web_processes="2") as service:
        until(lambda: "worker_started" in service.log(), "the worker")
        family = descendants(service.process.pid)
        assert len(family) == 4, "granian, its two workers, and ours"
        until(
            lambda: 'hadir_jobs_total{job="core.seal_audit",outcome="done"}' in service.get("/metrics")[1],
            "the worker's figures",
        )
        assert service.stop() == 0
        assert all(gone(pid) for pid in family)
        assert "worker_stopped" in service.log()


@pytest.mark.parametrize("command", ["web", "serve"])
def test_control_c_in_a_terminal_ends_everything(command: str, home: Path, tmp_path: Path) -> None:
    """The terminal tells every process at once; a worker that did not end would be killed after `FINISH_SECONDS`."""
    with running(command, f"sqlite:///{tmp_path}/hadir.db", home) as service:
        service.get("/readyz")
        os.killpg(service.process.pid, signal.SIGINT)
        assert service.process.wait(FINISH_SECONDS - 3) == 0


def test_nothing_outlives_a_parent_that_is_killed(database_url: str, home: Path, hadir: Hadir) -> None:
    with running("serve", database_url, home) as service:
        until(lambda: "worker_started" in service.log(), "the worker")
        family = descendants(service.process.pid)
        service.process.kill()
        until(lambda: all(gone(pid) for pid in family), "the end of all children")


def test_what_dies_is_started_again(database_url: str, home: Path, hadir: Hadir) -> None:
    with running("serve", database_url, home) as service:
        until(lambda: "worker_started" in service.log(), "the worker")
        time.sleep(3)  # sooner, it would count as one that cannot start at all
        before = descendants(service.process.pid)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        until(lambda: service.log().count("worker_started") == 2, "another worker")
        until(service.answers, "another web server")
        assert service.stop() == 0


def test_a_database_that_is_not_up_to_date_is_refused_on_postgresql_and_mended_on_sqlite(
    postgres_url: str, tmp_path: Path, home: Path
) -> None:
    admin = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with admin.connect() as db:
        db.execute(text("DROP DATABASE IF EXISTS hadir_empty"))
        db.execute(text("CREATE DATABASE hadir_empty"))
    empty = postgres_url.rpartition("/")[0] + "/hadir_empty"
    command = [sys.executable, "-m", "integration.cli", "serve"]
    env = environment(empty, home, port=str(free_port()))
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "hadir db upgrade" in done.stderr) == (1, True)
    upgrade = [sys.executable, "-m", "integration.cli", "db", "upgrade"]
    subprocess.run(upgrade, env=env, cwd=ROOT, check=True, timeout=60, capture_output=True)
    with running("web", empty, home) as service:
        assert service.get("/readyz")[0] == 200
    with running("web", f"sqlite:///{tmp_path}/new.db", home) as service:
        assert service.get("/readyz")[0] == 200
    with admin.connect() as db:
        db.execute(text("DROP DATABASE hadir_empty WITH (FORCE)"))
    admin.dispose()


def test_a_restarted_database_loses_no_check_in(postgres_url: str, home: Path, tmp_path: Path) -> None:
    """Every connection is cut; the next check-ins are answered as if nothing had happened."""
    hadir = _on_postgresql(postgres_url, tmp_path)
    open_office(hadir)
    people = ("siti", "dewi", "budi", "wayan", "yosef", "rina")
    with running("web", postgres_url, home) as service:
        for who in people:
            service.says(who, "/hadir status")
        for who in people:
            _cut_connections(hadir)
            status, answer = service.says(who, "/hadir masuk wfh")
            assert (status, "Masuk" in answer) == (200, True), answer
    with hadir.database.read() as db:
        assert len(db.execute(select(attendance_event)).all()) == len(people)
    hadir.database.dispose()


def _on_postgresql(url: str, tmp_path: Path) -> Hadir:
    postgres.empty(url)
    hadir = assemble(load({}, database_url=url, secret_key=SECRET, home=tmp_path))
    with hadir.database.write() as db:
        cast.settle(db)
    return hadir


def _cut_connections(hadir: Hadir) -> None:
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with hadir.database.read() as db:
        db.execute(text(others))
