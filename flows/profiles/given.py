"""The secrets of one Comune, out of the variables that it is given; no profile holds any."""

from collections.abc import Collection, Mapping
from typing import Annotated, Self

from pydantic import BaseModel, Field, SecretStr

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
