"""The whole chain on PostgreSQL is stopped and started again, and its answer waits for who has the row."""

import re
import time

import pytest

from db.models import BulletinStatus
from tests.world.installation import Installation, filled, wait_for
from tests.world.trouble import APPROVE, held, is_running, sent_once, status, versions

pytestmark = pytest.mark.xdist_group("desk")  # its installation is on PostgreSQL


def test_a_stopped_chain_picks_up_what_waits(installation: Installation) -> None:
    assert installation.settings.database.startswith("postgresql")
    number = installation.draft("Corso di italiano in biblioteca")
    waits = installation.run_of(number)
    assert installation.stop() == 0
    assert not installation.processes()
    assert _link(installation.start()).endswith(waits), "the same run waits after a second start"
    run_id, form = installation.form_of(number)
    with held(installation, number):
        assert installation.post(run_id, filled(form, APPROVE)) == "ACCEPT"
        wait_for("its run to wait for the row", lambda: is_running(installation, run_id))
        time.sleep(5)
        assert status(installation, number) == BulletinStatus.in_review
    sent_once(installation, number)
    assert [one.answered_run_id for one in versions(installation, number)] == [None, run_id]


def _link(said: str) -> str:
    found = re.search(r"to approve \S+ menu, Resume\):\s+(\S+)", said)
    assert found, said
    return found[1].partition("&")[2]  # what lets in is another at each start
