"""A draft that is made early, as a closed day lies before its send: what can be told sooner, and how."""

from datetime import datetime, timedelta
from html import unescape

import pytest

from db import days_off, mail_outbox
from db.models import BulletinStatus
from flows.approve import load_round
from flows.bulletin.choosing.selection import IN_TIME
from flows.bulletin.language.dates import ROME
from flows.draft.missed import come_before
from flows.draft.slots import closed_days, early, slot_after
from flows.letters import drafts
from flows.newsroom.page import Page
from flows.review.choices import order_lines
from flows.review.page import above
from tests.world.builders import make_news_item, news_data
from tests.world.comune import PAGE, POSTPONE, SAVE, Comune

MONDAY = datetime(2026, 12, 7, 8, 30, tzinfo=ROME)  # Tuesday is a holiday
WORKS, TAX, COUNCIL = "Asfaltature in via Dante", "Saldo IMU", "Consiglio comunale sul bilancio"
OTHERS = {
    COUNCIL: "Il Consiglio comunale si riunisce giovedì 10 dicembre alle 20:45 in municipio.",
    "Cinema": "Da mercoledì 9 dicembre a sabato 19 dicembre il cinema Roma mostra film per bambini.",
}
TEXTS = {
    WORKS: "Da mercoledì 9 dicembre a venerdì 11 dicembre si rifà l'asfalto di via Dante.",
    TAX: "Il saldo dell'IMU si paga entro lunedì 14 dicembre.",
    "Raccolta della carta": "Da lunedì 7 dicembre la carta si espone la domenica sera.",
}
EARLY = (
    "Martedì 8 dicembre non c'è invio: questa è già la bozza di venerdì 11 dicembre. Non serve approvarla "
    "subito: le notizie che il sito pubblica dopo l'approvazione restano fuori."
)


def drafted(comune: Comune, *titles: str, now: datetime = MONDAY) -> int:
    comune.now = now
    with comune.look() as session:
        for title in titles:
            published = now - timedelta(days=3)
            text = (TEXTS | OTHERS)[title]
            data = news_data(title=title, abstract=text, body="", category=None, published_at=published)
            make_news_item(session, data)
    return comune.draft(at_approval=False)


def shown(comune: Comune, number: int) -> str:
    return above(comune.settings, load_round(comune.settings, comune.engine, number, now=comune.now),
                 comune.now, PAGE)  # fmt: skip


def letter(comune: Comune, number: int) -> str:
    with comune.look() as session:
        drafts.tell_bulletin(comune.settings, session, number, now=comune.now)
        return mail_outbox.of_bulletin(session, number, ["bozza_pronta"])[-1].text


def titles(comune: Comune, number: int) -> list[str]:
    return [item.title for item in comune.items(number)]


def test_what_begins_before_the_send_is_announced_sooner_as_the_draft_says(comune: Comune) -> None:
    number = drafted(comune, *TEXTS)
    here = titles(comune, number)
    place = here.index(WORKS) + 1
    way = "toglila dall'ordine, scegli «Salva, continuo dopo», poi usa «componi» con la casella «Invia appena"
    told = f"Notizia {place}: comincia mercoledì 9 dicembre, PRIMA di questo invio (venerdì 11 dicembre)."
    paper = here.index("Raccolta della carta") + 1
    for text in (letter(comune, number), shown(comune, number).replace("\\", "")):
        assert "Decidi OGGI delle notizie che cominciano prima di venerdì 11 dicembre" in text
        assert "Non serve approvarla subito" not in text
        assert told in text
        assert f"Notizia {paper}: comincia OGGI, lunedì 7 dicembre, PRIMA di questo invio" in text
        assert text.count(way) == 1, "two drafts would be two messages on one day"
        assert text.count("Togli insieme tutte le notizie che cominciano prima") == 1
        first, second = sorted((place, paper))
        assert f"PRIMA di questo invio (venerdì 11 dicembre): fai come per la notizia {first}." in text
        assert (
            text.index(f"Notizia {first}: comincia") < text.index(way) < text.index(f"Notizia {second}: co")
        )
    order = [line for line, title in zip(order_lines(here), here, strict=True) if title != WORKS]
    comune.answer(number, SAVE, order=order)
    sooner = comune.draft(at_approval=True)
    assert titles(comune, sooner) == [WORKS]
    assert comune.bulletin(sooner).slot_at is None
    assert WORKS not in titles(comune, number)
    assert comune.bulletin(number).status == BulletinStatus.in_review, "Friday's waits on"


def test_of_the_only_news_the_other_way_is_told_and_works(comune: Comune) -> None:
    number = drafted(comune, WORKS)
    assert "scegli «Non inviare: le notizie passano al prossimo bollettino», poi" in letter(comune, number)
    refused = comune.answer(number, SAVE, order=[])
    assert (refused.status, titles(comune, number)) == (BulletinStatus.in_review, [WORKS])
    comune.answer(number, POSTPONE)
    assert titles(comune, comune.draft(at_approval=True)) == [WORKS]
    assert comune.compose(at_approval=False).why.startswith("C'è già un bollettino per questo invio")


def test_a_draft_that_is_early_says_why(comune: Comune) -> None:
    number = drafted(comune, TAX)
    assert EARLY in letter(comune, number)
    assert f"ore 10:45**. {EARLY} " in shown(comune, number)
    comune.now = MONDAY + timedelta(days=2)
    assert EARLY not in shown(comune, number)


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ((2026, 12, 8, 8, 30), "Martedì 8 dicembre"),
        ((2026, 12, 10, 8, 30), ""),
        ((2026, 11, 30, 8, 30), ""),  # of the Tuesday before
        ((2026, 12, 24, 8, 30), "Venerdì 25 dicembre"),
        ((2026, 12, 31, 8, 30), "Venerdì 1 gennaio e martedì 5 gennaio"),
    ],
)
def test_each_day_without_a_send_is_named(comune: Comune, now: tuple[int, ...], days: str) -> None:
    at = datetime(*now, tzinfo=ROME)  # type: ignore[misc,arg-type]
    profile = comune.settings.profile
    with comune.look() as session:
        last = datetime(2027, 1, 5).date()  # noqa: DTZ001
        days_off.enter_closure(session, first=last, last=last, note="ponte", now=at)
        entered = closed_days(session, at)
    slot = slot_after(profile, at, entered)
    assert slot is not None
    told = early(profile, slot.dispatch_at, at, entered, inside=False, outside=False)
    assert told.partition(" non c'è invio")[0] == days
    assert early(profile, None, at, entered, inside=False, outside=False) == ""


def test_only_what_this_send_tells_in_time_is_lost_by_waiting(comune: Comune) -> None:
    text = letter(comune, drafted(comune, *TEXTS))
    lost = text.partition("Ma allora sarà tardi, del tutto o in parte, per:\n")[2].partition("\n\n")[0]
    assert lost.splitlines() == [
        f"- {TAX}: lunedì 14 dicembre, prima di quell'invio",
        f"- {WORKS}: venerdì 11 dicembre sarà già passato",  # what is left of it
    ]


def test_what_is_in_no_draft_and_comes_before_the_send_is_for_today_everywhere(comune: Comune) -> None:
    """The reminder comes on Friday: the council meets on Thursday, the cinema begins on Wednesday."""
    comune.reprofile(("news_per_bulletin = 4", "news_per_bulletin = 1"))
    number = drafted(comune, TAX, *OTHERS)
    assert titles(comune, number) == [TAX]
    told = letter(comune, number)
    with comune.look() as session:
        assert mail_outbox.of_bulletin(session, number, ["bozza_pronta"])[-1].subject.startswith(
            "PROVA · Da guardare OGGI, da approvare entro venerdì 11 dicembre, ore 10:45: "
        )
    first = (
        "Decidi OGGI di ciò che è in coda o lasciato fuori e viene prima dell'invio: qui non arriva in tempo."
    )
    for text in (told, shown(comune, number).replace("\\", "")):
        assert f"questa è già la bozza di venerdì 11 dicembre. {first} Il resto può aspettare." in text
        assert "Non serve approvarla subito" not in text
        assert IN_TIME in text
    assert "- Cinema (prossima data: mercoledì 9 dicembre, PRIMA dell'invio)\n" in told
    comune.now = datetime(2026, 12, 9, 8, tzinfo=ROME)
    with comune.look() as session:
        bulletin = comune.bulletin(number)
        before = come_before(comune.settings, session, bulletin, comune.now)
    assert before["Cinema"] == "prossima data: OGGI, mercoledì 9 dicembre, PRIMA dell'invio"
    assert "- Consiglio comunale sul bilancio: viene prima dell'invio, giovedì 10 dicembre\n" in told
    assert "SE NON FAI NIENTE\n\nOggi non ti riscriviamo: ciò che viene prima dell'invio non si" in told
    page = Page(comune.engine)
    today = "ore 10:45; OGGI decidi di ciò che viene prima dell'invio; di turno Anna Redazione"
    assert today in unescape(page.html(comune.settings, "", comune.now))
    comune.now = datetime(2026, 12, 11, 8, 30, tzinfo=ROME)
    assert "OGGI" not in shown(comune, number) + unescape(page.html(comune.settings, "", comune.now))


def test_what_begins_before_the_send_is_for_today_on_the_page_too(comune: Comune) -> None:
    number = drafted(comune, WORKS, TAX)
    assert "ore 10:45; OGGI decidi di ciò che" in unescape(
        Page(comune.engine).html(comune.settings, "", MONDAY)
    )
    assert "\n\nOggi non ti riscriviamo" in letter(comune, number)


def test_of_a_draft_of_one_day_before_what_begins_that_day_is_for_today(comune: Comune) -> None:
    """No closed day lies between, and yet nobody writes again before Tuesday."""
    monday = datetime(2026, 11, 30, 8, 30, tzinfo=ROME)
    told = early(
        comune.settings.profile, datetime(2026, 12, 1, 11, tzinfo=ROME), monday, (), inside=True, outside=True
    )
    assert told == (
        "Decidi OGGI delle notizie che cominciano prima di martedì 1 dicembre, segnate in «Da guardare con "
        "attenzione»: in questo invio arrivano tardi. Decidi anche di ciò che è in coda o lasciato fuori e "
        "viene prima dell'invio: qui non arriva in tempo. Il resto può aspettare."
    )


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (
            MONDAY,
            "entrano da sole quando la bozza si aggiorna (martedì 8 dicembre, ore 8; giovedì 10 dicembre, "
            "ore 8:30; venerdì 11 dicembre, ore 8), finché nessuno",
        ),
        (
            MONDAY - timedelta(days=7),
            "entrano da sole quando la bozza si aggiorna (martedì 1 dicembre, ore 8), finché nessuno",
        ),
        (MONDAY - timedelta(days=6), "pubblica da adesso non entrano più da sole. Le porta «Rileggi il"),
    ],
    ids=["a holiday between", "the day before", "the day itself"],
)
def test_a_draft_says_at_which_hours_news_still_join_it(comune: Comune, now: datetime, words: str) -> None:
    """The clock of *componi* knows no holiday: what nobody has answered is written anew each time."""
    number = drafted(comune, TAX, now=now)
    told = letter(comune, number)
    assert words in told
    assert "«Rileggi il sito», di solito nella coda: da lì le aggiungi tu con il loro numero." in told
    assert "passano al bollettino successivo." in told


@pytest.mark.parametrize(
    "when", [datetime(2026, 12, 8, 8, tzinfo=ROME), datetime(2026, 12, 10, 8, 30, tzinfo=ROME)]
)
def test_at_each_of_these_hours_they_do(comune: Comune, when: datetime) -> None:
    number = drafted(comune, TAX)
    text = "Sabato 12 dicembre in piazza c'è il mercato dei sapori."
    with comune.look() as session:
        data = news_data(title="Mercato", abstract=text, body="", category=None, published_at=MONDAY)
        make_news_item(session, data)
    comune.now = when
    assert comune.compose(at_approval=False).why.startswith("Bozza aggiornata")
    assert "Mercato" in titles(comune, number)
