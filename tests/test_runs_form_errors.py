"""What an editor reads of a form that Prefect does not take: the field by its title, in Italian."""

from typing import Any

import pytest
from prefect.utilities.schema_tools.validation import ValidationError, validate

from flows.runs.form_errors import _said

SCHEMA = {
    "type": "object",
    "properties": {
        "decisione_3": {"type": "string", "title": "Che cosa vuoi fare?", "enum": ["Approva", "Salva"]},
        "chi": {"type": "string", "title": "Chi sei, se non approvi", "enum": ["Anna", "Bruno"]},
        "dal": {"type": "string", "format": "date", "title": "Dal giorno", "default": "2026-12-01"},
        "quanti": {"type": "integer", "title": "Quanti", "default": 1},
    },
    "required": ["decisione_3"],
    "additionalProperties": False,
    "if": {"properties": {"decisione_3": {"pattern": "^Approva"}}},
    "else": {"required": ["chi"]},
}
judge = _said(validate)


@pytest.mark.parametrize(
    ("filled", "told"),
    [
        ({}, "Manca «Che cosa vuoi fare?». Non è stato registrato niente."),
        ({"decisione_3": "Salva"}, "Manca «Chi sei, se non approvi»."),
        ({"decisione_3": "Cancella", "chi": "Anna"}, "«Che cosa vuoi fare?»: scegli una voce dell'elenco."),
        ({"decisione_3": "Approva", "quanti": "tre"}, "«Quanti»: "),
        ({"decisione_3": "Approva", "notizia_1_v2": "x"}, "ricaricala. Non è stato registrato niente."),
    ],
)
def test_a_refusal_names_the_field_as_the_form_does(filled: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        judge(filled, SCHEMA, raise_on_error=True)
    words = str(caught.value)
    assert told in words
    assert "decisione_3" not in words
    assert "property" not in words


def test_what_is_right_passes_and_what_asks_for_a_list_of_errors_gets_it() -> None:
    assert judge({"decisione_3": "Approva"}, SCHEMA, raise_on_error=True) == []
    assert len(judge({}, SCHEMA)) >= 1
