"""What an installation is told: the Comune's profile (TOML) and the secrets (environment).

The only module that reads or sets the environment. No secret stands in a profile; what is wrong names itself.
"""

import hashlib
import os
import tomllib
from collections import ChainMap
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine

from db.engine import make_engine
from db.journal import Journal
from db.ledger import Ledger
from db.vault import Vault
from flows.door import entry, keys
from flows.door.environment import (
    STAMP_KEY,
    given_to,
    handed_over,
    of_fleet,
    of_server,
)
from flows.door.keys import DoorKeys
from flows.door.stamps import key_from
from flows.profiles import documents, secrets_file
from flows.profiles.codes import problems
from flows.profiles.comune import Editor, Profile
from flows.profiles.contacts import e164, is_loopback
from flows.profiles.file import IDS, Strict, at, content, explain, unfilled
from flows.profiles.fleet import FILE, OWN, FleetFile, own_variables, profile_of
from flows.profiles.given import Given, MissingError, Secrets
from flows.profiles.places import fill_words
from flows.profiles.wording import Wording, texts

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "deployments" / "profiles" / "demo.toml"


class BollettinoError(Exception):
    """Something that a person has to mend; the text says what. Any other error is a defect."""


class SettingsError(BollettinoError):
    """The profile or the environment cannot be used; the message names key, line and remedy."""


class Settings(Wording, Given):
    """One installation: profile, texts, state folder, database address, and the secrets when needed."""

    def __init__(
        self,
        profile: Profile,
        path: Path,
        state: Path,
        database: str | None = None,
        own: Mapping[str, str] | None = None,
        fleet: FleetFile | None = None,
    ) -> None:
        """`own`: the Comune's variables, which come before those of the process's environment; in a fleet all
        that it has, beside what the environment says of the fleet itself.
        """
        self.profile = profile
        self.path = path
        self.state = state
        self.fleet = fleet
        self.server_state = state.with_name(OWN) if fleet else state  # where the Prefect server has its files
        self.database = database or f"sqlite:///{state / 'bollettino.db'}"
        self._given = ChainMap(dict(own or {}), of_fleet(os.environ) if fleet else os.environ)
        self.prefect_database = self._given.get("BOLLETTINO_PREFECT_DATABASE")  # else in the state folder

    def renewed(self, profile: Profile) -> "Settings":
        """The same installation with its profile as it is now."""
        return Settings(profile, self.path, self.state, self.database, self._given.maps[0], self.fleet)

    def engine(self) -> Engine:
        """A new one on its database."""
        return make_engine(self.database)

    @cached_property
    def secrets(self) -> Secrets:
        try:
            return self.secrets_without()
        except MissingError as exc:
            raise SettingsError(f"{exc}; deployments/manuale.md, 'Secrets', says how to make each") from None

    @property
    def mail_login(self) -> tuple[str, SecretStr] | None:
        """BOLLETTINO_MAIL_USER and BOLLETTINO_MAIL_PASSWORD; None where neither is set."""
        user, password = (self._given.get(f"BOLLETTINO_MAIL_{name}", "") for name in ("USER", "PASSWORD"))
        if bool(user) != bool(password):
            raise SettingsError("BOLLETTINO_MAIL_USER and BOLLETTINO_MAIL_PASSWORD: set both or none")
        return (user, SecretStr(password)) if user else None

    def require_model(self) -> None:
        """SettingsError where the profile names a model whose packages or key are missing.

        When an installation starts, not when a text is wanted: that is then made without a model.
        """
        if self.profile.llm is None:
            return
        from flows.profiles.llm import is_installed  # with all that it needs, which no other process does

        if not is_installed():
            raise SettingsError(
                f"{self.path}: [llm] names a model, but the packages for it are not installed: "
                "python3 deployments/install.py deployments/requirements-llm.lock"
            )
        if self.lacks_llm_key:
            raise SettingsError(
                f"not set in the environment: BOLLETTINO_LLM_KEY (for [llm], {self.profile.llm.address})"
            )

    @property
    def signs_in(self) -> bool:
        """Whether persons sign in with accounts of their own (`flows/accounts/mark.py`): no form asks who."""
        return (self.state / keys.ACCOUNTS).exists()

    def editor_phone(self, editor: Editor) -> SecretStr | None:
        """BOLLETTINO_PHONE_<ID>, in E.164, for calls and for tests of a draft; None where it is not set, but
        in the sandbox. SettingsError, without the value, where it is no telephone number.
        """
        phone = self._given.get(editor.phone_variable, "").strip()
        if not phone and self.profile.stage == "sandbox":
            place = [other.id for other in self.profile.editors].index(editor.id)
            phone = f"+39333100{place:04}"
        if not phone:
            return None
        if (number := e164(phone)) is None:
            raise SettingsError(f"{editor.phone_variable} is no telephone number (+39 333 ...)")
        return SecretStr(number)

    def require_codes(self) -> None:
        """SettingsError that names every editor's secret that is missing, is none, or is another's too."""
        if not self.profile.asks_codes or self.signs_in:  # `warnings` says what no codes mean
            return
        if lines := problems([(editor, self.code_secret(editor)) for editor in self.profile.editors]):
            raise SettingsError("\n".join([*lines, "`python -m flows codes new NAME` makes one"]))

    @property
    def warnings(self) -> list[str]:
        """What an operator should know on every start, although nothing is wrong."""
        profile = self.profile
        warnings = self._silent_editors
        if profile.asks_codes or self.signs_in or is_loopback(profile.whatsapp.api):
            return warnings
        warnings += ["codes = false: whoever opens the Prefect UI can approve under any editor's name"]
        if profile.approvals == 2:
            warnings.append("approvals = 2 without codes: one person can give both approvals")
        return warnings

    @property
    def _silent_editors(self) -> list[str]:
        """Who is called for an alert by e-mail only, or not at all."""
        warnings = [] if self.profile.mail else ["no [mail]: no editor gets an e-mail"]
        for editor in self.profile.editors:
            unset = f"{editor.phone_variable} is not set: {editor.name} is not called by telephone"
            try:
                warnings += [] if self.editor_phone(editor) else [unset]
            except SettingsError as exc:
                warnings.append(str(exc))
        return warnings

    def door_keys(self) -> DoorKeys:
        """Both credentials of the Prefect server; SettingsError where the installation was never started."""
        both = keys.read(self.server_state, self._given)
        if not both.internal or not both.people:
            raise SettingsError(f"{self.server_state / keys.FILE} is missing: `python -m flows run` makes it")
        return both

    def stamp_key(self) -> bytes:
        """Of the stamps on what editors confirm; all that the server is given of the look-up key."""
        key = self._given.get(STAMP_KEY)
        return bytes.fromhex(key) if key else key_from(self.secrets.lookup_key.get_secret_value())

    def given_to(self, process: str) -> dict[str, str]:
        """The environment of a process of ours, without the secrets that are none of its business. In a fleet
        no Comune's are in any: each is asked for by `load`.
        """
        if self.fleet:
            return given_to(process, of_fleet(os.environ) | self._found_by())
        return given_to(process, {**self._given, STAMP_KEY: self.stamp_key().hex()}, signs_in=self.signs_in)

    def _found_by(self) -> dict[str, str]:
        """By which `load` finds this installation again."""
        profile = {"BOLLETTINO_PROFILE": str(self.path)}
        if self.fleet:
            above = {"FLEET": self.path.parent, "STATE": self.state.parent}
            return profile | {f"BOLLETTINO_{name}": str(folder) for name, folder in above.items()}
        return profile | {"BOLLETTINO_STATE": str(self.state), "BOLLETTINO_DATABASE": self.database}

    def environment(self) -> dict[str, str]:
        """For every process of the installation, so that Prefect's own settings agree everywhere."""
        return {
            **self._found_by(),
            **of_server(
                self.server_state,
                self.prefect_address,
                database=self.prefect_database,
                keys=keys.read(self.server_state, self._given),
                days=self.profile.privacy.run_days,
                no_proxy=filter(None, [self._given.get("NO_PROXY")]),
            ),
            "PREFECT_UI_URL": self.prefect_ui,
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": self.prefect_origins[0],
        }

    def require_filled(self) -> None:
        """SettingsError that names every value of the profile which is still a placeholder.

        Not when it is loaded: such a profile can be tried with `inspect` and dry runs.
        """
        if self.profile.stage == "sandbox":
            return
        unused = () if self.profile.channel.uses_api else IDS  # no number of ours sends anything
        if lines := unfilled(self.path, self.path.read_text(encoding="utf-8"), excluding=unused):
            raise SettingsError("\n".join(["the profile cannot be used as it is", *lines]))

    def require_login(self) -> None:
        """SettingsError where anybody could approve, or nobody sign in. A fleet's gate knows no password."""
        if not (self.fleet or self._given.get(keys.PEOPLE) or is_loopback(self.profile.whatsapp.api)):
            why = "(user:password of the Prefect server): without it whoever reaches the server can approve"
            raise SettingsError(f"not set in the environment: BOLLETTINO_PREFECT_AUTH {why}")
        if self.profile.sign_in.oidc and not self.oidc_secret:
            raise SettingsError("not set in the environment: BOLLETTINO_OIDC_SECRET (for [sign_in.oidc])")

    def prepare_secrets(self, *, make: bool) -> None:
        """The sandbox makes its own secrets once and keeps them; any other stage must bring them."""
        if make:
            for check in (self.require_model, self.require_codes, self.require_login):
                check()
            keys.make(self.server_state, people=self._given.get("BOLLETTINO_PREFECT_AUTH"))
        self._sandbox_secrets(make=make)

    def _sandbox_secrets(self, *, make: bool) -> None:
        if self.profile.stage != "sandbox":
            return
        path = self.state / secrets_file.FILE
        if trouble := secrets_file.trouble(path, make=make):
            raise SettingsError(trouble)
        if make and not path.exists():
            secrets_file.write(path, secrets_file.new_secrets())
        self._given.update(secrets_file.read(path))

    def bring_keys(self) -> None:
        """Before a database is made: the vault's keys are there, or SettingsError names what is missing."""
        try:
            self.vault()
        except SettingsError:
            self._sandbox_secrets(make=True)
            self.vault()

    def vault(self) -> Vault:
        keys = self.secrets.encryption_keys.get_secret_value().split(",")
        return Vault([key.strip() for key in keys], self.secrets.lookup_key.get_secret_value())

    @cached_property
    def notice_text(self) -> str:
        """The privacy notice in force, as Markdown, with the Comune's words and periods in it."""
        return self.document(documents.NOTICE)

    def document(self, name: str, **words: str) -> str:
        """One of `documents.NAMES` as it is published. SettingsError where the Comune's own cannot be."""
        try:
            text = documents.read(self.path, name)
        except documents.DocumentError as exc:
            raise SettingsError(str(exc)) from None
        return fill_words(text, {**self.words, **self.profile.notice_words, **words})

    def ledger(self) -> Ledger:
        """Where each word of consent is written, with the notice that was shown."""
        digest = hashlib.sha256(self.notice_text.encode()).hexdigest()
        journal = Journal(self.state / "consensi.jsonl")
        return Ledger(self.vault(), journal, self.profile.notice.version, digest)

    def enter(self, process: str = "") -> None:
        """Give this process the environment of the installation; before Prefect is imported."""
        whole = {**({} if self.fleet else self._given.maps[0]), **self.environment()}
        if self.fleet:  # Prefect, imported, makes its home, and nothing above it
            self.server_state.mkdir(mode=0o700, parents=True, exist_ok=True)
        take(given_to(process, whole, signs_in=self.signs_in))

    def entry_link(self, page: str) -> str:
        """To a page of the Prefect UI, `page`; with its password where `run` has made that one itself."""
        return entry.link(page, keys.read(self.server_state).people)


Read = TypeVar("Read", bound=Strict)


def _read(path: Path, what: type[Read]) -> tuple[str, Read]:
    """Text and content; SettingsError names the file, the line, the key and what is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        return text, content(what, text)
    except OSError as exc:
        raise SettingsError(f"{path}: cannot be read ({exc.strerror})") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise SettingsError(f"{path}: not valid TOML: {exc}") from exc
    except ValidationError as exc:
        raise SettingsError("\n".join(explain(path, text, exc))) from exc


def load_profile(path: Path) -> Profile:
    """Read a profile."""
    text, profile = _read(path, Profile)
    replies = texts()["risposte"] if profile.texts else {}
    unknown = [name for name in profile.texts if name not in replies]
    if wrong := [at(path, text, ("texts", name), "is not the name of a reply") for name in unknown]:
        raise SettingsError("\n".join(wrong))
    return profile


def given_profile() -> Profile | None:
    """The one that BOLLETTINO_PROFILE names, if any."""
    chosen, folder = os.environ.get("BOLLETTINO_PROFILE"), fleet_folder()
    if not chosen:
        return None
    return load_profile((profile_of(folder, chosen) if folder else None) or Path(chosen))


def fleet_folder() -> Path | None:
    """Of the fleet that this process works for; None where it works for one Comune alone."""
    folder = os.environ.get("BOLLETTINO_FLEET")
    return Path(folder).resolve() if folder else None


def load(chosen: str | Path | None = None) -> Settings:
    """The installation of this process: by its profile's path, else by BOLLETTINO_PROFILE, else the sandbox's
    demo. Of a fleet's process one of its Comuni, by the slug or by its profile's path.
    """
    chosen = chosen or os.environ.get("BOLLETTINO_PROFILE")
    if folder := fleet_folder():
        if not chosen:
            raise SettingsError(f"which Comune of the fleet in {folder}? --profile SLUG names one")
        return member(folder, chosen)
    own = handed_over(os.environ)
    path = Path(chosen or DEMO).resolve()
    profile = load_profile(path)
    state = os.environ.get("BOLLETTINO_STATE") or Path.cwd() / ".bollettino" / profile.slug
    database = own.get("BOLLETTINO_DATABASE") or os.environ.get("BOLLETTINO_DATABASE")
    return Settings(profile, path, Path(state).resolve(), database, own)


def member(folder: Path, chosen: str | Path) -> Settings:
    """A Comune of the fleet in this folder, by its slug or its profile's path: with what is its own, what is
    the fleet's, and nothing else of the environment. SettingsError where it is none, or is ill.
    """
    asked = Path(chosen).absolute()
    slug = asked.stem if asked.parent.resolve() == folder else str(chosen)
    if (path := profile_of(folder, slug)) is None:
        raise SettingsError(f"{chosen}: is no Comune of the fleet in {folder}")
    profile = load_profile(path)
    if profile.slug != slug:
        text = path.read_text(encoding="utf-8")
        raise SettingsError(at(path, text, ("slug",), f"is {profile.slug}, and its file is called {slug}"))
    return _belonging(folder, path, profile)


def candidate(folder: Path, path: Path) -> Settings:
    """Who is to join the fleet in this folder, by a profile that lies elsewhere yet."""
    return _belonging(folder, path, load_profile(path))


def _belonging(folder: Path, path: Path, profile: Profile) -> Settings:
    fleet, slug = load_fleet(folder), profile.slug
    try:
        own = own_variables(folder, slug, os.environ)
    except OSError as exc:
        raise SettingsError(f"{exc.filename}: cannot be read ({exc.strerror})") from exc
    except UnicodeDecodeError:  # which would quote it
        raise SettingsError(f"{folder / slug}: a secret there is no text in UTF-8") from None
    state = Path(os.environ.get("BOLLETTINO_STATE") or ".bollettino").resolve() / slug
    database = own.get("BOLLETTINO_DATABASE") or fleet.database_of(slug)
    settings = Settings(profile, path, state, database, own, fleet)
    settings._sandbox_secrets(make=False)
    return settings


def load_fleet(folder: Path) -> FleetFile:
    """SettingsError names the line of its file, the key and what is wrong."""
    return _read(folder / FILE, FleetFile)[1]


def given_to_fleet() -> dict[str, str]:
    """What the environment of this process says of its fleet, and nothing of a Comune's."""
    return of_fleet(os.environ)


def take(environment: Mapping[str, str], *, is_whole: bool = False) -> None:
    """Give this process more of an environment. `is_whole`: of our own variables it keeps no other."""
    for name in [name for name in os.environ if is_whole and name.startswith("BOLLETTINO_")]:
        del os.environ[name]
    os.environ.update(environment)
