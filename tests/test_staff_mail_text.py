"""What stands in the mails: every text can be written, nothing of a site becomes markup, nobody is named."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.bulletin.choosing.selection import IN_TIME
from flows.bulletin.status import people
from flows.letters.briefing import Briefing
from flows.settings import DEMO, Settings, load_profile
from flows.staff.mail_text import html, left, write
from tests.world.builders import NOW

TEXTS = Settings(load_profile(DEMO), DEMO, DEMO).texts["posta"]
ANNA = {"nome": "Anna", "del_comune": "del Comune", "che_cosa_aspetta": "http://a.it"}
DESK = Briefing(
    title="bollettino di martedì 24 novembre",
    matter="",
    slot_at=NOW + timedelta(hours=2),
    deadline_at=NOW + timedelta(hours=1),
    now=NOW - timedelta(hours=2),
    next_at=NOW + timedelta(days=3),
    late=["Mercato: comincia prima, giovedì 26 novembre"],
    reminder_at=NOW - timedelta(hours=1),
    deputy_at=NOW,
    deputy="Bruno Vice",
    preview="Notizie\n\n*In primo piano.* Via Roma chiude.",
    attention=["Notizia 1: controlla la data"],
    left_out=[],
    count=1,
    readers=4850,
    cost="291,00 EUR",
    link="http://127.0.0.1:4200/v2/runs/flow-run/x",
    picture="http://127.0.0.1:4200/redazione/pagina/bozza-1",
)


def test_every_letter_to_the_editors_leads_to_what_waits() -> None:
    """But the sheet for the notice boards, which goes to others."""
    without = [name for name, letter in TEXTS.items() if "{che_cosa_aspetta}" not in letter["testo"]]
    assert without == ["foglio", "foglio_ritirato"]


def test_the_draft_tells_everything_before_any_login() -> None:
    letter = write(
        TEXTS["bozza_pronta"],
        {**DESK.values, **ANNA},
    )
    assert letter.subject == (
        "Da approvare entro martedì 24 novembre, ore 11:30: bollettino di martedì 24 novembre, 1 notizia"
    )
    for part in (
        "parte martedì 24 novembre, ore 12:30 per 4.850 persone",
        DESK.preview,
        "- Notizia 1: controlla la data",
        "IN CODA O LASCIATE FUORI\n\nNiente.",
        f"1. Apri {DESK.link}",
        "martedì 24 novembre, ore 9:30: ti scriviamo di nuovo.",
        "martedì 24 novembre, ore 10:30: scriviamo a Bruno Vice.",
        "le notizie ancora valide passano al bollettino di venerdì 27 novembre.",
        "Ma allora sarà tardi, del tutto o in parte, per:\n- Mercato: comincia prima, giovedì 26 novembre",
    ):
        assert part in letter.text


def test_a_draft_that_is_early_says_why_before_all_else() -> None:
    words = "Martedì 8 dicembre non c'è invio: questa è già la bozza di venerdì 11 dicembre."
    letter = write(TEXTS["bozza_pronta"], {**replace(DESK, early=words).values, **ANNA})
    assert f"Costo stimato: 291,00 EUR.\n\n{words}\n\nCOME SI VEDE" in letter.text


def test_the_way_to_announce_in_time_is_no_news_of_the_list() -> None:
    letter = write(
        TEXTS["bozza_pronta"], {**replace(DESK, left_out=["Mercato"], hints=[IN_TIME]).values, **ANNA}
    )
    assert f"- Mercato\n\n{IN_TIME}\n\n" in letter.text


def test_what_has_to_be_decided_today_stands_in_the_subject_and_first_of_what_follows() -> None:
    """The reminder comes on the day of the send: too late for what begins before that."""
    later = replace(DESK, reminder_at=NOW + timedelta(days=1), deputy_at=NOW + timedelta(days=1, hours=1))
    today = replace(later, is_for_today=True)
    assert write(TEXTS["bozza_pronta"], {**today.values, **ANNA}).subject == (
        "Da guardare OGGI, da approvare entro martedì 24 novembre, ore 11:30: bollettino di martedì 24 "
        "novembre, 1 notizia"
    )
    assert today.values["se_non_fai_niente"].startswith(
        "Oggi non ti riscriviamo: ciò che viene prima dell'invio non si annuncia in tempo.\nmercoledì 25"
    )
    both = replace(today, is_held_up=True).values["da_approvare"]
    assert both == "Da guardare OGGI, da sistemare, poi da approvare"
    for other in (replace(DESK, is_for_today=True), later):
        assert "Oggi non ti" not in other.values["se_non_fai_niente"]


def test_what_happens_if_nobody_answers_names_no_hour_that_is_over() -> None:
    late = replace(DESK, now=NOW - timedelta(minutes=30)).values["se_non_fai_niente"]
    assert late.startswith("martedì 24 novembre, ore 10:30: scriviamo a Bruno Vice.\nSenza approvazione")
    assert replace(DESK, now=NOW).values["se_non_fai_niente"].startswith("Senza approvazione")


def test_what_goes_at_approval_has_no_deadline_in_its_letter() -> None:
    desk = replace(
        DESK,
        title="bollettino da inviare subito",
        slot_at=None,
        deadline_at=None,
        reminder_at=None,
        deputy_at=None,
        count=2,
        readers=1,
    )
    values = {**desk.values, **ANNA}
    letter = write(TEXTS["bozza_pronta"], values, prova="PROVA · ")
    assert letter.subject == "PROVA · Da approvare appena puoi: bollettino da inviare subito, 2 notizie"
    end = "Non ti riscriviamo: resta in «Aspetta te», nella pagina Redazione.\nSenza approvazione non parte"
    assert "è pronto. Va a 1 persona e parte appena lo approvi. Costo stimato: " in letter.text
    assert f"SE NON FAI NIENTE\n\n{end} niente.\n" in letter.text, "nobody is reminded of it"


def test_a_message_of_its_own_is_called_what_it_is_and_has_no_news() -> None:
    desk = replace(
        DESK,
        title="messaggio di correzione",
        matter="L'acqua manca soltanto in via Mazzini",
        slot_at=None,
        left_out=["Torneo di scacchi"],
        count=3,
    )
    letter = write(
        TEXTS["bozza_pronta"],
        {**desk.values, **ANNA},
    )
    assert letter.subject == (
        "Da approvare subito: messaggio di correzione, «L'acqua manca soltanto in via Mazzini»"
    )
    assert "il messaggio di correzione è pronto" in letter.text
    assert "notizi" not in letter.text
    assert "scacchi" not in letter.text


@pytest.mark.parametrize("kind", list(TEXTS))
def test_every_letter_greets_and_says_that_a_machine_wrote_it(kind: str) -> None:
    text = TEXTS[kind]["testo"].strip()
    to_an_editor = kind not in ("foglio", "foglio_ritirato")  # these go to the library and the pharmacies
    assert text.startswith("Ciao {nome}," if to_an_editor else "Buongiorno,")
    assert text.endswith("Bollettino {del_comune} - messaggio automatico")


def test_a_missing_value_is_an_error_and_never_a_hole() -> None:
    with pytest.raises(KeyError):
        write(TEXTS["sollecito"], {"nome": "Anna"})


def test_braces_of_a_site_are_not_filled_again() -> None:
    letter = write({"oggetto": "{titolo}", "testo": "{titolo}"}, {"titolo": "Bando {nome} {{1}}"})
    assert (letter.subject, letter.text) == ("Bando {nome} {{1}}", "Bando {nome} {{1}}")


@given(st.text())
def test_a_subject_is_one_short_line(text: str) -> None:
    line = write({"oggetto": "{titolo}", "testo": ""}, {"titolo": text}).subject
    assert len(line) <= 150
    assert line == " ".join(line.split())
    assert line.isprintable() or not line


@given(st.text(alphabet=st.sampled_from("<>&\"'ab/:hts.p? \n"), max_size=60))
def test_html_holds_only_our_own_markup(text: str) -> None:
    shown = html(f"https://a.it/{text}").partition('pre-wrap">')[2].removesuffix("</div></body></html>")
    left_over = re.sub(r'<a href="[^"<>]*">|</a>|<strong>|</strong>', "", shown)
    assert "<" not in left_over
    assert ">" not in left_over


def test_headings_and_addresses_are_seen_in_html() -> None:
    shown = html('COME SI VEDE SUL TELEFONO\nApri https://a.it/x?b=1&c="2". <script>')
    assert "<strong>COME SI VEDE SUL TELEFONO</strong>" in shown
    assert '<a href="https://a.it/x?b=1&amp;c=">https://a.it/x?b=1&amp;c=</a>' in shown
    assert "&lt;script&gt;" in shown


def test_counts_are_said_as_one_says_them() -> None:
    assert [people(count) for count in (0, 1, 4850)] == ["0 persone", "1 persona", "4.850 persone"]
    spans = [timedelta(seconds=59), timedelta(minutes=1), timedelta(minutes=75), timedelta(hours=3)]
    assert [left(NOW, NOW + span) for span in spans] == ["0 minuti", "1 minuto", "75 minuti", "3 ore"]
