"""The sentence of each check before a send: what an editor reads of what was seen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from db.bulletins import ItemData
from db.engine import transaction
from db.models import BulletinKind, BulletinStatus, HandoverKind
from flows.sending import checks, preflight
from flows.sending.checks import Check, Matter, Preflight, Verdict
from flows.sending.witness import Heard, Mark
from tests.test_sending_checks import NOW, number
from tests.world.builders import item_of, make_bulletin, make_news_item, make_weather_alert

MARK = Mark(number=3, bulletin_id=7, at=NOW)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            checks.check_witness(Heard(MARK, (), 2), 3, "Manca una parola."),
            "Copia del database: NON PARTE. Manca una parola. Rimetti il registro che c'era; solo se non "
            "esiste più, una persona conferma con `python -m flows witness --accept-by NOME "
            "--without-journal`.",
        ),
        (
            checks.check_witness(Heard(Mark(number=4, bulletin_id=7, at=NOW), (), 2), 3),
            "Copia del database: NON PARTE. Il database sembra ripristinato da una copia: conosce 3 "
            "partenze, ma la partenza 4 (bollettino 7, martedì 24 novembre, ore 10:30) c'è stata. Chi ha "
            "già ricevuto un messaggio potrebbe riceverlo due volte: controlla, poi conferma con `python -m "
            "flows witness --accept-by NOME`.",
        ),
        (
            checks.check_witness(Heard(None, ("file: x", "server: y"), 0), 3),
            "Copia del database: non verificato. Il conto delle partenze fuori dal database manca: file: x; "
            "server: y.",
        ),
        (
            checks.check_witness(Heard(None, (), 2), 3),
            "Copia del database: non verificato. Il database conosce 3 partenze, fuori non ce n'è traccia: "
            "non si può confrontare.",
        ),
        (
            checks.check_witness(Heard(MARK, ("server: y",), 1), 3),
            "Copia del database: attenzione. Invii già partiti: 3, per quanto si è potuto leggere "
            "(server: y).",
        ),
        (
            checks.check_witness(Heard(MARK, (), 2), 3),
            "Copia del database: a posto. Invii già partiti: 3, lo stesso numero nel database e fuori.",
        ),
        (
            checks.check_address("HTTP 404", is_alert=False),
            "Indirizzo di WhatsApp: NON PARTE. All'indirizzo del profilo non risponde WhatsApp (HTTP 404). "
            "Chi gestisce il servizio controlli `api` e `api_version` nel profilo.",
        ),
        (
            checks.check_address("HTTP 404", is_alert=True),
            "Indirizzo di WhatsApp: attenzione. All'indirizzo del profilo non risponde WhatsApp (HTTP 404). "
            "È un'allerta: si prova lo stesso.",
        ),
        (checks.check_token("", False), "Chiave di accesso a WhatsApp: a posto. WhatsApp la accetta."),
        (
            checks.check_token("HTTP 500", False),
            "Chiave di accesso a WhatsApp: non verificato. WhatsApp non ha risposto alla domanda (HTTP 500).",
        ),
        (
            checks.check_token("code 190", True),
            "Chiave di accesso a WhatsApp: NON PARTE. WhatsApp non accetta la chiave (code 190): chi "
            "gestisce il servizio deve rinnovarla.",
        ),
        (
            checks.check_number(None, ""),
            "Numero del servizio: non verificato. Qualità e stato non si sanno (non dichiarati).",
        ),
        (
            checks.check_number(number(status="BANNED"), ""),
            "Numero del servizio: NON PARTE. WhatsApp lo dà come BANNED.",
        ),
        (
            checks.check_number(number(quality=None), ""),
            "Numero del servizio: a posto. Collegato, qualità non detta.",
        ),
        (
            checks.check_number(number(status=None, quality="YELLOW"), ""),
            "Numero del servizio: attenzione. La qualità è gialla: molti ci bloccano o segnalano. "
            "Altri invii così riducono il limite.",
        ),
        (
            checks.check_lists(HandoverKind.channel, 300, 256),
            "Invio a mano: a posto. Una persona lo pubblica nel canale WhatsApp e lo dichiara.",
        ),
        (
            checks.check_lists(HandoverKind.assisted, 257, 256),
            "Invio a mano: a posto. 257 destinatari in 2 liste da 256 numeri al massimo.",
        ),
        (
            checks.check_lists(HandoverKind.assisted, 512, 256),
            "Invio a mano: a posto. 512 destinatari in 2 liste da 256 numeri al massimo.",
        ),
        (
            checks.check_lists(HandoverKind.assisted, 513, 256),
            "Invio a mano: a posto. 513 destinatari in 3 liste da 256 numeri al massimo.",
        ),
        (
            checks.check_lists(HandoverKind.assisted, 256, 256),
            "Invio a mano: a posto. 256 destinatari in 1 lista da 256 numeri al massimo.",
        ),
        (
            checks.check_webhook(None, None, NOW, is_alert=False),
            "Ritorno da WhatsApp: non verificato. È il primo invio: se le ricevute arrivano si vedrà dopo.",
        ),
        (
            checks.check_webhook((3, NOW - timedelta(minutes=9)), None, NOW, is_alert=False),
            "Ritorno da WhatsApp: non verificato. L'invio numero 3 è appena partito: è presto per le "
            "ricevute.",
        ),
        (
            checks.check_webhook((3, NOW - timedelta(days=1)), NOW, NOW, is_alert=False),
            "Ritorno da WhatsApp: a posto. Dopo l'invio numero 3 sono arrivate le ricevute "
            "(martedì 24 novembre, ore 10:30).",
        ),
        (
            checks.check_webhook((3, NOW - timedelta(minutes=10)), None, NOW, is_alert=True),
            "Ritorno da WhatsApp: attenzione. Dall'invio numero 3 (martedì 24 novembre, ore 10:20) "
            "non è arrivato niente, nemmeno una ricevuta: un DISATTIVA non ci arriverebbe. È un'allerta: "
            "parte lo stesso.",
        ),
        (
            checks.check_site(None),
            "Notizie sul sito: non verificato. Le pagine si rileggono alla partenza.",
        ),
        (checks.check_site(["Uno.", "Due."]), "Notizie sul sito: attenzione. Da sapere: Uno. Due."),
        (
            checks.check_site([]),
            "Notizie sul sito: a posto. Rilette adesso: dopo l'approvazione non sono cambiate.",
        ),
        (
            checks.check_site([], Matter.own_words),
            "Notizie sul sito: non serve. Nessuna pagina da rileggere: il testo è di chi l'ha scritto.",
        ),
        (
            checks.check_site([], Matter.correction),
            "Notizie sul sito: attenzione. La pagina si rilegge quando si approva, non adesso: il testo è di "
            "chi l'ha scritto. Il messaggio rimanda alla pagina: guardate che dica lo stesso.",
        ),
        (
            checks.check_site(["Uno."], Matter.alert),
            "Notizie sul sito: attenzione. Da sapere: Uno.",
        ),
        (
            checks.check_site([], Matter.alert),
            "Notizie sul sito: a posto. Nessuna pagina da rileggere: ciò che il testo dice dell'allerta vale "
            "ancora, secondo l'ultima lettura delle fonti.",
        ),
        (
            checks.check_site(None, Matter.alert),
            "Notizie sul sito: non verificato. Le pagine si rileggono alla partenza.",
        ),
        # there is no page that could say anything else, whether it was asked for or not
        (checks.check_site(None, Matter.own_words), str(checks.check_site([], Matter.own_words))),
        (checks.check_site(None, Matter.correction), str(checks.check_site([], Matter.correction))),
    ],
)
def test_a_check_says_what_was_seen(found: Check, told: str) -> None:
    assert str(found) == told


def test_only_a_copy_is_overridden_by_nobody() -> None:
    copy, cost = Check("Copia del database", Verdict.refused, "Ripristinato."), "Troppo."
    found = Preflight((Check("Costo", Verdict.refused, cost), copy, Check("Numero", Verdict.unknown, "Boh.")))
    assert found.refusals == ["Costo: Troppo.", "Copia del database: Ripristinato."]
    assert found.final == ["Copia del database: Ripristinato."]
    for verdict in (Verdict.good, Verdict.attention, Verdict.unknown):
        assert Preflight((replace(copy, verdict=verdict),)).final == []


@pytest.mark.parametrize(
    ("kind", "about", "template", "matter"),
    [
        (BulletinKind.ordinary, "news", None, Matter.pages),
        (BulletinKind.urgent, "alert", "allerta", Matter.alert),
        (BulletinKind.ordinary, "alert", None, Matter.alert),
        (BulletinKind.urgent, "nothing", "avviso", Matter.own_words),
        (BulletinKind.correction, "news", "rettifica", Matter.correction),
        (BulletinKind.correction, "nothing", "rettifica", Matter.own_words),
    ],
)
def test_what_can_be_read_again_is_told_by_what_the_message_is_about(
    sqlite: Engine, kind: BulletinKind, about: str, template: str | None, matter: Matter
) -> None:
    with transaction(sqlite) as session:
        item = ItemData("Avviso", "Che cosa", "", "Scuole chiuse.")
        if about == "news":
            item = item_of(make_news_item(session))
        elif about == "alert":
            alert_id = make_weather_alert(session).id
            item = ItemData("Allerta", "Allerta", "", "Temporali.", weather_alert_id=alert_id, told_at=NOW)
        bulletin = make_bulletin(session, [item], kind=kind, status=BulletinStatus.approved)
        bulletin.template = template
        assert preflight._matter(session, bulletin) == matter
