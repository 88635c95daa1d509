"""What the doctor says of the copies: their age, their folder, and whether one was ever restored."""

from datetime import timedelta
from pathlib import Path

import pytest

from db import disk
from flows.backup.drill import FOLDER, Report
from flows.backup.shelf import ARCHIVE, Shelf
from flows.doctor import backups
from flows.doctor.finding import Verdict
from flows.profiles.backup import Backup
from flows.settings import Settings
from tests.world.comune import Comune
from tests.world.examined import answer

KEY = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def shelf(comune: Comune, tmp_path: Path) -> Shelf:
    table = Backup(folder=tmp_path / "copie", recipients=[KEY])
    table.folder.mkdir()
    comune.settings.profile = comune.settings.profile.model_copy(update={"backup": table})
    return Shelf(table.folder, comune.settings.profile.slug)


@pytest.mark.parametrize(
    ("age", "verdict", "words"),
    [
        (5 * HOUR, Verdict.good, "L'ultima copia è di 5 ore fa."),
        (31 * HOUR, Verdict.attention, "L'ultima copia è di 31 ore fa."),
        (4 * DAY, Verdict.failed, "L'ultima copia è di 4 giorni fa."),
    ],
)
def test_a_copy_that_grows_old_is_said(
    comune: Comune, shelf: Shelf, age: timedelta, verdict: Verdict, words: str
) -> None:
    (shelf.folder / shelf.name(comune.now - 40 * DAY, ARCHIVE)).touch()
    (shelf.folder / shelf.name(comune.now - age, ARCHIVE)).touch()
    (shelf.folder / "something-else.age").touch()
    said = answer(comune, backups.archive)
    assert (said.verdict, said.words) == (verdict, words)


def test_no_copy_no_folder_and_no_table_are_each_said(comune: Comune, shelf: Shelf) -> None:
    assert answer(comune, backups.archive).words == "Nella cartella delle copie non c'è nessuna copia."
    shelf.folder.rmdir()
    said = answer(comune, backups.archive)
    assert said.verdict == Verdict.failed
    assert str(shelf.folder) in said.detail
    profile = comune.settings.profile.model_copy(update={"backup": None})
    comune.settings.profile = profile
    assert answer(comune, backups.archive).is_left_out
    comune.settings.profile = profile.model_copy(update={"stage": "trial"})
    assert answer(comune, backups.archive).verdict == Verdict.failed


def test_a_copy_that_nobody_tried_or_that_failed_is_said(comune: Comune, shelf: Shelf) -> None:
    assert shelf.newest() is None
    assert answer(comune, backups.trial).words == "Nessuna copia è mai stata provata."
    for number, (age, is_good, verdict) in enumerate(
        [(2 * DAY, True, Verdict.good), (40 * DAY, True, Verdict.attention), (HOUR, False, Verdict.failed)]
    ):
        report = Report(at=comune.now - age, is_good=is_good, trouble="" if is_good else "a hash differs")
        path = comune.settings.state / FOLDER / f"{number}.json"
        disk.replace(path, report.model_dump_json().encode())
        assert answer(comune, backups.trial).verdict == verdict


def test_the_privacy_notice_tells_how_long_copies_are_kept(comune: Comune, tmp_path: Path) -> None:
    def told(table: Backup | None) -> str:
        ours = comune.settings
        profile = ours.profile.model_copy(update={"backup": table})
        text = Settings(profile, ours.path, ours.state, ours.database).notice_text
        return text.partition("- Le copie di sicurezza del servizio, cifrate: ")[2].partition("\n")[0]

    table = Backup(folder=tmp_path, recipients=[KEY], keep_days=45)
    assert told(table) == "45 giorni; ciò che cancelliamo vi resta fino ad allora."
    assert told(table.model_copy(update={"keep_days": 1})).startswith("un giorno;")
    assert told(None) == "non ne facciamo."
