app-name = Comuni in Rete
app-promise = Your comune’s work, even when the network is down.
app-point-offline = Work even with the cable unplugged
app-point-saved = Everything saves itself, on this PC
app-point-sealed = The data on the disk is encrypted
window-title = { $title } – Comuni in Rete
skip = Skip to content
close = Close
undo = Undo
retry = Try again
needed = needed to publish
loading = One moment…
language = Language
saved = Saved
saving = Saving…
not-saved = Not saved yet
already-saved = Everything is already saved: nothing else to do.
comune-of = Comune of { $name }
nav-label = Areas
nav-oggi = Today
nav-sito = Site
nav-risolvere = To resolve
nav-count-words = to look at
search-title = Search
search-button = Search
search-placeholder = Search pages by title or words in the text
search-none = No page with “{ $words }”. Try fewer words.
search-all = { $count ->
    [one] See the page found
   *[other] See all { $count } pages found
 }
keys-title = Keyboard shortcuts
keys-lead = Everything can be done without a mouse.
key-search = Search everywhere
key-save = Says that everything is saved already
key-oggi = Go to Today
key-sito = Go to Site
key-risolvere = Go to To resolve
key-panel = Open “What is waiting”
key-keys = Open this list
key-tab = Next field or button; with Shift the one before
key-arrows = Move in a list; Enter opens
key-escape = Closes the open window
role-impiegato = Clerk
role-responsabile = Head of service
role-bibliotecario = Librarian
role-facilitatore = Facilitator
role-volontario = Volunteer
role-operatore = Service centre
time-today = today at { $time }
time-yesterday = yesterday at { $time }
by = by { $person }
by-when = { $person }, { $when }
since = since { $when }
until = until { $day }
size-bytes = { $n ->
    [one] 1 byte
   *[other] { $n } bytes
 }
counter = { $count } of { $advised }
counter-over = { $count ->
    [one] 1 character too many
   *[other] { $count } characters too many
 }
incident = Number to tell support: { $number }
