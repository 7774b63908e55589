"""An office's own certificates: refused while nobody vouches for them, accepted with the office's authority."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer

from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.files import NextcloudStorage
from tests.adapters.nextcloud.account import USER
from tests.adapters.nextcloud.faults import FILE, WRITTEN

AUTHORITIES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
Connect = Callable[..., NextcloudStorage]


def certificate(folder: Path) -> tuple[Path, Path]:
    """The files of a certificate for 127.0.0.1, signed by itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kantor")])
    now = datetime.now(UTC)
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(addresses, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "kantor.pem", folder / "kantor.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths[1].write_bytes(key.private_bytes(*private))
    return paths


@pytest.fixture(autouse=True)
def no_authority_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in AUTHORITIES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a Nextcloud with such a certificate, and the certificate."""
    public, private = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        user = {"ocs": {"meta": {"status": "ok"}, "data": {"id": USER}}}
        server.expect_request("/ocs/v1.php/cloud/user").respond_with_json(user)
        server.expect_request(FILE).respond_with_data("isi", headers=WRITTEN)
        yield server.url_for("/").rstrip("/"), public


def test_a_certificate_that_nobody_vouches_for(office: tuple[str, Path], connect: Connect) -> None:
    with pytest.raises(NextcloudError, match="certificate of .* is not trusted") as error:
        connect(office[0]).get("a.txt")
    assert not error.value.permanent


@pytest.mark.parametrize("variable", AUTHORITIES)
def test_the_offices_own_authority(
    office: tuple[str, Path], connect: Connect, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(office[1]))
    assert connect(office[0]).get("a.txt") == b"isi"
