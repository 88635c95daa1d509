"""An editor approves a version, sealed and proved, alone or with a second person, or sends it back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from db import bulletins, recipients, sign_offs, signatures
from db.models import Approval, Bulletin, BulletinStatus, BulletinVersion, Decision, SignOff, SignOffWord
from flows.bulletin.message.exact import frame_name
from flows.profiles.comune import Editor
from flows.profiles.fingerprint import fingerprint
from flows.review import codes
from flows.review.codes import Judged
from flows.review.sign_off import Outcome, Voice, if_changed, in_spite, rule, since_void, voices
from flows.runs.forms import Confirmation
from flows.sending import channel, costs
from flows.sending.seal import message_of, seal_of
from flows.settings import Settings


@dataclass(frozen=True)
class Signature:
    """Who approves, in spite of what, and how that is proved."""

    editor: Editor
    proof: Judged
    source: str  # declared for what the site does not tell
    blocks: frozenset[str]  # what the guard says against the text
    note: str = ""


def sign(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    version: BulletinVersion,
    signature: Signature,
    confirmed: Confirmation,
) -> None:
    """Record an approval; the bulletin is approved when no other person is needed.

    What is refused comes back as the version's problems, and uses up no code.
    """
    editors = {editor.id: editor.name for editor in settings.profile.editors}
    seal = _seal_of(settings, session, bulletin, version, confirmed)
    blocks = signature.blocks
    voice = Voice(
        signature.editor.id,
        signature.editor.name,
        SignOffWord.approve,
        confirmed.at,
        seal,
        signature.source,
        blocks,
    )
    before = _heard(settings, session, bulletin)
    ruling = rule(
        voice, before, approvals=settings.profile.approvals, editors=editors, preparer="", note=signature.note
    )
    if not ruling.decides:
        version.problems = "\n".join(ruling.sentences)
        session.add(version)
        return
    codes.spend(settings, session, signature.proof, bulletin.id)
    sign_offs.add(
        session,
        bulletin.id,
        version.number,
        editor=voice.editor,
        name=voice.name,
        said=voice.word,
        at=confirmed.at,
        seal=seal,
        source=signature.source,
        overridden=tuple(sorted(blocks)),
        code_hash=signature.proof.proof,
        vault=settings.vault(),
    )
    if ruling.outcome == Outcome.approved:
        close(settings, session, bulletin, version, Decision.approve, confirmed, signature.proof.proof)
    elif ruling.outcome == Outcome.waiting:
        version.remarks = "\n".join(ruling.sentences[:-1])  # the last one is what `awaited` tells
        session.add(version)


def send_back(
    settings: Settings, session: Session, bulletin: Bulletin, version: BulletinVersion, editor: Editor
) -> None:
    """Give the text back to who prepared it; approvals until now count no more.

    Asks for no code, since nothing leaves by it. What is refused comes back as the version's problems.
    """
    editors = {person.id: person.name for person in settings.profile.editors}
    voice = Voice(editor.id, editor.name, SignOffWord.send_back, version.created_at)
    ruling = rule(
        voice,
        _heard(settings, session, bulletin),
        approvals=settings.profile.approvals,
        editors=editors,
        preparer=_preparer(settings, session, version),
        note=version.note,
    )
    sentences = "\n".join(ruling.sentences)
    if not ruling.decides:
        version.problems = sentences
    else:
        version.remarks = sentences
        sign_offs.add(
            session,
            bulletin.id,
            version.number,
            editor=voice.editor,
            name=voice.name,
            said=voice.word,
            at=voice.at,
        )
    session.add(version)


def _preparer(settings: Settings, session: Session, version: BulletinVersion) -> str:
    """The id of who last wrote the text that this version sends back, another one first; "" for nobody."""
    ids = {editor.name: editor.id for editor in settings.profile.editors}
    authors = session.exec(
        select(BulletinVersion.author)
        .where(BulletinVersion.bulletin_id == version.bulletin_id, BulletinVersion.number < version.number)
        .order_by(col(BulletinVersion.number).desc())
    )
    known_ids = [author for author in authors if author in ids]
    others = [author for author in known_ids if author != version.author]
    return next((ids[author] for author in (*others, *known_ids)), "")


def close(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    version: BulletinVersion,
    decision: Decision,
    confirmed: Confirmation,
    proof: str | None = None,
) -> None:
    """Store a decision and move the bulletin."""
    approval = Approval(
        bulletin_id=bulletin.id,
        version_number=version.number,
        decision=decision,
        approver=version.author,
        decided_at=confirmed.at,
        flow_run_id=confirmed.run_id,
        code_hash=proof,
    )
    if decision == Decision.approve:
        approval.seal = _seal_of(settings, session, bulletin, version, confirmed)
        approval.profile_sha256 = fingerprint(settings.profile)
        approval.head_count = recipients.head_count(session, bulletin)
        category = costs.category_of(settings, frame_name(bulletin, bulletins.items(session, version)))
        cost = costs.estimated(settings, approval.head_count, category)
        is_free = channel.by_hand(settings, session, bulletin) is not None
        approval.cost_estimate = None if is_free or cost == costs.UNKNOWN else cost
        approval.mac = signatures.mac_of(settings.vault(), approval)
    session.add(approval)
    bulletins.move(session, bulletin, MOVES[decision], by=version.author, now=confirmed.at)


MOVES = {
    Decision.approve: BulletinStatus.approved,
    Decision.postpone: BulletinStatus.merged,
    Decision.discard: BulletinStatus.rejected,
}


def _seal_of(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    version: BulletinVersion,
    confirmed: Confirmation,
) -> str:
    message = message_of(settings, bulletin, bulletins.items(session, version), confirmed.at)
    return seal_of(settings, session, bulletin, message)


def is_sent_back(version: BulletinVersion, words: Sequence[SignOff]) -> bool:
    """Whether this version is the one of `words` that gave the text back."""
    back = [word.version_number for word in words if word.said == SignOffWord.send_back]
    return version.number in back


def awaited(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    words: Sequence[SignOff],
    signed: Collection[str],
) -> tuple[str, ...]:
    """What the first of two persons said, for the second; nothing where nobody has approved this text yet.

    The first sentence says that a second one is needed, the last one what comes of another text.

    `words`: the genuine sign-offs. `signed`: ids of those whose approval stands for this text.
    """
    if not words or bulletin.status != BulletinStatus.in_review:
        return ()
    standing = since_void(_in_force(settings, session, bulletin, words))
    if not standing or standing[-1].editor not in signed:
        return ()
    last = standing[-1]
    needed = f"{last.name} ha approvato questo testo: serve l'approvazione di un'altra persona."
    profile = settings.profile
    changed = if_changed(
        last.name,
        is_blocked=bool(last.blocks),
        approvals=profile.approvals,
        editors=len(profile.editors),
    )
    return needed, *in_spite(sorted(last.blocks), last.source if last.blocks else ""), changed


def _heard(settings: Settings, session: Session, bulletin: Bulletin) -> list[Voice]:
    """What was said of the bulletin since it was last re-opened; nothing that was forged."""
    words = sign_offs.genuine(session, settings.vault(), bulletin.id)
    return _in_force(settings, session, bulletin, words)


def _in_force(
    settings: Settings, session: Session, bulletin: Bulletin, words: Sequence[SignOff]
) -> list[Voice]:
    reopened = bulletins.reopened_at(session, settings.vault(), bulletin.id)
    return [voice for voice in voices(words) if reopened is None or voice.at > reopened]
