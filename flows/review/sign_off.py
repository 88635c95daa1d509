"""When one approval is enough, when a second person is needed, and what makes an approval void. Pure.

An approval counts for exactly the text that it sealed: change the text, and it counts no more. A fact that
a check stopped (a *block*) passes only with its source declared and a second person behind it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from db import bulletins, sign_offs
from db.models import Bulletin, BulletinVersion, SignOff, SignOffWord
from db.vault import Vault
from flows.bulletin.language.dates import in_rome
from flows.bulletin.status import REPEATED


@dataclass(frozen=True)
class Voice:
    """What one editor said, in the order of the versions."""

    editor: str  # id in the profile
    name: str
    word: SignOffWord
    at: datetime
    seal: str = ""  # of what is approved, as it would be sent
    source: str = ""  # declared for what the site does not tell
    blocks: frozenset[str] = frozenset()  # sentences of the checks that it was said in spite of


ASK_SOURCE = (
    "Per confermare comunque un dato che la pagina del sito non riporta scrivi da dove viene, nel campo che "
    "lo chiede; poi deve approvare anche un collega."
)
IF_CHANGED = (
    "Se cambi il testo, l'approvazione di {name} non vale più: approvi tu, poi deve approvare {again}."
)
IF_SHOWN_BY_THE_SITE = "Se invece togli il dato che il sito non riporta, basta la tua approvazione."
ALONE = "Serve una seconda persona, e nel profilo ce n'è una sola."


def in_spite(overridden: Iterable[str], source: str, *, to_them: bool = False) -> list[str]:
    """In spite of what somebody approved, and whence they say to have it, for who reads it after; or for
    themselves.
    """
    did, says = ("Lo hai", "Hai detto") if to_them else ("Lo ha", "Dice")
    told = []
    for line in overridden:
        where = re.sub(r"^Notizia (?=\d)", "alla notizia ", re.sub("^Riquadro «", "al riquadro «", line))
        told.append(f"{did} approvato nonostante l'avviso {where}")
    return [*told, *([f"{says} che il dato viene da: {source.rstrip('.')}."] if source else [])]


def if_changed(name: str, *, is_blocked: bool, approvals: int, editors: int) -> str:
    """For the second of two persons: what becomes of the approval of `name`, the first, once the text is
    another. As `rule` decides.
    """
    again = f"di nuovo {name}" if editors == 2 else f"un'altra persona, anche di nuovo {name}"
    alone = f" {IF_SHOWN_BY_THE_SITE}" if is_blocked and approvals == 1 else ""
    return IF_CHANGED.format(name=name, again=again) + alone


class Outcome(StrEnum):
    approved = "approved"
    waiting = "waiting"  # stored: a second, different person is needed
    voided = "voided"  # stored: sent back or re-opened, earlier approvals count no more
    refused = "refused"  # nothing is stored but the text


@dataclass(frozen=True)
class Ruling:
    outcome: Outcome
    sentences: tuple[str, ...] = ()  # Italian: why it is refused, or what happens now
    standing: tuple[Voice, ...] = ()  # the approvals that count now, the new one last
    calls: tuple[str, ...] = ()  # ids of the editors who have to act now

    @property
    def decides(self) -> bool:
        """Whether it is stored as a sign-off, and uses up the code."""
        return self.outcome != Outcome.refused


def voices(rows: Sequence[SignOff]) -> list[Voice]:
    return [
        Voice(
            row.editor,
            row.name,
            row.said,
            row.at,
            row.seal,
            row.source,
            frozenset(row.overridden.splitlines()),
        )
        for row in rows
    ]


def since_void(before: Sequence[Voice]) -> list[Voice]:
    """The approvals after the last word that voided what was before it."""
    start = max(
        (n for n, voice in enumerate(before, start=1) if voice.word != SignOffWord.approve), default=0
    )
    return list(before[start:])


def standing(
    before: Sequence[Voice], editors: Mapping[str, str], seal: str, blocks: frozenset[str]
) -> list[Voice]:
    """The approvals that count for a text, one a person: of people still in the profile, of this very text,
    and in spite of all that is known against it now.
    """
    counted = {
        voice.editor: voice
        for voice in since_void(before)
        if voice.editor in editors and voice.seal == seal and voice.blocks >= blocks
    }
    return list(counted.values())


def rule(
    new: Voice,
    before: Sequence[Voice],
    *,
    approvals: int,
    editors: Mapping[str, str],
    preparer: str,
    note: str = "",
) -> Ruling:
    """What follows from one more word on a bulletin in review.

    `new`: who, and the seal and blocks of the text that this answer makes; its code and its text are already
    found good. `before`: the bulletin's earlier words, oldest first. `approvals`: of the profile.
    `editors`: id -> name of those in the profile. `preparer`: id of who last wrote the text, or "".
    """
    if new.editor not in editors:
        raise ValueError(f"{new.editor!r} is no editor of the profile")
    if new.word == SignOffWord.reopen:
        return Ruling(
            Outcome.voided, ("Il bollettino è riaperto: le approvazioni di prima non valgono più.",)
        )
    if new.word == SignOffWord.send_back:
        return _send_back(new, before, editors, preparer, note)
    counted = standing(before, editors, new.seal, new.blocks)
    with_new = (*(voice for voice in counted if voice.editor != new.editor), new)
    needed = 2 if new.blocks else approvals
    others = {key: name for key, name in editors.items() if key != new.editor}
    again = next((voice for voice in counted if voice.editor == new.editor), None)
    if again and len(with_new) < needed and others:
        sentence = (
            f"{again.name} {REPEATED} alle {in_rome(again.at):%-H:%M}. Ora deve approvare {_or(others)}."
        )
        return Ruling(Outcome.refused, (sentence,), tuple(counted), tuple(others))
    if new.blocks and not any(voice.source.strip() for voice in with_new):
        return Ruling(Outcome.refused, (*sorted(new.blocks), ASK_SOURCE))
    if len(with_new) >= needed:
        return Ruling(Outcome.approved, standing=with_new)
    if not others:
        return Ruling(Outcome.refused, (*sorted(new.blocks), ALONE))
    waiting = f"{new.name} ha approvato. Prima dell'invio deve approvare anche {_or(others)}."
    return Ruling(
        Outcome.waiting, (*_voided(before, with_new, editors), waiting), with_new, calls=tuple(others)
    )


def _send_back(
    new: Voice, before: Sequence[Voice], editors: Mapping[str, str], preparer: str, note: str
) -> Ruling:
    approved = [voice.editor for voice in since_void(before) if voice.editor in editors]
    to = approved[-1] if approved else preparer
    if not note.strip():
        return Ruling(Outcome.refused, ("Scrivi nella nota che cosa c'è da cambiare.",))
    if to == new.editor:
        sentence = 'Il testo l\'hai preparato tu: cambialo e scegli "Salva, continuo dopo".'
        return Ruling(Outcome.refused, (sentence,))
    if to not in editors:
        return Ruling(
            Outcome.refused,
            ("Il testo non l'ha ancora preparato nessuno: cambialo tu, oppure scegli di non inviare.",),
        )
    return Ruling(
        Outcome.voided, (f"{new.name} rimanda il testo a {editors[to]}: {note.strip()}",), calls=(to,)
    )


def _voided(before: Sequence[Voice], counted: Sequence[Voice], editors: Mapping[str, str]) -> list[str]:
    """Whose approvals no longer count, because the text changed after them."""
    counting = {voice.editor for voice in counted}
    lost = {
        voice.editor: voice
        for voice in since_void(before)
        if voice.editor not in counting and voice.editor in editors
    }
    return [
        f"L'approvazione di {voice.name} delle {in_rome(voice.at):%H:%M} non vale più: "
        "dopo sono cambiati il testo o la pagina del sito."
        for voice in lost.values()
    ]


def _or(editors: Mapping[str, str]) -> str:
    names = list(editors.values())
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} o {names[-1]}"


def signed_by(vault: Vault, session: Session, bulletin: Bulletin, version: BulletinVersion) -> list[str]:
    """Ids of the editors whose approval stands for the text of this version, in their order."""
    lines = [(item.title, item.text) for item in bulletins.items(session, version)]
    reopened = bulletins.reopened_at(session, vault, bulletin.id)
    words = sign_offs.genuine(session, vault, bulletin.id)
    rows = [row for row in words if reopened is None or row.at > reopened]
    signed = []
    for row, voice in zip(rows, voices(rows), strict=True):
        sealed = bulletins.version_of(session, bulletin.id, row.version_number)
        texts = [(item.title, item.text) for item in bulletins.items(session, sealed)] if sealed else []
        if voice in since_void(voices(rows)) and row.said == SignOffWord.approve and texts == lines:
            signed.append(row.editor)
    return signed
