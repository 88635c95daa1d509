"""Which messages get the answer "nobody reads here"; a greeting, a thank-you or a face gets none."""

import re
import unicodedata

from flows.whatsapp.updates import InboundMessage

# Reactions, stickers and the provider's own notices ask nothing of anybody.
ASKING = frozenset(
    {"text", "image", "audio", "video", "document", "location", "contacts", "button", "interactive"}
)
_THANKS = """
    grazie mille tante molte infinite ok okay okey va bene benissimo perfetto ricevuto capito ottimo bravi
    bravissimi complimenti gentilissimi si a voi anche
"""
_GREETINGS = """
    ciao salve saluti arrivederci buongiorno buonasera buonanotte buon buona giorno sera notte giornata serata
    tutti auguri natale pasqua anno buone feste domenica
"""
THANKS = frozenset(_THANKS.split())
SMALL_TALK = THANKS | frozenset(_GREETINGS.split())


def deserves_an_answer(message: InboundMessage, *, during_alert: bool = False) -> bool:
    """Whether the citizen may believe that somebody reads.

    During an alert a greeting does too: a call for help may begin with it. A thank-you never does.
    """
    if message.type not in ASKING:
        return False
    if message.text is None:
        return True
    plain = unicodedata.normalize("NFKD", message.text).casefold()
    words = re.findall(r"\w+", "".join(mark for mark in plain if not unicodedata.combining(mark)))
    small = THANKS if during_alert else SMALL_TALK
    return "?" in plain or any(word not in small for word in words)
