-- An operation that was put in flight once is what it is for ever, also after its number was taken back: the
-- hub may have it. What is edited afterwards becomes an operation of its own.
ALTER TABLE outbox ADD COLUMN flown INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET flown = 1 WHERE n IS NOT NULL OR attempts > 0;
