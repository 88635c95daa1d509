"""A form that is open while the installation goes to another version, and back: it waits, and counts once."""

from pathlib import Path

import pytest

from tests.world.released import Released

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("upgrade")]  # an installation of its own


def test_a_form_waits_through_an_upgrade_and_its_way_back_and_its_bulletin_is_sent_once(
    tmp_path: Path,
) -> None:
    here = Released(tmp_path, migrates=False)
    here.start()
    try:
        waiting = here.waiting()
        here.travel("--apply", "--to", "v2")
        assert here.lost(waiting, "v2") == []
        here.travel("--back")
        assert here.lost(waiting, "v1") == []
        assert here.answered(waiting) == []
    finally:
        here.stop()
