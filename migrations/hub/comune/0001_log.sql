-- One comune: its log, what the log folds to, its public site, its files.

-- Single numbers: 'site' counts the changes of the public site, 'bytes' those of the chunks.
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;

CREATE TABLE log (
    seq        INTEGER PRIMARY KEY,     -- dense, in commit order
    id         TEXT NOT NULL UNIQUE,
    device     TEXT NOT NULL,
    person     TEXT NOT NULL,
    role       TEXT NOT NULL,
    collection TEXT NOT NULL,
    entity     TEXT NOT NULL,
    version    INTEGER NOT NULL,
    change     TEXT NOT NULL,           -- JSON
    at         INTEGER NOT NULL,        -- ms, as the device saw it, never after `received`
    received   INTEGER NOT NULL,        -- ms
    clamped    INTEGER NOT NULL,        -- `at` is not what the device sent
    decided    TEXT NOT NULL            -- JSON
) STRICT;

-- What every operation of every device was answered: a retry gets the same.
CREATE TABLE result (
    device  TEXT NOT NULL,
    n       INTEGER NOT NULL,
    id      TEXT NOT NULL,
    seq     INTEGER,                    -- accepted
    refusal TEXT,                       -- or refused: JSON
    PRIMARY KEY (device, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX result_by_id ON result (id);

CREATE TABLE entity (
    id   TEXT PRIMARY KEY,
    body TEXT NOT NULL                  -- JSON
) STRICT;

-- An address, once given, stays with its page.
CREATE TABLE slug (
    slug TEXT PRIMARY KEY,
    page TEXT NOT NULL
) STRICT;

-- The text of a page: a snapshot, and the updates that came after it.
CREATE TABLE text_snapshot (
    page TEXT PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;
CREATE TABLE text_update (
    page TEXT NOT NULL,
    seq  INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (page, seq)
) STRICT, WITHOUT ROWID;

-- The public site. `body` is NULL for a page that was taken away at `rev`.
CREATE TABLE site_page (
    page TEXT PRIMARY KEY,
    rev  INTEGER NOT NULL,
    body TEXT                           -- JSON
) STRICT;
CREATE INDEX site_page_by_rev ON site_page (rev);
-- A publication whose files are not all here yet; what was public before stays until they are.
CREATE TABLE site_wait (
    page TEXT PRIMARY KEY,
    body TEXT NOT NULL                  -- JSON
) STRICT;

CREATE TABLE file (
    id       TEXT PRIMARY KEY,          -- BLAKE3, hex
    size     INTEGER NOT NULL,
    chunks   TEXT NOT NULL,             -- JSON
    complete INTEGER NOT NULL
) STRICT;
-- The chunks the comune has brought: a right to read them, and what its quota counts.
CREATE TABLE chunk (
    hash TEXT PRIMARY KEY,
    size INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The chunks that incomplete files still lack.
CREATE TABLE wanted (
    hash TEXT NOT NULL,
    file TEXT NOT NULL REFERENCES file (id),
    PRIMARY KEY (hash, file)
) STRICT, WITHOUT ROWID;
CREATE INDEX wanted_by_file ON wanted (file);
