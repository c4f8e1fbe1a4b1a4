going-title = Now
going-none = Nothing is leaving or arriving at the moment.
going-changes = { $count ->
    [one] 1 change is leaving.
   *[other] { $count } changes are leaving.
 }
going-up = Sending the file “{ $name }”
going-down = Receiving the file “{ $name }”
going-nameless = without a name
going-of = Of the page
going-done = { $done } of { $all }
left-bytes = { $size } left.
left-time = { $size } left: { $time } with today’s line.
left-unknown = { $size } left. How long it takes is not known yet: the line was not measured.
time-moment = less than a minute
time-minutes = { $count ->
    [one] about a minute
   *[other] about { $count } minutes
 }
time-hours = { $count ->
    [one] about an hour
   *[other] about { $count } hours
 }
time-days = { $count ->
    [one] about a day
   *[other] about { $count } days
 }
signed-waiting = { $count ->
    [one] One signed document waits for its time stamp: it comes by itself.
   *[other] { $count } signed documents wait for their time stamp: it comes by itself.
 }
held-files = { $count ->
    [one] One file waits ({ $size })
   *[other] { $count } files wait ({ $size })
 }
held-quiet = Quiet hours until { $time }: only work leaves, large files wait.
held-cap = This month the { $size } you set as a limit are used: only work leaves, files wait.
held-metered = The line is metered: only work leaves, large files wait for your word.
held-now = Send and fetch everything now
released = Everything leaves and arrives now, also what the limits would hold back. When done, the limits return by themselves.
released-end = Back to the limits
downloads-left = { $count ->
    [one] 1 file to fetch ({ $size })
   *[other] { $count } files to fetch ({ $size })
 }
left-alone-up = “{ $name }” did not go ({ $what }). { $help } It is tried again.
left-alone-down = “{ $name }” did not arrive ({ $what }). { $help } It is tried again.
left-alone-more = { $count ->
    [one] And another file.
   *[other] And { $count } more files.
 }
since-when = Since { $when }
refused-link = { $count ->
    [one] 1 thing was not accepted: you choose
   *[other] { $count } things were not accepted: you choose
 }
why-answer = Sent: waiting for the service centre’s answer.
why-earlier = Leaves right after the earlier change of the same page.
why-parked = The service centre cannot take it yet: it must be updated. It is safe here, and the rest leaves all the same.
why-page = The service centre went back to a backup and no longer has this page: it leaves as soon as whoever made the page sends it again, or after a day with the page, which this computer still has. It is safe here, and the rest leaves all the same.
why-failing = The service centre fails to take it: it is tried again later. It is safe here, and the rest leaves all the same.
why-full = The service centre’s disk is full: it is tried again.
why-quota = Your comune’s space at the service centre is used up: it is tried again.
why-held-quiet = Waits for its files: { $left } to send after { $time }.
why-held-cap = Waits for its files ({ $left }): this month’s limit is reached.
why-held-metered = Waits for its files ({ $left }): the line is metered.
panel-more = Limits and log of the line
linea-title = The line
linea-lead = How the connection to the service centre is, how much it may use, what happened.
linea-now = How it is now
linea-rtt = Round trip
linea-rtt-words = { $ms } ms
linea-goodput = Speed seen today
linea-goodput-words = { $size } a second
linea-spent = Used this month
linea-unknown = not measured yet
linea-cause = Last cause of trouble
limits-title = Limits
limits-lead = Work always leaves. Limits hold back files only: attachments, images, things to fetch.
limits-quiet = Quiet hours
limits-quiet-hint = In these hours only work leaves, with the small files it needs; the rest waits.
limits-from = From
limits-to = To
limits-same = Choose two different hours.
limits-cap = A limit per month
limits-cap-hint = Once reached, only work leaves until the next month, without files.
limits-cap-mb = MB a month
limits-cap-bad = Write a number of MB, for example 500.
limits-metered = The line is metered
limits-metered-hint = If it is, large files wait until you say “Send and fetch everything now”.
limits-auto-yes = The system decides (it says: yes)
limits-auto-no = The system decides (it says: no)
limits-auto-unknown = The system decides (it does not know)
limits-yes = Yes
limits-no = No
log-title = Log of connections
log-versions = Version of this program: { $app }. Version of the service centre: { $hub }.
log-version-unknown = not known yet
log-lead = One row per attempt; equal ones in a row are one row. The last 500 rows are kept, for ninety days.
log-all = All
log-failed = Only failures
log-carried = Only with work or files
log-filter = Which rows
log-empty = No rows
log-empty-words = There is nothing of this kind here yet.
log-more = Show all { $count } rows
log-when = When
log-result = Result
log-quality = Line
log-carried-head = Data
log-run = { $when }, until { $to }
log-run-far = { $when } – { $to }
log-times = { $count ->
    [one] once
   *[other] { $count } times
 }
log-idle = Succeeded, nothing to carry
log-ops = Succeeded: { $ops }
log-ops-up = { $count ->
    [one] 1 change sent
   *[other] { $count } changes sent
 }
log-ops-down = { $count ->
    [one] 1 received
   *[other] { $count } received
 }
log-upload = Files sent
log-download = Files received
log-pieces = { $count ->
    [one] 1 piece
   *[other] { $count } pieces
 }
log-no-quality = –
diagnosis = Export the diagnosis
diagnosis-hint = A file for whoever helps: versions, numbers, attempts. No names, titles, texts or addresses.
diagnosis-done = Diagnosis written to { $path }
fault-no-line = No line
fault-no-line-help = The PC does not reach the service centre: check modem and cable. It is tried again.
fault-cut = Line cut under way
fault-cut-help = There is a line but it drops, as weak lines do. Each time it goes on from where it was.
fault-stalled = Line stands still
fault-stalled-help = The line seems up but nothing moves: switching the modem off and on often helps.
fault-not-a-hub = Somebody else answered
fault-not-a-hub-help = Another program answers in the service centre’s place: a Wi-Fi sign-in page, a filter, a wrong address.
fault-untrusted = It is not certain that this is the service centre
fault-untrusted-help = The certificate of what answers does not hold: the date of this computer is wrong, or it has expired. Nothing was sent.
fault-hub-trouble = Service centre in trouble
fault-hub-trouble-help = The service centre answers with an error: tell them if it lasts more than an hour.
fault-hub-full = Service centre’s disk full
fault-hub-full-help = The service centre must make room: tell them. Your work is safe here.
fault-hub-quota = Your comune’s space at the service centre is used up
fault-hub-quota-help = Ask the service centre for more space: meanwhile the file waits here, safe, and words go all the same.
fault-too-many = Too many requests
fault-too-many-help = The service centre asks to wait: it is tried again.
fault-revoked = PC not authorised
fault-revoked-help = This PC was taken off the list: save a copy of what is unsent and call the service centre.
fault-expired = Authorisation expired
fault-expired-help = The service centre must confirm this PC again.
fault-unauthorized = Unknown PC
fault-unauthorized-help = The service centre does not know this PC: it must be linked again.
fault-forbidden = Not allowed
fault-forbidden-help = The role of this PC does not allow the request.
fault-upgrade = Program to be updated
fault-upgrade-help = The service centre wants a newer version of this program.
fault-code = Unknown code
fault-code-help = The code is wrong, used or too old.
fault-not-found = Not found
fault-not-found-help = The service centre does not have that file any more: tell them if it happens often.
fault-conflict = Positions to compare
fault-conflict-help = The service centre was restored: the program compares everything by itself.
fault-dictionary = Package not read
fault-dictionary-help = The service centre has another version: it is sent again another way, by itself.
fault-too-large = Request too large
fault-too-large-help = Less is sent at a time, by itself.
fault-malformed = Request not understood
fault-malformed-help = The service centre did not understand: the versions may be too far apart. Export the diagnosis.
fault-here = Trouble on this PC
fault-here-help = The disk or the program of this PC did not answer: see whether the disk is full, then export the diagnosis.
fault-other = Something else
fault-other-help = Export the diagnosis and send it to support.
