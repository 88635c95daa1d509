"""What a text says of what it leaves to the page, in one sentence each."""

ALL_STEPS = "che cosa fare è nella pagina."  # with a recalled product
OTHERS = "Gli altri dettagli sono nella pagina."
OTHER_DAYS = "Gli altri giorni sono nella pagina."
DAYS_AND_HOURS = "Giorni e orari sono nella pagina."
PROGRAMME_AND_HOURS = "Il programma con gli orari è nella pagina."
HOURS = "Gli orari sono nella pagina."
PRECAUTIONS = "Le precauzioni da prendere sono nella pagina."
ALL_LEFT = "Le precauzioni e gli altri dettagli sono nella pagina."
WARNINGS = (PRECAUTIONS, "Le precauzioni sono nella pagina.")  # the second where there is less room
OTHER_APPOINTMENTS = "Gli altri appuntamenti sono nella pagina."
ALL_IN_PAGE = "i dettagli sono nella pagina."  # what a text says that tells its title alone
THE_REST = "Il resto è nella pagina."  # where there is no room for more words
PLACE = "Il luogo è nella pagina."  # of several none is sure
PLACES = "I luoghi sono nella pagina."
FORM_AND_OTHERS = "Il modulo e gli altri dettagli sono nella pagina."
CONDITIONS_AND_OTHERS = "Requisiti e altri dettagli sono nella pagina."
TERMS_AND_OTHERS = "Requisiti, scadenze e altri dettagli sono nella pagina."
CONDITIONS = "Le condizioni per partecipare sono nella pagina."
CONDITIONS_AND_SUMS = "Requisiti, importi e altri dettagli sono nella pagina."
