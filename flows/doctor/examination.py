"""All checks, by their groups; what only some of them need is imported with all (`flows.doctor.asking`)."""

from flows.doctor import (
    backups,
    configuration,
    database,
    fleet,
    machine,
    people,
    prefect_server,
    public,
    sources,
    whatsapp,
)
from flows.doctor.finding import Check

CHECKS: tuple[Check, ...] = (
    *configuration.CHECKS,
    *database.CHECKS,
    *machine.CHECKS,
    *backups.CHECKS,
    *prefect_server.CHECKS,
    *sources.CHECKS,
    *people.CHECKS,
    *public.CHECKS,
    *fleet.CHECKS,
    *whatsapp.CHECKS,
)


def chosen(name: str) -> list[Check]:
    """Those that a person means by the name or id of a check, or of its group, whatever the capitals."""
    meant = name.strip().casefold()
    return [
        check
        for check in CHECKS
        if meant in {check.id, check.id.partition(".")[0], check.group.casefold(), check.name.casefold()}
    ]
