line-all-sent = Everything sent
line-work-sent = The work is sent, large files wait
line-changes-sent = Changes sent
line-files-left = Files still to send: { $size }
line-waiting = { $count ->
    [one] 1 waiting for the network
   *[other] { $count } waiting for the network
 }
line-sending = { $count ->
    [one] Sending 1 change…
   *[other] Sending { $count } changes…
 }
line-conflicts = { $count ->
    [one] 1 to resolve
   *[other] { $count } to resolve
 }
line-off = Working without network
line-down = No network
line-down-detail = Keep working: it retries by itself
line-trouble = The service centre answers badly
line-trouble-detail = It retries by itself; your work is safe here
line-revoked = PC not authorised
line-opens = Open “What is waiting”
panel-title = What is waiting
panel-waiting = Changes waiting
panel-nothing = What you did has reached the service centre.
panel-last = Last time everything was sent: { $when }.
panel-never = Not everything was ever sent yet.
panel-clock = This PC’s clock is wrong. Nothing is lost, but the times you read may be off.
panel-off = Work without network
panel-off-hint = Nothing leaves and nothing arrives until you switch it off. Your work stays safe on this PC.
panel-now = Try now
panel-export = Save a copy of what is unsent
exported = Copy written to { $path }
why-sending = It is leaving.
why-down = No network: it leaves by itself when it is back.
why-off = You chose to work without network.
why-trouble = The service centre answers badly: it is tried again.
why-revoked = This PC is no longer authorised: save a copy and call the service centre.
why-files = Files sent: { $sent } of { $all }
waiting-new = New page
waiting-edit = Edits
waiting-publication = Publication
waiting-withdrawal = Taking off the site
waiting-deletion = Deletion
attempts-time = Duration
good-morning = Good morning, { $name }
good-afternoon = Good afternoon, { $name }
good-evening = Good evening, { $name }
oggi-site = The site in short
oggi-conflicts = { $count ->
    [one] One thing awaits your decision
   *[other] { $count } things await your decision
 }
oggi-conflicts-words = Two people wrote different things: you choose which stands.
oggi-calm = Nothing pending
oggi-calm-words = No draft to finish and no news from colleagues. To write something, use “New news item”.
oggi-drafts = To finish
oggi-drafts-lead = Pages of yours that are not public yet
oggi-arrivals = From colleagues
oggi-arrivals-lead = Pages changed by others in the last days
oggi-deadlines = Ending soon
oggi-deadlines-lead = News that soon will not matter any more
oggi-more = { $count ->
    [one] See one more page
   *[other] See { $count } more pages
 }
risolvere-lead = What a program cannot decide for you comes here. Meanwhile nothing was lost.
risolvere-empty = Nothing to resolve
risolvere-empty-words = When you and a colleague change the same thing, you will see both versions here and choose.
case-field = Two different values for “{ $field }”
case-field-words = You and a colleague changed the same field. Choose which to keep.
case-theirs = Now it says
case-yours = You had written
case-your-words = Your text
case-revived = The page had been deleted
case-revived-words = A colleague deleted it while you were editing. Your edits are safe: the page is a draft again.
case-words = You wrote in a part that was removed
case-words-words = A colleague removed the paragraph you were writing in. These are your words: you can put them back.
case-refused = Not accepted: { $what }
remedy-theirs = Keep it as it is now
remedy-mine = Use what I wrote
remedy-put-back = Put my words back
remedy-seen = Seen, that is fine
remedy-keep-draft = Keep the draft
remedy-delete = Delete it all the same
remedy-publish = Ask for publication again
resolved = Done: one thing less to resolve.
