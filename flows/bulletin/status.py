"""What a bulletin's kind, status and reasons are called in Italian, and the tags of its runs."""

from collections.abc import Sequence
from datetime import datetime

from db.models import Act, Bulletin, BulletinKind, BulletinStatus, SignInProof
from flows.bulletin.language.dates import giorno
from flows.bulletin.language.measure import thousands

CALLED = {
    BulletinKind.ordinary: "bollettino",
    BulletinKind.urgent: "messaggio urgente",
    BulletinKind.correction: "messaggio di correzione",
    BulletinKind.all_clear: "messaggio di fine allerta",
}

HEADINGS = {
    BulletinKind.ordinary: "Bollettino",
    BulletinKind.urgent: "Messaggio urgente",
    BulletinKind.correction: "Correzione",
    BulletinKind.all_clear: "Fine allerta",
}

KINDS = {
    BulletinKind.ordinary: "ordinario",
    BulletinKind.urgent: "urgente",
    BulletinKind.correction: "correzione",
    BulletinKind.all_clear: "fine allerta",
}

REASONS = {
    "deadline": "nessuno ha deciso in tempo",
    "grace": "l'ora dell'invio è passata",
    "reopened": "riaperto, l'approvazione non vale più",
    "taken_up": "riaperto, la decisione di non inviare non vale più",
    "standing_order": "ordine permanente",
    "stopped_by_hand": "fermato da una persona",
    "closed_by_hand": "chiuso da una persona, il resto non parte",
    "retry": "si ritenta con chi non l'ha ricevuto",
    "handed_out": "inviato a mano e dichiarato",
    "updated": "la fonte ha cambiato l'allerta",
    "restored": "database ripristinato da una copia: può essere già partito",
    "corrected_meanwhile": "chi mancava riceve il testo giusto",
    "in_parts": "per oggi WhatsApp non ne permette altri: continua da solo",
    "in_turn": "ha lasciato il passo agli altri Comuni: continua da solo",
    "retired": "il Comune ha lasciato questo servizio",
    "parts_over": "il testo è scaduto prima che WhatsApp li permettesse tutti",
}

BY_OPERATOR = "dalla riga di comando di chi gestisce il servizio"

STATUS = {
    BulletinStatus.draft: "in bozza",
    BulletinStatus.in_review: "da approvare",
    BulletinStatus.approved: "approvato",
    BulletinStatus.sending: "in invio",
    BulletinStatus.stopped: "fermo",
    BulletinStatus.sent: "inviato",
    BulletinStatus.rejected: "scartato",
    BulletinStatus.merged: "rinviato al prossimo",
    BulletinStatus.superseded: "sostituito",
    BulletinStatus.expired: "non approvato in tempo",
    BulletinStatus.missed: "non inviato in tempo",
}

DECIDED = {
    BulletinStatus.approved: "approvato",
    BulletinStatus.merged: "rinviato",
    BulletinStatus.rejected: "scartato",
}
"""What a person decided of a draft and may take back, in one word."""

UNSTAMPED = (
    "Questa conferma non è passata dalla pagina di approvazione: qualcun altro può averla scritta. "
    "Rileggi tutto e conferma di nuovo."
)

BEFORE_STAMPS = (
    "Questa conferma è arrivata poco prima di un aggiornamento del programma, e non si può più verificare. "
    "Il testo è salvato. Rileggi tutto e conferma di nuovo."
)


def tags(kind: BulletinKind, state: str) -> tuple[str, str]:
    """Of a run about a bulletin, so that a saved filter finds it: `("urgente", "da-approvare")`.

    `state`: the status in words, or what its form waits for.
    """
    return KINDS[kind].replace(" ", "-"), state.replace(" ", "-")


DESK = "redazione"
"""The tag of what editors work with, as their deployments have it."""

WAITS = "aspetta-te"
"""The tag of each run that waits for an editor, and of no other: `sorveglia` takes it from what ended."""


def waiting_tags(kind: BulletinKind, state: str) -> tuple[str, ...]:
    """The tags of a run that waits for an editor."""
    return (*tags(kind, state), WAITS)


ACCESS = "accesso:"
"""How a proof begins that is no code's: behind it stands the key of what the door wrote down."""


def proved(act: Act) -> str:
    """How, in Italian."""
    return BY_OPERATOR if act.by_operator else proved_by(act.code_hash)


def proved_by(code_hash: str | None) -> str:
    """What stands in a row as the proof of who it was, in Italian."""
    if code_hash is None:
        return "senza codice: il nome è solo dichiarato"
    return "accesso verificato" if code_hash.startswith(ACCESS) else "codice verificato"


SIGNED_IN = {
    SignInProof.code: "accesso con password e codice",
    SignInProof.recovery: "accesso con password e codice di riserva",
    SignInProof.link: "accesso con un collegamento di prova",
    SignInProof.oidc: "accesso con l'account del Comune, senza un secondo fattore dichiarato",
    SignInProof.oidc_mfa: "accesso con l'account del Comune e un secondo fattore",
}
"""How who decided had signed in."""


def title(slot_at: datetime | None) -> str:
    """`bollettino di martedì 1 dicembre`."""
    return f"bollettino di {giorno(slot_at)}" if slot_at else "bollettino da inviare subito"


def named(bulletin: Bulletin) -> str:
    """`bollettino di martedì 1 dicembre`, `messaggio urgente`; a masculine noun of any kind."""
    return title(bulletin.slot_at) if bulletin.slot_at else CALLED[bulletin.kind]


def numbered(kind: BulletinKind, number: int) -> str:
    """`Bollettino 12`, `Messaggio urgente 4`: what it is and its number, as a name of its own."""
    return f"{HEADINGS[kind]} {number}"


READ_IT = "Leggila, poi approva."  # the end of what sends a draft back though nothing is wrong with it
REPEATED = "ha già approvato questo testo"


def is_only_new(problems: Sequence[str]) -> bool:
    """Whether the draft came back only to be read again."""
    return bool(problems) and all(problem.endswith(READ_IT) for problem in problems)


def is_only_repeated(problems: Sequence[str]) -> bool:
    """Whether an approval came back only because the same person had given it before."""
    return len(problems) == 1 and REPEATED in problems[0]


def counted(count: int, singular: str, plural: str) -> str:
    """`1 messaggio`, `12 messaggi`."""
    return f"1 {singular}" if count == 1 else f"{count} {plural}"


def people(count: int) -> str:
    return "1 persona" if count == 1 else f"{thousands(count)} persone"
