-- The control database of the Centro servizi: comuni, people's devices, staff.
-- Secrets are never stored: codes and tokens as hashes, passwords as Argon2id.

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE comune (
    id   TEXT PRIMARY KEY,          -- ISTAT code
    name TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE       -- its part of the public addresses
) STRICT;

CREATE TABLE account (
    user     TEXT PRIMARY KEY,
    password TEXT NOT NULL,         -- PHC string, Argon2id
    role     TEXT NOT NULL,
    created  INTEGER NOT NULL       -- ms
) STRICT;

CREATE TABLE session (
    token   BLOB PRIMARY KEY,       -- BLAKE3 of the token
    user    TEXT NOT NULL REFERENCES account (user),
    expires INTEGER NOT NULL        -- ms
) STRICT;

CREATE TABLE device (
    id         TEXT PRIMARY KEY,
    public_key BLOB NOT NULL,       -- Ed25519
    name       TEXT NOT NULL,
    person     TEXT NOT NULL,
    role       TEXT NOT NULL,
    comune     TEXT NOT NULL REFERENCES comune (id),
    enrolled   INTEGER NOT NULL,    -- ms
    seen       INTEGER,             -- ms
    expires    INTEGER NOT NULL,    -- ms
    revoked    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE code (
    hash    BLOB PRIMARY KEY,       -- Argon2id with the hub's salt: a code has only 40 bits
    comune  TEXT NOT NULL REFERENCES comune (id),
    person  TEXT NOT NULL,
    role    TEXT NOT NULL,
    expires INTEGER NOT NULL,       -- ms
    device  TEXT REFERENCES device (id)
) STRICT;
