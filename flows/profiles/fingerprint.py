"""What an approval binds of the profile: all that decides what a message says, who sends it and how."""

import hashlib
import json

from flows.profiles.comune import Profile

SENDER = ("api", "phone_number_id", "waba_id", "language")  # not how fast


def fingerprint(profile: Profile) -> str:
    """SHA-256 (hex) over names, contacts, sender, channel, notice and pages, as canonical JSON.

    The mail server, the slots, the sources and the editors may change while an approved bulletin waits.
    """
    content = {
        "stage": profile.stage,  # what is not production says PROVA
        "names": profile.names.model_dump(),
        "contacts": profile.contacts.model_dump(),
        "days": [profile.days_in_words, profile.days_until_erasure],
        "notice": profile.notice.model_dump(),
        "pages": profile.servers.public,
        "channel": profile.channel.model_dump(),
        "sender": {name: getattr(profile.whatsapp, name) for name in SENDER},
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
