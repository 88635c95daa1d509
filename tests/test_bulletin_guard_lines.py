"""The guard on lists by their lines: a line's place with another one's hour, and a line that is left out."""

import pytest

from flows.bulletin.guard.verdict import check

PROGRAMME = """Festa d'autunno

Domenica 11 ottobre 2026 Borgofosco festeggia l'autunno.

| Ora | Iniziativa | Luogo |
|---|---|---|
| 9.30 | Camminata tra i castagneti | Campo sportivo |
| 14.30 | Giochi di legno per bambini | Giardino delle suore |
| 15.30 | Spettacolo di burattini "La strega Gioppa" | Cortile di casa Manni |
| 17.00 | Castagnata con i canti della Madia | Piazza Vecchia |
"""
SACKS = """Distribuzione dei sacchi

La distribuzione avverrà presso i seguenti punti:

Frazione Mulino: sala del circolo – mercoledì 9 dicembre 2026, ore 14-17
Frazione Sasso: ambulatorio, piano terra – giovedì 10 dicembre, ore 9-12
Frazione Prati: magazzino comunale – venerdì 11 dicembre, ore 14-16.30
"""
OFFICES = """Chiusura di alcuni uffici

Giovedì 19 novembre 2026, per un corso, resteranno chiusi al pubblico:

- Ufficio anagrafe
- Ufficio tributi
- Sportello edilizia
- Ufficio cimiteri
"""
CUTS = """Potature: divieti di sosta

La Polizia locale dispone il divieto di sosta, dalle ore 7.30 alle ore 17.00, nelle seguenti vie:

- lunedì 2 febbraio 2026: via Magnolie
- martedì 3 febbraio 2026: via Lanaioli
- mercoledì 4 febbraio 2026: via Cantoni
"""
CASES = {
    "a place of another hour": (
        PROGRAMME,
        "L'11 ottobre alle 15.30 i burattini della strega Gioppa sono nel cortile di casa Manni.",
        "L'11 ottobre alle 15.30 i burattini della strega Gioppa sono nel giardino delle suore.",
    ),
    "a place of another day": (
        SACKS,
        "A Sasso i sacchi si ritirano giovedì 10 dicembre, 9-12, all'ambulatorio, piano terra.",
        "A Sasso i sacchi si ritirano giovedì 10 dicembre, 9-12, nella sala del circolo.",
    ),
    "an office left out": (
        OFFICES,
        "Giovedì 19 novembre non aprono anagrafe, tributi, sportello edilizia e cimiteri.",
        "Giovedì 19 novembre non aprono anagrafe, tributi e cimiteri.",
    ),
    "a day left out": (
        CUTS,
        "Sosta vietata dalle 7.30 alle 17: il 2 febbraio in via Magnolie, il 3 in via Lanaioli e il 4 in via Cantoni.",  # noqa: E501
        "Sosta vietata dalle 7.30 alle 17: il 2 febbraio in via Magnolie e il 3 in via Lanaioli.",
    ),
}


@pytest.mark.parametrize(("source", "right", "wrong"), CASES.values(), ids=CASES)
def test_a_line_is_told_with_its_own_parts_and_a_list_whole(source: str, right: str, wrong: str) -> None:
    told = check(right, source)
    assert told.blocked + told.warnings == ()
    mixed = check(wrong, source)
    assert mixed.blocked or mixed.warnings


def test_a_text_that_sends_to_the_page_may_leave_lines_to_it() -> None:
    text = "Giovedì 19 novembre non aprono anagrafe e tributi. Gli altri uffici sono nella pagina."
    assert not check(text, OFFICES).warnings


def test_fields_of_one_thing_and_heads_of_a_table_are_no_lines() -> None:
    source = (
        "Richiamo\n\n- Prodotto: tonno in scatola\n- Marca: Mare Blu\n- Lotto: TX4471\n- Rischio: istamina\n"
    )
    assert not check("È richiamato il tonno in scatola di marca Mare Blu, lotto TX4471.", source).warnings


def test_what_stands_below_a_colon_is_of_the_day_above_it() -> None:
    source = (
        "Sospensione energia elettrica giovedì 6 aprile 2028\n\nIl distributore informa che giovedì "
        "6 aprile 2028 "
        "verrà interrotta la fornitura di energia elettrica con questi orari:\n\n"
        "| Via | Dalle | Alle |\n|---|---|---|\n| via Serragli | 9.00 | 12.30 |\n| via Pallone | "
        "14.00 | 16.00 |\n\n"
        "Chi ha in casa apparecchi alimentati a corrente chiami entro lunedì 3 aprile i Servizi sociali."
    )
    right = (
        "Giovedì 6 aprile 2028 manca la corrente: dalle 9 alle 12:30 in via Serragli; "
        "dalle 14 alle 16 in via Pallone."
    )
    assert check(right, source).warnings == ()
    wrong = right.replace("Giovedì 6", "Lunedì 3")
    told = check(wrong, source)
    assert told.blocked or told.warnings
