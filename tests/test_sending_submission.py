"""`templates plan|submit|sync` against the sandbox: what Meta would refuse never leaves, nothing twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from db import acts, provider
from db.models import Act
from deployments.sandbox.compose import Template as SandboxTemplate
from flows.cli import tour
from flows.sending import submission
from flows.settings import BollettinoError
from flows.whatsapp.errors import TokenError
from tests.test_cli_verbs import _own_environment, flows
from tests.test_sending_remote_templates import components, edit
from tests.world.comune import Comune

__all__ = ["_own_environment"]  # the fixture
DAY = timedelta(days=1)


def submitted(comune: Comune) -> dict[str, str]:
    """What a `submit --yes` of this moment does."""
    there = submission.held(comune.settings)
    rows = submission.plan(comune.settings, comune.engine, there, now=comune.now)
    return submission.submit(comune.settings, comune.engine, rows, by="root", now=comune.now)


def planned(comune: Comune, name: str) -> submission.Planned:
    rows = submission.plan(comune.settings, comune.engine, submission.held(comune.settings), now=comune.now)
    return next(row for row in rows if row.name == name)


def at_meta(comune: Comune, name: str) -> SandboxTemplate:
    template: SandboxTemplate | None = comune.world.store.get(SandboxTemplate, f"{name}/it")
    assert template is not None
    return template


def reword(comune: Comune, name: str, **changes: Any) -> None:
    """As an operator does in texts.toml."""
    comune.settings.templates[name] = replace(comune.settings.templates[name], **changes)


@pytest.fixture
def strict(comune: Comune) -> Iterator[Comune]:
    """Whose account counts edits, as Meta's do, and holds all of ours."""
    comune.ask("POST", "/_prova/modelli", {"counts_edits": True})
    assert {words.split(",")[0] for words in submitted(comune).values()} == {"submitted: APPROVED"}
    before = dict(comune.settings.templates)
    yield comune
    comune.settings.templates.update(before)


def test_plan_says_it_submit_does_it_and_the_second_time_does_nothing(
    comune: Comune, capsys: pytest.CaptureFixture[str]
) -> None:
    assert flows(comune, "templates", "plan") == 2
    said = capsys.readouterr()
    assert "bollettino_1: missing: would create it: WhatsApp does not hold it" in said.out
    assert "templates submit --yes" in said.err
    assert flows(comune, "templates", "submit") == 2, "without --yes nobody is there to ask"
    assert "nothing was posted" in capsys.readouterr().err
    assert submission.held(comune.settings) == {}
    assert flows(comune, "templates", "submit", "--yes") == 0
    assert capsys.readouterr().out.count(": submitted: APPROVED") == len(comune.settings.templates)
    assert flows(comune, "templates", "plan") == 0
    edit(comune, "bollettino_1", components=components(comune, "bollettino_1", HEADER="Notizie"))
    edit(comune, "bollettino_3", degrees_of_freedom_spec={"creative_features_spec": {}})
    capsys.readouterr()
    assert flows(comune, "templates", "plan") == 2
    out = capsys.readouterr().out
    assert "bollettino_1: APPROVED, MARKETING: would edit it: il titolo\n" in out
    assert "bollettino_3: APPROVED, MARKETING: would edit it: WhatsApp may alter it: add_text_over" in out
    assert flows(comune, "templates", "submit", "--yes") == 0
    assert capsys.readouterr().out.count(": edited (") == 2
    assert flows(comune, "templates", "submit", "--yes") == 0
    assert capsys.readouterr().out.count(": as ours") == len(comune.settings.templates)


def test_edits_are_counted_here_as_meta_counts_them(strict: Comune) -> None:
    texts = [f"Leggi il numero {number}" for number in range(12)]
    reword(strict, "bollettino_1", button=texts[0])
    assert submitted(strict) == {"bollettino_1": "edited (il pulsante)"}
    reword(strict, "bollettino_1", button=texts[1])
    strict.now += timedelta(hours=23)
    assert submitted(strict) == {}
    assert planned(strict, "bollettino_1").step.until == strict.now + timedelta(hours=1)
    strict.now += timedelta(hours=1)
    for text in texts[1:10]:
        reword(strict, "bollettino_1", button=text)
        assert submitted(strict) == {"bollettino_1": "edited (il pulsante)"}
        strict.now += DAY
    reword(strict, "bollettino_1", button=texts[10])
    assert submitted(strict) == {}, "the eleventh in thirty days"
    strict.now += 20 * DAY
    assert submitted(strict) == {"bollettino_1": "edited (il pulsante)"}
    assert at_meta(strict, "bollettino_1").edits[-1] == strict.now
    with strict.look() as session:
        assert len(session.exec(select(Act).where(Act.verb == acts.EDIT_TEMPLATE)).all()) == 11


def test_an_edit_that_a_webhook_told_counts_too(strict: Comune) -> None:
    with strict.look() as session:
        provider.edited(session, "bollettino_2", "it", "il piede", at=strict.now)
        session.commit()
    reword(strict, "bollettino_2", button="Apri la pagina")
    assert submitted(strict) == {}
    strict.now += DAY
    assert submitted(strict) == {"bollettino_2": "edited (il pulsante)"}


def test_an_edit_that_meta_refuses_is_told_in_its_words_and_the_others_go_on(strict: Comune) -> None:
    edit(strict, "bollettino_1", components=components(strict, "bollettino_1", FOOTER="Di altri"))
    edit(strict, "bollettino_4", components=components(strict, "bollettino_4"))
    strict.now += DAY
    edit(strict, "bollettino_1", components=components(strict, "bollettino_1", FOOTER="Di altri ancora"))
    reword(strict, "bollettino_4", button="Apri la pagina")
    done = submitted(strict)
    assert done["bollettino_1"].startswith("NOT done: template ")
    assert "Invalid parameter" in done["bollettino_1"]
    assert done["bollettino_4"] == "edited (il pulsante)"


def test_a_rejection_is_told_with_its_reason_and_other_words_are_submitted_at_once(comune: Comune) -> None:
    before = comune.settings.templates["allerta_meteo"]
    comune.ask("POST", "/_prova/modelli", {"verdict": "REJECTED", "reason": "PROMOTIONAL"})
    assert "submitted: REJECTED, UTILITY" in submitted(comune).values()
    row = planned(comune, "allerta_meteo")
    assert (row.step.act, row.is_usable) == ("see to it", False)
    assert "rejected (PROMOTIONAL): change its words" in row.step.words
    comune.ask("POST", "/_prova/modelli", {"verdict": "PENDING"})
    reword(comune, "allerta_meteo", button="Apri la pagina")
    try:
        assert submitted(comune) == {"allerta_meteo": "edited (il pulsante)"}
        assert planned(comune, "allerta_meteo").step.words.startswith("Meta reviews it")
        comune.ask("POST", "/_prova/modelli/allerta_meteo", {"status": "APPROVED"})
        assert planned(comune, "allerta_meteo").is_well
    finally:
        comune.settings.templates["allerta_meteo"] = before


def test_paused_and_disabled_are_left_alone_and_nothing_is_sent_with_them(strict: Comune) -> None:
    strict.ask("POST", "/_prova/modelli/correzione", {"status": "PAUSED"})
    strict.ask("POST", "/_prova/modelli/aggiornamento", {"status": "DISABLED"})
    assert submitted(strict) == {}
    assert "first pause after 3 hours" in planned(strict, "correzione").step.words
    assert "disabled for good" in planned(strict, "aggiornamento").step.words
    reword(strict, "correzione", button="Apri la pagina")
    reword(strict, "aggiornamento", button="Apri la pagina qui")
    assert submitted(strict) == {"correzione": "edited (il pulsante)"}, "a paused one may be edited"


def test_a_deleted_name_waits_and_meta_s_own_lock_is_explained(
    strict: Comune, capsys: pytest.CaptureFixture[str]
) -> None:
    version, token = strict.settings.profile.whatsapp.api_version, "made-up-token"
    waba = strict.settings.profile.whatsapp.waba_id
    path = f"/{version}/{waba}/message_templates?name=correzione"
    assert strict._http.delete(path, headers={"Authorization": f"Bearer {token}"}).json() == {"success": True}
    done = submitted(strict)["correzione"]
    assert "Try again in 4 weeks" in done
    assert done.endswith("(the name was deleted: Meta locks it for 30 days)")
    with strict.look() as session:
        provider.seen(session, "correzione", "it", status="PENDING_DELETION", at=strict.now)
        session.commit()
    assert planned(strict, "correzione").step.until == strict.now + 30 * DAY
    assert submitted(strict) == {}
    strict.now += 30 * DAY
    assert submitted(strict) == {"correzione": "submitted: APPROVED, UTILITY"}
    assert flows(strict, "templates", "plan") == 0


def test_what_breaks_a_rule_of_metas_is_named_and_nothing_is_submitted(comune: Comune) -> None:
    good = comune.settings.templates["bollettino_1"]
    try:
        reword(comune, "bollettino_1", button="Leggi il bollettino completo")
        with pytest.raises(BollettinoError, match="bollettino_1: the button has 28 characters, 25 are"):
            submitted(comune)
        second = comune.settings.templates["bollettino_2"]
        comune.settings.templates["bollettino_1"] = replace(second, name="bollettino_1")
        with pytest.raises(BollettinoError, match="bollettino_2: it has the body and the footer of boll"):
            submitted(comune)
        assert submission.held(comune.settings) == {}
    finally:
        comune.settings.templates["bollettino_1"] = good


def test_a_dead_token_ends_it_at_the_first(comune: Comune, capsys: pytest.CaptureFixture[str]) -> None:
    rows = submission.plan(comune.settings, comune.engine, {}, now=comune.now)
    comune.ask("POST", "/_prova/chiave", {"is_revoked": True})
    with pytest.raises(TokenError):
        submission.submit(comune.settings, comune.engine, rows, by="root", now=comune.now)
    assert flows(comune, "templates", "plan") == 2
    assert "code 190" in capsys.readouterr().err


def test_sync_takes_in_what_others_made_and_names_what_is_not_ours(
    strict: Comune, capsys: pytest.CaptureFixture[str]
) -> None:
    strict.ask("POST", "/_prova/modelli/allerta_meteo", {"category": "MARKETING"})
    assert flows(strict, "templates", "sync") == 0
    assert "allerta_meteo: APPROVED, MARKETING, quality UNKNOWN, new to us" in capsys.readouterr().out
    with strict.look() as session:
        row = provider.find(session, "allerta_meteo", "it")
        assert row is not None
        assert (row.status, row.category, row.text_at) == ("APPROVED", "MARKETING", None)
    strict.ask("POST", "/_prova/modelli/allerta_meteo", {"status": "PAUSED"})
    template = at_meta(strict, "bollettino_1")
    stranger = template.model_copy(update={"order": template.order.model_copy(update={"name": "saluti"})})
    strict.world.store.put("saluti/it", stranger)
    assert flows(strict, "templates", "sync") == 0
    out = capsys.readouterr().out
    assert "allerta_meteo: PAUSED, MARKETING, quality UNKNOWN, was APPROVED" in out
    assert "saluti: APPROVED, MARKETING, quality UNKNOWN, none of ours" in out
    assert flows(strict, "templates", "sync", "--json") == 0
    assert '"was": "PAUSED"' in capsys.readouterr().out


def test_a_second_start_of_the_sandbox_brings_its_templates_to_this_version(
    comune: Comune, capsys: pytest.CaptureFixture[str]
) -> None:
    comune.subscribe()
    for footer in ("Come prima", "Come prima di quella"):
        edit(comune, "bollettino_5", components=components(comune, "bollettino_5", FOOTER=footer))
        assert flows(comune, "templates", "plan") == 2
        tour.register_templates(comune.settings)
        assert not planned(comune, "bollettino_5").step.words
    assert "bollettino_5: APPROVED, MARKETING: would edit it: il piede\n" in capsys.readouterr().out
