"""Certificates are always verified; a forgotten intermediate is made up for, and is still no anchor."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from scrapers.errors import PermanentError
from scrapers.fetching.addresses import Address
from scrapers.fetching.fetcher import Fetcher, Response
from scrapers.fetching.tls import INTERMEDIATES, context, trusted
from tests.world.loopback_site import Site

DAY = timedelta(days=1)


@dataclass
class Certified:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def write(self, path: Path, *, key: bool = False) -> Path:
        pem = self.certificate.public_bytes(serialization.Encoding.PEM)
        if key:
            pem += self.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        path.write_bytes(pem)
        return path


def certify(
    name: str, by: Certified | None = None, *, ca: bool = True, days: int = 10, issuer_at: str = ""
) -> Certified:
    """A certificate for `name`, signed `by` another one or by itself, that says where its issuer's is."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder(
            by.certificate.subject if by else subject, subject, key.public_key(), x509.random_serial_number()
        )
        .not_valid_before(now - 30 * DAY)
        .not_valid_after(now + days * DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if by:
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key())
        builder = builder.add_extension(issuer, critical=False)
    if issuer_at:
        access = x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(issuer_at)
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    if not ca:
        names = [x509.IPAddress(ip_address("127.0.0.1"))] if name[0].isdigit() else [x509.DNSName(name)]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Certified(builder.sign(by.key if by else key, hashes.SHA256()), key)


@dataclass
class Chain:
    root: Certified
    intermediate: Certified
    folder: Path

    def context(
        self, *, roots: Certified | None = None, intermediates: Certified | None = None
    ) -> ssl.SSLContext:
        return context(
            (roots or self.root).write(self.folder / "roots.pem"),
            (intermediates or self.intermediate).write(self.folder / "intermediates.pem"),
        )

    def site(self, name: str = "127.0.0.1", *, days: int = 10, issuer_at: str = "") -> Site:
        """A server that sends its own certificate and nothing else."""
        leaf = certify(name, self.intermediate, ca=False, days=days, issuer_at=issuer_at)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(leaf.write(self.folder / "leaf.pem", key=True))
        site = Site(tls)
        site.answer("/", 200, b"ok")
        return site


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    root = certify("Autorità")
    return Chain(root, certify("Intermedia", root), tmp_path)


def fetched(site: Site, tls: ssl.SSLContext | None = None) -> bytes:
    try:
        with Fetcher(user_agent="t", timeout=60, context=tls) as fetcher:
            answer = fetcher.get(site.url + "/")
            assert isinstance(answer, Response)
            return answer.content
    finally:
        site.close()


def test_a_server_that_forgets_its_intermediate_is_verified_all_the_same(chain: Chain) -> None:
    assert fetched(chain.site(), chain.context()) == b"ok"


def test_without_the_shipped_intermediate_the_same_server_is_refused(chain: Chain) -> None:
    with pytest.raises(PermanentError, match="certificate cannot be verified"):
        fetched(chain.site(), chain.context(intermediates=certify("Un'altra")))


def test_an_intermediate_is_no_anchor_once_its_root_is_gone(chain: Chain) -> None:
    with pytest.raises(PermanentError, match="certificate cannot be verified"):
        fetched(chain.site(), chain.context(roots=certify("Un'altra")))


def test_an_intermediate_falls_with_an_expired_root(tmp_path: Path) -> None:
    root = certify("Autorità", days=-1)
    chain = Chain(root, certify("Intermedia", root), tmp_path)
    with pytest.raises(PermanentError, match="certificate cannot be verified"):
        fetched(chain.site(), chain.context())


@pytest.mark.parametrize(("name", "days"), [("127.0.0.1", -1), ("www.altro.example", 10)])
def test_an_expired_certificate_or_another_host_is_refused(chain: Chain, name: str, days: int) -> None:
    with pytest.raises(PermanentError, match="certificate cannot be verified"):
        fetched(chain.site(name, days=days), chain.context())


def test_the_certificate_must_be_of_the_name_although_an_address_is_connected_to(chain: Chain) -> None:
    def here(host: str, port: int) -> list[Address]:
        return [ip_address("127.0.0.1")]

    for name, right in (("localhost", True), ("127.0.0.1", False)):
        site = chain.site(name)
        address = f"https://localhost:{site.port}/"
        try:
            with Fetcher(user_agent="t", context=chain.context(), resolver=here) as fetcher:
                if right:
                    assert isinstance(fetcher.get(address), Response)
                else:
                    with pytest.raises(PermanentError, match="certificate cannot be verified"):
                        fetcher.get(address)
        finally:
            site.close()


def test_a_certificate_that_nobody_vouches_for_is_refused(chain: Chain) -> None:
    with pytest.raises(PermanentError, match="certificate cannot be verified"):
        fetched(chain.site())


@pytest.fixture
def issuers() -> Iterator[Site]:
    """Where the authorities publish their certificates, without encryption as they all do."""
    site = Site()
    yield site
    site.close()


def der(of: Certified) -> bytes:
    return of.certificate.public_bytes(serialization.Encoding.DER)


def test_a_forgotten_intermediate_that_we_do_not_ship_is_looked_up_once(chain: Chain, issuers: Site) -> None:
    tls = chain.context(intermediates=certify("Un'altra"))
    issuers.answer("/ca.cer", 200, der(chain.intermediate))
    for _ in range(2):
        assert fetched(chain.site(issuer_at=f"{issuers.url}/ca.cer"), tls) == b"ok"
    assert len(issuers.asked) == 1


@pytest.mark.parametrize("form", ["pem", "pkcs7"])
def test_an_intermediate_may_be_published_in_other_forms_and_have_one_above_it(
    chain: Chain, issuers: Site, form: str
) -> None:
    above = certify("Superiore", chain.root)
    below = Chain(chain.root, certify("Inferiore", above, issuer_at=f"{issuers.url}/above.p7c"), chain.folder)
    for name, one in (("above", above), ("below", below.intermediate)):
        pem = one.certificate.public_bytes(serialization.Encoding.PEM)
        packed = pkcs7.serialize_certificates([one.certificate], serialization.Encoding.DER)
        issuers.answer(f"/{name}.p7c", 200, pem if form == "pem" else packed)
    tls = chain.context(intermediates=certify("Un'altra"))
    assert fetched(below.site(issuer_at=f"{issuers.url}/below.p7c"), tls) == b"ok"


def test_what_is_looked_up_must_lead_to_a_root_of_ours(chain: Chain, issuers: Site) -> None:
    """The other root's chain is whole, an impostor has the right name, and a leaf is no authority."""
    other = certify("Autorità")
    wrong = {
        "/root": der(chain.root),
        "/impostor": der(certify("Intermedia", other)),
        "/expired": der(certify("Intermedia", chain.root, days=-1)),
        "/junk": b"<html>Non trovato</html>",
        "/large": b"x" * 200_000,
    }
    tls = chain.context(roots=other, intermediates=certify("Un'altra"))
    known = len(tls.get_ca_certs())
    for path, body in wrong.items():
        issuers.answer(path, 200, body)
        with pytest.raises(PermanentError, match="certificate cannot be verified"):
            fetched(chain.site(issuer_at=issuers.url + path), tls)
    issuers.answer("/right", 200, der(chain.intermediate))
    with pytest.raises(PermanentError, match="certificate cannot be verified"):
        fetched(chain.site(issuer_at=issuers.url + "/right"), tls)
    assert len(tls.get_ca_certs()) == known
    assert len(issuers.asked) == len(wrong) + 1


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1/ca", "https://127.0.0.1:1/ca", "ldap://x/ca", "http://["]
)
def test_an_issuer_in_a_private_network_is_not_asked(chain: Chain, address: str) -> None:
    with pytest.raises(PermanentError, match="certificate cannot be verified"):
        fetched(chain.site(issuer_at=address), chain.context(intermediates=certify("Un'altra")))


def test_what_we_ship_helps_to_build_chains_and_ends_none() -> None:
    made = trusted()
    assert made is trusted()
    assert made.verify_mode == ssl.CERT_REQUIRED
    assert made.check_hostname
    assert not made.verify_flags & ssl.VERIFY_X509_PARTIAL_CHAIN


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # of an old root of certifi's
def test_every_shipped_intermediate_is_valid_and_signed_by_a_root_of_certifi() -> None:
    roots = x509.load_pem_x509_certificates(Path(certifi.where()).read_bytes())
    shipped = x509.load_pem_x509_certificates(INTERMEDIATES.read_bytes())
    assert shipped
    for one in shipped:
        name = one.subject.rfc4514_string()
        constraints = one.extensions.get_extension_for_class(x509.BasicConstraints).value
        assert constraints.ca, name
        assert one.subject != one.issuer, f"{name} is a root"
        assert one.not_valid_after_utc > datetime.now(UTC), f"{name} has expired: take it out"
        (root,) = [root for root in roots if root.subject == one.issuer]
        one.verify_directly_issued_by(root)
        assert root.not_valid_after_utc > datetime.now(UTC)


def test_allertalom_is_provided_for() -> None:
    """Its server sends a certificate of Actalis' and nothing above it."""
    subjects = [
        one.subject.rfc4514_string() for one in x509.load_pem_x509_certificates(INTERMEDIATES.read_bytes())
    ]
    assert any("Actalis Organization Validated Server CA G3" in subject for subject in subjects)
