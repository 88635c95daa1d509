"""Any order of news, editors, codes, time, crashes and re-runs: only what is approved leaves, and once.

The verbs' plain functions run on a database of their own. The clock and the provider are ours; what left is
kept there and compared with what is stored. `BOLLETTINO_REHEARSAL=1` tries many more orders.
"""

import os
from collections import Counter
from contextlib import nullcontext, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from sqlmodel import select

from db import bulletins, deliveries, recipients, senders
from db.engine import transaction
from db.models import LIVING, TURNED_DOWN, Bulletin, BulletinStatus, Delivery, DeliveryStatus, Recipient
from flows import dispatch
from flows.approve import load_round
from flows.compose import compose_draft
from flows.dispatch import due
from flows.door.sealed_code import OPERATOR
from flows.review.acts import NotDoneError
from flows.sending import drain, single
from flows.settings import DEMO, load_profile
from flows.sources import rereading, visit
from flows.stop import stop_sending
from flows.watch import look
from tests.world import outbox
from tests.world.comune import APPROVE, DISCARD, POSTPONE, SAVE, SECRETS
from tests.world.desk import ANNA, BRUNO, CODES, UNTOLD, Clock, Desk, Provider, as_fetcher

NEVER_SENT = tuple(map(BulletinStatus, ("rejected", "merged", "superseded", "expired", "missed")))
MAY_HAVE_GOT = (DeliveryStatus.accepted, DeliveryStatus.uncertain, DeliveryStatus.claimed)
SUBJECTS = (
    "Avviso pubblico per i soggiorni degli anziani",
    "Mercatino dell'usato in piazza della Vittoria",
    "Bando per l'assegnazione di orti urbani",
    "Orario estivo della biblioteca civica",
    "Concerto della banda cittadina in villa comunale",
)
SAMPLE, REREAD = "Mandami una prova sul telefono", "Rileggi il sito e aggiorna la bozza"
SEND_BACK = "Rimanda a chi ha preparato, con la nota"
FAULTS = st.lists(
    st.sampled_from(
        ["ok", "ok", "131026", "131050", "131000", "190", "lost", "lost but left", "unreached",
         "crash before", "crash after", "stop", "second sender", "reopen"]
    ),
    max_size=5,
)  # fmt: skip
BEGINNINGS = ("sending", "approved", "in review")
BY_HAND = (*((begins, "") for begins in BEGINNINGS), ("in review", POSTPONE), ("in review", DISCARD))
WHICH = st.integers(0, 2)  # among the bulletins, the newest first
WHO = st.sampled_from([ANNA, BRUNO])


class Orders(RuleBasedStateMachine):
    template: Path

    @initialize(
        approvals=st.integers(1, 2),
        begins=st.sampled_from(BEGINNINGS),
        faults=FAULTS,
    )
    def open(self, approvals: int, begins: str, faults: list[str]) -> None:
        """With a bulletin for Tuesday that is as far as that."""
        self.desk = Desk(self.template, approvals)
        self.desk.collect_news(SUBJECTS[0])
        self.compose(at_approval=False)
        if begins == "approved":
            self.a_sample_is_asked_for(0, ANNA, faults, [])
        if begins != "in review":
            self.approve_well(0, "", BRUNO, begins == "sending", faults)

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.close()

    @rule(subject=st.sampled_from(SUBJECTS))
    def news_come(self, subject: str) -> None:
        self.desk.collect_news(subject)

    @rule(at_approval=st.booleans())
    def compose(self, at_approval: bool) -> None:
        draft = compose_draft(
            self.desk.settings, self.desk.engine, at_approval=at_approval, now=self.desk.now
        )
        if draft.bulletin_id is not None:
            self.desk.open_window(draft.bulletin_id)

    @precondition(lambda self: self.desk.all())
    @rule(
        which=WHICH,
        decision=st.sampled_from([APPROVE, APPROVE, SAVE, SAMPLE, REREAD, SEND_BACK, POSTPONE, DISCARD, "?"]),
        who=st.sampled_from([ANNA, BRUNO, "Chi Non C'è"]),
        edit=st.sampled_from(["", "", "Ingresso libero per tutti.", UNTOLD, "x" * 1100]),
        is_code_right=st.booleans(),
        source=st.sampled_from(["", "telefonata all'ufficio"]),
        note=st.sampled_from(["", "Rivedere la data"]),
        added=st.sampled_from(["", "", "", "1", "2, 3", "99", "la prima"]),
        back=st.sampled_from([0, 0, 0, 1, 2]),
        is_read_later=st.booleans(),
    )
    def answer(
        self,
        which: int,
        decision: str,
        who: str,
        edit: str,
        is_code_right: bool,
        source: str,
        note: str,
        added: str,
        back: int,
        is_read_later: bool,
    ) -> None:
        """Any answer to any version of any bulletin, however little sense it makes."""
        bulletin = self.desk.chosen(which, BulletinStatus.in_review)
        assert bulletin is not None
        shown = load_round(self.desk.settings, self.desk.engine, bulletin.id, now=self.desk.now)
        texts = [f"{item.text} {edit}".strip() for item in shown.items] if edit and not back else None
        right = self.desk.code(who) if who in CODES else ""
        given = self.desk.give(
            bulletin.id,
            decision,
            who,
            texts=texts,
            code=right if is_code_right else f"{(int(right or 0) + 1) % 10**6:06}",
            source=source,
            note=note,
            added=added,
            version=max(shown.version - back, 1),
        )
        if is_read_later and bulletin.status == BulletinStatus.in_review:
            self.desk.unread.append(given)
        else:
            self.desk.take(given)

    @precondition(lambda self: self.desk.unread)
    @rule()
    def a_worker_comes(self) -> None:
        for answer in self.desk.unread:
            self.desk.take(answer)
        self.desk.unread.clear()

    @precondition(lambda self: self.desk.given)
    @rule(which=st.integers(0, 20))
    def an_answer_is_stored_again(self, which: int) -> None:
        answer = self.desk.given[which % len(self.desk.given)]
        if answer not in self.desk.unread:
            before = (self.desk.versions(), [one.status for one in self.desk.all()])
            self.desk.take(answer)
            assert (self.desk.versions(), [one.status for one in self.desk.all()]) == before

    @precondition(lambda self: self.desk.all())
    @rule(
        which=WHICH,
        edit=st.sampled_from(["", "", "Ingresso libero per tutti.", UNTOLD]),
        second=st.sampled_from([BRUNO, BRUNO, ANNA]),
        goes=st.booleans(),
        faults=FAULTS,
    )
    def approve_well(self, which: int, edit: str, second: str, goes: bool, faults: list[str]) -> None:
        """Anna, and then Bruno where two are needed; or Anna again, who is no second person.

        `goes`: and then its moment comes.
        """
        bulletin = self.desk.chosen(which, BulletinStatus.in_review)
        assert bulletin is not None
        for who in (ANNA, second):
            shown = load_round(self.desk.settings, self.desk.engine, bulletin.id, now=self.desk.now)
            texts = [item.text if edit in item.text else f"{item.text} {edit}" for item in shown.items]
            given = self.desk.give(
                bulletin.id, APPROVE, who, texts=texts, code=self.desk.code(who), source="telefonata"
            )
            if self.desk.take(given) != BulletinStatus.in_review:
                break
        if goes:
            self.desk.now = max(self.desk.now, bulletin.slot_at or self.desk.now)
            self.desk.send(bulletin.id, faults)

    @precondition(lambda self: self.desk.all())
    @rule(which=WHICH, who=WHO, faults=FAULTS, again=FAULTS)
    def a_sample_is_asked_for(self, which: int, who: str, faults: list[str], again: list[str]) -> None:
        """The run that stores the answer sends it, and the one after its death sends it no second time."""
        bulletin = self.desk.chosen(which, BulletinStatus.in_review)
        assert bulletin is not None
        self.desk.take(self.desk.give(bulletin.id, SAMPLE, who))
        self.desk.send_samples(bulletin.id, faults)
        self.desk.send_samples(bulletin.id, again)

    @rule(which=WHICH, who=WHO)
    def reopen(self, which: int, who: str) -> None:
        """One that was approved, or one that an editor decided not to send; or any, by mistake."""
        if bulletin := self.desk.chosen(which, BulletinStatus.approved, *TURNED_DOWN):
            self.desk.reopen(bulletin.id, who)

    @precondition(lambda self: self.desk.all())
    @rule(which=WHICH, who=WHO, decision=st.sampled_from([POSTPONE, DISCARD]), faults=FAULTS)
    def a_mistake_is_undone(self, which: int, who: str, decision: str, faults: list[str]) -> None:
        """And what comes back is approved, where that can still be."""
        bulletin = self.desk.chosen(which, BulletinStatus.in_review)
        assert bulletin is not None
        self._says(bulletin.id, decision, who)
        self.desk.reopen(bulletin.id, who)
        self.approve_well(which, "", BRUNO, True, faults)

    @precondition(lambda self: self.desk.all())
    @rule(which=WHICH, who=WHO, is_sent_back=st.booleans())
    def one_word_after_all_was_taken_back(self, which: int, who: str, is_sent_back: bool) -> None:
        """What was said before a re-opening or a sending back counts no more."""
        bulletin = self.desk.chosen(
            which, BulletinStatus.in_review if is_sent_back else BulletinStatus.approved
        )
        assert bulletin is not None
        if is_sent_back:
            self._says(bulletin.id, APPROVE, ANNA if who == BRUNO else BRUNO)
            self._says(bulletin.id, SEND_BACK, who)
        else:
            self.desk.reopen(bulletin.id, who)
        self._says(bulletin.id, APPROVE, who)
        self.desk.now = max(self.desk.now, bulletin.slot_at or self.desk.now)
        self.desk.send(bulletin.id, [])

    def _says(self, number: int, decision: str, who: str) -> None:
        code = self.desk.code(who)
        self.desk.take(self.desk.give(number, decision, who, code=code, source="telefonata"))

    @rule(which=WHICH, who=WHO)
    def stop(self, which: int, who: str) -> None:
        if bulletin := self.desk.chosen(which, BulletinStatus.sending):
            can = bulletin.status in (BulletinStatus.sending, BulletinStatus.stopped)
            with nullcontext() if can else suppress(NotDoneError):
                stop_sending(
                    self.desk.settings,
                    self.desk.engine,
                    bulletin.id,
                    who=who,
                    proof=OPERATOR,
                    now=self.desk.now,
                )

    @rule(minutes=st.sampled_from([1, 4, 4, 20, 61]))
    def time_passes(self, minutes: int) -> None:
        self.desk.now += timedelta(minutes=minutes)

    @rule(which=WHICH, past=st.sampled_from([-1, 0, 1, 30, 60, 61]), deadline=st.booleans())
    def its_moment_comes(self, which: int, past: int, deadline: bool) -> None:
        bulletin = self.desk.chosen(which, BulletinStatus.approved, BulletinStatus.in_review)
        at = (bulletin.deadline_at if deadline else bulletin.slot_at) if bulletin else None
        if at:
            self.desk.now = max(self.desk.now, at + timedelta(minutes=past))

    @rule(faults=FAULTS)
    def watch(self, faults: list[str]) -> None:
        answering = {number for number, _ in self.desk.unread}
        found = look(self.desk.settings, self.desk.engine, answering=answering, now=self.desk.now)
        for number in found.waiting:
            self.desk.open_window(number)
        for number in (*found.to_send, *found.broken):
            self.desk.send(number, faults)

    @rule(faults=FAULTS)
    def the_slots_run(self, faults: list[str]) -> None:
        for number in due(self.desk.settings, self.desk.engine, self.desk.now):
            self.desk.send(number, faults)

    @precondition(lambda self: self.desk.all())
    @rule(which=WHICH, faults=FAULTS, again=FAULTS)
    def dispatch_started_twice(self, which: int, faults: list[str], again: list[str]) -> None:
        bulletin = self.desk.chosen(which, BulletinStatus.approved, BulletinStatus.sending)
        assert bulletin is not None
        self.desk.send(bulletin.id, faults)
        self.desk.send(bulletin.id, again)

    @precondition(lambda self: self.desk.all())
    @rule(which=WHICH, faults=FAULTS, is_late=st.booleans())
    def resume(self, which: int, faults: list[str], is_late: bool) -> None:
        """After a stop or a crash; any bulletin may be named by mistake."""
        bulletin = self.desk.chosen(which, BulletinStatus.stopped, BulletinStatus.sending)
        assert bulletin is not None
        self.desk.now += senders.DEAD_AFTER
        self.desk.send(bulletin.id, faults, late_by=BRUNO if is_late else None)

    @rule(which=st.integers(0, 5))
    def a_page_goes(self, which: int) -> None:
        """What was approved of it is held, and waits for an editor."""
        address = self.desk.site.items[which % len(self.desk.site.items)][0]
        self.desk.site.gone.add(address)

    @rule()
    def a_citizen_leaves(self) -> None:
        # no precondition: after a stop in the middle it is up to the threads whether a message had left
        if not self.desk.left:
            return
        with transaction(self.desk.engine) as session:
            first = session.get_one(Recipient, min(self.desk.phones))
            recipients.opt_out(session, first, now=self.desk.now)

    @precondition(lambda self: len(self.desk.given) > 3)
    @rule()
    def nobody_comes_for_a_week(self) -> None:
        """Whatever was open then ends without a send, or waits for a person."""
        self.desk.now += timedelta(days=8)
        before = self.desk.left.total()
        look(self.desk.settings, self.desk.engine, now=self.desk.now)
        ended = (BulletinStatus.approved, BulletinStatus.sending)
        assert not [one for one in self.desk.all() if one.status in ended]
        waiting = [
            one for one in self.desk.all() if one.status in (BulletinStatus.draft, BulletinStatus.in_review)
        ]
        assert all(one.deadline_at is None or one.deadline_at >= self.desk.now for one in waiting)
        for one in self.desk.all():
            self.desk.send(one.id, [])
        assert self.desk.left.total() == before

    # ------------------------------------------------------------ what always holds

    @invariant()
    def only_the_approved_leaves_once_and_every_delivery_has_one_end(self) -> None:
        if not hasattr(self, "desk"):
            return
        assert not [who for who, times in self.desk.left.items() if times > 1], "somebody got it twice"
        assert not [one for one, times in self.desk.samples.items() if times > 1], "a sample came twice"
        with transaction(self.desk.engine) as session:
            found = list(session.exec(select(Bulletin)))
            living = Counter((one.kind, one.slot_at) for one in found if one.slot_at and one.status in LIVING)
            assert not [slot for slot, number in living.items() if number > 1], "two bulletins for one slot"
            planned = list(session.exec(select(Delivery)))
            for bulletin in found:
                certificate = deliveries.certificate(session, bulletin.id)
                if bulletin.status == BulletinStatus.sent:
                    assert certificate.adds_up, certificate
                if bulletin.status in NEVER_SENT:
                    assert certificate.planned == 0
                    assert not [number for number, _ in self.desk.left if number == bulletin.id]
                if bulletin.status == BulletinStatus.approved:
                    assert bulletins.approved(session, bulletin.id) is not None
            stored = {(one.bulletin_id, self.desk.phones[one.recipient_id]): one.status for one in planned}
            assert len(stored) == len(planned)
            for key in self.desk.left:
                assert stored[key] in MAY_HAVE_GOT, f"{stored[key]}, but it may have been read"
            accepted = {key for key, status in stored.items() if status == DeliveryStatus.accepted}
            assert accepted <= self.desk.surely


@pytest.fixture
def _our_world(sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Orders.template = sqlite_template
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    for editor in load_profile(DEMO).editors:
        monkeypatch.setenv(editor.code_variable, CODES[editor.name])
    monkeypatch.setattr(drain, "open_client", Provider)
    monkeypatch.setattr(single, "open_client", Provider)
    monkeypatch.setattr(visit, "fetcher", as_fetcher)
    monkeypatch.setattr(rereading, "fetcher", as_fetcher)
    outbox.never_wait(monkeypatch)
    outbox.two_at_a_time(monkeypatch)
    monkeypatch.setattr(drain, "datetime", Clock)
    monkeypatch.setattr(dispatch, "datetime", Clock)


IS_REHEARSAL = bool(os.environ.get("BOLLETTINO_REHEARSAL"))
EXAMPLES, STEPS, PARTS = (200, 40, 4) if IS_REHEARSAL else (12, 20, 1)  # each part a process's
UNSEEN = {BulletinStatus.draft, BulletinStatus.superseded, BulletinStatus.sending}  # nothing ends so


@pytest.mark.usefixtures("_our_world")
@pytest.mark.parametrize(
    "part", [pytest.param(n, marks=pytest.mark.xdist_group(f"orders-{n}")) for n in range(PARTS)]
)
def test_no_order_of_events_sends_what_is_not_approved_or_sends_it_twice(part: int) -> None:
    Desk.seen.clear()
    for begins, ends in BY_HAND:
        orders = Orders()
        orders.open(1, begins, [])
        if ends:
            orders._says(1, ends, ANNA)
        else:
            orders.a_sample_is_asked_for(0, ANNA, [], [])
            orders.a_mistake_is_undone(0, BRUNO, POSTPONE, [])
        orders.only_the_approved_leaves_once_and_every_delivery_has_one_end()
        orders.teardown()
    settings = hypothesis_settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=False,
        suppress_health_check=[*HealthCheck],
    )
    run(Orders, settings=settings)
    must = {"messages", "samples", "sent", "taken up", *({*BulletinStatus} - UNSEEN if IS_REHEARSAL else ())}
    assert all(Desk.seen[one] for one in must), f"it was not tried at all: {Desk.seen}"
