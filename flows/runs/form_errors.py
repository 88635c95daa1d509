"""What Prefect says of a form that cannot be taken, in Italian and with the field's title.

Prefect 3.9.1 answers `Validation failed. Failure reason: 'decisione_1' is a required property`: a name that
stands nowhere in the form, in English, in the corner of the page. What it refuses stays as it is.
"""

from collections.abc import Callable
from typing import Any

from jsonschema import ValidationError
from prefect.server.api import deployments
from prefect.utilities import schema_tools
from prefect.utilities.schema_tools.validation import ValidationError as RefusedError

RELOAD = "La pagina è aperta da un po' e intanto il modulo è cambiato: ricaricala."
NOTHING_STORED = "Non è stato registrato niente."
WANTED = {"date": "una data", "date-time": "data e ora", "integer": "un numero", "boolean": "sì o no"}


def speak_italian() -> None:
    """From now on in this process, for forms that wait and for forms that start a run."""
    schema_tools.validate = _said(schema_tools.validate)
    deployments.validate = _said(deployments.validate)  # type: ignore[attr-defined]


def _said(validate: Callable[..., Any]) -> Callable[..., Any]:
    def validated(obj: dict[str, Any], schema: dict[str, Any], *args: Any, **named: Any) -> Any:
        try:
            return validate(obj, schema, *args, **named)
        except RefusedError as exc:
            if isinstance(exc.__cause__, ValidationError):
                raise RefusedError(complaint(exc.__cause__, schema)) from exc.__cause__
            raise

    return validated


def complaint(error: ValidationError, schema: dict[str, Any]) -> str:
    """Which field, and what to do; `schema` is the form's own."""
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"Manca «{_title(missing, schema)}». {NOTHING_STORED} Compila il campo e conferma di nuovo."
    if error.validator == "additionalProperties" or not error.path:
        return f"{RELOAD} {NOTHING_STORED}"
    name = str(error.path[0])
    what = "scegli una voce dell'elenco" if error.validator == "enum" else _wanted(name, schema)
    return f"«{_title(name, schema)}»: {what}. {NOTHING_STORED} Se non c'è, ricarica la pagina."


def _wanted(name: str, schema: dict[str, Any]) -> str:
    field = schema.get("properties", {}).get(name, {})
    kind = WANTED.get(field.get("format", field.get("type")))
    return f"serve {kind}" if kind else "il valore non va bene"


def _title(name: str, schema: dict[str, Any]) -> str:
    title: str = schema.get("properties", {}).get(name, {}).get("title", name)
    return title
