"""Whether a phrase says something of something: a finite verb, as far as its form alone shows it."""

import re

_FINITE = re.compile(
    r"\b(?:è|sono|ha|hanno|era|erano|avev\w+|viene|vengono|può|possono|deve|devono|dovrebbe\w*|si|vi|c['’]è"
    r"|riprend(?:e|ono)|continua(?:no)?|organizza(?:no)?|promuov(?:e|ono)|presenta(?:no)?"
    r"|propon(?:e|gono)|attiva(?:no)?|invita(?:no)?|incontra(?:no)?"
    r"|celebra(?:no)?|preved(?:e|ono)|coinvolg(?:e|ono)|raccontano|offr(?:e|ono)|torna(?:no)?"
    r"|chiud(?:e|ono)|(?:ri)?apr(?:e|ono)|parte|partono"
    r"|inizia(?:no)?|comunica(?:no)?|scad(?:e|ono)|ospita(?:no)?|apre|resta|restano|rimane"
    r"|rimangono|porta|portate|ritira(?:no)?|serve"
    r"|occorre|bisogna|arriva(?:no)?|vieni|venite|partecipa(?:no)?|esplora(?:no)?"
    r"|racconta(?:no)?|intende|intendono"
    r"|entra(?:no)?|passa(?:no)?|riceve|ricevono|dura(?:no)?|costa(?:no)?|termina(?:no)?|comincia(?:no)?"
    r"|prosegu(?:e|ono)|riguarda(?:no)?|avvien(?:e|gono)|va|vanno|funziona(?:no)?|spetta(?:no)?"
    r"|consent(?:e|ono)|interessa(?:no)?|prend(?:e|ono)|cambia(?:no)?|slitta(?:no)?"
    r"|[a-zà-ù]{2,}(?:rà|ranno))\b",
    re.I,
)


def has_verb(text: str) -> bool:
    """Whether a finite verb stands in `text`; a rare one may be missed."""
    return _FINITE.search(text) is not None
