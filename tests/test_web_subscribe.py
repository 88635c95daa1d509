"""How to subscribe, how to recognise our messages, what was tested: pages for who has not decided yet."""

import re
from html import unescape
from pathlib import Path

import pytest
import segno

from flows.settings import DEMO, Settings, SettingsError, load_profile
from flows.web.pages import subscribe
from tests.world.comune import write_profile
from tests.world.web_site import Site

NUMBER = 'numero_servizio = "333 123 4567"'


def of_stage(site: Site, stage: str) -> None:
    profile = site.web.settings.profile
    site.web.settings.profile = profile.model_copy(update={"stage": stage})


def test_the_link_opens_whatsapp_with_the_word_written(site: Site) -> None:
    of_stage(site, "production")
    page = site.request("GET", "/iscriviti").text
    assert 'href="https://wa.me/393331234567?text=ATTIVA"' in page
    assert "<strong>333 123 4567</strong>" in page
    for words in ("DISATTIVA", "SOLO ALLERTE", "Nessuno legge ciò che scrivi", "Non usi WhatsApp?"):
        assert words in page
    assert 'href="/iscriviti"' in site.request("GET", "/").text


def test_a_second_yes_is_announced_where_the_profile_asks_for_it(site: Site) -> None:
    assert "rispondi <strong>SÌ</strong>" not in site.request("GET", "/iscriviti").text
    assert "scrivi ATTIVA al numero 333 123 4567. Vale subito." in site.request("GET", "/condizioni").text
    profile = site.web.settings.profile
    twice = profile.privacy.model_copy(update={"double_opt_in": True})
    site.web.settings.profile = profile.model_copy(update={"privacy": twice})
    assert "rispondi <strong>SÌ</strong> entro 24 ore" in site.request("GET", "/iscriviti").text
    assert "rispondere SÌ entro 24 ore: vale da quel momento" in site.request("GET", "/condizioni").text


def test_the_picture_is_the_link_and_has_words_for_who_cannot_see_it(site: Site) -> None:
    of_stage(site, "production")
    page = site.request("GET", "/iscriviti").text
    picture = re.search(r'<div role="img" aria-label="([^"]+)">(<svg.*?</svg>)</div>', page, re.DOTALL)
    assert picture is not None
    assert picture[1] == "Codice QR: apre WhatsApp con la parola ATTIVA già scritta al numero 333 123 4567"
    assert "style" not in picture[2], "the policy refuses it"
    code = segno.make("https://wa.me/393331234567?text=ATTIVA", error="m", micro=False)
    side = code.symbol_size(border=4)[0]
    assert f'viewBox="0 0 {side} {side}"' in picture[2], "a quiet border of four, as readers ask"
    assert len(page.encode()) < 12_000


def test_in_the_sandbox_nobody_writes_to_a_strangers_number(site: Site) -> None:
    page = site.request("GET", "/iscriviti").text
    assert "wa.me" not in page
    assert 'href="http://127.0.0.1:8600/telefoni"' in page
    assert "Apri i telefoni di prova" in page


@pytest.mark.parametrize(
    ("written", "reached"),
    [
        ("333 123 4567", "+393331234567"),
        ("+39 333 123 4567", "+393331234567"),
        ("02 1234 5678", "+390212345678"),
    ],
)
def test_the_number_is_reached_as_it_is_written(tmp_path: Path, written: str, reached: str) -> None:
    path = write_profile(tmp_path, 1, [(NUMBER, f'numero_servizio = "{written}"')])
    assert load_profile(path).contacts.service_number == reached


@pytest.mark.parametrize("wrong", ["", "URP", "12", "333 123 4567 890 123"])
def test_a_number_that_is_none_is_told_with_its_line_and_not_repeated(tmp_path: Path, wrong: str) -> None:
    path = write_profile(tmp_path, 1, [(NUMBER, f'numero_servizio = "{wrong}"')])
    with pytest.raises(
        SettingsError, match=r"line \d+: contacts.numero_servizio: is no telephone number"
    ) as told:
        load_profile(path)
    assert not wrong or f'"{wrong}"' not in str(told.value)


def test_a_number_that_is_not_filled_in_is_told(settings: Settings, tmp_path: Path) -> None:
    changes = [(NUMBER, 'numero_servizio = "CHECK"'), ('stage = "sandbox"', 'stage = "trial"')]
    path = write_profile(tmp_path, 1, changes)
    with pytest.raises(SettingsError, match=r"contacts\.numero_servizio is not filled in"):
        subscribe.chat_link(Settings(load_profile(path), path, tmp_path))
    assert settings.path == DEMO


def test_a_citizen_learns_to_recognise_our_messages(site: Site) -> None:
    page = site.request("GET", "/riconosci").text
    assert "<h1>Riconosci i nostri messaggi</h1>" in page
    assert "arrivano solo dal numero <strong>333 123 4567</strong>" in page
    assert f"<code>{site.web.settings.profile.servers.public}/</code>" in page
    assert "Non chiediamo soldi" in page
    assert not re.search(r"\{\w+\}", page)


def test_the_declaration_of_accessibility_says_what_was_not_tested(site: Site) -> None:
    page = site.request("GET", "/accessibilita").text
    assert "<h1>Dichiarazione di accessibilità</h1>" in page
    assert "parzialmente conformi" in page
    assert "L'uso con lettori di schermo" in page
    assert "urp@comune.esempio.mi.it" in page
    assert not re.search(r"\{\w+\}", page)


def test_every_page_leads_to_what_a_citizen_may_look_for(site: Site) -> None:
    paths = ("/iscriviti", "/archivio", "/riconosci", "/informativa", "/condizioni", "/accessibilita")
    for path in ("/", *paths, "/b/altro"):
        page = unescape(site.request("GET", path).text)
        for other in (*paths, "/feed.atom", "#contenuto"):
            assert f'href="{other}"' in page, (path, other)
        assert site.request("HEAD", path).status_code == (404 if path == "/b/altro" else 200)
        assert site.request("HEAD", path).text == ""
