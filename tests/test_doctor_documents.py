"""What citizens read is written to its end: the doctor's check of it, and the file that its remedy names."""

from pathlib import Path

import pytest

from flows.doctor import configuration
from flows.doctor.finding import Said, Verdict
from flows.doctor.redaction import redacted
from flows.doctor.restored import examine_restored
from flows.settings import Settings
from tests.world.comune import Comune
from tests.world.examined import answer

OURS = "informativa.md (3 posti), condizioni.md (un posto), accessibilita.md (3 posti)"


@pytest.fixture
def own(comune: Comune) -> Path:
    """Where the Comune's own lie; not there yet."""
    return comune.settings.path.with_suffix(".testi")


def said(comune: Comune, **changes: object) -> Said:
    """Of the check, with a profile that says so."""
    at = comune.settings
    comune.settings = Settings(at.profile.model_copy(update=changes), at.path, at.state, at.database)
    return answer(comune, configuration.documents)


@pytest.mark.parametrize(("stage", "verdict"), [("trial", Verdict.attention), ("production", Verdict.failed)])
def test_the_program_s_own_wait_for_the_comune_s_words(
    comune: Comune, own: Path, stage: str, verdict: Verdict
) -> None:
    assert said(comune).verdict == Verdict.good, "a sandbox may show them"
    found = said(comune, stage=stage)
    assert (found.verdict, found.words) == (verdict, f"I cittadini leggono testi da completare: {OURS}.")
    assert found.remedy == (
        "copia deployments/informativa.md, deployments/condizioni.md, deployments/accessibilita.md nella "
        f"cartella {own} e completa lì; poi riavvia"
    )


def test_the_comune_s_own_are_well_once_nothing_in_them_is_open(comune: Comune, own: Path) -> None:
    own.mkdir()
    for name in ("condizioni.md", "accessibilita.md"):
        (own / name).write_text("# Del Comune\n")
    (own / "informativa.md").write_text("# Informativa\n\nTitolare: {owner}. La prova: per [periodo].\n")
    found = said(comune, stage="production")
    assert (found.verdict, found.words) == (
        Verdict.failed,
        "I cittadini leggono testi da completare: informativa.md (un posto).",
    )
    assert found.remedy == f"completa {own / 'informativa.md'}; poi riavvia"
    (own / "informativa.md").write_text("# Informativa\n\nTitolare: {owner}. La prova: per dieci anni.\n")
    assert said(comune).verdict == Verdict.good
    found = said(comune, privacy=comune.settings.profile.privacy.model_copy(update={"owner": ""}))
    assert (found.verdict, found.remedy) == (
        Verdict.failed,
        "scrivi in [privacy] del profilo ciò che manca; poi riavvia",
    )
    (own / "informativa.md").write_text("")
    found = said(comune)
    assert (found.verdict, "informativa.md: is empty" in found.detail) == (Verdict.failed, True)


def test_its_words_may_be_pasted_into_a_public_issue(comune: Comune) -> None:
    path = comune.settings.path.parent / "due parole" / "vattelapesca.toml"
    path.parent.mkdir()
    path.write_bytes(comune.settings.path.read_bytes())
    at = comune.settings
    profile = at.profile.model_copy(update={"stage": "trial"})
    comune.settings = Settings(profile, path, at.state, at.database)
    checks = [check for check in configuration.CHECKS if check.id == "config.documents"]
    (found,) = redacted(examine_restored(comune.settings, comune.now, checks), comune.settings)
    assert found.verdict == Verdict.attention
    assert not any(word in str(found) for word in ("vattelapesca", "parole"))
