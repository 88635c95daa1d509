"""An installation whose checks are made one by one, and what stands around it."""

from collections.abc import Callable, Sequence

from db.models import Source, SourceKind
from flows.doctor.finding import Case, Said, Verdict
from flows.privacy import intact
from flows.sources.alerts import alert_addresses
from tests.world.builders import make_source
from tests.world.comune import Comune

Look = Callable[[Case], Said | Sequence[Said]]


def answers(comune: Comune, look: Look) -> list[Said]:
    said = look(Case(comune.settings, comune.now))
    return [said] if isinstance(said, Said) else list(said)


def answer(comune: Comune, look: Look) -> Said:
    """Of a check that gives one."""
    (said,) = answers(comune, look)
    assert said.remedy or said.verdict == Verdict.good or said.is_left_out, "what is not well has a remedy"
    return said


def tie_keys(comune: Comune) -> None:
    intact.keep_keys(comune.settings, comune.engine)


def all_read(comune: Comune) -> None:
    """Every source of the profile was read just now."""
    profile = comune.settings.profile
    named: list[tuple[SourceKind, str]] = [(SourceKind.feed, one) for one in profile.sources.feeds]
    with comune.look() as session:
        for kind, address in [*named, *alert_addresses(profile)]:
            source: Source = make_source(session, kind=kind, address=address)
            source.checked_at = source.succeeded_at = comune.now
            session.add(source)
