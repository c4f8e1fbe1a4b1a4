stick-open = Porta con la chiavetta
stick-title = Porta con la chiavetta
stick-lead = Quando la rete non c’è, il lavoro può viaggiare su una chiavetta USB. Nessuno può leggerlo lungo la strada, e se la chiavetta si perde non si perde nulla: qui resta tutto.
stick-insert = Inserisci una chiavetta USB
stick-insert-words = Appena il PC la riconosce, compare qui.
stick-again = Guarda di nuovo
stick-which = Quale chiavetta?
stick-free = { $size } liberi
stick-not-ready = Prima serve la rete una volta
stick-not-ready-words = Questo PC non conosce ancora la chiave del Centro servizi: la riceve da solo al primo collegamento.
stick-mine = Il tuo lavoro
stick-nothing = Niente da portare: è già tutto al Centro servizi. Puoi lo stesso chiedere le novità dei colleghi.
stick-carries = { $count ->
    [one] Una modifica da portare
   *[other] { $count } modifiche da portare
 }
stick-carries-files = con { $size } di file
stick-wishes = { $count ->
    [one] Chiedi anche il file che qui manca
   *[other] Chiedi anche { $count } file che qui mancano
 }
stick-wishes-hint = In tutto { $size }. Arrivano con la risposta.
stick-wishes-which = Scegli quali ({ $chosen } di { $count })
stick-wishes-rest = { $count ->
    [one] E un altro file, più piccolo.
   *[other] E altri { $count } file, più piccoli.
 }
stick-write = Scrivi sulla chiavetta
stick-ask = Chiedi le novità con la chiavetta
stick-writing = Scrivo sulla chiavetta: non toglierla. Finora { $size }.
stick-written = Scritto: { $name }
stick-written-words = Ora togli la chiavetta con «Espelli» e dalla a chi ha la rete: la facilitatrice, un collega, il Centro servizi. Quando torna, inseriscila qui e premi «Prendi la risposta».
stick-keep = Intanto puoi continuare a lavorare. Se torna la rete, parte tutto da solo: niente arriva due volte.
stick-answers = { $count ->
    [one] C’è una risposta per te
   *[other] Ci sono { $count } risposte per te
 }
stick-answers-words = Il Centro servizi ha ricevuto il tuo lavoro.
stick-take = Prendi la risposta
stick-took = Risposta presa
stick-took-accepted = { $count ->
    [0] Nessuna modifica tua era ancora in sospeso.
    [one] Una tua modifica è al Centro servizi.
   *[other] { $count } tue modifiche sono al Centro servizi.
 }
stick-took-refused = { $count ->
    [one] Una non è stata accettata: la trovi in «Da risolvere».
   *[other] { $count } non sono state accettate: le trovi in «Da risolvere».
 }
stick-took-pages = { $count ->
    [one] Una pagina è stata aggiornata.
   *[other] { $count } pagine sono state aggiornate.
 }
stick-took-files = { $count ->
    [one] È arrivato un file.
   *[other] Sono arrivati { $count } file.
 }
stick-took-more = Non ci stava tutto: scrivi un’altra volta la chiavetta per chiedere il resto.
stick-others = Consegna una chiavetta
stick-others-lead = Per chi porta la chiavetta di un comune al Centro servizi. Si vede di chi è, mai che cosa contiene.
stick-others-none = Su questa chiavetta non c’è niente da consegnare.
stick-carry = Porta al Centro servizi
stick-carry-words = I file vengono copiati in questo PC: poi puoi togliere la chiavetta.
stick-met = { $count ->
    [0] Qui non c’era niente di nuovo da portare.
    [one] Una busta è su questo PC e parte appena c’è la rete.
   *[other] { $count } buste sono su questo PC e partono appena c’è la rete.
 }
stick-brought = { $count ->
    [one] Una risposta è stata messa sulla chiavetta: riportala in comune.
   *[other] { $count } risposte sono state messe sulla chiavetta: riportale in comune.
 }
stick-loads = In viaggio da questo PC
stick-stage-waits = Aspetta la rete ({ $size })
stick-stage-held = Per ora i limiti della linea la trattengono ({ $size }): riparte da sola, o con «Invia e scarica tutto adesso»
stick-stage-troubled = { $why } Si riprova da soli.
stick-stage-going = Inviati { $sent } di { $size }
stick-stage-answered = Risposta pronta: rimetti la chiavetta e premi «Porta al Centro servizi»
stick-from = { $comune }, { $computer }
stick-made = scritta { $when }, { $size }
stick-has-answer = con la risposta
stick-own = di questo PC
stick-unusable = File che non si possono usare
stick-before = Chiavette scritte da questo PC
stick-before-waits = aspetta la risposta
stick-before-answered = risposta presa { $when }
safe-stick = Il tuo lavoro resta salvo su questo PC: sulla chiavetta c’è solo una copia.
fail-stick-keys = Questo PC non conosce ancora la chiave del Centro servizi.
todo-stick-keys = Collegalo alla rete una volta, anche per poco; poi riprova.
fail-stick-full = La chiavetta è piena.
todo-stick-full = Cancella qualcosa dalla chiavetta, o usane un’altra, poi riprova.
fail-stick-gone = La chiavetta è stata tolta, o non si lascia leggere o scrivere.
todo-stick-gone = Inseriscila di nuovo, aspetta che il PC la riconosca e riprova.
fail-stick-damaged = Il file sulla chiavetta è rovinato o incompleto.
todo-stick-damaged = Riscrivi la chiavetta sul PC da cui viene; se era una risposta, falla mettere di nuovo.
fail-stick-hub = Il file è per un altro Centro servizi.
todo-stick-hub = Controlla di avere la chiavetta giusta. Se il Centro servizi è cambiato, collegati una volta alla rete e riscrivila.
fail-stick-computer = La risposta è per un altro computer.
todo-stick-computer = Portala al computer che ha scritto la chiavetta.
fail-stick-newer = Il file viene da una versione diversa del programma.
todo-stick-newer = Aggiorna il programma su questo PC, poi riprova.
fail-stick-refused = Il Centro servizi non ha preso il file.
todo-stick-refused = Chiama il Centro servizi: può dirti il perché.
