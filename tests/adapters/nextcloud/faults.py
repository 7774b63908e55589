"""A server that fails as told, on real connections."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.files import NextcloudStorage
from tests.adapters.nextcloud.account import USER

FILE = f"/remote.php/dav/files/{USER}/Hadir/a.txt"
WRITTEN = {"OC-FileId": "00000001oc", "OC-ETag": '"1"', "ETag": '"1"'}
PAGE = "<html><body>Silakan masuk ke jaringan kantor</body></html>"

Connect = Callable[..., NextcloudStorage]


class Script:
    """Answers one request after another as told, the last for ever; keeps what was asked."""

    def __init__(self, *answers: Response | Callable[[Request], Response]) -> None:
        self._answers = answers
        self.bodies: list[bytes] = []

    def __call__(self, request: Request) -> Response:
        answer = self._answers[min(len(self.bodies), len(self._answers) - 1)]
        if isinstance(answer, Response):
            self.bodies.append(request.get_data())
            return answer
        self.bodies.append(b"")
        return answer(request)


def address(server: HTTPServer) -> str:
    return server.url_for("/").rstrip("/")


def refused(act: Callable[[], object]) -> NextcloudError:
    with pytest.raises(NextcloudError) as error:
        act()
    return error.value


def put(storage: NextcloudStorage, content: bytes = b"isi") -> Any:
    return storage.put("a.txt", content, "text/plain")


def script(server: HTTPServer, *answers: Response | Callable[[Request], Response]) -> Script:
    made = Script(*answers)
    server.expect_request(FILE).respond_with_handler(made)
    return made


def hang_up(request: Request) -> Response:
    """Read a little, then be gone."""
    request.stream.read(10)
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response()


def hang_up_after_the_whole_request(request: Request) -> Response:
    request.get_data()
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response()


class Silent:
    """A server that does not answer for the file until the test is over; `asked` is set when somebody waits."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = address(server)
        self.asked, self.over = threading.Event(), threading.Event()
        server.expect_request(FILE).respond_with_handler(self._wait)

    def _wait(self, _request: Request) -> Response:
        self.asked.set()
        self.over.wait(20)
        return Response(status=201, headers=WRITTEN)
