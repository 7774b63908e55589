"""Answers that are not Nextcloud's: pages of proxies and portals in the place of files, folders and links."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from integration.adapters.nextcloud.files import NextcloudStorage
from tests.adapters.nextcloud.account import USER
from tests.adapters.nextcloud.faults import (
    PAGE,
    Connect,
    address,
    put,
    refused,
    script,
)


@pytest.mark.parametrize("act", [put, lambda storage: storage.get("a.txt"), lambda storage: storage.delete("a.txt")])
def test_a_page_of_a_proxy_is_not_taken_for_an_answer(
    nextcloud: HTTPServer, connect: Connect, act: Callable[[NextcloudStorage], object]
) -> None:
    script(nextcloud, Response(PAGE, 200, content_type="text/html"))
    error = refused(lambda: act(connect(address(nextcloud))))
    assert not error.permanent
    assert "is the address right?" in str(error)


@pytest.mark.parametrize("status", [403, 404, 405])
@pytest.mark.parametrize("act", [put, lambda storage: storage.get("a.txt"), lambda storage: storage.delete("a.txt")])
def test_a_refusal_of_a_proxy_says_nothing_about_the_file(
    nextcloud: HTTPServer, connect: Connect, status: int, act: Callable[[NextcloudStorage], object]
) -> None:
    asked = script(nextcloud, Response(PAGE, status))
    error = refused(lambda: act(connect(address(nextcloud))))
    assert (error.permanent, len(asked.bodies)) == (False, 1)


def test_a_folder_that_a_proxy_does_not_know_is_not_taken_for_an_empty_one(nextcloud: HTTPServer, connect: Connect) -> None:
    nextcloud.expect_request(f"/remote.php/dav/files/{USER}/Hadir").respond_with_data(PAGE, 404)
    assert not refused(lambda: connect(address(nextcloud)).list("")).permanent


@pytest.mark.parametrize("body", [PAGE, "{}", "[]", '{"ocs": {"meta": {}}}', ""])
def test_a_page_in_the_place_of_the_account(httpserver: HTTPServer, connect: Connect, body: str) -> None:
    httpserver.expect_request("/ocs/v1.php/cloud/user").respond_with_data(body, content_type="text/html")
    assert "is the address right?" in str(refused(lambda: put(connect(address(httpserver)))))


def test_a_page_in_the_place_of_folders(nextcloud: HTTPServer, connect: Connect) -> None:
    script(nextcloud, Response("<s:exception>NotFound</s:exception>", status=404))
    nextcloud.expect_request(f"/remote.php/dav/files/{USER}", method="PROPFIND").respond_with_data(PAGE, 207)
    assert "is the address right?" in str(refused(lambda: put(connect(address(nextcloud)))))


def test_a_page_in_the_place_of_links(nextcloud: HTTPServer, connect: Connect) -> None:
    nextcloud.expect_request("/ocs/v1.php/apps/files_sharing/api/v1/shares").respond_with_data(PAGE, content_type="text/html")
    assert "is the address right?" in str(refused(lambda: connect(address(nextcloud)).share("a.txt")))
