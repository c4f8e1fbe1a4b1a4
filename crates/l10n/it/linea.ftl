going-title = Adesso
going-none = In questo momento non parte e non arriva niente.
going-changes = { $count ->
    [one] Parte 1 modifica.
   *[other] Partono { $count } modifiche.
 }
going-up = Parte il file «{ $name }»
going-down = Arriva il file «{ $name }»
going-nameless = senza nome
going-of = Della pagina
going-done = { $done } di { $all }
left-bytes = Restano { $size }.
left-time = Restano { $size }: { $time } con la linea di oggi.
left-unknown = Restano { $size }. Quanto ci vorrà non si sa ancora: la linea non è stata misurata.
time-moment = meno di un minuto
time-minutes = { $count ->
    [one] circa un minuto
   *[other] circa { $count } minuti
 }
time-hours = { $count ->
    [one] circa un’ora
   *[other] circa { $count } ore
 }
time-days = { $count ->
    [one] circa un giorno
   *[other] circa { $count } giorni
 }
signed-waiting = { $count ->
    [one] Un documento firmato aspetta la marca temporale: arriva da sola.
   *[other] { $count } documenti firmati aspettano la marca temporale: arriva da sola.
 }
held-files = { $count ->
    [one] Un file aspetta ({ $size })
   *[other] { $count } file aspettano ({ $size })
 }
held-quiet = Sono ore tranquille fino alle { $time }: parte solo il lavoro, i file grandi aspettano.
held-cap = Questo mese si sono usati i { $size } che hai messo come tetto: parte solo il lavoro, i file aspettano.
held-metered = La linea è a consumo: parte solo il lavoro, i file grandi aspettano che lo dica tu.
held-now = Invia e scarica tutto adesso
released = Adesso parte e arriva tutto, anche quello che i limiti fermerebbero. Finito, i limiti tornano da soli.
released-end = Torna ai limiti
downloads-left = { $count ->
    [one] 1 file da scaricare ({ $size })
   *[other] { $count } file da scaricare ({ $size })
 }
left-alone-up = «{ $name }» non è andato ({ $what }). { $help } Si riprova da soli.
left-alone-down = «{ $name }» non è arrivato ({ $what }). { $help } Si riprova da soli.
left-alone-more = { $count ->
    [one] E un altro file.
   *[other] E altri { $count } file.
 }
since-when = Da { $when }
refused-link = { $count ->
    [one] 1 cosa non è stata accettata: scegli tu
   *[other] { $count } cose non sono state accettate: scegli tu
 }
why-answer = Inviata: si aspetta la risposta del Centro servizi.
why-earlier = Parte subito dopo la modifica precedente della stessa pagina.
why-parked = Il Centro servizi non può ancora prenderla: va aggiornato. Resta al sicuro qui, e il resto parte lo stesso.
why-page = Il Centro servizi è tornato a una copia di sicurezza e non ha più questa pagina: riparte appena la rimanda chi l’ha creata, o dopo un giorno insieme alla pagina, che questo computer ha ancora. Resta al sicuro qui, e il resto parte lo stesso.
why-failing = Il Centro servizi non riesce a prenderla: si riprova più tardi. Resta al sicuro qui, e il resto parte lo stesso.
why-full = Il Centro servizi ha il disco pieno: si riprova da soli.
why-quota = Lo spazio del comune al Centro servizi è finito: si riprova da soli.
why-held-quiet = Aspetta i suoi file: { $left } da inviare dopo le { $time }.
why-held-cap = Aspetta i suoi file ({ $left }): il tetto di questo mese è raggiunto.
why-held-metered = Aspetta i suoi file ({ $left }): la linea è a consumo.
panel-more = Limiti e registro della linea
linea-title = La linea
linea-lead = Come va il collegamento con il Centro servizi, quanto può usare, che cosa è successo.
linea-now = Com’è adesso
linea-rtt = Andata e ritorno
linea-rtt-words = { $ms } ms
linea-goodput = Velocità vista oggi
linea-goodput-words = { $size } al secondo
linea-spent = Usati questo mese
linea-unknown = non ancora misurata
linea-cause = Ultima causa di guasto
limits-title = Limiti
limits-lead = Il lavoro parte sempre. I limiti fermano solo i file: allegati, immagini, cose da scaricare.
limits-quiet = Ore tranquille
limits-quiet-hint = In queste ore parte solo il lavoro con i file piccoli che gli servono; il resto aspetta.
limits-from = Dalle
limits-to = Alle
limits-same = Scegli due ore diverse.
limits-cap = Un tetto al mese
limits-cap-hint = Raggiunto il tetto, fino al mese dopo parte solo il lavoro, senza file.
limits-cap-mb = MB al mese
limits-cap-bad = Scrivi un numero di MB, per esempio 500.
limits-metered = La linea è a consumo
limits-metered-hint = Se è a consumo, i file grandi aspettano che tu dica «Invia e scarica tutto adesso».
limits-auto-yes = Decide il sistema (dice: sì)
limits-auto-no = Decide il sistema (dice: no)
limits-auto-unknown = Decide il sistema (non lo sa)
limits-yes = Sì
limits-no = No
log-title = Registro dei collegamenti
log-versions = Versione di questo programma: { $app }. Versione del Centro servizi: { $hub }.
log-version-unknown = non ancora nota
log-lead = Una riga per ogni tentativo; quelli uguali di seguito sono una riga sola. Restano le ultime 500 righe, per novanta giorni.
log-all = Tutti
log-failed = Solo guasti
log-carried = Solo con lavoro o file
log-filter = Quali righe
log-empty = Nessuna riga
log-empty-words = Qui non c’è ancora niente di questo tipo.
log-more = Mostra tutte le { $count } righe
log-when = Quando
log-result = Esito
log-quality = Linea
log-carried-head = Dati
log-run = { $when }, fino alle { $to }
log-run-far = { $when } – { $to }
log-times = { $count ->
    [one] 1 volta
   *[other] { $count } volte
 }
log-idle = Riuscito, niente da portare
log-ops = Riuscito: { $ops }
log-ops-up = { $count ->
    [one] 1 modifica inviata
   *[other] { $count } modifiche inviate
 }
log-ops-down = { $count ->
    [one] 1 ricevuta
   *[other] { $count } ricevute
 }
log-upload = File inviati
log-download = File ricevuti
log-pieces = { $count ->
    [one] 1 pezzo
   *[other] { $count } pezzi
 }
log-no-quality = –
diagnosis = Esporta la diagnosi
diagnosis-hint = Un file per chi assiste: versioni, numeri, tentativi. Niente nomi, titoli, testi o indirizzi.
diagnosis-done = Diagnosi scritta in { $path }
fault-no-line = Senza linea
fault-no-line-help = Il PC non raggiunge il Centro servizi: controlla il modem e il cavo. Si riprova da soli.
fault-cut = Linea caduta a metà
fault-cut-help = La linea c’è ma cade: succede sulle linee deboli. Ogni volta si riparte da dove si era arrivati.
fault-stalled = Linea ferma
fault-stalled-help = La linea sembra su, ma non passa niente: spesso basta spegnere e riaccendere il modem.
fault-not-a-hub = Ha risposto qualcun altro
fault-not-a-hub-help = Al posto del Centro servizi risponde un altro programma: una pagina di accesso del Wi-Fi, un filtro, un indirizzo sbagliato.
fault-untrusted = Non è sicuro che sia il Centro servizi
fault-untrusted-help = Il certificato di chi risponde non vale: la data di questo computer è sbagliata, o il certificato è scaduto. Non è stato inviato nulla.
fault-hub-trouble = Guasto al Centro servizi
fault-hub-trouble-help = Il Centro servizi risponde con un errore: avvisalo se dura più di un’ora.
fault-hub-full = Disco pieno al Centro servizi
fault-hub-full-help = Il Centro servizi deve fare spazio: avvisalo. Qui il lavoro è al sicuro.
fault-hub-quota = Finito lo spazio del comune al Centro servizi
fault-hub-quota-help = Chiedi al Centro servizi più spazio: intanto il file aspetta qui, al sicuro, e le parole partono lo stesso.
fault-too-many = Troppe richieste
fault-too-many-help = Il Centro servizi chiede di aspettare: si riprova da soli.
fault-revoked = PC non autorizzato
fault-revoked-help = Questo PC è stato tolto dall’elenco: salva una copia del non inviato e chiama il Centro servizi.
fault-expired = Autorizzazione scaduta
fault-expired-help = Il Centro servizi deve confermare di nuovo questo PC.
fault-unauthorized = PC sconosciuto
fault-unauthorized-help = Il Centro servizi non riconosce questo PC: va collegato di nuovo.
fault-forbidden = Non permesso
fault-forbidden-help = Il ruolo di questo PC non permette la richiesta.
fault-upgrade = Programma da aggiornare
fault-upgrade-help = Il Centro servizi vuole una versione più nuova di questo programma.
fault-code = Codice sconosciuto
fault-code-help = Il codice è sbagliato, usato o scaduto.
fault-not-found = Non trovato
fault-not-found-help = Il Centro servizi non ha più quel file: se succede spesso, avvisalo.
fault-conflict = Posizioni da confrontare
fault-conflict-help = Il Centro servizi è stato ripristinato: il programma confronta tutto da solo.
fault-dictionary = Pacchetto non letto
fault-dictionary-help = Il Centro servizi ha una versione diversa: si reinvia in un altro modo, da soli.
fault-too-large = Richiesta troppo grande
fault-too-large-help = Si invia meno per volta, da soli.
fault-malformed = Richiesta non capita
fault-malformed-help = Il Centro servizi non ha capito: forse le versioni sono troppo lontane. Esporta la diagnosi.
fault-here = Guasto su questo PC
fault-here-help = Il disco o il programma di questo PC non ha risposto: guarda se il disco è pieno, poi esporta la diagnosi.
fault-other = Altro
fault-other-help = Esporta la diagnosi e mandala all’assistenza.
