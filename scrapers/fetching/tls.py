"""Whom an encrypted connection trusts: certifi's roots, always verified.

Some public authorities send only their own certificate and forget the authority between it and the root
(AllertaLOM is one). `data/intermediates.pem` completes such a chain, and `issuers` looks up what is not in
it. Neither is an anchor: a chain must still end in a root, and falls with it.
"""

import ssl
from functools import cache
from pathlib import Path

import certifi

INTERMEDIATES = Path(__file__).parent.parent / "data" / "intermediates.pem"


@cache
def trusted() -> ssl.SSLContext:
    """The one context of this process (it takes 30 ms to make); it may be shared by threads."""
    return context(Path(certifi.where()), INTERMEDIATES)


def context(roots: Path, intermediates: Path) -> ssl.SSLContext:
    """A context for clients that verifies chains and host names, from two PEM files."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # requires a certificate and its host name
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_verify_locations(roots)
    own = ssl.get_default_verify_paths()
    if own.cafile and own.cafile != own.openssl_cafile and own.openssl_cafile_env == "SSL_CERT_FILE":
        made.load_verify_locations(own.cafile)
    made.load_verify_locations(intermediates)
    # Python 3.13 lets create_default_context() accept an intermediate as the end of a chain
    made.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    return made
