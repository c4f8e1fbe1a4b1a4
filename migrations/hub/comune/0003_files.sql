-- When a device last offered or asked for a file, in ms; 0 where that is not known. What no record refers to
-- may be removed a while after.
ALTER TABLE file ADD COLUMN touched INTEGER NOT NULL DEFAULT 0;
-- Every file that any entry of the log ever referred to: restoring an old version needs it. The counter
-- 'marked' is the last position of the log that was looked at for this.
CREATE TABLE file_ref (
    file TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
