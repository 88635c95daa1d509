"""News of which no text can be made: they wait for a person, and the draft says so."""

from db import sources
from flows.compose import TO_WRITE
from tests.test_compose import stock
from tests.world.builders import make_news_item, make_source, news_data
from tests.world.comune import Comune


def put(comune: Comune, title: str, abstract: str) -> None:
    with comune.look() as session:
        data = news_data(title=title, abstract=abstract, body="", category=None, published_at=comune.now)
        make_news_item(session, data)


def test_news_that_no_text_can_tell_wait_for_a_person(comune: Comune) -> None:
    stock(comune, 2)
    put(comune, "Concerto in piazza", "Torna il concerto della banda.")  # of no day
    draft = comune.compose()
    assert draft.bulletin_id is not None
    assert "Concerto in piazza" not in [item.title for item in comune.items(draft.bulletin_id)]
    waiting = next(line for line in draft.queue if line.startswith("Concerto in piazza"))
    assert "testo da scrivere: la pagina non dice in quale giorno" in waiting


def test_where_no_news_can_be_told_there_is_no_draft_and_it_says_so(comune: Comune) -> None:
    for address in (*comune.settings.profile.sources.feeds, comune.settings.profile.sources.alerts_dpc):
        with comune.look() as session:
            make_source(session, address=address).succeeded_at = comune.now
    put(comune, "Concerto in piazza", "Torna il concerto della banda.")
    draft = comune.compose()
    assert draft.bulletin_id is None
    assert draft.why == TO_WRITE
    assert len(draft.queue) == 1


def test_that_a_source_is_blind_is_not_hidden_by_news_to_write(comune: Comune) -> None:
    put(comune, "Concerto in piazza", "Torna il concerto della banda.")
    (feed,) = comune.settings.profile.sources.feeds
    with comune.look() as session:
        source = make_source(session, address=feed)
        sources.failed(session, source.id, "answers 503", now=comune.now)
    assert comune.compose().why == f"{TO_WRITE} Non tutte le fonti si leggono."
