"""Who announces and by which act is left out, never what is denied, begun before or lifted; all invented."""

import pytest

from flows.bulletin.summary.frames.prose.wording import worded


@pytest.mark.parametrize(
    ("sentence", "news"),
    [
        (
            "Il Servizio Viabilità, con Ordinanza n. 43, ha stabilito che via Po resti chiusa ai veicoli.",
            "Via Po resta chiusa ai veicoli.",
        ),
        (
            "Il Sindaco ordina che i cani siano tenuti al guinzaglio in tutti i parchi del paese.",
            "I cani vanno tenuti al guinzaglio in tutti i parchi del paese.",
        ),
        (
            "Il Sindaco ordina che la pulizia sia fatta entro il 3 maggio affinché non vi sia pericolo.",
            "La pulizia va fatta entro il 3 maggio affinché non vi sia pericolo.",
        ),
        (
            "Il Comune comunica che sia gli uffici sia la biblioteca restano chiusi lunedì 3 maggio 2027.",
            "Sia gli uffici sia la biblioteca restano chiusi lunedì 3 maggio 2027.",
        ),
    ],
)
def test_news_is_told_in_the_mood_of_what_one_finds(sentence: str, news: str) -> None:
    assert worded(sentence) == news


@pytest.mark.parametrize(
    "sentence",
    [
        "Il Comune non ha deciso che la scuola resti chiusa lunedì 3 maggio 2027.",
        "Il Comune chiude la biblioteca per lavori e comunica che le attività proseguono in villa Alba.",
        "Il Sindaco ha revocato l'ordinanza 3 e ordina che i cani siano tenuti al guinzaglio nei parchi.",
    ],
)
def test_a_lead_that_denies_or_goes_on_is_kept(sentence: str) -> None:
    assert worded(sentence) == sentence


def test_a_lead_with_news_of_its_own_is_kept() -> None:
    said = worded(
        "Con ordinanza n. 5 è vietata la sosta in via Po, si avvisa che i veicoli saranno rimossi dai vigili."
    )
    assert said.startswith("È vietata la sosta in via Po")
    assert "rimossi" in said
