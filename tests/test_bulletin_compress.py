import pytest

from flows.bulletin.language.measure import utf16
from flows.bulletin.summary.compress import variants, without_preamble


@pytest.mark.parametrize(
    ("said", "bare"),
    [
        ("Si informa che la strada è chiusa fino a sera.", "La strada è chiusa fino a sera."),
        ("Si avvisano i cittadini che la mensa riapre.", "La mensa riapre."),
        ("Si avvisa la cittadinanza che, per lavori, manca l'acqua.", "Per lavori, manca l'acqua."),
        ("L'Amministrazione comunale comunica che il mercato si sposta.", "Il mercato si sposta."),
        ("Siamo spiacenti di dover comunicare che il concerto è annullato.", "Il concerto è annullato."),
        ("Si comunica la chiusura della sede.", "Si comunica la chiusura della sede."),
        ("Il Comune informa i cittadini.", "Il Comune informa i cittadini."),
    ],
)
def test_a_preamble_of_the_office_goes(said: str, bare: str) -> None:
    assert without_preamble(said) == bare


def forms(sentence: str, limit: int = 275) -> list[str]:
    return [text for text, _ in variants(sentence, limit)]


def test_asides_go_with_both_their_commas() -> None:
    assert "Il Cai organizza la corsa in montagna." in forms(
        "Il Cai, in collaborazione con la Polisportiva e con il patrocinio del Comune, organizza"
        " la corsa in montagna."
    )


def test_the_act_behind_a_measure_goes_and_the_measure_stays() -> None:
    assert "È vietato accendere fuochi." in forms(
        "Con ordinanza n. 43 del 27 maggio 2026 è vietato accendere fuochi."
    )


@pytest.mark.parametrize(
    "exception",
    [
        "salvo i residenti con permesso",
        "esclusi i giorni di pioggia forte",
        "solo per chi ha prenotato il posto",
    ],
)
def test_an_exception_is_in_every_form(exception: str) -> None:
    sentence = (
        f"La via Roma, nell'ambito dei lavori di rete, resta chiusa al traffico, {exception}, fino a sera."
    )
    assert forms(sentence)
    assert all(exception in text for text in forms(sentence))


def test_a_parenthesis_that_tells_something_stays() -> None:
    shortened = forms("Il corso (12 euro) si tiene in municipio (sala grande vicino alla scala).")
    assert "Il corso (12 euro) si tiene in municipio." in shortened


def test_what_was_a_condition_is_not_cut_before_what_follows_from_it() -> None:
    sentence = (
        "Qualora il proprietario non abbia tutti i documenti richiesti dalla legge, la ditta può"
        " aiutarlo a farli."
    )
    assert all("la ditta" in text for text in forms(sentence, 110))


@pytest.mark.parametrize("limit", [10, 45, 80, 200])
def test_every_form_fits(limit: int) -> None:
    sentence = (
        "La biblioteca, che ha sede in via Roma, resta aperta il sabato (dalle 9 alle 12), per"
        " tutto l'inverno."
    )
    assert all(utf16(text) <= limit for text in forms(sentence, limit))
