"""The phones of the sandbox, as a page and as JSON."""

from pathlib import Path

import phonenumbers
import pytest

from deployments.sandbox.markup import to_html
from tests.world.sandbox_town import ANNA, FOOTER, Town, open_town, template_send


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return open_town(tmp_path)


def test_the_five_phones_have_valid_italian_mobile_numbers(town: Town) -> None:
    numbers = [phone["number"] for phone in town.client.get("/_prova/telefoni").json()]
    assert len(numbers) == 5
    for number in map(phonenumbers.parse, numbers):
        assert phonenumbers.is_valid_number(number)
        assert phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
        assert phonenumbers.region_code_for_number(number) == "IT"


def test_the_page_draws_the_chat_and_says_prova(town: Town) -> None:
    town.write("ATTIVA")
    town.send(template_send(values=("Piscina <chiusa> & altro.", "venerdì")))
    town.later(minutes=1)
    page = town.client.get("/telefoni").text
    assert "PROVA" in page
    assert "<strong>La notizia.</strong> Piscina &lt;chiusa&gt; &amp; altro." in page
    assert 'href="http://127.0.0.1:8601/b/abc123">Leggi il bollettino' in page
    assert FOOTER in page
    assert 'http-equiv="refresh"' in page
    assert "mercoledì 25 novembre" in page


def test_a_person_writes_from_the_page_and_typing_is_not_disturbed(town: Town) -> None:
    writing = town.client.get(f"/telefoni?scrivi={ANNA[1:]}").text
    assert 'http-equiv="refresh"' not in writing
    assert 'name="text" maxlength' in writing
    town.client.post(f"/telefoni/{ANNA[1:]}", data={"text": "Perché no? & via"})
    assert town.phone()["messages"][0]["text"] == "Perché no? & via"
    assert "Perché no? &amp; via" in town.client.get(f"/telefoni/{ANNA[1:]}").text


def test_a_phone_is_added_from_the_page_and_a_wrong_number_is_not(town: Town) -> None:
    town.client.post("/telefoni", data={"number": "+39 333 000 0006", "name": "Fabio Prova"})
    assert town.phone("+393330000006")["name"] == "Fabio Prova"
    assert town.client.post("/telefoni", data={"number": "333"}).status_code == 422
    assert town.client.post("/_prova/telefoni/+393330000042/messaggi", json={"text": "x"}).status_code == 404


def test_a_restart_keeps_phones_messages_and_templates(tmp_path: Path, town: Town) -> None:
    town.send(template_send())
    again = Town(tmp_path)
    assert again.client.get("/_prova/telefoni").json() == town.client.get("/_prova/telefoni").json()
    assert again.send(template_send()).status_code == 200


def test_the_health_page_says_so(town: Town) -> None:
    assert town.client.get("/salute").json() == {"ok": True}
    with town.client as running:  # now with the sender of webhooks at work
        assert running.get("/salute").json() == {"ok": True}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*forte* _corsivo_ ~via~", "<div><strong>forte</strong> <em>corsivo</em> <s>via</s></div>"),
        ("2 * 3 * 4, snake_case_name", "<div>2 * 3 * 4, snake_case_name</div>"),
        ("*spazio *", "<div>*spazio *</div>"),
        ("- uno\n* due", '<div class="bullet">uno</div>\n<div class="bullet">due</div>'),
        ("> detto", "<blockquote>detto</blockquote>"),
        (
            "vedi https://a.it/b_c_d.",
            '<div>vedi <a href="https://a.it/b_c_d">https://a.it/b_c_d</a>.</div>',
        ),
        ("<script>", "<div>&lt;script&gt;</div>"),
        (
            'https://a.it/"onclick=x',
            '<div><a href="https://a.it/%22onclick=x">https://a.it/"onclick=x</a></div>',
        ),
    ],
)
def test_whatsapp_markup_is_drawn_as_a_phone_draws_it(text: str, html: str) -> None:
    assert to_html(text) == html
