-- Names under editions. What somebody said of themselves is emptied when they ask for it; the row's id, state and place
-- in the ledger stay, so that the ledger's entries keep what they refer to.

CREATE TABLE signatures (
  number $serial,
  id TEXT NOT NULL UNIQUE,
  declaration TEXT NOT NULL,
  edition BIGINT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  found_by TEXT NOT NULL,
  address TEXT NOT NULL,
  name TEXT NOT NULL,
  affiliation TEXT NOT NULL,
  role TEXT NOT NULL,
  place TEXT NOT NULL,
  shown TEXT NOT NULL,
  locale TEXT NOT NULL,
  publish TEXT NOT NULL,
  updates TEXT NOT NULL,
  source TEXT NOT NULL,
  salt $bytes NOT NULL,
  commitment TEXT NOT NULL,
  second_address TEXT NOT NULL,
  requested BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  contact_confirmed BIGINT,
  second_confirmed BIGINT,
  confirmed BIGINT,
  changed BIGINT,
  reminded BIGINT,
  ledger_index BIGINT,
  turn BIGINT NOT NULL,
  prefix TEXT NOT NULL,
  reason TEXT NOT NULL,
  details TEXT NOT NULL,
  listed BOOLEAN NOT NULL
);

-- One confirmed address, one signature: of any number of confirmations at once the database lets one through.
CREATE UNIQUE INDEX signatures_one_an_address ON signatures (declaration, edition, found_by)
  WHERE state IN ('confirmed', 'quarantined', 'invalidated') AND found_by <> '';

CREATE INDEX signatures_by_address ON signatures (found_by);

CREATE INDEX signatures_listed ON signatures (declaration, edition, ledger_index) WHERE listed;

CREATE INDEX signatures_pending ON signatures (requested) WHERE state = 'pending';

-- Links of letters, by the SHA-256 of their secret. letter: the outbox's id, so that erasing reaches what still waits.
CREATE TABLE signature_links (
  secret $bytes NOT NULL PRIMARY KEY,
  signature TEXT NOT NULL,
  role TEXT NOT NULL,
  letter TEXT NOT NULL,
  at BIGINT NOT NULL
) $clustered;

CREATE INDEX signature_links_of ON signature_links (signature);

CREATE TABLE signature_counts (
  declaration TEXT NOT NULL,
  edition BIGINT NOT NULL,
  people BIGINT NOT NULL,
  organisations BIGINT NOT NULL,
  PRIMARY KEY (declaration, edition)
) $clustered;
