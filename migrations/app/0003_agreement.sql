-- An operation that the hub cannot take stands aside, and what comes after it goes on.
ALTER TABLE outbox ADD COLUMN parked TEXT;

-- What was applied of each scope's log: position, and the sum of the marks up to it (64 bits, wrapping, as
-- SQLite keeps integers). Compared with the hub's: where they differ, the stretch is found by halving.
CREATE TABLE applied (
    scope TEXT    NOT NULL,
    seq   INTEGER NOT NULL,
    sum   INTEGER NOT NULL,
    PRIMARY KEY (scope, seq)
) STRICT, WITHOUT ROWID;

-- Entries after this position are in `applied`; what was read before this schema is not.
ALTER TABLE scope ADD COLUMN summed_from INTEGER NOT NULL DEFAULT 0;
UPDATE scope SET summed_from = seq;

-- Entries of the log that this program was too old to read: their entities are read anew after an update.
CREATE TABLE later (
    scope  TEXT    NOT NULL,
    seq    INTEGER NOT NULL,
    entity TEXT    NOT NULL,
    PRIMARY KEY (scope, seq)
) STRICT, WITHOUT ROWID;

-- Entities whose part of the log is to be fetched and folded anew.
CREATE TABLE repair (
    scope  TEXT NOT NULL,
    entity TEXT NOT NULL,
    PRIMARY KEY (scope, entity)
) STRICT, WITHOUT ROWID;

