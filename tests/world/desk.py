"""What the state machine moves: a Comune's desk on a database of its own, its site, clock and provider.

Whatever leaves passes `Desk.leaving`, which holds it against what this module knows of the approvals.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import pytest
from pyotp import TOTP
from sqlmodel import col, select

from db import bulletins, recipients, sign_offs
from db.engine import make_engine, transaction
from db.models import (
    TURNED_DOWN,
    Attempt,
    Bulletin,
    BulletinStatus,
    Delivery,
    Recipient,
    RecipientStatus,
    Sample,
    SignOffWord,
    SourceKind,
)
from flows.approve import asks_to_read, load_round, load_start, read_site, record
from flows.bulletin.language.markup import parameter
from flows.bulletin.message.exact import compile_message, frame_name
from flows.dispatch import begin, dispatch_bulletin
from flows.door.sealed_code import OPERATOR
from flows.review.acts import NotDoneError
from flows.review.choices import order_lines
from flows.review.text import NOTHING_READ
from flows.runs.forms import Confirmation
from flows.sending import samples
from flows.sending.drain import DispatchError
from flows.sending.seal import seal_of
from flows.settings import DEMO, Settings, load_profile
from flows.sources import visit
from flows.stop import reopen_decided, stop_sending
from flows.whatsapp.client import PostOutcome
from flows.whatsapp.errors import classify
from flows.whatsapp.messages import OutgoingTemplate
from tests.world.builders import NOW, make_recipient
from tests.world.comune import APPROVE
from tests.world.desk_site import FEED, Site

ANNA, BRUNO = "Anna Redazione", "Bruno Vice"
CODES = {ANNA: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", BRUNO: "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"}
UNTOLD = "Costa 45 euro."  # no page of the site says so: a block
CITIZENS = 3


class Crash(Exception):
    """The sender dies."""


@contextmanager
def as_fetcher(*_: object) -> Iterator[Site]:
    yield Desk.current.site


@dataclass(frozen=True)
class Consent:
    """What this test knows of an approval: who, of which texts, and that the code was right."""

    who: str
    texts: tuple[str, ...]


class Desk:
    """An installation of its own, its editors, and the provider; `now` and `script` are set from outside."""

    current: "Desk"  # whose clock and provider our code gets
    seen: ClassVar[Counter[str]] = Counter()  # what happened at all, over all desks: else nothing was tried

    def __init__(self, template: Path, approvals: int) -> None:
        Desk.current = self
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(template, self.folder / "b.db")
        address = f"sqlite:///{self.folder / 'b.db'}"
        self.engine = make_engine(address)
        profile = load_profile(DEMO)
        profile = profile.model_copy(
            update={
                "sources": profile.sources.model_copy(update={"feeds": [FEED]}),
                "whatsapp": profile.whatsapp.model_copy(update={"messages_per_second": 1000}),
                "codes": True,
                "mail": None,
                "approvals": approvals,
            }
        )
        self.settings = Settings(profile, DEMO, self.folder, address)
        self.grace = timedelta(minutes=profile.grace_minutes)
        self.site, self.now, self.windows = Site(), NOW - timedelta(days=1), 0
        self.left: Counter[tuple[int, str]] = Counter()  # (bulletin, phone): messages that may be read
        self.surely: set[tuple[int, str]] = set()  # that the provider took
        self.samples: Counter[str] = Counter()  # that an editor's phone may have got
        self.consents: dict[int, list[Consent]] = {}
        self.given: list[tuple[int, Confirmation]] = []
        self.unread: list[tuple[int, Confirmation]] = []  # confirmed, but no worker has come to it
        self.script: list[str] = []
        self.is_late, self.began = False, self.now
        with transaction(self.engine) as session:
            vault = self.settings.vault()
            self.phones = {make_recipient(session, vault).id: "" for _ in range(CITIZENS)}
            for number in self.phones:
                found = recipients.open_address(vault, session.get_one(Recipient, number)).phone
                assert found
                self.phones[number] = found.lstrip("+")

    def close(self) -> None:
        self.seen["messages"] += self.left.total()
        self.seen["samples"] += self.samples.total()
        self.seen.update(str(one.status) for one in self.all())
        self.engine.dispose()
        shutil.rmtree(self.folder)

    # ------------------------------------------------------------ news, editors, sends

    def collect_news(self, subject: str) -> None:
        self.site.add(subject, self.now)

        (reading,) = visit.read_sources(self.settings, [(SourceKind.feed, FEED)], dry_run=False, now=self.now)
        assert reading.failure is None, reading

    def all(self) -> list[Bulletin]:
        """The newest first."""
        with transaction(self.engine) as session:
            return list(session.exec(select(Bulletin).order_by(col(Bulletin.id).desc())))

    def chosen(self, which: int, *statuses: BulletinStatus) -> Bulletin | None:
        """Of these statuses, or any where there is none."""
        found = self.all()
        found = [one for one in found if one.status in statuses] or found
        return found[which % len(found)] if found else None

    def code(self, who: str) -> str:
        return TOTP(CODES[who]).at(self.now)

    def open_window(self, number: int) -> None:
        with transaction(self.engine) as session:
            bulletin = bulletins.locked(session, number)
            if bulletin.status == BulletinStatus.draft:
                bulletins.move(session, bulletin, BulletinStatus.in_review, by="test", now=self.now)

    def give(
        self,
        number: int,
        decision: str,
        who: str,
        *,
        texts: Sequence[str] | None = None,
        code: str = "",
        source: str = "",
        note: str = "",
        added: str = "",
        version: int | None = None,
    ) -> tuple[int, Confirmation]:
        """An editor confirms a window of this bulletin; its answer as Prefect keeps it."""
        newest = load_round(self.settings, self.engine, number, now=self.now).version
        with transaction(self.engine) as session:
            shown = bulletins.version_of(session, number, version or newest)
            assert shown is not None
            items = bulletins.items(session, shown)
        written = [item.text for item in items] if texts is None else texts
        values = {
            "decisione": decision,
            **{f"notizia_{n}": text for n, text in enumerate(written, start=1)},
            "ordine": order_lines([item.title for item in items]),
            "nota": note,
            "aggiungi": added,
            "chi": who,
            "fonte": source,
            "codice": code,
        }
        self.windows += 1
        is_proved = who in CODES and code == self.code(who)
        if decision == APPROVE and is_proved and shown.number == newest and not added:
            kept = Consent(who, tuple(parameter(text) for text in written))
            self.consents.setdefault(number, []).append(kept)
        answer = (number, Confirmation(f"run-{self.windows}", shown.number, self.now, values))
        self.given.append(answer)
        self.now += timedelta(minutes=1)  # a code is used once, and a new one comes every 30 seconds
        return answer

    def take(self, answer: tuple[int, Confirmation]) -> BulletinStatus:
        number, given = answer
        site = NOTHING_READ
        if asks_to_read(load_start(self.engine, number), given):
            site = read_site(self.settings, frozenset(), self.now)
        status = record(self.settings, self.engine, number, given, site=site)
        with transaction(self.engine) as session:
            newest = bulletins.latest(session, number)
            said = sign_offs.of(session, number)
        if newest and any(
            one.said == SignOffWord.send_back and one.version_number == newest.number for one in said
        ):
            self.consents[number] = []
        return status

    def reopen(self, number: int, who: str) -> None:
        """What was said until then counts no more; nothing happens to what cannot be opened again."""
        (before,) = (one for one in self.all() if one.id == number)
        with suppress(NotDoneError):  # past its time, or another tells its news by now
            reopen_decided(self.settings, self.engine, number, who=who, proof=OPERATOR, now=self.now)
            self.seen["taken up"] += before.status in TURNED_DOWN
            self.consents[number] = []
        self.now += timedelta(minutes=1)

    def versions(self) -> int:
        return sum(load_round(self.settings, self.engine, one.id, now=self.now).version for one in self.all())

    def send_samples(self, number: int, faults: Sequence[str]) -> None:
        self.now += timedelta(seconds=1)
        self.script = list(faults)
        try:
            samples.send_asked(self.settings, self.engine, number, now=self.now)
        except Crash:
            return

    def send(self, number: int, faults: Sequence[str], *, late_by: str | None = None) -> None:
        self.now += timedelta(seconds=1)
        self.script, self.is_late, self.began = list(faults), late_by is not None, self.now
        before = self.left.total()
        try:
            certificate, reason = dispatch_bulletin(
                self.settings, self.engine, number, late_by=late_by, now=self.now
            )
        except Crash:
            return
        except DispatchError:
            assert self.left.total() == before
            return
        if reason is None:
            assert certificate.adds_up

    # ------------------------------------------------------------ the provider

    def post(self, message: OutgoingTemplate) -> PostOutcome:
        with transaction(self.engine) as session:
            sample = session.get(Sample, UUID(message.opaque))
        if sample is not None:
            return self.post_sample(message, sample)
        number = self.leaving(message)
        phone = (message.to or "").lstrip("+")
        fault = self.script.pop(0) if self.script else "ok"
        if fault.isdigit():
            return PostOutcome("refused", code=fault, action=classify(int(fault), 400), http_status=400)
        if fault == "unreached":
            return PostOutcome("not_sent", reason="ConnectError")
        if fault == "crash before":
            raise Crash
        if fault == "stop":
            stop_sending(self.settings, self.engine, number, who=ANNA, proof=OPERATOR, now=self.now)
        if fault == "reopen":
            with pytest.raises(NotDoneError, match=r"si riapre solo|sta già partendo"):
                reopen_decided(self.settings, self.engine, number, who=ANNA, proof=OPERATOR, now=self.now)
        if fault == "second sender" and any(
            one.id == number and one.status == BulletinStatus.sending for one in self.all()
        ):
            with pytest.raises(DispatchError):
                begin(self.settings, self.engine, number, now=self.now)
        if fault == "lost":
            return PostOutcome("uncertain", reason="ReadTimeout")
        self.left[number, phone] += 1
        if fault == "crash after":
            raise Crash
        if fault == "lost but left":
            return PostOutcome("uncertain", reason="ReadTimeout")
        self.surely.add((number, phone))
        return PostOutcome("accepted", wamid=f"wamid.{message.opaque}", http_status=200)

    def post_sample(self, message: OutgoingTemplate, sample: Sample) -> PostOutcome:
        """To the phone of who asked and no other, with the words of the version that was asked for."""
        fault = self.script.pop(0) if self.script else "ok"
        with transaction(self.engine) as session:
            version = bulletins.version_of(session, sample.bulletin_id, sample.version_number)
            assert version is not None
            texts = tuple(item.text for item in bulletins.items(session, version))
        (editor,) = (one for one in self.settings.profile.editors if one.id == sample.editor)
        phone = self.settings.editor_phone(editor)
        assert phone is not None
        assert (message.to, message.parameters[:-1]) == (phone.get_secret_value(), texts)
        assert phone.get_secret_value().lstrip("+") not in self.phones.values()
        if fault.isdigit():
            return PostOutcome("refused", code=fault, http_status=400)
        if fault == "unreached":
            return PostOutcome("not_sent", reason="ConnectError")
        if fault == "crash before":
            raise Crash
        self.samples[message.opaque] += 1
        if fault == "crash after":
            raise Crash
        if fault.startswith("lost"):
            return PostOutcome("uncertain", reason="ReadTimeout")
        return PostOutcome("accepted", wamid=f"wamid.{message.opaque}", http_status=200)

    def leaving(self, message: OutgoingTemplate) -> int:
        """What must hold at the moment when a message leaves; the bulletin's number."""
        with transaction(self.engine) as session:
            attempt = session.get_one(Attempt, UUID(message.opaque))
            delivery = session.get_one(Delivery, attempt.delivery_id)
            assert delivery.bulletin_id is not None
            bulletin = session.get_one(Bulletin, delivery.bulletin_id)
            assert bulletin.status in (BulletinStatus.sending, BulletinStatus.stopped)
            assert session.get_one(Recipient, delivery.recipient_id).status == RecipientStatus.active
            sealed = bulletins.approved(session, bulletin.id)
            assert sealed is not None, "sent without an approval in force"
            approval, version = sealed
            items = bulletins.items(session, version)
            compiled = compile_message(
                items,
                self.settings.frame(frame_name(bulletin, items)),
                dated=bulletin.slot_at or approval.decided_at,
                code=bulletin.code,
                language=self.settings.profile.whatsapp.language,
            )
            sealed_again = seal_of(self.settings, session, bulletin, compiled)
            assert sealed_again == approval.seal
            assert (message.name, message.parameters) == (compiled.template, compiled.parameters)
            at = bulletins.send_at(session, bulletin)
            assert at <= self.now, "sent before its time"
            assert self.is_late or self.began <= at + self.grace, "sent late by itself"
        texts = message.parameters[:-1]
        people = {one.who for one in self.consents.get(bulletin.id, []) if one.texts == texts}
        needed = 2 if any(UNTOLD in text for text in texts) else self.settings.profile.approvals
        assert len(people) >= needed, f"{people} approved {texts}"
        return bulletin.id


class Clock(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Clock":
        Desk.current.now += timedelta(milliseconds=10)
        at = Desk.current.now.astimezone(tz or UTC)
        return cls.combine(at.date(), at.timetz())


class Provider:
    """Stands where the client of the Graph API stands."""

    def __init__(self, *_settings: object, concurrency: int = 1) -> None:
        assert concurrency > 0

    async def __aenter__(self) -> "Provider":
        return self

    async def __aexit__(self, *_error: object) -> None:
        pass

    async def send(self, message: OutgoingTemplate, leaves: Callable[[], None]) -> PostOutcome:
        leaves()
        return Desk.current.post(message)
