-- Signed files that are to be made to last: a time stamp, then what later judges need. The file itself tells how far it
-- is; the hash tells that it is still the file. A row that ended stays until it was seen.
CREATE TABLE upgrade (
    path     TEXT    NOT NULL PRIMARY KEY,
    goal     TEXT    NOT NULL,
    level    TEXT,                       -- reached here
    sha256   BLOB    NOT NULL,           -- of the file as it is known
    writing  BLOB,                       -- and as it was being written: a crash may come between
    added    INTEGER NOT NULL,           -- ms
    attempts INTEGER NOT NULL DEFAULT 0,
    next     INTEGER NOT NULL,           -- ms: not before
    waits    TEXT,                       -- why it was not done at the last try
    ended    TEXT,                       -- why it is not tried any more
    ended_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX upgrade_next ON upgrade (next) WHERE ended IS NULL;
