"""What concerns a Comune of a fleet and others with it; one alone hears nothing of it."""

from collections.abc import Sequence

from flows.doctor.finding import Case, Check, Said, failed, good, unknown
from flows.doctor.prefect_server import said_of_runs, said_of_times, unasked
from flows.fleet import collisions
from flows.fleet.collisions import Own
from flows.fleet.registry import Fleet

GROUP = "Comuni"
MANUAL = "deployments/manuale.md"
SHARED = {  # whose they are beside this one's is the detail: `--redact` leaves that out
    Own.number: (
        "Scrive dallo stesso numero WhatsApp di un altro Comune.",
        "correggi `phone_number_id` nel profilo di chi lo ha per sbaglio: chi scrive a uno arriva all'altro",
    ),
    Own.encryption: (
        "Ha una chiave dei dati che ha anche un altro Comune.",
        f"cambiala a uno di loro: {MANUAL}, «Change keys and codes»; se è rubata apre i dati di tutti",
    ),
    Own.lookup: (
        "Ha la stessa chiave di ricerca di un altro Comune.",
        f"a chi non ha ancora iscritti danne una nuova ({MANUAL}, «Secrets») e rifai il suo database; con "
        "iscritti non si cambia più",
    ),
}


def alone(case: Case) -> Sequence[Said]:
    """Whether it has its number and its keys for itself."""
    if case.settings.fleet is None:
        return []
    slug, roll = case.settings.profile.slug, Fleet(case.settings.path.parent).roll()
    if why := roll.ill.get(slug):
        return [
            failed("Questo Comune non è servito con gli altri.", "correggi quello che è indicato", detail=why)
        ]
    common = collisions.in_common(roll.comuni).get(slug, {})
    found = []
    for own, others in common.items():
        words, remedy = SHARED[own]
        found.append(failed(words, remedy, detail=", ".join(others)))
    if unread := sorted([*roll.ill, *collisions.unread(roll.comuni)]):
        words = "Non è confrontato con tutti: di qualcuno non si leggono il profilo o le chiavi."
        remedy = "`python -m flows fleet plan`, da chi può leggerli, dice che cosa manca"
        found.append(unknown(words, remedy, detail=", ".join(unread)))
    return found or [good("Numero e chiavi sono solo suoi.")]


def rounds(case: Case) -> Sequence[Said]:
    """Whether what is done for all Comuni in one run is planned: each by itself has no clock for it."""
    from flows.runs import server_health  # late: Prefect reads the environment as it is imported

    if case.settings.fleet is None:
        return []
    try:
        found = server_health.planned_for_all(case.settings)
    except server_health.NoServerError as exc:
        return [unasked(exc)]
    return [said_of_times(found, "`python -m flows fleet apply`")]


def runs(case: Case) -> Sequence[Said]:
    from flows.runs import server_health

    if case.settings.fleet is None:
        return []
    try:
        found = server_health.stranded(case.settings, now=case.now, for_all=True)
    except server_health.NoServerError as exc:
        return [unasked(exc)]
    return [said_of_runs(found)]


def folders(case: Case) -> Sequence[Said]:
    """Whether every host of the fleet works with the state folders that are seen here."""
    from flows.runs import hosts, server_health

    if case.settings.fleet is None:
        return []
    try:
        found = hosts.elsewhere(case.settings)
    except server_health.NoServerError as exc:
        return [unasked(exc)]
    if not found:
        return [good("Le cartelle dei Comuni sono le stesse per tutte le macchine che lavorano.")]
    words = (
        "Un'altra macchina lavora con altre cartelle dei Comuni: non vede i consensi e le partenze di qui."
    )
    remedy = f"ferma i suoi processi e dalle le stesse cartelle: {MANUAL}, «Several hosts»"
    return [failed(words, remedy, detail=", ".join(found))]


CHECKS = (
    Check("fleet.alone", GROUP, "Numero e chiavi", alone),
    Check("fleet.rounds", GROUP, "Orari dei giri comuni", rounds, needs_network=True),
    Check("fleet.runs", GROUP, "Giri comuni fermi", runs, needs_network=True),
    Check("fleet.folders", GROUP, "Cartelle di tutte le macchine", folders, needs_network=True),
)
