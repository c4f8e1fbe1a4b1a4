-- The workspace of one device. Every change of this schema is a new file; this one never changes.

CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The device's own identity, signing key included: one row.
CREATE TABLE identity (
    id    INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    value TEXT    NOT NULL
) STRICT;

-- How far each scope's log was read.
CREATE TABLE scope (
    scope   TEXT    NOT NULL PRIMARY KEY,
    seq     INTEGER NOT NULL DEFAULT 0,
    granted INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;

-- Pages as the log has them: what a pull starts from.
CREATE TABLE shadow (
    page  TEXT NOT NULL PRIMARY KEY,
    scope TEXT NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Pages as this device shows them: the shadow with the outbox replayed on top.
CREATE TABLE page (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    page      TEXT    NOT NULL UNIQUE,
    scope     TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    status    TEXT    NOT NULL,
    title     TEXT    NOT NULL,
    until     TEXT,
    edited_at INTEGER NOT NULL,
    edited_by TEXT    NOT NULL,
    waiting   INTEGER NOT NULL DEFAULT 0,
    deleted   INTEGER NOT NULL DEFAULT 0,
    value     TEXT    NOT NULL
) STRICT;
CREATE INDEX page_recent ON page (deleted, edited_at DESC, kind, status);
CREATE INDEX page_of_kind ON page (deleted, kind, edited_at DESC, status);
CREATE INDEX page_of_status ON page (deleted, status, edited_at DESC, kind);
CREATE INDEX page_until ON page (until) WHERE until IS NOT NULL;

-- The text of each page as this device shows it.
CREATE TABLE body (
    page    TEXT NOT NULL PRIMARY KEY,
    version TEXT NOT NULL,
    value   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What the log has of each text: a snapshot, and the updates that came after it.
CREATE TABLE text_snapshot (
    page  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
CREATE TABLE text_update (
    id    INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    page  TEXT    NOT NULL,
    value BLOB    NOT NULL
) STRICT;
CREATE INDEX text_update_of_page ON text_update (page, id);

-- Operations that are not yet part of what was read of the log, in the order they were done.
CREATE TABLE outbox (
    pos      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    op       TEXT    NOT NULL UNIQUE,
    n        INTEGER UNIQUE,           -- given when first put in flight, never changed within an epoch
    accepted INTEGER,                  -- its place in the log, once the hub said so
    scope    TEXT    NOT NULL,
    entity   TEXT    NOT NULL,
    slot     TEXT    NOT NULL,         -- what it changes (a field's name, 'text', ...), for coalescing
    change   TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    since    TEXT,                     -- version of the text before the first edit in this operation
    skipped  INTEGER NOT NULL DEFAULT 0, -- it has no visible effect on top of what others did
    attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_of_entity ON outbox (entity, pos);

-- Files that must be at the hub before an operation may go.
CREATE TABLE outbox_file (
    op   TEXT NOT NULL,
    file TEXT NOT NULL,
    PRIMARY KEY (op, file)
) STRICT, WITHOUT ROWID;

-- Own operations that the log has: sent again where a restored hub lost them.
CREATE TABLE sent (
    n      INTEGER NOT NULL PRIMARY KEY,
    op     TEXT    NOT NULL UNIQUE,
    scope  TEXT    NOT NULL,
    entity TEXT    NOT NULL,
    slot   TEXT    NOT NULL,
    change TEXT    NOT NULL,
    at     INTEGER NOT NULL
) STRICT;

-- "Da risolvere".
CREATE TABLE conflict (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    op      TEXT,
    scope   TEXT    NOT NULL,
    page    TEXT    NOT NULL,
    title   TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    theirs  TEXT,
    yours   TEXT,
    change  TEXT,
    body    TEXT,
    settled INTEGER
) STRICT;
CREATE UNIQUE INDEX conflict_of_op ON conflict (op) WHERE op IS NOT NULL;
CREATE INDEX conflict_open ON conflict (page) WHERE settled IS NULL;

-- Versions of pages; edits of one person within ten minutes are one.
CREATE TABLE history (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    page      TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    started   INTEGER NOT NULL,
    by        TEXT    NOT NULL,
    what      TEXT    NOT NULL,
    published INTEGER NOT NULL DEFAULT 0,
    fields    TEXT    NOT NULL,
    version   TEXT    NOT NULL
) STRICT;
CREATE INDEX history_of_page ON history (page, id);

-- Pages that others changed since they were last opened here.
CREATE TABLE arrival (
    page TEXT    NOT NULL PRIMARY KEY,
    at   INTEGER NOT NULL,
    by   TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Files are chunks; a chunk is kept once, whatever files it belongs to.
CREATE TABLE file (
    file     TEXT    NOT NULL PRIMARY KEY,
    size     INTEGER NOT NULL,
    complete INTEGER NOT NULL DEFAULT 0, -- every chunk is here
    uploaded INTEGER NOT NULL DEFAULT 0,
    added    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE file_chunk (
    file TEXT    NOT NULL,
    pos  INTEGER NOT NULL,
    hash TEXT    NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (file, pos)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_chunk_by_hash ON file_chunk (hash);
CREATE TABLE chunk (
    id    INTEGER NOT NULL PRIMARY KEY,
    hash  TEXT    NOT NULL UNIQUE,
    value BLOB    NOT NULL
) STRICT;

-- Which files each visible page shows or offers.
CREATE TABLE page_file (
    page  TEXT NOT NULL,
    file  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (page, file)
) STRICT, WITHOUT ROWID;
CREATE INDEX page_file_by_file ON page_file (file);

-- Tries to reach the hub.
CREATE TABLE attempt (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    ms       INTEGER NOT NULL,
    up       INTEGER NOT NULL,
    down     INTEGER NOT NULL,
    ops_up   INTEGER NOT NULL,
    ops_down INTEGER NOT NULL,
    error    TEXT
) STRICT;

-- The words of visible pages; rowid is page.id. Accents do not matter in a search.
CREATE VIRTUAL TABLE words USING fts5 (
    title, summary, body,
    tokenize = 'unicode61 remove_diacritics 2',
    prefix = '2 3'
);
