-- roll: the list on which a signature came in, so that all of a list can be found, to be counted together and taken back.
ALTER TABLE signatures ADD COLUMN roll TEXT;

UPDATE signatures SET roll = (
  SELECT rolls.id FROM rolls
  WHERE rolls.declaration = signatures.declaration AND signatures.details LIKE '%"roll":"' || rolls.id || '"%'
) WHERE source IN ('paper', 'list');

CREATE INDEX signatures_of_roll ON signatures (roll, number) WHERE roll IS NOT NULL;
