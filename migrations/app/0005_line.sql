-- The log of the line. A run of tries that ended alike is one row: a night without a line is one.
ALTER TABLE attempt ADD COLUMN until INTEGER NOT NULL DEFAULT 0;  -- the last of the run
ALTER TABLE attempt ADD COLUMN times INTEGER NOT NULL DEFAULT 1;
ALTER TABLE attempt ADD COLUMN carried TEXT NOT NULL DEFAULT 'operations';
ALTER TABLE attempt ADD COLUMN rtt INTEGER;                       -- of the line as it was then, in ms
ALTER TABLE attempt ADD COLUMN goodput INTEGER;                   -- the same, in bytes per second
UPDATE attempt SET until = at, error = replace(error, ' ', '_');

-- Bytes carried in a calendar month of Rome, both ways.
CREATE TABLE traffic (
    month TEXT    NOT NULL PRIMARY KEY,  -- '2026-11'
    up    INTEGER NOT NULL,
    down  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How much of a file the hub is known to have while it goes up.
ALTER TABLE file ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
