import pytest

from flows.bulletin.language.articles import gender_of, indefinite, with_article


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("Sosta tariffata", "la sosta tariffata"),
        ("Spazi verdi", "gli spazi verdi"),
        ("Zanzare", "le zanzare"),
        ("Scuola", "la scuola"),
        ("Sportello", "lo sportello"),
        ("Viabilità in centro", "la viabilità in centro"),
        ("Iscrizioni al nido", "le iscrizioni al nido"),
        ("Programma", "il programma"),
        ("Emergenza caldo", "l'emergenza caldo"),
        ("Genitori", "i genitori"),
        ("Referendum", "il referendum"),
        ("Rete", "la rete"),
        ("Estumulazioni", "le estumulazioni"),
    ],
)
def test_a_noun_gets_its_article(phrase: str, said: str) -> None:
    assert with_article(phrase) == said


@pytest.mark.parametrize(
    "word", ["Artista", "Greggi", "Prenoto", "Della", "Per", "Oasi", "Bibliobus", "Ponte"]
)
def test_where_the_gender_is_not_sure_there_is_none(word: str) -> None:
    assert with_article(f"{word} nuova") == ""


@pytest.mark.parametrize(
    ("noun", "article"),
    [("campagna", "una "), ("iniziativa", "un'"), ("spazio", "uno "), ("progetto", "un "), ("corsi", "")],
)
def test_one_of_a_kind(noun: str, article: str) -> None:
    gender = gender_of(noun)
    assert gender is not None
    assert indefinite(noun, gender) == article
