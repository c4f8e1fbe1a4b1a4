line-all-sent = Tutto inviato
line-work-sent = Il lavoro è inviato, i file grandi aspettano
line-changes-sent = Modifiche inviate
line-files-left = File ancora da inviare: { $size }
line-waiting = { $count ->
    [one] 1 in attesa della rete
   *[other] { $count } in attesa della rete
 }
line-sending = { $count ->
    [one] Invio 1 modifica…
   *[other] Invio { $count } modifiche…
 }
line-conflicts = { $count ->
    [one] 1 da risolvere
   *[other] { $count } da risolvere
 }
line-off = Lavori senza rete
line-down = La rete non c’è
line-down-detail = Puoi lavorare lo stesso: riprova da sola
line-trouble = Il Centro servizi non risponde bene
line-trouble-detail = Riprova da sola; il lavoro è salvo qui
line-revoked = PC non autorizzato
line-opens = Apri «Cosa aspetta»
panel-title = Cosa aspetta
panel-waiting = Modifiche in attesa
panel-nothing = Quello che hai fatto è arrivato al Centro servizi.
panel-last = Ultimo invio completo: { $when }.
panel-never = Non c’è ancora stato un invio completo.
panel-clock = L’orologio di questo PC è sbagliato. Non si perde nulla, ma le ore che leggi possono essere diverse.
panel-off = Lavora senza rete
panel-off-hint = Niente parte e niente arriva finché non lo spegni. Il lavoro resta salvo su questo PC.
panel-now = Prova adesso
panel-export = Salva una copia del non inviato
exported = Copia scritta in { $path }
why-sending = Sta partendo.
why-down = La rete non c’è: parte da sola appena torna.
why-off = Hai scelto di lavorare senza rete.
why-trouble = Il Centro servizi non risponde bene: si riprova da soli.
why-revoked = Questo PC non è più autorizzato: salva una copia e chiama il Centro servizi.
why-files = File inviati: { $sent } di { $all }
waiting-new = Pagina nuova
waiting-edit = Modifiche
waiting-publication = Pubblicazione
waiting-withdrawal = Ritiro dal sito
waiting-deletion = Eliminazione
attempts-time = Durata
good-morning = Buongiorno, { $name }
good-afternoon = Buon pomeriggio, { $name }
good-evening = Buonasera, { $name }
oggi-site = Il sito in breve
oggi-conflicts = { $count ->
    [one] Una cosa aspetta una tua decisione
   *[other] { $count } cose aspettano una tua decisione
 }
oggi-conflicts-words = Due persone hanno scritto cose diverse: scegli tu quale vale.
oggi-calm = Niente in sospeso
oggi-calm-words = Nessuna bozza da finire e nessuna novità dai colleghi. Per scrivere qualcosa, usa «Nuova notizia».
oggi-drafts = Da finire
oggi-drafts-lead = Pagine tue non ancora pubbliche
oggi-arrivals = Dai colleghi
oggi-arrivals-lead = Pagine cambiate da altri negli ultimi giorni
oggi-deadlines = In scadenza
oggi-deadlines-lead = Notizie che tra poco non valgono più
oggi-more = { $count ->
    [one] Vedi un’altra pagina
   *[other] Vedi altre { $count } pagine
 }
risolvere-lead = Qui arriva ciò che un programma non può decidere al posto tuo. Intanto non si è perso nulla.
risolvere-empty = Niente da risolvere
risolvere-empty-words = Quando tu e un collega cambiate la stessa cosa, qui vedrai le due versioni e sceglierai.
case-field = Due valori diversi per «{ $field }»
case-field-words = Tu e un collega avete cambiato lo stesso campo. Scegli quale tenere.
case-theirs = Adesso c’è scritto
case-yours = Tu avevi scritto
case-your-words = Il tuo testo
case-revived = La pagina era stata eliminata
case-revived-words = Un collega l’ha eliminata mentre tu la modificavi. Le tue modifiche sono salve: la pagina è di nuovo tra le bozze.
case-words = Hai scritto in una parte che è stata tolta
case-words-words = Un collega ha tolto il paragrafo in cui stavi scrivendo. Queste sono le tue parole: puoi rimetterle nella pagina.
case-refused = Non accettato: { $what }
remedy-theirs = Va bene com’è adesso
remedy-mine = Usa quello che ho scritto io
remedy-put-back = Rimetti le mie parole
remedy-seen = Ho visto, va bene così
remedy-keep-draft = Tieni la bozza
remedy-delete = Elimina lo stesso
remedy-publish = Chiedi di nuovo la pubblicazione
resolved = Fatto: una cosa in meno da risolvere.
