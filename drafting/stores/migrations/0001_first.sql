-- $bytes, $serial and $clustered are the only words that differ between the databases; see migrating.py.
-- Times are microseconds since 1970 in UTC; JSON is text with sorted keys.

CREATE TABLE texts (
  id $serial,
  name TEXT NOT NULL UNIQUE,
  last BIGINT NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL DEFAULT 1,
  retired BOOLEAN NOT NULL DEFAULT FALSE
);

-- Client ids have 53 bits. The first account that writes under one keeps it.
CREATE TABLE owners (
  text BIGINT NOT NULL REFERENCES texts (id),
  client BIGINT NOT NULL,
  account TEXT NOT NULL,
  PRIMARY KEY (text, client)
) $clustered;

-- Clustered by text, because a text is read from beginning to end.
CREATE TABLE updates (
  text BIGINT NOT NULL REFERENCES texts (id),
  sequence BIGINT NOT NULL,
  at BIGINT NOT NULL,
  account TEXT NOT NULL,
  network TEXT NOT NULL,
  data $bytes NOT NULL,
  PRIMARY KEY (text, sequence)
) $clustered;

CREATE TABLE checkpoints (
  text BIGINT NOT NULL PRIMARY KEY REFERENCES texts (id),
  sequence BIGINT NOT NULL,
  state $bytes NOT NULL
);

-- The primary key is what keeps two nodes from both appending after the same entry.
CREATE TABLE ledger (
  stream TEXT NOT NULL,
  place BIGINT NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  actor TEXT NOT NULL,
  channel TEXT NOT NULL,
  PRIMARY KEY (stream, place)
);

CREATE TABLE contents (
  digest TEXT NOT NULL PRIMARY KEY,
  data $bytes NOT NULL
);

CREATE TABLE accounts (
  id TEXT NOT NULL PRIMARY KEY,
  found_by TEXT NOT NULL UNIQUE,
  address TEXT NOT NULL,
  name TEXT NOT NULL,
  locale TEXT NOT NULL
);

CREATE TABLE passes (
  id TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  secret $bytes NOT NULL UNIQUE,
  account TEXT NOT NULL,
  data TEXT NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  used BIGINT,
  seen BIGINT
);

CREATE INDEX passes_of_account ON passes (account, purpose);

CREATE INDEX passes_by_expiry ON passes (expires);

-- A letter leaves this table when it has been delivered; one that was given up stays for the operator to see.
CREATE TABLE letters (
  number $serial,
  id TEXT NOT NULL UNIQUE,
  at BIGINT NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  locale TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  due BIGINT,
  error TEXT NOT NULL DEFAULT ''
);

CREATE INDEX letters_due ON letters (due);

CREATE TABLE jobs (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  status TEXT NOT NULL,
  steps TEXT NOT NULL,
  created BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  error TEXT NOT NULL
);

CREATE INDEX jobs_by_kind ON jobs (kind, created);

CREATE INDEX jobs_by_status ON jobs (status, created);

CREATE TABLE remembered (
  account TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  at BIGINT NOT NULL,
  answer TEXT,
  body $bytes,
  PRIMARY KEY (account, key)
);

CREATE INDEX remembered_by_time ON remembered (at);
