"""The templates submitted to Meta: read from the texts, held to Meta's rules."""

import re
import tomllib
from dataclasses import replace
from typing import Any

import pytest

from flows.bulletin.message.frame import budget
from flows.whatsapp.messages import utf16
from flows.whatsapp.templates import (
    ALTERATIONS,
    ITEM_EXAMPLES,
    TemplateDefinition,
    TemplateError,
    creation_payload,
    from_toml,
    problems,
    variables,
)
from tests.world.frames import LONG, SHORT, bulletin_frame, definitions
from tests.world.shared import SHARED, needs_shared

ADDRESS = "https://bollettino.comune.prova.it/b/"
GOOD = TemplateDefinition(
    name="avviso_2",
    category="UTILITY",
    header="Avviso del Comune di Prova",
    body="Il Comune avvisa che *{{1}}* chiude {{2}} per lavori. Apri la pagina qui sotto.",
    footer="Per uscire scrivi DISATTIVA",
    button="Leggi l'avviso",
    ttl_seconds=43_200,
    examples=("via Roma", "martedì 1 dicembre"),
)
TEXTS = """
[consigli]
neve = "usa l'auto solo se serve."

[modelli.avviso]
categoria = "UTILITY"
ttl_secondi = -1
titolo = "Avviso {del_comune}"
corpo = '''
Il {comune} avvisa: {{1}}, dalle {{2}} in poi. {{3}}

Chiama il {emergenza} se sei in pericolo.'''
piede = "Per uscire scrivi DISATTIVA"
pulsante = "Leggi l'avviso"
esempio = ["", "10 di martedì", "@consigli.neve"]
"""
VALUES = {"comune": "Comune di Prova", "del_comune": "del Comune di Prova", "emergenza": "112"}


def test_values_are_filled_and_variables_left() -> None:
    (found,) = from_toml(tomllib.loads(TEXTS), VALUES).values()
    assert found.name == "avviso"
    assert found.header == "Avviso del Comune di Prova"
    assert found.body.startswith(
        "Il Comune di Prova avvisa: {{1}}, dalle {{2}} in poi. {{3}}\n\nChiama il 112"
    )
    assert found.examples == (ITEM_EXAMPLES[0], "10 di martedì", "usa l'auto solo se serve.")
    assert found.example_body.endswith("usa l'auto solo se serve.\n\nChiama il 112 se sei in pericolo.")
    assert problems(found, ADDRESS) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('piede = "', 'altro = "', "modelli.avviso: piede is missing"),
        ("{comune}", "{sindaco}", "modelli.avviso: sindaco is missing"),
        ("@consigli.neve", "@consigli.grandine", "modelli.avviso: grandine is missing"),
        ('"UTILITY"', '"NEWS"', "modelli.avviso: categoria"),
        ("= -1", "= 'un giorno'", "modelli.avviso: categoria or ttl_secondi"),
        ('titolo = "Avviso {del_comune}"', "titolo = 3", "modelli.avviso: a value is not a text"),
        ("modelli", "altro", "no table"),
    ],
)
def test_a_fault_in_the_texts_names_its_place(old: str, new: str, words: str) -> None:
    with pytest.raises(TemplateError, match=words):
        from_toml(tomllib.loads(TEXTS.replace(old, new)), VALUES)


@needs_shared
@pytest.mark.parametrize("profile", ["esempio", "lungo"])
def test_the_default_texts_break_no_rule_with_a_short_and_with_a_long_name(profile: str) -> None:
    document = tomllib.loads((SHARED.parent / "italian.toml").read_text("utf-8"))
    found = from_toml(document, document["profilo"][profile])
    assert len(found) == 12
    assert [problem for definition in found.values() for problem in problems(definition, ADDRESS)] == []
    assert [variables(found[f"bollettino_{n}"].body) for n in range(1, 6)] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("words", [SHORT, LONG], ids=["short name", "long name"])
def test_the_templates_of_this_project_break_no_rule(words: dict[str, str]) -> None:
    found = definitions(words)
    assert [problem for definition in found.values() for problem in problems(definition, ADDRESS)] == []
    bulletins = [found[f"bollettino_{number}"] for number in range(1, 6)]
    assert {(one.category, one.ttl_seconds) for one in bulletins} == {("MARKETING", 3 * 86_400)}
    urgent = [found[name] for name in ("allerta_meteo", "fine_allerta", "avviso_urgente")]
    assert {(one.category, one.ttl_seconds) for one in urgent} == {("UTILITY", 12 * 3_600)}
    later = [found[name] for name in ("correzione", "aggiornamento")]
    assert {one.ttl_seconds for one in later} == {-1}, "30 days: a correction outlives what it corrects"


def test_a_reviewer_reads_five_different_news_and_the_longest_bulletin_has_words_to_spare() -> None:
    found = definitions(SHORT)
    examples = found["bollettino_5"].examples
    assert len(set(examples)) == len(examples) == 6
    frame = re.sub(r"\{\{[0-9]\}\}|[0-9]", " ", found["bollettino_5"].body)
    assert len(re.findall(r"[^\W_]+", frame)) >= 2 * 6 + 1 + 12, "the rule of the field and a dozen"


def test_no_two_templates_share_body_and_footer() -> None:
    found = list(definitions(SHORT).values())
    assert len({(one.body, one.footer) for one in found}) == len(found), "Meta rejects the second one"


@pytest.mark.parametrize("number", range(1, 6))
def test_numbers_and_bold_stand_in_the_frame_and_the_items_have_the_rest(number: int) -> None:
    frame = bulletin_frame(number)
    assert frame.header == "Notizie dal Comune di Esempio"
    assert frame.body.startswith("*In primo piano.* {{1}}" if number > 1 else "*La notizia.* {{1}}")
    assert [f"*{place}.* {{{{{place}}}}}" in frame.body for place in range(2, number + 1)] == [True] * (
        number - 1
    )
    assert "DISATTIVA" in frame.footer
    assert "DISATTIVA" not in frame.body
    assert budget(frame, "mercoledì 30 settembre") == {1: 921, 2: 910, 3: 903, 4: 896, 5: 812}[number]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "Avviso-2"}, "name may hold only"),
        ({"header": "a" * 61}, "header has 61"),
        ({"header": "😀" * 31}, "header has 62"),
        ({"header": "*Avviso*"}, "neither markup"),
        ({"header": "Avviso {{1}}"}, "header may hold neither a variable"),
        ({"footer": "a" * 61}, "footer has 61"),
        ({"footer": "Fino al {{1}}"}, "footer may hold neither a variable"),
        ({"button": "a" * 26}, "button has 26"),
        ({"button": " "}, "button is empty"),
        ({"body": " ", "examples": ()}, "body is empty"),
        ({"body": "a" * 1025, "examples": ()}, "body has 1025"),
        ({"body": "{{1}} chiude per lavori, leggi qui", "examples": ("x",)}, "begins or ends"),
        ({"body": "Per lavori in corso oggi chiude *{{1}}*", "examples": ("x",)}, "begins or ends"),
        ({"body": "Oggi e domani {{1}} {{2}} chiude per lavori in corso"}, "next to each other"),
        ({"body": "Oggi e domani *{{1}}*\n_{{2}}_ chiude per lavori in corso"}, "next to each other"),
        ({"body": "Oggi {{2}} e domani {{1}} chiude per lavori in corso"}, "in this order"),
        ({"body": "Oggi {{1}} e domani {{1}} chiude per lavori in corso"}, "in this order"),
        (
            {"body": "Oggi chiude {{1}} per lavori, fino a {{ora}} di sera", "examples": ("x",)},
            "is not {{1}}",
        ),
        ({"body": "Oggi {{1}} e {{2}} chiude"}, "3 words for 2 variables"),
        ({"examples": ("via Roma",)}, "1 examples for 2"),
        ({"examples": ("via\nRoma", "oggi")}, "the example of {{1}} holds a new line"),
        ({"examples": ("via Roma", "a" * 1000)}, "with its examples in"),
        ({"ttl_seconds": 43_201}, "a utility template lives"),
        ({"ttl_seconds": 29}, "a utility template lives"),
        ({"category": "MARKETING", "ttl_seconds": -1}, "a marketing template lives"),
    ],
)
def test_each_rule_of_metas_is_named_when_broken(changes: dict[str, Any], words: str) -> None:
    found = problems(replace(GOOD, **changes), ADDRESS)
    assert [problem for problem in found if words in problem], found


def test_a_good_template_breaks_no_rule() -> None:
    assert problems(GOOD, ADDRESS) == []
    assert problems(replace(GOOD, category="MARKETING"), ADDRESS) == []
    assert problems(GOOD, "http://127.0.0.1:8080/b/") == []


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://bollettino.comune.prova.it/b/", "https://"),
        ("", "https://"),
        ("https://bit.ly/3x", "shortener"),
        ("https://a.it/{{1}}/", "variable of its own"),
        ("https://a.it/" + "b" * 2000, "over 2000"),
        ("https://[", "cannot be read"),
    ],
)
def test_the_buttons_address_has_rules_of_its_own(address: str, words: str) -> None:
    assert [problem for problem in problems(GOOD, address) if words in problem]


def test_the_creation_payload_is_metas() -> None:
    assert creation_payload(GOOD, ADDRESS) == {
        "name": "avviso_2",
        "language": "it",
        "category": "UTILITY",
        "message_send_ttl_seconds": 43_200,
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": GOOD.header},
            {
                "type": "BODY",
                "text": GOOD.body,
                "example": {"body_text": [["via Roma", "martedì 1 dicembre"]]},
            },
            {"type": "FOOTER", "text": GOOD.footer},
            {
                "type": "BUTTONS",
                "buttons": [
                    {
                        "type": "URL",
                        "text": "Leggi l'avviso",
                        "url": ADDRESS + "{{1}}",
                        "example": [ADDRESS + "esempio"],
                    }
                ],
            },
        ],
        "degrees_of_freedom_spec": {
            "creative_features_spec": {key: {"enroll_status": "OPT_OUT"} for key in ALTERATIONS}
        },
    }
    assert {"text_extraction_for_headline", "dynamic_cta_text", "hyperlink_formatting"} < set(ALTERATIONS)
    bare = replace(GOOD, body="Oggi gli uffici sono chiusi.", examples=())
    assert "example" not in creation_payload(bare, ADDRESS)["components"][1]


def test_lengths_are_utf_16_units() -> None:
    assert [utf16(text) for text in ("", "è", "e\u0300", "😀", "\ud800")] == [0, 1, 2, 2, 1]
