nav-firma = Signing
key-firma = Go to Signing

# The list
firma-title = Sign and verify
firma-lead = Open a document to learn whether its signature holds, who signed and what it says. Or sign it with your card. It works without a network too.
firma-device-link = My signing device
firma-empty = No document open
firma-empty-words = Drop the files here that came by certified mail or are to be signed: PDF, .p7m, .p7s, time stamps or others. The original is not touched.
firma-open = Open documents
firma-open-more = Open more
firma-open-hint = or drop them here, many at once too
firma-opening = Opening { $name }…
firma-count = { $count ->
    [one] 1 document open
   *[other] { $count } documents open
 }
firma-select-all = Choose all
firma-select = Choose { $name }
firma-chosen = { $count ->
    [0] None chosen
    [one] 1 chosen
   *[other] { $count } chosen
 }
firma-sign = Sign
firma-sign-chosen = { $count ->
    [0] Sign
    [one] Sign 1 document
   *[other] Sign { $count } documents
 }
firma-close = Close
firma-close-chosen = { $count ->
    [0] Close
    [one] Close 1 document
   *[other] Close { $count } documents
 }
firma-closed = { $count ->
    [one] 1 document closed. The file is where it was.
   *[other] { $count } documents closed. The files are where they were.
 }
firma-judging = Checking…
firma-not-judged = Not read
firma-pages = { $count ->
    [one] 1 page
   *[other] { $count } pages
 }
kind-pdf = PDF
kind-p7m = Signed envelope (.p7m)
kind-p7s = Separate signature (.p7s)
kind-tsr = Separate time stamp (.tsr)
kind-tsd = Document with time stamp (.tsd)
kind-other = Other file

# One document
firma-back = Sign and verify
chip-holds = Holds
chip-open = To be checked
chip-fails = Does not hold
chip-changed = Changed
chip-lesser = Holds, but not qualified
chip-encrypted = Password
chip-too-complex = Too complex
chip-revoked = Certificate revoked
chip-authority-revoked = Issuer certificate revoked
chip-weak = Not safe any more
chip-not-yet-valid = Not valid yet
chip-expired = Certificate expired
chip-not-trusted = Nobody vouches
chip-withdrawn = Off the list
chip-unsigned = Not signed
verdict-holds = { $count ->
    [one] The signature holds
   *[other] The { $count } signatures hold
 }
verdict-open = It cannot be said yet
verdict-fails = { $count ->
    [one] The signature does not hold
   *[other] Not all signatures hold
 }
verdict-unsigned = No signature
verdict-stamp-holds = The time stamp holds
verdict-stamp-fails = The time stamp does not hold
verdict-by = Signed by { $names }.
verdict-sealed-by = Sealed by { $names }.
verdict-and = { $first } and { $last }
verdict-intact = The document has not changed since.
verdict-intact-stamp = The document has not changed since it was time-stamped.
verdict-additions = Since then there are only additions that are allowed: see below.
verdict-open-words = This does not mean that the signature is false: something is missing to say it with certainty.
verdict-open-stamp = This does not mean that the time stamp is false: something is missing to say it with certainty.
verdict-fails-words = Do not treat it as a signed document until this is cleared up.
verdict-unsigned-words = There is no signature in this file. If you expected one, ask whether it is in a separate file (.p7m or .p7s).
verdict-changed = Changed after signing
verdict-changed-words = Somebody changed the document in a way that the signature does not allow. What you read may not be what was signed.
verdict-encrypted = Protected by a password: whether it is signed is not known
verdict-too-complex = Too complex to be read to the end
verdict-revoked = { $count ->
    [0] Certificate revoked: the time stamp is not safe
    [one] Certificate revoked: the signature is not safe
   *[other] Certificate revoked: not all signatures are safe
 }
verdict-revoked-words = At the date that counts the certificate was revoked or suspended: unless something proves that the signature is older, by law it is as if there were none.
verdict-authority-revoked = { $count ->
    [0] The certificate of whoever vouches was revoked: the time stamp is not safe
    [one] The certificate of whoever vouches was revoked: the signature is not safe
   *[other] The certificate of whoever vouches was revoked: not all signatures are safe
 }
verdict-authority-revoked-words = The certificate of whoever vouches for the signer was revoked: who signed is not certain any more.
verdict-weak = { $count ->
    [0] Time stamp made in a way that is not safe any more
    [one] Signature made in a way that is not safe any more
   *[other] Not all signatures are made in a way that is still safe
 }
verdict-weak-words = Today somebody could imitate it. It may hold if a time stamp, the protocol or a certified mail proves that it is from when it was safe.
verdict-not-yet-valid = Certificate not valid yet: check the date
verdict-not-yet-valid-words = At the date that counts the certificate was not valid yet. Usually the date that was chosen is wrong, or this PC’s clock.
verdict-expired = Certificate expired: a proof of the date is needed
verdict-expired-words = At the date that counts the certificate had expired: unless something proves that the signature is older, by law it is as if there were none. If a time stamp, the protocol or a certified mail proves it, verify “As of…”.
verdict-not-trusted = Nobody vouches for the certificate
verdict-not-trusted-words = No trusted list knows who issued it: anybody may have made it, with any name.
verdict-withdrawn = Whoever vouched was taken off the trusted list
verdict-withdrawn-words = At the date that counts it could no longer vouch for the signer. The signature may hold if a time stamp, the protocol or a certified mail proves that it is older.
verdict-not-qualified = Note: this is no qualified signature. Below you read what it is worth.
verdict-at = Answer as of { $when } ({ $basis }).
verdict-now = Answer as of today.
verdict-claims = The file says: signed by { $names }.
judge-working = Checking the signature…
pages-label = Pages of { $name }
pages-of = Page { $page } of { $count }
pages-alt = Page { $page } of { $count } of { $name }
pages-previous = Page before
pages-next = Next page
pages-larger = Larger
pages-smaller = Smaller
pages-none = It cannot be shown here
pages-none-words = This kind of file opens with its own program. The check of the signature counts all the same.
pages-none-inside = The content is “{ $name }”, which cannot be shown here. Press “Extract the content” and open it with its own program.
pages-none-locked = It is protected by a password: it cannot be opened here.
pages-none-unread = The pages of this PDF cannot be read.
pages-broken = This page cannot be shown. The check of the signature counts all the same.
inside-title = In the envelope
inside-words = { $name }, { $kind }, { $size }
extract = Extract the content
extract-done = Extracted: { $name }, in the folder { $folder }
report = Save the report as PDF
report-done = Report written: { $name }, in the folder { $folder }
show-folder = Show in folder
close-paper = Close the document
beside-title-p7s = Which document is this signature about?
beside-title-tsr = Which document is this time stamp about?
beside-words = The file holds only the signature or time stamp, without the document. Choose the document and the check starts again.
beside-choose = Document
beside-none = Not chosen yet
beside-open = Open the document
beside-open-hint = if it is not among those open

# As of
at-title = As of when?
at-now = Today
at-then = As of…
at-lead = If you can prove that the document existed at a date, the signature is judged at that date: even if the certificate expired later.
at-day = Day
at-hour = Time
at-basis = Where the date comes from
at-ask = Verify as of this date
at-bad = Write day and time.
at-future = The date is in the future.
at-your-word = You gave the date: keep its proof (protocol number, receipt of certified mail…) with the document.
basis-now = now
basis-stated = only stated
basis-stated-long = Only stated: nobody vouches for it
basis-time-stamp = time stamp
basis-time-stamp-long = Time stamp
basis-unqualified-time-stamp = time stamp that is not qualified
basis-protocol = registration in the protocol
basis-protocol-long = Registration in the protocol
basis-pec = certified mail
basis-pec-long = Certified mail (PEC)
basis-preservation = deposit in preservation
basis-preservation-long = Deposit in preservation
basis-opposable = It counts towards everybody.
basis-not-opposable = It proves nothing towards others.
basis-weakly-opposable = It may not be enough towards others.
revocations-asked = Whether the certificate was revoked has been asked through the service centre. The answer comes by itself and this page follows: you can go on working.
revocations-offline = The answer about the revocation of the certificate is missing. There is no line now: we will ask the service centre by ourselves when it is back.
revocations-early = The issuer of the certificate has not yet published recent enough data about revocations. We will ask again by ourselves.
revocations-silent = We asked about the revocation, but the issuer of the certificate did not answer. We will ask again by ourselves.
revocations-nowhere = The revocation cannot be known: the certificate does not say whom to ask, or nothing of use came from there.
revocations-no-hub = Revocations are asked through the service centre, and this PC is not linked to it yet.
revocations-known = Revocation: answer of { $when }.
lists-missing = The trusted lists have not come to this PC yet: signatures are checked, but nobody can say who vouches for the signer. They come by themselves from the service centre.
lists-today = Trusted lists issued today.
lists-current = { $count ->
    [one] Trusted lists issued yesterday.
   *[other] Trusted lists issued { $count } days ago.
 }
lists-stale = { $count ->
    [one] The trusted lists were to be renewed yesterday: who was taken off since is not seen here. New ones come by themselves with the network.
   *[other] The trusted lists were to be renewed { $count } days ago: who was taken off since is not seen here. New ones come by themselves with the network.
 }

# One signature
signatures-title = { $count ->
    [one] The signature
   *[other] The signatures
 }
signature-of = Signature { $number } of { $count }
signature-unknown = Signer not named
stamp-on-document = Time stamp on the document
counter-title = Countersignature
sig-tax-code = Tax code
sig-organization = Organisation
sig-role = Role in the certificate
sig-worth = What it is worth
sig-when = When
sig-claimed = The signer states: { $when }. Nobody vouches for this time.
sig-judged-at = The date that counts: { $when } ({ $basis }).
sig-no-time = The signature does not say when it was made.
sig-purpose = Stated reason
sig-limits = Limits of use of the certificate
sig-limit-value = for transactions up to { $amount } { $currency }
sig-todo = What to do
sig-details = Details
sig-issuer = Certificate issued by
sig-serial = Serial number
sig-validity = Certificate valid
sig-validity-words = from { $from } to { $until }
sig-provider = Provider in the trusted list
sig-hash = Hash
sig-indication = Outcome by EN 319 102-1
sig-revision = Revision of the PDF
sig-layer = Envelope
sig-layer-words = no. { $number }, from outside
sig-show = Show on the page
changes-title = What changed after signing
change-page = page { $page }
change-forbidden = Not allowed
change-allowed = Allowed
stamps-title = Time stamps
stamp-holds = Proves that the signature existed on { $when }.
stamp-holds-archive = Proves that the signature, with its certificates and revocations, existed on { $when }.
stamp-holds-document = Proves that the document existed on { $when }.
stamp-open = It cannot be said yet whether it holds.
stamp-fails = It does not hold: the time is not proven.
stamp-by = Time stamp by { $provider }
stamp-not-qualified = Not a qualified time stamp: it may not be enough towards others.
quality-qualified = Qualified signature (“firma digitale”)
quality-qualified-words = A qualified electronic signature: worth one by hand.
quality-seal = Qualified electronic seal
quality-seal-words = Proves from which body the document comes and that it is whole. It is not a person’s signature.
quality-aqc = Advanced signature with a qualified certificate
quality-aqc-words = Nothing says that it was made with a qualified device: it is no qualified signature.
quality-advanced = Advanced electronic signature
quality-advanced-words = For example that of the electronic identity card. It counts as written form, but is no qualified signature: for some acts it is not enough.
quality-unknown = Worth not known
quality-unknown-words = No trusted list says what it is: do not treat it as a qualified signature.
quality-stamp-qualified = Qualified time stamp
quality-stamp-unknown = Time stamp of unknown worth

# Why
reason-changed-after = The document was changed after signing, in a way that the signature does not allow.
reason-changed-after-do = Do not use it as a signed document. Ask the sender for the original.
reason-content-changed = The content is not what was signed.
reason-content-changed-do = The file may have been damaged on its way: have it sent again. If the signature is in a separate file, check that you chose the right document.
reason-bad-signature = The check of the signature fails: it is damaged, or not of whom it says.
reason-bad-signature-do = Do not use it as a signed document. Ask the sender to send it again.
reason-bad-form = The file has an irregular form: programs may show different things.
reason-bad-form-do = Ask the sender to sign it again with an up-to-date signing program.
reason-encrypted = The PDF is protected by a password: whether a signature in it holds cannot be said.
reason-encrypted-do = Have it sent without a password. If it is signed, it has to be signed again: taking it off breaks the signature.
reason-too-complex = The PDF is too complex: it cannot be read to the end, and whether the signature in it holds cannot be said.
reason-too-complex-do = Verify it with another program too and tell the support. If you can, have a simpler version sent, signed again.
reason-no-content = Here is only the signature or the time stamp: the document is in another file.
reason-no-content-do = Choose the document that it is about: the check starts again by itself.
reason-no-certificate = The signer’s certificate is missing from the file, or another one stands in its place.
reason-no-certificate-do = Ask the sender to sign it again.
reason-not-bound = The signature does not say safely which certificate made it.
reason-not-bound-do = Ask to have it signed again with an up-to-date signing program.
reason-wrong-use = The certificate is not made for signing documents.
reason-wrong-use-do = A card often holds two certificates: ask to sign with the one “for signing”.
reason-not-for-signatures = The certificate is not made the way AgID asks for signatures. By itself this takes nothing away.
reason-not-for-signatures-do = There is nothing to do.
reason-expired = At the date that counts, the certificate had expired.
reason-expired-do = If a time stamp, the protocol or a certified mail proves that the document existed before, verify “As of…”. Otherwise ask for a new signature.
reason-not-yet-valid = At the date that counts, the certificate was not valid yet.
reason-not-yet-valid-do = Check the date you chose and this PC’s clock. If they are right, ask for a new signature.
reason-revoked = At the date that counts, the certificate was revoked or suspended.
reason-revoked-do = By law it is as if there were no signature. If a time stamp, the protocol or a certified mail proves that it is older, verify “As of…”; otherwise ask for a new signature.
reason-revoked-later = The certificate was revoked, but after the date that counts: the signature loses nothing.
reason-revoked-later-do = Keep the proof of the date with the document.
reason-authority-revoked = The certificate of whoever vouches for the signer was revoked.
reason-authority-revoked-do = Ask for a new signature, made with another certificate.
reason-revocation-unknown = It is not known yet whether the certificate was revoked.
reason-revocation-unknown-do = The answer is asked for by itself, with the network. If it is urgent, ask the signer to confirm.
reason-bad-path = The certificates between the signer and whoever vouches do not join as they must.
reason-bad-path-do = Ask to have it signed again with an up-to-date signing program.
reason-not-trusted = No trusted list knows who issued the certificate.
reason-not-trusted-do = Do not treat it as a qualified signature. Ask the signer for a signature with a qualified certificate.
reason-no-lists = The trusted lists have not come to this PC yet.
reason-no-lists-do = They come by themselves from the service centre, with the network: then this page follows.
reason-stale-lists = This PC’s trusted lists are too old.
reason-stale-lists-do = Connect the PC to the network: new ones come by themselves, and this page follows.
reason-service-withdrawn = At that date, the issuer of the certificate was no longer in the trusted list.
reason-service-withdrawn-do = If a time stamp, the protocol or a certified mail proves that the signature is older, verify “As of…”. Otherwise ask for a new signature.
reason-weak = The signature was made in a way that is no longer safe today.
reason-weak-do = If the document is old, its date needs a proof (time stamp, protocol, certified mail). If it is new, ask to have it signed with an up-to-date program.
reason-unknown-algorithm = The signature was made in a way that this program does not know.
reason-unknown-algorithm-do = It does not mean that it is false: verify it with another program too and tell support.
reason-time-ahead = The time that the signer states is in the future.
reason-time-ahead-do = Usually a clock is wrong: check this PC’s, then ask the signer.
reason-no-time = The signature does not say at what time it was made. It loses nothing.
reason-no-time-do = If the date matters, the protocol, the certified mail or a time stamp proves it.
reason-bad-stamp = The time stamp does not hold: the time it tells is not proven.
reason-bad-stamp-do = If the date matters, use the protocol or the certified mail, with “As of…”.
reason-trailing-bytes = After the signature the file holds more bytes. By themselves they do not change the document.
reason-trailing-bytes-do = There is nothing to do.
reason-counter-fails = A countersignature of this signature does not hold. The signature itself stands as it is.
reason-counter-fails-do = Whoever countersigned it does not answer for it: if you need the countersignature, ask for it again.
reason-counter-open = Whether a countersignature of this signature holds is not known. The signature itself stands as it is.
reason-counter-open-do = If you need the countersignature, see what it lacks; if it is not shown here, verify it with another program.
reason-quality-unclear = The trusted list says things of this certificate that do not agree, or that this program does not know: whether it is qualified is not known.
reason-quality-unclear-do = If you need a qualified signature, ask the issuer of the certificate to confirm.
reason-responder-unchecked = That the certificate is not revoked is said by a service of which not everything could be checked.
reason-responder-unchecked-do = There is nothing to do.

# What changed
what-signature = Another signature was added
what-timestamp = A time stamp was added
what-validation-data = Certificates and proofs of validity were added
what-metadata = The file’s description changed
what-form-filling = A form was filled in
what-annotation = A note was added, changed or removed
what-empty-field = An empty field was added
what-overlay = Something covers too large a part of the page
what-page-content = What is seen on the page changed
what-pages = Pages were added, removed or moved
what-signature-data = A signature already there was touched
what-document = Another part of the document changed
what-structure = The file’s structure changed: rewritten, encrypted or with hidden data

# Before signing
warning-active-content = It holds code or programs: what it shows can change. The law does not want that in a signed document.
warning-other-files = It shows or opens other files, which the signature does not cover.
warning-embedded-files = It holds other files: look that they are the right ones.
warning-layers = It has layers that can be shown or hidden: whoever opens it may see something else.
warning-multimedia = It holds sound, film or 3D.
warning-form-data = It is a form that sends or loads data.
warning-stamp-breaks-accessibility = It is accessible (PDF/UA): with a visible stamp it would be no more. Without a stamp it stays accessible.
no-pdf-not-pdf = It is no PDF.
no-pdf-encrypted = The PDF is protected by a password.
no-pdf-damaged = The PDF is damaged, or programs read it differently.
no-pdf-hybrid = The PDF has two indexes, one for old programs and one for new ones, which may show different things.
no-pdf-too-large = The PDF is larger than 2 GB: of that size it cannot be signed from within.
no-pdf-too-complex = The PDF is too complicated: it cannot be read to the end.
no-pdf-certified = Its author, or who signed before, lets nothing be added, not even a signature.
no-pdf-no-stamp = Its author, or who signed before, lets nothing be added that is seen. Sign it without a stamp.
no-pdf-active-content = The PDF holds code, and within the PDF the signature would not be safe.
no-pdf-other-kind = Its author asks for a kind of signature that this program does not make.
no-pdf-no-room = The signature is larger than its place in the PDF: this is a fault of this program, tell the support.
no-pdf-no-letter = The stamp has a sign that cannot be written, such as an emoji: take it out of the purpose, or sign without a stamp.

# Signing
sign-title = { $count ->
    [one] Sign a document
   *[other] Sign { $count } documents
 }
sign-lead = Look well at what you sign: what you see here is what gets signed. The originals are not touched, a signed copy is made.
sign-none = No document to sign
sign-none-words = Go back to the list and choose at least one.
sign-what = What you sign
sign-unseen = It cannot be shown here: look at it with its own program before you sign it.
sign-remove = Take { $name } off the list
sign-hash = SHA-256 hash
sign-hash-short = { $start } … { $end }
sign-hash-all = The whole hash
sign-look = Look at { $name }
sign-who = With which certificate
sign-who-looking = Looking for the card…
sign-who-none = No signing certificate
sign-who-none-words = Put in the signing card or key, then press “Look again”.
sign-why-none = Why? My signing device
sign-issuer = Issued by { $issuer }
sign-until = Expires on { $day }
sign-not-usable = Expired, or not valid yet: it cannot be used.
sign-limits = Limits of use: { $limits }
sign-how = In which format
sign-format-pdf = Within the PDF
sign-format-pdf-hint = The file stays a PDF that everybody opens (PAdES).
sign-format-p7m = .p7m envelope
sign-format-p7m-hint = For any file; some offices and portals ask for this one (CAdES).
sign-format-not = Within the PDF it cannot be done for { $name }: { $reason } Use the .p7m envelope, or take it off the list.
sign-stamp = Visible stamp on the page
sign-stamp-hint = A box with name and date. The signature holds without it too.
sign-purpose = Reason (optional)
sign-purpose-hint = For example: “Accounting approval”. It stays written in the PDF.
sign-pin = The PIN is written in the window that opens, never here.
sign-pin-reader = The PIN is typed on the reader’s keys.
sign-confirm = { $count ->
    [one] By pressing “Sign” you confirm that you looked at this document.
   *[other] By pressing “Sign” you confirm that you looked at these { $count } documents, one by one.
 }
sign-go = { $count ->
    [one] Sign 1 document
   *[other] Sign { $count } documents
 }
pin-ok = PIN in order
pin-on-reader = PIN on the reader
pin-few-tries = Few tries left
pin-last-try = Last try
pin-locked = PIN locked
pin-not-set = PIN to be set
pin-to-be-changed = PIN to be changed
pin-few-tries-words = Somebody got the PIN wrong before: write it calmly.
pin-last-try-words = If you get it wrong once more it locks. If you are not sure, stop and look for the letter with the codes.
pin-locked-words = It is unlocked with the PUK, in the card’s program. Whoever issued it can help you.
pin-not-set-words = Set it first with the card’s program.
pin-to-be-changed-words = Change it first with the card’s program.

# The stamp
place-title = Where the stamp goes
place-lead = Drag it on the page. With the keyboard: arrows to move it, Shift for larger steps, + and − for its size.
place-page-first = The first
place-page-last = The last
place-fewer = Documents with fewer pages get it on the last one.
place-box = Stamp
place-corner = Corner of the stamp: changes its size
place-at = Page { $page }, { $left } mm from the left, { $top } mm from the top, { $width } mm wide and { $height } mm high
place-ready = Ready places
place-top-left = Top left
place-top-center = Top centre
place-top-right = Top right
place-bottom-left = Bottom left
place-bottom-center = Bottom centre
place-bottom-right = Bottom right
place-sample = Digitally signed by

# Signing under way
run-title = Signing under way
run-title-done = Outcome of signing
run-none = Nothing is being signed
run-none-words = Choose documents in “Sign and verify” and press “Sign”.
run-going = Signing: { $done } of { $count }
run-wait-pin = If a window has opened, write the PIN there.
run-done = { $count ->
    [one] 1 document signed
   *[other] { $count } documents signed
 }
run-done-words = Each file was checked again after signing. The originals are as they were.
run-some-not = { $count ->
    [one] 1 document was not signed: below you read why.
   *[other] { $count } documents were not signed: below you read why.
 }
run-signed-stay = { $count ->
    [0] No document was signed.
    [one] The document already signed stays signed.
   *[other] The { $count } documents already signed stay signed.
 }
run-resume = Resume
run-cancel = Stop
run-again = Sign other documents
run-folder = The signed files are in the folder { $folder }
run-banner = Signing under way: { $done } of { $count }
run-banner-stopped = A run stopped before its end
run-banner-see = Look
left-title = { $count ->
    [one] Take up the signing of 1 document that was left
   *[other] Take up the signing of { $count } documents that were left
 }
left-words = Signing had stopped before the end. You look at them again as they are now, then sign them.
left-find = { $count ->
    [one] To be opened again, because the program does not find it: { $names }.
   *[other] To be opened again, because the program does not find them: { $names }.
 }
left-more = { $count ->
    [one] { $names } and another one
   *[other] { $names } and { $count } others
 }
left-forget = Do not sign them
left-forgotten = Taken off the list. The files are as they were.
done-waiting = Waits
done-signed = Signed
done-not = Not signed
not-changed = It is no longer the document you were shown. Open it again, look at it and sign it.
not-pdf = It cannot be signed within the PDF. { $reason } The original is untouched: sign it as .p7m.
not-no-place = The stamp has no room on this page. Choose another place, or sign without a stamp.
not-disk-full = The disk is full. Free some space, then sign it again.
not-not-writable = The folder cannot be written to. Copy the document into a folder of yours and open it from there.
not-rejected = The result did not pass our own check and was thrown away. The original is whole. Try as .p7m and tell support.
not-failed = Something did not work. The original is whole. Try again; if it happens again, call support.
stop-wrong-pin = The PIN is wrong.
stop-wrong-pin-do = Press “Resume” and write it calmly.
stop-pin-locked = The PIN is locked.
stop-pin-locked-do = It is unlocked with the PUK, in the card’s program. Whoever issued it can help you. Then press “Resume”.
stop-pin-not-ready = The PIN has to be set or changed first.
stop-pin-not-ready-do = Do it with the card’s program, then press “Resume”.
stop-cancelled = You stopped signing.
stop-cancelled-do = You can go on from where you were, or leave it so.
stop-removed = The card was taken out.
stop-removed-do = Put it back, wait until the reader’s light is steady and press “Resume”.
stop-no-token = The card is not there, or is not the one you chose.
stop-no-token-do = Put in the right one and press “Resume”.
stop-driver-stopped = The card’s program did not answer and was closed.
stop-driver-stopped-do = Take the card out, put it back, then press “Resume”.
stop-driver = The card’s program (driver) does not load.
stop-driver-do = See “My signing device”: it says which one is missing and where.
stop-device = The card or the reader gave an error.
stop-device-do = Take the card out, put it back, then press “Resume”. If it happens again, call support.

# My signing device
device-title = My signing device
device-lead = Here you see whether card, reader and driver work. No PIN is needed, and nothing gets signed.
device-looking = Looking at readers and cards…
device-again = Look again
device-ready = Ready: you can sign
device-problem = Not ready yet
device-findings = What was found
device-identities = Signing certificates
device-test = Try the signature
device-test-words = “Try the signature” has the card sign a random number that belongs to no document. The PIN is written in the window that opens, never here.
device-testing = Trying…
device-test-ok = It works: the card signed in { $ms } ms.
device-drivers = Drivers found
device-drivers-none = No driver found on this PC.
device-by-hand = named by hand
device-hand-title = Name the driver by hand
device-hand-lead = If your card’s driver is installed but was not found. Whoever installed it knows the path.
device-hand-path = The driver’s file
device-hand-hint = For example /usr/lib/libbit4xpki.so
device-hand-use = Use this driver
device-hand-back = Back to the drivers found
device-card = On { $name }
device-says = The driver says: { $detail }
state-ready = The card is ready
state-ready-do = You can sign.
state-no-driver = The card’s driver is missing
state-no-driver-do = Install the program of whoever gave you the card (for example bit4id, Aruba, InfoCert, Namirial), then press “Look again”.
state-driver-broken = The driver does not load
state-driver-broken-do = Install it again from the site of whoever gave you the card. A 64-bit PC needs the 64-bit one.
state-no-reader-service = The readers’ service is stopped
state-no-reader-service-do = Restart the PC. If that is not enough, support must start the service “Smart Card” (on Linux: pcscd).
state-no-reader = No reader connected
state-no-reader-do = Plug the reader into another USB socket, without extension cords, and press “Look again”.
state-no-card = There is no card in the reader
state-no-card-do = Push it in all the way, with the chip on the right side.
state-unknown-card = The card is not recognised
state-unknown-card-do = The driver installed is not for this card: install that of whoever gave it to you. The health card alone does not sign.
state-card-trouble = The card does not answer well
state-card-trouble-do = Take it out, clean the chip with a dry cloth, put it back. If it happens again, try it in another reader.
state-wrong-slot = The signing certificate is on another card
state-wrong-slot-do = On { $name } there is no certificate for signing: use { $other }.
state-wrong-slot-nameless = On one of the cards there is no certificate for signing: use { $other }.
state-no-signing-certificate = There is no signing certificate on the card
state-no-signing-certificate-do = There may be only the one for web sites. Ask whoever gave you the card to activate the digital signature.
state-unsupported-key = The key on the card is of a kind that cannot be used here
state-unsupported-key-do = Tell support which card it is. Meanwhile use the card’s own program.
state-expired = The certificate has expired
state-expired-when = The certificate expired on { $day }
state-expired-do = Ask whoever gave it to you to renew it. What you signed already does not change.
state-not-yet-valid = The certificate is not valid yet
state-not-yet-valid-when = The certificate is valid from { $day }
state-not-yet-valid-do = Check this PC’s date. If it is right, wait for that day.
state-pin-few-tries = Few tries are left for the PIN
state-pin-last-try = One try is left for the PIN
state-pin-locked = The PIN is locked
state-pin-not-set = The PIN is not set yet
state-pin-to-be-changed = The PIN has to be changed before the first signature

# When something goes wrong
safe-originals = Your files are as they were.
fail-paper-gone = This document is no longer open.
todo-paper-gone = Open it again in “Sign and verify”.
fail-papers-large = Too many documents are open: up to { $limit } MB in all.
todo-papers-large = Close those you do not need, then try again.
fail-paper-unreadable = { $name } cannot be read: it is no signature, and as a PDF it is damaged.
todo-paper-unreadable = Have it sent again; best by certified mail, which does not change files.
fail-paper-encrypted = { $name } is protected by a password: whether it is signed, and whether that holds, cannot be said.
todo-paper-encrypted = Have it sent without a password. If it is signed, it has to be signed again: taking it off breaks the signature.
fail-paper-too-complex = { $name } is too complex: it cannot be read to the end, and whether it is signed cannot be said.
fail-signing = A signing run is under way.
todo-signing = Wait until it ends, or stop it in “Signing under way”.
fail-not-confirmed = The list has changed since you looked at it: nothing was signed.
todo-not-confirmed = Go back to the list, look at the documents again and press “Sign”.
fail-folder = The folder { $folder } cannot be written to.
todo-folder = Check that the disk is not full or protected; if it is a network folder, that it is connected.
