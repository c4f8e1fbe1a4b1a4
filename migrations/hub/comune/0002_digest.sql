-- For each collection, the sum of the marks of its entries up to each (64 bits, wrapping): compared with
-- what a device applied. Filled in for older logs when the database is opened.
CREATE TABLE digest (
    collection TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    sum        INTEGER NOT NULL,
    PRIMARY KEY (collection, seq)
) STRICT, WITHOUT ROWID;

-- A device that found a difference asks for the entries of single entities.
CREATE INDEX log_by_entity ON log (entity, seq);
