"""The certificates that a server should have sent, looked up where its own certificate says they are.

As browsers do (RFC 5280, 4.2.2.1, "CA Issuers"). Nothing found this way is trusted: it is kept only if every
signature up to a root that we have is right, and the connection is then verified like any other.
"""

import warnings
from collections.abc import Callable, Iterable
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import AuthorityInformationAccessOID

LONGEST_CHAIN = 4  # between a server and its root there are one or two


def missing_between(
    leaf: bytes, known: Iterable[bytes], fetch: Callable[[str], bytes], *, now: datetime
) -> str | None:
    """PEM of the authorities that complete the chain from `leaf` to a root among `known`, or None.

    `leaf` and `known` are DER; a known certificate that signed itself is a root. `fetch` gives the bytes
    behind an http address. None also when a signature, a date or a permission on the way is wrong.
    """
    shown = _loaded(leaf)
    if not shown:
        return None
    child = shown[0]
    ours = [one for der in known for one in _loaded(der)]
    found: list[x509.Certificate] = []
    for _ in range(LONGEST_CHAIN):
        if any(one.issuer == one.subject and _signed(child, one, now) for one in ours):
            return "".join(one.public_bytes(Encoding.PEM).decode() for one in found) or None
        issuer = next((one for one in ours if _signed(child, one, now)), None)
        if issuer is None:
            address = _issuer_address(child)
            candidates = _loaded(fetch(address)) if address else []
            issuer = next((one for one in candidates if _signed(child, one, now)), None)
            if issuer is None:
                return None
            found.append(issuer)
        child = issuer
    return None


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
        str(one.access_location.value)
        for one in access
        if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    ]
    return next((one for one in addresses if one.startswith("http://")), None)


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
