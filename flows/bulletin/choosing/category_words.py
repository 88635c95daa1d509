"""The words that tell a category: those of the sites' own taxonomies, and those that only suggest one.

The names of argomenti and of kinds of event are the closed lists of the model for Comuni (design-comuni, its
"Argomenti" and "Tipi di evento"); the rest are the usual words of ComWeb, Municipium and other sites. Words
that tell nothing (avviso, notizia, comunicato stampa, accesso all'informazione) stand nowhere.
"""

import re

ROADS = """
    viabilità; viabilità e trasporti; viabilità e mobilità; mobilità; mobilità sostenibile; traffico
    trasporti; trasporto pubblico; trasporto pubblico locale; trasporti pubblici; parcheggi; parcheggio
    sosta; zone pedonali; zona pedonale; ztl; zona a traffico limitato; pista ciclabile; piste ciclabili
    strade; modifiche alla viabilità; ordinanze viabilità; ordinanza viabilità; lavori stradali
    strade e viabilità
"""
CALLS = """
    bandi; bando; bandi e avvisi; bandi di concorso; bandi di gara; concorsi; concorso; gare
    gare e appalti; gare e bandi; contributi; contributo; contributi e agevolazioni
    contributo economico; agevolazioni; agevolazione; agevolazioni finanziarie; bonus; voucher
    borse di studio; borsa di studio; scadenze; scadenza; avvisi pubblici; avviso pubblico; selezioni
    graduatorie; finanziamenti; offerte di lavoro; scadenze tributarie
"""
SERVICES = """
    servizi; servizio; servizi al cittadino; servizi demografici; anagrafe; anagrafe e stato civile
    stato civile; gestione rifiuti; rifiuti; raccolta differenziata; raccolta rifiuti
    rifiuti e raccolta differenziata; acqua; acquedotto; servizio idrico; igiene pubblica; orari uffici
    orari; chiusura uffici; uffici comunali; cimiteri; servizi cimiteriali; servizi online
    servizi digitali; sportello; sportelli; urp; animale domestico; animali domestici
"""
EVENT_KINDS = """
    evento; eventi; eventi e manifestazioni; manifestazioni; manifestazione; manifestazioni ed eventi
    evento culturale; evento sociale; evento sportivo; evento religioso; evento politico
    evento di formazione; evento storico; evento artistico; eventi in programma
    cultura eventi e manifestazioni; appuntamenti; appuntamento; concerto; concerti; spettacolo
    spettacolo teatrale; spettacolo di danza; spettacoli; proiezione cinematografica; cinema; teatro
    mostra; mostre; mostra o esposizione; esposizione; festival; rassegna; festa; feste; festa popolare
    festa patronale; sagra; sagre; fiera; fiere; fiere e mercati; mercatino; mercatino dell antiquariato
    gara; gara o torneo o competizione; torneo; competizione; manifestazione sportiva
    manifestazione musicale; manifestazione artistica; commemorazione; commemorazione ricorrenza
    celebrazione; cerimonia; conferenza; convegno; congresso; seminario; incontro; incontri
    presentazione libro; presentazione di un libro; dibattito; laboratorio; laboratori; corso; corsi
    giornata aperta; giornata informativa; open day; visita guidata; visite guidate; inaugurazione
    lettura; iniziativa per bambini e ragazzi; raduno; processione; pellegrinaggio; escursione; parata
    sfilata; marcia
"""
# What a citizen's life is about says less: a road closes for a concert, a library closes for stock-taking.
HINTS = """
    tempo libero: eventi; turismo: eventi; cultura: eventi; sport: eventi; patrimonio culturale: eventi
    biblioteca: servizi; assistenza sociale: servizi; assistenza agli invalidi: servizi
    ambiente: servizi; sociale: servizi; servizi sociali: servizi; famiglia: servizi; giovani: servizi
    anziani: servizi; scuola: servizi; scuole: servizi; istruzione: servizi; servizi scolastici: servizi
    mensa: servizi; mensa scolastica: servizi; trasporto scolastico: servizi; residenza: servizi
    matrimonio: servizi; nascita: servizi; morte: servizi; elezioni: servizi; elettorale: servizi
    imposte: servizi; tributi: servizi; tassa sui servizi: servizi; tasse: servizi
    tasse e tributi: servizi; immigrazione: servizi; inquinamento: servizi; polizia: servizi
    edilizia: servizi; spazio verde: servizi; verde pubblico: servizi; commercio ambulante: servizi
    commercio al minuto: servizi; commercio e mercati: servizi; mercato: servizi; lavoro: bandi
    formazione professionale: bandi; imprese: bandi; lavori pubblici: altro
"""

_ABOUT_ROADS = r"""
    viabilit\w*|traffico|transito|\bsosta\b|senso\s+unico|strad[ae]\s+chius\w+|rimozione\s+forzata
    |chius\w+\s+(?:al\s+traffico|temporane\w+\s+d\w+\s+(?:strada|via\b)|(?:\w+\s+)?(?:del\s+)?(?:sottopasso|ponte|cavalcavia)|(?:\w+\s+)?(?:di|della|su|in)\s+(?:via|viale|strada|piazza|s\.?p)\b)
    |asfaltatur\w+|\bztl\b|parchegg\w*|\bautobus\b|\bbus\b|mezzi\s+pubblici|trasporto\s+pubblico
    |sottopasso|tangenziale|strada\s+(?:provinciale|statale)|\bs\.?\s?[ps]\.?\s?(?:n\.?\s?)?\d+
    |ciclabil\w+|semafor\w+|rotatori\w+|carreggiat\w+|targhe\s+alterne|\btreni?\b|deviazion\w+
    |percorso\s+(?:bus|alternativo)|limitazion\w+\s+al(?:la)?\s+(?:traffico|circolazione)|parcometr\w+
"""
_ABOUT_CALLS = r"""
    \bband[oi]\b|\bcontribut\w+|concors[oi]\s+(?:pubblic\w+|di\s+idee)|graduatori\w+|\bvoucher\b
    |\bbonus\b|bors[ae]\s+di\s+\w+|buon[oi]\s+(?:scuola|libri|spesa)|avviso\s+pubblico|scadenz\w+
    |\bscade\b|termin[ei]\s+(?:per|di|band\w+|\d)|entro\s+(?:il|le|e\s+non)
    |domand[ae]\s+(?:entro|di|per|online)|prorog\w+|\bselezion[ei]\b|\bappalt\w+|procedura\s+aperta
    |manifestazion[ei]\s+d[i']\s*\w*interesse|candidatur\w+|\bistanz[ae]\b
    |iscrizion[ei]\s+(?:a\w*|aperte|entro|per)|aperte\s+le\s+iscrizioni|iscrizioni\s+aperte
    |servizio\s+civile|agevolazion\w+|finanziament\w+|\bscrutator\w+|assegnazion\w+|\bacconto\b
    |\bsaldo\b|\brata\b|\bincentiv\w+|\brimbors\w+|\bpremio\b|asta\s+pubblica|alienazion\w+
    |co-?progettazion\w+
"""
_ABOUT_EVENTS = r"""
    concert\w+|\bmostr[ae]\b|spettacol\w*|teatr\w+|\bcinema\b|\bfilm\b|\bsagr[ae]\b|\bfest[ae]\b
    |festegg\w+|festival|\bfier[ae]\b|mercatin\w+|presentazione\s+(?:del\s+)?libro|laborator\w+
    |\bincontr[oi]\b|convegn\w+|lettur[ae]\b|camminat\w+|\bmarcia\b|torne[oi]\b|trofe[oi]\b
    |celebrazion\w+|commemorazion\w+|cerimoni\w+|inaugura\w*|patron[oi]\b|\bnatal\w+|carneval\w+
    |rassegn\w+|visit[ae]\s+guidat\w+|conferenz\w+|assemblea\s+pubblica|\bserat[ae]\b
    |\bgiornata\s+(?:mondiale|nazionale|europea|della|del|ecologica)|pomerigg\w+
    |stagione\s+(?:di|teatrale)|\bevent[oi]\b|manifestazion[ei](?!\s+d[i']\s*\w*interesse)
    |consiglio\s+comunale\s+aperto|\bcorso\s+(?:di|gratuito)|\bvillaggio\b|ricordo\b|liberazione\b
    |xxv\s+aprile|25\s+aprile|2\s+giugno|4\s+novembre|anniversario
"""
_ABOUT_SERVICES = r"""
    \buffic[io]\b|anagraf\w+|cart[ae]\s+d.identit\w+|\bcie\b|sportell\w+|rifiut\w+
    |raccolta\s+differenziata|porta\s+a\s+porta|centro\s+di\s+raccolta|ecocentr\w+|\bmensa\b|refezione
    |bibliotec\w+|cimiter\w+|\bidric\w+|acquedott\w+|erogazione|acqua\s+potabile|energia\s+elettrica
    |\borari[oa]?\b|\bscuol\w+|\bnid[oi]\b|trasporto\s+scolastico|disinfestazion\w+|zanzar\w+
    |derattizzazion\w+|bollett\w+|centralin\w+|elettor\w+|\bvot[oa]\b|referendum|certificat\w+|\bspid\b
    |prenotazion\w+|ambulator\w+|\bfarmaci\w+|\banzian\w+|\bservizi[o]?\b|tesser[ae]\b|\bmunicipio\b
    |\bpiscin\w+|\bverde\b|amianto|affido|interruzion\w+
"""
SUGGESTING = {
    name: re.compile(words, re.IGNORECASE | re.VERBOSE)
    for name, words in (
        ("viabilità e trasporti", _ABOUT_ROADS),
        ("bandi e scadenze", _ABOUT_CALLS),
        ("eventi", _ABOUT_EVENTS),
        ("servizi", _ABOUT_SERVICES),
    )
}
# What looks like an alert is not one: the alerts of the bulletin come from their issuer, as data.
OF_WEATHER = re.compile(
    r"allert[ae]\b(?!\s+giocattol)|maltempo|criticità\s+idro\w+|ondat[ae]\s+di\s+calore|pre-?allarme"
    r"|fase\s+di\s+attenzione"
    r"|bollettino\s+meteo",
    re.IGNORECASE,
)
