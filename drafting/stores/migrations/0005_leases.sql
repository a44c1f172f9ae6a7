-- Of several nodes one makes the files of an edition, for as long as it says again and again that it lives.

ALTER TABLE jobs ADD COLUMN holder TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN held_until BIGINT NOT NULL DEFAULT 0;
