"""Keys and certificates made in a test, as an agency would hold them in a PKCS#12 file."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

PASSWORD = "rahasia sekali"


def pkcs12_file(
    folder: Path, now: datetime, *, name: str = "Rina Marlina", days: int = 365, password: str = PASSWORD, curve: bool = False
) -> Path:
    """A self-signed certificate that begins 400 days before `now` and ends `days` after it; RSA, or an elliptic curve."""
    key = ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    path = folder / "tanda-tangan.p12"
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"hadir", key, certificate, None, encryption))
    return path
