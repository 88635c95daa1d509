from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from db import bulletins, news_items, sources
from db.models import BulletinStatus, Edit, NewsItem, Origin, Summary
from db.news_items import NewsData
from flows.bulletin import edition
from flows.bulletin.language.dates import giorno
from flows.bulletin.message.exact import template_name
from flows.bulletin.message.frame import budget, problems
from flows.compose import Draft, report, shown
from flows.draft.evidence import judged, with_sources
from flows.draft.slots import slot_after
from flows.settings import Settings
from tests.bench import compose
from tests.world.builders import NOW, make_news_item, make_source, news_data
from tests.world.comune import APPROVE, DISCARD, POSTPONE, SAVE, Comune

SLOT = datetime(2026, 11, 27, 10, tzinfo=UTC)  # Friday, 11:00 in Rome
DEADLINE = datetime(2026, 11, 27, 9, 45, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


STOCK = (
    ("Nuovi orari dello sportello Anagrafe", "L'ufficio riceve il pubblico anche di giovedì pomeriggio."),
    ("Nidi comunali, menù nuovi in mensa", "Nei nidi i piatti sono scelti con una dietista."),
    ("Contributi alle famiglie per i libri", "Chi ha figli alle medie può chiedere il rimborso."),
    ("Compostiere gratuite per chi ha un giardino", "Si ritirano al centro di raccolta con un documento."),
    ("Piscina, corsi di nuoto per adulti", "In piscina le lezioni si tengono la sera, con due istruttori."),
    ("Volontari cercasi per il piedibus", "Bastano due mattine al mese per accompagnare i bambini."),
    ("Gatti randagi: come segnalare una colonia", "La scheda dei gatti va consegnata al veterinario."),
    ("Wi-Fi libero nei parchi pubblici", "La rete copre ora anche l'area giochi del quartiere nord."),
    ("Luci nuove sulla ciclabile del canale", "Sostituiti i lampioni con modelli a basso consumo."),
    ("Museo contadino, cercansi vecchie fotografie", "Le immagini saranno copiate e restituite."),
)


def stock(comune: Comune, count: int) -> None:
    """So many items of the site, each a minute older than the one before."""
    with comune.look() as session:
        for number in range(count):
            title, abstract = STOCK[len(session.exec(select(NewsItem)).all())]
            published = comune.now - timedelta(minutes=number)
            data = news_data(title=title, abstract=abstract, body="", category=None, published_at=published)
            make_news_item(session, data)


def test_a_draft_holds_alerts_first_and_then_news_within_the_budget(comuni: Comune) -> None:
    comuni.collect("all")
    draft = comuni.compose()
    assert draft.bulletin_id is not None
    assert draft.why == "Bozza pronta, da inviare appena approvato."
    items = comuni.items(draft.bulletin_id)
    assert [item.position for item in items] == [1, 2, 3, 4]
    assert items[0].category == "allerta meteo"
    assert "GIALLA (livello 2 su 4) per temporali forti" in items[0].text
    assert all(item.category != "allerta meteo" for item in items[1:])
    total = budget(comuni.settings.frame(template_name(4)), giorno(comuni.now))
    assert problems([item.text for item in items], total=total) == []
    assert "In coda:" in report(draft)
    assert draft.preview.startswith(
        "PROVA · Notizie dal Comune di Esempio\n\n*In primo piano.* Allerta GIALLA"
    )


def test_the_situation_is_read_once(comuni: Comune) -> None:
    comuni.collect("all")
    with comuni.reads() as reads:
        assert comuni.compose().items
    once = ("closure", "source", "weathernotice")
    assert {table: reads[table] for table in once} == dict.fromkeys(once, 1)
    assert reads["weatheralert"] == 2, "what was ever said, and what bulletins tell of it"
    assert reads["newsitem"] == 2, "what waits, and what bulletins tell"


def test_a_draft_is_judged_at_the_hour_of_its_slot(comuni: Comune) -> None:
    """An alert of tomorrow says nothing to who reads it the day after."""
    comuni.now += timedelta(hours=1)  # the Tuesday slot has just left
    comuni.collect("all")
    draft = comuni.compose(at_approval=False)
    assert draft.bulletin_id is not None
    assert draft.why == "Bozza pronta, per venerdì 27 novembre, ore 11."
    bulletin = comuni.bulletin(draft.bulletin_id)
    assert (bulletin.status, bulletin.slot_at, bulletin.deadline_at) == (BulletinStatus.draft, SLOT, DEADLINE)
    assert all(item.category != "allerta meteo" for item in draft.items)


def test_a_second_run_refreshes_what_nobody_has_touched(comuni: Comune) -> None:
    stock(comuni, 3)
    first = comuni.compose(at_approval=False)
    assert comuni.compose(at_approval=False).why == "La bozza è già aggiornata."
    newer = news_data(title="Una notizia di stamattina", published_at=comuni.now + timedelta(minutes=1))
    with comuni.look() as session:
        make_news_item(session, newer)
    second = comuni.compose(at_approval=False)
    assert second.bulletin_id == first.bulletin_id
    assert second.why == "Bozza aggiornata, per martedì 24 novembre, ore 11."
    assert second.items[0].title == "Una notizia di stamattina"
    assert len(second.items) == 4


def test_a_second_run_leaves_what_a_person_edited(comuni: Comune) -> None:
    stock(comuni, 3)
    number = comuni.draft(at_approval=False)
    comuni.answer(number, SAVE, texts=["Testo di una persona.", "Altro.", "Altro ancora."])
    stock(comuni, 4)
    again = comuni.compose(at_approval=False)
    kept = "Da solo non si aggiorna più: Anna Redazione ha già risposto nel modulo."
    assert again.why == f"C'è già un bollettino per questo invio: da approvare. {kept}"
    assert comuni.items(number)[0].text == "Testo di una persona."


def test_nothing_new_means_no_bulletin_and_says_so(comune: Comune) -> None:
    for address in (*comune.settings.profile.sources.feeds, comune.settings.profile.sources.alerts_dpc):
        with comune.look() as session:
            make_source(session, address=address).succeeded_at = comune.now
    draft = comune.compose()
    assert (draft.bulletin_id, draft.why) == (None, "Nessun bollettino: non ci sono notizie nuove.")
    assert report(draft) == "**Nessun bollettino: non ci sono notizie nuove.**"


def test_a_source_that_cannot_be_read_is_not_the_same_as_no_news(comune: Comune) -> None:
    (feed,) = comune.settings.profile.sources.feeds
    with comune.look() as session:
        source = make_source(session, address=feed)
        sources.failed(session, source.id, "answers 503", now=comune.now)
    draft = comune.compose()
    assert draft.why == ("Nessun bollettino: non ci sono notizie nuove, ma non tutte le fonti si leggono.")
    assert f"Non si legge {feed} (answers 503)." in report(draft).replace("\\", ""), "as it looks"


@pytest.mark.parametrize("decision", [POSTPONE, DISCARD])
def test_a_slot_that_was_decided_stays_decided(comuni: Comune, decision: str) -> None:
    stock(comuni, 2)
    number = comuni.draft(at_approval=False)
    comuni.answer(number, decision)
    again = comuni.compose(at_approval=False)
    assert again.bulletin_id == number
    assert again.items == ()
    assert again.why.startswith("C'è già un bollettino per questo invio:")


def test_news_of_a_postponed_bulletin_are_free_again_and_discarded_ones_are_not(comune: Comune) -> None:
    stock(comune, 6)
    first = comune.draft()
    told = [item.title for item in comune.items(first)]
    assert comune.answer(first, POSTPONE).status == BulletinStatus.merged
    second = comune.draft()
    assert [item.title for item in comune.items(second)] == told
    assert comune.answer(second, DISCARD).status == BulletinStatus.rejected
    third = comune.draft()
    assert not set(told) & {item.title for item in comune.items(third)}


def test_the_next_slot_takes_what_the_last_one_left(comune: Comune) -> None:
    stock(comune, 6)
    first = comune.draft(at_approval=False, now=MONDAY + timedelta(days=1))
    comune.answer(first, "Approva: parte", now=MONDAY + timedelta(days=1))
    second = comune.draft(at_approval=False, now=SLOT + timedelta(hours=1))
    titles = [{item.title for item in comune.items(number)} for number in (first, second)]
    assert not titles[0] & titles[1]
    assert comune.bulletin(second).slot_at == datetime(2026, 12, 1, 10, tzinfo=UTC)


def publish_alert(comune: Comune, minutes: int, **tomorrow: str) -> None:
    issued = comune.now + timedelta(minutes=minutes)
    zones = {"Lomb-09": {"tomorrow": tomorrow}}
    comune.ask("POST", "/dpc/_prova", {"zones": zones, "issued": issued.isoformat()})
    comune.now = issued
    comune.collect("alerts")


def test_an_alert_is_told_once_and_a_worse_one_again(comune: Comune) -> None:
    comune.reprofile(('levels = ["arancione", "rossa"]', 'levels = ["rossa"]'))  # orange is told here, too
    publish_alert(comune, 0, temporali="gialla")
    first = comune.draft()
    comune.answer(first, APPROVE)
    assert [item.category for item in comune.items(first)] == ["allerta meteo"]
    comune.move(first, BulletinStatus.sending, BulletinStatus.sent)
    assert comune.compose().bulletin_id is None
    publish_alert(comune, 30, temporali="gialla")
    assert comune.compose().bulletin_id is None, "the same again is no news"
    publish_alert(comune, 30, temporali="arancione")
    (item,) = comune.compose().items
    assert "ARANCIONE (livello 3 su 4) per temporali forti" in item.text


def test_an_alert_that_was_lowered_does_not_come_back_once_the_lower_one_was_told(comune: Comune) -> None:
    publish_alert(comune, 0, temporali="arancione")
    publish_alert(comune, 30, temporali="gialla")
    first = comune.draft()
    assert "GIALLA" in comune.items(first)[0].text
    comune.answer(first, APPROVE)
    comune.move(first, BulletinStatus.sending, BulletinStatus.sent)
    assert comune.compose().items == ()


def test_an_alert_that_was_taken_back_is_not_told(comune: Comune) -> None:
    publish_alert(comune, 0, temporali="rossa")
    publish_alert(comune, 30)
    assert comune.compose().items == ()


def test_texts_share_the_budget_of_their_template_for_one_to_five_items(comune: Comune) -> None:
    comune.collect("all")
    for number in range(1, 6):
        comune.reprofile(("news_per_bulletin = 4", f"news_per_bulletin = {number}"))
        draft = comune.compose(dry_run=True)
        texts = [item.text for item in draft.items]
        assert len(texts) == number
        total = budget(comune.settings.frame(template_name(number)), giorno(comune.now))
        assert problems(texts, total=total) == []
        assert draft.preview.count("\n\n*") == number


def test_a_dry_run_shows_the_draft_and_writes_nothing(comune: Comune) -> None:
    stock(comune, 4)
    shown = comune.compose(dry_run=True)
    assert (shown.bulletin_id, len(shown.items)) == (None, 4)
    assert "Prova: non è stato scritto niente." in report(shown)
    assert comune.compose().items == shown.items


def test_what_was_backfilled_or_is_old_stays_out_and_the_reason_is_told(comune: Comune) -> None:
    old = news_data(title="La fiera di un mese fa", published_at=comune.now - timedelta(days=30))
    with comune.look() as session:
        make_news_item(session, news_data(title="Una notizia recuperata"), origin=Origin.backfilled)
        make_news_item(session, old)
    draft = comune.compose()
    assert draft.items == ()
    assert [(item.title, item.reason) for item in draft.left_out] == [
        ("La fiera di un mese fa", "pubblicata da più di 14 giorni")
    ]


def test_the_queue_stands_behind_the_items_and_says_why(comune: Comune) -> None:
    """Without numbers: those that add one of it are in the form."""
    stock(comune, 6)
    shown = report(comune.compose())
    assert "1. Nuovi orari dello sportello Anagrafe (servizi, categoria automatica, da controllare)" in shown
    assert "In coda:\n\n- " in shown
    assert "\n\n5. " not in shown


def test_a_copy_of_what_a_bulletin_tells_is_not_told_again(comune: Comune) -> None:
    stock(comune, 1)
    told = comune.draft()
    comune.answer(told, APPROVE)
    comune.move(told, BulletinStatus.sending, BulletinStatus.sent)
    title, abstract = STOCK[0]
    copy = news_data(title=f"{title}!", abstract=abstract, body="", published_at=comune.now)
    with comune.look() as session:
        make_news_item(session, copy)
    draft = comune.compose()
    assert draft.items == ()
    assert f"{title}!: stessa notizia di «{title}», già nel bollettino di martedì 24 novembre" in report(
        draft
    ).replace("\\", "")


def fair(day: str) -> NewsData:
    text = (
        f"La fiera del bestiame si tiene {day} in piazza Cavour, con giostre e bancarelle. Ingresso libero."
    )
    published = NOW - timedelta(days=2)
    return news_data(
        title="Fiera del bestiame", abstract=text, body="", category=None, published_at=published
    )


def test_a_notice_put_off_at_another_address_is_told_as_an_update(comune: Comune) -> None:
    later = replace(fair("sabato 5 dicembre 2026"), published_at=NOW - timedelta(hours=3))
    with comune.look() as session:
        make_news_item(session, fair("sabato 28 novembre 2026"))
        make_news_item(session, later)
    draft = comune.compose()
    (item,) = draft.items
    assert item.text.startswith("AGGIORNAMENTO")
    assert "sabato 5 dicembre" in item.text
    assert "aggiornamento, prima era: sabato 28 novembre" in draft.notes[0]
    assert "Fiera del bestiame: superata dal suo aggiornamento: «Fiera del bestiame»" in report(draft)
    with comune.look() as session:
        (read,) = judged(with_sources(session, draft.items))
    assert read.verdict is not None
    assert read.verdict.blocked == (), "the editor can approve it as it is"


@pytest.mark.parametrize("is_sent", [False, True], ids=["approved", "sent"])
def test_what_changed_on_the_site_after_it_was_told_is_reported(comuni: Comune, is_sent: bool) -> None:
    comune = comuni
    with comune.look() as session:
        number = make_news_item(session, fair("sabato 28 novembre 2026")).id
    told = comune.draft()
    comune.answer(told, APPROVE)
    if is_sent:
        comune.move(told, BulletinStatus.sending)
        with comune.look() as session:
            bulletins.locked(session, told).sent_at = comune.now
    assert comune.compose().changed == ()
    comune.now += timedelta(hours=2)
    with comune.look() as session:
        now_said = replace(fair("sabato 5 dicembre 2026"), guid="again")
        lost, gained = [("date", "2026-11-28")], [("date", "2026-12-05")]
        news_items.revise(
            session, number, now_said, edit=Edit.updated, lost=lost, gained=gained, now=comune.now
        )
    where = "inviata" if is_sent else "nel bollettino di"
    assert (
        f"- «Fiera del bestiame», {where} martedì 24 novembre, è cambiata sul sito martedì 24 novembre, "
        "ore 12:30: prima sabato 28 novembre; ora sabato 5 dicembre. "
    ) in report(comune.compose())


def test_a_summary_is_made_once_and_again_only_when_what_makes_it_changes(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock(comune, 1)
    (first,) = comune.compose(at_approval=False).items
    with comune.look() as session:
        session.exec(select(Summary)).one().text = "Il testo conservato."
    (kept,) = comune.compose(at_approval=False).items
    assert kept.text == "Il testo conservato."
    monkeypatch.setattr(edition, "code", lambda: "the next version of the code")
    (again,) = comune.compose(at_approval=False).items
    assert again.text == first.text
    with comune.look() as session:
        assert session.exec(select(Summary)).one().text == first.text


def test_what_happens_before_the_next_send_comes_first(comune: Comune) -> None:
    stock(comune, 5)
    thursday = news_data(
        title="Consiglio delle ragazze e dei ragazzi",
        abstract="Si riunisce giovedì 26 novembre alle 15:00 in municipio.",
        body="",
        published_at=comune.now - timedelta(days=6),
    )
    with comune.look() as session:
        make_news_item(session, thursday)
    draft = comune.compose(at_approval=False)  # of Tuesday; the next one goes on Friday
    assert draft.items[0].title == "Consiglio delle ragazze e dei ragazzi"
    assert draft.notes[0].endswith("prossima data: giovedì 26 novembre")


def test_a_word_of_the_site_that_the_profile_places_anew_refreshes_the_draft(comune: Comune) -> None:
    with comune.look() as session:
        make_news_item(session, replace(fair("sabato 5 dicembre 2026"), topics=("Zootecnia",)))
    assert comune.compose(at_approval=False).items[0].category == "eventi"
    comune.reprofile(('"Lavori pubblici" =', '"Zootecnia" = "servizi"\n"Lavori pubblici" ='))
    again = comune.compose(at_approval=False)
    assert again.why.startswith("Bozza aggiornata")
    assert again.items[0].category == "servizi"


def test_the_bench_accounts_for_every_candidate(comune: Comune) -> None:
    items = compose.town(40)
    with comune.look() as session:
        news_items.add(session, make_source(session).id, items, origin=Origin.collected, now=compose.NOW)
    shares, draft = compose.composed(comune.settings, now=compose.NOW)
    assert len(draft.items) + len(draft.queue) + len(draft.left_out) == 40
    assert [one.reason for one in draft.left_out if "stessa notizia" in one.reason], "copies are found"
    assert set(shares.parts) == {"read and categorise", "select", "summarise", "guard", "preview"}


def test_a_holiday_moves_the_draft_to_the_next_slot(comune: Comune) -> None:
    friday = datetime(2026, 12, 4, 11, tzinfo=UTC)  # Tuesday 8 December is a national holiday
    slot = slot_after(comune.settings.profile, friday)
    assert slot is not None
    assert slot.dispatch_at == datetime(2026, 12, 11, 10, tzinfo=UTC)


def test_a_profile_without_slots_says_that_it_has_none(comune: Comune) -> None:
    profile = comune.settings.profile.model_copy(update={"slots": []})
    comune.settings.profile = profile
    stock(comune, 1)
    assert comune.compose(at_approval=False).why == "Il profilo non prevede invii nei prossimi dodici mesi."


@pytest.mark.parametrize("number", [7, None])
def test_the_page_of_a_composition_leads_to_the_form_where_there_is_one(
    settings: Settings, number: int | None
) -> None:
    page = shown(settings, Draft("Che cosa ne è venuto.", bulletin_id=number, evidence=("prove",)))
    leads = f"[Vai avanti: {settings.newsroom}/modulo/7]({settings.newsroom}/modulo/7)\n\nprove"
    assert page.endswith(leads if number else "**Che cosa ne è venuto.**\n\nprove")
