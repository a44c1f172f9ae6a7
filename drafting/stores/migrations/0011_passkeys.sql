-- What the ledger does not say of passkeys: how their owners call them, and how often their devices say they were used.

CREATE TABLE passkeys (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  counter BIGINT NOT NULL
);

CREATE INDEX passkeys_of_account ON passkeys (account);
