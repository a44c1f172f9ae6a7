-- Names typed in from paper or sent as a list, until two networks vouch for them; the file itself lies sealed, and goes
-- when it is counted or dropped.

CREATE TABLE rolls (
  id TEXT NOT NULL PRIMARY KEY,
  declaration TEXT NOT NULL,
  edition BIGINT NOT NULL,
  state TEXT NOT NULL,
  name TEXT NOT NULL,
  account TEXT NOT NULL,
  created BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  salt $bytes NOT NULL,
  reading TEXT NOT NULL,
  digest TEXT NOT NULL,
  total BIGINT NOT NULL,
  done BIGINT NOT NULL,
  report TEXT NOT NULL,
  counted TEXT NOT NULL,
  reason TEXT NOT NULL,
  due BIGINT NOT NULL,
  turn BIGINT NOT NULL
);

CREATE INDEX rolls_of_edition ON rolls (declaration, edition, created);

CREATE INDEX rolls_by_state ON rolls (state, created);

CREATE TABLE roll_files (
  roll TEXT NOT NULL PRIMARY KEY,
  data TEXT NOT NULL
);

ALTER TABLE signature_counts ADD COLUMN people_on_paper BIGINT NOT NULL DEFAULT 0;

ALTER TABLE signature_counts ADD COLUMN organisations_on_paper BIGINT NOT NULL DEFAULT 0;
