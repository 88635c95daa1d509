"""What a page says next of the thing that a text told, and that turns what one does; all invented."""

from datetime import date

from tests.test_bulletin_summary import told


def test_a_treatment_that_comes_again_is_not_told_as_of_one_night() -> None:
    text = told(
        "Disinfestazione contro le zanzare - trattamento straordinario",
        body=(
            "Nella notte tra GIOVEDI' 13 e VENERDI' 14 AGOSTO, dalle ore 23:00 alle ore 5:00, sarà "
            "effettuato un "
            "trattamento adulticida straordinario nelle vie Adda e Oglio.\n"
            "Il trattamento sarà ripetuto nelle due notti successive.\n"
            "Durante il trattamento si raccomanda di:\n- restare in casa con finestre chiuse;\n"
            "- ritirare biancheria e ciotole degli animali."
        ),
        published=date(2026, 8, 12),
    ).text
    assert "ripetuto nelle due notti successive" in text or "altri giorni" in text
    assert "recauzioni" in text or "finestre" in text


def test_what_one_gets_has_to_be_fetched() -> None:
    text = told(
        "Raccolta porta a porta: dal 10 gennaio 2028 si cambia",
        body=(
            "Da lunedì 10 gennaio 2028 anche nelle frazioni di Alba e Borgo parte la raccolta dei "
            "rifiuti porta a "
            "porta. I cassonetti stradali saranno tolti tra il 10 e il 14 gennaio.\n\n## Ritiro dei "
            "mastelli\n\n"
            "Ogni famiglia riceve gratuitamente il kit. Si ritira presentando l'avviso TARI e un "
            "documento:\n\n"
            "- Alba, ex scuola di via Po: da lunedì 22 a sabato 27 novembre 2027, ore 9.00-13.00\n"
            "- Borgo, circolo di via Adda: da lunedì 29 novembre a sabato 4 dicembre 2027, ore "
            "14.00-18.00\n"
        ),
    ).text
    assert text.endswith("Il kit si ritira nei giorni e luoghi che trovi nella pagina.")


def test_a_weekday_with_less_is_not_told_as_any_other() -> None:
    text = told(
        "Nuovi orari dell'Ufficio Anagrafe",
        body=(
            "Da lunedì 11 gennaio 2027 cambia l'orario di apertura al pubblico dell'Ufficio Anagrafe.\n\n"
            "| Giorno | Mattina | Pomeriggio |\n| --- | --- | --- |\n| Lunedì | 9.00–12.30 | chiuso |\n"
            "| Martedì | 9.00–12.30 | 15.00–17.30 |\n| Mercoledì | chiuso | chiuso |\n"
            "| Giovedì | 9.00–12.30 | 15.00–17.30 |\n| Venerdì | 9.00–12.30 | chiuso |\n"
            "| Sabato | 9.00–11.30 | chiuso |\n\n"
            "Il sabato si rilasciano solo certificati e si ricevono le denunce di nascita e di morte."
        ),
    ).text
    assert "sabato dalle 9 alle 11:30" in text
    assert "Il sabato si rilasciano solo" in text or "Il sabato ci sono solo alcuni servizi." in text


def test_a_vaccine_for_some_is_not_told_as_for_all() -> None:
    text = told(
        "Vaccinazione antinfluenzale: due giornate all'ambulatorio comunale",
        body=(
            "L'Azienda sanitaria, con i medici di famiglia e il Comune di Torre Po, organizza due "
            "giornate di "
            "vaccinazione antinfluenzale gratuita presso l'ambulatorio di Via Adda 8.\n\n"
            "- **sabato 23 ottobre 2027**, dalle 9.00 alle 13.00;\n"
            "- **sabato 6 novembre 2027**, dalle 9.00 alle 12.00.\n\n"
            "La vaccinazione è offerta alle persone dai 60 anni in su, alle donne in gravidanza, a chi "
            "ha malattie "
            "croniche, ai bambini da 6 mesi a 6 anni, agli operatori sanitari e ai donatori di sangue.\n\n"
            "Non serve la prenotazione. Portare la tessera sanitaria."
        ),
    ).text
    assert "sabato 23 ottobre" in text
    assert "60 anni" in text or "A chi si rivolge" in text


def test_a_second_ban_and_what_is_allowed_alone_are_told_or_announced() -> None:
    ban = (
        "Dal 14 giugno al 30 settembre 2027, ogni giorno dalle ore 6.00 alle ore 23.00, è vietato usare "
        "l'acqua "
        "potabile per:\n\n- irrigare orti, giardini e prati;\n- lavare cortili, piazzali e automobili.\n\n"
    )
    title = "Ordinanza n. 42/2027: limitazioni all'uso dell'acqua potabile"
    second = "È vietato a qualsiasi ora riempire piscine private.\n\nIl divieto non riguarda gli autolavaggi."
    assert "ltri divieti e le eccezioni sono nella pagina" in told(title, body=ban + second).text
    alone = "Dalle 23.00 alle 6.00 è consentita la sola innaffiatura degli orti."
    assert (
        "Dalle 23 alle 6 è consentita la sola innaffiatura degli orti." in told(title, body=ban + alone).text
    )


def test_two_bans_in_two_streets_are_not_told_of_both() -> None:
    text = told(
        "Ordinanza n. 6/2027 - Disciplina temporanea della circolazione in via Adda e via Oglio",
        body=(
            "ORDINA\n\ndal giorno 28/09/2027 al giorno 09/10/2027, dalle ore 8,00 alle ore 17,30:\n"
            "1) l'istituzione del divieto di transito a tutti i veicoli in VIA ADDA, dal civico 1 al "
            "civico 12;\n"
            "2) l'istituzione del divieto di sosta con rimozione forzata in VIA OGLIO, dal civico 1 al "
            "civico 27."
        ),
    ).text
    assert "la sosta e il transito in via Adda e via Oglio" not in text


def test_houses_without_a_number_lose_the_current_too() -> None:
    text = told(
        "Sospensione energia elettrica martedì 19 ottobre 2027",
        body=(
            "Martedì 19 ottobre 2027 verrà interrotta la fornitura di energia elettrica con questi "
            "orari:\n\n"
            "| Via | Civici | Dalle | Alle |\n| --- | --- | --- | --- |\n| via Adda | 1-35, 2-28 | 9.00 "
            "| 12.30 |\n"
            "| località Rio | 3, 5, 7, sn | 13.30 | 16.00 |\n"
        ),
    ).text
    assert "in località Rio (3, 5, 7, senza numero)" in text


def test_days_with_a_gap_are_no_range() -> None:
    text = told("Festa del toro", body="20-21 e 22 / 27-28 e 29 giugno 2027").text
    assert "20, 21, 22, 27, 28 e 29 giugno 2027" in text


def test_a_count_of_today_gets_no_day() -> None:
    title, body = "Adotta un cane", "Al canile di Po ci sono oggi 63 cani. Possono adottare i maggiorenni."
    assert "1° settembre" not in told(title, body=body, published=date(2027, 9, 1)).text


def test_each_week_of_a_period_but_one_is_not_told_as_each_day() -> None:
    text = told(
        '"Nati per ascoltare": letture in biblioteca per i piccolissimi',
        body=(
            "Che cos'è\nLetture ad alta voce per bimbi da 0 a 3 anni e per chi li accompagna.\n\n"
            "Quando\nTutti i mercoledì dal 17 novembre al 15 dicembre (escluso l'8 dicembre), ore 10.00 "
            "- 10.45\n\n"
            "Dove\nBiblioteca comunale, Sala Coccinella, via Adda 22\n\nCosti\nGratuito"
        ),
    ).text
    assert text.startswith("Tutti i mercoledì, dal 17 novembre al 15 dicembre, dalle 10 alle 10:45,")
    assert "l'8 dicembre" in text


def test_the_one_hour_of_a_page_is_told_and_not_left_to_it() -> None:
    title = "Modifica orario di ricevimento del Sindaco"
    said = told(title, body=f"{title} alla cittadinanza dal 18 settembre 2027 - 12:00/13:30").text
    assert said.endswith("L'orario è dalle 12 alle 13:30.")
    many = told(title, body=f"{title} dal 18 settembre 2027 - 12:00/13:30. Sportello: 9:00/10:00").text
    assert "L'orario è" not in many


def test_when_one_is_back_is_not_when_it_begins() -> None:
    text = told(
        "Gita al mare", body="Domenica 14 giugno 2026 si va al mare. Rientro alle ore 20 in piazza Roma."
    ).text
    assert "alle 20" not in text or "ientro" in text


def test_parking_barred_in_other_streets_is_told_of_others() -> None:
    body = (
        "Da lunedì 15 a venerdì 19 giugno 2026, dalle 8 alle 18:\n- divieto di transito in via Po\n"
        "- divieto di sosta in via Adda e via Tevere"
    )
    text = told("Lavori: divieti in via Po", body=body).text
    assert "C'è anche il divieto di sosta" not in text
