"""nc-py-api beside the rest: loaded late, reading no stray file, and no trouble for requests and mattermostdriver."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import requests
from pytest_httpserver import HTTPServer
from werkzeug import Response

from integration.adapters.mattermost.client import driver
from integration.adapters.nextcloud.client import Client
from tests.adapters.nextcloud import recording
from tests.adapters.nextcloud.account import PASSWORD, USER
from tests.adapters.nextcloud.faults import FILE, WRITTEN, address

ROOT = Path(__file__).parents[3]


def python(code: str, folder: Path) -> str:
    """What a fresh interpreter prints, started in `folder`."""
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_library_is_loaded_with_the_first_call_only(tmp_path: Path) -> None:
    code = (
        "import sys; from integration.adapters.nextcloud import client, files;"
        "client.Client('http://x', 'u', 'p');"
        "print([name for name in ('nc_py_api', 'niquests') if name in sys.modules])"
    )
    assert python(code, tmp_path) == "[]"


def test_a_stray_env_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HADIR_STRAY=1\nNPA_NC_CERT=false\n")
    code = (
        "import os; before = dict(os.environ);"
        "from integration.adapters.nextcloud import cloud;"
        "made = cloud.connect('http://x', 'u', 'p', 1.0);"
        "print(dict(os.environ) == before, made._session.cfg.options.nc_cert)"
    )
    assert python(code, tmp_path) == "True True"


def test_the_version_is_the_one_whose_faults_we_know() -> None:
    assert version("nc-py-api") == "0.30.3"


def test_requests_and_mattermostdriver_work_beside_it(nextcloud: HTTPServer) -> None:
    """urllib3-future takes the place of urllib3 for everybody in the process."""
    nextcloud.expect_request(FILE).respond_with_data("isi", headers=WRITTEN)
    nextcloud.expect_request("/api/v4/users/me").respond_with_json({"id": "bot"})
    nextcloud.expect_oneshot_request("/api/v4/posts", method="POST").respond_with_response(Response(status=503))
    nextcloud.expect_request("/api/v4/posts", method="POST").respond_with_json({"id": "p1"}, 201)
    client = Client(address(nextcloud), USER, PASSWORD)
    mattermost = driver(address(nextcloud), "token")
    for _ in range(2):
        assert client.call(lambda cloud: cloud.download("Hadir/a.txt")) == b"isi"
        assert mattermost.users.get_user("me") == {"id": "bot"}
        assert requests.get(address(nextcloud) + "/api/v4/users/me", timeout=5).json() == {"id": "bot"}
    assert mattermost.posts.create_post({"message": "x", "pending_post_id": "bot:1"}) == {"id": "p1"}
    client.close()
    mattermost.client._session.close()


def test_the_recordings_name_their_server_and_hold_no_secret() -> None:
    files = sorted(recording.FOLDER.glob("*.json"))
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        kept = json.loads(text)
        assert "exchanges" not in kept or kept["server"] == f"Nextcloud {recording.VERSION}"
        assert not re.search(r"argon2|Authorization(?!-App)|Cookie|H7-[a-z2-7]{4}|\blocal::/", text), file.name
