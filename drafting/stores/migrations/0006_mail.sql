-- Letters that wait for others (rank), that belong to an update (about), that offer to leave (leaving), and of those that
-- were given up what became of them (fault) and what the server said, which may repeat the address, so it is sealed.

ALTER TABLE letters ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;

ALTER TABLE letters ADD COLUMN about TEXT NOT NULL DEFAULT '';

ALTER TABLE letters ADD COLUMN leaving TEXT;

ALTER TABLE letters ADD COLUMN fault TEXT NOT NULL DEFAULT '';

ALTER TABLE letters ADD COLUMN said TEXT;

ALTER TABLE letters DROP COLUMN error;

DROP INDEX letters_due;

CREATE INDEX letters_due ON letters (rank, due);

CREATE INDEX letters_about ON letters (about) WHERE about <> '';

CREATE INDEX signature_links_letter ON signature_links (letter);

-- country: ISO 3166-1, two letters. bounced: when the mailbox was refused for good.
ALTER TABLE signatures ADD COLUMN country TEXT NOT NULL DEFAULT '';

ALTER TABLE signatures ADD COLUMN bounced BIGINT;

CREATE INDEX signatures_bounced ON signatures (declaration, edition, bounced) WHERE bounced IS NOT NULL;

CREATE INDEX signatures_hearing ON signatures (declaration, edition, ledger_index) WHERE updates <> '';

-- How far an update has gone through the signatures, in the order of the ledger: place is the last one that was handed to
-- the outbox, until the last one that it is for.
CREATE TABLE mailings (
  id TEXT NOT NULL PRIMARY KEY,
  declaration TEXT NOT NULL,
  edition BIGINT NOT NULL,
  place BIGINT NOT NULL,
  until BIGINT NOT NULL,
  total BIGINT NOT NULL,
  handed BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  begun BIGINT NOT NULL,
  ended BIGINT
);

-- The geography that was told last, and at which place of the ledger.
CREATE TABLE geography (
  declaration TEXT NOT NULL,
  edition BIGINT NOT NULL,
  place BIGINT NOT NULL,
  told TEXT NOT NULL,
  PRIMARY KEY (declaration, edition)
) $clustered;
