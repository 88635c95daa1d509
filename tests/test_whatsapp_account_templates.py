"""Templates at Meta over HTTP: pages that are followed, words of a refusal, answers that are none."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from flows.whatsapp.account_templates import PAGE, ask_template, create, edit, listed
from flows.whatsapp.errors import Refused, Retryable
from tests.world.loopback_site import Site

HEADERS = {"Authorization": "Bearer very-secret"}
FIELDS = (
    "name,language,status,category,message_send_ttl_seconds,quality_score,components,"
    "degrees_of_freedom_spec,rejected_reason"
)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def page(site: Site, names: list[str], query: str = "", **paging: Any) -> None:
    rows = [{"name": name, "language": "it", "status": "APPROVED", "category": "UTILITY"} for name in names]
    path = f"/200/message_templates?fields={quote(FIELDS, safe='')}&limit={PAGE}{query}"
    site.answer(path, 200, json.dumps({"data": rows, "paging": paging}).encode())


def test_pages_are_followed_by_their_cursor_and_never_by_their_address(site: Site) -> None:
    page(site, ["uno", "due"], cursors={"after": "abc"}, next="https://elsewhere.example/?access_token=x")
    page(site, ["tre"], "&after=abc", cursors={"after": "def"})
    assert [state.name for state in listed(site.url, "200", HEADERS)] == ["uno", "due", "tre"]
    assert len(site.asked) == 2
    page(site, ["uno_bis"], "&name=uno", cursors={"after": "abc"}, next="x")
    page(site, ["uno"], "&name=uno&after=abc")
    found = ask_template(site.url, "200", "uno", "it", HEADERS)
    assert found is not None
    assert (found.name, found.rejected_for) == ("uno", "")
    assert ask_template(site.url, "200", "uno", "de", HEADERS) is None


def test_pages_without_an_end_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.whatsapp.account_templates.MOST_PAGES", 3)
    page(site, ["uno"], cursors={"after": "abc"}, next="x")
    page(site, ["uno"], "&after=abc", cursors={"after": "abc"}, next="x")
    with pytest.raises(Retryable, match="no end"):
        list(listed(site.url, "200", HEADERS))
    assert len(site.asked) == 3
    page(site, ["uno"], next="x")
    with pytest.raises(Retryable, match="next page"):
        list(listed(site.url, "200", HEADERS))


def submitted(site: Site, status: int, answer: object) -> Any:
    site.answer("/200/message_templates", status, json.dumps(answer).encode())
    return create(site.url, "200", HEADERS, {"name": "bollettino_1"})


def test_a_created_template_tells_the_category_that_meta_gave(site: Site) -> None:
    made = submitted(site, 200, {"id": "1", "status": "PENDING", "category": "MARKETING"})
    assert (made.id, made.status, made.category) == ("1", "PENDING", "MARKETING")
    site.answer("/1", 200, b'{"success": true}')
    edit(site.url, "1", HEADERS, {"components": []})
    site.answer("/1", 200, b'{"success": false}')
    with pytest.raises(Refused, match="does not say"):
        edit(site.url, "1", HEADERS, {"components": []})


def test_a_refused_template_says_why_in_metas_words(site: Site) -> None:
    error = {
        "code": 100,
        "error_subcode": 2388299,
        "message": "Invalid parameter",
        "error_user_msg": "Params first",
    }
    with pytest.raises(Refused, match="bollettino_1: HTTP 400: Params first: Invalid parameter") as caught:
        submitted(site, 400, {"error": error})
    assert (caught.value.code, caught.value.subcode) == (100, 2388299)
    with pytest.raises(Refused, match="holds no id"):
        submitted(site, 200, {"hello": 1})


def test_trouble_at_meta_may_be_retried(site: Site) -> None:
    with pytest.raises(Retryable):
        submitted(site, 500, {"error": {"code": 2}})
    site.answer("/200/message_templates", 502, b"<html>")
    with pytest.raises(Retryable):
        create(site.url, "200", HEADERS, {"name": "bollettino_1"})
    site.close()
    with pytest.raises(Retryable, match="not reached"):
        create(site.url, "200", HEADERS, {"name": "bollettino_1"})
