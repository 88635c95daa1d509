"""The questions to the provider: where the token goes, what an answer that is no answer becomes."""

import traceback
from collections.abc import Iterator

import pytest

from flows.whatsapp.account import LARGEST, NumberState, ask_number
from flows.whatsapp.errors import NowhereError, Refused, Retryable, TokenError, trouble
from tests.world.loopback_site import Site

RIGHT = {"Authorization": "Bearer very-secret"}


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def ask(site: Site, path: str = "/1?", **headers: str) -> NumberState:
    fields = "fields=quality_rating%2Cstatus%2Cwhatsapp_business_manager_messaging_limit"
    site.answers = {f"{key}{fields}": value for key, value in site.answers.items()}
    return ask_number(site.url, path.strip("/?"), headers or RIGHT)


@pytest.mark.parametrize("proxy", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_the_sandbox_is_asked_past_any_proxy_and_with_the_token(
    site: Site, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    site.answer("/1?", 200, b'{"quality_rating": "GREEN", "status": "CONNECTED"}')
    assert ask(site).quality == "GREEN"
    assert site.asked[0]["Authorization"] == "Bearer very-secret"


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "ftp://127.0.0.1:9", "127.0.0.1:9"])
def test_a_proxy_that_cannot_be_used_is_no_way_to_the_provider(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(Retryable, match="not reached"):
        ask_number("https://graph.example.test/v25.0", "1", RIGHT)


@pytest.mark.slow
def test_a_redirect_does_not_take_the_token_along(site: Site) -> None:
    elsewhere = Site()
    try:
        site.answer("/1?", 302, b"", Location=f"{elsewhere.url}/")
        with pytest.raises(Retryable, match="HTTP 302 without JSON"):
            ask(site)
        assert elsewhere.asked == []
    finally:
        elsewhere.close()


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"<html>", NowhereError, "HTTP 404 without JSON"),
        (b"[]", NowhereError, "HTTP 404 without a JSON object"),
        (b'{"error": {"code": 100}}', Refused, "HTTP 404, code 100"),
        (b'{"a": "' + b"x" * LARGEST + b'"}', Retryable, "without JSON"),
    ],
)
def test_an_answer_that_tells_nothing_of_the_number(
    site: Site, body: bytes, kind: type[Exception], words: str
) -> None:
    site.answer("/1?", 404, body)
    with pytest.raises(kind, match=words):
        ask(site)


def test_a_token_that_cannot_be_sent_is_in_no_traceback(site: Site) -> None:
    for token in ("very-secret\n", "very-secret\u00e8"):
        with pytest.raises(Retryable) as caught:
            ask(site, Authorization=f"Bearer {token}")
        assert "very-secret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (401, None, TokenError),
        (403, {"code": True}, TokenError),
        (400, {"code": 190, "error_subcode": 463}, TokenError),
        (400, {"code": 200}, TokenError),
        (400, {"code": 100}, Refused),
        (400, {"code": 4}, Retryable),
        (400, {"code": 130429}, Retryable),
        (429, None, Retryable),
        (500, {"code": 100}, Retryable),
        (502, "Bad Gateway", Retryable),
        (400, None, Refused),
    ],
)
def test_what_an_error_of_the_provider_is_raised_as(
    status: int, error: object, kind: type[Exception]
) -> None:
    found = trouble("words", status, error)
    assert type(found) is kind
    assert str(found) == "words"
