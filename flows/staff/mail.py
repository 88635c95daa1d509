"""E-mail to editors: what is to be told is queued with what happened, then handed to the mail server.

Queued in the transaction of the decision or reading that it tells of, a letter is neither lost nor told of
something that was rolled back. The mail server's trouble never reaches whoever wanted to tell.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from db import call_outbox, mail_outbox
from db.engine import reading, transaction
from db.models import Letter
from flows.profiles.mail import Mail
from flows.settings import Settings
from flows.staff.mail_text import to_whom, write
from flows.staff.rota import Person
from flows.staff.smtp import LOOPBACK, MailTrouble, Outgoing, Refusal, Server, send

OPERATOR = "Gestore del servizio"  # who `mail.operator` is called in a letter
LOOK = 0.02  # seconds between two looks at what another process hands over
BATCH = 20  # letters of one round: within their lease, also on a slow server
UNCONFIGURED = "Nessuna posta nel profilo ([mail]): i redattori non ricevono e-mail."


@dataclass(frozen=True)
class Posted:
    """What came of one round."""

    sent: int = 0
    refused: tuple[str, ...] = ()  # editor and reason, in Italian
    trouble: str = ""  # why the mail server could not be used
    left: int = 0  # for which there was no time; a later round takes them

    def __str__(self) -> str:
        parts = [f"e-mail inviate: {self.sent}", *self.refused, self.trouble]
        return ", ".join(filter(None, parts))


def tell(
    settings: Settings,
    session: Session,
    kind: str,
    to: Iterable[Person],
    values: Mapping[str, str],
    *,
    about: str,
    sheet: str = "",
    bulletin_id: int | None = None,
    until: datetime | None = None,
    now: datetime,
) -> int:
    """Queue a letter to each; return how many were not told of this before.

    Args:
        kind: a table of [posta] in the texts.
        values: for the places of its text; `nome`, and what tells of `chi` in a second person, are each one's
            own, the Comune's words are known.
        about: what it tells of: the same kind about the same is told once to each.
        sheet: an HTML document that goes along, to be printed.
        until: when it is of no use any more.
    """
    if settings.profile.mail is None:
        return 0
    words = settings.texts["posta"][kind]
    queued = 0
    for person in to:
        own = {
            "gestore": _operator(settings),
            "nome": person.name,
            **_in_person(person.name, values.get("chi", "")),
        }
        letter = write(words, {**settings.words, **values, **own}, prova=settings.profile.prova)
        text = "\n\n".join(filter(None, [letter.text, settings.texts["prova"].get(settings.profile.stage)]))
        queued += mail_outbox.queue(
            session,
            kind=kind,
            about=about,
            editor=person.name,
            address=person.email,
            subject=letter.subject,
            text=text,
            sheet=sheet,
            bulletin_id=bulletin_id,
            until=until,
            now=now,
        )
    return queued


def _operator(settings: Settings) -> str:
    """Whom to turn to when something is wrong with the service."""
    mail = settings.profile.mail
    address = mail.operator if mail else None
    return f"chi gestisce il servizio ({address})" if address else "chi gestisce il servizio"


def _in_person(addressee: str, who: str) -> dict[str, str]:
    """The places that tell what `who` did: who gets the letter may be the same."""
    if addressee == who:
        return {
            "chi_ha": "hai",
            "da_chi": "da te",
            "la_risposta": "la tua risposta",
            "se_non_sa": "Se non ne sai niente",
        }
    return {
        "chi_ha": f"{who} ha",
        "da_chi": f"da {who}",
        "la_risposta": f"la risposta di {who}",
        "se_non_sa": f"Se ti sembra strano chiedi {to_whom(who)}: se non ne sa niente",
    }


def post(
    settings: Settings,
    engine: Engine,
    *,
    within: float | None = None,
    now: datetime,
    clock: Callable[[], float] = time.monotonic,
) -> Posted:
    """Hand what is due to the mail server; trouble is told in the answer, never raised.

    `within`: seconds after which no further letter is begun, for whoever has messages that wait for it; what
    is left stays queued.
    """
    began = clock()
    mail = settings.profile.mail
    if mail is None:
        return Posted(trouble=UNCONFIGURED)
    with transaction(engine) as session:
        taken = mail_outbox.claim(session, limit=BATCH, now=now)
        call_outbox.follow_letters(session)  # those that are given up
    if not taken:
        return Posted()
    open_ids = {_identity(settings, letter): letter for letter in taken}
    refused: list[str] = []
    sent, trouble = 0, ""
    try:
        outgoing = [_outgoing(settings, mail, letter) for letter in taken]
        for identity, refusal in send(server(settings, mail), outgoing, now=now):
            letter = open_ids.pop(identity)
            _settle(engine, letter, refusal, now)
            sent += refusal is None
            if refusal is not None:
                refused.append(f"a {letter.editor} non si consegna: {refusal.why}")
            if within is not None and clock() - began >= within:
                break
    except MailTrouble as exc:
        trouble = str(exc)
        for letter in open_ids.values():
            _settle(engine, letter, Refusal(trouble, is_final=False), now)
        return Posted(sent, tuple(refused), trouble)
    with transaction(engine) as session:
        for letter in open_ids.values():
            mail_outbox.give_back(session, letter.id, now=now)
    return Posted(sent, tuple(refused), left=len(open_ids))


def wait_for_others(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    kind: str,
    *,
    within: float | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Whether no other process is handing over a first letter of this kind any more; waits for it.

    As long as the mail server may take for one answer: who hands over gives up by then, or has died. Or for
    `within` seconds.
    """
    mail = settings.profile.mail
    until = clock() + (within if within is not None else mail.timeout_seconds if mail else 0)
    while True:
        with reading(engine) as session:
            if not mail_outbox.in_hand(session, bulletin_id, kind):
                return True
        if clock() >= until:
            return False
        sleep(LOOK)


def _settle(engine: Engine, letter: Letter, refusal: Refusal | None, now: datetime) -> None:
    with transaction(engine) as session:
        if refusal is None:
            mail_outbox.sent(session, letter.id, now=now)
        elif refusal.is_final and letter.sheet:
            mail_outbox.without_sheet(session, letter.id, now=now)
        else:
            mail_outbox.failed(session, letter.id, refusal.why, is_final=refusal.is_final, now=now)
        call_outbox.follow_letters(session)


def server(settings: Settings, mail: Mail) -> Server:
    """Where mail goes. MailTrouble when the sandbox's server never started, or has no business here."""
    if not mail.sandbox:
        if mail.host is None:
            raise MailTrouble("[mail] non indica il server")
        ca_file = str(mail.ca_file) if mail.ca_file else None
        login = settings.mail_login
        return Server(mail.host, mail.at_port, mail.security, mail.timeout_seconds, ca_file, login)
    if settings.profile.stage == "production":
        raise MailTrouble("[mail] sandbox = true: le e-mail di un servizio vero non partono da qui")
    try:
        port = int((settings.state / "sandbox" / "smtp.port").read_text(encoding="ascii"))
    except (OSError, ValueError) as exc:
        raise MailTrouble("la posta di prova non è ancora partita (python -m flows run)") from exc
    return Server(LOOPBACK, port, "none", mail.timeout_seconds)


def _identity(settings: Settings, letter: Letter) -> str:
    return f"bollettino-{settings.profile.slug}-{letter.id}"


def _outgoing(settings: Settings, mail: Mail, letter: Letter) -> Outgoing:
    return Outgoing(
        identity=_identity(settings, letter),
        sender=mail.sender,
        sender_name=f"Bollettino {settings.profile.names.del_comune}",
        to=letter.address,
        to_name=letter.editor,
        subject=letter.subject,
        text=letter.text,
        sheet=letter.sheet,
    )
