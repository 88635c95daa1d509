"""Who did what to a bulletin: versions with their differences, sign-offs, decisions, what left.

Read from our own tables, where the decisions live. No row about a citizen is looked at; and a mobile number
that somebody typed into a text or a note is shown as `[cellulare]`.
"""

import textwrap
from collections.abc import Iterator
from datetime import datetime
from operator import itemgetter

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from db import bulletins, call_outbox, deliveries, handovers, privacy, samples, senders, sign_offs, told_news
from db.engine import StoreError, reading
from db.models import (
    Approval,
    Bulletin,
    BulletinItem,
    CallStatus,
    Decision,
    HandoverKind,
    Outcome,
    Receipt,
    SignOff,
    SignOffWord,
)
from flows.bulletin.status import KINDS, REASONS, STATUS, proved_by
from flows.review import acts
from flows.review.differences import differences, without_mobiles
from flows.sending.certificate import signature_proof, to_the_second
from flows.staff.calls import CHANNELS

WIDTH = 100  # columns

DECISIONS = {
    Decision.approve: "approvato",
    Decision.save: "salvato",
    Decision.postpone: "rinviato al prossimo bollettino",
    Decision.discard: "scartato",
}
SAID = {
    SignOffWord.approve: "approva",
    SignOffWord.send_back: "rimanda a chi ha preparato il testo",
    SignOffWord.reopen: "riapre",
}
SAMPLES = {
    None: "chiesta",
    Outcome.in_flight: "non si sa se è partita",
    Outcome.uncertain: "non si sa se è partita",
    Outcome.accepted: "inviata",
    Outcome.refused: "rifiutata da WhatsApp",
    Outcome.not_sent: "non partita",
}


def history(engine: Engine, bulletin_id: int) -> str:
    """Everything that is stored of a bulletin's way, in Italian, for a terminal. Changes nothing.

    Raises StoreError when there is no such bulletin.
    """
    with reading(engine) as session:
        bulletin = session.get(Bulletin, bulletin_id)
        if bulletin is None:
            raise StoreError(f"there is no bulletin {bulletin_id}")
        parts = (_head, _versions, _calls, _by_hand, _moves, _starts, _acts, _certificate)
        lines = [_plain(line) for part in parts for line in part(session, bulletin)]
    return "\n".join(lines)


def _head(session: Session, bulletin: Bulletin) -> Iterator[str]:
    yield f"Bollettino {bulletin.id} ({KINDS[bulletin.kind]}): {STATUS[bulletin.status]}"
    if bulletin.slot_at:
        yield f"Invio previsto: {to_the_second(bulletin.slot_at)}"
    else:
        yield "Invio previsto: appena approvato"
    if bulletin.deadline_at:
        yield f"Da approvare entro: {to_the_second(bulletin.deadline_at)}"
    if put_right := told_news.of(session, bulletin.id):
        yield f"Rettifica: bollettino {', '.join(map(str, put_right))}"


def _versions(session: Session, bulletin: Bulletin) -> Iterator[str]:
    rows = bulletins.versions(session, bulletin.id)
    decided = {approval.version_number: approval for approval in _approvals(session, bulletin)}
    signed = {sign_off.version_number: sign_off for sign_off in sign_offs.of(session, bulletin.id)}
    items: list[BulletinItem] = []
    for version in rows:
        yield ""
        yield f"Versione {version.number}, {version.author}, {to_the_second(version.created_at)}"
        if version.answered_version:
            yield f"  Risponde alla versione {version.answered_version}"
        if version.note:
            yield f"  Nota: {version.note}"
        for line in version.problems.splitlines():
            yield f"  Da correggere: {line}"
        for line in version.remarks.splitlines():
            yield f"  {line}"
        if sample := samples.of_version(session, bulletin.id, version.number):
            yield f"  Prova sul telefono di {sample.editor}: {SAMPLES[sample.outcome]}"
        before, items = items, bulletins.items(session, version)
        yield from (f"  {line}" for line in differences(before, items) or ["Testo come prima"])
        if version.number in signed:
            yield from _signed(session, signed[version.number])
        if version.number in decided:
            yield from _decided(decided[version.number])
    if not rows:
        yield from ("", "Nessuna versione: non c'è ancora un testo.")


def _approvals(session: Session, bulletin: Bulletin) -> list[Approval]:
    rows = session.exec(
        select(Approval).where(Approval.bulletin_id == bulletin.id).order_by(col(Approval.version_number))
    )
    return list(rows)


def _signed(session: Session, row: SignOff) -> Iterator[str]:
    yield f"  Firma: {row.name} {SAID[row.said]}, {to_the_second(row.at)}, {signature_proof(session, row)}"
    for line in row.overridden.splitlines():
        yield f"    Nonostante: {line}"
    if row.source:
        yield f"    Fonte dichiarata: {row.source}"
    if row.seal:
        yield f"    Sigillo: {row.seal}"


def _decided(row: Approval) -> Iterator[str]:
    yield (
        f"  Decisione: {DECISIONS[row.decision]} da {row.approver}, {to_the_second(row.decided_at)}, "
        f"{proved_by(row.code_hash)}"
    )
    if row.decision == Decision.approve:
        yield f"    Sigillo: {row.seal or 'nessuno'}"
        count = "non contati" if row.head_count is None else str(row.head_count)
        yield f"    Destinatari al momento dell'approvazione: {count}"
    if row.voided_at:
        yield f"    ANNULLATA {to_the_second(row.voided_at)}: il bollettino è stato riaperto"


CALLS = {
    CallStatus.queued: "non ancora partita",
    CallStatus.in_flight: "in partenza",
    CallStatus.accepted: "presa in consegna",
    CallStatus.refused: "NON RIUSCITA",
    CallStatus.uncertain: "forse arrivata",
    CallStatus.late: "non partita in tempo",
}
SEEN = {Receipt.sent: "inviata", Receipt.delivered: "consegnata", Receipt.read: "letta"}


def _calls(session: Session, bulletin: Bulletin) -> Iterator[str]:
    """Who was called to decide at once, how, and what is known of it."""
    rows = call_outbox.of(session, bulletin.id)
    if rows:
        yield from ("", "Chiamate:")
    for call in rows:
        phone = f" (numero {call.hint})" if call.hint else ""
        seen = call.status == CallStatus.accepted and call.receipt
        outcome = SEEN[call.receipt] if seen and call.receipt else CALLS[call.status]
        code = f" ({call.code})" if call.code else ""
        who = f"{call.editor}, {CHANNELS[call.channel]}{phone}"
        yield f"  {to_the_second(call.called_at)}: {who}: {outcome}{code}"


def _by_hand(session: Session, bulletin: Bulletin) -> Iterator[str]:
    """Who said what of a send by hand."""
    handover = handovers.of(session, bulletin.id)
    if handover is None:
        return
    is_channel = handover.kind == HandoverKind.channel
    yield from ("", "Inviato a mano, nel canale WhatsApp:" if is_channel else "Inviato a mano, con le liste:")
    yield f"  {to_the_second(handover.begun_at)}: dato in mano a chi invia"
    for row in handovers.declarations(session, bulletin.id):
        lists = row.lists.replace(" ", ", ") or "nessuna"
        what = ("pubblicato" if row.lists else "non pubblicato") if is_channel else f"liste inviate: {lists}"
        counted = "" if is_channel else f" ({row.people} numeri)"
        last = "; il resto non parte" if row.is_last else ""
        yield f"  {to_the_second(row.at)}, {row.by}: {what}{counted}{last}"
        if row.note:
            yield f"    Nota: {row.note}"
        if row.remark:
            yield f"    {row.remark}"


def _moves(session: Session, bulletin: Bulletin) -> Iterator[str]:
    """Who moved it last, and the moments that other rows keep: no table keeps every move."""
    approvals = _approvals(session, bulletin)
    moves = [(bulletin.created_at, "creato")]
    moves += [(row.decided_at, f"{DECISIONS[row.decision]} da {row.approver}") for row in approvals]
    moves += [(moment, "riaperto") for moment in {row.voided_at for row in approvals if row.voided_at}]
    if bulletin.sent_at:
        moves.append((bulletin.sent_at, "comincia l'invio"))
    moves += _hidings(session, bulletin)
    why = REASONS.get(bulletin.status_reason or "", bulletin.status_reason)
    last = f"{STATUS[bulletin.status]}, da {bulletin.status_by}" + (f" ({why})" if why else "")
    yield from ("", "Passaggi conservati:")
    yield from (f"  {to_the_second(moment)}: {words}" for moment, words in sorted(moves, key=itemgetter(0)))
    yield f"  {to_the_second(bulletin.status_at)}: stato di adesso: {last}"


def _starts(session: Session, bulletin: Bulletin) -> Iterator[str]:
    """Each start of its send: by whom, and in spite of which checks."""
    begun = senders.of(session, bulletin.id)
    if begun:
        yield from ("", "Partenze:")
    for start in begun:
        yield f"  {to_the_second(start.at)}: {start.by}"
        yield from (f"    Nonostante il controllo: {line}" for line in start.despite.splitlines())


def _acts(session: Session, bulletin: Bulletin) -> Iterator[str]:
    """What persons did to it beside approving."""
    if done := acts.lines(session, bulletin.id):
        yield from ("", "Decisioni delle persone:")
        yield from (f"  {line}" for line in done)


def _hidings(session: Session, bulletin: Bulletin) -> Iterator[tuple[datetime, str]]:
    """What was taken off the public pages, and put back."""
    for redaction in privacy.redactions(session, bulletin.id):
        part = f"la notizia {redaction.position}" if redaction.position else "tutto il testo"
        yield redaction.at, f"oscurato nelle pagine pubbliche: {part}, da {redaction.by} ({redaction.reason})"
        if redaction.cancelled_at:
            yield (
                redaction.cancelled_at,
                f"di nuovo visibile: {part}, da {redaction.cancelled_by} ({redaction.cancelled_reason})",
            )


def _certificate(session: Session, bulletin: Bulletin) -> Iterator[str]:
    yield ""
    certificate = deliveries.certificate(session, bulletin.id)
    if not certificate.planned and bulletin.sent_at is None:
        yield "Certificato di invio: nessun messaggio è partito."
        return
    yield f"Certificato di invio: previsti {certificate.planned}"
    counts = {
        "accettati": certificate.accepted,
        "falliti": certificate.failed,
        "saltati": certificate.skipped,
        "incerti": certificate.uncertain,
        "dichiarati": certificate.declared,
        "ancora da inviare": certificate.open,
    }
    yield from (f"  {word}: {count}" for word, count in counts.items())
    yield "  I conti tornano." if certificate.adds_up else "  I conti sono ancora aperti."


def _plain(line: str) -> str:
    """Wrapped below its own indent, without a mobile number."""
    line = without_mobiles(line)
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
