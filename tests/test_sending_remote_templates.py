"""What phones show is what was approved: our templates beside WhatsApp's, and the way that alters nothing."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from db import provider
from db.models import AccountWord, InboundEvent, Template
from deployments.sandbox.compose import Template as SandboxTemplate
from deployments.sandbox.messages import Message
from deployments.sandbox.webhooks import Update
from flows.dispatch import check, dispatch_bulletin
from flows.letters import alarms
from flows.sending.checks import Verdict
from flows.sending.drain import RefusedError
from flows.sending.remote_templates import check_alterations, check_terms, check_text, way
from flows.web.app import create_app
from flows.whatsapp.account import ask_terms
from flows.whatsapp.account_templates import TemplateState
from flows.whatsapp.errors import Retryable
from flows.whatsapp.templates import ALTERATIONS, creation_payload, differences
from flows.whatsapp.updates import TemplateText
from flows.whatsapp.webhook_payload import parse
from tests.test_dispatch import approved
from tests.world.builders import NOW
from tests.world.comune import Comune
from tests.world.frames import SHORT, definitions
from tests.world.mail_server import Post, announce, mail_server
from tests.world.shared import SHARED, needs_shared
from tests.world.web_site import Site, change

ADDRESS = "https://bollettino.comune.prova.it/b/"
OURS = definitions(SHORT)["bollettino_2"]
THEIRS = creation_payload(OURS, ADDRESS)["components"]
OUT = dict.fromkeys(ALTERATIONS, "OPT_OUT")
BEFORE, AFTER = date(2027, 10, 12), date(2027, 10, 13)
EDIT = "message_template_components_update"


def changed(kind: str, **new: Any) -> list[dict[str, Any]]:
    return [{**one, **new} if one["type"] == kind else one for one in THEIRS]


def there(components: Any = THEIRS, alterations: dict[str, str] | None = OUT) -> TemplateState:
    return TemplateState("APPROVED", "MARKETING", 259_200, None, components, alterations)


@pytest.mark.parametrize(
    ("components", "unlike"),
    [
        (THEIRS, []),
        (THEIRS[::-1], []),
        ([{key: value for key, value in one.items() if key != "example"} for one in THEIRS], []),
        (changed("BODY", text=OURS.body.replace("\n", "\r\n") + "\n"), []),
        (changed("HEADER", text="Notizie del Sindaco"), ["il titolo"]),
        (changed("HEADER", format="IMAGE", text=None), ["il titolo"]),
        (changed("BODY", text=OURS.body.replace("Bollettino", "bollettino")), ["il testo"]),
        (changed("FOOTER", text="Per uscire chiama il Comune"), ["il piede"]),
        ([one for one in THEIRS if one["type"] != "FOOTER"], ["il piede"]),
        (creation_payload(OURS, "https://altro.example/")["components"], ["il pulsante"]),
        (
            changed("BUTTONS", buttons=[*THEIRS[3]["buttons"], {"type": "QUICK_REPLY", "text": "Stop"}]),
            ["il pulsante"],
        ),
        ([*THEIRS, {"type": "LIMITED_TIME_OFFER"}], ["una parte in più (LIMITED_TIME_OFFER)"]),
        ([*THEIRS, THEIRS[1]], ["il testo"]),
        ([], ["il titolo", "il testo", "il piede", "il pulsante"]),
    ],
)
def test_what_a_phone_would_show_otherwise_is_named(
    components: list[dict[str, Any]], unlike: list[str]
) -> None:
    assert differences(OURS, ADDRESS, components) == unlike
    found = check_text(OURS, ADDRESS, there(components))
    assert found.verdict == (Verdict.refused if unlike else Verdict.good)
    assert all(one in found.words for one in unlike)


def test_a_text_that_is_not_told_is_never_good_and_an_edit_that_was_told_is_shown() -> None:
    for found in (None, there(None)):
        assert check_text(OURS, ADDRESS, found).verdict == Verdict.unknown
        last = Template(name="bollettino_2", category="MARKETING", status="APPROVED", updated_at=NOW)
        assert check_text(OURS, ADDRESS, found, last).verdict == Verdict.unknown
        for last.unlike, last.text_at in (("il piede", None), ("", NOW)):
            assert check_text(OURS, ADDRESS, found, last).verdict == Verdict.unknown
        last.unlike, last.text_at = "il piede", NOW
        told = check_text(OURS, ADDRESS, found, last)
        assert (told.verdict, "il piede" in told.words) == (Verdict.attention, True)


@pytest.mark.parametrize(
    ("alterations", "before", "after", "alert"),
    [
        (OUT, Verdict.good, Verdict.good, Verdict.good),
        (None, Verdict.unknown, Verdict.unknown, Verdict.unknown),
        ({}, Verdict.unknown, Verdict.unknown, Verdict.unknown),
        (
            OUT | {"text_extraction_for_headline": "OPT_IN"},
            Verdict.attention,
            Verdict.refused,
            Verdict.attention,
        ),
        (OUT | {"a_new_one": "OPT_IN"}, Verdict.attention, Verdict.refused, Verdict.attention),
    ],
)
def test_what_meta_may_alter_takes_the_way_on_which_it_does_not_while_there_is_one(
    alterations: dict[str, str] | None, before: Verdict, after: Verdict, alert: Verdict
) -> None:
    found = there(alterations=alterations)
    assert check_alterations(found, BEFORE, is_alert=False).verdict == before
    assert check_alterations(found, AFTER, is_alert=False).verdict == after
    assert check_alterations(found, AFTER, is_alert=True).verdict == alert
    is_altered = before == Verdict.attention
    assert way("MARKETING", "ONBOARDED", found, BEFORE) == ("UTILITY" if is_altered else "MARKETING")
    assert way("MARKETING", "ONBOARDED", found, AFTER) == "MARKETING"


@pytest.mark.parametrize(
    ("terms", "before", "after", "goes"),
    [
        ("ONBOARDED", Verdict.good, Verdict.good, "MARKETING"),
        ("ELIGIBLE", Verdict.attention, Verdict.refused, "UTILITY"),
        ("PENDING_VALID_PAYMENT_METHOD", Verdict.attention, Verdict.refused, "UTILITY"),
        (None, Verdict.unknown, Verdict.unknown, "MARKETING"),  # 134102 turns it round, if need be
    ],
)
def test_where_the_terms_are_not_accepted_the_other_way_is_taken_and_said(
    terms: str | None, before: Verdict, after: Verdict, goes: str
) -> None:
    found = check_terms(terms, "", BEFORE, is_alert=False)
    assert found.verdict == before
    assert (terms in ("ONBOARDED", None)) or "fino al 13 ottobre 2027" in found.words
    assert check_terms(terms, "", AFTER, is_alert=False).verdict == after
    assert check_terms(terms, "", AFTER, is_alert=True).verdict != Verdict.refused
    assert way("MARKETING", terms, there(), BEFORE) == goes
    assert way("UTILITY", terms, there(alterations={"x": "OPT_IN"}), BEFORE) == "UTILITY"


def test_terms_that_a_webhook_told_are_named_and_prove_nothing() -> None:
    signed = {"terms": AccountWord(matter="terms", word="MM_LITE_TERMS_SIGNED", said_at=NOW)}
    found = check_terms(None, "HTTP 500, code None", BEFORE, signed, is_alert=False)
    assert (found.verdict, found.words) == (
        Verdict.unknown,
        "WhatsApp non ha detto se sono accettate (HTTP 500, code None). "
        "Le aveva dette accettate martedì 24 novembre, ore 10:30.",
    )
    unsaid = check_terms(None, "", BEFORE, is_alert=False)
    assert unsaid.words == "WhatsApp non ha detto se sono accettate (non dichiarato)."


# ---------------------------------------------------------------- before a send


def verdicts(comune: Comune, number: int) -> dict[str, Verdict]:
    _, found = check(comune.settings, comune.engine, number, has_server=False, now=comune.now)
    return {one.name: one.verdict for one in found.checks}


def edit(comune: Comune, name: str, **changes: Any) -> None:
    """As somebody would in WhatsApp Manager; the webhook leaves."""
    template = comune.world.store.get(SandboxTemplate, f"{name}/it")
    assert template is not None
    version, token = comune.settings.profile.whatsapp.api_version, "made-up-token"
    answer = comune._http.post(
        f"/{version}/{template.id}", json=changes, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.json() == {"success": True}, answer.text


def components(comune: Comune, name: str, **parts: str) -> list[dict[str, Any]]:
    wanted = comune.settings.templates[name]
    listed: list[dict[str, Any]] = creation_payload(wanted, comune.settings.button_base(name))["components"]
    return [{**one, "text": parts[one["type"]]} if one["type"] in parts else one for one in listed]


def paths(comune: Comune) -> set[str | None]:
    return {one.endpoint for one in comune.world.store.all(Message) if one.direction == "out"}


def test_a_template_that_somebody_edited_holds_the_bulletin_until_it_is_as_ours(comuni: Comune) -> None:
    comuni.subscribe()
    number = approved(comuni)
    edit(comuni, "bollettino_2", components=components(comuni, "bollettino_2", FOOTER="Scrivi al Sindaco"))
    with pytest.raises(RefusedError, match="non è come qui: il piede"):
        dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert comuni.deliveries(number) == []
    edit(comuni, "bollettino_2", components=components(comuni, "bollettino_2"))
    dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert paths(comuni) == {"marketing_messages"}


def test_optimizations_that_are_on_send_it_by_the_way_that_has_none(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    edit(comune, "bollettino_2", degrees_of_freedom_spec={"creative_features_spec": {}})
    assert verdicts(comune, number)["Aspetto del messaggio"] == Verdict.attention
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert (certificate.accepted, reason, paths(comune)) == (5, None, {"messages"})


def test_before_the_terms_are_accepted_the_first_bulletin_leaves_by_the_other_way(comuni: Comune) -> None:
    comuni.subscribe()
    comuni.ask("POST", "/_prova/numero", {"marketing_messages_onboarding_status": "ELIGIBLE"})
    number = approved(comuni)
    assert verdicts(comuni, number)["Condizioni dei messaggi promozionali"] == Verdict.attention
    certificate, reason = dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert (certificate.accepted, reason, paths(comuni)) == (5, None, {"messages"})
    comuni.ask("POST", "/_prova/numero", {"marketing_messages_onboarding_status": "ONBOARDED"})
    again = approved(comuni)
    dispatch_bulletin(comuni.settings, comuni.engine, again, now=comuni.now)
    assert paths(comuni) == {"messages", "marketing_messages"}


def test_the_account_is_asked_as_it_answers(comune: Comune) -> None:
    whatsapp, right = comune.settings.profile.whatsapp, {"Authorization": "Bearer made-up-token"}
    assert ask_terms(whatsapp.base, whatsapp.waba_id, right) == "ONBOARDED"
    with pytest.raises(Retryable, match="not reached"):
        ask_terms("http://127.0.0.1:9/v25.0", "1", right)


# ---------------------------------------------------------------- changes there are heard


@needs_shared
def test_an_edit_as_meta_posts_it_is_read() -> None:
    recorded = json.loads((SHARED / "whatsapp/webhooks/updates__template_components_update.json").read_text())
    (whole,) = parse(recorded["element"]["all"])
    assert isinstance(whole, TemplateText)
    assert (whole.name, whole.language) == ("order_confirmation", "en_US")
    assert whole.at == datetime.fromtimestamp(1751250234, UTC)
    assert [one["type"] for one in whole.components] == ["HEADER", "BODY", "FOOTER", "BUTTONS"]
    assert whole.components[3]["buttons"][1]["url"] == "https://www.luckyshrub.com/support"
    (bare,) = parse(recorded["element"])
    assert isinstance(bare, TemplateText)
    assert [one["type"] for one in bare.components] == ["BODY"]


def told(comune: Comune, name: str, components: list[dict[str, Any]]) -> dict[str, Any]:
    """The post of an edit, as the sandbox makes it."""
    edit(comune, name, components=components)
    world = comune.world
    waiting = world.store.due(Update, comune.now.timestamp(), 10)
    payload: dict[str, Any] = world.webhooks._payload([one for _, one in waiting])
    for key, _ in waiting:
        world.store.delete(Update, key)
    return payload


@pytest.fixture
def box(comune: Comune) -> Iterator[Post]:
    with mail_server() as found:
        announce(comune.settings.state, found.port)
        yield found


def letters(comune: Comune, box: Post) -> list[str]:
    before = len(box.taken)
    alarms.tell_all(comune.settings, comune.engine, now=comune.now)
    return [subject for _, subject in box.told[before:] if "modello" in subject]


def test_an_edit_is_heard_and_told_once_and_one_back_to_ours_is_no_alarm(comune: Comune, box: Post) -> None:
    comune.subscribe()
    app = create_app(comune.settings, comune.engine, clock=lambda: comune.now)
    site = Site(app, app.state.web)
    site.tell(told(comune, "fine_allerta", components(comune, "fine_allerta", FOOTER="Scrivi al Sindaco")))
    assert letters(comune, box) == ["PROVA · Qualcuno ha modificato su WhatsApp il modello fine_allerta"]
    assert "il programma: il piede." in box.last("fine_allerta")
    assert letters(comune, box) == []
    with comune.look() as session:
        assert session.exec(select(InboundEvent.kind)).all() == ["template"]
    comune.now += timedelta(minutes=5)
    site.tell(told(comune, "fine_allerta", components(comune, "fine_allerta")))
    assert letters(comune, box) == []
    with comune.look() as session:
        row = provider.find(session, "fine_allerta", "it")
        assert row is not None
        assert row.unlike == ""


def test_an_edit_of_a_template_that_is_not_ours_is_passed_over(site: Site) -> None:
    value = {"message_template_name": "altro", "message_template_language": "it"}
    site.tell(change({**value, "message_template_element": "Ciao"}, EDIT))
    with site.look() as session:
        assert session.exec(select(Template)).all() == []
        assert session.exec(select(InboundEvent.failure)).one() is None


@pytest.mark.parametrize(("name", "alarm"), [("allerta_meteo", True), ("correzione", False)])
def test_an_urgent_template_made_marketing_is_an_alarm_of_its_own(
    comune: Comune, box: Post, name: str, alarm: bool
) -> None:
    with comune.look() as session:
        provider.seen(session, name, "it", category="MARKETING", at=comune.now)
    subject = f"PROVA · Le allerte a rischio: WhatsApp considera promozionale il modello {name}"
    assert letters(comune, box) == ([subject] if alarm else [])
    assert letters(comune, box) == []


def test_a_partner_that_came_does_not_cover_a_restriction(site: Site) -> None:
    for event in ("ACCOUNT_RESTRICTION", "PARTNER_ADDED", "MM_LITE_TERMS_SIGNED"):
        site.tell(change({"event": event}, "account_update"))
    with site.look() as session:
        said = {matter: row.word for matter, row in provider.account_words(session).items()}
    assert said == {
        "account": "ACCOUNT_RESTRICTION",
        "partner": "PARTNER_ADDED",
        "terms": "MM_LITE_TERMS_SIGNED",
    }
