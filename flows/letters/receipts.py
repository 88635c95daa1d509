"""What became of each answer of an editor: told to who gave it, and to who has to act now."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlmodel import Session, col, select

from db import bulletins, sign_offs
from db.models import Approval, Bulletin, BulletinStatus, BulletinVersion, Decision, SignOff, SignOffWord
from flows.bulletin.language.dates import giorno_ora, scadenza
from flows.bulletin.status import DECIDED, STATUS, is_only_new, is_only_repeated, people
from flows.draft import undo
from flows.draft.evidence import box
from flows.letters import unsent, urgent_calls
from flows.letters.briefing import TOLD_WITHIN, Briefing
from flows.review.choices import came_late
from flows.review.differences import rewording
from flows.review.page import of_what
from flows.review.sign_off import if_changed, in_spite, signed_by, since_void, voices
from flows.sending import channel, hold
from flows.sending.samples import sentence
from flows.settings import Settings
from flows.staff import duty
from flows.staff.mail import tell
from flows.staff.mail_text import bullets, to_whom
from flows.staff.rota import Person

APPROVED = "approvato"  # the letter to all: what leaves, and by whose word
AFTER_CHECKS = (
    " Facciamo gli ultimi controlli, poi parte: quando è finito, o se qualcosa lo trattiene, ti scriviamo di "
    "nuovo."
)
NEWS = (
    "Le notizie nuove del sito non entrano più da sole in questo bollettino: le porta «Rileggi il sito», di "
    "solito nella coda, da cui le aggiungi tu con il loro numero."
)
REOPENED = "Riaperto, non parte se non è approvato di nuovo"
REOPENED_BY_TWO = (
    "Se lo riapri le due approvazioni non valgono più: non parte se non lo approvate di nuovo in due"
)
ONE_IS_ENOUGH = "Se togliete il dato che il sito non riporta ne basta una."
SAVED = "Salvato, non ancora approvato"
WAITS = "Aspetta un collega"
DONE = "Tu hai già fatto la tua parte: se la risposta tarda, chiama chi deve approvare."
WITHOUT = "Se nessuno lo fa {entro}, non parte niente."
DUE = "Va approvato {entro}: dopo non parte più."
NOT_DUE = "Senza un'altra approvazione non parte niente."  # of what no hour ends
SITE_TOO = "Se il sito non lo riporta ancora fallo aggiornare: dalla pagina del messaggio si arriva al sito."
LEFT = (BulletinStatus.approved, BulletinStatus.sending, BulletinStatus.stopped, BulletinStatus.sent)


def receipts(
    settings: Settings, session: Session, bulletin: Bulletin, about: Briefing, *, now: datetime
) -> None:
    """For each answer of an editor what became of it, to whom it concerns; each once."""
    answers = session.exec(
        select(BulletinVersion)
        .where(
            BulletinVersion.bulletin_id == bulletin.id,
            col(BulletinVersion.answered_run_id).is_not(None),
            col(BulletinVersion.created_at) >= now - TOLD_WITHIN,
        )
        .order_by(col(BulletinVersion.number))
    )
    editors = settings.profile.editors
    signatures = sign_offs.of(session, bulletin.id)
    signed = {row.version_number: row for row in signatures}
    for version in answers:
        approval = session.exec(
            select(Approval).where(
                Approval.bulletin_id == bulletin.id, Approval.version_number == version.number
            )
        ).first()
        writer: Sequence[Person] = [editor for editor in editors if editor.name == version.author] or editors
        values = {**about.values, "chi": version.author, "quando": giorno_ora(version.created_at)}
        values["di_che"] = of_what(bulletin, bulletins.items(session, version))
        receipt = _teller(settings, session, bulletin.id, version.number, now)
        problems = version.problems.splitlines()
        if is_only_repeated(problems):  # nothing is to be put right
            yours = problems[0].replace(f"{version.author} ha ", "Hai ", 1)
            told = f"{yours} {DONE} {WITHOUT.format(**about.values)}"
            receipt("registrata", writer, {**values, "esito": WAITS, "che_succede": told})
        elif problems:
            kind = "da_rileggere" if is_only_new(problems) else "da_correggere"
            receipt(kind, writer, {**values, "problemi": bullets(problems, "")})
        elif approval is None and version.number in signed:
            row = signed[version.number]
            if row.said == SignOffWord.approve:
                _first_of_two(settings, session, bulletin, row, {**about.values, **values}, now)
            else:
                _sent_back(settings, session, bulletin, signatures, version, values, now)
        elif approval is None or approval.decision == Decision.save:
            sample = sentence(settings, session, bulletin.id, version.number)
            if not unsent.is_late(bulletin, version):
                receipt("registrata", writer, {**values, **_stored(bulletin, version, sample)})
            elif writer is not editors:  # of an answer by nobody the end itself is told
                after = unsent.what_now(settings, session, bulletin, writer, now=now)
                late = {"scaduto": came_late(bulletin), "prossimo": after[version.author]}
                receipt("troppo_tardi", writer, {**values, **late})
        elif approval.decision != Decision.approve:
            if approval.voided_at is None:
                closed = _closed(settings, session, bulletin, now)
                receipt("registrata", editors, {**values, **closed})
        elif bulletin.status in LEFT and approval.voided_at is None:
            first = _first_signature(settings, session, bulletin, version, approval.approver)
            by_hand = channel.by_hand(settings, session, bulletin) is not None
            more = {"ripensarci": _second_thoughts(settings, session, bulletin)}
            more |= _sealed(approval, bulletin.slot_at, by_hand)
            # to all, before the first message leaves: in whose name it was approved may not know of it
            for editor in editors:
                receipt(APPROVED, [editor], {**values, **more, "anche": _also(first, editor.name)})


def _teller(
    settings: Settings, session: Session, bulletin_id: int, version_number: int, now: datetime
) -> Callable[..., int]:
    """Queues letters about one version of a bulletin."""
    about = f"bulletin {bulletin_id} version {version_number}"
    return partial(tell, settings, session, about=about, bulletin_id=bulletin_id, now=now)


def _first_of_two(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    row: SignOff,
    values: Mapping[str, str],
    now: datetime,
) -> None:
    """A receipt for who has approved; who has to approve as well is called."""
    others = duty.on_duty(session, settings.profile, now, excluding=[row.editor])
    to = _teller(settings, session, bulletin.id, row.version_number, now)
    signer = [editor for editor in settings.profile.editors if editor.id == row.editor]
    due = (DUE if bulletin.deadline_at else NOT_DUE).format(**values)
    is_reminded = bulletin.slot_at is not None or bulletin.kind in urgent_calls.KINDS
    call = (
        "Se" if is_reminded else "Non scriviamo di nuovo: se"
    ) + f" la risposta tarda, chiama {others.names}."
    told = {"a_chi": to_whom(others.names), "se_tarda": call, "fino_a_quando": due}
    to("prima_firma", signer, {**values, **told})
    version = bulletins.latest(session, bulletin.id)
    if bulletin.status != BulletinStatus.in_review or bulletin.kind in urgent_calls.KINDS or version is None:
        return
    if row.editor not in signed_by(settings.vault(), session, bulletin, version):
        return
    why = reasons(session, row, bulletin, version)
    told = {"perche": why, "se_cambi": changing(settings, row)}
    to("serve_la_tua_firma", others.people, {**values, **told}, until=bulletin.deadline_at)


def changing(settings: Settings, row: SignOff) -> str:
    """What becomes of the first of two approvals where the second person changes the text."""
    profile = settings.profile
    return if_changed(
        row.name,
        is_blocked=bool(row.overridden),
        approvals=profile.approvals,
        editors=len(profile.editors),
    )


def reasons(session: Session, row: SignOff, bulletin: Bulletin, version: BulletinVersion) -> str:
    """In spite of what the first of two approved, by which source, and what persons changed."""
    why = [*in_spite(row.overridden.splitlines(), row.source), *_rewritten(session, bulletin, version)]
    return "\n".join(why)


def _sent_back(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    signatures: Sequence[SignOff],
    version: BulletinVersion,
    values: Mapping[str, str],
    now: datetime,
) -> None:
    """To who prepared the text: who approved it last, else who last wrote it; and a receipt for who did."""
    before = [row for row in signatures if row.version_number < version.number]
    approved = [voice.editor for voice in since_void(voices(before))]
    writers = session.exec(
        select(BulletinVersion.author)
        .where(BulletinVersion.bulletin_id == bulletin.id, BulletinVersion.number < version.number)
        .order_by(col(BulletinVersion.number).desc())
    ).all()
    editors = settings.profile.editors
    by_id, by_name = {editor.id: editor for editor in editors}, {editor.name: editor for editor in editors}
    preparers = [*(by_id[id_] for id_ in approved[::-1] if id_ in by_id)]
    preparers += [by_name[name] for name in writers if name in by_name]
    addressee = next((editor for editor in preparers if editor.name != version.author), None)
    to = _teller(settings, session, bulletin.id, version.number, now)
    back = addressee.name if addressee else "chi l'ha preparato"
    to(
        "registrata",
        [editor for editor in editors if editor.name == version.author],
        {**values, "esito": "Rimandato", "che_succede": f"Il testo torna a {back}, con la tua nota."},
    )
    if addressee is not None:
        to("rimandata", [addressee], {**values, "nota": version.note}, until=bulletin.deadline_at)


def _first_signature(
    settings: Settings, session: Session, bulletin: Bulletin, version: BulletinVersion, approver: str
) -> SignOff | None:
    """The approval of this text before the one that decided; None where there was none."""
    ids = signed_by(settings.vault(), session, bulletin, version)
    return next(
        (
            row
            for row in reversed(sign_offs.of(session, bulletin.id))
            if row.editor in ids and row.said == SignOffWord.approve and row.name != approver
        ),
        None,
    )


def _also(first: SignOff | None, reader: str) -> str:
    """Who approved it before, in spite of what and by which source, with an empty line before it."""
    if first is None:
        return ""
    is_reader = first.name == reader
    who = "Prima lo avevi approvato tu." if is_reader else f"Prima lo aveva approvato {first.name}."
    spite = in_spite(first.overridden.splitlines(), first.source, to_them=is_reader)
    to_do = [SITE_TOO] if first.overridden and first.source else []
    return f"\n\n{' '.join([who, *spite, *to_do])}"


def _rewritten(session: Session, bulletin: Bulletin, version: BulletinVersion) -> list[str]:
    """What persons changed in the form of the draft as it first was."""
    composed = session.exec(
        select(BulletinVersion)
        .where(
            BulletinVersion.bulletin_id == version.bulletin_id, col(BulletinVersion.answered_run_id).is_(None)
        )
        .order_by(col(BulletinVersion.number).desc())
    ).first()
    if composed is None or composed.number >= version.number:
        return []
    before, after = (_texts(session, bulletin, one) for one in (composed, version))
    lines = [
        f"{title}: {rewording(was, after[title])}"
        for title, was in before.items()
        if title in after and after[title] != was
    ]
    lines += [f"Tolta: {title}" for title in before if title not in after]
    lines += [f"Aggiunta: {title}" for title in after if title not in before]
    return [f"Che cosa è cambiato rispetto alla prima bozza:\n{bullets(lines, '')}"] if lines else []


def _texts(session: Session, bulletin: Bulletin, version: BulletinVersion) -> dict[str, str]:
    """By title; of a fixed text by the name of its box."""
    items = bulletins.items(session, version)
    if bulletin.template is None:
        return {item.title: item.text for item in items}
    return {box(item.category): item.text for item in items}


def _second_thoughts(settings: Settings, session: Session, bulletin: Bulletin) -> str:
    """What can still be done before it leaves, and while it does."""
    stop = f"Mentre parte puoi fermarlo: {settings.order_link('ferma')}\n"
    if bulletin.slot_at is None:
        return stop
    again = hold.again_by(settings, bulletin.slot_at)
    is_by_two = hold.is_by_two(settings, session, bulletin)
    without = REOPENED_BY_TWO if is_by_two else REOPENED
    alone = f" {ONE_IS_ENOUGH}" if is_by_two and settings.profile.approvals == 1 else ""
    return (
        f"Hai cambiato idea? Prima che parta riaprilo: {settings.order_link('riapri')}\n"
        f"{without}, {again}.{alone}\n{stop}"
    )


def _sealed(approval: Approval, slot_at: datetime | None, by_hand: bool) -> dict[str, str]:
    leaves = "si invia a mano" if by_hand else "parte"
    return {
        "sigillo": (approval.seal or "")[:16],
        "iscritti": people(approval.head_count or 0),
        "quando": giorno_ora(approval.decided_at),
        "partenza": f"{leaves} {giorno_ora(slot_at) if slot_at else 'adesso'}",
        "e_poi": "" if slot_at or by_hand else AFTER_CHECKS,
    }


def _closed(settings: Settings, session: Session, bulletin: Bulletin, now: datetime) -> dict[str, str]:
    """That it is not sent and, for as long as that can be taken back, how."""
    state = STATUS[bulletin.status]
    lines = ["Non parte niente."]
    if undo.can_come_back(session, bulletin, now=now):
        words: str = settings.texts["si_riapre"][DECIDED[bulletin.status]]
        how = words.format(
            fino_a=scadenza(undo.until(bulletin)),
            riapri=settings.order_link("riapri"),
        )
        lines.append(how)
    return {"esito": state[:1].upper() + state[1:], "che_succede": "\n\n".join(lines)}


def _stored(bulletin: Bulletin, version: BulletinVersion, sample: str) -> dict[str, str]:
    if bulletin.status == BulletinStatus.in_review:
        news = NEWS if bulletin.slot_at is not None and not bulletin.template else ""
        until = f" entro {scadenza(bulletin.deadline_at)}" if bulletin.deadline_at else ""
        saved = f"Il testo è salvato e va ancora approvato{until}: senza, non parte niente."
        lines = [saved, news, *version.remarks.splitlines(), sample]
        return {"esito": SAVED, "che_succede": "\n".join(filter(None, lines))}
    state = STATUS[bulletin.status]
    decided = f"Il bollettino era già {state} ({bulletin.status_by}, {giorno_ora(bulletin.status_at)})"
    if bulletin.status_at < version.created_at:
        return {
            "esito": "Salvato, ma senza effetto",
            "che_succede": f"{decided}: la risposta è conservata ma non ha effetto.",
        }
    return {"esito": "Salvato", "che_succede": f"Il testo è stato salvato; ora il bollettino è {state}."}
