-- What was answered about the revocation of certificates, for judging the signatures of others: signed by its issuer,
-- public, and to be had again. One answer for each place; the oldest leave where there are too many.
CREATE TABLE fact (
    about   BLOB    NOT NULL,            -- whom it is about: a certificate, or all of an issuer
    url     TEXT    NOT NULL,            -- where it is from
    kind    TEXT    NOT NULL,
    issued  INTEGER NOT NULL,            -- ms: as of when it speaks
    fetched INTEGER NOT NULL,            -- ms
    bytes   BLOB    NOT NULL,
    PRIMARY KEY (about, url)
) STRICT;

CREATE INDEX fact_fetched ON fact (fetched);
