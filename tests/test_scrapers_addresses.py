"""Where a request may end up: what is checked is what is connected to."""

import threading
from collections.abc import Iterator
from ipaddress import ip_address

import httpcore
import pytest

from scrapers.errors import PermanentError, TemporaryError
from scrapers.fetching import pinned
from scrapers.fetching.addresses import Address, is_public, same_site, web_address
from scrapers.fetching.fetcher import Fetcher, Response
from scrapers.fetching.pinned import resolve
from tests.world.loopback_site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for scheme in ("http", "https", "all"):
        monkeypatch.delenv(f"{scheme}_proxy", raising=False)
        monkeypatch.delenv(f"{scheme}_proxy".upper(), raising=False)


class Names:
    """A resolver whose answers for a name follow one another; a literal is what it is."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[Address]:
        if not host.endswith(".example"):
            return resolve(host, port)
        self.asked.append(host)
        return [ip_address(self.answers[min(len(self.asked), len(self.answers)) - 1])]


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::10.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::8.8.8.8",
        "2001::1",
        "2001:db8::1",
        "2002:0a00:0001::1",
        "2002:7f00:0001::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "3fff::1",
        "5f00::1",
    ],
)
def test_an_address_that_the_public_cannot_reach_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "151.101.1.1", "2a00:1450::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"]
)
def test_the_addresses_of_the_world_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://10.1.2.3/",
        "http://[fe80::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://[2002:a00:1::]/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://127.1/",
        "ftp://www.comune.example/feed",
        "http:///nohost",
        "nonsense",
        "http://user:word@www.comune.example/",
        "http://www.comune.example:99999/",
        "http://[::1/",
    ],
)
def test_private_and_senseless_addresses_are_never_asked(url: str) -> None:
    with Fetcher(user_agent="t") as fetcher, pytest.raises(PermanentError) as caught:
        fetcher.get(url)
    assert str(caught.value).startswith(f"{url}: ")


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.1", "::1", "64:ff9b::7f00:1"])
def test_a_name_that_resolves_to_a_private_address_is_refused(site: Site, inside: str) -> None:
    site.answer("/", 200, b"secret")
    names = Names(inside)
    with (
        Fetcher(user_agent="t", resolver=names) as fetcher,
        pytest.raises(PermanentError, match="leads to the private address"),
    ):
        fetcher.get(f"http://www.comune.example:{site.port}/")
    assert site.asked == []


class Recorder(httpcore.SyncBackend):
    """Says where a connection would have gone, and makes none."""

    def __init__(self) -> None:
        self.tried: list[str] = []

    def connect_tcp(self, host: str, *args: object, **kwargs: object) -> httpcore.NetworkStream:
        del args, kwargs
        self.tried.append(host)
        raise httpcore.ConnectError("not in a test")


def test_an_answer_of_the_dns_that_changes_after_the_check_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Resolved once: the second answer, loopback, is never asked for, and so never connected to."""
    recorder = Recorder()
    monkeypatch.setattr(pinned, "_SYSTEM", recorder)
    names = Names("8.8.8.8", "127.0.0.1")
    with Fetcher(user_agent="t", resolver=names) as fetcher, pytest.raises(TemporaryError):
        fetcher.get("http://www.comune.example/")
    assert names.asked == ["www.comune.example"]
    assert recorder.tried == ["8.8.8.8"]


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    def several(host: str, port: int) -> list[Address]:
        return [ip_address("8.8.8.8"), ip_address("10.0.0.1")]

    with (
        Fetcher(user_agent="t", resolver=several) as fetcher,
        pytest.raises(PermanentError, match=r"private address 10\.0\.0\.1"),
    ):
        fetcher.get("http://www.comune.example/")


def test_the_address_connected_to_is_the_one_that_was_checked(site: Site) -> None:
    """`localhost` may be loopback; the resolver says which one, and the request still names the host."""
    site.answer("/", 200, b"ok")
    asked: list[str] = []

    def here(host: str, port: int) -> list[Address]:
        asked.append(host)
        return [ip_address("127.0.0.2"), ip_address("127.0.0.1")]

    with Fetcher(user_agent="t", resolver=here) as fetcher:
        answer = fetcher.get(f"http://localhost:{site.port}/")
    assert isinstance(answer, Response)
    assert asked == ["localhost"]
    assert site.asked[0]["Host"] == f"localhost:{site.port}"


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest", "http://10.0.0.1/", "http://[fd00::1]/"])
def test_a_redirect_into_a_private_network_is_refused_even_to_a_host_of_the_profile(
    site: Site, target: str
) -> None:
    site.answer("/", 302, Location=target)
    hosts = ["169.254.169.254", "10.0.0.1", "fd00::1"]
    with (
        Fetcher(user_agent="t", hosts=hosts) as fetcher,
        pytest.raises(PermanentError, match="leads to the private address"),
    ):
        fetcher.get(site.url + "/")


def test_a_public_address_may_not_redirect_to_loopback(site: Site) -> None:
    """The first hop is answered by a proxy, as the outside would; the second one must not be asked."""
    site.answer("/inside", 200, b"secret")
    proxy = Site()
    proxy.answer("http://www.comune.example/", 302, Location=f"{site.url}/inside")
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("http_proxy", proxy.url)
            patch.delenv("no_proxy", raising=False)
            fetcher = Fetcher(user_agent="t", hosts=["127.0.0.1"])
        with fetcher, pytest.raises(PermanentError, match=r"private address 127\.0\.0\.1"):
            fetcher.get("http://www.comune.example/")
        assert len(proxy.asked) == 1
        assert site.asked == []
    finally:
        proxy.close()


def test_a_proxy_of_the_environment_resolves_names_but_is_never_used_for_loopback(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.answer("/", 200, b"direct")
    proxy = Site()
    proxy.answer("http://www.comune.example/feed", 200, b"through the proxy")
    monkeypatch.setenv("http_proxy", proxy.url.replace("http://", "http://anna:segreta@"))
    monkeypatch.delenv("no_proxy", raising=False)
    try:
        with Fetcher(user_agent="t") as fetcher:
            answer = fetcher.get("http://www.comune.example/feed")
            assert isinstance(answer, Response)
            assert answer.content == b"through the proxy"
            assert "Basic" in proxy.asked[0]["Proxy-Authorization"]
            direct = fetcher.get(site.url + "/")
            assert isinstance(direct, Response)
            assert direct.content == b"direct"
            with pytest.raises(PermanentError, match="private address"):
                fetcher.get("http://10.0.0.1/")
        assert len(proxy.asked) == 1
    finally:
        proxy.close()


def test_a_proxy_that_cannot_be_used_says_so_and_leaves_loopback_alone(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.answer("/", 200, b"ok")
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:1080")
    monkeypatch.delenv("no_proxy", raising=False)
    with Fetcher(user_agent="t") as fetcher:
        assert isinstance(fetcher.get(site.url + "/"), Response)
        with pytest.raises(TemporaryError, match="all_proxy of the environment is neither"):
            fetcher.get("http://www.comune.example/")


def test_a_name_without_an_address_is_temporary() -> None:
    def nowhere(host: str, port: int) -> list[Address]:
        raise OSError("Name or service not known")

    with (
        Fetcher(user_agent="t", resolver=nowhere) as fetcher,
        pytest.raises(TemporaryError, match=r"the name www\.comune\.example cannot be resolved"),
    ):
        fetcher.get("http://www.comune.example/")


def test_a_connection_is_kept_for_the_next_request_and_after_304(site: Site) -> None:
    site.answer("/feed", 304)
    site.answer("/", 200, b"ok")
    with Fetcher(user_agent="t") as fetcher:
        for _ in range(3):
            fetcher.get(site.url + "/feed", etag='"1"')
            fetcher.get(site.url + "/")
    assert site.connections == 1


def test_threads_may_share_a_fetcher(site: Site) -> None:
    for number in range(20):
        site.answer(f"/{number}", 200, str(number).encode())
    found: dict[int, bytes] = {}

    def ask(number: int) -> None:
        answer = fetcher.get(f"{site.url}/{number}")
        assert isinstance(answer, Response)
        found[number] = answer.content

    with Fetcher(user_agent="t") as fetcher:
        threads = [threading.Thread(target=ask, args=[number]) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {number: str(number).encode() for number in range(20)}


@pytest.mark.parametrize(
    ("url", "authority", "target"),
    [
        ("http://WWW.Comune.example", "www.comune.example", "/"),
        ("http://www.comune.example.:80/a?b=1#c", "www.comune.example", "/a?b=1"),
        ("https://www.comune.example:8443/a b/città", "www.comune.example:8443", "/a%20b/citt%C3%A0"),
        ("https://www.città.example/%C3%A0?q=à", "www.xn--citt-3na.example", "/%C3%A0?q=%C3%A0"),
        ("http://[2A00:1450::1]:8080/", "[2a00:1450::1]:8080", "/"),
    ],
)
def test_an_address_is_asked_in_ascii(url: str, authority: str, target: str) -> None:
    found = web_address(url)
    assert (found.authority, found.target) == (authority, target)


@pytest.mark.parametrize(
    ("target", "same"),
    [
        ("https://comune.example/feed", True),
        ("https://WWW.comune.example./feed", True),
        ("https://cdn.fornitore.example/x", True),  # in the profile
        ("https://comune.example.evil.example/feed", False),
        ("https://altro.comune.example/feed", False),
        ("https://user@evil.example/www.comune.example", False),
    ],
)
def test_the_same_site_is_the_same_host_but_for_www(target: str, same: bool) -> None:
    assert same_site("http://www.comune.example/feed", target, ["cdn.fornitore.example"]) is same
