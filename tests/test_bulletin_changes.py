import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.models import Edit
from flows.bulletin.choosing.changes import Change, NoticeText, compare, near_duplicate, same_item
from flows.bulletin.choosing.notice import bare
from flows.bulletin.facts.find import Kind, facts
from flows.bulletin.language.dates import giorno
from tests.bench.edit_labels import KIND, SAME
from tests.world.shared import SHARED, needs_shared

TITLE = "Chiusura della biblioteca"
TEXT = (
    "La biblioteca è chiusa lunedì 2 marzo 2026 dalle 9 alle 12.30 in via Roma 5. Euro 10. Tel. 0331 555010."
)


def kind(text: str, title: str = TITLE) -> Edit | None:
    return compare(NoticeText(TITLE, TEXT), NoticeText(title, text)).edit


def edits() -> list[tuple[NoticeText, NoticeText, bool]]:
    """Each real edit as (before, after, whether it is only cosmetic)."""
    lines = (SHARED / "news" / "edits.jsonl").read_text(encoding="utf-8").splitlines()
    sides = [(json.loads(line), json.loads(line)["cosmetic_only"]) for line in lines]
    return [
        (*(NoticeText(row[side]["title"], row[side]["summary"]) for side in ("old", "new")), only)
        for row, only in sides
    ]


def test_the_same_text_with_other_spaces_is_no_edit() -> None:
    assert compare(NoticeText(TITLE, TEXT), NoticeText(f" {TITLE} ", TEXT.replace(" ", "\n  "))) == Change(
        None
    )


@pytest.mark.parametrize(
    "text",
    [
        TEXT.upper(),
        TEXT.replace("è", "e'"),
        TEXT.replace("è", "&egrave;").replace("5", "&#53;"),
        f"NOVITÀ\n\n{TITLE}\n\n{TEXT}",
        f"NOTIZIE 22 SET 2025 {TITLE} {TEXT}",
        f"{TITLE} GIOVEDÌ, 02 OTTOBRE 2025 {TITLE} {TEXT}",
        f"{TEXT} LEGGI DI PIÙ",
        f"<![CDATA[<p>{TEXT}</p>]]>",
        f"{TEXT} Tempo di lettura: 2 min",
        f"{TEXT} Data di pubblicazione: 12/01/2026",
        TEXT.replace(".", " –").replace("12 –30", "12:30"),
    ],
)
def test_furniture_capitals_and_signs_are_cosmetic(text: str) -> None:
    assert kind(text) is Edit.cosmetic


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"{TEXT} Ci scusiamo con gli utenti.", TITLE),
        (TEXT.replace("La biblioteca", "La bibblioteca"), TITLE),
        (TEXT.replace(" in via Roma", ", come sai in via Roma"), TITLE),
        (TEXT.replace("lunedì 2 marzo 2026", "il 2 marzo"), TITLE),
        (TEXT.replace("12.30", "12,30").replace("è", "resterà"), TITLE),
        (TEXT, "Biblioteca: avviso di chiusura"),
    ],
)
def test_other_words_with_the_same_facts_are_a_rewording(text: str, title: str) -> None:
    assert kind(text, title) is Edit.reworded


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2 marzo", "3 marzo"),
        ("lunedì 2", "martedì 2"),
        ("2026", "2027"),
        ("12.30", "13.30"),
        ("via Roma", "via Verdi"),
        ("Euro 10", "Euro 12"),
        ("555010", "555011"),
        ("via Roma 5", "via Roma 6"),
        ("è chiusa", "è aperta"),
        ("è chiusa", "non è chiusa"),
        ("Euro", "ANNULLATO. Euro"),
        (" dalle 9 alle 12.30", ""),
    ],
)
def test_a_changed_fact_is_an_update(old: str, new: str) -> None:
    assert kind(TEXT.replace(old, new)) is Edit.updated


def test_a_day_that_is_the_whole_text_is_the_news() -> None:
    before, after = (NoticeText("Chiusura uffici", f"Chiusura uffici\n{day} ottobre 2026") for day in (9, 12))
    assert compare(before, after).edit is Edit.updated


def test_a_change_names_what_was_lost_and_gained() -> None:
    change = compare(NoticeText(TITLE, TEXT), NoticeText(TITLE, TEXT.replace("9 alle", "10 alle")))
    assert [(fact.kind, fact.value) for fact in change.lost] == [(Kind.time, "09:00")]
    assert [(fact.kind, fact.value) for fact in change.gained] == [(Kind.time, "10:00")]


def test_a_teaser_that_breaks_off_is_neither_updated_nor_updates() -> None:
    teaser, full = (
        NoticeText(TITLE, "La biblioteca è chiusa lunedì 2 marzo 2026 dal..."),
        NoticeText(TITLE, TEXT),
    )
    assert compare(teaser, full).edit is Edit.reworded
    assert compare(full, teaser).edit is Edit.reworded
    assert same_item(teaser, full)


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (
            ("Festa della zucca", "Sabato 3 ottobre in piazza"),
            ("Festa della zucca", "Rinviata al 24 ottobre"),
            True,
        ),
        (("Festa dela zucca", "Sabato 3 ottobre"), ("Festa della zucca", "Sabato 3 ottobre"), True),
        (
            ("Convocazione Consiglio comunale", "Seduta del 12 novembre 2025 ore 19"),
            ("Convocazione Consiglio comunale", "Seduta del 22 dicembre 2025 ore 19"),
            False,
        ),
        (
            ("Convocazione Consiglio comunale", "Seduta del 12 novembre 2025 ore 19"),
            ("Convocazione Consiglio comunale", "Seduta del 14 novembre 2025 ore 19"),
            True,
        ),
        (
            ("Comunicato n. 62", "Aperto il sottopasso"),
            ("Comunicato n. 63", "I cittadini illustri premiati"),
            False,
        ),
        (("Mensa scolastica 2025/2026", "Iscrizioni"), ("Mensa scolastica 2026/27", "Iscrizioni"), False),
        (
            ("Mensa scolastica 2025/2026", "Iscrizioni"),
            ("Mensa scolastica 2025-26", "Iscrizioni aperte"),
            True,
        ),
        (("Bando nidi", "Domande entro il 31 gennaio"), ("Bando nidi", "Domande entro il 28 febbraio"), True),
        (("Sciopero dei rifiuti", "Venerdì 9 marzo"), ("Sciopero dei rifiuti", "Lunedì 18 maggio"), False),
        (
            ("Corso di ceramica", "Quattro lezioni in biblioteca"),
            ("Pasquetta", "Marcia e pranzo per tutti"),
            False,
        ),
    ],
)
def test_an_edit_is_told_from_another_item_at_its_address(
    before: tuple[str, str], after: tuple[str, str], same: bool
) -> None:
    assert same_item(NoticeText(*before), NoticeText(*after)) is same


def test_near_duplicates_share_their_words_whatever_their_facts() -> None:
    again = NoticeText("Biblioteca chiusa", TEXT.replace("2 marzo", "9 marzo"))
    assert near_duplicate(NoticeText(TITLE, TEXT), again)
    assert not near_duplicate(
        NoticeText(TITLE, TEXT), NoticeText("Asfaltature", "Lavori in via Po da martedì, deviazioni.")
    )
    assert not near_duplicate(
        NoticeText("Avviso", ""), NoticeText("Avviso di mobilità", "Bando per un posto da istruttore.")
    )
    assert near_duplicate(NoticeText("Avviso", ""), NoticeText("AVVISO", ""))


notices = st.builds(
    lambda day, hour, euros, street: NoticeText(
        f"Mercatino di {giorno(day)}",
        f"Si tiene {giorno(day)} {day.year} alle {hour} in via {street}. Il banco costa {euros} euro.",
    ),
    st.dates(date(2026, 1, 1), date(2027, 12, 1)),
    st.integers(7, 22),
    st.integers(2, 90),
    st.sampled_from(["Roma", "Giuseppe Verdi", "della Repubblica", "XX Settembre", "2 Giugno"]),
)
COSMETIC: list[Callable[[str], str]] = [
    str.upper,
    lambda text: text.replace(" ", "  "),
    lambda text: text.replace("ì", "i'"),
    lambda text: f"NOVITÀ {text} Leggi tutto",
    lambda text: f"<p>{text}</p>",
    lambda text: text.replace(".", " -"),
]


@given(notices, st.lists(st.sampled_from(COSMETIC), max_size=3, unique=True))
def test_no_cosmetic_change_is_ever_an_update(
    notice: NoticeText, changes: list[Callable[[str], str]]
) -> None:
    text = notice.text
    for change in changes:
        text = change(text)
    assert compare(notice, NoticeText(notice.title, text)).edit in (None, Edit.cosmetic)
    assert same_item(notice, NoticeText(notice.title, text))


@given(notices, st.integers(1, 20))
@settings(max_examples=60)
def test_another_day_hour_or_price_is_always_an_update(notice: NoticeText, step: int) -> None:
    words = notice.text.split()
    hour, euros = int(words[words.index("alle") + 1]), int(words[words.index("euro.") - 1])
    day = next(date.fromisoformat(fact.value) for fact in facts(notice.text) if fact.kind is Kind.date)
    later = day + timedelta(days=step)
    for old, new in (
        (f"{giorno(day)} {day.year}", f"{giorno(later)} {later.year}"),
        (f"alle {hour} ", f"alle {(hour + step) % 24} "),
        (f"{euros} euro", f"{euros + step} euro"),
    ):
        other = NoticeText(notice.title.replace(giorno(day), giorno(later)), notice.text.replace(old, new))
        assert compare(notice, other).edit is Edit.updated


@pytest.mark.parametrize("days", [1, 7, 9, 14])
def test_a_title_in_capitals_names_no_other_place(days: int) -> None:
    title, first = "Mercatino dell'usato in piazza della Vittoria, zona 3", date(2026, 12, 4)
    before, after = (
        f"{title}: l'appuntamento è {giorno(day)} {day.year} alle ore 10. Quaranta espositori vendono libri."
        for day in (first, first + timedelta(days=days))
    )
    assert same_item(NoticeText(title, before), NoticeText(title.upper(), after))
    elsewhere = after.replace("piazza della Vittoria", "viale Kennedy")
    moved = NoticeText(title.replace("piazza della Vittoria", "viale Kennedy"), elsewhere)
    assert same_item(NoticeText(title, before), moved) is (days < 7), "another place, and a week later"


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_notice_is_itself(title: str, text: str) -> None:
    said = NoticeText(title, text)
    assert compare(said, said) == Change(None)
    assert same_item(said, said)
    assert near_duplicate(said, said)
    assert bare(said) == bare(said)


@needs_shared
def test_real_edits_that_are_only_cosmetic_are_seen_as_such() -> None:
    cosmetic = [compare(before, after).edit for before, after, only in edits() if only]
    assert len(cosmetic) >= 38
    assert set(cosmetic) <= {None, Edit.cosmetic}


@needs_shared
def test_the_kinds_of_real_edits_are_those_a_person_gives() -> None:
    real = edits()
    wrong = {
        place: found
        for place, label in KIND.items()
        if (found := compare(*real[place][:2]).edit) is not label
    }
    assert len(KIND) >= 90
    assert len(wrong) <= 0.05 * len(KIND), wrong
    assert not [place for place in wrong if KIND[place] is Edit.updated], (
        "an update that nobody would hear of"
    )


@needs_shared
def test_reused_addresses_are_told_from_edits_as_a_person_does() -> None:
    real = edits()
    wrong = [place for place, label in SAME.items() if same_item(*real[place][:2]) is not label]
    assert len(SAME) >= 90
    assert len(wrong) <= 0.07 * len(SAME), wrong
