app-name = Comuni in Rete
app-promise = Il lavoro del tuo comune, anche quando la rete non c’è.
app-point-offline = Lavori anche con il cavo staccato
app-point-saved = Ogni cosa si salva da sola, su questo PC
app-point-sealed = I dati sul disco sono cifrati
window-title = { $title } – Comuni in Rete
skip = Vai al contenuto
close = Chiudi
undo = Annulla
retry = Riprova
needed = necessario per pubblicare
loading = Un momento…
language = Lingua
saved = Salvato
saving = Salvo…
not-saved = Non ancora salvato
already-saved = È già tutto salvato: non serve fare altro.
comune-of = Comune di { $name }
nav-label = Aree
nav-oggi = Oggi
nav-sito = Sito
nav-risolvere = Da risolvere
nav-count-words = da guardare
search-title = Cerca
search-button = Cerca
search-placeholder = Cerca una pagina per titolo o per parole del testo
search-none = Nessuna pagina con «{ $words }». Prova con meno parole.
search-all = { $count ->
    [one] Vedi la pagina trovata
   *[other] Vedi tutte le { $count } pagine trovate
 }
keys-title = Scorciatoie da tastiera
keys-lead = Tutto si può fare anche senza mouse.
key-search = Cerca ovunque
key-save = Dice che è già tutto salvato
key-oggi = Vai a Oggi
key-sito = Vai a Sito
key-risolvere = Vai a Da risolvere
key-panel = Apri «Cosa aspetta»
key-keys = Apri questo elenco
key-tab = Passa al campo o pulsante dopo; con Maiusc a quello prima
key-arrows = Si muove in un elenco; Invio apre
key-escape = Chiude la finestra aperta
role-impiegato = Impiegata/o
role-responsabile = Responsabile
role-bibliotecario = Bibliotecaria/o
role-facilitatore = Facilitatrice/tore
role-volontario = Volontaria/o
role-operatore = Centro servizi
time-today = oggi alle { $time }
time-yesterday = ieri alle { $time }
by = di { $person }
by-when = { $person }, { $when }
since = da { $when }
until = fino al { $day }
size-bytes = { $n ->
    [one] 1 byte
   *[other] { $n } byte
 }
counter = { $count } di { $advised }
counter-over = { $count ->
    [one] 1 carattere di troppo
   *[other] { $count } caratteri di troppo
 }
incident = Numero da dire all’assistenza: { $number }
