"""How a peer's client is driven: JSON lines in on standard input, JSON lines out."""

import json
import sys
import time


def say(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def talk(commands):
    """Obeys `commands`, a function per word in `do`."""
    say({"ok": True})
    for line in sys.stdin:
        begun = time.monotonic()
        try:
            ask = json.loads(line)
            told = commands[ask["do"]](ask) or {}
            say({"ok": True, **told, "ms": (time.monotonic() - begun) * 1000})
        except Exception as error:  # whatever a peer throws is an answer
            say({"ok": False, "error": f"{type(error).__name__}: {error}"})


def until(seconds, seen, pages):
    """Waits until `seen` tells true; `ok: false` when the time is up."""
    begun = time.monotonic()
    progress = []
    while True:
        done = seen()
        now, here = int((time.monotonic() - begun) * 1000), pages()
        if not progress or (now >= progress[-1][0] + 1000 and here != progress[-1][1]):
            progress.append([now, here])
        if done:
            return {"pages": here, "progress": progress}
        if now > seconds * 1000:
            return {"ok": False, "pages": here, "progress": progress, "error": "time is up"}
        time.sleep(0.02)
