"""nc-py-api itself, with what it lacks. Heavy to import: only `client.py` does, when the first call is made."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlsplit

from integration import __version__
from integration.adapters.nextcloud import dav
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.library import AsyncNcSession, AsyncNextcloud, NextcloudException, check_error
from integration.adapters.nextcloud.refusals import USUAL_PAUSE, kind, retry_after, strange
from integration.adapters.nextcloud.refusals import translated as translated

CONNECT_SECONDS = 3.0
# How long a server may be busy with making one file out of the pieces of a large one.
ASSEMBLY_SECONDS = 600.0
# What WebDAV answers when all went well; a proxy's page says 200.
_SUCCESS = {"GET": (200, 206), "POST": (200,), "PROPFIND": (207,), "PROPPATCH": (207,), "REPORT": (207,), "SEARCH": (207,)}
_SHARES = "/ocs/v1.php/apps/files_sharing/api/v1/shares"
_MANY_SHARES = "Nextcloud takes no more shares for now (429): the rest follows"
_FOLDER = "that is a folder, not a file"


class _Session(AsyncNcSession):  # type: ignore[misc]  # nc-py-api ships no types
    """No cookies, no redirects, no proxy behind the administrator's back, no UDP, no calls to certificate authorities."""

    def _get_adapter_kwargs(self, dav: bool) -> dict[str, Any]:
        own = {"allow_incoming_cookies": False, "disable_http3": True, "revocation_configuration": None}
        return {**super()._get_adapter_kwargs(dav), **own}

    def _create_adapter(self, dav: bool = False) -> Any:
        adapter = super()._create_adapter(dav)
        adapter.trust_env = False
        adapter.max_redirects = 0
        adapter.headers["User-Agent"] = f"Hadir/{__version__}"
        return adapter


class _AppSession(_Session):
    """The same without an account: every call says in its headers as whom it is made (see `exapp.py`)."""

    def _create_adapter(self, dav: bool = False) -> Any:
        adapter = super()._create_adapter(dav)
        adapter.auth = None
        return adapter


class Cloud(AsyncNextcloud):  # type: ignore[misc]  # nc-py-api ships no types
    """The library's client on a session of our own, with the calls in which it does not look closely enough."""

    def __init__(self, session: type[_Session] = _Session, **options: Any) -> None:
        self._session = session(**options)
        super(AsyncNextcloud, self).__init__(self._session)  # AsyncNextcloud's own would make another session
        self.host = _host(self._session.cfg.endpoint)

    # ------------------------------------------------------------ files; paths are from the account's root

    async def upload(
        self, path: str, content: bytes, media_type: str, modified: datetime, checksum: str, expected: str | None
    ) -> str:
        """Write the whole file and its time of change in one call; its new ETag. 412 if it is not as `expected`."""
        headers = {"X-OC-MTime": _seconds(modified), "Content-Type": media_type, "OC-Checksum": checksum}
        if expected is not None:
            headers |= {"If-Match": f'"{expected}"'} if expected else {"If-None-Match": "*"}
        return self._written(await self._files("PUT", path, data=content, headers=headers))

    async def download(self, path: str) -> bytes:
        """The content of a file; a folder, or a page of somebody else's, is refused."""
        content: bytes = self._content(await self._files("GET", path)).content or b""
        return content

    async def piece(self, path: str, first: int, size: int, version: str) -> tuple[bytes, int, str]:
        """`size` bytes from `first` on (fewer at the end), how many the file has, and its ETag, which must be `version`."""
        # As it is: what is packed on the way could not be counted.
        headers = {"Range": f"bytes={first}-{first + size - 1}", "Accept-Encoding": "identity"}
        response = self._content(
            await self._files("GET", path, headers=headers | ({"If-Match": f'"{version}"'} if version else {}))
        )
        content: bytes = response.content or b""
        total = int(response.headers["Content-Range"].rpartition("/")[2]) if response.status_code == 206 else len(content)
        if len(content) != min(size, total - first) and response.status_code == 206:
            raise NextcloudError(f"{self.host} sent {len(content)} bytes of the {size} that were asked for", lost=True)
        return content, total, _etag(response)

    async def look(self, path: str, depth: int = 0) -> list[dav.Node]:
        """The file or folder itself, and with a depth of 1 what lies in it."""
        headers = {"Depth": str(depth), "Content-Type": "application/xml"}
        response = await self._files("PROPFIND", path, data=dav.PROPERTIES, headers=headers)
        return dav.nodes(response.text or "", await self.user)

    async def search(self, folder: str, words: Sequence[str], limit: int) -> list[dav.Node]:
        user = await self.user
        headers = {"Content-Type": "text/xml"}
        query = dav.search(user, folder, words, limit).encode()
        return dav.nodes((await self._dav("SEARCH", "/", data=query, headers=headers)).text or "", user)

    async def make_folder(self, path: str) -> None:
        """405 if something has that name already."""
        await self._files("MKCOL", path)

    async def move(self, path: str, to: str) -> None:
        """412 if something is at `to`."""
        await self._files("MOVE", path, headers={"Destination": await self._address(to), "Overwrite": "F"})

    async def remove(self, path: str) -> None:
        await self._files("DELETE", path)

    async def kept(self, file_id: str) -> list[dav.Kept]:
        """The contents that the file has and had, the newest first."""
        user = await self.user
        headers = {"Depth": "1", "Content-Type": "application/xml"}
        path = quote(f"/versions/{user}/versions/{file_id}")
        return dav.kept((await self._dav("PROPFIND", path, data=dav.VERSIONS, headers=headers)).text or "", user)

    async def restore(self, file_id: str, version: str) -> None:
        user = await self.user
        headers = {"Destination": f"{self._dav_path}{quote(f'/versions/{user}/restore/target')}"}
        await self._dav("MOVE", quote(f"/versions/{user}/versions/{file_id}/{version}"), headers=headers)

    # ------------------------------------------------------------ files that come in pieces

    async def begin_upload(self, upload: str, path: str) -> None:
        await self._uploads("MKCOL", upload, path)

    async def upload_piece(self, upload: str, number: int, content: bytes, path: str, size: int) -> None:
        # The library keeps what it has sent until the next great collection: closed, a body holds nothing.
        with BytesIO(content) as body:
            await self._uploads("PUT", f"{upload}/{number:05}", path, data=body, headers={"OC-Total-Length": str(size)})

    async def finish_upload(
        self, upload: str, path: str, size: int, modified: datetime, checksum: str, expected: str | None
    ) -> str:
        """Make the pieces one file; its ETag. 412 if what is there is not as `expected`; this may take minutes."""
        headers = {"OC-Total-Length": str(size), "X-OC-MTime": _seconds(modified), "OC-Checksum": checksum}
        if expected:
            headers["If"] = f'<{await self._address(path)}> (["{expected}"])'
        elif expected is not None:
            headers["Overwrite"] = "F"
        seconds = (CONNECT_SECONDS, ASSEMBLY_SECONDS)
        return self._written(await self._uploads("MOVE", f"{upload}/.file", path, headers=headers, timeout=seconds))

    async def end_upload(self, upload: str) -> None:
        """Throw away the pieces."""
        await self._dav("DELETE", quote(f"/uploads/{await self.user}/{upload}"))

    # ------------------------------------------------------------ shares

    async def shares(self, method: str, path: str = "", **options: Any) -> Any:
        """Nextcloud lets an account make twenty shares in ten minutes, and does not say when it may go on."""
        try:
            return await self.ocs(method, f"{_SHARES}{path}", **options)
        except NextcloudException as error:
            if error.status_code == 429:
                pause = retry_after((getattr(error.response, "headers", None) or {}).get("Retry-After", ""))
                raise NextcloudError(_MANY_SHARES, status=429, retry_after=pause or USUAL_PAUSE["shares"]) from None
            raise

    async def webdav(self, method: str, path: str, **options: Any) -> Any:
        """The answer to any call below `/remote.php/dav`: rights of folders, calendars. The caller looks what it is."""
        response = await self._session.adapter_dav.request(method, quote(path), **options)
        check_error(response, method)
        return response

    async def page(self, path: str) -> Any:
        """The answer to a GET of something that is neither OCS nor WebDAV, such as `/status.php`."""
        response = await self._session.adapter.get(path, headers={"Accept": "application/json"})
        check_error(response, "GET")
        return response

    async def close(self) -> None:
        await self._session.adapter.close()
        await self._session.adapter_dav.close()

    # ------------------------------------------------------------ helpers

    async def _files(self, method: str, path: str, **options: Any) -> Any:
        return await self._dav(method, quote(f"/files/{await self.user}/{path}".rstrip("/")), **options)

    async def _uploads(
        self, method: str, name: str, path: str, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Any:
        """Every call of an upload says where it will end."""
        headers = {**(headers or {}), "Destination": await self._address(path)}
        return await self._dav(method, quote(f"/uploads/{await self.user}/{name}"), headers=headers, **options)

    async def _dav(self, method: str, address: str, **options: Any) -> Any:
        response = await self._session.adapter_dav.request(method, address, **options)
        check_error(response, method)
        if response.status_code not in _SUCCESS.get(method, (201, 204)):
            raise strange(self.host, kind(response))
        return response

    async def _address(self, path: str) -> str:
        return f"{self._dav_path}{quote(f'/files/{await self.user}/{path}')}"

    @property
    def _dav_path(self) -> str:
        return str(urlsplit(self._session.cfg.dav_endpoint).path)

    def _written(self, response: Any) -> str:
        if "OC-FileId" not in response.headers:
            raise strange(self.host, kind(response))
        return _etag(response)

    def _content(self, response: Any) -> Any:
        if "OC-ETag" not in response.headers:
            # Nextcloud answers so for a folder, a proxy with a page of its own.
            raise strange(self.host, kind(response)) if response.content else NextcloudError(_FOLDER, permanent=True)
        return response


def connect(url: str, user: str, password: str, silence_seconds: float, *, as_app: bool = False) -> Cloud:
    """A client that calls nothing yet. Every option is given here, so that no variable of the environment counts.

    With `as_app` the password is sent nowhere, and every call brings its own credentials.
    """
    seconds = (CONNECT_SECONDS, silence_seconds)
    trusted = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True
    return Cloud(
        session=_AppSession if as_app else _Session,
        nextcloud_url=url,
        nc_auth_user=user,
        nc_auth_pass=password,
        dav_url_suffix="remote.php/dav",
        npa_timeout=seconds,
        npa_timeout_dav=seconds,
        npa_nc_cert=trusted,
        xdebug_session="",
    )


def _seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def _etag(response: Any) -> str:
    return str(response.headers.get("OC-ETag", "")).strip('"')


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
