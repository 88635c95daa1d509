"""What a person starts in their own name beside approving: resume, stop, settle, re-open, close days.

Who has signed in is known by that. Until persons do, and where approvals are proved by a one-time code, these
are, too: judged at the moment when the person asked, used up by the act in its transaction, counted as a
wrong one where it is not right. What only makes a draft asks for none, since that is approved with one.

At the command line none is asked for: who types there has the machine, and with it the secrets that every
code is made from. The name is then what the operator declares, and stands so in the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from db import acts, bulletins, senders, sign_offs
from db.engine import StoreError, reading, transaction
from db.models import PUBLIC, Act, Bulletin, BulletinStatus
from flows.accounts import asked, persons
from flows.accounts.asked import in_anothers_name
from flows.bulletin.language.dates import giorno_ora
from flows.bulletin.status import ACCESS, BY_OPERATOR, STATUS, named, proved
from flows.door.permissions import Use
from flows.door.sealed_code import NO_CODE, Proof
from flows.profiles.comune import Editor
from flows.review import codes
from flows.review.codes import Judged, Verdict
from flows.runs import choices
from flows.sending import hold, parts
from flows.settings import BollettinoError, Settings
from flows.staff.mail import tell

NOTHING_DONE = "Non è cambiato niente."
NOTHING_TO_DO = "Non c'è altro da fare."  # so that nobody gives the order again
FIELD_TITLE = "Codice di 6 cifre dell'app (scrivilo per ultimo; senza app lascia vuoto)"  # of each form
RESUME = acts.RESUME
QUEUED = ("ritenta", "incerti")  # they put messages back into the queue: the send then goes on by itself
GOES_ON_WITHIN = timedelta(hours=1)


class NotDoneError(BollettinoError):
    """What a person started cannot be done (now); nothing was done. The text is Italian."""


class NotProvedError(NotDoneError):
    """This person may not do it, or did not prove who they are."""


@dataclass(frozen=True)
class Person:
    """Who acts, once that is judged."""

    name: str
    judged: Judged
    by_operator: bool = False


def unknown(settings: Settings) -> str:
    """Of a name that no editor has: in a form names are chosen, at the command line they are typed. The
    names that there are; not the one that was given, which may be anything.
    """
    names = ", ".join(editor.name for editor in settings.profile.editors)
    return f"Questo nome non è di un redattore del profilo: scegli il tuo, o scrivilo per intero ({names})."


def require_own_name(settings: Settings, who: str, proof: Proof) -> None:
    """NotProvedError where somebody has signed in and `who` is another; or nobody has, and persons do."""
    if not proof.person and not proof.by_operator and settings.signs_in:
        raise NotProvedError(f"{codes.NOT_SIGNED_IN} {NOTHING_DONE}")
    if why := in_anothers_name(settings, proof.person, who):
        raise NotProvedError(f"{why} {NOTHING_DONE}")


def own_name(settings: Settings, chosen: str, proof: Proof) -> str:
    """Of who acts: as `chosen` in the form, or of who had signed in where it asked for none."""
    if chosen or not proof.person:
        return chosen
    member = persons.with_id(settings.profile, proof.person)
    return member.name if member else ""


def judge(
    settings: Settings, engine: Engine, who: str, proof: Proof, *, is_final: bool = False, now: datetime
) -> Person:
    """Who acts. NotProvedError, with a wrong code stored, where that is not proved.

    In a transaction of its own: the refusal stands whatever becomes of the rest. `note` uses the proof up.
    `is_final`: it cannot be taken back, so that who acts must have proved of late who they are.
    """
    require_own_name(settings, who, proof)
    editor = next((person for person in settings.profile.editors if person.name == who), None)
    if editor is None:
        raise NotProvedError(f"{unknown(settings)} {NOTHING_DONE}")
    at = proof.at or now
    if proof.by_operator:
        return Person(who, Judged(Verdict.declared, editor.id, at), by_operator=True)
    with transaction(engine) as session:
        judged = codes.judge(settings, session, editor, proof, at=at, approves=False, is_final=is_final)
    if not judged.passes:
        raise NotProvedError(f"{judged.sentence} {NOTHING_DONE}")
    return Person(who, judged)


def note(
    settings: Settings,
    session: Session,
    person: Person,
    verb: str,
    words: str,
    *,
    bulletin_id: int | None = None,
    letter: bool = True,
    now: datetime,
) -> Act:
    """Use up the code and write down what was done, in the transaction that does it.

    With `letter` everybody is told; not where another letter tells the same with the name.
    """
    try:
        codes.spend(settings, session, person.judged, bulletin_id)
    except StoreError as exc:  # by another act of the same person, at the same moment
        is_code = person.judged.verdict != Verdict.signed_in
        why = "Il codice è già stato usato: aspetta quello nuovo." if is_code else codes.ALREADY
        raise NotProvedError(f"{why} {NOTHING_DONE}") from exc
    act = acts.add(
        session,
        verb,
        name=person.name,
        at=person.judged.at,
        words=words,
        bulletin_id=bulletin_id,
        code_hash=person.judged.proof,
        by_operator=person.by_operator,
    )
    if letter:
        brief = words.partition(". ")[0].rstrip(".")
        tell(
            settings,
            session,
            "atto",
            settings.profile.editors,
            {
                "chi": act.name,
                "verbo": verb,
                "quando": giorno_ora(act.at),
                "prova": proved(act),
                "in_breve": f"{brief[:1].lower()}{brief[1:]}",
                "parole": words,
            },
            about=f"act {act.id}",
            bulletin_id=bulletin_id,
            now=now,
        )
    return act


def chosen(engine: Engine, entry: str) -> tuple[int, int]:
    """The bulletin and the line that a person chose from a list; NotDoneError where they chose none, or one
    whose number is another's by now.
    """
    number, line = choices.numbers(entry)
    with reading(engine) as session:
        bulletin = session.get(Bulletin, number) if number else None
    if bulletin is not None and not choices.means(entry, bulletin) and named(bulletin) in entry:
        raise NotDoneError(
            f"Il {named(bulletin)} adesso è {STATUS[bulletin.status]}: questo comando non vale più. "
            f"{_next(engine, bulletin)} {NOTHING_DONE}"
        )
    if not number or (bulletin is not None and not choices.means(entry, bulletin)):
        raise NotDoneError(
            "L'elenco mostra solo ciò per cui questo comando serve ora; se la pagina era aperta da un po', "
            f"ricaricala. {NOTHING_DONE}"
        )
    return number, line


def _next(engine: Engine, bulletin: Bulletin) -> str:
    """What a person can still do; of a stopped send that was corrected, for whom it did not reach."""
    if bulletin.status == BulletinStatus.stopped:
        with reading(engine) as session:
            if hold.is_corrected(session, bulletin):
                return f"È già corretto. {hold.for_the_rest(session, bulletin)}"
    return NEXT.get(bulletin.status, "Ricaricala.")


NEXT = {
    BulletinStatus.approved: "Per ritirarlo prima che parta usa «riapri».",
    BulletinStatus.sending: "Per fermarlo usa «ferma».",
    BulletinStatus.stopped: (
        "Se il testo è giusto usa «riprendi»; se è sbagliato «correggi» con la casella «L'invio è fermato»; "
        "se nessun altro deve riceverlo «chiudi»."
    ),
    BulletinStatus.sent: "Se il testo è sbagliato usa «correggi».",
}


def held(session: Session, bulletin_id: int) -> Bulletin:
    """The bulletin that a person names, as `bulletins.locked`; NotDoneError where there is none."""
    try:
        return bulletins.locked(session, bulletin_id)
    except StoreError as exc:
        raise NotDoneError(f"Non c'è nessun bollettino {bulletin_id}. {NOTHING_DONE}") from exc


def going_on(
    settings: Settings, session: Session, bulletin_id: int, who: str, *, now: datetime
) -> Person | None:
    """This person, where the last thing that anybody did to the bulletin was that they put messages back
    into its queue: their code is used up by that, and the send that follows is the same decision.

    Where codes are asked for the row alone says nothing: anybody wrote it who may write to the database.
    """
    done = acts.of(session, bulletin_id)
    editor = next((person for person in settings.profile.editors if person.name == who), None)
    last = done[-1] if done else None
    if last is None or editor is None or last.verb not in QUEUED or last.name != who:
        return None
    if now - last.at > GOES_ON_WITHIN:
        return None
    is_proved = settings.profile.asks_codes or settings.signs_in
    if is_proved and not _led_to_it_alone(settings, session, editor, last, done):
        return None
    return Person(who, Judged(Verdict.declared, editor.id, now, proof=last.code_hash), last.by_operator)


def _led_to_it_alone(
    settings: Settings, session: Session, editor: Editor, last: Act, done: Sequence[Act]
) -> bool:
    """Whether a code of this editor, or their word at the door, was used up for this act alone."""
    if last.bulletin_id is None or last.code_hash is None:
        return False
    if last.code_hash.startswith(ACCESS):
        row = asked.led_to(settings, session, last.code_hash.removeprefix(ACCESS), last.bulletin_id)
        if row is None or (row.person, row.use, row.at) != (editor.id, Use.START, last.at):
            return False
    else:
        used = sign_offs.used_by(session, last.bulletin_id, last.code_hash)
        if used is None or used.at != last.at or not codes.is_genuine(settings, editor, used):
            return False
    borne = [act.code_hash for act in done]
    borne += [act.code_hash for act in sign_offs.of(session, last.bulletin_id)]
    return borne.count(last.code_hash) == 1


def last_proof(session: Session, bulletin_id: int, who: str) -> str:
    """How the last thing that this person did to the bulletin is proved, in Italian."""
    done = [act for act in acts.of(session, bulletin_id) if act.name == who]
    return proved(done[-1]) if done else BY_OPERATOR


def lines(session: Session, bulletin_id: int, *, is_over: bool = False) -> list[str]:
    """Who did what to a bulletin beside approving it, a line each.

    `is_over`: nothing of it is on its way, so that whoever asked it to go on, and no send began, did so in
    vain.
    """
    done, begun = acts.of(session, bulletin_id), [start.at for start in senders.of(session, bulletin_id)]
    told = []
    until = [*(act.at for act in done[1:]), datetime.max.replace(tzinfo=UTC)]
    for act, ends in zip(done, until, strict=False):
        is_vain = (
            is_over and act.verb in (RESUME, acts.IN_PARTS) and not any(act.at <= at < ends for at in begun)
        )
        words = f"{act.words}{IN_VAIN}" if is_vain else act.words
        told.append(f"{giorno_ora(act.at)}, {act.name}, «{acts.called(act.verb)}» ({proved(act)}): {words}")
    return told


IN_VAIN = " Non è ripartito niente."


GOES = "Ha chiesto di farlo partire."
GOES_AGAIN = "Ha chiesto di riprenderlo."
GOES_DESPITE = "Ha chiesto di farlo partire anche se un controllo dice NON PARTE."
GOES_IN_PARTS = "Ha chiesto di farlo partire a scaglioni: ogni giorno quante persone permette WhatsApp."


def decide(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    *,
    who: str,
    proof: Proof = NO_CODE,
    despite: bool = False,
    in_parts: bool = False,
    now: datetime,
) -> None:
    """NotProvedError where they did not prove who they are.

    Before the pages are read and the provider is asked: a code is used up at once, whatever these say. Who
    has just put messages back into the queue has proved it with that; not that it goes in spite of a check,
    nor in parts where it did not before.
    """
    if proof.person:
        require_own_name(settings, who, proof)
    with transaction(engine) as session:
        is_new = despite or (in_parts and parts.chosen_by(session, bulletin_id) is None)
        person = None if is_new else going_on(settings, session, bulletin_id, who, now=now)
    person = person or judge(settings, engine, who, proof, is_final=True, now=now)
    verb = acts.IN_PARTS if in_parts else RESUME
    with transaction(engine) as session:
        has_begun = held(session, bulletin_id).sent_at is not None
        words = [GOES_DESPITE] if despite else [] if in_parts else [GOES_AGAIN if has_begun else GOES]
        words += [GOES_IN_PARTS] if in_parts else []
        note(settings, session, person, verb, " ".join(words), bulletin_id=bulletin_id, letter=False, now=now)


def cannot_resume(settings: Settings, engine: Engine, bulletin_id: int, *, who: str) -> str:
    """Why this person cannot resume this bulletin, in Italian; "" when they can."""
    if who not in {editor.name for editor in settings.profile.editors}:
        return f"{unknown(settings)} {NOTHING_DONE}"
    with transaction(engine) as session:
        status = held(session, bulletin_id).status
    if status in (BulletinStatus.stopped, BulletinStatus.approved):
        return ""
    end = NOTHING_TO_DO if status in PUBLIC else NOTHING_DONE
    return f"Il bollettino {bulletin_id} è {STATUS[status]}: non c'è niente da riprendere. {end}"
