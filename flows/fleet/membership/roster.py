"""What each Comune of a fleet has, and what it still lacks to be served."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import make_url

from db import disk, schema
from flows.fleet import collisions
from flows.fleet.collisions import Own
from flows.fleet.membership import troubles
from flows.fleet.membership.registrar import Registrar
from flows.fleet.registry import Fleet, Roll
from flows.privacy import founding, intact
from flows.privacy.founding import Base
from flows.profiles.given import MissingError
from flows.settings import Settings, SettingsError


@dataclass(frozen=True)
class Standing:
    """Of one Comune at one moment."""

    slug: str
    settings: Settings | None = None
    ill: str = ""  # why it cannot be served as it is
    state: str = ""  # of its folder: there, missing, or open to others
    base: Base | None = None
    secrets: tuple[str, ...] = ()  # names of what is not set
    makes_secrets: bool = False  # a sandbox, which makes those itself
    warnings: tuple[str, ...] = ()  # what a person should look after, a line each
    deployments: Mapping[str, str] | None = None  # what of them is otherwise than wanted; None: nobody says

    @property
    def lacks(self) -> list[str]:
        """What is to be done, in the order in which it is."""
        if self.ill or self.settings is None or self.base is None:
            return []
        base, found = self.base, []
        if self.state != "there":
            found.append(f"{'make' if self.state == 'missing' else 'close'} its state folder")
        if self.makes_secrets:
            found.append("make the sandbox's secrets")
        if base.steps:
            last = base.steps[-1].partition(":")[0]
            at = base.revision or "empty"
            found.append(
                f"make its database, which is missing, at {last}"
                if base.is_missing
                else f"migrate its database, {at} to {last}"
            )
        if base.triggers:
            found.append(f"make triggers again: {', '.join(base.triggers)}")
        if not (base.steps or base.is_tied):
            found.append("tie its database to its keys")
        return [*found, self.registers] if self.deployments else found

    @property
    def registers(self) -> str:
        return f"register deployments: {len(self.deployments or ())}"


def standings(fleet: Fleet, registrar: Registrar) -> Iterator[Standing]:
    """Of all, in the order of their names; nothing is written, and one that is ill costs no other."""
    roll = fleet.roll()
    common = collisions.in_common(roll.comuni)
    for slug in sorted([*(settings.profile.slug for settings in roll.comuni), *roll.ill]):
        yield _standing(roll, slug, registrar, common)


def standing(fleet: Fleet, slug: str, registrar: Registrar) -> Standing:
    """Of one alone: of the others nothing but profiles and keys is read. SettingsError where what they share
    cannot be.
    """
    roll = fleet.roll()
    return _standing(roll, slug, registrar, collisions.in_common(roll.comuni))


def _standing(
    roll: Roll, slug: str, registrar: Registrar, common: Mapping[str, Mapping[Own, Sequence[str]]]
) -> Standing:
    if slug in roll.ill:
        return Standing(slug, ill=roll.ill[slug])
    found = look(next(one for one in roll.comuni if one.profile.slug == slug), registrar)
    return replace(found, warnings=(*found.warnings, *collisions.told(common.get(slug, {}))))


def look(settings: Settings, registrar: Registrar) -> Standing:
    """Of one that can be read; whatever is found wrong is its illness."""
    slug, missing = settings.profile.slug, _missing(settings)
    makes = bool(missing) and settings.profile.stage == "sandbox"
    secrets = () if makes else missing
    state = _state(settings)
    try:
        base = founding.look(settings)
        ill = troubles.unfit(settings)
        if secrets:
            ill = "\n".join(filter(None, [f"secrets are missing: {', '.join(secrets)}", ill]))
        warnings = () if secrets or base.steps else tuple(intact.missing(settings))
        deployments = None if ill else registrar.changes(settings)
    except Exception as exc:  # noqa: BLE001  it must not cost the others
        return Standing(slug, settings, troubles.words(exc), state, None, secrets)
    return Standing(slug, settings, ill, state, base, secrets, makes, warnings, deployments)


def _missing(settings: Settings) -> tuple[str, ...]:
    try:
        settings.secrets_without()
    except MissingError as exc:
        return exc.names
    return ()


def _state(settings: Settings) -> str:
    if not settings.state.is_dir():
        return "missing"
    return "open to others" if settings.state.stat().st_mode & 0o077 else "there"


def for_deployments(standing: Standing) -> Standing:
    """Ill where it lacks more than deployments."""
    more = [one for one in standing.lacks if one != standing.registers]
    if not more:
        return standing
    return replace(standing, ill=f"not registered before this is done: {'; '.join(more)}")


def settled(
    standing: Standing, registrar: Registrar, *, register_only: bool = False
) -> tuple[list[str], Standing]:
    """Do what one lacks. What was done, and how it stood before; with its illness, where that came up.

    `register_only`: who lacks more than deployments is left as it is.
    """
    settings = standing.settings
    if settings is None or standing.ill:
        return [], standing
    if register_only and (standing := for_deployments(standing)).ill:
        return [], standing
    done: list[str] = []
    try:
        _make(settings, standing)
        done = [one for one in standing.lacks if one != standing.registers]
        if standing.deployments:
            registrar.register(settings)
    except Exception as exc:  # noqa: BLE001  it must not cost the others
        return done, replace(standing, ill=troubles.words(exc))
    return standing.lacks, standing


def _make(settings: Settings, standing: Standing) -> None:
    """All of it that needs no server."""
    if standing.state != "there":
        settings.state.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
        settings.state.chmod(disk.PRIVATE_FOLDER)
    if standing.makes_secrets or standing.base is None or not standing.base.is_whole:
        founding.bring(settings)
    if names := _missing(settings):  # a sandbox makes all or none
        raise SettingsError(f"secrets are missing: {', '.join(names)}")


@dataclass(frozen=True)
class Migration:
    """What became of one database; `steps` that were, or would be, made, of which after the `contracting` the
    code of before may not go on. `revision`: at which it was.
    """

    slug: str
    steps: tuple[str, ...] = ()
    contracting: tuple[str, ...] = ()
    revision: str | None = None
    kind: str = ""  # sqlite or postgresql
    warnings: tuple[str, ...] = ()
    ill: str = ""  # why it is as it was


def migrated(
    fleet: Fleet, *, dry_run: bool, while_others_work: bool = False, without: Collection[str] = ()
) -> Iterator[Migration]:
    """The databases of all, one after the other, but for those `without`, which are looked at alone.

    `while_others_work`: see `founding.bring`.
    """
    roll = fleet.roll()
    well = {settings.profile.slug: settings for settings in roll.comuni}
    for slug in sorted([*well, *roll.ill]):
        if slug not in well:
            yield Migration(slug, ill=roll.ill[slug])
            continue
        found = Migration(slug, kind=make_url(well[slug].database).get_backend_name())
        try:
            base = founding.look(well[slug])
            contracting = tuple(schema.contracting(base.revision)) if base.revision and base.steps else ()
            found = replace(found, steps=base.steps, contracting=contracting, revision=base.revision)
            if dry_run:
                yield found
            elif slug in without and base.steps:
                yield replace(found, steps=(), ill="left out, as was asked")
            else:
                brought = founding.bring(well[slug], while_others_work=while_others_work)
                warnings = (*_made_again(brought.triggers), *brought.missing)
                yield replace(found, steps=brought.steps, warnings=warnings)
        except Exception as exc:  # noqa: BLE001  it must not cost the others
            yield replace(found, steps=(), ill=troubles.words(exc))


def _made_again(triggers: Sequence[str]) -> list[str]:
    names = ", ".join(triggers)
    return [f"these triggers were away, and are made again: {names}; see who did that"] if triggers else []
