-- Own operations that the log has: sent again where a restored hub lost them. Which it lost, the identities say: two
-- copies of a workspace give the same numbers to different operations.
ALTER TABLE sent RENAME TO sent_by_number;
CREATE TABLE sent (
    op     TEXT    NOT NULL PRIMARY KEY,
    n      INTEGER,                        -- its number in the device's sequence, where this copy gave it
    seq    INTEGER NOT NULL,               -- its place in the log
    epoch  INTEGER NOT NULL,               -- of that log
    scope  TEXT    NOT NULL,
    entity TEXT    NOT NULL,
    slot   TEXT    NOT NULL,
    change TEXT    NOT NULL,
    at     INTEGER NOT NULL
) STRICT;
INSERT INTO sent (op, n, seq, epoch, scope, entity, slot, change, at)
    SELECT op, n, n, coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'sync.epoch'), 0),
        scope, entity, slot, change, at
    FROM sent_by_number;
DROP TABLE sent_by_number;
