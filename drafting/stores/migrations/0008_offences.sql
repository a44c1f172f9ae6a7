-- What ended the program's workers, for other nodes and for after a restart.

CREATE TABLE offences (
  what TEXT NOT NULL,
  name TEXT NOT NULL,
  times BIGINT NOT NULL,
  at BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (what, name)
);
