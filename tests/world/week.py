"""An editors' week in simulated time: the sandbox Comune, its flows as Prefect runs them, and one table of
everything that an editor was shown, in order.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from email import message_from_bytes, policy
from functools import partial
from typing import Any, Self

import pytest
from bs4 import BeautifulSoup
from sqlmodel import select

from db.models import Attempt, Letter, Outcome, Receipt
from flows import dispatch
from flows.bulletin.language.dates import ROME, giorno, ora
from flows.door import stamps
from flows.newsroom.page import Page
from flows.privacy.intact import load
from flows.runs import pages, send_counter
from flows.runs.forms import Form
from flows.runs.send_counter import places
from flows.settings import load as load_settings
from tests.world import outbox
from tests.world.comune import Comune
from tests.world.mail_server import Post
from tests.world.prefect_memory import PrefectMemory, Run

LETTER, SMS, WHATSAPP, FORM = "e-mail", "SMS", "WhatsApp", "modulo"
START_FORM, RUN, PAGE, REDAZIONE = "modulo di avvio", "esecuzione", "pagina dell'esecuzione", "Redazione"
CLOCKS = (
    *("absence", "announce", "approve", "compose", "correct", "dispatch", "settle", "stop", "watch"),
    *("letters.orders", "runs.client", "runs.waits", "sending.drain"),
)


@dataclass(frozen=True)
class Row:
    """One thing that was shown."""

    at: datetime
    channel: str
    to: str
    title: str
    text: str
    bulletin_id: int | None = None
    kind: str = ""  # of a letter
    reached: int = 0  # messages that had come to the citizens' telephones by then

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        moment = f"{giorno(self.at)}, {ora(self.at)}"
        return moment, self.channel, self.to, self.title, self.text


@dataclass(frozen=True)
class Answer:
    """An order or a confirmed form: who gave it, and the rows from then until it was dealt with."""

    verb: str
    who: str
    run: Run
    rows: tuple[Row, ...]
    is_form: bool = False

    @property
    def is_refused(self) -> bool:
        return not self.is_form and self.run.state.is_failed()

    def letters_to_them(self, kinds: Sequence[str]) -> list[Row]:
        return [row for row in self.rows if row.to == self.who and row.kind in kinds]


@dataclass
class Week:
    """The clock, the town, Prefect, and the table. A form is answered by the titles that it shows."""

    comune: Comune
    box: Post
    monkeypatch: pytest.MonkeyPatch
    rows: list[Row] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    in_mid_send: Callable[[], object] | None = None  # done once, when the first messages are out

    def __post_init__(self) -> None:
        self._letters, self._calls = 0, Counter[str]()
        self._started: set[str] = set()
        clock = clock_of(self.comune)
        for name in CLOCKS:
            self.monkeypatch.setattr(f"flows.{name}.datetime", clock)
        for module in [one for name, one in sys.modules.items() if name.startswith("flows.")]:
            if getattr(module, "load", None) in (load, load_settings):
                self.monkeypatch.setattr(module, "load", lambda: self.comune.settings)
        self.server = PrefectMemory(
            self.comune.settings,
            lambda: self.now,
            named=self._named,
            asked=self._asked,
            shown=self._paged,
        )
        self.server.stand_in(self.monkeypatch)
        self.monkeypatch.setattr(pages, "progress", lambda *_: self._progress)
        without_server = partial(places, has_server=False)  # whose variable is the second witness
        for module in (dispatch, send_counter):
            self.monkeypatch.setattr(module, "places", lambda settings, **_: without_server(settings))
        outbox.never_wait(self.monkeypatch)
        outbox.two_at_a_time(self.monkeypatch)

    @property
    def now(self) -> datetime:
        return self.comune.now

    def clock(self, month: int, day: int, hour: int, minute: int = 0) -> None:
        self.comune.now = datetime(2026, month, day, hour, minute, tzinfo=ROME).astimezone(UTC)

    def at(self, month: int, day: int, hour: int, minute: int = 0) -> None:
        """The clock goes on; the site and the alerts are read, and `sorveglia` has its round."""
        self.clock(month, day, hour, minute)
        self.comune.collect("all")
        self.run("sorveglia")

    # ------------------------------------------------------------ what is shown

    def show(self, channel: str, to: str, title: str, text: str, **about: Any) -> None:
        reached = sum(map(len, self.comune.received().values()))
        self.rows.append(Row(self.now, channel, to, title, text.strip(), reached=reached, **about))

    def _named(self, run: Run) -> None:
        if run.flow != "sorveglia":
            about = run.parameters.get("bulletin_id")
            self.show(RUN, "chi apre Prefect", run.name, "", bulletin_id=about)

    def _asked(self, run: Run) -> None:
        assert run.form is not None
        fields = run.form.model_json_schema()["properties"]
        text = f"{as_read(run.form._description or '')}\n\n{fields_as_read(fields)}"
        self.show(FORM, "chi apre il modulo", run.name, text, bulletin_id=run.parameters["bulletin_id"])

    def _paged(self, run: Run, key: str, markdown: str) -> None:
        if key.startswith(("bozza-", "composizione")):  # the form shows the same, and the table stays short
            return
        self.show(PAGE, "chi apre Prefect", key or run.flow, as_read(markdown))

    def _progress(self) -> None:
        if self.in_mid_send is not None:
            press, self.in_mid_send = self.in_mid_send, None
            press()

    def _gather(self) -> None:
        """The mails and the editors' telephones since the last time."""
        taken, self._letters = self.box.taken[self._letters :], len(self.box.taken)
        for one in taken:
            mail = message_from_bytes(one.raw, policy=policy.default)
            body = mail.get_body(("plain",))
            assert body is not None
            text = str(body.get_content()).replace("\r\n", "\n")
            if one.to[0].endswith("@sms.esempio.it"):
                self.show(SMS, self._owner(one.to[0].partition("@")[0]), "", text)
                continue
            letter = self._letter(str(mail["Message-ID"]))
            about: dict[str, Any] = {"bulletin_id": letter.bulletin_id, "kind": letter.kind}
            self.show(LETTER, letter.editor, str(mail["Subject"]), text, **about)
        for phone in self.comune.ask("GET", "/_prova/redazione"):
            calls = [message for message in phone["messages"] if message["direction"] == "out"]
            for call in calls[self._calls[phone["number"]] :]:
                title, text = call["header"] or "", call["text"].replace("*", "")
                self.show(WHATSAPP, self._owner(phone["number"]), title, text)
            self._calls[phone["number"]] = len(calls)

    def _letter(self, identity: str) -> Letter:
        match = re.search(r"-(\d+)@", identity)
        assert match is not None
        with self.comune.look() as session:
            return session.get_one(Letter, int(match[1]))

    def _owner(self, number: str) -> str:
        for editor in self.comune.settings.profile.editors:
            phone = self.comune.settings.editor_phone(editor)
            if phone is not None and number.lstrip("+").endswith(phone.get_secret_value()[3:]):
                return editor.name
        raise AssertionError("a call to nobody's telephone")

    def look_at_redazione(self) -> None:
        """Somebody opens the page."""
        shown = Page(self.comune.engine).html(self.comune.settings, "", self.now)
        text = BeautifulSoup(shown, "html.parser").get_text("\n", strip=True)
        self.show(REDAZIONE, "chi apre la pagina", "Redazione", text)

    # ------------------------------------------------------------ what is done

    def run(self, flow: str, **parameters: Any) -> Run:
        """What a schedule starts, and what follows from it."""
        run = self.server.begin(flow, parameters)
        self._go_on()
        return run

    def _go_on(self) -> None:
        """What was started is done, WhatsApp says of each message that it arrived, and the post is read."""
        self.server.work()
        with self.comune.look() as session:
            for attempt in session.exec(select(Attempt).where(Attempt.outcome == Outcome.accepted)).all():
                outbox.tell(session, attempt, Receipt.delivered, now=self.now)
        self._gather()

    def order(self, flow: str, by: str, /, **values: Any) -> Answer:
        """A person fills in a start form; it is shown the first time."""
        deployment = self.server.deployments[flow]
        assert deployment.is_for_editors
        fields = deployment.parameter_openapi_schema["properties"]
        assert values.keys() <= fields.keys()
        shown = f"{deployment.description}\n\n{fields_as_read(fields)}"
        if flow not in self._started:
            self._started.add(flow)
            self.show(START_FORM, by, deployment.name, shown)
        before = len(self.rows)
        run = self.run(flow, **values)
        answer = Answer(flow, by, run, tuple(self.rows[before:]))
        self.answers.append(answer)
        return answer

    def choice(self, flow: str, field_name: str, *, among: str) -> str:
        """The first entry of a start form's list that has these words."""
        entries = self.server.deployments[flow].parameter_openapi_schema["properties"][field_name]["enum"]
        return next(str(entry) for entry in entries if among in entry)

    def answer(
        self,
        bulletin_id: int,
        who: str,
        decision: str,
        texts: Mapping[int, Callable[[str], str]] | None = None,
        source: str = "",
    ) -> Answer:
        """Confirm the form that waits. `decision`: how it begins; `texts`: changes of lines, by number."""
        run = self.server.waiting(bulletin_id)
        assert run.form is not None
        values = filled(run.form, who, decision, texts or {}, source)
        key = f"suspended-{run.state.state_details.pause_key}-response"
        run.inputs[key] = run.form(**values).model_dump_json()
        settings = self.comune.settings
        stamp = stamps.stamp(settings.stamp_key(), str(run.id), key, values, at=self.now)
        run.inputs[stamps.prefix_of(key) + "00"] = stamp.to_json()
        before = len(self.rows)
        self.server.do(run)
        self._go_on()
        answer = Answer("approva", who, run, tuple(self.rows[before:]), is_form=True)
        self.answers.append(answer)
        return answer


def table(rows: Sequence[Row]) -> str:
    """The table in Markdown."""
    lines = ["| Quando | Dove | A chi | Titolo | Testo |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        cells = [cell.replace("|", "\\|").replace("\n", "<br>") for cell in row.cells]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def clock_of(comune: Comune) -> type[datetime]:
    """`datetime`, whose `now` is the Comune's."""

    class Now(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(comune.now.timestamp(), tz)

    return Now


def as_read(markdown: str) -> str:
    """Markdown as a page shows it, near enough: no marks of bold outside of a fence, no backslashes before
    signs, of a link its words, and no pictures.
    """
    parts = re.split(r"(```.*?```)", markdown, flags=re.DOTALL)
    return "".join(part if part.startswith("```") else _plain(part) for part in parts)


def _plain(markdown: str) -> str:
    text = re.sub(r"!\[[^\]]*\]\(\S+\)", "", markdown)
    text = re.sub(r"\[((?:\\.|[^\]\\])*)\]\(<?[^)>]*>?\)", r"\1", text)
    text = re.sub(r"(?<!\\)\*\*", "", text)
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def fields_as_read(fields: Mapping[str, Any]) -> str:
    """The fields of a form, a block each: title, what stands below it, what may be chosen, what is in it."""
    return "\n\n".join(_field(name, one) for name, one in fields.items())


def _field(name: str, one: Mapping[str, Any]) -> str:
    lines = [f"[{one.get('title', name)}]", one.get("description", "")]
    lines += [f"( ) {choice}" for choice in one.get("enum", ())]
    default = one.get("default", "")
    if isinstance(default, bool):  # a box to tick
        default = "casella spuntata" if default else "casella vuota"
    lines += [f"= {line}" for line in (default if isinstance(default, list) else [default]) if line]
    return "\n".join(filter(None, lines))


def filled(
    form: type[Form],
    who: str,
    decision: str,
    texts: Mapping[int, Callable[[str], str]],
    source: str,
) -> dict[str, Any]:
    """What an editor sends: the form as it is prefilled, and what they change in it."""
    values: dict[str, Any] = {}
    for name, one in form.model_fields.items():
        line = re.match(r"notizia_(\d+)", name)
        value = one.default
        if name.startswith("decisione"):
            assert isinstance(one.json_schema_extra, dict)
            choices = one.json_schema_extra["enum"]
            assert isinstance(choices, list)
            meant = [str(choice) for choice in choices if str(choice).startswith(decision)]
            signed = f"{who})"  # an approval says whose it is
            value = next((choice for choice in meant if signed in choice), meant[0])
        elif name == "chi":
            value = who
        elif name.startswith("fonte"):
            value = source
        elif line and int(line[1]) in texts:
            value = texts[int(line[1])](str(value))
        values[name] = value
    return values
