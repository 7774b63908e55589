"""Electronic signatures (PAdES) on PDF files, with the key and certificate of a PKCS#12 file that the agency holds.

Nothing here calls the outside: no time-stamp server and no revocation list is asked, so the profile is PAdES B-B. The
unsigned bytes are never changed; who asks for a signature and gets `SigningError` still has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from reportlab.pdfgen.canvas import Canvas

from integration.documents import fonts
from integration.documents.signatures import Place
from integration.i18n import Translate
from integration.messages import plain
from integration.settings import Settings
from integration.zones import clock

FIELD = "Hadir"
_SETTING = "HADIR_SIGNING_PKCS12_FILE"
_PASSWORD = "HADIR_SIGNING_PASSWORD_FILE"  # noqa: S105  # the name of a setting


class SigningError(Exception):
    """The document cannot be signed; the text (English, for administrators) says why and what to do."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A key that can sign at the moment it was opened; `name` is whose it is, `until` the last moment of its validity."""

    signer: Any
    name: str
    issuer: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """A signature that shows: where, and in whose language and zone it says when."""

    place: Place
    t: Translate
    zone: str


def place_for(places: Sequence[Place], certificate: Certificate) -> Place | None:
    """Where the mark belongs: in the certificate holder's own place, else in one that is nobody's; None if there is none."""
    name = certificate.name.casefold()
    own = [place for place in places if place.name and place.name.casefold() == name]
    free = [place for place in places if not place.name]
    fitting = own or free
    return fitting[-1] if fitting else None


def open_certificate(settings: Settings, now: datetime) -> Certificate:
    """The configured key and certificate. Raises `SigningError`."""
    path = settings.signing_pkcs12
    if path is None:
        raise SigningError(f"signing is not set up: {_SETTING} must name a PKCS#12 file (.p12, .pfx)")
    content = _read(path)
    certificate = _certificate(content, settings.signing_password.get_secret_value(), path)
    if now < certificate.not_valid_before_utc:
        raise SigningError(
            f"the certificate in {path} is not valid before {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        )
    if now > certificate.not_valid_after_utc:
        raise SigningError(
            f"the certificate in {path} expired on {certificate.not_valid_after_utc:%Y-%m-%d}: ask its issuer for a new one "
            f"and let {_SETTING} name it"
        )
    return Certificate(
        _signer(content, settings.signing_password.get_secret_value()),
        _common_name(certificate.subject),
        _common_name(certificate.issuer),
        certificate.not_valid_after_utc,
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise SigningError(f"{_SETTING} names {path}, which cannot be read: {reason}") from None


def _certificate(content: bytes, password: str, path: Path) -> x509.Certificate:
    from asn1crypto.pkcs12 import Pfx

    try:
        Pfx.load(content, strict=True)["version"].native  # noqa: B018  # read: parsing is lazy
    except (ValueError, TypeError, KeyError):
        raise SigningError(f"{path} is not a PKCS#12 file (.p12, .pfx)") from None
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(content, password.encode() or None)
    except ValueError:
        said = "the password is wrong" if password else "a password is needed"
        raise SigningError(f"{path} cannot be opened: {said}; set {_PASSWORD}") from None
    if key is None or certificate is None:
        raise SigningError(f"{path} holds no {'private key' if key is None else 'certificate'}: export both into it")
    return certificate


def _signer(content: bytes, password: str) -> Any:
    from pyhanko.sign.signers import SimpleSigner

    return SimpleSigner.load_pkcs12_data(content, [], password.encode() or None)


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME) or name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


# ---------------------------------------------------------------- signing


def sign(
    content: bytes, certificate: Certificate, now: datetime, *, reason: str = "", place: str = "", mark: Mark | None = None
) -> bytes:
    """`content`, a PDF file, with a signature added behind it (the bytes of the original stay as they are).

    Raises `SigningError`.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

    class Signer(PdfSigner):
        def init_signing_session(self, *given: Any, **named: Any) -> Any:
            """The moment that we were given, not that of another clock."""
            session = super().init_signing_session(*given, **named)
            session.system_time = now
            return session

    meta = PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason or None,
        location=place or None,
        name=certificate.name,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
    )
    field = SigFieldSpec(FIELD, on_page=mark.place.page if mark else 0, box=_box(mark) if mark else None)
    signed = BytesIO()
    try:
        with _style(mark, certificate, now) as style:
            signer = Signer(meta, certificate.signer, stamp_style=style, new_field_spec=field)
            # In a thread of its own: the library starts an event loop, and the caller may have one.
            with ThreadPoolExecutor(1) as own:
                own.submit(signer.sign_pdf, IncrementalPdfFileWriter(BytesIO(content)), output=signed).result()
    except Exception as error:  # whatever a key of a rare kind makes the library raise
        raise SigningError(f"the document could not be signed with the certificate of {certificate.name}: {error}") from error
    return signed.getvalue()


def _box(mark: Mark) -> tuple[int, int, int, int]:
    place = mark.place
    return round(place.left), round(place.bottom), round(place.right), round(place.top)


@contextmanager
def _style(mark: Mark | None, certificate: Certificate, now: datetime) -> Iterator[Any]:
    """What shows in the signature's place: a page of that size, drawn with our own font. The library wants a file."""
    from pyhanko.stamp import StaticStampStyle

    if mark is None:
        yield None
        return
    with TemporaryDirectory(prefix="hadir-") as folder:
        path = Path(folder) / "mark.pdf"
        path.write_bytes(_appearance(mark, certificate.name, now))
        yield StaticStampStyle.from_pdf_file(str(path), border_width=0)


def _appearance(mark: Mark, name: str, now: datetime) -> bytes:
    left, bottom, right, top = _box(mark)
    wide, tall = right - left, top - bottom
    fonts.register()
    file = BytesIO()
    canvas = Canvas(file, pagesize=(wide, tall), initialFontName=fonts.REGULAR)  # type: ignore[arg-type]  # the stub errs
    canvas.setStrokeColorRGB(0.12, 0.31, 0.47)
    canvas.setLineWidth(0.8)
    canvas.roundRect(0.5, 0.5, wide - 1, tall - 1, 3)
    y = tall - 4.0
    for text, size, bold in (
        (plain(mark.t("Signed electronically by")), 6.5, False),
        (name, 8.5, True),
        (f"{now.astimezone(ZoneInfo(mark.zone)):%d/%m/%Y} {clock(now, mark.zone)}", 6.5, False),
    ):
        for line in fonts.wrap(text, size, wide - 10, bold)[:2]:
            y -= size * 1.25
            canvas.setFont(fonts.name(bold), size)
            canvas.drawString(5, y, line)
    canvas.save()
    return file.getvalue()
