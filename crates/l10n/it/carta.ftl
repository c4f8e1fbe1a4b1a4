# Quello che il programma scrive da sé, fuori dalle schermate: timbri, rapporti, la finestra del PIN

# Timbro visibile
timbro-signed-by = Firmato digitalmente da { $name }
timbro-when = Data e ora: { $when }
timbro-purpose = Motivo: { $purpose }

# Rapporto di verifica
rapporto-file = rapporto di verifica
rapporto-title = Rapporto di verifica delle firme
rapporto-document = Documento
rapporto-kind = Che cos’è
rapporto-size = Grandezza in byte
rapporto-no-answer = Quando il rapporto è stato scritto, mancava una risposta sulla revoca.
rapporto-inside = Contiene
rapporto-at = La data che conta
rapporto-signature = Firma { $number }
rapporto-timestamp = Marca temporale { $number }
rapporto-outcome = Esito
rapporto-signer = Firmatario
rapporto-stamp = Marca temporale
rapporto-change = Dopo la firma
rapporto-why = Perché
rapporto-holds = La firma vale
rapporto-open = Non si può ancora dire
rapporto-fails = La firma non vale
rapporto-holds-all = Le firme valgono
rapporto-fails-some = Almeno una firma non vale
rapporto-note = La verifica è stata fatta su questo PC da Comuni in Rete, secondo ETSI EN 319 102-1, con gli elenchi di fiducia europei e le prove che il documento porta con sé. Il rapporto dice come stavano le cose quando è stato scritto: non è firmato e non sostituisce il documento.
rapporto-foot = Scritto il { $when } – pagina { $page } di { $pages }

# Finestra del PIN
carta-pin-title = PIN di firma
carta-pin-documents = { $count ->
    [one] Stai per firmare 1 documento.
   *[other] Stai per firmare { $count } documenti.
 }
carta-pin-test = Prova di firma: non viene firmato nessun documento.
carta-pin-with = Firma { $holder }, con il certificato rilasciato da { $issuer }.
carta-pin-device = Carta: { $device }
carta-pin-label = PIN della carta
carta-pin-safe = Il PIN va solo alla carta: non viene salvato.
carta-pin-ok = Firma
carta-pin-cancel = Annulla
