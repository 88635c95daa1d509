"""A bulletin of which an alert is of another level by now does not leave, whoever approved it."""

import pytest

from db import bulletins
from db.models import BulletinStatus, Level
from flows.sending.drain import HeldError
from tests.test_sources_rereading import answered, approved, calls, counts, dispatched
from tests.world.builders import make_weather_alert
from tests.world.comune import Comune


def with_an_alert(comune: Comune) -> int:
    """Approved with a yellow alert of tomorrow in it, which has become an orange one since."""
    with comune.look() as session:
        make_weather_alert(session, level=Level.gialla, now=comune.now)
    number = approved(comune)
    assert any("GIALLA" in item.text for item in comune.items(number))
    with comune.look() as session:
        make_weather_alert(session, level=Level.arancione, now=comune.now)
    return number


def test_an_alert_of_another_level_by_now_holds_the_bulletin(comuni: Comune) -> None:
    number = with_an_alert(comuni)
    with pytest.raises(HeldError, match=r"l'allerta è cambiata\. Prima: gialla per .+ Ora: arancione per "):
        dispatched(comuni, number)
    assert counts(comuni) == [0] * 5
    (letter,) = {one.text.split("Adesso: ")[1].splitlines()[0] for one in calls(comuni)}
    assert letter.startswith("arancione per temporali forti")
    assert answered(comuni, number) == BulletinStatus.in_review, "no word of a person sends the old level"
    with comuni.look() as session:
        version = bulletins.latest(session, number)
        assert version is not None
        assert "Scegli «Rileggi il sito», o scrivi tu il livello di adesso." in version.problems
    place = next(item.position for item in comuni.items(number) if item.weather_alert_id)
    text = "Mercoledì 25 novembre allerta ARANCIONE per temporali forti."
    assert answered(comuni, number, **{f"notizia_{place}": text}) == BulletinStatus.approved
    assert dispatched(comuni, number) == 5


def test_the_site_read_again_takes_the_old_level_out(comuni: Comune) -> None:
    """Orange is told by an urgent bulletin of its own."""
    number = with_an_alert(comuni)
    with pytest.raises(HeldError):
        dispatched(comuni, number)
    answered(comuni, number, decisione="Rileggi il sito e aggiorna la bozza")
    assert not any(item.weather_alert_id for item in comuni.items(number))
    assert answered(comuni, number) == BulletinStatus.approved
    assert dispatched(comuni, number) == 5
