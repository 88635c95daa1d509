"""A run that did not do what a person started it for: red, with the reason as its message and in its name."""

import logging
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect import State
from prefect.logging import disable_run_logger
from sqlalchemy import Engine

from db import bulletins
from db.engine import transaction
from db.models import BulletinStatus
from flows import announce, backfill, correct, dispatch, settle, stop
from flows.letters import orders
from flows.review import acts
from flows.review.acts import NotDoneError, cannot_resume
from flows.runs import choices, client, waits
from flows.settings import Settings
from flows.settle import GOT
from tests.test_review_acts import (
    QUEUED,
    Deed,
    _arrivati,
    _chiudi,
    _ferma,
    _riapri,
    _ritenta,
    proof,
    rows,
    sent,
)
from tests.test_review_acts_told import letters
from tests.test_review_codes import code
from tests.world.builders import NOW, make_bulletin
from tests.world.code_secrets import ANNA


class Runs:
    """Prefect's server, as a run of these flows tells it how it is called."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.pages: list[str] = []

    def update_flow_run(self, _run_id: UUID, *, name: str, tags: object) -> None:
        assert tags is None
        self.names.append(name)


@pytest.fixture
def run(asking: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    """Flows run in this process, with the database of the test and no server."""
    server = Runs()
    settings = Settings(
        asking.profile, asking.path, asking.state, sqlite.url.render_as_string(hide_password=False)
    )
    monkeypatch.setattr(client, "get_client", lambda sync_client: nullcontext(server))  # noqa: ARG005
    monkeypatch.setattr(client, "proof", proof)
    for module in (announce, backfill, correct, dispatch, settle, stop):
        monkeypatch.setattr(module, "load", lambda: settings)
    for module in (client, correct):
        monkeypatch.setattr(module, "create_markdown_artifact", lambda page, **_: server.pages.append(page))
    monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__ID", str(uuid4()))
    with disable_run_logger():
        yield server


ANNA_ASKS: dict[str, Any] = {"chi": ANNA.name, "codice": code()}
SENT = "Il bollettino 1 è inviato"
REFUSED: dict[str, tuple[Any, dict[str, Any], BulletinStatus, str]] = {
    "ferma: no editor": (
        stop.stop,
        {"chi": "anna"},
        BulletinStatus.sending,
        "Questo nome non è di un redattore del profilo",
    ),
    "ferma: no code": (
        stop.stop,
        {"chi": ANNA.name},
        BulletinStatus.sending,
        f"Serve il codice di 6 cifre dell'app: scrivilo per ultimo, prima di confermare. {stop.GOES_ON}",
    ),
    "ferma: not begun": (stop.stop, ANNA_ASKS, BulletinStatus.approved, "Il bollettino 1 non è ancora part"),
    "ferma: over": (stop.stop, ANNA_ASKS, BulletinStatus.sent, f"{SENT}: non c'è niente da fermare. Se"),
    "chiudi: over": (
        stop.close,
        ANNA_ASKS,
        BulletinStatus.sent,
        f"{SENT}: si chiude solo un invio fermato. {acts.NOTHING_TO_DO}",
    ),
    "riapri: over": (
        stop.reopen,
        ANNA_ASKS,
        BulletinStatus.sent,
        f"{SENT}: si riapre solo se approvato, rinviato o scartato. Se il testo è sbagliato usa «correggi».",
    ),
    "chiudi": (stop.close, ANNA_ASKS, BulletinStatus.sending, "Il bollettino 1 è ancora in invio"),
    "riapri": (stop.reopen, ANNA_ASKS, BulletinStatus.sending, "Il bollettino 1 sta già partendo"),
    "riprendi": (dispatch.resume, ANNA_ASKS, BulletinStatus.sent, "Il bollettino 1 è inviato: non c'è nient"),
    "riprendi: no editor": (
        dispatch.resume,
        {"chi": "x"},
        BulletinStatus.stopped,
        "Questo nome non è di un redattore del profilo",
    ),
    "riprendi: kept": (
        dispatch.resume,
        ANNA_ASKS,
        BulletinStatus.stopped,
        "Il bollettino 1 non riparte. Si poteva riprendere fino a",
    ),
    "ritenta": (
        settle.retry,
        {**ANNA_ASKS, "prova": False},
        BulletinStatus.sending,
        "Il bollettino 1 è in inv",
    ),
    "ritenta: kept": (
        settle.retry,
        {**ANNA_ASKS, "prova": False},
        BulletinStatus.stopped,
        "Il testo del bollettino 1 non vale più: non si rimanda. Chiudilo con «chiudi».",
    ),
    "incerti": (
        settle.uncertain,
        {**ANNA_ASKS, "che_cosa": GOT},
        BulletinStatus.sent,
        "Bollettino 1: nessun",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_run_that_did_not_do_what_it_was_asked_is_red_and_says_why(
    run: Runs, asking: Settings, sqlite: Engine, case: str
) -> None:
    verb, asked, left, words = REFUSED[case]
    number = sent(asking, sqlite, QUEUED, left=left)
    if case.endswith(": kept"):
        with transaction(sqlite) as session:
            bulletins.locked(session, number).sent_at = NOW - timedelta(days=30)
    ended = verb.fn(str(number), **asked)
    assert ended.is_failed()
    assert ended.message.startswith(words)
    what = "NON FERMATO" if verb is stop.stop else "NON FATTO"
    assert run.names == [f"{asking.profile.prova}{what} · {ended.message}"]
    with transaction(sqlite) as session:
        assert bulletins.locked(session, number).status == left
    told = letters(sqlite, "non_fatto")  # of whom the profile does not name only the run tells
    assert told.keys() == {asked["chi"]} & {ANNA.name}
    for text in told.values():  # to what the sentence names, else to the same form
        assert str(ended.message) in text
        leads_on = "»: http" in text or "Per rifarlo: http" in text
        assert leads_on is not (acts.NOTHING_TO_DO in ended.message)
        assert f"«{verb.name}»: http" not in text
        is_unchanged = "), ma non è cambiato niente:\n" in text or acts.NOTHING_DONE in text
        assert is_unchanged == (verb is not stop.stop and case != "riprendi: kept"), "what may go on"


STOPPED_MIDWAY = dispatch.Sent("Bollettino 1. Previsti 3 = accettati 1 + da inviare 2.", has_failed=True)
NOT_BEGUN = dispatch.Sent("È tardi: doveva partire martedì, ore 11.", is_refused=True)


def test_a_send_that_a_person_resumed_and_that_stopped_again_is_told_to_them(
    run: Runs, asking: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = sent(asking, sqlite, QUEUED, left=BulletinStatus.stopped)
    monkeypatch.setattr(dispatch, "_send", lambda *_, **__: STOPPED_MIDWAY)
    ended = dispatch.resume.fn(str(number), **ANNA_ASKS)
    assert isinstance(ended, State)
    assert (ended.is_failed(), ended.message) == (True, STOPPED_MIDWAY.text)
    assert run.names == [f"PROVA · FATTO A METÀ · {STOPPED_MIDWAY.text}"]
    (text,) = letters(sqlite, "non_fatto").values()
    assert "da inviare 2" in text


@pytest.mark.parametrize(
    ("ends", "what"), [((NOT_BEGUN,), "NON FATTO"), ((NOT_BEGUN, STOPPED_MIDWAY), "FATTO A METÀ")]
)
def test_a_slot_that_did_not_send_all_is_red_and_says_why_in_its_name(
    run: Runs, monkeypatch: pytest.MonkeyPatch, ends: tuple[dispatch.Sent, ...], what: str
) -> None:
    left = iter(ends)
    monkeypatch.setattr(dispatch, "_send", lambda *_, **__: next(left))
    monkeypatch.setattr(dispatch, "due", lambda *_: range(len(ends)))
    monkeypatch.setattr(waits, "wait_for_slot", lambda at: at)
    ended = dispatch.dispatch.fn()
    assert isinstance(ended, State)
    assert (ended.is_failed(), ended.message) == (True, " ".join(end.text for end in ends))
    assert run.names == [f"PROVA · {what} · {ended.message}"]


@pytest.mark.parametrize(
    ("verb", "left", "page"),
    [
        (stop.stop, BulletinStatus.sending, "/redazione"),
        (stop.close, BulletinStatus.stopped, "/redazione"),
        (dispatch.resume, BulletinStatus.stopped, "/redazione/pagina/certificato-1"),
    ],
)
def test_an_order_that_was_done_leads_to_what_comes_next(
    run: Runs,
    asking: Settings,
    sqlite: Engine,
    monkeypatch: pytest.MonkeyPatch,
    verb: Any,
    left: BulletinStatus,
    page: str,
) -> None:
    number = sent(asking, sqlite, QUEUED, left=left)
    pages = list[str]()
    monkeypatch.setattr(client, "create_markdown_artifact", lambda text, **_: pages.append(text))
    certificate = f"{asking.newsroom}/pagina/certificato-{number}"
    done = dispatch.Sent("Bollettino 1. Previsti 3 = accettati 3.", link=certificate)
    monkeypatch.setattr(dispatch, "_send", lambda *_, **__: done)
    monkeypatch.setattr(choices, "refresh", lambda *_, **__: None)
    ended = verb.fn(str(number), **ANNA_ASKS)
    assert isinstance(ended, str)
    assert run.names == [f"PROVA · {ended}"]
    address = f"{asking.prefect_origins[0]}{page}"
    assert f"[Vai avanti: {address}]({address})" in pages[-1]


def test_who_is_told_of_a_half_is_not_led_to_give_the_order_again(
    run: Runs, asking: Settings, sqlite: Engine
) -> None:
    orders.refused(asking, sqlite, "La bozza è pronta, il resto no.", who=ANNA.name, what=orders.HALF)
    (text,) = letters(sqlite, "non_fatto").values()
    assert "), ma:\n\nLa bozza è pronta, il resto no." in text
    assert "Per rifarlo" not in text
    assert run.names == [f"{asking.profile.prova}FATTO A METÀ · La bozza è pronta, il resto no."]


NOTICE = {
    "che_cosa": "scuole chiuse",
    "dal": datetime(2099, 1, 7, tzinfo=UTC),
    "al": datetime(2099, 1, 7, 23, 59, tzinfo=UTC),
    "dove": "in tutte le scuole del Comune",
    "che_cosa_fare": "Tieni i ragazzi a casa",
    "informazioni": "Ordinanza 12, Protezione civile 02 1234 5699",
    "chi": ANNA.name,
}


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ({"chi": "anna"}, "Questo nome non è di un redattore"),
        ({"al": datetime(2099, 1, 6, tzinfo=UTC)}, "deve finire dopo l'inizio"),
        ({"che_cosa_fare": "Tieni i ragazzi a casa stasera"}, "«stasera»"),
    ],
)
def test_an_urgent_notice_that_is_refused_does_not_look_done(
    run: Runs, asking: Settings, sqlite: Engine, slip: dict[str, Any], words: str
) -> None:
    """Who started it thinks that the town is being warned."""
    ended = announce.announce.fn(**{**NOTICE, **slip})
    assert isinstance(ended, State)
    assert ended.is_failed()
    assert words in (ended.message or "")
    assert run.names == [f"{asking.profile.prova}NON FATTO · {ended.message}"]
    with transaction(sqlite) as session:
        assert not bulletins.with_status(session, *BulletinStatus)


def test_a_correction_that_is_refused_does_not_look_done(run: Runs, asking: Settings, sqlite: Engine) -> None:
    number = sent(asking, sqlite, QUEUED, left=BulletinStatus.sent)
    ended = correct.correct.fn(
        f"{number} · riga 9", giusto="Il mercato è sabato 9 gennaio.", chi=ANNA.name, motivo=correct.ERROR
    )
    assert isinstance(ended, State)
    assert ended.is_failed()
    assert run.names == [f"{asking.profile.prova}NON FATTO · {ended.message}"]


@pytest.mark.parametrize(("count", "words"), [(2, f"Due. {settle.TO_SEND}"), (0, "Due.")])
def test_who_only_counted_is_told_how_they_are_sent_again(
    run: Runs, sqlite: Engine, monkeypatch: pytest.MonkeyPatch, count: int, words: str
) -> None:
    """The box is ticked in every new form: else the second time counts again."""
    with transaction(sqlite) as session:
        number = make_bulletin(session, status=BulletinStatus.sent).id
    monkeypatch.setattr(settle, "retry_failed", lambda *_, **__: (count, "Due."))
    monkeypatch.setattr(settle, "get_run_logger", lambda: logging.getLogger(__name__))
    assert settle.retry.fn(f"{number} · bollettino", **ANNA_ASKS) == words
    assert run.names == [f"PROVA · {words}"]


def test_a_window_that_ends_before_it_begins_is_refused_and_told(
    run: Runs, asking: Settings, sqlite: Engine
) -> None:
    ended = backfill.backfill.fn(date(2026, 1, 2), date(2026, 1, 1), chi=ANNA.name)
    assert isinstance(ended, State)
    assert ended.is_failed()
    words = "Il periodo finisce (giovedì 1 gennaio) prima di cominciare (venerdì 2 gennaio)."
    assert run.names == [f"PROVA · NON FATTO · {words}"]
    told = letters(sqlite, "non_fatto")
    assert [*told] == [ANNA.name]
    (page,) = run.pages
    assert page.startswith("**NON FATTO**\n\nIl periodo finisce")
    assert f"[Per rifarlo]({asking.order_link('')}" in page
    assert words in told[ANNA.name]


def test_what_was_done_is_not_red_because_its_page_could_not_be_shown(
    run: Runs, asking: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(sync_client: bool) -> None:
        raise ConnectionError("no server")

    monkeypatch.setattr(client, "get_client", unreachable)
    client.completed(asking, "Invio del bollettino 12 fermato: 340 di 5000.", lines=["una riga"])
    assert run.names == []


def test_a_stop_that_the_database_kept_is_red_and_named_so_too(run: Runs, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        session.connection().exec_driver_sql("ALTER TABLE bulletin RENAME TO gone")
    ended = stop.stop.fn("1 · bollettino", **ANNA_ASKS)
    assert isinstance(ended, State)
    assert ended.message == "Il database non risponde: l'invio va avanti. Riprova subito."
    assert run.names == [f"PROVA · NON FERMATO · {ended.message}"]


@pytest.mark.parametrize("act", [_ferma, _chiudi, _riapri, _ritenta, _arrivati])
def test_a_number_that_is_no_bulletin_is_told_in_italian(asking: Settings, sqlite: Engine, act: Deed) -> None:
    with pytest.raises(NotDoneError, match=r"^Non c'è nessun bollettino 4711\. Non è cambiato niente\.$"):
        act(asking, sqlite, 4711, ANNA.name, proof())
    with pytest.raises(NotDoneError, match="Non c'è nessun bollettino 4711"):
        cannot_resume(asking, sqlite, 4711, who=ANNA.name)


def test_who_stops_what_is_stopped_already_hears_so_and_nothing_failed(
    asking: Settings, sqlite: Engine
) -> None:
    number = sent(asking, sqlite, QUEUED, left=BulletinStatus.stopped)
    assert "non c'è niente da fermare" in str(_ferma(asking, sqlite, number, ANNA.name, proof()))
    assert rows(sqlite) == ([], 0, 0)


def test_a_run_is_named_by_its_days_in_words_whatever_else_it_was_started_with(
    asking: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = {"dal": date(2026, 11, 20), "al": "2026-11-27", "ora": datetime(2026, 11, 27, 9), "chi": "Anna"}  # noqa: DTZ001  a form may give no zone
    monkeypatch.setattr(client, "load", lambda: asking)
    monkeypatch.setattr(client, "flow_run", SimpleNamespace(parameters=started))
    name = client.titled("Recupero da {dal} a {al}")()
    assert name == f"{asking.profile.prova}Recupero da venerdì 20 novembre a venerdì 27 novembre"


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("Il bollettino 1 è già chiuso. Non c'è altro da fare.", ": Il bollettino 1 è già chiuso"),
        ("Ricarica la pagina\ne scegli quale.", ": Ricarica la pagina"),
        (f"Scegli quale: {'un bollettino, ' * 12}un altro.", ""),
    ],
)
def test_a_subject_has_the_first_sentence_of_a_reason_on_one_line(why: str, said: str) -> None:
    assert orders._in_short(why) == said
