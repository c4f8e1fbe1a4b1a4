nav-firma = Firma
key-firma = Vai a Firma

# L’elenco
firma-title = Firma e verifica
firma-lead = Apri un documento per sapere se la firma vale, chi ha firmato e che cosa dice. Oppure firmalo con la tua carta. Funziona anche senza rete.
firma-device-link = Il mio dispositivo di firma
firma-empty = Nessun documento aperto
firma-empty-words = Trascina qui i file arrivati per PEC o da firmare: PDF, .p7m, .p7s, marche temporali o altro. L’originale non viene toccato.
firma-open = Apri documenti
firma-open-more = Aprine altri
firma-open-hint = o trascinali qui, anche molti insieme
firma-opening = Apro { $name }…
firma-count = { $count ->
    [one] 1 documento aperto
   *[other] { $count } documenti aperti
 }
firma-select-all = Scegli tutti
firma-select = Scegli { $name }
firma-chosen = { $count ->
    [0] Nessuno scelto
    [one] 1 scelto
   *[other] { $count } scelti
 }
firma-sign = Firma
firma-sign-chosen = { $count ->
    [0] Firma
    [one] Firma 1 documento
   *[other] Firma { $count } documenti
 }
firma-close = Chiudi
firma-close-chosen = { $count ->
    [0] Chiudi
    [one] Chiudi 1 documento
   *[other] Chiudi { $count } documenti
 }
firma-closed = { $count ->
    [one] 1 documento chiuso. Il file è rimasto dov’era.
   *[other] { $count } documenti chiusi. I file sono rimasti dov’erano.
 }
firma-judging = Controllo…
firma-not-judged = Non letto
firma-pages = { $count ->
    [one] 1 pagina
   *[other] { $count } pagine
 }
kind-pdf = PDF
kind-p7m = Busta firmata (.p7m)
kind-p7s = Firma a parte (.p7s)
kind-tsr = Marca temporale a parte (.tsr)
kind-tsd = Documento con marca (.tsd)
kind-other = Altro file

# Un documento
firma-back = Firma e verifica
chip-holds = Vale
chip-open = Da controllare
chip-fails = Non vale
chip-changed = Modificato
chip-lesser = Vale, non è firma digitale
chip-encrypted = Protetto da password
chip-too-complex = Troppo complicato
chip-revoked = Certificato revocato
chip-authority-revoked = Garanzia revocata
chip-weak = Non più sicura
chip-not-yet-valid = Non ancora valido
chip-expired = Certificato scaduto
chip-not-trusted = Nessuno garantisce
chip-withdrawn = Tolto dall’elenco
chip-unsigned = Non firmato
verdict-holds = { $count ->
    [one] La firma vale
   *[other] Le { $count } firme valgono
 }
verdict-open = Non si può ancora dire
verdict-fails = { $count ->
    [one] La firma non vale
   *[other] Non tutte le firme valgono
 }
verdict-unsigned = Nessuna firma
verdict-stamp-holds = La marca temporale vale
verdict-stamp-fails = La marca temporale non vale
verdict-by = Firmato da { $names }.
verdict-sealed-by = Sigillato da { $names }.
verdict-and = { $first } e { $last }
verdict-intact = Dopo la firma il documento non è cambiato.
verdict-intact-stamp = Dopo la marca il documento non è cambiato.
verdict-additions = Dopo la firma ci sono solo aggiunte permesse: le vedi sotto.
verdict-open-words = Questo non vuol dire che la firma è falsa: manca qualcosa per dirlo con certezza.
verdict-open-stamp = Questo non vuol dire che la marca è falsa: manca qualcosa per dirlo con certezza.
verdict-fails-words = Non trattarlo come un documento firmato finché non è chiarito.
verdict-unsigned-words = In questo file non c’è nessuna firma. Se te l’aspettavi, chiedi se è in un file a parte (.p7m o .p7s).
verdict-changed = Modificato dopo la firma
verdict-changed-words = Qualcuno ha cambiato il documento in un modo che la firma non permette. Quello che leggi può non essere quello che è stato firmato.
verdict-encrypted = Protetto da una password: non si sa se è firmato
verdict-too-complex = Troppo complicato per leggerlo tutto
verdict-revoked = { $count ->
    [0] Certificato revocato: marca temporale non sicura
    [one] Certificato revocato: firma non sicura
   *[other] Certificato revocato: non tutte le firme sono sicure
 }
verdict-revoked-words = Alla data che conta il certificato era revocato o sospeso: se niente prova che la firma è di prima, per la legge è come se non ci fosse.
verdict-authority-revoked = { $count ->
    [0] Revocato il certificato di chi garantisce: marca temporale non sicura
    [one] Revocato il certificato di chi garantisce: firma non sicura
   *[other] Revocato il certificato di chi garantisce: non tutte le firme sono sicure
 }
verdict-authority-revoked-words = È stato revocato il certificato di chi garantisce per il firmatario: il nome di chi ha firmato non è più sicuro.
verdict-weak = { $count ->
    [0] Marca temporale fatta in un modo non più sicuro
    [one] Firma fatta in un modo non più sicuro
   *[other] Non tutte le firme sono fatte in un modo ancora sicuro
 }
verdict-weak-words = Oggi qualcuno potrebbe imitarla. Può valere se una marca, il protocollo o una PEC prova che è di quando era sicura.
verdict-not-yet-valid = Certificato non ancora valido: controlla la data
verdict-not-yet-valid-words = Alla data che conta il certificato non valeva ancora. Di solito è sbagliata la data scelta, o l’orologio di questo PC.
verdict-expired = Certificato scaduto: serve una prova della data
verdict-expired-words = Alla data che conta il certificato era scaduto: se niente prova che la firma è di prima, per la legge è come se non ci fosse. Se lo prova una marca, il protocollo o una PEC, verifica «Alla data di…».
verdict-not-trusted = Nessuno garantisce per il certificato
verdict-not-trusted-words = Nessun elenco di fiducia conosce chi l’ha rilasciato: chiunque può averlo fatto, con qualunque nome.
verdict-withdrawn = Chi garantiva è stato tolto dall’elenco di fiducia
verdict-withdrawn-words = Alla data che conta non poteva più garantire per chi ha firmato. La firma può valere se una marca, il protocollo o una PEC prova che è di prima.
verdict-not-qualified = Attenzione: non è una firma digitale. Sotto leggi che valore ha.
verdict-at = Risposta alla data del { $when } ({ $basis }).
verdict-now = Risposta alla data di oggi.
verdict-claims = Il file dice: firmato da { $names }.
judge-working = Controllo la firma…
pages-label = Pagine di { $name }
pages-of = Pagina { $page } di { $count }
pages-alt = Pagina { $page } di { $count } di { $name }
pages-previous = Pagina prima
pages-next = Pagina dopo
pages-larger = Più grande
pages-smaller = Più piccolo
pages-none = Qui non si può mostrare
pages-none-words = Questo tipo di file si apre con il suo programma. La verifica della firma vale lo stesso.
pages-none-inside = Il contenuto è «{ $name }», che qui non si può mostrare. Premi «Estrai il contenuto» e aprilo con il suo programma.
pages-none-locked = È protetto da una password: qui non si può aprire.
pages-none-unread = Le pagine di questo PDF non si riescono a leggere.
pages-broken = Questa pagina non si riesce a mostrare. La verifica della firma vale lo stesso.
inside-title = Dentro la busta
inside-words = { $name }, { $kind }, { $size }
extract = Estrai il contenuto
extract-done = Estratto: { $name }, nella cartella { $folder }
report = Salva il rapporto PDF
report-done = Rapporto scritto: { $name }, nella cartella { $folder }
show-folder = Mostra nella cartella
close-paper = Chiudi il documento
beside-title-p7s = Di quale documento è questa firma?
beside-title-tsr = Di quale documento è questa marca?
beside-words = Il file contiene solo la firma o la marca, senza il documento. Scegli il documento e il controllo riparte.
beside-choose = Documento
beside-none = Non ancora scelto
beside-open = Apri il documento
beside-open-hint = se non è già tra quelli aperti

# Alla data di
at-title = A quale data?
at-now = Oggi
at-then = Alla data di…
at-lead = Se puoi provare che il documento esisteva già a una data, la firma si giudica a quella data: anche se poi il certificato è scaduto.
at-day = Giorno
at-hour = Ora
at-basis = Da dove viene la data
at-ask = Verifica a questa data
at-bad = Scrivi giorno e ora.
at-future = La data è nel futuro.
at-your-word = La data l’hai indicata tu: tieni la prova (numero di protocollo, ricevuta PEC…) insieme al documento.
basis-now = adesso
basis-stated = solo dichiarata
basis-stated-long = Solo dichiarata: nessuno la garantisce
basis-time-stamp = marca temporale
basis-time-stamp-long = Marca temporale
basis-unqualified-time-stamp = marca temporale non qualificata
basis-protocol = registrazione di protocollo
basis-protocol-long = Registrazione di protocollo
basis-pec = messaggio PEC
basis-pec-long = Messaggio PEC
basis-preservation = deposito in conservazione
basis-preservation-long = Deposito in conservazione
basis-opposable = Vale verso tutti.
basis-not-opposable = Verso gli altri non fa prova.
basis-weakly-opposable = Verso gli altri può non bastare.
revocations-asked = La revoca del certificato è stata chiesta al Centro servizi. La risposta arriva da sola e questa pagina si aggiorna: puoi continuare a lavorare.
revocations-offline = Manca la risposta sulla revoca del certificato. Adesso non c’è linea: la chiederemo da soli al Centro servizi appena torna.
revocations-early = Chi ha rilasciato il certificato non ha ancora pubblicato dati abbastanza recenti sulla revoca. Li chiederemo di nuovo da soli.
revocations-silent = Abbiamo chiesto della revoca, ma chi ha rilasciato il certificato non ha risposto. Lo chiederemo di nuovo da soli.
revocations-nowhere = Non si può sapere della revoca: il certificato non dice a chi chiedere, o da lì non è arrivato niente di utile.
revocations-no-hub = Della revoca si chiede tramite il Centro servizi, e questo PC non è ancora collegato.
revocations-known = Revoca: risposta del { $when }.
lists-missing = Gli elenchi di fiducia non sono ancora arrivati su questo PC: le firme si controllano, ma non si può dire chi garantisce per chi ha firmato. Arrivano da soli dal Centro servizi.
lists-today = Elenchi di fiducia emessi oggi.
lists-current = { $count ->
    [one] Elenchi di fiducia emessi ieri.
   *[other] Elenchi di fiducia emessi { $count } giorni fa.
 }
lists-stale = { $count ->
    [one] Gli elenchi di fiducia andavano rinnovati ieri: chi è stato tolto nel frattempo qui non si vede. I nuovi arrivano da soli con la rete.
   *[other] Gli elenchi di fiducia andavano rinnovati { $count } giorni fa: chi è stato tolto nel frattempo qui non si vede. I nuovi arrivano da soli con la rete.
 }

# Una firma
signatures-title = { $count ->
    [one] La firma
   *[other] Le firme
 }
signature-of = Firma { $number } di { $count }
signature-unknown = Firmatario non indicato
stamp-on-document = Marca temporale sul documento
counter-title = Controfirma
sig-tax-code = Codice fiscale
sig-organization = Organizzazione
sig-role = Ruolo nel certificato
sig-worth = Che valore ha
sig-when = Quando
sig-claimed = Il firmatario dichiara: { $when }. Nessuno garantisce questa ora.
sig-judged-at = La data che conta: { $when } ({ $basis }).
sig-no-time = La firma non dice quando è stata fatta.
sig-purpose = Motivo dichiarato
sig-limits = Limiti d’uso del certificato
sig-limit-value = per operazioni fino a { $amount } { $currency }
sig-todo = Che cosa fare
sig-details = Dettagli
sig-issuer = Certificato rilasciato da
sig-serial = Numero di serie
sig-validity = Certificato valido
sig-validity-words = dal { $from } al { $until }
sig-provider = Prestatore nell’elenco di fiducia
sig-hash = Impronta
sig-indication = Esito secondo EN 319 102-1
sig-revision = Revisione del PDF
sig-layer = Busta
sig-layer-words = la { $number }ª, contando da fuori
sig-show = Mostra sulla pagina
changes-title = Che cosa è cambiato dopo la firma
change-page = pagina { $page }
change-forbidden = Non permesso
change-allowed = Permesso
stamps-title = Marche temporali
stamp-holds = Prova che la firma esisteva il { $when }.
stamp-holds-archive = Prova che la firma, con i suoi certificati e le sue revoche, esisteva il { $when }.
stamp-holds-document = Prova che il documento esisteva il { $when }.
stamp-open = Non si può ancora dire se vale.
stamp-fails = Non vale: l’ora non è provata.
stamp-by = Marca di { $provider }
stamp-not-qualified = Non è una marca qualificata: verso gli altri può non bastare.
quality-qualified = Firma digitale
quality-qualified-words = È una firma elettronica qualificata: vale come quella a mano.
quality-seal = Sigillo elettronico qualificato
quality-seal-words = Prova da quale ente viene il documento e che è integro. Non è la firma di una persona.
quality-aqc = Firma elettronica avanzata con certificato qualificato
quality-aqc-words = Non risulta fatta con un dispositivo qualificato: non è una firma digitale.
quality-advanced = Firma elettronica avanzata
quality-advanced-words = È, per esempio, quella della carta d’identità elettronica. Vale come forma scritta, ma non è una firma digitale: per alcuni atti non basta.
quality-unknown = Valore non noto
quality-unknown-words = Nessun elenco di fiducia dice che firma è: non trattarla come firma digitale.
quality-stamp-qualified = Marca temporale qualificata
quality-stamp-unknown = Marca temporale di valore non noto

# Perché
reason-changed-after = Il documento è stato modificato dopo la firma, in un modo che la firma non permette.
reason-changed-after-do = Non usarlo come documento firmato. Chiedi l’originale a chi l’ha mandato.
reason-content-changed = Il contenuto non è quello che è stato firmato.
reason-content-changed-do = Forse il file si è rovinato per strada: fattelo rimandare. Se la firma è in un file a parte, controlla di aver scelto il documento giusto.
reason-bad-signature = Il controllo della firma non torna: è rovinata, o non è di chi dice.
reason-bad-signature-do = Non usarlo come documento firmato. Chiedi a chi l’ha mandato di rimandarlo.
reason-bad-form = Il file è fatto in modo irregolare: programmi diversi possono mostrare cose diverse.
reason-bad-form-do = Chiedi a chi l’ha mandato di firmarlo di nuovo, con un programma di firma aggiornato.
reason-encrypted = Il PDF è protetto da una password: non si può dire se la firma che contiene vale.
reason-encrypted-do = Fattelo mandare senza password. Se è firmato, va firmato di nuovo: toglierla rovina la firma.
reason-too-complex = Il PDF è troppo complicato: non si riesce a leggerlo tutto, e non si può dire se la firma che contiene vale.
reason-too-complex-do = Verificalo anche con un altro programma e avvisa l’assistenza. Se puoi, fattelo mandare in una versione più semplice, firmata di nuovo.
reason-no-content = Qui c’è solo la firma o la marca: il documento è in un altro file.
reason-no-content-do = Scegli il documento: il controllo riparte da solo.
reason-no-certificate = Nel file manca il certificato di chi ha firmato, o ce n’è un altro al suo posto.
reason-no-certificate-do = Chiedi a chi l’ha mandato di firmarlo di nuovo.
reason-not-bound = La firma non dice in modo sicuro con quale certificato è stata fatta.
reason-not-bound-do = Chiedi di firmarlo di nuovo con un programma di firma aggiornato.
reason-wrong-use = Il certificato non è fatto per firmare documenti.
reason-wrong-use-do = Sulla stessa carta spesso ci sono due certificati: chiedi di firmare con quello «di firma».
reason-not-for-signatures = Il certificato non è fatto come AgID chiede per la firma. Da solo questo non toglie valore.
reason-not-for-signatures-do = Non devi fare niente.
reason-expired = Alla data che conta, il certificato era scaduto.
reason-expired-do = Se una marca, il protocollo o una PEC prova che il documento c’era già prima, verifica «Alla data di…». Altrimenti chiedi una nuova firma.
reason-not-yet-valid = Alla data che conta, il certificato non era ancora valido.
reason-not-yet-valid-do = Controlla la data scelta e l’orologio di questo PC. Se sono giusti, chiedi una nuova firma.
reason-revoked = Alla data che conta, il certificato era revocato o sospeso.
reason-revoked-do = Per la legge è come se la firma non ci fosse. Se una marca, il protocollo o una PEC prova che è di prima, verifica «Alla data di…»; altrimenti chiedi una nuova firma.
reason-revoked-later = Il certificato è stato revocato, ma dopo la data che conta: la firma non perde valore.
reason-revoked-later-do = Conserva con il documento la prova della data.
reason-authority-revoked = È stato revocato il certificato di chi garantisce per il firmatario.
reason-authority-revoked-do = Chiedi una nuova firma, fatta con un altro certificato.
reason-revocation-unknown = Non si sa ancora se il certificato è stato revocato.
reason-revocation-unknown-do = La risposta si chiede da sola, con la rete. Se è urgente, chiedi conferma a chi ha firmato.
reason-bad-path = I certificati tra il firmatario e chi garantisce per lui non si collegano come devono.
reason-bad-path-do = Chiedi di firmarlo di nuovo, con un programma di firma aggiornato.
reason-not-trusted = Nessun elenco di fiducia conosce chi ha rilasciato il certificato.
reason-not-trusted-do = Non trattarla come firma digitale. Chiedi a chi ha firmato una firma con certificato qualificato.
reason-no-lists = Gli elenchi di fiducia non sono ancora arrivati su questo PC.
reason-no-lists-do = Arrivano da soli dal Centro servizi, con la rete: poi questa pagina si aggiorna.
reason-stale-lists = Gli elenchi di fiducia di questo PC sono troppo vecchi.
reason-stale-lists-do = Collega il PC alla rete: i nuovi arrivano da soli, e questa pagina si aggiorna.
reason-service-withdrawn = A quella data, chi ha rilasciato il certificato non era più nell’elenco di fiducia.
reason-service-withdrawn-do = Se una marca, il protocollo o una PEC prova che la firma è di prima, verifica «Alla data di…». Altrimenti chiedi una nuova firma.
reason-weak = La firma è fatta in un modo che oggi non è più sicuro.
reason-weak-do = Se il documento è vecchio, serve una prova della sua data (marca, protocollo, PEC). Se è nuovo, chiedi di firmarlo con un programma aggiornato.
reason-unknown-algorithm = La firma è fatta in un modo che questo programma non conosce.
reason-unknown-algorithm-do = Non vuol dire che è falsa: verificala anche con un altro programma e avvisa l’assistenza.
reason-time-ahead = L’ora dichiarata dal firmatario è nel futuro.
reason-time-ahead-do = Di solito è un orologio sbagliato: controlla quello di questo PC, poi senti chi ha firmato.
reason-no-time = La firma non dice a che ora è stata fatta. Non perde valore.
reason-no-time-do = Se la data conta, fanno fede il protocollo, la PEC o una marca temporale.
reason-bad-stamp = La marca temporale non vale: l’ora che indica non è provata.
reason-bad-stamp-do = Se la data conta, usa il protocollo o la PEC, con «Alla data di…».
reason-trailing-bytes = Dopo la firma il file contiene altri byte. Da soli non cambiano il documento.
reason-trailing-bytes-do = Non devi fare niente.
reason-counter-fails = Una controfirma di questa firma non vale. La firma resta com’è.
reason-counter-fails-do = Chi l’ha controfirmata non ne risponde: se la controfirma ti serve, chiedila di nuovo.
reason-counter-open = Di una controfirma di questa firma non si sa se vale. La firma resta com’è.
reason-counter-open-do = Se la controfirma ti serve, guarda che cosa le manca; se qui non la vedi, verificala con un altro programma.
reason-quality-unclear = L’elenco di fiducia dice di questo certificato cose che non si accordano, o che questo programma non conosce: non si sa se è qualificato.
reason-quality-unclear-do = Se ti serve una firma digitale, chiedi conferma a chi ha rilasciato il certificato.
reason-responder-unchecked = Che il certificato non sia revocato lo dice un servizio di cui non si è potuto controllare tutto.
reason-responder-unchecked-do = Non devi fare niente.

# Che cosa è cambiato
what-signature = È stata aggiunta un’altra firma
what-timestamp = È stata aggiunta una marca temporale
what-validation-data = Sono stati aggiunti certificati e prove di validità
what-metadata = È cambiata la descrizione del file
what-form-filling = È stato compilato un modulo
what-annotation = Una nota è stata aggiunta, cambiata o tolta
what-empty-field = È stato aggiunto un campo vuoto
what-overlay = Qualcosa copre una parte troppo grande della pagina
what-page-content = È cambiato quello che si vede sulla pagina
what-pages = Sono state aggiunte, tolte o spostate pagine
what-signature-data = È stata toccata una firma già presente
what-document = È cambiata un’altra parte del documento
what-structure = È cambiata la struttura del file: riscritto, cifrato o con dati nascosti

# Prima di firmare
warning-active-content = Contiene codice o programmi: quello che mostra può cambiare. La legge non lo vuole in un documento firmato.
warning-other-files = Mostra o apre altri file, che la firma non copre.
warning-embedded-files = Contiene altri file: guarda che siano quelli giusti.
warning-layers = Ha livelli che si possono mostrare o nascondere: chi lo apre può vedere altro.
warning-multimedia = Contiene suoni, video o 3D.
warning-form-data = È un modulo che invia o carica dati.
warning-stamp-breaks-accessibility = È accessibile (PDF/UA): con il timbro visibile non lo sarebbe più. Senza timbro resta accessibile.
no-pdf-not-pdf = Non è un PDF.
no-pdf-encrypted = Il PDF è protetto da una password.
no-pdf-damaged = Il PDF è rovinato, o programmi diversi lo leggono in modo diverso.
no-pdf-hybrid = Il PDF ha due indici, uno per i programmi vecchi e uno per i nuovi, che possono mostrare cose diverse.
no-pdf-too-large = Il PDF supera i 2 GB: così grande non si può firmare dall’interno.
no-pdf-too-complex = Il PDF è troppo complicato: non si riesce a leggerlo tutto.
no-pdf-certified = Chi l’ha fatto o firmato prima ha stabilito che dopo non si può aggiungere niente, nemmeno una firma.
no-pdf-no-stamp = Chi l’ha fatto o firmato prima ha stabilito che dopo non si può aggiungere niente che si veda. Firmalo senza timbro.
no-pdf-active-content = Il PDF contiene codice, e dentro il PDF la firma non sarebbe sicura.
no-pdf-other-kind = Chi l’ha fatto chiede un tipo di firma che questo programma non fa.
no-pdf-no-room = La firma è più grande del posto preparato nel PDF: è un difetto di questo programma, avvisa l’assistenza.
no-pdf-no-letter = Nel timbro c’è un segno che non si riesce a scrivere, per esempio una faccina: toglilo dal motivo, o firma senza timbro.

# Firmare
sign-title = { $count ->
    [one] Firma di un documento
   *[other] Firma di { $count } documenti
 }
sign-lead = Guarda bene che cosa firmi: quello che vedi qui è quello che viene firmato. Gli originali non vengono toccati, si fa una copia firmata.
sign-none = Nessun documento da firmare
sign-none-words = Torna all’elenco e scegline almeno uno.
sign-what = Che cosa firmi
sign-unseen = Qui non si può mostrare: prima di firmarlo guardalo con il suo programma.
sign-remove = Togli { $name } dall’elenco
sign-hash = Impronta SHA-256
sign-hash-short = { $start } … { $end }
sign-hash-all = Impronta intera
sign-look = Guarda { $name }
sign-who = Con quale certificato
sign-who-looking = Cerco la carta…
sign-who-none = Nessun certificato di firma
sign-who-none-words = Inserisci la carta o la chiavetta di firma, poi premi «Guarda di nuovo».
sign-why-none = Perché? Il mio dispositivo di firma
sign-issuer = Rilasciato da { $issuer }
sign-until = Scade il { $day }
sign-not-usable = Scaduto, o non ancora valido: non si può usare.
sign-limits = Limiti d’uso: { $limits }
sign-how = In che formato
sign-format-pdf = Dentro il PDF
sign-format-pdf-hint = Il file resta un PDF che tutti aprono (PAdES).
sign-format-p7m = Busta .p7m
sign-format-p7m-hint = Per qualunque file; alcuni uffici e portali chiedono questa (CAdES).
sign-format-not = Dentro il PDF non si può per { $name }: { $reason } Usa la busta .p7m, o toglilo dall’elenco.
sign-stamp = Timbro visibile sulla pagina
sign-stamp-hint = Un riquadro con nome e data. La firma vale anche senza.
sign-purpose = Motivo (facoltativo)
sign-purpose-hint = Per esempio: «Visto di regolarità contabile». Resta scritto nel PDF.
sign-pin = Il PIN si scrive nella finestra che si apre, mai qui.
sign-pin-reader = Il PIN si scrive sui tasti del lettore.
sign-confirm = { $count ->
    [one] Premendo «Firma» confermi di aver guardato questo documento.
   *[other] Premendo «Firma» confermi di aver guardato questi { $count } documenti, uno per uno.
 }
sign-go = { $count ->
    [one] Firma 1 documento
   *[other] Firma { $count } documenti
 }
pin-ok = PIN a posto
pin-on-reader = PIN sul lettore
pin-few-tries = Pochi tentativi rimasti
pin-last-try = Ultimo tentativo
pin-locked = PIN bloccato
pin-not-set = PIN da impostare
pin-to-be-changed = PIN da cambiare
pin-few-tries-words = Qualcuno ha già sbagliato il PIN: scrivilo con calma.
pin-last-try-words = Se lo sbagli ancora una volta si blocca. Se non sei sicuro, fermati e cerca la busta con i codici.
pin-locked-words = Si sblocca con il PUK, nel programma della carta. Chi l’ha rilasciata può aiutarti.
pin-not-set-words = Impostalo prima con il programma della carta.
pin-to-be-changed-words = Cambialo prima con il programma della carta.

# Il timbro
place-title = Dove va il timbro
place-lead = Trascinalo sulla pagina. Da tastiera: frecce per spostarlo, Maiusc per passi più grandi, + e − per la grandezza.
place-page-first = La prima
place-page-last = L’ultima
place-fewer = Chi ha meno pagine lo riceve sull’ultima.
place-box = Timbro
place-corner = Angolo del timbro: cambia la grandezza
place-at = Pagina { $page }, { $left } mm da sinistra, { $top } mm dall’alto, largo { $width } mm e alto { $height } mm
place-ready = Posti pronti
place-top-left = In alto a sinistra
place-top-center = In alto al centro
place-top-right = In alto a destra
place-bottom-left = In basso a sinistra
place-bottom-center = In basso al centro
place-bottom-right = In basso a destra
place-sample = Firmato digitalmente da

# La firma in corso
run-title = Firma in corso
run-title-done = Esito della firma
run-none = Nessuna firma in corso
run-none-words = Scegli i documenti in «Firma e verifica» e premi «Firma».
run-going = Firmo: { $done } di { $count }
run-wait-pin = Se si è aperta una finestra, scrivi lì il PIN.
run-done = { $count ->
    [one] Firmato 1 documento
   *[other] Firmati { $count } documenti
 }
run-done-words = Ogni file è stato ricontrollato dopo la firma. Gli originali sono rimasti com’erano.
run-some-not = { $count ->
    [one] 1 documento non è stato firmato: sotto leggi perché.
   *[other] { $count } documenti non sono stati firmati: sotto leggi perché.
 }
run-signed-stay = { $count ->
    [0] Nessun documento è stato firmato.
    [one] Il documento già firmato resta firmato.
   *[other] I { $count } documenti già firmati restano firmati.
 }
run-resume = Riprendi
run-cancel = Ferma
run-again = Firma altri documenti
run-folder = I file firmati sono nella cartella { $folder }
run-banner = Firma in corso: { $done } di { $count }
run-banner-stopped = Una firma si è fermata prima della fine
run-banner-see = Guarda
left-title = { $count ->
    [one] Riprendi la firma di 1 documento rimasto
   *[other] Riprendi la firma di { $count } documenti rimasti
 }
left-words = La firma si era fermata prima della fine. Li guardi di nuovo come sono adesso, poi li firmi.
left-find = { $count ->
    [one] Da aprire di nuovo, perché il programma non lo trova: { $names }.
   *[other] Da aprire di nuovo, perché il programma non li trova: { $names }.
 }
left-more = { $count ->
    [one] { $names } e un altro
   *[other] { $names } e altri { $count }
 }
left-forget = Non firmarli
left-forgotten = Tolti dall’elenco. I file sono rimasti com’erano.
done-waiting = Aspetta
done-signed = Firmato
done-not = Non firmato
not-changed = Non è più il documento che ti è stato mostrato. Aprilo di nuovo, guardalo e firmalo.
not-pdf = Dentro il PDF non si può firmare. { $reason } L’originale è intatto: firmalo come .p7m.
not-no-place = Il timbro non ci sta su questa pagina. Scegli un altro posto, o firma senza timbro.
not-disk-full = Il disco è pieno. Libera un po’ di spazio, poi firmalo di nuovo.
not-not-writable = Nella cartella non si può scrivere. Copia il documento in una cartella tua e aprilo da lì.
not-rejected = Il risultato non ha passato il nostro controllo ed è stato buttato. L’originale è intatto. Prova come .p7m e avvisa l’assistenza.
not-failed = Qualcosa non ha funzionato. L’originale è intatto. Riprova; se succede ancora, chiama l’assistenza.
stop-wrong-pin = Il PIN non è giusto.
stop-wrong-pin-do = Premi «Riprendi» e scrivilo con calma.
stop-pin-locked = Il PIN è bloccato.
stop-pin-locked-do = Si sblocca con il PUK, nel programma della carta. Chi l’ha rilasciata può aiutarti. Poi premi «Riprendi».
stop-pin-not-ready = Il PIN va prima impostato o cambiato.
stop-pin-not-ready-do = Fallo con il programma della carta, poi premi «Riprendi».
stop-cancelled = Hai fermato tu la firma.
stop-cancelled-do = Puoi riprendere da dov’eri, o lasciare così.
stop-removed = La carta è stata tolta.
stop-removed-do = Rimettila, aspetta che la luce del lettore sia ferma e premi «Riprendi».
stop-no-token = La carta non c’è, o non è quella che avevi scelto.
stop-no-token-do = Inserisci quella giusta e premi «Riprendi».
stop-driver-stopped = Il programma della carta non rispondeva ed è stato chiuso.
stop-driver-stopped-do = Togli e rimetti la carta, poi premi «Riprendi».
stop-driver = Il programma della carta (driver) non si carica.
stop-driver-do = Guarda «Il mio dispositivo di firma»: dice quale manca e dove.
stop-device = La carta o il lettore ha dato un errore.
stop-device-do = Togli e rimetti la carta, poi premi «Riprendi». Se succede ancora, chiama l’assistenza.

# Il mio dispositivo di firma
device-title = Il mio dispositivo di firma
device-lead = Qui vedi se carta, lettore e driver funzionano. Non serve il PIN, e niente viene firmato.
device-looking = Guardo lettori e carte…
device-again = Guarda di nuovo
device-ready = Pronto: puoi firmare
device-problem = Non è ancora pronto
device-findings = Che cosa si è trovato
device-identities = Certificati di firma
device-test = Prova la firma
device-test-words = «Prova la firma» fa firmare alla carta un numero qualunque, che non appartiene a nessun documento. Il PIN si scrive nella finestra che si apre, mai qui.
device-testing = Provo…
device-test-ok = Funziona: la carta ha firmato in { $ms } ms.
device-drivers = Driver trovati
device-drivers-none = Nessun driver trovato su questo PC.
device-by-hand = indicato a mano
device-hand-title = Indica il driver a mano
device-hand-lead = Se il driver della tua carta è installato ma non è stato trovato. Il percorso lo conosce chi l’ha installato.
device-hand-path = File del driver
device-hand-hint = Per esempio /usr/lib/libbit4xpki.so
device-hand-use = Usa questo driver
device-hand-back = Torna ai driver trovati
device-card = Su { $name }
device-says = Il driver dice: { $detail }
state-ready = La carta è pronta
state-ready-do = Puoi firmare.
state-no-driver = Manca il driver della carta
state-no-driver-do = Installa il programma di chi ti ha dato la carta (per esempio bit4id, Aruba, InfoCert, Namirial), poi premi «Guarda di nuovo».
state-driver-broken = Il driver non si carica
state-driver-broken-do = Installalo di nuovo dal sito di chi ti ha dato la carta. Su un PC a 64 bit serve quello a 64 bit.
state-no-reader-service = Il servizio dei lettori è fermo
state-no-reader-service-do = Riavvia il PC. Se non basta, chi assiste deve avviare il servizio «Smart Card» (su Linux: pcscd).
state-no-reader = Nessun lettore collegato
state-no-reader-do = Collega il lettore a un’altra presa USB, senza prolunghe, e premi «Guarda di nuovo».
state-no-card = Nel lettore non c’è la carta
state-no-card-do = Inseriscila fino in fondo, con il chip dalla parte giusta.
state-unknown-card = La carta non è riconosciuta
state-unknown-card-do = Il driver installato non è per questa carta: installa quello di chi te l’ha data. La tessera sanitaria da sola non firma.
state-card-trouble = La carta non risponde bene
state-card-trouble-do = Toglila, pulisci il chip con un panno asciutto, rimettila. Se succede ancora, provala su un altro lettore.
state-wrong-slot = Il certificato di firma è su un’altra carta
state-wrong-slot-do = Su { $name } non c’è un certificato per firmare: usa { $other }.
state-wrong-slot-nameless = Su una delle carte non c’è un certificato per firmare: usa { $other }.
state-no-signing-certificate = Sulla carta non c’è un certificato di firma
state-no-signing-certificate-do = C’è forse solo quello per accedere ai siti. Chiedi a chi ti ha dato la carta di attivare la firma digitale.
state-unsupported-key = La chiave sulla carta è di un tipo che qui non si può usare
state-unsupported-key-do = Avvisa l’assistenza e di’ che carta è. Intanto usa il programma della carta.
state-expired = Il certificato è scaduto
state-expired-when = Il certificato è scaduto il { $day }
state-expired-do = Chiedi il rinnovo a chi te l’ha dato. Quello che hai già firmato non cambia.
state-not-yet-valid = Il certificato non è ancora valido
state-not-yet-valid-when = Il certificato vale dal { $day }
state-not-yet-valid-do = Controlla la data di questo PC. Se è giusta, aspetta quel giorno.
state-pin-few-tries = Restano pochi tentativi per il PIN
state-pin-last-try = Resta un solo tentativo per il PIN
state-pin-locked = Il PIN è bloccato
state-pin-not-set = Il PIN non è ancora impostato
state-pin-to-be-changed = Il PIN va cambiato prima della prima firma

# Quando qualcosa non va
safe-originals = I tuoi file sono rimasti com’erano.
fail-paper-gone = Questo documento non è più aperto.
todo-paper-gone = Aprilo di nuovo da «Firma e verifica».
fail-papers-large = Ci sono già troppi documenti aperti: in tutto si arriva a { $limit } MB.
todo-papers-large = Chiudi quelli che non servono, poi riprova.
fail-paper-unreadable = Non riesco a leggere { $name }: non è una firma, e come PDF è rovinato.
todo-paper-unreadable = Fattelo rimandare; meglio per PEC, che non cambia i file.
fail-paper-encrypted = { $name } è protetto da una password: non si può dire se è firmato, né se la firma vale.
todo-paper-encrypted = Fattelo mandare senza password. Se è firmato, va firmato di nuovo: toglierla rovina la firma.
fail-paper-too-complex = { $name } è troppo complicato: non si riesce a leggerlo tutto, e non si può dire se è firmato.
fail-signing = Una firma è già in corso.
todo-signing = Aspetta che finisca, o fermala da «Firma in corso».
fail-not-confirmed = L’elenco è cambiato da quando l’hai guardato: non è stato firmato niente.
todo-not-confirmed = Torna all’elenco, guarda di nuovo i documenti e premi «Firma».
fail-folder = Nella cartella { $folder } non si può scrivere.
todo-folder = Controlla che il disco non sia pieno o protetto; se è una cartella di rete, che sia collegata.
