-- Time stamps that a comune had in a calendar month of Rome: they cost money.
CREATE TABLE stamp (
    comune TEXT    NOT NULL REFERENCES comune (id),
    month  TEXT    NOT NULL,        -- '2026-11'
    had    INTEGER NOT NULL,
    PRIMARY KEY (comune, month)
) STRICT, WITHOUT ROWID;
