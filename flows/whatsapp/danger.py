"""Whether somebody may be in danger. Nobody reads this number, so that the answer must be: call 112.

Rather once too often: the answer does no harm, and a text that is about something else costs nothing more.
"""

import re

from flows.whatsapp.folding import folded, written

SIGNS = "🆘"

_DANGER = re.compile(
    r"\b(?:"
    r"S ?O ?S|MAYDAY|SOCCORS\w+|SOCCORR\w+|AMBULANZA|POMPIERI|VIGILI DEL FUOCO|CARABINIERI|POLIZIA"
    r"|INCENDI\w*|VA A FUOCO|(?:PRESO|PRENDE|PRENDENDO|AL) FUOCO|(?:STA|STANNO) BRUCIANDO|BRUCIA"
    r"|ALLAGA\w+|ALLUVION\w+|ESONDA\w+|STRARIPA\w+|ACQUA (?:\w+ ){0,2}(?:IN|DENTRO|FINO|ENTRA\w*|SALE|ARRIVA)"
    r"|(?:ENTRA|SALE|SALENDO) (?:L )?ACQUA|ANNEGA\w+|AFFOGA\w+"
    r"|(?:SONO|SIAMO|E|RIMAST\w|RESTAT\w) (?:\w+ )?BLOCCAT\w|BLOCCAT\w (?:IN|NEL\w*|SUL\w*|SOTTO|DENTRO|DA)"
    r"|INTRAPPOLAT\w|INCASTRAT\w|ISOLAT\w (?:IN|DA|SENZA)|DISPERS[OAI]|SEPOLT\w"
    r"|FRANA\w*|FRANAT\w|CROLL\w+|TERREMOTO|VALANGA|TROMBA D ARIA"
    r"|(?:FUGA|ODORE|PUZZA|PERDITA) DI GAS|ESPLO\w+|SCOPPIAT\w|FOLGORAT\w"
    r"|PERICOL\w+|EMERGENZA|FERIT[OAIE]|SANGUIN\w+|SVENUT\w|INFARTO|ICTUS|INCOSCIENTE"
    r"|(?:STO|STA|STIAMO|SENTO|SENTE) (?:MOLTO |TANTO |COSI )?MALE|MALORE|NON RESPIR\w+|SOFFOC\w+"
    r"|AGGREDIT\w|AGGRESSIONE|RAPINA|LADR[IO]|VIOLENZA|PICCHIA\w*|MINACCIA\w*|AMMAZZ\w+|UCCID\w+"
    r"|SUICID\w+|(?:VOGLIO|VORREI) (?:MORIRE|FARLA FINITA)|INCIDENTE|INVESTIT\w"
    r"|CHIAM\w+ (?:IL |L )?(?:112|113|115|118)"
    r")\b"
)
_HELP = re.compile(r"\b(?:AIUTO|AIUTATE\w*|AIUTAMI|AIUTACI|HELP)\b")


def is_danger(text: str) -> bool:
    """A word of danger, or a cry for help with something more; AIUTO alone asks for the list of commands."""
    if any(sign in text for sign in SIGNS):
        return True
    words = folded(text)
    if _DANGER.search(words):
        return True
    return bool(_HELP.search(words)) and (len(written(text)) > 1 or "AIUTO" != words != "HELP")
