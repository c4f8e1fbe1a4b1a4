stick-open = Carry on a USB stick
stick-title = Carry on a USB stick
stick-lead = When there is no network, your work can travel on a USB stick. Nobody can read it on the way, and if the stick is lost nothing is lost: everything stays here.
stick-insert = Insert a USB stick
stick-insert-words = It shows here as soon as the PC recognises it.
stick-again = Look again
stick-which = Which stick?
stick-free = { $size } free
stick-not-ready = The network is needed once first
stick-not-ready-words = This PC does not know the key of the service centre yet: it receives it by itself at the first connection.
stick-mine = Your work
stick-nothing = Nothing to carry: everything is at the service centre. You can still ask for your colleagues’ news.
stick-carries = { $count ->
    [one] One change to carry
   *[other] { $count } changes to carry
 }
stick-carries-files = with { $size } of files
stick-wishes = { $count ->
    [one] Also ask for the file that is missing here
   *[other] Also ask for { $count } files that are missing here
 }
stick-wishes-hint = { $size } in all. They come with the answer.
stick-wishes-which = Choose which ({ $chosen } of { $count })
stick-wishes-rest = { $count ->
    [one] And one smaller file.
   *[other] And { $count } smaller files.
 }
stick-write = Write to the stick
stick-ask = Ask for news by stick
stick-writing = Writing to the stick: do not remove it. { $size } so far.
stick-written = Written: { $name }
stick-written-words = Now eject the stick and give it to somebody with a network: the facilitator, a colleague, the service centre. When it comes back, insert it here and press “Take the answer”.
stick-keep = You can go on working meanwhile. If the network returns, everything leaves by itself: nothing arrives twice.
stick-answers = { $count ->
    [one] There is an answer for you
   *[other] There are { $count } answers for you
 }
stick-answers-words = The service centre has received your work.
stick-take = Take the answer
stick-took = Answer taken
stick-took-accepted = { $count ->
    [0] None of your changes was still waiting.
    [one] One of your changes is at the service centre.
   *[other] { $count } of your changes are at the service centre.
 }
stick-took-refused = { $count ->
    [one] One was not accepted: see “To settle”.
   *[other] { $count } were not accepted: see “To settle”.
 }
stick-took-pages = { $count ->
    [one] One page was updated.
   *[other] { $count } pages were updated.
 }
stick-took-files = { $count ->
    [one] One file arrived.
   *[other] { $count } files arrived.
 }
stick-took-more = Not everything fitted: write the stick once more to ask for the rest.
stick-others = Deliver a stick
stick-others-lead = For whoever takes a comune’s stick to the service centre. You see whose it is, never what it holds.
stick-others-none = There is nothing to deliver on this stick.
stick-carry = Take to the service centre
stick-carry-words = The files are copied to this PC: then you can remove the stick.
stick-met = { $count ->
    [0] There was nothing new to take along.
    [one] One envelope is on this PC and leaves as soon as there is a network.
   *[other] { $count } envelopes are on this PC and leave as soon as there is a network.
 }
stick-brought = { $count ->
    [one] One answer was put on the stick: bring it back to the comune.
   *[other] { $count } answers were put on the stick: bring them back to the comune.
 }
stick-loads = On their way from this PC
stick-stage-waits = Waits for the network ({ $size })
stick-stage-held = Held back for now by the limits of the line ({ $size }): goes on by itself, or with “Send and fetch everything now”
stick-stage-troubled = { $why } It is tried again by itself.
stick-stage-going = { $sent } of { $size } sent
stick-stage-answered = The answer is ready: insert the stick again and press “Take to the service centre”
stick-from = { $comune }, { $computer }
stick-made = written { $when }, { $size }
stick-has-answer = with its answer
stick-own = of this PC
stick-unusable = Files that cannot be used
stick-before = Sticks written by this PC
stick-before-waits = waits for its answer
stick-before-answered = answer taken { $when }
safe-stick = Your work stays safe on this PC: the stick only has a copy.
fail-stick-keys = This PC does not know the key of the service centre yet.
todo-stick-keys = Connect it to the network once, even briefly; then try again.
fail-stick-full = The stick is full.
todo-stick-full = Delete something from the stick, or use another one, then try again.
fail-stick-gone = The stick was removed, or cannot be read or written.
todo-stick-gone = Insert it again, wait for the PC to recognise it and try again.
fail-stick-damaged = The file on the stick is damaged or incomplete.
todo-stick-damaged = Write the stick again on the PC it comes from; if it was an answer, have it put on again.
fail-stick-hub = The file is for another service centre.
todo-stick-hub = Check that you have the right stick. If the service centre changed, connect to the network once and write it again.
fail-stick-computer = The answer is for another computer.
todo-stick-computer = Take it to the computer that wrote the stick.
fail-stick-newer = The file comes from a different version of the program.
todo-stick-newer = Update the program on this PC, then try again.
fail-stick-refused = The service centre did not take the file.
todo-stick-refused = Call the service centre: they can tell you why.
