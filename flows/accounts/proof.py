"""Who is signed in proves once more who they are, by a code: a browser that was left open proves nothing.

It is the code of the sign-in, judged as there, and counted apart. Who types it is known already: so they are
told that they have tried too often also where the code is wrong.
"""

from datetime import datetime

from sqlalchemy import Engine

from db import accounts
from db.engine import reading, transaction
from db.vault import Vault
from flows.accounts import sign_in
from flows.accounts.sign_in import EVERYWHERE, TRIES, WITHIN
from flows.door.people import Person, Refused
from flows.profiles.comune import Profile

WRONG = (
    "Questo codice non è giusto. Serve quello con cui entri («Bollettino accesso»), e vale una volta sola: "
    "se l'hai già usato aspetta quello nuovo."
)
LOCKED = (
    "Troppi tentativi: riprova fra 15 minuti. Se hai perso il telefono e i codici di riserva, chiedi un "
    "nuovo invito a chi gestisce il servizio."
)
NO_CODE = "Tu entri senza un codice dell'app: qui non ne serve nessuno."


def prove(
    profile: Profile, engine: Engine, vault: Vault, token: str, code: str, *, now: datetime
) -> Person | Refused | None:
    """The person, for whom the proof counts in this browser alone; None where nobody is signed in there."""
    token_hash = sign_in.hashed(vault, token)
    with reading(engine) as session:
        found = accounts.signed_in(session, token_hash, now=now)
    if found is None:
        return None
    with transaction(engine) as session:
        account = accounts.held(session, found[0].id)
        found = accounts.signed_in(session, token_hash, now=now)  # unless that has ended meanwhile
        person = sign_in.person_of(profile, *found) if found else None
        if found is None or person is None:
            return None
        if not person.has_code or account.secret_sealed is None:
            return Refused(NO_CODE)
        # of this browser: wrong tries to sign in, or in one that was left open, keep nobody from it elsewhere
        name_hash = vault.hash(f"proof in {token_hash}")
        wrong = accounts.failures(session, EVERYWHERE, since=now - WITHIN)
        if wrong.count(name_hash) >= TRIES:
            return Refused(LOCKED, is_for_now=True)
        near = sign_in.steps_of(code, vault.open(account.secret_sealed), now)
        used = sign_in.usable(session, vault, account, near, code)
        if used is None:
            accounts.failed(session, name_hash=name_hash, address=EVERYWHERE, now=now)
            return Refused(WRONG)
        sign_in.use_up(session, account, used, now)
        accounts.prove(session, found[1], now=now)
        return sign_in.person_of(profile, *found)
