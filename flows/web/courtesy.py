"""Which messages get the answer "nobody reads here"; a greeting, a thank-you or a face gets none."""

import re
import unicodedata

from flows.whatsapp.updates import InboundMessage

# Reactions, stickers and the provider's own notices ask nothing of anybody.
ASKING = frozenset(
    {"text", "image", "audio", "video", "document", "location", "contacts", "button", "interactive"}
)
_SMALL_TALK = """
    grazie mille tante molte ok okay okey va bene perfetto ricevuto capito ciao salve saluti arrivederci
    buongiorno buonasera buonanotte buon giorno buona sera notte giornata serata
"""
SMALL_TALK = frozenset(_SMALL_TALK.split())


def deserves_an_answer(message: InboundMessage) -> bool:
    """Whether the citizen may believe that somebody reads."""
    if message.type not in ASKING:
        return False
    if message.text is None:
        return True
    plain = unicodedata.normalize("NFKC", message.text).casefold()
    words = re.findall(r"\w+", plain)
    return "?" in plain or any(word not in SMALL_TALK for word in words)
