-- What this device had of the log when the hub came back from a backup, until the hub has it again.
CREATE TABLE held (
    page      TEXT    NOT NULL PRIMARY KEY,
    scope     TEXT    NOT NULL,
    value     TEXT    NOT NULL,
    text_from INTEGER NOT NULL             -- updates of the text up to this one are from before
) STRICT, WITHOUT ROWID;

-- The last place that the outbox had given when the row was made: what was typed later is another disagreement.
ALTER TABLE conflict ADD COLUMN upto INTEGER NOT NULL DEFAULT 0;
