"""A bulletin sent by hand through the real server, worker and web app: lists, checklist, account."""

import json
import stat
from uuid import UUID

import pytest

from db import handovers, recipients
from db.engine import transaction
from db.models import BulletinStatus
from flows.by_hand import files
from flows.by_hand.lists import RECORD
from flows.privacy.lists import read
from tests.world.editor import Editor, browser_page, control, run_page, sign_in
from tests.world.installation import Installation, filled, wait_for
from tests.world.trouble import kill

pytestmark = pytest.mark.xdist_group("installation")
ASSISTED = ('ordinary = "cloud"', 'ordinary = "assisted"')


def subscribers(installation: Installation) -> int:
    with transaction(installation.engine) as session:
        return recipients.subscribed(session)


def waiting(installation: Installation, number: int, *, also_in: str = "") -> str:
    """The run that waits for the operator."""

    def found() -> str | None:
        with transaction(installation.engine) as session:
            handover = handovers.of(session, number)
        if handover is None or handover.run_id in (None, also_in):
            return None
        with installation.prefect() as client:
            state = client.read_flow_run(UUID(handover.run_id)).state
        return handover.run_id if state is not None and state.is_paused() else None

    return wait_for(f"the checklist of bulletin {number}", found)


def form_of(installation: Installation, run_id: str, round_: int) -> dict[str, str]:
    """What the form asks: title by field."""

    def stored() -> str | None:
        with installation.prefect() as client:
            kept = client.filter_flow_run_input(
                UUID(run_id), f"suspended-review-{round_}-schema", limit=1, exclude_keys=set()
            )
        return kept[0].value if kept else None

    schema = json.loads(wait_for(f"the form of round {round_}", stored))
    return {name: field["title"] for name, field in schema["properties"].items()}


@pytest.mark.rehearsal
def test_a_bulletin_is_sent_by_hand_and_accounted_for(installation: Installation) -> None:
    """With a DISATTIVA while the list waits, and a worker killed before the operator answers."""
    with installation.profile(ASSISTED):
        number = installation.draft("Mercato settimanale spostato in via Verdi")
        installation.answer(number, "Approva: parte subito")
        run_id = waiting(installation, number)
        assert installation.bulletin(number).status == BulletinStatus.sending
        place = files.folder(installation.settings, number)
        phones = [phone["number"] for phone in installation.ask("/_prova/telefoni")]
        listed = [row.text for row in read(place / "lista-1-di-1.vcf")]
        assert set(listed) <= set(phones)
        assert {stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()} == {0o600}
        leaver, last = listed[0], len(listed) - 1
        installation.ask(f"/_prova/telefoni/{leaver}/messaggi", {"text": "DISATTIVA"})
        kill(installation, "worker start")

        def left() -> bool:
            installation.verb("watch")
            return leaver not in [row.text for row in read(place / "lista-1-di-1.csv")]

        wait_for("the list without who left", left)
        assert waiting(installation, number) == run_id
        form = {name: False if name.startswith("lista") else "" for name in form_of(installation, run_id, 1)}
        assert installation.post(run_id, filled(form, RECORD)) == "ACCEPT"
        titles = form_of(installation, run_id, 2)
        assert titles["lista_1_v2"] == f"Lista 1 di 1 ({last} {'numero' if last == 1 else 'numeri'}): inviata"
        run_id = waiting(installation, number)
        with browser_page() as page:
            operator = Editor(page, run_page(installation, run_id), "a-mano")
            sign_in(installation, page)
            page.goto(f"{run_page(installation, run_id)}?tab=Artifacts")
            page.get_by_text(f"a-mano-{number}", exact=True).last.click()
            page.get_by_text("Testo da incollare").wait_for()
            operator.shoot("page")
            dialog = operator.open()
            operator.press(control(dialog, "Lista 1 di 1"))
            operator.choose("Che cosa vuoi fare?", RECORD)
            operator.choose("Chi sei", "Anna Redazione")
            operator.shoot("form")
            operator.confirm()
        sent = installation.ends_as(number, "sent")
        assert sent.status_by == "Anna Redazione"
        said = installation.verb("certificate", str(number))
        assert (
            f"Previsti {last + 1} = accettati 0 + falliti 0 + saltati 1 + incerti 0 + dichiarati {last}"
            in said
        )
        assert wait_for("the lists to go", lambda: not place.exists())
        assert not any(installation.received(sent.code).values())
        told = installation.verb("history", str(number))
        assert f"Anna Redazione: liste inviate: 1 ({last} numeri)" in told
    # for the tests that come after
    installation.ask(f"/_prova/telefoni/{leaver}/messaggi", {"text": "ATTIVA"})
    wait_for("who left to be back", lambda: last < subscribers(installation))
