"""Outlines of notices that no frame tells whole: what, when, and by name what the page holds; all "
"invented."""

from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks.gate import faults
from flows.bulletin.summary.framed import texts
from flows.bulletin.summary.frames.beginnings import begun
from flows.bulletin.summary.frames.dangers.obliged import obliged
from flows.bulletin.summary.frames.outlines import outlines
from tests.test_bulletin_summary import told

STREET_BY_STREET = "\n\n".join(
    (
        "Il Comune ha ordinato:",
        "- divieto di fermata temporanea, dal 4 maggio 2026 al 22 maggio 2026 dalle ore 7 alle ore 18, in "
        "via Adda e traversa, via Oglio, via Ticino, via Mincio e via Sesia;",
        "- divieto di transito temporaneo, nei giorni 11,12, 13 e 14 maggio 2026, dalle ore 21 alle ore 6, "
        "in via Brenta, nel tratto di strada compreso tra via Piave e via Tanaro.",
    )
)


def test_bans_street_by_street_are_told_with_their_first_and_last_day() -> None:
    text = told("Lavori alla rete elettrica: divieti di fermata e di transito", body=STREET_BY_STREET).text
    assert text == (
        "Tra il 4 e il 22 maggio 2026 sono vietati la fermata e il transito in più vie per lavori alla rete "
        "elettrica. "
        "Vie, giorni e orari sono nella pagina."
    )


def test_a_change_that_was_revoked_has_no_outline() -> None:
    body = f"{STREET_BY_STREET}\n\nIl divieto di transito in via Brenta è revocato."
    assert told("Lavori alla rete elettrica: divieti di fermata e di transito", body=body).text == ""


def test_what_an_act_orders_is_read_behind_its_preamble() -> None:
    body = (
        "Si informa la cittadinanza che, con Ordinanza n. 12 del 7 maggio 2026, il Settore IV di Polizia "
        "Locale ha "
        "disposto la chiusura temporanea al traffico veicolare di Via dei Tigli nella giornata di giovedì "
        "14 maggio 2026, "
        "dalle ore 09.00 alle ore 15.00, e comunque fino al termine degli interventi, al fine di consentire "
        "la potatura "
        "degli alberi.\n\n- In caso di maltempo i lavori potranno essere prorogati;\n\n- Dovrà essere "
        "garantito il "
        "transito ai mezzi di soccorso e ai residenti."
    )
    assert told("Ordinanza n. 12/26 - Modifica della circolazione in Via dei Tigli", body=body).text == (
        "Via dei Tigli è chiusa al traffico giovedì 14 maggio 2026, dalle 9 alle 15, e comunque fino alla "
        "fine dei lavori, "
        "per consentire la potatura degli alberi. Le eccezioni sono nella pagina."
    )


def test_a_cut_of_many_districts_is_told_with_its_day_and_hour() -> None:
    body = (
        "Mercoledì 13 maggio, dalle ore 7 e fino al pomeriggio, verrà interrotta l'erogazione dell'acqua "
        "potabile nei "
        "quartieri Fontanelle (a partire da via Adda), Pratoverde, San Nilo fino alla zona del Parco Nord "
        "(compresa), via "
        "Lucia della Torre e sue intersezioni e da via Oglio fino a via Ticino (esclusa).\n\nL'interruzione "
        "si rende "
        "necessaria per consentire i lavori di rifacimento del serbatoio."
    )
    text = told("Interruzione acqua mercoledì 13 maggio", body=body).text
    assert text == "Mercoledì 13 maggio, dalle 7, manca l'acqua. Le vie interessate sono nella pagina."


def test_a_cut_counted_from_today_has_no_outline() -> None:
    body = (
        "Si avvisa che, a causa di un guasto alla condotta principale, la fornitura d'acqua sarà sospesa "
        "dalle ore 22:00 "
        "di questa sera fino alle ore 6:00 del 2 ottobre 2027 in tutto il territorio comunale."
    )
    assert told("Interruzione della fornitura idrica", body=body).text == ""


def test_a_change_is_told_with_the_day_from_which_it_holds() -> None:
    body = (
        "Con il nuovo contratto, a partire da lunedì 8 luglio 2024, ci sarà una variazione dei giorni che "
        "riguarderà la carta."
    )
    page = read(title="Raccolta differenziata, cambia il calendario", abstract="", body=body)
    bare = "Per la raccolta differenziata cambia il calendario."
    assert faults(bare, page) == ("Manca da quando: la pagina dice «da lunedì 8 luglio 2024».",)
    begins = "Da lunedì 8 luglio 2024 per la raccolta differenziata cambia il calendario."
    assert list(begun(page)) == [f"{begins} Gli altri dettagli sono nella pagina."]


def test_a_call_that_has_only_a_name_is_told_with_its_last_day() -> None:
    body = (
        "Anche quest'anno il Comune aiuta i nuclei familiari a pagare l'affitto. Sarà possibile accedere al "
        "bando dal 21 "
        "gennaio p.v. Ultimo giorno utile per la presentazione della domanda venerdì 21 marzo fino alle ore "
        "12.30.\n\n"
        "Le fasce ISEE sono così definite:\n\nda € 2.000 a € 6.000 verrà erogato un contributo pari a € "
        "800,\n\n"
        "da € 6.000,01 a € 12.000 verrà erogato un contributo pari a € 700.\n\n"
        "La domanda deve essere presentata esclusivamente on line."
    )
    text = told("Sostegno Famiglie 2025", body=body).text
    assert text.startswith(
        "Puoi fare domanda online per «Sostegno Famiglie 2025» entro le 12:30 di venerdì 21 marzo."
    )
    assert text.endswith("altri dettagli sono nella pagina.")
    assert "800" not in text


def test_two_periods_of_one_sentence_are_both_told() -> None:
    body = (
        "Proseguono le asfaltature. Per permettere gli interventi sono previste alcune modifiche.\n\nDal 4 "
        "all'8 maggio "
        "e dall'11 al 15 maggio, dalle 7 alle 19, sarà istituito il divieto di transito e di sosta con "
        "rimozione forzata "
        "su entrambi i lati della strada."
    )
    page = read(title="Asfaltature: al via i lavori in un tratto di via Adda", abstract="", body=body)
    assert next(outlines(page)).strip() == (
        "Dal 4 all'8 maggio e dall'11 al 15 maggio, dalle 7 alle 19, in via Adda sono vietati il transito e "
        "la sosta, con "
        "rimozione forzata."
    )


COLLECTED = "\n\n".join(
    (
        "La raccolta viene effettuata nei giorni:",
        "- Lunedì: (utenze NON domestiche) indifferenziato dalle 9:00",
        "- Martedì: vetro/lattine e umido",
        "- Venerdì: carta (sacco blu)",
        "Il materiale va esposto a bordo strada dalle ore 20:00 del giorno precedente.",
    )
)


def test_waste_is_told_by_weekday() -> None:
    text = told('Calendario raccolta rifiuti "porta a porta"', body=COLLECTED).text
    assert text == (
        "Il martedì si raccolgono vetro, lattine e umido e il venerdì carta. Il materiale va esposto a "
        "bordo strada "
        "dalle 20 del giorno precedente. Gli altri giorni sono nella pagina."
    )


def test_waste_of_zones_is_left_to_the_page() -> None:
    body = f"Zona A\n\n{COLLECTED}\n\nZona B\n\n- Sabato: carta"
    assert "si raccolgono" not in told("Calendario raccolta rifiuti", body=body).text


def test_precautions_that_a_page_lists_are_announced() -> None:
    body = (
        "Nella notte di martedì 25 giugno il centro è interessato dalla disinfestazione contro le "
        "zanzare.\n\nI cittadini "
        "sono invitati a seguire le seguenti regole: svuotare i sottovasi, chiudere le finestre, coprire "
        "gli alimenti, "
        "non stendere i panni, tenere in casa gli animali e non usare l'acqua delle fontane fino al mattino."
    )
    text = told("Disinfestazione contro le zanzare", body=body).text
    assert text.endswith("Le precauzioni da prendere sono nella pagina.")


def test_bans_that_end_with_an_event_are_outlined() -> None:
    body = (
        "In occasione della fiera, che si svolgerà domenica 20 dicembre, il Comune ha disposto "
        "provvedimenti temporanei "
        "alla viabilità in piazza Cisterna.\n\nIn particolare, è stato istituito il divieto di sosta con "
        "rimozione "
        "forzata, eccetto per i veicoli autorizzati e quelli dell'organizzazione, in tutta piazza Cisterna "
        "dalle ore "
        "00.00 alle ore 20.00 del 20 dicembre.\n\nÈ inoltre previsto il divieto di transito, ad eccezione "
        "dei mezzi di "
        "soccorso in caso di emergenza, in tutta la piazza dalle ore 7.00 alle ore 20.00 di domenica 20 "
        "dicembre 2026.\n\n"
        "L'ordinanza sarà revocata al termine della fiera."
    )
    text = told("Modifiche alla viabilità in piazza Cisterna per la fiera", body=body).text
    said = "Domenica 20 dicembre 2026 sono vietati la sosta e il transito in piazza Cisterna."
    assert text.startswith(said)
    assert text.endswith("Orari ed eccezioni sono nella pagina.")


def test_hours_of_whole_months_are_told_with_them() -> None:
    body = (
        "La Giunta ha approvato la modifica dell'orario di apertura al pubblico degli uffici comunali "
        "limitatamente ai "
        "mesi di luglio e agosto 2026.\n\nNei suddetti mesi l'apertura avverrà solo nelle ore antimeridiane."
    )
    text = told("Orario estivo degli uffici comunali", body=body).text
    assert (
        text
        == "A luglio e agosto 2026 gli uffici comunali seguono l'orario estivo. Gli orari sono nella pagina."
    )


def test_a_programme_by_days_is_outlined() -> None:
    body = (
        "Sabato 6 febbraio: ore 14.30 partenza della sfilata da piazza Roma; ore 16 premiazione dei "
        "carri.\n\n"
        "Domenica 7 febbraio: ore 15 festa in maschera per bambini in palestra comunale.\n\n"
        "In caso di maltempo la sfilata si terrà sabato 13 febbraio."
    )
    said = "Sabato 6 e domenica 7 febbraio c'è il carnevale 2027. Il programma è nella pagina."
    assert said in told("Carnevale 2027", body=body).text


def test_works_street_by_street_are_told_with_the_days_of_each() -> None:
    body = "\n\n".join(
        (
            "Da lunedì 5 ottobre iniziano i lavori di asfaltatura.",
            "Via Adda: 5 e 6 ottobre, chiusa dalle 8 alle 18.",
            "Via Oglio: 7 ottobre, senso unico alternato.",
            "Via Ticino: 8 e 9 ottobre, divieto di sosta dalle 7 alle 18.",
        )
    )
    text = told("Lavori di asfaltatura: le vie interessate", body=body).text
    assert text == (
        "Il 5 e il 6 ottobre, dalle 8 alle 18, in via Adda è chiusa la strada al traffico; il 7 ottobre in "
        "via Oglio si viaggia a senso unico alternato; l'8 e il 9 ottobre, dalle 7 alle 18, in via Ticino è "
        "vietata la sosta. Gli orari sono nella pagina."
    )


def test_a_list_of_duties_is_told_with_whom_it_binds() -> None:
    body = "\n\n".join(
        (
            "Con l'ordinanza 12/2026 è fatto obbligo a tutti i proprietari, possessori o detentori a "
            "qualunque titolo di "
            "terreni confinanti con le strade comunali di provvedere a:",
            "- tagliare la vegetazione incolta, al fine di prevenire gli incendi;",
            "- tagliare le siepi che sporgono sulle strade;",
            "- rimuovere le foglie cadute sui marciapiedi.",
        )
    )
    page = read(title="Manutenzione della vegetazione dei terreni incolti", abstract="", body=body)
    assert next(obliged(page)) == (
        "Chi possiede o usa terreni confinanti con le strade comunali deve tagliare la vegetazione incolta. "
        "Gli altri "
        "obblighi sono nella pagina."
    )


def test_a_duty_that_is_a_noun_takes_its_article() -> None:
    body = (
        "Tutti i proprietari di terreni incolti nel centro devono provvedere a:\n\n- Taglio della "
        "vegetazione incolta;\n\n"
        "- Taglio delle siepi che sporgono sulle strade."
    )
    page = read(title="Pulizia della vegetazione", abstract="", body=body)
    assert next(obliged(page)).startswith(
        "Tutti i proprietari di terreni incolti nel centro devono provvedere al taglio della vegetazione "
        "incolta."
    )


def test_what_a_call_leaves_to_its_page_is_named_where_it_is_much() -> None:
    body = (
        "La domanda relativa al contributo, stabilito nella misura di euro 150,00, dovrà essere presentata "
        "direttamente "
        "al Comune, nei consueti orari di apertura degli uffici, dagli studenti iscritti alle scuole "
        "secondarie di secondo "
        "grado – o, qualora minori, da chi ne eserciti la responsabilità, entro e non oltre la data del "
        "20/03/2027, pena "
        "l'esclusione.\n\nL'istanza, reperibile presso gli uffici o sul sito, dovrà essere corredata "
        "dall'attestazione "
        "ISEE in corso di validità (la soglia non deve superare il valore massimo di euro 13.000,00)."
    )
    page = read(title="Borse di studio anno scolastico 2026/2027", abstract="", body=body)
    named = "entro il 20 marzo 2027. Requisiti, importi e altri dettagli sono nella pagina."
    assert any(text.endswith(named) for text in texts(page, 275))
    assert not faults(f"Puoi chiedere le borse di studio {named}", page)


def test_a_cut_has_its_hours_with_their_days_whatever_else_may_happen_then() -> None:
    body = (
        "Dalle ore 23:00 di venerdì 3.09.2027 fino alle ore 04:00 circa di sabato 4.09.27\n\n"
        "Si comunica che per consentire la sostituzione di un pezzo speciale sulla condotta in uscita dalla"
        " centrale di potabilizzazione di Neri, vicino al ponte vecchio, dalle ore 23.00 di venerdì 3.09.2027"
        " fino alle ore 4.00 circa di sabato 4.09.27, verrà effettuata l'interruzione dell'acqua"
        " potabile.\n\n"
        "TUTTO IL TERRITORIO COMUNALE\n\nDurante il ripristino potranno verificarsi fenomeni di"
        " torbidità.\n\n"
        "Qualora il tempo non lo permetta, tale intervento sarà posticipato."
    )
    text = told("Interruzione dell'acqua potabile", body=body).text
    assert text.startswith(
        "Dalle 23 di venerdì 3 alle 4 di sabato 4 settembre 2027, manca l'acqua in tutto il territorio"
        " comunale."
    )


def test_two_days_that_head_their_bans_are_both_named() -> None:
    body = (
        "SABATO 6 MARZO 2027\n\n- dalle ore 06:00 alle ore 18:00 DIVIETO DI SOSTA in piazza Alba, lato"
        " est\n\n"
        "DOMENICA 7 MARZO 2027\n\n- dalle ore 06:00 alle ore 18:00 DIVIETO DI SOSTA in tutta piazza Neri,"
        " e in"
        " via Adda, via Po e via Oglio"
    )
    text = told("Modifiche alla viabilità in vie del Comune", body=body).text
    assert text.startswith("Sabato 6 e domenica 7 marzo 2027")
    assert "via del Comune" not in text


def test_works_are_their_own_matter_whatever_the_title_calls_them() -> None:
    body = (
        "● VIA ADDA – istituzione temporanea del divieto di transito – nel tratto tra via Po e via Neri,"
        " il giorno"
        " 21/10/2027 dalle ore 8,00 alle ore 19,00;\n\n"
        "● VIA OGLIO – istituzione temporanea del senso unico alternato – dal giorno 21/10/2027 al giorno"
        " 25/10/2027 dalle ore 8,00 alle ore 18,00;\n\n"
        "● VIA TICINO – istituzione temporanea del divieto di transito – tra via Alba e la pesa, il giorno"
        " 22/10/2027 dalle ore 9,00 alle ore 12,00."
    )
    text = told("Nuove asfaltature in città", body=body).text
    assert text.startswith(
        "Dal 21 al 25 ottobre 2027 in via Oglio si viaggia a senso unico alternato; il 21 ottobre, dalle 8 "
        "alle 19, in via Adda è vietato il transito; il 22 ottobre, dalle 9 alle 12, in via Ticino è vietato"
    )
