"""What makes a reader stumble over a text whose sentences may stand one by one."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks import gate
from flows.bulletin.summary.checks.stumbles import stumbles
from flows.bulletin.summary.text import summarise

HELPS = "Lo sportello casa aiuta chi cerca casa."


def found(text: str, body: str = HELPS, title: str = "Sportello casa") -> list[str]:
    return list(stumbles(text, read(title=title, abstract="", body=body)))


def test_the_day_of_the_title_and_of_a_closure_is_told() -> None:
    body = "La raccolta del vetro comincia alle 10. Vale da lunedì 3 a domenica 9 maggio."
    title = "Dal 3 al 9 maggio raccolta del vetro più tardi"
    missing = "Il testo non dice il giorno che il titolo dice."
    assert missing in found("La raccolta del vetro comincia alle 10.", body, title)
    assert missing not in found("Dal 3 al 9 maggio la raccolta del vetro comincia alle 10.", body, title)
    shut = "Il testo dice che è chiuso, ma non quando."
    assert shut in found("I parchi resteranno chiusi.", "I parchi resteranno chiusi.", "Chiusura dei parchi")
    assert shut not in found("I parchi sono chiusi il 3 maggio.", "I parchi sono chiusi.", "Parchi chiusi")
    assert found("È stata emanata anche l'allerta per vento.") != []


@pytest.mark.parametrize(
    "text",
    [
        HELPS,
        "Per «Porte aperte» lo sportello casa è aperto anche la sera.",
        "Apre lo sportello «Chiavi» in via Po.",
        "Per lo sportello casa: infatti, serve un documento.",
        "Per lo sportello casa serve un documento.",
        "Cercare casa è più facile. Lo sportello aiuta.",
        "Lo sportello, che è gratuito, aiuta chi cerca casa.",
        "È pubblicato il bando dello sportello casa.",
        "Lo sportello è per chi cerca casa, per chi la cambia, per i vicini.",
        "Lo sportello è aperto e/o risponde al telefono.",
        "Lo sportello apre sabato. L'obiettivo è aiutare chi cerca casa.",
        "Serve un documento. I moduli sono nella pagina.",
        "Per lo sportello casa i vicini che cercano casa danno una mano.",
        "Le famiglie in cui un genitore cerca casa hanno la precedenza.",
        "In occasione della festa che si tiene sabato la biblioteca è chiusa.",
        "Dal 4 maggio 2027 in via Po cambia la viabilità.",
    ],
)
def test_a_plain_text_makes_nobody_stumble(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Per «Sportello casa» il servizio apre il 4 maggio.", "comincia con «Per» e il titolo tra virgol"),
        ("Apre il servizio «Sportello casa» Il servizio aiuta tutti.", "due righe sono attaccate"),
        ("Apre il servizio «Sportello casa» Lunedì 4 maggio.", "due righe sono attaccate"),
        ("Lo sportello c'è. Le famiglie in cui un genitore cerca casa.", "manca il verbo"),
        ("Per lo sportello casa: il servizio aiuta tutti.", "comincia con «Per» e un titolo con i due punti"),
        ("Cercare casa insieme. Non perdersi. I moduli sono nella pagina.", "uno slogan"),
        ("Lo sportello per chi cerca casa in città, è aperto.", "separa il soggetto dal verbo"),
        ("Apre. Lo sportello per chi cerca casa, è aperto.", "separa il soggetto dal verbo"),
        (f"È pubblicato {'il bando dello sportello casa ' * 8}.", "ricopia un titolo lungo"),
        (f"Ecco. Sono stati pubblicati {'i bandi dello sportello casa ' * 8}.", "ricopia un titolo lungo"),
        ("Lo sportello per la casa apre per i giovani e resta per gli anziani.", "tre «per» di seguito"),
        ("Lo sportello è rivolto alle/agli abitanti.", "«alle/agli» non si legge"),
        ("Lo sportello è per i cittadini/e di Alba.", "«cittadini/e» non si legge"),
        ("L'obiettivo dello sportello è aiutare chi cerca casa.", "lo scopo, non che cosa si fa"),
        ("Tutti i requisiti sono nella pagina. I moduli sono nella pagina.", "solo che il resto è nella"),
        ("Per lo sportello casa i vicini che cercano casa.", "manca il verbo"),
        (f"{HELPS} In occasione della festa gli abiti che si usano.", "manca il verbo"),
        ("In via Po cambia temporaneamente la viabilità.", "non in quale giorno"),
        ("C'è un deposito di atti allo sportello casa.", "di quale atto si tratta"),
        ("Un atto è alla casa comunale.", "di quale atto si tratta"),
    ],
)
def test_each_stumble_has_its_sentence(text: str, words: str) -> None:
    assert any(words in said for said in found(text)), found(text)
    notice = read(title="Sportello casa", abstract="", body=HELPS)
    assert any(words in said for said in gate.faults(text, notice))


def test_what_is_free_under_a_condition_that_a_site_cut_is_not_told_as_free() -> None:
    text = "Lo sportello per chi cerca casa è gratuito."
    cut = f"{HELPS} Il servizio è gratuito, ma solo per…"
    assert found(text, cut) == ["La pagina è tronca dopo «gratuito, ma …»: la condizione non si legge."]
    assert found(text, f"{HELPS} Il servizio è gratuito, ma solo per i residenti.") == []
    assert found(text, f"{HELPS} Il servizio è gratuito. Lo sportello apre per…") == []


def test_an_alert_may_say_for_what_its_level_is() -> None:
    text = "È in vigore l'allerta gialla per vento per domani e arancione per neve."
    assert found(text, text, "Allerta meteo") == []


@pytest.mark.parametrize(
    "opening",
    [
        "Il servizio sarà attivo dal 5 ottobre al 18 dicembre 2026 ogni martedì.",
        "Le attività si svolgono dal 5 ottobre al 18 dicembre 2026.",
        "Fino al 21 maggio le domande vanno presentate online.",
    ],
)
def test_what_a_heading_names_is_named_again_in_the_text(opening: str) -> None:
    page = read(
        title="Raccolta del verde, al via il servizio",
        abstract="",
        body=f"Al via la raccolta del verde nei quartieri del centro, come chiesto da molti.\n\n{opening}",
    )
    assert any("di che cosa" in reason or "per che cosa" in reason for reason in stumbles(opening, page))
    alone = read(title="Raccolta del verde, al via il servizio", abstract="", body=opening)
    assert opening.startswith("Fino") or not list(stumbles(opening, alone)), "so its page begins"


def test_what_led_to_it_is_not_the_news_and_the_rest_has_others_before_it() -> None:
    assert any(
        "successo prima" in said for said in found("Da tempo lo sportello casa cerca un modo per aprire.")
    )
    assert not any("successo prima" in said for said in found("Da tempo lo sportello casa apre il 3 maggio."))
    assert any(
        "i restanti" in said for said in found("Tutti i restanti sportelli casa aprono il martedì alle 9.")
    )


def test_nobody_reads_online_twice() -> None:
    twice = "Puoi fare domanda online per lo sportello casa. La domanda va presentata solo online."
    assert any("due volte" in said for said in found(twice))
    once = "Puoi fare domanda online per lo sportello casa. I moduli online sono nella pagina."
    assert not any("due volte" in said for said in found(once))


def test_the_first_of_several_names_them() -> None:
    assert any(
        "dal primo di più" in said for said in found("Il primo è lunedì 3 maggio allo sportello casa.")
    )


def test_a_rite_remembers_history() -> None:
    rite = "Martedì 3 maggio lo sportello casa ricorda chi il 3 maggio 1947 trovò rifugio."
    assert not any("racconta una storia" in said for said in found(rite))


def test_history_is_no_news() -> None:
    story = "Il 2 giugno 1946 gli italiani scelsero lo sportello casa. Nel 1948 entrò in vigore."
    assert any("racconta una storia" in said for said in found(story))
    assert not any(
        "racconta una storia" in said for said in found("Lo sportello casa ricorda il 25 aprile 1945.")
    )


FEAST = "La festa del fiume è sabato 8 maggio 2027 alle ore 18. In caso di pioggia si balla in palestra."
PALIO = "Il palio si corre di norma il 15 agosto. Quest'anno si corre domenica 22 agosto 2027 alle ore 18."


@pytest.mark.parametrize(
    ("title", "text", "body", "words"),
    [
        (
            "Consiglio comunale",
            "Sabato 8 maggio alle 18 c'è «Convocato il Consiglio comunale».",
            "Convocato il Consiglio comunale sabato 8 maggio 2027 alle 18.",
            "«Convocato il Consiglio comunale» non è un nome",
        ),
        ("Festa del fiume", "In caso di pioggia si balla in palestra.", FEAST, "non dice che cosa c'è"),
        ("Festa del fiume", "Si balla e si canta insieme.", FEAST, "non dice che cosa c'è"),
        ("Festa del fiume", "Molto partecipata la festa passata.", FEAST, "manca il verbo"),
        ("Palio dei rioni", "Il palio si corre di norma il 15 agosto.", PALIO, "di solito, non questa volta"),
        (
            "Cerchiamo nonni per il piedibus",
            "Il piedibus parte lunedì 4 ottobre.",
            "Il piedibus parte lunedì 4 ottobre 2027. Cerchiamo nonni che accompagnino i bambini.",
            "si cerca qualcuno",
        ),
        (
            "Concorso di poesia",
            "La giuria legge i testi entro il 10 dicembre.",
            "Le iscrizioni al concorso scadono il 3 dicembre. La giuria legge i testi entro il 10 dicembre.",
            "c'è un concorso",
        ),
        (
            "Divieto di fuochi d'artificio in centro",
            "La festa del patrono è sabato 8 maggio.",
            "La festa del patrono è sabato 8 maggio 2027. Niente fuochi: sono proibiti in centro.",
            "Il titolo dice «Divieto»",
        ),
        (
            "Neve: scuole chiuse domani",
            "Gli spazzaneve girano dalle 4.",
            "Il Sindaco dispone la chiusura delle scuole. Gli spazzaneve girano dalle 4.",
            "Il titolo dice «scuole chiuse»",
        ),
        (
            "Piano gelo: cosa fa il Comune",
            "Per il piano gelo cosa fa il Comune. Il sale si sparge di notte.",
            "Il sale si sparge di notte.",
            "è un titolo",
        ),
        (
            "Sagra: modifiche al traffico",
            "Per la sagra la Polizia Locale ha emesso l'ordinanza che prevede. I dettagli sono nella pagina.",
            "Per la sagra la Polizia Locale ha emesso l'ordinanza che prevede divieti di sosta.",
            "che cosa, il testo non lo dice",
        ),
        (
            "Avvisi di agosto",
            "Gli avvisi di agosto scadono il 4 settembre.",
            "Le domande per lo scuolabus si ricevono fino al 4 settembre 2029.",
            "il titolo sta tra virgolette",
        ),
        (
            "Lampade votive",
            "Chi non paga per due anni si vede staccare la luce.",
            "Arrivano i bollettini delle lampade votive. Chi non paga per due anni si vede staccare la luce.",
            "da una sanzione",
        ),
    ],
)
def test_a_text_tells_what_it_is_and_of_this_time(title: str, text: str, body: str, words: str) -> None:
    assert any(words in said for said in found(text, body, title)), found(text, body, title)


def test_a_slogan_is_no_news_and_whom_one_seeks_may_be_named_otherwise() -> None:
    walk = "Da martedì 6 aprile 2027 parte il gruppo di cammino."
    assert any("lode" in said for said in found("Camminare fa bene.", walk, "Gruppo di cammino"))
    register = "Chi vuole entrare nell'albo degli scrutatori fa domanda entro il 30 novembre."
    assert found(register, register, "Si cercano scrutatori") == []


def test_those_days_are_none_where_no_day_stands_before_them() -> None:
    body = (
        "Da venerdì 16 a domenica 18 ottobre 2031 lo sportello online non è disponibile. "
        "Le scadenze che cadono in questi giorni sono prorogate a lunedì 20 ottobre."
    )
    notice = read(title="Interruzione dei servizi online", abstract="", body=body)
    second = "Le scadenze che cadono in questi giorni sono prorogate a lunedì 20 ottobre."
    assert "«in questi giorni»: il testo non dice quali." in list(stumbles(second, notice))
    assert "non dice quali" not in " ".join(stumbles(body, notice))


@pytest.mark.parametrize("who", ["Le famiglie estratte", "I cittadini sorteggiati", "I nuclei del campione"])
def test_a_survey_of_those_who_were_drawn_asks_nobody_else(who: str) -> None:
    text = summarise(
        title="Censimento permanente della popolazione",
        abstract="",
        body="Dal 6 ottobre al 23 dicembre 2031 il Comune partecipa al censimento della popolazione. "
        f"{who} riceveranno una lettera per compilare il questionario online.",
        limit=275,
    ).text
    assert text
    assert "Puoi compilare" not in text


def test_a_pronoun_needs_the_noun_that_it_stands_for() -> None:
    unsaid = "In «Le famiglie degli alunni possono ordinarli» non si sa di che cosa si parla."
    assert unsaid in found("Le famiglie degli alunni possono ordinarli in una cartolibreria.")
    assert not [one for one in found("Chi trova un cane perso deve segnalarlo.") if "non si sa" in one]
    assert not [one for one in found("Per i libri le famiglie possono ordinarli.") if "non si sa" in one]
