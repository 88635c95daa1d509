"""Who approves has proved who they are: by signing in, or by a one-time code (TOTP, RFC 6238) in the form.

Once persons sign in with accounts of their own, what the door wrote down of them is the proof, and no form
asks for a code; for what cannot be taken back they must have proved it within a quarter of an hour.

Until then a code is judged at the instant of Resume. It is used up by the decision that it proves, in the
same transaction, and not by a text that comes back. A code that is not right is stored, and so is the
lock-out that follows: it outlives a restart.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest
from typing import Any

from pyotp import TOTP
from sqlmodel import Session

from db import sign_offs
from db.engine import StoreError
from db.models import Bulletin, UsedCode
from flows.accounts import asked
from flows.accounts.asked import LOST
from flows.bulletin.language.dates import in_rome
from flows.bulletin.status import ACCESS
from flows.door.entry import PROVE
from flows.door.people import PROOF_LASTS
from flows.door.permissions import Use
from flows.door.sealed_code import FIELD, Proof
from flows.profiles.codes import STEP, is_usable, matching, typed
from flows.profiles.comune import Editor
from flows.settings import Settings

WINDOW = 1  # steps before and after that count too (RFC 6238, 5.2: one for the delay)
TRIES = 5
WITHIN = timedelta(minutes=15)  # so many wrong codes in less than this ...
LOCK = timedelta(minutes=15)  # ... and none is looked at for so long
APPROVES = "Il testo è salvato; intanto può approvare un collega."
ACTS = "Intanto può farlo un collega, con il suo nome e il suo codice."


class Verdict(StrEnum):
    accepted = "accepted"
    declared = "declared"  # the profile asks for no codes: the name is only a declaration
    signed_in = "signed_in"  # the door has seen who it was
    stale = "stale"  # it has, but it is too long ago that they proved it
    missing = "missing"  # none was typed, or this editor has no secret
    wrong = "wrong"
    used = "used"
    locked = "locked"


@dataclass(frozen=True)
class Judged:
    """What a code is worth. Holds no code: it may be logged."""

    verdict: Verdict
    editor: str  # id in the profile
    at: datetime  # when the code was given
    sentence: str = ""  # Italian, for the editor; empty where it passes
    step: int | None = None  # the code's own moment
    proof: str | None = None  # for the `code_hash` of what it proves: a keyed hash, or ACCESS and a key
    until: datetime | None = None  # from now on locked: the other editors should hear of it

    @property
    def passes(self) -> bool:
        return self.verdict in (Verdict.accepted, Verdict.declared, Verdict.signed_in)


@dataclass(frozen=True)
class Spell:
    """A lock-out, from the first of the wrong codes that led to it to its end (excluded)."""

    first: datetime
    until: datetime


def lock_out(wrong: Sequence[datetime], at: datetime) -> Spell | None:
    """The lock-out that an answer of `at` falls into, if any; `wrong` in any order.

    Answers may be judged out of order: one given among the wrong codes falls into it too.
    """
    times = sorted(wrong)
    spells = (
        Spell(first, last + LOCK)
        for first, last in zip(times, times[TRIES - 1 :], strict=False)
        if last - first < WITHIN
    )
    around = [spell for spell in spells if spell.first <= at < spell.until]
    return max(around, key=lambda spell: spell.until, default=None)


def weigh(
    code: str,
    secret: str,
    editor: Editor,
    *,
    at: datetime,
    used: Collection[int],
    wrong: Sequence[datetime],
    meanwhile: str = APPROVES,
) -> Judged:
    """Judge a code that was typed. Pure.

    `used`: steps that never pass again. `wrong`: when the editor's codes were wrong lately. `meanwhile`: what
    is to be told of a lock-out.
    """
    if spell := lock_out(wrong, at):
        return Judged(Verdict.locked, editor.id, at, _locked(editor, spell.until, meanwhile))
    steps, now = matching(typed(code), secret, at), int(at.timestamp()) // STEP
    near = [step for step in steps if abs(step - now) <= WINDOW]
    if near and not set(near) & set(used):
        return Judged(Verdict.accepted, editor.id, at, step=near[0])
    if near:
        return Judged(
            Verdict.used, editor.id, at, "Il codice è già stato usato: aspetta quello nuovo (30 secondi)."
        )
    apart = steps[0] - now if steps else None
    spell = lock_out([*wrong, at], at)
    if spell:
        rest = _locked(editor, spell.until, meanwhile)
    else:
        left = TRIES - _in_one_window([*wrong, at], at)
        rest = "Resta 1 tentativo" if left == 1 else f"Restano {left} tentativi"
        rest += ", poi aspetti 15 minuti."
    return Judged(
        Verdict.wrong,
        editor.id,
        at,
        f"{_why(typed(code), apart)} {rest}",
        step=steps[0] if steps else None,
        until=spell.until if spell else None,
    )


def _in_one_window(times: Sequence[datetime], at: datetime) -> int:
    """The most of `times` within one stretch of WITHIN that holds `at`."""
    near = [time for time in times if abs(time - at) < WITHIN]
    return max(sum(first <= time < first + WITHIN for time in near) for first in near if first <= at)


def _why(code: str, apart: int | None) -> str:
    if not re.fullmatch(r"[0-9]{6}", code):
        return "Il codice deve avere 6 cifre: copialo dall'app."
    if apart is None:
        return "Il codice non è giusto."
    minutes = max(round(abs(apart) * STEP / 60), 1)
    about = "un minuto" if minutes == 1 else f"{minutes} minuti"
    if apart > 0:
        return (
            f"L'orologio del telefono è avanti di circa {about}: imposta data e ora automatiche, "
            "poi usa un codice nuovo."
        )
    return (
        f"Il codice è di circa {about} fa. Scrivilo per ultimo, subito prima di confermare; se l'hai appena "
        "letto, l'orologio del telefono è indietro: imposta data e ora automatiche."
    )


def _locked(editor: Editor, until: datetime, meanwhile: str) -> str:
    # the first whole minute after it: told earlier, a try at that time would be refused
    minute = in_rome(until + timedelta(seconds=59, microseconds=999_999))
    told = f"Troppi codici sbagliati: quelli di {editor.name} non si accettano fino alle {minute:%H:%M}."
    return f"{told} {meanwhile}"


def is_final(settings: Settings, bulletin: Bulletin, at: datetime) -> bool:
    """Whether an approval of `at` cannot well be taken back: what was approved leaves within a quarter of an
    hour, or two have to agree.
    """
    leaves_soon = bulletin.slot_at is None or bulletin.slot_at - at <= PROOF_LASTS
    return leaves_soon or settings.profile.approvals == 2


def are_in_forms(settings: Settings) -> bool:
    """Whether forms ask for codes: not where persons sign in."""
    return settings.profile.asks_codes and not settings.signs_in


def judge(
    settings: Settings,
    session: Session,
    editor: Editor,
    proof: Proof,
    *,
    at: datetime,
    approves: bool = True,
    is_final: bool = False,
) -> Judged:
    """Judge what proves who confirmed a form that asks to approve, or started another act; store a code that
    is wrong.

    `at` is the instant of Resume, or when a run was asked for; `is_final`: it cannot be taken back. Once for
    each answer, in the transaction that stores the answer: it holds the editor's other answers back until
    then. What was accepted can be judged again: `spend` ends it.
    """
    if proof.person or settings.signs_in:
        return _signed_in(settings, session, editor, proof, at, is_final=is_final)
    if not settings.profile.asks_codes:
        return Judged(Verdict.declared, editor.id, at)
    secret = settings.code_secret(editor)
    if secret is None or not is_usable(secret.get_secret_value()):
        sentence = f"Per {editor.name} non c'è ancora un codice: chiedilo a chi gestisce il servizio."
        return Judged(Verdict.missing, editor.id, at, sentence)
    code = proof.code
    if not typed(code):
        what = "Per approvare serve" if approves else "Serve"
        sentence = f"{what} il codice di 6 cifre dell'app: scrivilo per ultimo, prima di confermare."
        return Judged(Verdict.missing, editor.id, at, sentence)
    sign_offs.hold(session, editor.id)
    step, counted = int(at.timestamp()) // STEP, sign_offs.counted(editor.id, approves=approves)
    judged = weigh(
        code,
        secret.get_secret_value(),
        editor,
        at=at,
        used=sign_offs.used_steps(session, editor.id, step - WINDOW, step + WINDOW),
        wrong=sign_offs.wrong_between(session, counted, at - WITHIN - LOCK, at + WITHIN),
        meanwhile=APPROVES if approves else ACTS,
    )
    if judged.verdict == Verdict.wrong:
        sign_offs.add_wrong(session, counted, at=at, step=judged.step)
    if judged.verdict != Verdict.accepted:
        return judged
    return Judged(
        judged.verdict, judged.editor, at, step=judged.step, proof=_proof(settings, editor, judged.step, code)
    )


def _signed_in(
    settings: Settings, session: Session, editor: Editor, proof: Proof, at: datetime, *, is_final: bool
) -> Judged:
    """By what the door wrote down, whatever was typed. A run that nobody started there proves nobody."""
    if not proof.person:
        return Judged(Verdict.missing, editor.id, at, NOT_SIGNED_IN)
    row = asked.whole(settings, session, proof.act)
    is_theirs = row is not None and row.person == editor.id == proof.person
    # a stamp says when a form was filled in, and lies under a key that others could give it
    if row is None or not is_theirs or (row.use == Use.ANSWER and row.at != at):
        return Judged(Verdict.missing, editor.id, at, LOST)
    if row.used_at is not None:
        return Judged(Verdict.used, editor.id, row.at, ALREADY)
    is_fresh = row.proved_at is not None and timedelta(0) <= row.at - row.proved_at <= PROOF_LASTS
    if is_final and settings.profile.asks_codes and not is_fresh:
        address = f"{settings.prefect_origins[0]}{PROVE}"
        return Judged(Verdict.stale, editor.id, row.at, PROVE_AGAIN.format(address))
    return Judged(Verdict.signed_in, editor.id, row.at, proof=ACCESS + row.key)


NOT_SIGNED_IN = (
    "Non si sa chi l'ha chiesto: va confermato o avviato dalla pagina, da chi ha effettuato l'accesso."
)
ALREADY = "Questo è già stato fatto: se serve ancora, va chiesto di nuovo."
PROVE_AGAIN = (
    "Questo non si può annullare, e sono passati più di 15 minuti da quando hai dato prova di chi sei. In "
    "un'altra scheda apri {} e conferma che sei tu; poi chiedilo di nuovo."
)


def _proof(settings: Settings, editor: Editor, step: int | None, code: str) -> str:
    return settings.vault().hash(f"one-time code {editor.id} {step} {typed(code)}")


def is_genuine(settings: Settings, editor: Editor, row: UsedCode) -> bool:
    """Whether this is the row of a code of theirs: its hash is keyed, and the editor's secret gives it again.

    False once the editor has another secret.
    """
    secret = settings.code_secret(editor)
    if secret is None or not is_usable(secret.get_secret_value()) or row.editor != editor.id:
        return False
    code = TOTP(secret.get_secret_value()).generate_otp(row.step)
    return compare_digest(row.code_hash, _proof(settings, editor, row.step, code))


def spend(settings: Settings, session: Session, judged: Judged, bulletin_id: int | None) -> None:
    """Use up the code of a decision, or what was seen at the door, in the decision's transaction.

    StoreError where it does not pass, or was used meanwhile: nothing of the decision may be stored then.
    """
    if judged.verdict == Verdict.declared:
        return
    if judged.verdict == Verdict.signed_in and judged.proof is not None:
        key = judged.proof.removeprefix(ACCESS)
        asked.use_up(settings, session, key, bulletin_id=bulletin_id, now=judged.at)
        return
    if judged.verdict != Verdict.accepted or judged.step is None or judged.proof is None:
        raise StoreError(f"a code of {judged.editor} that is {judged.verdict} proves no decision")
    sign_offs.add_used(
        session,
        judged.editor,
        step=judged.step,
        code_hash=judged.proof,
        at=judged.at,
        bulletin_id=bulletin_id,
    )


def without_code(values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The code of a confirmed form, and the form without it: only that may be stored or logged."""
    others = {name: value for name, value in values.items() if name != FIELD}
    return str(values.get(FIELD) or ""), others
