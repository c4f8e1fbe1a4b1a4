"""An Anki collection: `python client.py URL FOLDER`. A record is a note, its title the front."""

import json
import os
import sys
import threading
import time

from talk import talk, until
from anki.collection import Collection

url, folder = sys.argv[1:3]
os.makedirs(folder, exist_ok=True)
col = Collection(os.path.join(folder, "collection.anki2"))
auth = None
state = {"tries": 0, "error": None}


def login():
    global auth
    if auth is None:
        auth = col.sync_login("prova", "prova", url)
        auth.endpoint = url
    return auth


def sync():
    """One sync. The first of a collection is a full one, in the direction that loses nothing."""
    state["tries"] += 1
    out = col.sync_collection(login(), False)
    full = {out.FULL_UPLOAD: True, out.FULL_DOWNLOAD: False}
    upload = full.get(out.required)
    if out.required == out.FULL_SYNC:
        upload = pages() > 0
    if upload is not None:
        col.close_for_full_sync()
        try:
            col.full_upload_or_download(auth=login(), server_usn=None, upload=upload)
        finally:
            col.reopen(after_full_sync=True)


def pages():
    return col.note_count()


def insist(seconds):
    end = time.monotonic() + seconds
    while True:
        try:
            sync()
            return
        except Exception as error:
            state["error"] = f"{type(error).__name__}: {error}"
            if time.monotonic() > end:
                raise
            time.sleep(1)


def load(ask):
    kind = col.models.by_name("Basic")
    deck = col.decks.id("Default")
    with open(ask["file"], encoding="utf-8") as lines:
        items = [json.loads(line) for line in lines]
    for item in items:
        note = col.new_note(kind)
        note["Front"], note["Back"] = item["title"], item["body"]
        col.add_note(note, deck)
    return {"written": len(items)}


def titled(title):
    rows = col.db.list("select id from notes where sfld = ?", title)
    return rows[0] if rows else None


def edit(ask):
    note = col.get_note(titled(ask["was"]))
    note["Front"] = ask["title"]
    col.update_note(note)


def carry(ask):
    state["tries"] = 0
    insist(ask["seconds"])
    return {"tries": state["tries"]}


def start(ask):
    threading.Thread(target=insist, args=(ask.get("seconds", 3600),), daemon=True).start()


def wait(ask):
    def seen():
        try:
            sync()
        except Exception as error:
            state["error"] = str(error)
            time.sleep(0.2)
        if "count" in ask and pages() < ask["count"]:
            return False
        return "title" not in ask or titled(ask["title"]) is not None

    return until(ask["seconds"], seen, pages)


talk({
    "load": load,
    "edit": edit,
    "carry": carry,
    "start": start,
    "sync": lambda ask: sync(),
    "cold": lambda ask: None,
    "await": wait,
    "count": lambda ask: {"pages": pages(), **state},
})
