"""An editor's approval of a version: sealed, proved by a code, alone or with a second person."""

from dataclasses import dataclass

from sqlmodel import Session

from db import bulletins, recipients, sign_offs
from db.models import Approval, Bulletin, BulletinStatus, BulletinVersion, Decision, Said
from flows.bulletin.desk.sign_off import Outcome, Voice, rule, since_void, voices
from flows.bulletin.message.exact import compile_message, frame_name
from flows.editors import codes
from flows.editors.codes import Judged
from flows.profile.comune import Editor
from flows.settings import Settings
from flows.windows import Given


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
    given: Given,
) -> None:
    """Record an approval; the bulletin is approved when no other person is needed.

    What is refused comes back as the version's problems, and uses up no code.
    """
    editors = {editor.id: editor.name for editor in settings.profile.editors}
    seal = seal_of(settings, session, bulletin, version, given)
    blocks = signature.blocks
    said = Voice(
        signature.editor.id, signature.editor.name, Said.approve, given.at, seal, signature.source, blocks
    )
    before = _heard(session, bulletin)
    ruling = rule(
        said, before, approvals=settings.profile.approvals, editors=editors, preparer="", note=signature.note
    )
    if not ruling.decides:
        version.problems = "\n".join(ruling.sentences)
        session.add(version)
        return
    codes.spend(session, signature.proof, bulletin.id)
    sign_offs.add(
        session,
        bulletin.id,
        version.number,
        editor=said.editor,
        name=said.name,
        said=said.said,
        at=given.at,
        seal=seal,
        source=signature.source,
        overridden=tuple(sorted(blocks)),
        code_hash=signature.proof.proof,
    )
    if ruling.outcome == Outcome.approved:
        close(settings, session, bulletin, version, Decision.approve, given, signature.proof.proof)


def close(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    version: BulletinVersion,
    decision: Decision,
    given: Given,
    proof: str | None = None,
) -> None:
    """Store a decision and move the bulletin."""
    approval = Approval(
        bulletin_id=bulletin.id,
        version_number=version.number,
        decision=decision,
        approver=version.author,
        decided_at=given.at,
        flow_run_id=given.run_id,
        code_hash=proof,
    )
    if decision == Decision.approve:
        approval.seal = seal_of(settings, session, bulletin, version, given)
        approval.head_count = len(recipients.audience_of(session, bulletin))
    session.add(approval)
    bulletins.move(session, bulletin, MOVES[decision], by=version.author, now=given.at)


MOVES = {
    Decision.approve: BulletinStatus.approved,
    Decision.postpone: BulletinStatus.merged,
    Decision.discard: BulletinStatus.rejected,
}


def seal_of(
    settings: Settings, session: Session, bulletin: Bulletin, version: BulletinVersion, given: Given
) -> str:
    """Over exactly what would be sent, and to whom."""
    items = bulletins.items(session, version)
    message = compile_message(
        items,
        settings.frame(frame_name(bulletin, items)),
        dated=bulletin.slot_at or given.at,
        code=bulletin.code,
        language=settings.profile.whatsapp.language,
    )
    return message.sealed(recipients.audience_rule(session, bulletin))


def awaited(session: Session, bulletin: Bulletin) -> str:
    """What the first of two persons said, for the second; "" where nobody has approved yet."""
    standing = since_void(_heard(session, bulletin))
    if not standing or bulletin.status != BulletinStatus.in_review:
        return ""
    last = standing[-1]
    parts = [f"{last.name} ha approvato questo testo: serve l'approvazione di un'altra persona."]
    if last.blocks:
        parts += [f"Nonostante: {block}" for block in sorted(last.blocks)]
        parts.append(f"Fonte indicata: {last.source}")
    return " ".join(parts)


def _heard(session: Session, bulletin: Bulletin) -> list[Voice]:
    """What was said of the bulletin since it was last re-opened."""
    reopened = bulletins.reopened_at(session, bulletin.id)
    said = voices(sign_offs.of(session, bulletin.id))
    return [one for one in said if reopened is None or one.at > reopened]
