"""Whom an encrypted connection trusts: certifi's roots, always verified.

Some public authorities send only their own certificate and forget the authority between it and the root
(AllertaLOM is one). `data/intermediates.pem` completes such a chain, and what is not in it is looked up where
the server's certificate says that it is, as browsers do (RFC 5280, 4.2.2.1, "CA Issuers"). Neither is an
anchor: what was looked up is kept only if every signature up to a root that we have is right, the connection
is then verified like any other, and a chain falls with its root.
"""

import ssl
import warnings
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import AuthorityInformationAccessOID

INTERMEDIATES = Path(__file__).parent.parent / "data" / "intermediates.pem"
LONGEST_CHAIN = 4  # between a server and its root there are one or two


@cache
def trusted() -> ssl.SSLContext:
    """The one context of this process (it takes 30 ms to make); it may be shared by threads."""
    return context(Path(certifi.where()), INTERMEDIATES)


def context(roots: Path, intermediates: Path) -> ssl.SSLContext:
    """A context for clients that verifies chains and host names, from two PEM files."""
    client_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # requires a certificate and its host name
    client_context.minimum_version = ssl.TLSVersion.TLSv1_2
    client_context.load_verify_locations(roots)
    own = ssl.get_default_verify_paths()
    if own.cafile and own.cafile != own.openssl_cafile and own.openssl_cafile_env == "SSL_CERT_FILE":
        client_context.load_verify_locations(own.cafile)
    client_context.load_verify_locations(intermediates)
    # Python 3.13 lets create_default_context() accept an intermediate as the end of a chain
    client_context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    return client_context


def missing_between(
    leaf: bytes, certificates: Iterable[bytes], fetch: Callable[[str], bytes], *, now: datetime
) -> str | None:
    """PEM of the authorities that complete the chain from `leaf` to a root among `certificates`, or None.

    `leaf` and `certificates` are DER; of these, one that signed itself is a root. `fetch` gives the bytes
    behind an http address. None also when a signature, a date or a permission on the way is wrong.
    """
    presented = _loaded(leaf)
    if not presented:
        return None
    child = presented[0]
    ours = [authority for der in certificates for authority in _loaded(der)]
    missing: list[x509.Certificate] = []
    for _ in range(LONGEST_CHAIN):
        if any(root.issuer == root.subject and _signed(child, root, now) for root in ours):
            return "".join(authority.public_bytes(Encoding.PEM).decode() for authority in missing) or None
        issuer = _issuer_of(child, ours, now)
        if issuer is None:
            address = _issuer_address(child)
            issuer = _issuer_of(child, _loaded(fetch(address)), now) if address else None
            if issuer is None:
                return None
            missing.append(issuer)
        child = issuer
    return None


def _issuer_of(
    child: x509.Certificate, authorities: Iterable[x509.Certificate], now: datetime
) -> x509.Certificate | None:
    return next((authority for authority in authorities if _signed(child, authority, now)), None)


def _signed(child: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    """Whether `issuer` is an authority, valid now, that signed `child`."""
    if issuer.subject != child.issuer:
        return False
    try:
        authority = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        child.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return False
    return authority and issuer.not_valid_before_utc <= now <= issuer.not_valid_after_utc


def _issuer_address(child: x509.Certificate) -> str | None:
    try:
        access = child.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return None
    addresses = [
        str(description.access_location.value)
        for description in access
        if description.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    ]
    return next((address for address in addresses if address.startswith("http://")), None)


def _loaded(content: bytes) -> list[x509.Certificate]:
    """One certificate as DER or PEM, or several in a PKCS #7 file; none of anything else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # an old root's serial number
        readers: tuple[Callable[[bytes], list[x509.Certificate]], ...] = (
            lambda raw: [x509.load_der_x509_certificate(raw)],
            x509.load_pem_x509_certificates,
            pkcs7.load_der_pkcs7_certificates,
        )
        for reader in readers:
            try:
                return reader(content)
            except (ValueError, UnsupportedAlgorithm):
                continue
    return []
