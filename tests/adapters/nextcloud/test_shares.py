"""Rights that follow a list: added, changed, taken away, and gone on with when Nextcloud asks for patience."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from integration.adapters.nextcloud.files import NextcloudStorage
from tests.adapters.nextcloud.account import USER
from tests.adapters.nextcloud.faults import Connect, address, refused
from tests.adapters.nextcloud.recording import ANY

SHARES = "/ocs/v1.php/apps/files_sharing/api/v1/shares"
FOLDER = """<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:response>
<d:href>/remote.php/dav/files/hadir/Hadir/Kanal/</d:href><d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype>
<d:getlastmodified>Sun, 22 Nov 2026 08:59:01 GMT</d:getlastmodified><oc:fileid>7</oc:fileid></d:prop>
<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>"""


@dataclass
class Office:
    """What a Nextcloud holds of shares; it takes `patience` new ones, and refuses more with 429."""

    shares: dict[int, dict[str, Any]] = field(default_factory=dict)
    accounts: frozenset[str] = frozenset({"siti", "budi", "dewi", "bidang"})
    patience: int = 100
    posts: int = 0
    changes: int = 0

    def add(self, kind: int, who: str, permissions: int, label: str = "") -> None:
        number = len(self.shares) + 1
        row = {"id": str(number), "share_type": kind, "share_with": who, "permissions": permissions, "label": label}
        self.shares[number] = row

    def __call__(self, request: Request) -> Response:
        number = int(request.path.rpartition("/")[2] or 0) if request.path != SHARES else 0
        given = json.loads(request.get_data() or b"{}")
        match request.method:
            case "GET":
                return _ocs(list(self.shares.values()))
            case "DELETE":
                del self.shares[number]
                return _ocs([])
            case "PUT":
                self.changes += 1
                self.shares[number]["permissions"] = given["permissions"]
                return _ocs(self.shares[number])
        return self._post(given)

    def _post(self, given: dict[str, Any]) -> Response:
        self.posts += 1
        if self.posts > self.patience:
            return Response(status=429)
        assert given["sendMail"] == "false", "Hadir tells people itself"
        if given["shareWith"] == USER:
            return _ocs([], 403, "Cannot share with yourself")
        if given["shareWith"] not in self.accounts:
            return _ocs([], 404, "Please specify a valid account to share with")
        self.add(given["shareType"], given["shareWith"], given["permissions"])
        return _ocs(self.shares[len(self.shares)])

    def who(self) -> dict[str, int]:
        return {share["share_with"]: share["permissions"] for share in self.shares.values() if share["share_type"] != 3}


def _ocs(data: Any, status: int = 100, words: str = "OK") -> Response:
    meta = {"status": "ok" if status == 100 else "failure", "statuscode": status, "message": words}
    return Response(json.dumps({"ocs": {"meta": meta, "data": data}}), mimetype="application/json")


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def storage(nextcloud: HTTPServer, connect: Connect, office: Office) -> NextcloudStorage:
    nextcloud.expect_request(f"/remote.php/dav/files/{USER}/Hadir/Kanal", method="PROPFIND").respond_with_data(FOLDER, 207)
    nextcloud.expect_request(ANY).respond_with_handler(office)
    return connect(address(nextcloud))


def test_the_list_is_what_holds(storage: NextcloudStorage, office: Office) -> None:
    storage.grant("Kanal", ["siti", "budi"], edit=False)
    assert office.who() == {"siti": 1, "budi": 1}
    storage.grant("Kanal", ["budi", "dewi"], edit=True)
    assert office.who() == {"budi": 15, "dewi": 15}
    before = (office.posts, office.changes)
    storage.grant("Kanal", ["dewi", "budi"], edit=True)
    assert (office.posts, office.changes) == before  # a repeat asks for nothing
    storage.grant("Kanal", [], edit=True)
    assert office.who() == {}


def test_some_may_change_it_and_the_others_read(storage: NextcloudStorage, office: Office) -> None:
    storage.grant("Kanal", ["siti", "budi"], edit={"budi"})
    assert office.who() == {"siti": 1, "budi": 15}
    storage.grant("Kanal", ["siti", "budi"], edit=["siti"])
    assert office.who() == {"siti": 15, "budi": 1}
    storage.grant("Kanal", ["siti", "budi"], edit=())
    assert office.who() == {"siti": 1, "budi": 1}


def test_groups_are_granted_too_and_links_stay(storage: NextcloudStorage, office: Office) -> None:
    office.add(3, "", 1, "Hadir")
    storage.grant("Kanal", ["group:bidang", "siti"], edit=True)
    assert {(share["share_type"], share["share_with"]) for share in office.shares.values()} == {
        (3, ""),
        (1, "bidang"),
        (0, "siti"),
    }


def test_our_own_account_needs_no_share(storage: NextcloudStorage, office: Office) -> None:
    storage.grant("Kanal", [USER, "siti"], edit=False)
    assert office.who() == {"siti": 1}


def test_an_account_that_is_unknown_holds_up_nobody(storage: NextcloudStorage, office: Office) -> None:
    error = refused(lambda: storage.grant("Kanal", ["tidak-ada", "siti"], edit=False))
    assert error.permanent
    assert "tidak-ada" in str(error)
    assert office.who() == {"siti": 1}


def test_patience_is_asked_for_and_the_rest_follows(storage: NextcloudStorage, office: Office) -> None:
    """A real Nextcloud takes twenty new shares in ten minutes, and says 429 without a time."""
    office.patience = 2
    error = refused(lambda: storage.grant("Kanal", ["siti", "budi", "dewi"], edit=False))
    assert (error.status, error.permanent, error.retry_after) == (429, False, 120.0)
    assert (len(office.who()), office.posts) == (2, 3)  # and nobody knocks on
    office.patience = 100
    storage.grant("Kanal", ["siti", "budi", "dewi"], edit=False)
    assert (sorted(office.who()), office.posts) == (["budi", "dewi", "siti"], 4)
