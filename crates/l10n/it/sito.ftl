kind-notizia = Notizia
kind-ufficio = Ufficio
kind-pagina = Pagina
kinds-notizia = Notizie
kinds-ufficio = Uffici
kinds-pagina = Pagine
new-notizia = Nuova notizia
new-ufficio = Nuovo ufficio
new-pagina = Nuova pagina
news-notizia = Notizia
news-comunicato = Comunicato
news-avviso = Avviso
untitled-notizia = Notizia senza titolo
untitled-ufficio = Ufficio senza nome
untitled-pagina = Pagina senza titolo
status-draft = Bozza
status-requested = In attesa
status-published = Pubblicata
status-changed = Da aggiornare
list-label = Pagine del sito
list-count = { $count ->
    [one] 1 pagina
   *[other] { $count } pagine
 }
list-empty = Il sito è ancora vuoto
list-empty-words = Comincia da qui: di solito la prima cosa è una notizia o un ufficio con i suoi orari.
list-none = Nessuna pagina corrisponde
list-none-words = Prova con meno parole, oppure togli i filtri.
list-all = Mostra tutte le pagine
column-title = Titolo
column-status = Stato
column-edited = Ultima modifica
row-waiting = da inviare
row-leaves = viene eliminata tra poco
filters = Filtra le pagine
filter-words = Cerca
filter-placeholder = Parole nel titolo o nel testo
filter-kind = Tipo
filter-status = Stato
all-kinds = Tutti i tipi
all-statuses = Tutti gli stati
back-to-list = Sito
back-to-page = Torna alla pagina
page-not-open = La pagina non si apre
page-deleted = «{ $title }» eliminata.
page-conflicts = { $count ->
    [one] Una cosa da risolvere in questa pagina
   *[other] { $count } cose da risolvere in questa pagina
 }
page-conflicts-words = Puoi continuare a scrivere e guardarci dopo.
page-revived = Un collega aveva eliminato questa pagina
page-revived-words = Le tue modifiche l’hanno riportata tra le bozze. Se non serve più, eliminala di nuovo.
basics-title = In breve
field-title = Titolo
field-name = Nome dell’ufficio
field-summary = Descrizione breve
field-news = Tipo di notizia
field-office = A cura di
field-cover = Immagine in alto
field-until = Valida fino al
field-address = Indirizzo
field-hours = Orari di apertura
field-phone = Telefono
field-email = E-mail
field-pec = PEC
field-topics = Argomenti
hint-title = Di’ subito la cosa: «Neve: scuole chiuse il 12 gennaio».
hint-name = Come lo cercano i cittadini: «Ufficio anagrafe».
hint-summary = Una o due frasi: si leggono negli elenchi e nei motori di ricerca.
hint-summary-office = Di che cosa si occupa, in una frase.
hint-news = L’avviso dice una cosa che riguarda i cittadini nei prossimi giorni.
hint-until = Facoltativo: poi lascia l’evidenza.
hint-office = L’ufficio a cui il cittadino può chiedere.
hint-no-office = Non c’è ancora nessun ufficio: creane uno da «Sito», «Nuovo ufficio».
hint-topics = Servono ai cittadini per trovare la notizia. Di solito ne bastano uno o due.
hint-address = Via e numero, CAP, paese.
hint-hours = Una riga per giorno: «Lunedì 9–12».
hint-pec = Serve almeno uno tra telefono, e-mail e PEC.
office-none = Scegli l’ufficio…
details-title = Argomenti e ufficio
details-hint = Dove si trova sul sito e chi ne risponde.
contacts-title = Dove e quando
contacts-hint = Quello che il cittadino cerca più spesso.
topics-open = Scegli gli argomenti
topics-close = Chiudi l’elenco
topics-search = Cerca un argomento
topics-none = Nessun argomento con «{ $words }».
topic-remove = Togli l’argomento { $name }
text-title = Testo
text-hint = Puoi incollare da Word: togliamo noi quello che non serve.
paste-local-links = { $count ->
    [one] Un collegamento portava a un file di un solo PC: ho tenuto le parole.
   *[other] { $count } collegamenti portavano a file di un solo PC: ho tenuto le parole.
 }
paste-local-names = Forse vuoi allegare: { $names }.
paste-other-links = { $count ->
    [one] Un collegamento non poteva restare: ho tenuto le parole.
   *[other] { $count } collegamenti non potevano restare: ho tenuto le parole.
 }
paste-images = { $count ->
    [one] Un’immagine non è arrivata: aggiungila con «Inserisci immagine».
   *[other] { $count } immagini non sono arrivate: aggiungile con «Inserisci immagine».
 }
paste-headings = { $count ->
    [one] Un titoletto ha cambiato livello.
   *[other] { $count } titoletti hanno cambiato livello.
 }
paste-merged-cells = { $count ->
    [one] Ho diviso una cella unita della tabella.
   *[other] Ho diviso { $count } celle unite della tabella.
 }
paste-nested-tables = { $count ->
    [one] Una tabella dentro un’altra è diventata testo.
   *[other] { $count } tabelle dentro altre sono diventate testo.
 }
paste-no-header = { $count ->
    [one] Una tabella non ha la riga d’intestazione: se la prima lo è, segnala come tale.
   *[other] { $count } tabelle non hanno la riga d’intestazione: se la prima lo è, segnala come tale.
 }
paste-shortened = Il testo era più lungo di una pagina: manca la fine.
import-choose = Importa da Word
import-hint = Hai già il testo in un documento? Lo portiamo qui pulito.
attachments-title = Allegati
attachments-hint = Si scaricano in fondo alla pagina.
attachments-add = Aggiungi file
attachments-drop = oppure trascinali qui (fino a 100 MB l’uno)
attachment-remove = Togli { $name }
attachment-removed = Tolto { $name }.
adding = Aggiungo { $name }…
cover-hint = Facoltativa. Si vede in cima alla pagina e negli elenchi.
cover-choose = Scegli un’immagine
cover-drop = oppure trascinala qui
cover-remove = Togli
cover-alt = Che cosa si vede
cover-alt-hint = Lo legge chi non può vedere l’immagine.
cover-decorative = È solo decorativa
cover-decorative-hint = Non dice niente di più del testo.
cover-words = { $name } – { $alt }
side-label = Stato e pubblicazione
standing-draft = Bozza
standing-draft-detail = La vede solo chi lavora in comune.
standing-publishing = In pubblicazione…
standing-publishing-detail = Il Centro servizi la mette sul sito tra pochi secondi.
standing-waiting = In attesa della rete
standing-waiting-detail = Hai chiesto la pubblicazione. Parte da sola appena torna la rete: puoi chiudere.
standing-waiting-off = Hai chiesto la pubblicazione. Parte quando smetti di lavorare senza rete.
standing-published = Pubblicata { $when }
standing-published-detail = I cittadini vedono proprio questa versione.
standing-changed = Modifiche non ancora pubbliche
standing-changed-detail = I cittadini vedono ancora la versione di prima.
publish = Pubblica
publish-changes = Pubblica le modifiche
publish-first = Prima di pubblicare: { $finding }
preview = Anteprima
visit = Vedi la pagina sul sito
may-not-publish = Per pubblicare chiedi a chi ne ha l’incarico: la bozza la vede già.
before-publishing = Prima di pubblicare
nothing-lacks = C’è tutto
things-lack = { $count ->
    [one] Manca una cosa.
   *[other] Mancano { $count } cose.
 }
advice = Consigli
go-there = Vai al punto
finding-title-missing = Manca il titolo.
finding-title-long = Il titolo è lungo: meglio entro 60 caratteri.
finding-summary-missing = Manca la descrizione breve.
finding-summary-long = La descrizione è lunga: meglio entro 160 caratteri.
finding-topics = Scegli almeno un argomento.
finding-office = Scegli l’ufficio che se ne occupa.
finding-cover-alt = Di’ che cosa si vede nell’immagine in alto.
finding-contact = Manca un modo per contattare l’ufficio.
finding-address = Manca l’indirizzo.
finding-body-missing = Manca il testo.
finding-image-alt = Un’immagine del testo non dice che cosa si vede.
finding-heading-skips = Un titoletto salta un livello.
finding-heading-empty = C’è un titoletto senza parole.
finding-table-header = Una tabella non ha le intestazioni delle colonne.
finding-link-words = Un collegamento dice solo «qui»: scrivi dove porta.
finding-link-local = Un collegamento porta a un file che c’è su un solo PC.
more = Altre azioni
withdraw = Togli dal sito
withdraw-hint = Torna bozza; i cittadini non la vedono più.
delete = Elimina la pagina
versions-title = Versioni
versions-lead = Ogni tanto mettiamo da parte la pagina com’è. Da qui la confronti con oggi e, se vuoi, torni indietro.
versions-empty = Non c’è ancora nessuna versione
versions-empty-words = Compare qui appena la pagina viene modificata.
version-published = pubblicata
compare-title = Versione di { $when }
compare-lead = A confronto con la pagina com’è adesso.
compare-same = È uguale alla pagina com’è adesso.
compare-field = Campo
compare-then = Allora
compare-now = Adesso
compare-removed = tolto dopo
compare-added = aggiunto dopo
compare-removed-before = (tolto:{ " " }
compare-added-before = (aggiunto:{ " " }
restore = Torna a questa versione
restored = La pagina è tornata a quella versione. La versione di prima resta nell’elenco.
value-empty = (vuoto)
