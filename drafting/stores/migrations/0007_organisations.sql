-- domain: that which an organisation proves to be its own, or has proven.
ALTER TABLE signatures ADD COLUMN domain TEXT NOT NULL DEFAULT '';

CREATE INDEX signatures_proving ON signatures (changed) WHERE state = 'pending' AND domain <> '';

-- Logos of organisations as they were drawn anew, PNG.
CREATE TABLE signature_logos (
  signature TEXT NOT NULL PRIMARY KEY,
  data $bytes NOT NULL
) $clustered;
