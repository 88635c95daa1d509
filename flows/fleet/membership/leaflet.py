"""The leaflet in the folder of a Comune that left a fleet: what it holds, and how it goes on alone.

Written for who takes it over, on a machine that nobody here knows.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from flows.profiles import documents
from flows.profiles.comune import Profile
from flows.profiles.places import fill_words

TEMPLATE = documents.OURS / "uscita.md"
TIME = "%Y-%m-%d %H:%M UTC"


def text(
    profile: Profile,
    *,
    when: datetime,
    version: str,
    people: int,
    words: int,
    lines: int,
    last: datetime | None,
    shared: Sequence[str],
) -> str:
    """As Markdown. No number and no secret stands in it."""
    filled = {
        "slug": profile.slug,
        "comune": profile.names.comune,
        "version": version,
        "when": f"{when:{TIME}}",
        "people": str(people),
        "words": str(words),
        "lines": str(lines),
        "last": f"{last:{TIME}}" if last else "never",
        "public": profile.servers.public,
        "anew": _anew(shared),
        "keys": "\n   ".join(f"| `{key}` | `{value}` | {why} |" for key, value, why in _elsewhere(profile)),
    }
    return fill_words(TEMPLATE.read_text(encoding="utf-8"), filled)


def _anew(shared: Sequence[str]) -> str:
    if not shared:
        return "All of them are there."
    names = ", ".join(f"`{name}`" for name in shared)
    return (
        f"**Not there: {names}**, which other Comuni of the fleet have, too. Each is made anew, as the "
        "manual says under *Secrets*, and laid into `segreti/` before the start."
    )


def _elsewhere(profile: Profile) -> Iterator[tuple[str, object, str]]:
    """What of the profile names a machine or a place there: key, value, and what has to hold."""
    servers = profile.servers
    yield "servers.public", servers.public, "this name leads to the new machine, with a certificate for it"
    if servers.prefect_ui:
        yield "servers.prefect_ui", servers.prefect_ui, "so does this one, for the editors"
    yield "servers.web_port", servers.web_port, "free on the new machine"
    yield "servers.prefect_port", servers.prefect_port, "the same"
    if profile.stage == "sandbox":
        yield "servers.sandbox_port", servers.sandbox_port, "the same"
    if profile.backup:
        yield "backup.folder", profile.backup.folder, "is there, for the account that runs it"
    if profile.mail and profile.mail.ca_file:
        yield "mail.ca_file", profile.mail.ca_file, "is there"
    if profile.llm:
        yield "llm.address", profile.llm.address, "is reached from there"
