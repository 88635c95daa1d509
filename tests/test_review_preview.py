"""What an editor sees of a draft: the phone, the source of every fact, what to look at."""

import re
from datetime import date, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from db.models import Bulletin, BulletinItem, BulletinKind
from flows.bulletin.language.dates import ROME
from flows.bulletin.language.markdown import LIMIT, escaped, within
from flows.bulletin.pictures.phone import Look
from flows.draft.days import at_once, begins_before
from flows.draft.evidence import SourcedItem, Vote, judged, of_whole, remarks
from flows.review.evidence import attention, phones, provenance
from tests.world.frames import DAY, bulletin_frame

PAGE = (
    "Chiusura di via Roma\nDa lunedì 30 novembre 2026 via Roma chiude.\n\n"
    "I lavori durano **fino alle 18:30** e costano 1.200 euro. Info: 02 1234 5678."
)
ROADS = SourcedItem(
    "Chiusura di via Roma", "Via Roma chiude lunedì 30 novembre fino alle 18:30.", PAGE, date(2026, 11, 20)
)
ALERT = SourcedItem("Allerta meteo arancione", "Allerta ARANCIONE (livello 3 su 4) per temporali forti.")


def test_each_fact_stands_beside_the_sentence_that_bears_it_out() -> None:
    shown = provenance(judged([ROADS, ALERT]))
    rows = dict(re.findall(r"^\| (.*?) \| (.*?) \|$", shown, re.M))
    assert [told for facts, told in rows.items() if "lunedì 30 novembre" in facts] == [
        "Da lunedì 30 novembre 2026 via Roma chiude."
    ]
    (told,) = [told for facts, told in rows.items() if "18:30" in facts]
    assert "fino alle 18:30" in told
    assert "**" not in told
    assert "**2. Allerta meteo arancione**\n\nTesto fisso" in shown


def test_a_wrong_figure_is_named_in_bold_and_a_person_is_named() -> None:
    wrong = SourcedItem(
        ROADS.title, "Via Roma chiude fino alle 19:30. Ringrazia Mario Rossi.", PAGE, ROADS.published
    )
    shown = attention(judged([ROADS, wrong]), Vote())
    assert "- Notizia 2: **l'ora «19:30» non è nella pagina del sito.**" in shown
    assert "- Notizia 2: compare il nome di una persona \\(Mario Rossi\\)." in shown
    assert "Notizia 1" not in shown
    assert attention(judged([ROADS, ALERT]), Vote()) == ""


def test_near_a_vote_a_name_in_office_is_named() -> None:
    told = SourcedItem(
        "Parco", "L'assessora Anna Bianchi apre il parco.", "Parco\nL'assessora Anna Bianchi apre il parco."
    )
    assert attention(judged([told]), Vote()) == ""
    assert "in periodo elettorale" in attention(judged([told]), Vote(["Anna Bianchi"], is_near=True))


def test_the_phone_is_a_picture_and_the_first_lines_in_words() -> None:
    shown = phones(bulletin_frame(2), [ROADS.text, ALERT.text], DAY, Look("Comune di Esempio"))
    assert re.search(r"!\[[^\]]+\]\(data:image/svg\+xml;base64,[A-Za-z0-9+/=]+\)", shown)
    usual, large = re.findall(r"```text\n(.*?)\n```", shown, re.S)
    assert len(usual.split("\n")) == len(large.split("\n")) == 6
    assert usual.startswith("In primo piano. Via Roma chiude lunedì")
    assert usual.endswith("… Leggi tutto")
    assert max(map(len, large.split("\n"))) <= 22


def test_a_text_of_the_site_cannot_become_part_of_the_page() -> None:
    title = "# [clic](https://x.example) ![x](y) | <b>*forte*</b>\n\n## altro `codice`"
    shown = provenance(
        judged([SourcedItem(title, "Costa 1.200 euro.", f"{title}\nCosta 1.200 euro | [a](b).")])
    )
    assert not re.search(r"(?<!\\)(?:\]\(|!\[|<b>|`)", shown)
    assert not re.search(r"^#+ (?!##)(?!Da dove)", shown.replace("### Da dove", ""), re.M)
    assert escaped("a\n|b") == "a \\|b"


def test_a_long_sentence_is_shown_around_its_fact() -> None:
    source = "Avviso\n" + "parola " * 60 + "entro le 18:30 " + "altro " * 60
    shown = provenance(judged([SourcedItem("Avviso", "Entro le 18:30.", source)]))
    (row,) = [line for line in shown.split("\n") if line.startswith("| 18:30")]
    assert "18:30" in row.split("|")[2]
    assert len(row) < 400


def test_an_artifact_stays_small_and_says_what_it_dropped() -> None:
    whole = within(["a" * 100, "", "b" * 100])
    assert whole == "a" * 100 + "\n\n" + "b" * 100
    cut = within(["a" * 100, "è" * LIMIT])
    assert cut.endswith("… il resto è troppo lungo per questa pagina.")
    assert len(cut.encode()) < LIMIT


@pytest.mark.slow
def test_the_worst_bulletin_still_fits() -> None:
    text = " ".join(f"Alle {hour}:15 in via Roma {hour}, euro {hour}." for hour in range(1, 24))[:812]
    told = [SourcedItem("Titolo " * 20, text[:177], f"{text} " * 40)] * 5
    parts = [
        attention(judged(told), Vote()),
        phones(bulletin_frame(5), [one.text for one in told], DAY, Look("Comune")),
    ]
    assert len(within([*parts, provenance(judged(told))]).encode()) < 60_000


def test_a_slip_of_the_pen_is_pointed_out_unless_the_page_has_it() -> None:
    text = "Le modaltà di iscrizione sono nella pagina. Info in municpio."
    item = SourcedItem("Corso", text, source="Corso di nuoto\nInfo in municpio.")
    (slip,) = [remark.words for remark in remarks(judged([item]), Vote()) if "forse" in remark.words]
    assert slip == "«modaltà»: forse «modalità»?"


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("L'ufficio apre sabato 5 dicembre e sabato 12 dicembre.", ["sabato 5 dicembre"]),
        ("Il calendario arriva entro venerdì 4 dicembre 2026.", ["venerdì 4 dicembre 2026"]),
        ("Da lunedì 7 dicembre la carta si espone la domenica sera.", []),
        ("Il mercatino è venerdì 11 dicembre.", []),
        ("La fiera è il 3 gennaio.", []),
    ],
)
def test_a_day_that_is_over_when_it_leaves_is_pointed_out(text: str, over: list[str]) -> None:
    item = SourcedItem("Avviso", text, source=f"Avviso\n{text}", published=date(2026, 11, 30))
    sent_on = date(2026, 12, 11)
    for read_on, words in (
        (date(2026, 12, 3), "«{}» sarà già passato il giorno dell'invio: toglilo, se il resto vale ancora."),
        (date(2026, 12, 7), "«{}» è già passato: toglilo, se il resto vale ancora."),
    ):
        told = [one.words for one in remarks(judged([item]), Vote(sent_on=sent_on, read_on=read_on))]
        assert [one for one in told if "già passato" in one] == [words.format(day) for day in over]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Il mercatino è venerdì 11 dicembre.", "venerdì 11 dicembre"),
        ("Da mercoledì 9 dicembre a venerdì 11 dicembre via Dante è chiusa.", "venerdì 11 dicembre"),
        ("Domande entro venerdì 11 dicembre alle 12.", "venerdì 11 dicembre"),
        ("Da venerdì 11 dicembre cambia il giorno della carta.", ""),
        ("L'ufficio apre venerdì 11 dicembre e sabato 12 dicembre.", ""),
        ("La graduatoria è nella pagina.", ""),
    ],
)
def test_a_day_that_is_the_last_when_it_leaves_is_pointed_out(text: str, last: str) -> None:
    item = SourcedItem("Avviso", text, source=f"Avviso\n{text}", published=date(2026, 11, 30))
    told = [remark.words for remark in remarks(judged([item]), Vote(sent_on=date(2026, 12, 11)))]
    lines = [
        f"«{last}» è il giorno dell'invio, e l'ultimo che il testo dice: chi lo legge la sera lo sa tardi."
    ]
    assert [words for words in told if "giorno dell'invio" in words] == (lines if last else [])


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ("Da mercoledì 9 a venerdì 11 dicembre via Dante è chiusa.", "mercoledì 9 dicembre"),
        ("Da lunedì 7 dicembre la carta si espone la domenica sera.", "lunedì 7 dicembre"),
        ("Dalle 8 di mercoledì 9 dicembre alle 18 di venerdì 11 dicembre è chiusa.", "mercoledì 9 dicembre"),
        ("Da venerdì 4 dicembre la carta si espone la domenica sera.", ""),  # no sooner send tells it in time
        ("Da venerdì 11 dicembre la carta si espone la domenica sera.", ""),
        ("Il mercatino è sabato 12 dicembre.", ""),
    ],
)
def test_what_begins_before_its_own_send_is_pointed_out_with_the_way_out(text: str, begin: str) -> None:
    item = SourcedItem("Avviso", text, source=f"Avviso\n{text}", published=date(2026, 11, 30))
    monday = Vote(sent_on=date(2026, 12, 11), read_on=date(2026, 12, 7))
    told = [one for one in remarks(judged([ROADS, item]), monday) if "Comincia" in one.words]
    today = "OGGI, " if begin == "lunedì 7 dicembre" else ""
    assert [(one.item, one.words) for one in told] == [
        (
            2,
            f"Comincia {today}{begin}, PRIMA di questo invio (venerdì 11 dicembre). Per annunciarla prima "
            "toglila dall'ordine, scegli «Salva, continuo dopo», poi usa «componi» con la casella «Invia "
            "appena approvato»: prepara un'altra bozza, con quella e con ciò che è in coda, e questa resta "
            "dov'è.",
        )
    ] * bool(begin)
    (alone,) = [one.words for one in remarks(judged([item]), monday) if "Comincia" in one.words] or [""]
    assert ("scegli «Non inviare: le notizie passano" in alone) == bool(begin), "the last line cannot go"
    thursday = Vote(sent_on=date(2026, 12, 11), read_on=date(2026, 12, 10))
    assert not [one for one in remarks(judged([ROADS, item]), thursday) if "Comincia" in one.words]


@pytest.mark.parametrize(
    ("text", "hour", "begun"),
    [
        ("dalle 14 alle 18 di giovedì 3 dicembre", 15, "giovedì 3 dicembre, ore 14"),
        ("dalle 14 alle 18 di giovedì 3 dicembre", 10, ""),
        ("dall'1 di mercoledì 2 dicembre alle 18 di venerdì 4 dicembre", 10, "mercoledì 2 dicembre, ore 1"),
        ("dalle 14:30 alle 18 di venerdì 4 dicembre", 15, ""),
        ("giovedì 3 dicembre, tutto il giorno", 15, ""),
    ],
)
def test_a_notice_that_has_begun_is_pointed_out(engine: Engine, text: str, hour: int, begun: str) -> None:
    now = datetime(2026, 12, 3, hour, tzinfo=ROME)
    bulletin = Bulletin(
        kind=BulletinKind.urgent,
        template="avviso_urgente",
        code="avviso",
        created_at=now,
        status_at=now,
        status_by="Anna Redazione",
    )
    items = [
        BulletinItem(version_id=1, position=n, title=words, category="", url="", text=words)
        for n, words in enumerate(("acqua sospesa", text, "via Mazzini"), start=1)
    ]
    with Session(engine) as session:
        told = of_whole(session, bulletin, items, now)
    assert [line for line in told if "è già passato" in line] == told
    assert [f"({begun})" in line for line in told] == [True] * bool(begun)


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("Da lunedì 7 dicembre la carta si espone la domenica sera.", "lunedì 7 dicembre"),
        ("Da lunedì 14 dicembre la carta si espone la domenica sera.", ""),
        ("Il mercatino è venerdì 11 dicembre.", ""),
        ("L'ufficio apre sabato 5 dicembre; dal 7 dicembre chiude.", ""),  # told already, as over
    ],
)
def test_what_begins_before_a_later_bulletin_is_known(text: str, since: str) -> None:
    assert begins_before(text, date(2026, 12, 11)) == since
    assert begins_before(text, None) == ""
    assert begins_before(text, date(2026, 12, 11), date(2026, 12, 8)) == "", "what had begun by then"


@pytest.mark.parametrize(
    ("template", "hours", "hurry"),
    [
        (
            "allerta_meteo",
            "dalle 0 alle 24 di domenica 6 dicembre",
            "subito, prima che cominci (a mezzanotte fra sabato 5 dicembre e domenica 6 dicembre), "
            "al più tardi ",
        ),
        ("allerta_meteo", "dalle 9 alle 24 di sabato 5 dicembre", "subito, al più tardi "),  # it has begun
        ("correzione", "martedì 1 dicembre", "subito, al più tardi "),
        (None, "dalle 9 alle 10 di domenica 6 dicembre", ""),
    ],
)
def test_an_urgent_draft_says_when_it_is_needed(template: str | None, hours: str, hurry: str) -> None:
    now = datetime(2026, 12, 5, 14, 5, tzinfo=ROME)
    bulletin = Bulletin(
        kind=BulletinKind.urgent,
        template=template,
        code="allerta",
        deadline_at=datetime(2026, 12, 7, 0, tzinfo=ROME),
        created_at=now,
        status_at=now,
        status_by="urgente",
    )
    items = [
        BulletinItem(version_id=1, position=n, title="", category="", url="", text=words)
        for n, words in enumerate(("ARANCIONE", hours), start=1)
    ]
    assert at_once(bulletin, items, now) == hurry
