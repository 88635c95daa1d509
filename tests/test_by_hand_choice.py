"""By which way a bulletin leaves: what the profile says, what is checked then, what the register tells."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlmodel import col, select

from db import bulletins, handovers, told_news
from db.models import BulletinKind, Delivery, Recipient
from flows.dispatch import dispatch_bulletin, prepare
from flows.letters.briefing import briefing, reach
from flows.privacy import basis, register
from flows.profiles.comune import Profile
from flows.sending import channel as choice
from flows.sending import preflight
from flows.sending.drain import DispatchError
from flows.settings import Settings, SettingsError, load_profile
from flows.staff.calls import ways
from tests.test_by_hand import ASSISTED, CHANNEL, handed
from tests.test_dispatch import approved
from tests.world.builders import make_bulletin
from tests.world.comune import Comune, write_profile


def test_a_channel_needs_no_ground_and_lists_do(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basis, "missing", lambda _: "Manca la base giuridica.")
    comune.reprofile(ASSISTED)
    with pytest.raises(DispatchError, match="base giuridica"):
        dispatch_bulletin(comune.settings, comune.engine, approved(comune), now=comune.now)
    handed(comune, CHANNEL)


def test_no_check_of_the_cloud_api_holds_what_a_person_sends(comune: Comune) -> None:
    comune.subscribe()
    comune.ask("POST", "/_prova/numero", {"status": "BANNED"})
    comune.reprofile(ASSISTED)
    number = approved(comune)
    with comune.look() as session:
        order = prepare(comune.settings, session, number, now=comune.now)
    found = preflight.look(comune.settings, comune.engine, order, site=(), places=[], now=comune.now)
    assert [one.name for one in found.checks] == [
        "Testo e orario",
        "Notizie sul sito",
        "Copia del database",
        "Invio a mano",
    ]
    assert found.checks[-1].words == "5 destinatari in 1 lista da 256 numeri al massimo."
    assert not found.refusals


def test_a_correction_and_an_all_clear_go_the_way_of_what_they_put_right(comune: Comune) -> None:
    number = handed(comune, CHANNEL)
    with comune.look() as session:
        correction = make_bulletin(session, kind=BulletinKind.correction)
        told_news.link(session, correction.id, [number])
        urgent = make_bulletin(session, kind=BulletinKind.urgent)
        end = make_bulletin(session, kind=BulletinKind.all_clear)
        told_news.link(session, end.id, [urgent.id])
        found = [choice.by_hand(comune.settings, session, one) for one in (correction, urgent, end)]
    assert found == ["channel", None, None]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([('ordinary = "cloud"', 'ordinary = "piccioni"')], "'cloud', 'assisted' or 'channel'"),
        (
            [
                ('alerts = "cloud"', 'alerts = "assisted"'),
                ("# standing_order", "standing_order"),
            ],
            "alerts wait for a person's hands",
        ),
    ],
)
def test_a_way_that_nobody_goes_is_refused(
    tmp_path: Path, changes: Sequence[tuple[str, str]], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        load_profile(write_profile(tmp_path, 8600, changes))


def test_a_profile_says_whether_anything_leaves_by_the_api(comune: Comune) -> None:
    assert comune.settings.profile.channel.uses_api
    comune.reprofile(ASSISTED, ('alerts = "cloud"', 'alerts = "channel"'))
    profile: Profile = comune.settings.profile
    assert not profile.channel.uses_api


def test_a_comune_without_the_api_needs_no_ids_of_meta(tmp_path: Path) -> None:
    ids = (("100000000000001", "0"), ("200000000000001", "0"), ('stage = "sandbox"', 'stage = "trial"'))
    path = write_profile(tmp_path, 8600, [*ids, ASSISTED])
    with pytest.raises(SettingsError, match="phone_number_id"):
        Settings(load_profile(path), path, tmp_path).require_filled()
    path = write_profile(tmp_path, 8600, [*ids, ASSISTED, ('alerts = "cloud"', 'alerts = "assisted"')])
    Settings(load_profile(path), path, tmp_path).require_filled()


def test_the_register_of_processing_names_the_files_and_the_telephone(comune: Comune) -> None:
    def written() -> str:
        return register.report(comune.settings, subscribers=5, now=comune.now)

    assert "liste per l'invio a mano" not in written()
    comune.reprofile(ASSISTED)
    assert "| File delle liste per l'invio a mano, sul server | fino alla dichiarazione" in written()
    assert "sul telefono del servizio" in written()
    assert "WhatsApp Business Platform" in written()
    comune.reprofile(CHANNEL, ('alerts = "cloud"', 'alerts = "channel"'))
    assert "WhatsApp Business Platform" not in written()
    assert "sul telefono del servizio" not in written()


def test_the_channel_is_the_same_row_in_every_bulletin(comune: Comune) -> None:
    for _ in range(2):
        number = handed(comune, CHANNEL) if not comune.deliveries(1) else approved(comune)
        dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    with comune.look() as session:
        rows = session.exec(select(Recipient).where(Recipient.phone_hash == handovers.CHANNEL)).all()
        owners = session.exec(select(Delivery.recipient_id).order_by(col(Delivery.id))).all()
    assert [rows[0].id] * 2 == list(owners)
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (ASSISTED, "Va a 5 persone, e lo invia una persona: non costa niente."),
        (CHANNEL, "Va nel canale WhatsApp, e lo pubblica una persona: non costa niente."),
    ],
)
def test_who_approves_reads_that_a_person_sends_it_and_that_it_is_free(
    comune: Comune, change: tuple[str, str], line: str
) -> None:
    comune.subscribe()
    comune.reprofile(change)
    number = approved(comune)
    with comune.look() as session:
        found = bulletins.approved(session, number)
        assert found is not None
        approval, version = found
        bulletin = bulletins.locked(session, number)
        assert approval.cost_estimate is None
        assert reach(comune.settings, session, bulletin, bulletins.items(session, version)) == line
        about = briefing(comune.settings, session, bulletin, version, now=comune.now)
    assert about.values["costo"] == "niente, lo invia una persona"


def test_an_editor_is_called_by_whatsapp_only_where_the_api_is_used(comune: Comune) -> None:
    editor = comune.settings.profile.editors[0]
    assert [channel for channel, _ in ways(comune.settings, editor)] == ["whatsapp", "sms", "email"]
    comune.reprofile(CHANNEL)
    assert len(ways(comune.settings, editor)) == 3
    comune.reprofile(CHANNEL, ('alerts = "cloud"', 'alerts = "channel"'))
    assert [channel for channel, _ in ways(comune.settings, editor)] == ["sms", "email"]
