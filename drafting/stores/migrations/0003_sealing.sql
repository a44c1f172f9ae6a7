-- Addresses, letters and passes hold sealed words from here on; see sealing.py, which seals the rows of before.

CREATE TABLE sealing (
  key TEXT NOT NULL PRIMARY KEY,
  proof TEXT NOT NULL
);
