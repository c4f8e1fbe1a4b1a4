-- What is published, taken off the site or deleted goes before other work: found without reading all that waits.
CREATE INDEX outbox_of_state ON outbox (pos) WHERE slot = 'state';
