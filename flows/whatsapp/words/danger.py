"""Whether somebody may be in danger. Nobody reads this number, so that the answer must be: call 112.

Rather once too often: the answer does no harm, and a text that is about something else costs nothing more.
"""

import re

from flows.whatsapp.words.slips import folded, written

SIGNS = "🆘"

_PERSON = (
    r"(?:BAMBIN[OAIE]|FIGLI[OAE]?|NIPOT[EI]|NONN[OAI]|PADRE|MADRE|MAMMA|PAPA|ANZIAN[OA]|MARITO|MOGLIE"
    r"|FRATELLO|SORELLA|ZI[OA]|RAGAZZ[OA]|SIGNOR[AE]|UOMO|DONNA|PERSONA|VICIN[OA])"
)
_RIVER = (  # any water has a name of its own; these are the ones most often told of
    r"(?:FIUME|TORRENTE|CANALE|ROGGIA|FOSSO|RIO|NAVIGLIO|LAGO|DIGA|ARGINE|LAMBRO|SEVESO|OLONA|PO|ADIGE|ADDA"
    r"|TICINO|OGLIO|MINCIO|ARNO|TEVERE|ANIENE|PIAVE|BRENTA|BACCHIGLIONE|TAGLIAMENTO|RENO|SECCHIA|PANARO"
    r"|SENIO|SAVIO|LAMONE|TANARO|DORA|SESIA|BISAGNO|MAGRA|SERCHIO|OMBRONE|PESCARA|VOLTURNO|OFANTO|SIMETO)"
)
_DANGER = re.compile(
    r"\b(?:"
    r"S ?O ?S|MAYDAY|SOCCORS\w+|SOCCORR\w+|AMBULANZA|POMPIERI|VIGILI DEL FUOCO|CARABINIERI|POLIZIA"
    r"|INCENDI\w*|VA A FUOCO|(?:PRESO|PRENDE|PRENDENDO|AL) FUOCO|(?:STA|STANNO) BRUCIANDO|BRUCIA"
    r"|FUMO (?:\w+ ){0,2}(?:NERO|DENSO|DAL?|DALL\w|DAI|DENTRO|IN|NEL|NELL\w|SULLE|PER LE) ?|FUMO NERO|FIAMME"
    r"|ALLAGA\w*|ALLUVION\w+|ESONDA\w*|STRARIPA\w*"
    r"|ACQUA (?:\w+ ){0,2}(?:IN|DENTRO|FINO|ENTRA\w*|SALE|ARRIVA\w*)"
    r"|(?:ENTRA|SALE|SALENDO) (?:L )?ACQUA|ANNEGA\w*|AFFOGA\w*"
    rf"|{_RIVER} (?:E |STA )(?:USCIT\w|USCENDO|SALENDO|CRESCENDO|ROTT\w|AL LIMITE)"
    r"|(?:SONO|SIAMO|E|RIMAST\w|RESTAT\w) (?:\w+ )?BLOCCAT\w"
    r"|BLOCCAT\w (?:IN|NEL\w*|SUL\w*|SOTTO|DENTRO|DA|CON)|ASCENSORE (?:E )?(?:BLOCCATO|FERMO)"
    r"|(?:SONO|RIMAST[OA]) (?:\w+ )?CHIUS[OA] (?:DENTRO|IN|NEL\w*)|SIAMO (?:\w+ )?CHIUSI (?:DENTRO|IN|NEL\w*)"
    r"|INTRAPPOLAT\w|INCASTRAT\w|ISOLAT\w (?:IN|DA|SENZA)|DISPERS[OA]|SEPOLT\w"
    r"|FRANA\w*|FRANAT\w|SMOTTAMENT\w|CROLL\w+|SCOPERCHIAT\w|TERREMOTO|VALANGA|TROMBA D ARIA"
    r"|(?:VENENDO|VENUT[AO]|VIENE) GIU"
    r"|(?:ALBER[OI]|RAM[OI]|CAV[OI]|FIL[OI]|PAL[OI]|MURO|TETTO|CORNICIONE) (?:\w+ ){0,3}"
    r"(?:CADUT\w|(?:PER|A) TERRA|PERICOLANT\w)"
    r"|(?:FUGA|ODORE|PUZZA|PERDITA) (?:\w+ )?DI GAS|ESPLO\w+|SCOPPIAT\w|FOLGORAT\w|INTOSSICAT\w"
    r"|PERICOL\w+|EMERGENZA|FERIT[OAIE]|SANGUIN\w+|SVENUT\w|INFARTO|ICTUS|INCOSCIENTE|CONVULSION\w"
    r"|(?:STO|STA|STIAMO|SENTO|SENTE) (?:MOLTO |TANTO |COSI )?MALE|MALORE|NON RESPIR\w+|SOFFOC\w+|OSSIGENO"
    r"|MANCA (?:IL RESPIRO|L ARIA)|DOLORE (?:\w+ )?AL (?:PETTO|CUORE)|PERS[OI] (?:I SENSI|CONOSCENZA)"
    r"|NON (?:RIESC[OE]|RIUSCIAMO) (?:PIU )?A (?:RESPIRARE|ALZARMI|MUOVERMI|USCIRE|TIRAR\w+)"
    r"|NON (?:SI MUOVE|MI ALZO|SI ALZA|SI SVEGLIA|E COSCIENTE)"
    rf"|SONO CADUT[OA]|{_PERSON} E CADUT[OA]|CADUT[OA] DAL(?:LE SCALE| TETTO| BALCONE| PONTE)"
    rf"|{_PERSON} (?:\w+ ){{0,2}}(?:SCOMPARS[OA]|SI E PERS[OA]|NON SI TROVA(?:NO)?"
    r"|NON RISPOND(?:E|ONO) PIU|NON TORNA(?:NO)?)"
    rf"|(?:SCOMPARS[OA]|SI E PERS[OA]) (?:\w+ ){{0,2}}{_PERSON}"
    r"|AGGREDIT\w|AGGRESSIONE|RAPINA|LADR[IO]|VIOLENZA|PICCHIA\w*|MINACCIA\w*|AMMAZZ\w+|UCCID\w+"
    r"|COLTELLO|PISTOLA|SPARAT[OA]|SPARANO"
    r"|SUICID\w+|(?:VOGLIO|VORREI) (?:MORIRE|FARLA FINITA)|INCIDENTE|INVESTIT\w"
    r"|CHIAM\w+ (?:IL |L )?(?:112|113|115|118)"
    r")\b"
)
_HELP = re.compile(r"\b(?:A[IJ]U+T+[OU]+|AIUTT|AIUTATE\w*|AIUTAMI|AIUTACI|HELP)\b")


def is_danger(text: str) -> bool:
    """A word of danger, or a cry for help with something more; AIUTO alone asks for the list of commands."""
    if any(sign in text for sign in SIGNS):
        return True
    words = folded(text)
    if _DANGER.search(words):
        return True
    return bool(_HELP.search(words)) and (len(written(text)) > 1 or "AIUTO" != words != "HELP")
