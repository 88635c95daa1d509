"""The proof of a send: counted from the rows, as a document that adds up, can be kept, and checked again.

It holds no number, name or id of a citizen. What the provider says later may settle an uncertain message or
fail an accepted one: a check tells such moves apart from what cannot have changed.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from db import accounts, acts, bulletins, disk, handovers, outcomes, sign_offs
from db import senders as starts
from db.deliveries import Certificate
from db.engine import StoreError
from db.models import Approval, Bulletin, BulletinKind, BulletinStatus, DeliveryStatus, SignOff, SignOffWord
from flows.bulletin.language.dates import alle_ore, giorno, in_rome
from flows.bulletin.status import ACCESS, SIGNED_IN, STATUS, numbered, proved, proved_by
from flows.settings import BollettinoError, Settings
from flows.whatsapp.errors import explain

EDITION = 1  # of the document
BY_ITSELF = "invio"  # who starts a send at its hour
SETTLED_AFTER = timedelta(hours=24)  # a status webhook that has not come by then does not come
OWN = {
    "opted_out": "la persona si è disiscritta prima dell'invio",
    "alerts_only": "la persona ha chiesto solo le allerte prima dell'invio",
    "unread_message": "la persona ha scritto qualcosa che non era ancora stato letto",
    "invalid_address": "non è un numero di telefono",
    "unreadable_address": "l'indirizzo non si apre con le chiavi di oggi",
    "sender_died": "il programma si è fermato durante l'invio",
    "closed_by_hand": "l'invio è stato chiuso prima",
    "corrected_meanwhile": "riceve il testo corretto al posto di questo",
    "parts_over": "il testo è scaduto prima che WhatsApp permettesse di scrivere anche a questa persona",
    "said_arrived": "una persona dichiara che è arrivato",
    "said_lost": "una persona dichiara che non è arrivato",
    "by_list": "una persona dichiara di averlo inviato con una lista broadcast",
    "by_channel": "una persona dichiara di averlo pubblicato nel canale WhatsApp",
    "not_handed_out": "chi invia a mano ha detto che questa lista non parte",
    "no_phone": "si conosce solo il codice WhatsApp, non il numero: non entra in una lista",
}
"""Our own reasons; any other is the provider's code, or the name of what happened on the wire."""

BY_HAND = {
    "assisted": "liste broadcast di WhatsApp; nessuno conferma che sia arrivato",
    "channel": "canale WhatsApp, che conta come un destinatario; chi lo legge non si sa",
}

WORD = {
    DeliveryStatus.queued: "ancora da inviare",
    DeliveryStatus.claimed: "in viaggio",
    DeliveryStatus.accepted: "accettati",
    DeliveryStatus.failed: "falliti",
    DeliveryStatus.skipped: "saltati",
    DeliveryStatus.uncertain: "incerti",
    DeliveryStatus.declared: "dichiarati",
}


MEANING = {  # where no code says more: what is declared or skipped has one
    DeliveryStatus.queued: "non ancora tentati",
    DeliveryStatus.claimed: "stanno partendo",
    DeliveryStatus.accepted: "WhatsApp li ha presi in carico",
    DeliveryStatus.failed: "WhatsApp non dice perché",
    DeliveryStatus.uncertain: "forse arrivati, forse no",
}


class CertificateError(BollettinoError):
    """A file is no certificate, or tells of another bulletin. The text is Italian."""


@dataclass(frozen=True)
class Document:
    """A certificate as it is kept. Times are ISO 8601 in UTC; "" or None for what did not happen."""

    edition: int
    slug: str
    bulletin: int
    code: str  # of the public page
    kind: str
    status: str
    version: int | None
    approver: str
    seal: str
    planned: int
    counts: dict[str, int]  # by delivery status, every one named
    codes: list[list[str | int]]  # [status, code, how many]
    receipts: dict[str, int]
    attempts: int
    first_at: str
    last_at: str
    starts: list[list[str]]  # [moment, who]
    deliveries_sha256: str  # over which deliveries were planned
    channel: str = "cloud"  # assisted: broadcast lists; channel: a WhatsApp channel, which is one recipient
    declarations: list[list[str]] = field(default_factory=list)  # [moment, who, lists, how many]
    despite: list[list[str]] = field(default_factory=list)  # [moment, who, check that they overrode]
    acts: list[list[str]] = field(default_factory=list)  # [moment, who, what, how it is proved]
    signers: list[str] = field(default_factory=list)  # everybody by whose word it left; [] of an older one
    proofs: list[list[str]] = field(default_factory=list)  # of each signature: [moment, who, how]
    # of a send in parts: [moment, counts by delivery status], one for each start
    parts: list[tuple[str, dict[str, int]]] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether planned = accepted + failed + skipped + uncertain + declared."""
        is_open = self.counts["queued"] + self.counts["claimed"]
        return not is_open and self.planned == sum(self.counts.values())

    def json(self) -> str:
        """With a SHA-256 over the rest, against a slip of the hand: it proves no author."""
        body = asdict(self)
        return json.dumps({**body, "sha256": digest(body)}, indent=1, ensure_ascii=False, sort_keys=True)


def digest(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def draw_up(settings: Settings, session: Session, bulletin_id: int) -> Document:
    """Count everything anew from the rows. StoreError when there is no such bulletin.

    It locks nothing: a send of a hundred thousand takes seconds to count.
    """
    bulletin = session.get(Bulletin, bulletin_id)
    if bulletin is None:
        raise StoreError(f"there is no bulletin {bulletin_id}")
    sealed = bulletins.approved(session, bulletin_id)
    codes = outcomes.by_code(session, bulletin_id)
    counts = {status.value: 0 for status in DeliveryStatus}
    for (status, _), count in codes.items():
        counts[status.value] += count
    span = outcomes.span(session, bulletin_id)
    begun = starts.of(session, bulletin_id)
    handover = handovers.of(session, bulletin_id)
    declarations = [row for row in handovers.declarations(session, bulletin_id) if row.people or row.is_last]
    first, last = handovers.span(session, bulletin_id) or (span.first_at, span.last_at)
    return Document(
        edition=EDITION,
        slug=settings.profile.slug,
        bulletin=bulletin.id,
        code=bulletin.code,
        kind=bulletin.kind.value,
        status=bulletin.status.value,
        version=sealed[1].number if sealed else None,
        approver=sealed[0].approver if sealed else "",
        seal=(sealed[0].seal or "") if sealed else "",
        planned=codes.total(),
        counts=counts,
        codes=[[status.value, code, count] for (status, code), count in sorted(codes.items())],
        receipts={
            receipt.value: n for receipt, n in sorted(outcomes.by_receipt(session, bulletin_id).items())
        },
        attempts=span.attempts,
        first_at=_iso(first),
        last_at=_iso(last),
        starts=[[_iso(start.at), start.by] for start in begun],
        deliveries_sha256=outcomes.fingerprint(session, bulletin_id),
        channel=handover.kind.value if handover else "cloud",
        declarations=[[_iso(row.at), row.by, row.lists, str(row.people)] for row in declarations],
        despite=[[_iso(start.at), start.by, line] for start in begun for line in start.despite.splitlines()],
        acts=[[_iso(act.at), act.name, act.verb, proved(act)] for act in acts.of(session, bulletin_id)],
        signers=signers(settings, session, sealed[0]) if sealed else [],
        proofs=[
            [_iso(row.at), row.name, signature_proof(session, row)]
            for row in (_approving(settings, session, sealed[0]) if sealed else ())
        ],
        parts=_parts(session, bulletin_id, [start.at for start in begun]),
    )


def signers(settings: Settings, session: Session, approval: Approval) -> list[str]:
    """Names of those who approved this text, the first one first: the last alone made it leave."""
    names = [row.name for row in _approving(settings, session, approval)]
    return list(dict.fromkeys([*names, approval.approver]))


def signature_proof(session: Session, row: SignOff) -> str:
    """By what it is proved who said it, in Italian: a code, how they had signed in, or nothing."""
    proof, asked = proved_by(row.code_hash), accounts.asked_at(session, row.editor, row.at)
    if asked is None:
        return proof
    when = f", prova di {to_the_second(asked.proved_at)}" if asked.proved_at else ""
    entered = f"{SIGNED_IN[asked.proof]}{when}"
    return entered if (row.code_hash or "").startswith(ACCESS) else f"{proof}, {entered}"


def proofs(settings: Settings, session: Session, approval: Approval) -> dict[str, str]:
    """Of `signers` who gave a code or had signed in, how, in Italian."""
    found = {}
    for row in _approving(settings, session, approval):
        asked = accounts.asked_at(session, row.editor, row.at)
        if row.code_hash or asked:
            found[row.name] = SIGNED_IN[asked.proof] if asked else proved_by(row.code_hash)
    if approval.code_hash:
        found.setdefault(approval.approver, proved_by(approval.code_hash))
    return found


def unproved(settings: Settings, session: Session, approval: Approval) -> list[str]:
    """Names of `signers` who neither gave a code nor had signed in: somebody chose them from a list."""
    proved = proofs(settings, session, approval)
    return [name for name in signers(settings, session, approval) if name not in proved]


def _approving(settings: Settings, session: Session, approval: Approval) -> list[SignOff]:
    """The words of those who approved this text, since it was last given back or re-opened."""
    vault = settings.vault()
    reopened = bulletins.reopened_at(session, vault, approval.bulletin_id)
    words = sign_offs.genuine(session, vault, approval.bulletin_id)
    start = max((n for n, row in enumerate(words, start=1) if row.said != SignOffWord.approve), default=0)
    return [
        row for row in words[start:] if row.seal == approval.seal and (reopened is None or row.at > reopened)
    ]


def _parts(
    session: Session, bulletin_id: int, starts: Sequence[datetime]
) -> list[tuple[str, dict[str, int]]]:
    """None of a send that left as a whole, however often it was resumed."""
    if not any(act.verb == acts.IN_PARTS for act in acts.of(session, bulletin_id)):
        return []
    counted = outcomes.by_part(session, bulletin_id, starts)
    return [
        (_iso(at), {status.value: n for status, n in sorted(part.items())})
        for at, part in zip(starts, counted, strict=True)
    ]


def _iso(moment: datetime | None) -> str:
    return moment.isoformat(timespec="milliseconds") if moment else ""


def words(certificate: Certificate) -> str:
    """The certificate as a sentence that adds up, in Italian."""
    parts = [
        f"accettati {certificate.accepted}",
        f"falliti {certificate.failed}",
        f"saltati {certificate.skipped}",
        f"incerti {certificate.uncertain}",
    ]
    parts += [f"dichiarati {certificate.declared}"] if certificate.declared else []
    parts += [f"ancora da inviare {certificate.open}"] if certificate.open else []
    return f"Previsti {certificate.planned} = " + " + ".join(parts)


def reason(code: str) -> str:
    """The Italian words for what stands behind a failed, skipped or uncertain delivery."""
    if not code:
        return ""
    if code in OWN:
        return OWN[code]
    return explain(code) if code.isdecimal() else f"senza risposta ({code})"


def rows(document: Document) -> list[dict[str, str | int]]:
    """The outcomes by code, for a table; what happened most often first."""
    ordered = sorted(document.codes, key=lambda row: (-int(row[2]), str(row[0]), str(row[1])))
    return [
        {
            "Esito": WORD[DeliveryStatus(str(status))],
            "Codice": str(code),
            "Che cosa vuol dire": reason(str(code)) or MEANING.get(DeliveryStatus(str(status)), "non si sa"),
            "Messaggi": count,
        }
        for status, code, count in ordered
    ]


def printed(document: Document, *, at: datetime) -> Iterator[str]:
    """For paper or a terminal, in Italian. `at`: when it was counted; receipts come for days after a send."""
    counts = document.counts
    what = numbered(BulletinKind(document.kind), document.bulletin)
    yield f"CERTIFICATO DI INVIO - {what} ({document.slug})"
    yield f"Stato: {STATUS[BulletinStatus(document.status)]}"
    approvers = " e ".join(document.signers) or document.approver or "-"
    yield f"Testo: versione {document.version or '-'}, approvata da {approvers}"
    for moment, who, how in document.proofs:
        yield f"Approvato: {_moment(moment)}, da {who} ({how})"
    yield f"Sigillo: {document.seal or '-'}"
    yield f"Primo messaggio: {_moment(document.first_at)}. Ultimo: {_moment(document.last_at)}."
    for moment, who in document.starts:
        yield f"Avviato: {_moment(moment)}, {'da solo' if who == BY_ITSELF else f'da {who}'}"
    for moment, who, line in document.despite:
        yield f"Nonostante il controllo: {_moment(moment)}, {who}: {line}"
    for moment, who, what, how in document.acts:
        yield f"Deciso: {_moment(moment)}, da {who}: {acts.called(what)} ({how})"
    if document.channel != "cloud":
        yield f"Inviato a mano: {BY_HAND[document.channel]}"
    for moment, who, lists, people in document.declarations:
        what = f"liste {lists.replace(' ', ', ')}" if document.channel == "assisted" else "canale"
        yield f"Dichiarato: {_moment(moment)}, da {who}: {what if lists else 'niente altro'} ({people})"
    yield ""
    ends = ("accepted", "failed", "skipped", "uncertain", "declared", "queued", "claimed")
    parts = [f"{WORD[DeliveryStatus(name)]} {counts[name]}" for name in ends[:4]]
    parts += [f"{WORD[DeliveryStatus(name)]} {counts[name]}" for name in ends[4:] if counts[name]]
    yield f"Previsti {document.planned} = {' + '.join(parts)}"
    yield "I conti tornano." if document.is_whole else "I conti sono ancora aperti."
    for place, (moment, part) in enumerate(document.parts, 1):
        ended = " + ".join(f"{WORD[DeliveryStatus(name)]} {n}" for name, n in part.items())
        yield f"Scaglione {place}, {_moment(moment)}: {sum(part.values())}{f' = {ended}' if ended else ''}"
    if document.channel == "cloud":
        names = {"sent": "inviati", "delivered": "consegnati", "read": "letti"}
        told = ", ".join(f"{names[name]} {n}" for name, n in document.receipts.items())
        may_come = not document.last_at or at - datetime.fromisoformat(document.last_at) < SETTLED_AFTER
        none = "non ancora arrivate" if may_come else "nessuna"
        yield f"Conferme di consegna {alle_ore(at)}: {told or none}"
        yield f"Tentativi: {document.attempts}"
    yield ""
    width = max((len(str(code)) + 1 for _, code, _ in document.codes if code), default=0)
    for row in rows(document):
        yield f"{row['Messaggi']:>8}  {row['Esito']:<17} {row['Codice']:<{width}}{row['Che cosa vuol dire']}"
    yield ""
    yield f"Impronta (serve solo a chi gestisce il servizio): {document.deliveries_sha256}"


def _moment(moment: str) -> str:
    return to_the_second(datetime.fromisoformat(moment)) if moment else "-"


def to_the_second(moment: datetime) -> str:
    """`martedì 1 dicembre 2026, 14:40:05`, in Rome."""
    local = in_rome(moment)
    return f"{giorno(local)} {local.year}, {local:%H:%M:%S}"


def path_of(settings: Settings, bulletin_id: int) -> Path:
    """Where the certificate of a send is kept, outside the database."""
    return settings.state / "certificati" / f"bollettino-{bulletin_id}.json"


def keep(settings: Settings, document: Document) -> Path:
    path = path_of(settings, document.bulletin)
    disk.replace(path, f"{document.json()}\n".encode())
    return path


@dataclass(frozen=True)
class Compared:
    """A kept certificate beside the rows of now."""

    wrong: tuple[str, ...]  # what can only differ when something is not right
    settled: tuple[str, ...]  # what the provider told since

    @property
    def is_good(self) -> bool:
        return not self.wrong


def compare(text: str, now: Document) -> Compared:
    """Check a kept certificate against the rows. CertificateError when it cannot be read as one."""
    try:
        body = json.loads(text)
        checksum = body.pop("sha256")
        before = Document(**body)
        before_is_whole = before.is_whole
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        raise CertificateError("Questo file non è un certificato di invio.") from exc
    if (before.slug, before.bulletin) != (now.slug, now.bulletin):
        raise CertificateError(
            f"Il certificato è del bollettino {before.bulletin} di {before.slug}, non del {now.bulletin}."
        )
    wrong = []
    if checksum != digest(body):
        wrong.append("il file è stato modificato: la sua impronta non corrisponde")
    fixed = ["edition", "code", "kind", "version", "approver", "seal", "first_at", "channel"]
    is_final = before_is_whole and before.starts == now.starts
    if is_final:
        fixed += ["planned", "deliveries_sha256", "last_at", "attempts", "declarations"]
    for name in fixed:
        if getattr(before, name) != getattr(now, name):
            wrong.append(
                f"{name}: nel certificato {getattr(before, name)!r}, nelle righe {getattr(now, name)!r}"
            )
    if sum(before.counts.values()) != before.planned:
        wrong.append("nel certificato la somma degli esiti non è il numero dei previsti")
    settled = []
    for name in before.counts:
        if (then := before.counts[name]) != (later := now.counts.get(name, 0)):
            settled.append(f"{WORD[DeliveryStatus(name)]}: nel certificato {then}, adesso {later}")
    if settled and is_final and not _may_have_moved(before, now):
        wrong += settled
        settled = []
    return Compared(tuple(wrong), tuple(settled))


def _may_have_moved(before: Document, now: Document) -> bool:
    """After the end only the provider moves anything: it settles what is uncertain, or fails what it took."""
    then, later = before.counts, now.counts
    return (
        later["uncertain"] + later["declared"] <= then["uncertain"] + then["declared"]
        and later["skipped"] == then["skipped"]
        and now.is_whole
    )
