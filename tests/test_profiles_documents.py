"""The documents that citizens read: the Comune's own before ours, whole or refused, and their open places."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.__main__ import main
from flows.machine import plan
from flows.machine.plan import PlanError
from flows.profiles import documents
from flows.profiles.places import gaps
from flows.run import run
from flows.settings import DEMO, Settings, SettingsError, load_profile
from tests.world.units import write_profile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A profile with an empty folder beside it."""
    found = tmp_path / "mio.toml"
    found.write_text(DEMO.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "mio.testi").mkdir()
    return found


def settings_of(path: Path) -> Settings:
    return Settings(load_profile(path), path, path.parent / "state")


@pytest.mark.usefixtures("settings")  # its secrets
def test_the_comune_s_own_notice_is_published_and_stands_in_the_ledger(path: Path) -> None:
    ours = settings_of(path)
    assert "Come trattiamo i tuoi dati" in ours.notice_text
    (path.parent / "mio.testi" / "informativa.md").write_text(
        "\ufeff# Informativa {del_comune}\r\n\r\nVersione {versione}, {receipt_days} giorni. {{1}}\r\n",
        "utf-8",
    )
    own = settings_of(path)
    version = own.profile.notice.version
    assert (
        own.notice_text
        == f"# Informativa del Comune di Esempio\n\nVersione {version}, 30 giorni. {{{{1}}}}\n"
    )
    assert own.ledger().notice_sha256 != ours.ledger().notice_sha256
    assert own.document("condizioni.md") == ours.document("condizioni.md"), "the others stay ours"


def empty(path: Path) -> None:
    path.write_text(" \n\n")


def other_letters(path: Path) -> None:
    path.write_bytes("perché".encode("latin-1"))


def a_folder(path: Path) -> None:
    path.mkdir()


def a_dead_link(path: Path) -> None:
    path.symlink_to(path.with_name("altrove.md"))


def no_folder_around_it(path: Path) -> None:
    path.parent.rmdir()
    path.parent.touch()


def a_dead_link_around_it(path: Path) -> None:
    path.parent.rmdir()
    path.parent.symlink_to(path.parent.with_name("altrove"))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (empty, r"informativa\.md: is empty: write the Comune's text into it, or remove it"),
        (other_letters, r"informativa\.md: is no text in UTF-8"),
        (a_folder, r"informativa\.md: cannot be read"),
        (a_dead_link, r"informativa\.md: is a link that leads nowhere"),
        (no_folder_around_it, r"informativa\.md: cannot be read"),
        (a_dead_link_around_it, r"informativa\.md: is a link that leads nowhere"),
    ],
)
def test_one_that_cannot_be_published_is_refused_and_ours_takes_no_place_of_it(
    path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    spoil(path.parent / "mio.testi" / "informativa.md")
    with pytest.raises(SettingsError, match=words):
        _ = settings_of(path).notice_text
    with pytest.raises(SettingsError, match=words):
        run(settings_of(path), main)
    assert not (path.parent / "state").exists()


def test_a_name_that_nothing_publishes_is_told(path: Path) -> None:
    for name in ("Informativa.md", "condizioni.docx", ".informativa.md.swp", "riconosci.md"):
        (path.parent / "mio.testi" / name).write_text("Testo.")
    (told,) = documents.troubles(path)
    assert "Informativa.md: nothing publishes it: the names are informativa.md, condizioni.md" in told


def test_no_machine_is_set_up_that_could_not_publish_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = write_profile(tmp_path)
    settings = Settings(load_profile(profile), profile, tmp_path)
    own = documents.folder(profile)
    own.mkdir()
    (own / "condizioni.md").touch()
    with pytest.raises(PlanError, match=r"condizioni\.md: is empty"):
        plan.of(settings)
    elsewhere = tmp_path / "casa" / "condizioni.md"
    elsewhere.parent.mkdir()
    elsewhere.write_text("Testo.")
    monkeypatch.setattr(plan, "HIDDEN", (str(elsewhere.parent),))
    (own / "condizioni.md").unlink()
    (own / "condizioni.md").symlink_to(elsewhere)
    (told,) = plan.of(settings).troubles()
    assert told.startswith(f"{elsewhere}: the units see nothing below {elsewhere.parent}")


def test_a_place_that_waits_is_counted_whoever_should_fill_it() -> None:
    assert gaps("Per [periodo da completare], {ignoto}, scrivi al [Garante](https://garante.example).") == 2
    assert gaps("Il [Garante](https://garante.example), {{1}}.") == 0
    for name in documents.NAMES:
        text = (documents.OURS / name).read_text(encoding="utf-8")
        assert ("Testo da completare dal Comune" in text) == ("> [" in text), "its first line is counted, too"
