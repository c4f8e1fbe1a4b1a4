# What the program writes by itself, outside of the screens: stamps, reports, the window of the PIN

# Visible stamp
timbro-signed-by = Digitally signed by { $name }
timbro-when = Date and time: { $when }
timbro-purpose = Reason: { $purpose }

# Verification report
rapporto-file = verification report
rapporto-title = Report on the verification of signatures
rapporto-document = Document
rapporto-kind = What it is
rapporto-size = Size in bytes
rapporto-no-answer = When this report was written, an answer about revocation was missing.
rapporto-inside = It holds
rapporto-at = The date that counts
rapporto-signature = Signature { $number }
rapporto-timestamp = Time stamp { $number }
rapporto-outcome = Result
rapporto-signer = Signer
rapporto-stamp = Time stamp
rapporto-change = After the signature
rapporto-why = Why
rapporto-holds = The signature holds
rapporto-open = It cannot be told yet
rapporto-fails = The signature does not hold
rapporto-holds-all = The signatures hold
rapporto-fails-some = At least one signature does not hold
rapporto-note = Verified on this computer by Comuni in Rete, as ETSI EN 319 102-1 says, with the European trusted lists and the evidence that the document carries. The report tells how things stood when it was written: it is not signed and does not replace the document.
rapporto-foot = Written on { $when } – page { $page } of { $pages }

# Window of the PIN
carta-pin-title = Signature PIN
carta-pin-documents = { $count ->
    [one] You are about to sign 1 document.
   *[other] You are about to sign { $count } documents.
 }
carta-pin-test = Test signature: no document is signed.
carta-pin-with = { $holder } signs, with the certificate issued by { $issuer }.
carta-pin-device = Card: { $device }
carta-pin-label = PIN of the card
carta-pin-safe = The PIN goes to the card alone: it is not saved.
carta-pin-ok = Sign
carta-pin-cancel = Cancel
