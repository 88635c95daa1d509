"""The words that a citizen writes: ATTIVA and DISATTIVA, in the forms that Comuni have taught."""

import re
import unicodedata
from enum import StrEnum


class Command(StrEnum):
    ATTIVA = "attiva"
    DISATTIVA = "disattiva"


# First words of a message. A weak one is also said of other things ("basta rumore", "iscrizione al nido"),
# so that what follows must be written as a name.
_STRONG_OFF = re.compile(r"(DISATTIVA\w*|DIS ATTIVA|CANCELLAMI|MI CANCELLO|CANCELLA (L )?ISCRIZIONE)(?!\w)")
_WEAK_OFF = re.compile(r"(STOP|BASTA|ANNULLA)(?!\w)")
_STRONG_ON = re.compile(r"(ATTIVA\w*|ISCRIVIMI|MI ISCRIVO)(?!\w)")
_WEAK_ON = re.compile(r"ISCRIZIONE(?!\w)")

_SERVICE = re.compile(
    r"ISCRIZIONE|SERVIZIO|NOTIZI[AE]|NOTIFICHE|MESSAGGI|MESSAGGIO|AVVISI|ALLERTE|BOLLETTINO|NEWSLETTER|WHATSAPP"
    r"|GRAZIE|FAVORE|CORTESIA|PIACERE|PREGO|SUBITO|ORA|ADESSO|BUONGIORNO|BUONASERA|SALUTI"
)
_MESSAGES = re.compile(r"MESSAGGI|MESSAGGIO|NOTIZIE|NOTIFICHE|NEWSLETTER|BOLLETTINO|WHATSAPP")
_SMALL = re.compile(
    r"AD?|AI|AL|ALL[AE]|CON|D[AEI]|D[AE]I|D[AE]L|D[AE]LL[AE]|GLI|I|IL|IN|L|L[AEO]|PER|UNA?|QUEST[AEIO]|M[IO]|MI[AO]"
)
# A name has none of these: what follows is a sentence about something else.
_SENTENCE = re.compile(
    r"NON|CHE|MA|SE|PERCHE|COME|QUANDO|DOVE|QUANTO|HO|HAI|HA|ABBIAMO|VORREI|VOGLIO|POSSO|VENGO|SIAMO"
    r"|DISATTIVA.*"
)
_MOST_EXTRA_WORDS = 4  # name, surname, and a neighbourhood of two words
_READ = 500  # characters; a command is at the beginning


def command(text: str) -> Command | None:
    """The command that the message begins with; None when it is about something else.

    Case, accents, quotes, punctuation and emoji do not count; a name or a neighbourhood may follow.
    """
    written = _words(text[:_READ])
    folded = " ".join(_fold(word) for word in written)
    # DISATTIVA first: it contains ATTIVA, and leaving must never be read as joining.
    for found, strong, weak in (
        (Command.DISATTIVA, _STRONG_OFF, _WEAK_OFF),
        (Command.ATTIVA, _STRONG_ON, _WEAK_ON),
    ):
        match = strong.match(folded) or weak.match(folded)
        if match:
            rest = written[len(match[0].split()) :]
            leaves = found is Command.DISATTIVA and _leaves(rest, weak=match.re is weak)
            return found if leaves or _is_a_name(rest, weak=match.re is weak) else None
    return None


def _leaves(rest: list[str], *, weak: bool) -> bool:
    """Whether what follows a word to leave can be any sentence: "disattiva, ho cambiato casa"."""
    if weak:  # "basta, non voglio più messaggi"
        return any(_MESSAGES.fullmatch(_fold(word)) for word in rest)
    return not _begins_with_a_thing(rest)


def _is_a_name(rest: list[str], *, weak: bool) -> bool:
    # "è" tells a sentence; without the accent it may join two names.
    if any(_SENTENCE.fullmatch(_fold(word)) or word.casefold() == "è" for word in rest):
        return False
    names = [word for word in rest if not (_SERVICE.fullmatch(_fold(word)) or _SMALL.fullmatch(_fold(word)))]
    if len(names) > _MOST_EXTRA_WORDS or _begins_with_a_thing(rest):
        return False
    return not weak or all(word.istitle() for word in names)


def _begins_with_a_thing(rest: list[str]) -> bool:
    """As "attiva la sirena" does; "attiva il servizio" means ours, and "attiva La Rosa Mario" a person."""
    if any(_SERVICE.fullmatch(_fold(word)) for word in rest):
        return False
    return bool(rest) and _SMALL.fullmatch(_fold(rest[0])) is not None and not rest[0].istitle()


def _words(text: str) -> list[str]:
    composed = unicodedata.normalize("NFKC", text)
    # Zero-width and combining marks come with a copied text and split no word.
    kept = "".join(mark for mark in composed if unicodedata.category(mark) not in ("Cf", "Mn"))
    return re.findall(r"[^\W_]+", kept)


def _fold(word: str) -> str:
    """Capitals without accents."""
    parts = unicodedata.normalize("NFKD", word)
    return "".join(mark for mark in parts if not unicodedata.combining(mark)).upper()
