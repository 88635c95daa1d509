"""By what right the Comune writes to people: without a legal basis and an act nothing leaves."""

from flows.profiles.contacts import is_loopback
from flows.settings import Settings


def missing(settings: Settings) -> str | None:
    """What the profile does not say, as a sentence in Italian; None when it may send.

    On a sandbox's loopback there is nobody to have a right towards.
    """
    privacy = settings.profile.privacy
    if is_loopback(settings.profile.whatsapp.api):
        return None
    gaps = [
        f"{title} (`{key}`)"
        for key, title, value in (
            ("privacy.basis", "la base giuridica", privacy.basis),
            ("privacy.act", "l'atto che istituisce il servizio", privacy.act),
        )
        if not value.strip()
    ]
    if not gaps:
        return None
    return f"Non si può scrivere ai cittadini: nel profilo manca {' e manca '.join(gaps)}."
