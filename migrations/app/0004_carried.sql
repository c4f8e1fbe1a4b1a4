-- Bundles that were written here for a USB stick, the newest few. What was in them is still in the outbox.
CREATE TABLE carried (
    id       TEXT    NOT NULL PRIMARY KEY,
    at       INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    ops      INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    answered INTEGER
) STRICT, WITHOUT ROWID;
