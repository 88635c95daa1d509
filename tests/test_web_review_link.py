"""From the call on an editor's phone to the form: the link leads to whichever run holds it now."""

from sqlmodel import Session

from db.engine import transaction
from db.models import Bulletin, BulletinStatus, Call, CallChannel, CallStatus, Receipt
from tests.world.builders import NOW, make_bulletin
from tests.world.web_site import Site


def made(session: Session, status: BulletinStatus, run_id: str | None = "run-1") -> Bulletin:
    bulletin = make_bulletin(session, status=status, slot_at=None)
    bulletin.review_run_id = run_id
    session.add(bulletin)
    session.flush()
    return bulletin


def test_the_link_follows_the_form_into_a_new_run(site: Site) -> None:
    with transaction(site.web.engine) as session:
        bulletin = made(session, BulletinStatus.in_review)
    link = site.web.settings.review_link(bulletin.code)
    path = link.removeprefix(site.web.settings.profile.servers.public)
    for run_id in ("run-1", "run-2"):
        with transaction(site.web.engine) as session:
            session.get_one(Bulletin, bulletin.id).review_run_id = run_id
        for method in ("GET", "HEAD"):
            answer = site.request(method, path)
            assert answer.status_code == 302
            assert answer.headers["location"] == f"http://127.0.0.1:4200/v2/runs/flow-run/{run_id}"
            assert answer.headers["cache-control"] == "no-store"


def test_while_the_form_is_being_opened_the_list_of_runs_is_shown(site: Site) -> None:
    with transaction(site.web.engine) as session:
        code = made(session, BulletinStatus.draft, None).code
    assert site.request("GET", f"/r/{code}").headers["location"] == "http://127.0.0.1:4200/v2/runs"


def test_a_citizen_who_knows_the_code_of_a_sent_bulletin_learns_nothing(site: Site) -> None:
    with transaction(site.web.engine) as session:
        code = made(session, BulletinStatus.sent).code
    answer = site.request("GET", f"/r/{code}")
    assert (answer.status_code, "location" in answer.headers) == (410, False)
    assert "Nessuna decisione da prendere" in answer.text
    assert f'href="/b/{code}"' in answer.text
    assert "run-1" not in answer.text
    assert "4200" not in answer.text
    assert site.request("GET", "/r/unknown").status_code == 404


def test_the_provider_s_word_on_a_call_reaches_the_call_and_no_delivery(site: Site) -> None:
    with transaction(site.web.engine) as session:
        bulletin = made(session, BulletinStatus.in_review)
        call = Call(
            bulletin_id=bulletin.id,
            version_number=1,
            turn=1,
            editor="Anna Redazione",
            channel=CallChannel.whatsapp,
            called_at=NOW,
            until=NOW,
            status=CallStatus.uncertain,
            status_at=NOW,
        )
        session.add(call)
        session.flush()
    for status in ("delivered", "sent", "read", "delivered"):
        site.tell(_status(str(call.id), status))
    with transaction(site.web.engine) as session:
        found = session.get_one(Call, call.id)
        assert (found.status, found.receipt) == (CallStatus.accepted, Receipt.read)


def _status(opaque: str, status: str) -> object:
    one = {
        "id": f"wamid.{opaque}",
        "status": status,
        "timestamp": str(int(NOW.timestamp())),
        "recipient_id": "393331000000",
        "biz_opaque_callback_data": opaque,
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "393331234567", "phone_number_id": "100000000000001"},
        "statuses": [one],
    }
    change = {"field": "messages", "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
