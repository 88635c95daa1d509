"""Traffic measures whose list stands below are announced with their place and days;"
" every page is made up."""

from flows.bulletin.summary.text import summarise


def text_of(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


def test_measures_that_a_list_tells_are_announced_where_and_when() -> None:
    body = (
        "Per lavori alla fognatura, dalle ore 7 di lunedì 12 alle ore 18 di venerdì 16"
        " maggio, all'incrocio del"
        " Ponte Alto, sono previste (solo per i veicoli a motore) le seguenti modifiche alla viabilità.\n\n"
        "Per chi viene da via Po, obbligo di svolta a destra in via Adda; per chi viene da"
        " via Oglio, obbligo di"
        " proseguire dritto."
    )
    assert text_of("Modifiche alla viabilità all'incrocio del Ponte Alto", body) == (
        "Per lavori alla fognatura, dalle 7 di lunedì 12 alle 18 di venerdì 16 maggio,"
        " all'incrocio del Ponte"
        " Alto, sono previste modifiche alla viabilità (solo per i veicoli a motore)."
        " L'elenco è nella pagina."
    )


def test_a_ban_that_comes_into_force_is_a_sentence() -> None:
    body = (
        "Scatta da lunedì 27 novembre e fino a sabato 2 dicembre il divieto di transito in"
        " via Po, ad eccezione"
        " dei mezzi del cantiere."
    )
    assert text_of("Via Po, cambia la circolazione", body).startswith(
        "Scatta da lunedì 27 novembre e fino a sabato 2 dicembre il divieto di transito in via Po"
    )


def test_the_hours_of_parking_are_no_hours_of_a_road_work() -> None:
    body = (
        "Per il cantiere di piazza Po sarà istituito un senso unico verso nord, con alcuni stalli di sosta"
        " regolati da disco orario dalle ore 8:00 alle ore 20:00."
    )
    text = text_of("Modifica viabilità piazza Po, via Adda da giovedì 3 febbraio", body)
    assert text.startswith("Da giovedì 3 febbraio in piazza Po e via Adda cambia la viabilità.")
    assert "dalle 8 alle 20" not in text
