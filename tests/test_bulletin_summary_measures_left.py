"""What a notice of schools, alerts, sweeping and water must not leave out; and what is no news of it."""

from dataclasses import replace

from flows.bulletin.language.relative_days import troubles
from flows.bulletin.page.notice import Kind, Slot
from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks.contrasts import contrasts
from flows.bulletin.summary.checks.of_one import mended, told_of_all
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.text import summarise


def composed(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


def test_the_hour_of_an_update_is_no_news() -> None:
    body = (
        "Il presente avviso annulla e sostituisce quello delle ore 14.00 che prevedeva il solo ingresso "
        "posticipato alle 9.\nVisto il ghiaccio, il Sindaco ha disposto la sospensione delle attività "
        "didattiche per la giornata di giovedì 17 gennaio per tutte le scuole, compreso il nido.\n"
        "La biblioteca è chiusa."
    )
    text = composed("Chiusura scuole per ghiaccio giovedì 17 gennaio - AGGIORNAMENTO ORE 19.10", body)
    assert "sospensione delle attività didattiche giovedì 17 gennaio" in text
    assert "19" not in text
    assert "sostituisce" not in text


def test_schools_shut_for_an_alert_need_no_hazard() -> None:
    body = "Lunedì 14 gennaio 2030 sono chiuse tutte le scuole e i nidi. Gli uffici comunali restano aperti."
    title = "Scuole chiuse lunedì 14 gennaio per allerta rossa"
    assert read(title=title, abstract="", body=body).kind is Kind.hours
    assert composed(title, body).startswith("Lunedì 14 gennaio 2030 sono chiuse tutte le scuole")


def test_what_an_alert_shuts_is_told_by_the_office_s_sentence() -> None:
    body = (
        "Allerta gialla per neve dalle ore 18 di lunedì 14 alle ore 12 di martedì 15 gennaio 2030. "
        "Chiusi i parchi e le palestre. Le scuole restano aperte."
    )
    text = composed("ALLERTA GIALLA per neve", body)
    assert "allerta gialla per neve" in text
    assert "Sono chiusi i parchi e le palestre." in text


def test_streets_that_are_swept_each_on_its_day() -> None:
    body = (
        "Riprende il lavaggio delle strade. È vietata la sosta nelle vie e nei giorni sotto elencati.\n"
        "via Olmi / martedì 8 aprile / 6.00-9.00\nvia Faggi / mercoledì 9 aprile / 6.00-9.00\n"
        "via Tigli / giovedì 10 aprile / 8.00-9.30\n"
    )
    text = composed("PULIZIA STRADE 2030 - DIVIETO DI SOSTA", body)
    assert text.startswith("Dall'8 aprile è vietata la sosta in più vie per la pulizia delle strade.")
    assert text.endswith("Vie, giorni e orari sono nella pagina.")
    assert " / " not in text
    row = "In via Olmi è vietata la sosta / martedì 8 aprile / 6.00-9.00."
    assert not is_fit(row, row)


def test_who_sweeps_a_street_forbids_to_park_there() -> None:
    body = (
        "Da lunedì 7 aprile riprende lo spazzamento delle strade. Restano in vigore i divieti di sosta "
        "indicati dai cartelli: il lunedì in via Olmi, il martedì in via Faggi, dalle 7 alle 10. "
        "Nei giorni festivi il servizio non si effettua."
    )
    text = composed("Ripresa spazzamento strade dal 7 aprile", body)
    assert text.endswith("I divieti di sosta sono nella pagina.")
    assert "Gli altri dettagli" not in text


WATER = (
    "IL SINDACO\nvista la nota dell'ASL sul campione prelevato il 2 luglio alla fontana;\nORDINA\n"
    "fino a revoca, alle utenze di\nOlmi: tutte le vie\nFaggi: via Alta, via Bassa\nTigli: ESCLUSA\n"
    "IL DIVIETO DI USARE L'ACQUA per bere. È consentito l'uso previa bollitura di almeno 10 minuti per la "
    "cottura dei cibi.\nDa giovedì 4 luglio sarà presente un'autobotte in piazza (ore 8-10)."
)


def test_water_that_may_not_be_drunk() -> None:
    text = composed("DIVIETO USO ACQUA A SCOPO POTABILE FRAZIONI OLMI E FAGGI", WATER)
    assert text.startswith("Fino a revoca è vietato usare l'acqua a scopo potabile nelle frazioni Olmi e")
    assert text.endswith("Le vie, gli usi consentiti e le eccezioni sono nella pagina.")
    assert "prima di berla" not in text, "boiled water is for cooking alone"


def test_the_day_of_a_sample_is_no_day_of_the_ban() -> None:
    notice = read(title="Divieto uso acqua a scopo potabile", abstract="", body=WATER)
    assert all("2 luglio" not in told.words for told in notice.slots[Slot.when])


def test_heating_lit_early_has_its_own_end() -> None:
    body = (
        "Visto il freddo, con ordinanza n. 7 del 9 ottobre il Sindaco autorizza l'accensione degli impianti "
        "termici da giovedì 10 a lunedì 14 ottobre 2030, per un massimo di 6 ore giornaliere.\n"
        "Dal 15 ottobre si applica il periodo ordinario: 14 ore al giorno, fino al 15 aprile 2031.\n"
        "Le limitazioni di orario non si applicano a: ospedali, scuole e nidi, case di riposo, edifici con "
        "pompa di calore, impianti con contabilizzazione, laboratori con lavorazioni continue.\n"
        "La palestra resta fredda: la caldaia nuova si prevede entro fine mese."
    )
    text = composed("Accensione anticipata impianti di riscaldamento", body)
    assert "da giovedì 10 a lunedì 14 ottobre 2030, per un massimo di 6 ore" in text
    assert text.endswith("Le eccezioni sono nella pagina.")


def test_new_hours_are_told_or_left_to_the_page() -> None:
    body = (
        "Da lunedì 16 settembre la biblioteca sarà aperta così:\n\nLunedì 14.30-19.00\nMartedì 9.00-12.30\n"
        "Mercoledì 14.30-19.00\nGiovedì 9.00-12.30"
    )
    notice = read(title="Biblioteca, dal 16 settembre nuovo orario", abstract="", body=body)
    text = "Per la biblioteca, dal 16 settembre c'è il nuovo orario."
    assert list(told_of_all(text, notice))
    assert mended(text, notice, 275) == f"{text} Giorni e orari sono nella pagina."


def test_meetings_of_the_title_are_not_forgotten() -> None:
    body = (
        "Dal 1° marzo serve la nuova tessera. Il gestore la presenta in tre assemblee:\n"
        "lunedì 4 febbraio, ore 20.30, sala civica\nmercoledì 6 febbraio, ore 20.30, scuola\n"
        "venerdì 8 febbraio, ore 18, oratorio\n"
    )
    notice = read(title="Nuova tessera per i rifiuti, gli incontri con i cittadini", abstract="", body=body)
    notice = replace(notice, kind=Kind.service)
    text = "Dal 1° marzo serve la nuova tessera."
    assert mended(text, notice, 275) == f"{text} Le date degli incontri sono nella pagina."


def test_days_that_are_left_out_or_put_in_belong_to_every_week() -> None:
    assert troubles("Via Olmi è chiusa tutti i feriali, sabato escluso, fino al 3 giugno.") == []
    assert worded("Il semaforo resta attivo h24, compresi i festivi.") == (
        "Il semaforo resta attivo h24, compresi i festivi."
    )
    assert worded("La sala è chiusa dal 3 al 7 maggio, compresi.") == "La sala è chiusa dal 3 al 7 maggio."


def test_an_act_of_today_is_no_day_of_the_news() -> None:
    assert worded("Con ord. n. 4 di oggi il parco Olmi è chiuso.") == "Il parco Olmi è chiuso."
    assert worded("Con ordinanza del Responsabile dell'Area Tecnica n. 4 del 2.3.2030, via Po è chiusa.") == (
        "Via Po è chiusa."
    )


def test_the_end_of_the_works_behind_a_day_is_no_other_day() -> None:
    said = "Via Po è chiusa dal 3 al 7 giugno 2030 e comunque fino al termine dei lavori."
    assert worded(said) == "Via Po è chiusa dal 3 al 7 giugno 2030."


def test_a_way_round_needs_not_be_told() -> None:
    said = "Via Olmi, tra via Faggi e il civico 9, è chiusa al traffico da lunedì 3 a venerdì 7 giugno 2030."
    body = f"{said} Il percorso alternativo consigliato è Via Faggi, Via Tigli e Via Querce."
    notice = read(title="Chiusura di via Olmi", abstract="", body=body)
    assert "via tigli" not in " ".join(contrasts(said, notice)).lower()


def test_a_calendar_of_the_title_is_told_or_left_to_the_page() -> None:
    body = (
        "Da gennaio la tessera di carta non vale più. Gli sportelli aprono anche:\n\n"
        "- sabato 3 gennaio 2032, ore 9-12\n- sabato 10 gennaio 2032, ore 9-12\n"
        "- sabato 17 gennaio 2032, ore 9-12"
    )
    text = "Da gennaio la tessera di carta non vale più."
    for title, told in (
        ("Tessera di carta e calendario degli sportelli", f"{text} Giorni e orari sono nella pagina."),
        ("Tessera di carta", text),
    ):
        notice = replace(read(title=title, abstract="", body=body), kind=Kind.service)
        assert mended(text, notice, 275) == told


def test_a_recall_says_that_there_is_more_to_do() -> None:
    body = (
        "È richiamato il giocattolo Orso, lotto B72.\n\n- Non usarlo.\n- Riportarlo al negozio.\n"
        "- Conservare lo scontrino."
    )
    notice = replace(read(title="Richiamo del giocattolo Orso", abstract="", body=body), kind=Kind.recall)
    text = "È richiamato il giocattolo Orso, lotto B72."
    assert mended(text, notice, 275) == f"{text} Che cosa fare è nella pagina."
