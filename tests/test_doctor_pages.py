"""The citizens' pages as a citizen opens them: by their public name, through whatever stands in front."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.models import BulletinStatus
from flows.doctor import public
from flows.doctor.finding import Verdict
from flows.web.app import create_app
from tests.test_doctor_outside import published
from tests.test_scrapers_tls import Chain, certify
from tests.world.builders import make_bulletin
from tests.world.comune import Comune
from tests.world.examined import answer
from tests.world.loopback_site import Site as Front
from tests.world.web_site import Site


@pytest.fixture
def front(comune: Comune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    """The public address; nothing stands behind it yet."""
    root = certify("Autorità")
    front = published(comune, Chain(root, certify("Intermedia", root), tmp_path), monkeypatch)
    yield front
    front.close()


def serve(comune: Comune, front: Front, *paths: str) -> None:
    """The web app's own pages, as it makes them for this profile."""
    app = create_app(comune.settings, comune.engine, clock=lambda: datetime.now(UTC))
    for path in paths:
        made = Site(app, app.state.web).request("GET", path)
        front.answer(path, made.status_code, made.content)


def test_every_page_says_itself_where_it_stands_and_the_last_bulletin_s_is_one(
    comune: Comune, front: Front
) -> None:
    serve(comune, front, *public.PAGES)
    assert answer(comune, public.pages).verdict == Verdict.good
    with comune.look() as session:
        code = make_bulletin(session, status=BulletinStatus.sent).code
    serve(comune, front, f"/b/{code}")
    before = len(front.asked)
    assert answer(comune, public.pages).verdict == Verdict.good
    assert len(front.asked) - before == len(public.PAGES) + 1
    serve(comune, front, "/niente")
    front.answers[f"/b/{code}"] = front.answers["/niente"]
    assert f"/b/{code} (404)" in answer(comune, public.pages).words


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (502, b"<h1>Bad Gateway</h1>", "/iscriviti (502)"),
        (301, b"", "/iscriviti (301)"),
        (200, b"<h1>Welcome to nginx!</h1>", "/iscriviti (un'altra pagina)"),
        (
            200,
            b'<link rel="canonical" href="https://altro.example/iscriviti">',
            "/iscriviti (un'altra pagina)",
        ),
    ],
)
def test_the_page_of_another_is_none_of_ours(
    comune: Comune, front: Front, status: int, body: bytes, told: str
) -> None:
    serve(comune, front, *public.PAGES)
    front.answer("/iscriviti", status, body)
    said = answer(comune, public.pages)
    assert said.verdict == Verdict.failed
    assert said.words == f"I cittadini non trovano le nostre pagine: {told}."


def test_where_nobody_answers_and_where_the_address_is_this_machine_s(comune: Comune, front: Front) -> None:
    front.close()
    said = answer(comune, public.pages)
    assert (said.verdict, said.words) == (Verdict.failed, "All'indirizzo pubblico non risponde nessuno.")
    comune.reprofile()
    assert answer(comune, public.pages).is_left_out, "the sandbox has no address outside"
