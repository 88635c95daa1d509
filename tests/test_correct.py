"""A correction reaches exactly those who got the original; a send is stopped, an approval taken back."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from db import bulletins, recipients, told_news
from db.bulletins import TransitionError
from db.engine import transaction
from db.models import (
    Approval,
    Bulletin,
    BulletinKind,
    BulletinStatus,
    Delivery,
    DeliveryStatus,
    RecipientStatus,
    Scope,
)
from db.vault import Vault
from flows.approve import load_round
from flows.bulletin.language.markup import parameter
from flows.correct import CHANGE, ERROR, CorrectionError, draft_correction, listing
from flows.dispatch import dispatch_bulletin
from flows.draft.evidence import misquoted
from flows.review.acts import NotDoneError
from flows.sending.drain import BY_A_PERSON, DispatchError
from flows.settings import Settings
from flows.stop import reopen_decided, stop_sending
from flows.watch import look
from flows.web.pages import bulletin as bulletin_page
from tests.world import outbox
from tests.world.builders import NOW, item_of, make_bulletin, make_news_item, make_recipient
from tests.world.comune import APPROVE, Comune


@pytest.fixture
def sqlite_session(sqlite: Engine) -> Iterator[Session]:
    with transaction(sqlite) as session:
        yield session


WHO = "Anna Redazione"
RIGHT = "Via Roma chiude lunedì 30 novembre dalle 8 alle 18."


def sent_bulletin(comune: Comune, *, kind: BulletinKind = BulletinKind.ordinary) -> int:
    """An approved bulletin of one news, sent to the five phones."""
    with comune.look() as session:
        number = make_bulletin(session, kind=kind, status=BulletinStatus.in_review).id
    comune.answer(number, APPROVE)
    dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    return number


def correction(
    comune: Comune, original: int, *, reason: str = ERROR, right: str = RIGHT, wrong: str = ""
) -> int:
    number = draft_correction(
        comune.settings,
        comune.engine,
        bulletin_id=original,
        position=1,
        reason=reason,
        right=right,
        wrong=wrong,
        who=WHO,
        now=comune.now,
    )
    comune.move(number, BulletinStatus.in_review)
    return number


def test_a_correction_goes_to_those_who_got_the_original_and_have_not_left(comuni: Comune) -> None:
    left, *others = comuni.subscribe()
    original = sent_bulletin(comuni)
    with comuni.look() as session:
        late = make_recipient(session, comuni.settings.vault(), phone="+393339999999")  # joined later
        gone = recipients.find(session, comuni.settings.vault(), recipients.Address(phone=left))
        assert gone is not None
        recipients.opt_out(session, gone, now=comuni.now)
    number = correction(comuni, original)
    assert comuni.answer(number, APPROVE).status == BulletinStatus.approved
    certificate, reason = dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert (certificate.planned, certificate.accepted, reason) == (4, 4, None)
    received = comuni.received()
    assert [len(received[phone]) for phone in (left, *others)] == [1, 2, 2, 2, 2]
    text = received[others[0]][1]
    assert text.startswith(
        "Il Comune di Esempio corregge un messaggio che ti ha inviato su tua richiesta. "
        f"*Il dato giusto è questo:* {RIGHT}"
    )
    assert "Nel messaggio di martedì 24 novembre avevamo scritto per errore: Via Roma chiude" in text
    assert late.id not in {row.recipient_id for row in comuni.deliveries(number)}


@pytest.mark.parametrize(
    ("status", "is_reached"),
    [
        (DeliveryStatus.accepted, True),
        (DeliveryStatus.uncertain, True),
        (DeliveryStatus.declared, True),
        (DeliveryStatus.claimed, True),
        (DeliveryStatus.failed, False),
        (DeliveryStatus.skipped, False),
        (DeliveryStatus.queued, False),
    ],
)
@pytest.mark.parametrize("kind", [BulletinKind.correction, BulletinKind.all_clear])
def test_who_may_have_got_the_original_is_reached(
    sqlite_session: Session, vault: Vault, status: DeliveryStatus, is_reached: bool, kind: BulletinKind
) -> None:
    session = sqlite_session
    one = make_recipient(session, vault, scope=Scope.alerts)
    make_recipient(session, vault)
    original = make_bulletin(session, status=BulletinStatus.sent)
    outbox.plan(session, original.id, [one], now=NOW)
    (row,) = session.exec(select(Delivery))
    row.status = status
    follow = make_bulletin(session, kind=kind)
    told_news.link(session, follow.id, [original.id])
    assert recipients.audience_of(session, follow) == ([one] if is_reached else [])
    one.status = RecipientStatus.opted_out
    session.flush()
    assert recipients.audience_of(session, follow) == []


def test_a_correction_with_the_figures_of_the_wrong_text_is_pointed_out(comune: Comune) -> None:
    comune.subscribe()
    original = sent_bulletin(comune)

    def pointed_out(right: str) -> bool:
        number = correction(comune, original, right=right, wrong="Via Roma chiude lunedì 30 novembre alle 9.")
        shown = load_round(comune.settings, comune.engine, number, now=comune.now)
        return any("Date, orari e numeri sono gli stessi" in line for line in shown.whole)

    assert pointed_out("La chiusura di via Roma è lunedì 30 novembre alle 9.")
    assert not pointed_out("Via Roma chiude lunedì 30 novembre alle 10.")
    assert not pointed_out("Via Roma resta aperta.")


def test_a_correction_that_does_not_know_its_original_goes_to_nobody(
    sqlite_session: Session, vault: Vault
) -> None:
    make_recipient(sqlite_session, vault)
    with pytest.raises(ValueError, match="needs to know what it puts right"):
        recipients.audience_of(sqlite_session, make_bulletin(sqlite_session, kind=BulletinKind.correction))


def test_what_a_refused_quotation_names_is_accepted_as_it_stands(sqlite_session: Session) -> None:
    """Of two lines with one title, too, and of marks that a phone shows otherwise."""
    session = sqlite_session
    news, telling_stars = make_news_item(session), "Sabato *6* e *7* in piazza."
    lines = [item_of(news), item_of(news, text=telling_stars)]
    original = make_bulletin(session, lines, status=BulletinStatus.sent)
    number = make_bulletin(session, lines, kind=BulletinKind.correction)
    number.template = "correzione"
    told_news.link(session, number.id, [original.id])

    def told(quoted: str) -> list[str]:
        return misquoted(session, number, [lines[0], item_of(news, text=quoted)])

    (refused,) = told("Domenica in piazza")
    named = re.findall(r"«([^«»]+)»", refused.partition("chi legge ha visto: ")[2])
    assert len(named) == 2
    assert [told(one) for one in named] == [[], []]
    assert told(parameter(telling_stars)) == []


def test_the_seal_binds_which_bulletin_is_put_right(comune: Comune) -> None:
    comune.subscribe()
    original, other = sent_bulletin(comune), sent_bulletin(comune)
    number = correction(comune, original)
    comune.answer(number, APPROVE)
    with comune.look() as session:
        told_news.link(session, number, [other])
    with pytest.raises(DispatchError, match="non è più quello approvato"):
        dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)


def test_no_correction_overtakes_its_original(comune: Comune) -> None:
    comune.subscribe()
    original = sent_bulletin(comune)
    number = correction(comune, original)
    comune.answer(number, APPROVE)
    with comune.look() as session:
        bulletins.locked(session, original).status = BulletinStatus.sending
    with pytest.raises(DispatchError, match=f"corregge il {original}, che è ancora in invio"):
        dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)


def test_a_changed_fact_is_no_error_of_ours(comune: Comune) -> None:
    comune.subscribe()
    number = correction(comune, sent_bulletin(comune), reason=CHANGE, wrong="lunedì 30 novembre")
    assert comune.bulletin(number).template == "aggiornamento"
    assert [item.text for item in comune.items(number)] == [
        RIGHT,
        "martedì 24 novembre",
        "lunedì 30 novembre",
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"position": 2}, "non c'è una notizia 2: ne ha 1. Ricarica la pagina"),
        ({"who": "Chiunque"}, "non è di un redattore"),
        ({"right": " "}, "il testo è vuoto"),
        ({"right": "x" * 1100}, "troppo lungo.*Il riquadro più lungo è «Il testo giusto»: accorcialo"),
    ],
    ids=["no such item", "unknown editor", "empty", "too long"],
)
def test_a_correction_that_cannot_be_says_why(comune: Comune, changes: dict[str, object], words: str) -> None:
    comune.subscribe()
    original = sent_bulletin(comune)
    values = {"position": 1, "reason": ERROR, "right": RIGHT, "who": WHO, **changes}
    with pytest.raises(CorrectionError, match=words):
        draft_correction(
            comune.settings,
            comune.engine,
            bulletin_id=original,
            now=comune.now,
            **values,  # type: ignore[arg-type]
        )


def test_what_has_not_left_is_not_corrected(comune: Comune) -> None:
    with comune.look() as session:
        number = make_bulletin(session, status=BulletinStatus.approved).id
    with pytest.raises(CorrectionError, match="approvato: si corregge solo ciò che è partito"):
        correction(comune, number)


def test_the_originals_page_shows_the_banner_from_the_approval_on(comune: Comune) -> None:
    comune.subscribe()
    original = sent_bulletin(comune)
    code = comune.bulletin(original).code
    number = correction(comune, original)

    def banners() -> tuple[bulletin_page.Banner, ...]:
        with comune.look() as session:
            page = bulletin_page.page(comune.settings, session, code, now=comune.now)
        assert page is not None
        return page.banners

    assert banners() == ()
    comune.answer(number, APPROVE)
    (banner,) = banners()
    assert (banner.text, banner.address) == (
        f"Abbiamo corretto questo messaggio. Il dato giusto: {RIGHT}",
        None,
    )
    dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert banners()[0].address == f"/b/{comune.bulletin(number).code}"
    with comune.look() as session:
        page = bulletin_page.page(comune.settings, session, comune.bulletin(number).code, now=comune.now)
    assert page is not None
    (article,) = page.articles
    assert article.lines[0] == ("Il dato giusto", RIGHT)


def test_an_editor_sees_what_changed_or_went_after_the_send(sqlite_session: Session) -> None:
    session = sqlite_session
    same, changed, gone, before = (make_news_item(session) for _ in range(4))
    for news in (same, changed, gone, before):
        make_bulletin(session, [item_of(news)], status=BulletinStatus.sent)
    changed.facts_changed_at = NOW + timedelta(hours=1)
    before.facts_changed_at = NOW - timedelta(hours=1)
    gone.page_failures, gone.page_failure = 2, "answers 404"
    session.flush()
    found = told_news.to_put_right(session, since=NOW - timedelta(days=1))
    assert {one.item.news_item_id for one in found} == {changed.id, gone.id}
    assert len(told_news.sent(session, since=NOW - timedelta(days=1))) == 4
    assert told_news.sent(session, since=NOW + timedelta(days=1)) == []


def test_the_list_names_the_numbers_to_choose_by(comune: Comune) -> None:
    comune.subscribe()
    original = sent_bulletin(comune)
    assert f"- Notizia 1 del bollettino (numero {original}): Chiusura di via Roma" in listing(
        comune.engine, comune.now
    )


def test_a_send_is_stopped_between_two_blocks(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    comune.subscribe()
    outbox.two_at_a_time(monkeypatch)
    with comune.look() as session:
        number = make_bulletin(session, status=BulletinStatus.in_review).id
    comune.answer(number, APPROVE)
    said: list[str] = []

    def press() -> None:
        if not said:
            said.append(stop_sending(comune.settings, comune.engine, number, who=WHO, now=comune.now))

    certificate, reason = dispatch_bulletin(
        comune.settings, comune.engine, number, now=comune.now, progress=press
    )
    assert said[0].startswith(f"Invio del bollettino {number} fermato: ")
    assert (certificate.accepted + certificate.open, reason) == (5, BY_A_PERSON)
    assert 2 <= certificate.accepted <= 4, "what was on its way, and no more"
    assert sum(len(texts) for texts in comune.received().values()) == certificate.accepted
    stopped = comune.bulletin(number)
    assert (stopped.status, stopped.status_by) == (BulletinStatus.stopped, WHO)


def test_an_approved_bulletin_is_reopened_and_needs_a_new_approval(comuni: Comune) -> None:
    comuni.subscribe()
    with comuni.look() as session:
        number = make_bulletin(session, status=BulletinStatus.in_review).id
    comuni.answer(number, APPROVE)
    said = reopen_decided(comuni.settings, comuni.engine, number, who=WHO, now=comuni.now)
    assert "va approvato di nuovo" in said
    assert comuni.bulletin(number).status == BulletinStatus.in_review
    with pytest.raises(DispatchError, match="non è approvato"):
        dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    with comuni.look() as session:
        assert bulletins.approved(session, number) is None
    assert comuni.answer(number, APPROVE).status == BulletinStatus.approved
    with comuni.look() as session:
        voided = [
            row.voided_at is not None for row in session.exec(select(Approval).order_by(col(Approval.id)))
        ]
    assert voided == [True, False]
    dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert comuni.bulletin(number).status == BulletinStatus.sent


def test_a_bulletin_that_is_reopened_after_its_deadline_can_be_approved_until_its_grace_ends(
    comune: Comune,
) -> None:
    slot, minute = NOW + timedelta(minutes=30), timedelta(minutes=1)
    words = "Approva: parte martedì"
    with comune.look() as session:
        number = make_bulletin(
            session, status=BulletinStatus.in_review, slot_at=slot, deadline_at=slot - 15 * minute
        ).id
    comune.answer(number, words, now=slot - 20 * minute)
    said = reopen_decided(comune.settings, comune.engine, number, who=WHO, now=slot - 10 * minute)
    assert said.endswith("va approvato di nuovo entro martedì 24 novembre, ore 12.")
    assert look(comune.settings, comune.engine, now=slot - 9 * minute).waiting == (number,)
    assert comune.answer(number, words, now=slot + 50 * minute).status == BulletinStatus.approved
    with pytest.raises(NotDoneError, match="è tardi"):
        reopen_decided(comune.settings, comune.engine, number, who=WHO, now=slot + 61 * minute)
    assert comune.bulletin(number).status == BulletinStatus.approved


def test_one_without_a_slot_can_be_approved_for_as_long_as_a_new_one(comune: Comune) -> None:
    later = NOW + timedelta(days=2)
    with comune.look() as session:
        number = make_bulletin(
            session, kind=BulletinKind.urgent, status=BulletinStatus.in_review, deadline_at=NOW
        ).id
    comune.answer(number, APPROVE)
    reopen_decided(comune.settings, comune.engine, number, who=WHO, now=later)
    assert comune.answer(number, APPROVE, now=later + timedelta(hours=1)).status == BulletinStatus.approved


@pytest.mark.parametrize("status", [one for one in BulletinStatus if one != BulletinStatus.approved])
def test_only_an_approved_bulletin_is_reopened(sqlite_session: Session, status: BulletinStatus) -> None:
    bulletin: Bulletin = make_bulletin(sqlite_session, status=status)
    with pytest.raises(TransitionError):
        bulletins.reopen(sqlite_session, bulletin, by=WHO, now=NOW)
    assert bulletin.status == status


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (BulletinStatus.sent, "niente da fermare. .* usa «correggi»"),
        (BulletinStatus.approved, "usa «riapri»"),
    ],
)
def test_what_is_not_being_sent_is_not_stopped(comune: Comune, status: BulletinStatus, words: str) -> None:
    with comune.look() as session:
        number = make_bulletin(session, status=status).id
    with pytest.raises(NotDoneError, match=words):
        stop_sending(comune.settings, comune.engine, number, who=WHO, now=comune.now)
    assert comune.bulletin(number).status == status


def test_who_is_no_editor_changes_nothing(comune: Comune) -> None:
    with comune.look() as session:
        sending = make_bulletin(session, status=BulletinStatus.sending).id
        ready = make_bulletin(session, status=BulletinStatus.approved).id
    settings: Settings = comune.settings
    with pytest.raises(NotDoneError, match=r"(?i)non è cambiato niente"):
        stop_sending(settings, comune.engine, sending, who="X", now=NOW)
    with pytest.raises(NotDoneError, match=r"(?i)non è cambiato niente"):
        reopen_decided(settings, comune.engine, ready, who="X", now=NOW)
    assert comune.bulletin(sending).status == BulletinStatus.sending
    assert comune.bulletin(ready).status == BulletinStatus.approved
