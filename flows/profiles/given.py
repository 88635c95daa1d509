"""The secrets of one Comune, out of the variables that it is given: no profile holds any."""

from collections import ChainMap
from collections.abc import Collection, Mapping
from typing import Annotated, Self

from pydantic import BaseModel, Field, SecretStr

from flows.profiles.comune import Editor, Profile
from flows.profiles.contacts import is_loopback

Secret = Annotated[SecretStr, Field(min_length=1)]
UNUSED = "-"  # stands in the place of what is not asked for


class MissingError(Exception):
    """Variables that are not set, by their names."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(f"not set in the environment: {', '.join(names)}")
        self.names = tuple(names)


class Secrets(BaseModel):
    """Each given as BOLLETTINO_<NAME>."""

    encryption_keys: Secret  # Fernet keys, comma-separated, the newest first
    lookup_key: Secret
    whatsapp_token: Secret
    app_secrets: Secret  # of the Meta app, comma-separated while one rotates
    verify_token: Secret
    prefect_auth: SecretStr | None = None  # user:password of the Prefect server
    backup_ssh_key: SecretStr | None = None  # these three: of the account at [backup.offsite]
    backup_access_key: SecretStr | None = None
    backup_secret_key: SecretStr | None = None

    @classmethod
    def of(cls, given: Mapping[str, str], *, without: Collection[str] = ()) -> Self:
        """MissingError where one that is needed is not set, or empty; `without`: these are not looked for."""
        values: dict[str, str] = {}
        missing = []
        for name, field in cls.model_fields.items():
            variable = f"BOLLETTINO_{name.upper()}"
            if name in without:
                values[name] = UNUSED
            elif value := given.get(variable):
                values[name] = value
            elif field.is_required():
                missing.append(variable)
        if missing:
            raise MissingError(missing)
        return cls.model_validate(values)


class Given:
    """What a Comune was given, by what it is for; what may be missing is None or ""."""

    profile: Profile
    _given: ChainMap[str, str]  # its own before what else there is

    @property
    def own_variables(self) -> dict[str, str]:
        """Those that are this Comune's alone, by name; of one in a fleet all that it has."""
        return dict(self._given.maps[0])

    def secrets_without(self, *names: str) -> Secrets:
        """For who has no use for these, and may not have them. MissingError names what is missing."""
        return Secrets.of(self._given, without=names)

    @property
    def llm_key(self) -> SecretStr | None:
        """BOLLETTINO_LLM_KEY, of the service that `[llm]` names; one on this machine may want none."""
        return SecretStr(key) if (key := self._given.get("BOLLETTINO_LLM_KEY", "").strip()) else None

    @property
    def oidc_secret(self) -> str:
        """BOLLETTINO_OIDC_SECRET, by which the provider of `[sign_in.oidc]` knows us; "": not set."""
        return self._given.get("BOLLETTINO_OIDC_SECRET", "").strip()

    @property
    def lacks_llm_key(self) -> bool:
        return (llm := self.profile.llm) is not None and self.llm_key is None and not is_loopback(llm.address)

    def code_secret(self, editor: Editor) -> SecretStr | None:
        """BOLLETTINO_TOTP_<ID>, of an editor's one-time codes, in base32; None where it is not set."""
        secret = "".join(self._given.get(editor.code_variable, "").split()).upper()
        return SecretStr(secret) if secret else None
