kind-notizia = News item
kind-ufficio = Office
kind-pagina = Page
kinds-notizia = News
kinds-ufficio = Offices
kinds-pagina = Pages
new-notizia = New news item
new-ufficio = New office
new-pagina = New page
news-notizia = News
news-comunicato = Press release
news-avviso = Notice
untitled-notizia = Untitled news item
untitled-ufficio = Unnamed office
untitled-pagina = Untitled page
status-draft = Draft
status-requested = Waiting
status-published = Published
status-changed = To update
list-label = Pages of the site
list-count = { $count ->
    [one] 1 page
   *[other] { $count } pages
 }
list-empty = The site is still empty
list-empty-words = Start here: usually the first thing is a news item or an office with its hours.
list-none = No page matches
list-none-words = Try fewer words, or remove the filters.
list-all = Show all pages
column-title = Title
column-status = Status
column-edited = Last change
row-waiting = to be sent
row-leaves = will be deleted in a moment
filters = Filter the pages
filter-words = Search
filter-placeholder = Words in title or text
filter-kind = Kind
filter-status = Status
all-kinds = All kinds
all-statuses = All statuses
back-to-list = Site
back-to-page = Back to the page
page-not-open = The page does not open
page-deleted = “{ $title }” deleted.
page-conflicts = { $count ->
    [one] One thing to resolve in this page
   *[other] { $count } things to resolve in this page
 }
page-conflicts-words = You can go on writing and look at it later.
page-revived = A colleague had deleted this page
page-revived-words = Your edits brought it back as a draft. If it is not needed, delete it again.
basics-title = In short
field-title = Title
field-name = Name of the office
field-summary = Short description
field-news = Kind of news
field-office = In charge
field-cover = Image at the top
field-until = Valid until
field-address = Address
field-hours = Opening hours
field-phone = Telephone
field-email = E-mail
field-pec = Certified e-mail (PEC)
field-topics = Topics
hint-title = Say it at once: “Snow: schools closed on 12 January”.
hint-name = As citizens look for it: “Registry office”.
hint-summary = One or two sentences: shown in lists and search engines.
hint-summary-office = What it deals with, in one sentence.
hint-news = A notice tells citizens something about the coming days.
hint-until = Optional: then it is no longer featured.
hint-office = The office a citizen can ask.
hint-no-office = There is no office yet: make one from “Site”, “New office”.
hint-topics = They help citizens find the news. Usually one or two are enough.
hint-address = Street and number, postcode, place.
hint-hours = One line per day: “Monday 9–12”.
hint-pec = At least one of telephone, e-mail and PEC is needed.
office-none = Choose the office…
details-title = Topics and office
details-hint = Where it is on the site and who answers for it.
contacts-title = Where and when
contacts-hint = What citizens look for most often.
topics-open = Choose topics
topics-close = Close the list
topics-search = Search a topic
topics-none = No topic with “{ $words }”.
topic-remove = Remove the topic { $name }
text-title = Text
text-hint = You can paste from Word: we remove what is not needed.
paste-local-links = { $count ->
    [one] A link led to a file on one PC only: its words were kept.
   *[other] { $count } links led to files on one PC only: their words were kept.
 }
paste-local-names = You may want to attach: { $names }.
paste-other-links = { $count ->
    [one] A link could not stay: its words were kept.
   *[other] { $count } links could not stay: their words were kept.
 }
paste-images = { $count ->
    [one] An image did not come along: add it with “Insert image”.
   *[other] { $count } images did not come along: add them with “Insert image”.
 }
paste-headings = { $count ->
    [one] A heading got another level.
   *[other] { $count } headings got another level.
 }
paste-merged-cells = { $count ->
    [one] A merged cell of the table was split.
   *[other] { $count } merged cells of the table were split.
 }
paste-nested-tables = { $count ->
    [one] A table inside another became text.
   *[other] { $count } tables inside others became text.
 }
paste-no-header = { $count ->
    [one] A table has no header row: if the first row is one, mark it.
   *[other] { $count } tables have no header row: if the first row is one, mark it.
 }
paste-shortened = The text was longer than a page may be: its end is missing.
import-choose = Import from Word
import-hint = Do you have the text in a document? We bring it here, cleaned.
attachments-title = Attachments
attachments-hint = Offered for download at the end of the page.
attachments-add = Add files
attachments-drop = or drop them here (up to 100 MB each)
attachment-remove = Remove { $name }
attachment-removed = { $name } removed.
adding = Adding { $name }…
cover-hint = Optional. Shown at the top of the page and in lists.
cover-choose = Choose an image
cover-drop = or drop it here
cover-remove = Remove
cover-alt = What it shows
cover-alt-hint = Read by those who cannot see the image.
cover-decorative = It is only decorative
cover-decorative-hint = It says nothing beyond the text.
cover-words = { $name } – { $alt }
side-label = Status and publication
standing-draft = Draft
standing-draft-detail = Only people at the comune see it.
standing-publishing = Being published…
standing-publishing-detail = The service centre puts it on the site in a few seconds.
standing-waiting = Waiting for the network
standing-waiting-detail = You asked for publication. It leaves by itself when the network is back: you may close.
standing-waiting-off = You asked for publication. It leaves when you stop working without network.
standing-published = Published { $when }
standing-published-detail = Citizens see exactly this version.
standing-changed = Changes not public yet
standing-changed-detail = Citizens still see the version before.
publish = Publish
publish-changes = Publish the changes
publish-first = Before publishing: { $finding }
preview = Preview
visit = See the page on the site
may-not-publish = To publish, ask whoever is in charge: they can see the draft already.
before-publishing = Before publishing
nothing-lacks = All there
things-lack = { $count ->
    [one] One thing is missing.
   *[other] { $count } things are missing.
 }
advice = Advice
go-there = Go there
finding-title-missing = The title is missing.
finding-title-long = The title is long: better within 60 characters.
finding-summary-missing = The short description is missing.
finding-summary-long = The description is long: better within 160 characters.
finding-topics = Choose at least one topic.
finding-office = Choose the office in charge.
finding-cover-alt = Say what the image at the top shows.
finding-contact = A way to contact the office is missing.
finding-address = The address is missing.
finding-body-missing = The text is missing.
finding-image-alt = An image in the text does not say what it shows.
finding-heading-skips = A heading skips a level.
finding-heading-empty = There is a heading without words.
finding-table-header = A table has no column headers.
finding-link-words = A link says only “here”: say where it leads.
finding-link-local = A link leads to a file on one PC only.
more = More actions
withdraw = Take off the site
withdraw-hint = It becomes a draft; citizens no longer see it.
delete = Delete the page
versions-title = Versions
versions-lead = Now and then the page is set aside as it is. Here you compare it with today and, if you like, go back.
versions-empty = There is no version yet
versions-empty-words = It appears here once the page is edited.
version-published = published
compare-title = Version of { $when }
compare-lead = Compared with the page as it is now.
compare-same = It is the same as the page is now.
compare-field = Field
compare-then = Then
compare-now = Now
compare-removed = removed since
compare-added = added since
compare-removed-before = (removed:{ " " }
compare-added-before = (added:{ " " }
restore = Go back to this version
restored = The page is back to that version. The one before stays in the list.
value-empty = (empty)
