"""What our own servers are asked: past any proxy, without following anybody, without telling a number."""

import traceback
from collections.abc import Iterator

import pytest

from flows.cli import neighbours
from flows.cli.neighbours import NeighbourError
from tests.world.loopback_site import Site


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    site = Site()
    yield site
    site.close()


def test_a_status_is_told_as_it_is_and_nobody_is_none(site: Site) -> None:
    elsewhere = Site()
    site.answer("/salute", 503)
    site.answer("/moved", 302, Location=f"{elsewhere.url}/")
    assert [neighbours.status(site.url + path) for path in ("/salute", "/moved")] == [503, 302]
    elsewhere.close()
    assert elsewhere.asked == []
    assert neighbours.status("http://127.0.0.1:9/") is None


def test_what_the_sandbox_says_is_json_and_a_refusal_names_no_number(site: Site) -> None:
    site.answer("/telefoni", 200, b"[1]")
    site.answer("/telefoni/393330001122", 404)
    assert neighbours.tell(f"{site.url}/telefoni") == [1]
    for address in (f"{site.url}/telefoni/393330001122", "http://127.0.0.1:9/telefoni/393330001122"):
        with pytest.raises(NeighbourError) as caught:
            neighbours.tell(address)
        assert "393330001122" not in "".join(traceback.format_exception(caught.value))
