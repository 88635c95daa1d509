"""The register of processing (GDPR, article 30), written from the configuration that is in force."""

from datetime import datetime

from flows.bulletin.language.dates import in_rome
from flows.settings import Settings

BY_HAND = (
    "WhatsApp, l'applicazione sul telefono del servizio: chi invia a mano mette i numeri nella sua rubrica e "
    "li cancella dopo l'invio"
)
TO_FILL = "**[da completare dal Comune]**"


def report(settings: Settings, *, subscribers: int, now: datetime) -> str:
    """Markdown, in Italian, for the DPO. What the profile does not say is marked, never invented."""
    profile = settings.profile
    privacy, words, channel = profile.privacy, settings.words, profile.channel
    rows = "\n".join(f"| {data} | {how_long} |" for data, how_long in periods(settings))
    offsite = profile.backup.offsite if profile.backup else None
    providers = [f"- {provider}" for provider in privacy.providers] or [f"- {TO_FILL}"]
    return "\n".join(
        [
            f"# Registro delle attività di trattamento: notizie e allerte via WhatsApp {words['del_comune']}",
            "",
            f"Scritto il {in_rome(now):%d.%m.%Y alle %H:%M} dalla configurazione in uso "
            f"(ambiente: {profile.stage}).",
            "",
            "## Titolare e responsabile della protezione dei dati",
            "",
            f"- Titolare: {words['comune']}, {privacy.owner or TO_FILL}; telefono {words['telefono']}, "
            f"{words['email']}",
            f"- Responsabile della protezione dei dati: {words['email_dpo']}",
            "",
            "## Finalità e base giuridica",
            "",
            f"- Finalità: inviare a chi si iscrive notizie di pubblica utilità ({words['giorni']}), allerte "
            "meteo e avvisi urgenti.",
            f"- Base giuridica: {privacy.basis or TO_FILL}",
            f"- Atto che istituisce il servizio: {privacy.act or TO_FILL}",
            f"- Informativa in vigore: versione {profile.notice.version}, {profile.notice.url}",
            "- Iscrizione: a iniziativa della persona, con la parola ATTIVA"
            + (" e una seconda conferma." if privacy.double_opt_in else "."),
            "",
            "## Interessati e dati",
            "",
            f"- Interessati: chi è iscritto (oggi {subscribers}), chi scrive al numero, chi lavora alla "
            f"redazione ({len(profile.editors)}).",
            "- Dati: numero di telefono o codice WhatsApp; parole di comando con data e informativa; esito "
            "dei messaggi; di chi lavora alla redazione nome, email, decisioni.",
            "- Non si conservano i testi liberi dei cittadini: sono cancellati appena classificati.",
            "",
            "## Destinatari e trasferimenti",
            "",
            *([f"- WhatsApp Business Platform, {_host(profile.whatsapp.api)}"] if channel.uses_api else []),
            *([f"- {BY_HAND}"] if channel.uses_lists else []),
            *(
                [f"- Modello linguistico, {_host(profile.llm.address)}: riceve solo testi pubblici del sito"]
                if profile.llm
                else []
            ),
            *([f"- Copie cifrate, {offsite.place}: chi le custodisce non può leggerle"] if offsite else []),
            *providers,
            "- Trasferimenti fuori dall'Unione europea: quelli di WhatsApp; garanzie: " + TO_FILL,
            "",
            "## Per quanto tempo",
            "",
            "| Che cosa | Quanto |",
            "|---|---|",
            rows,
            "",
            "## Misure di sicurezza",
            "",
            "- Numeri e codici cifrati nella base di dati, cercati solo con un codice ricavato con una "
            "chiave; le chiavi di cifratura si cambiano.",
            "- Nei registri tecnici, nei parametri e nei documenti non compare nessun numero.",
            "- I messaggi in arrivo sono accettati solo con la firma del fornitore.",
            "- Ogni comando che mostra numeri lascia una riga nel registro degli accessi.",
            "- Di chi entra per la redazione restano l'ora e che cosa ha confermato; l'indirizzo di rete e i "
            "tentativi sbagliati per 30 giorni.",
            "- Le uscite sono scritte anche fuori dalla base di dati: ripristinare una copia non riscrive a "
            "nessuno.",
            f"- Approvazione dei messaggi: {profile.approvals} "
            + ("persona" if profile.approvals == 1 else "persone")
            + (
                ", entrate con il proprio accesso."
                if settings.signs_in
                else ", con un codice che vale una volta."
                if profile.asks_codes
                else ", senza codice."
            ),
            "",
        ]
    )


def periods(settings: Settings) -> list[tuple[str, str]]:
    """What is kept, and how long, as the retention flow does it."""
    privacy = settings.profile.privacy
    lists = ("File delle liste per l'invio a mano, sul server", "fino alla dichiarazione, al più 24 ore")
    backup = settings.profile.backup
    return [
        *([("Copie di sicurezza, cifrate", f"{backup.keep_days} giorni")] if backup else []),
        *([lists] if settings.profile.channel.uses_lists else []),
        ("Numero di chi è iscritto", "finché dura l'iscrizione"),
        (
            "Numero di chi è uscito o ha solo scritto",
            f"{settings.profile.days_until_erasure} giorni; subito con CANCELLAMI",
        ),
        ("Numero che WhatsApp non raggiunge più", f"{privacy.suspended_days} giorni"),
        ("Registro dei consensi, con soli codici", "finché il Comune ne ha bisogno come prova"),
        ("Messaggi e avvisi in arrivo, cifrati", f"al più {privacy.raw_event_days} giorni"),
        ("Risposte inviate", f"{privacy.reply_days} giorni"),
        ("Consegnato e letto, per persona", f"{privacy.receipt_days} giorni; poi solo i totali"),
        ("Chi ha ricevuto quale bollettino", f"{privacy.delivery_days} giorni; poi solo i totali"),
        ("Testi delle email alla redazione", f"{privacy.letter_days} giorni"),
        ("Chiamate ai redattori: chi, quando, con che mezzo", f"{privacy.call_days} giorni"),
        ("Registro degli accessi", f"{privacy.access_days} giorni"),
        ("Esecuzioni e moduli in Prefect", f"{privacy.run_days} giorni dalla fine"),
    ]


def _host(address: str) -> str:
    return address.split("://")[-1].split("/")[0]
