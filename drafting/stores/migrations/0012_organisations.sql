-- Organisations stand apart from people in the lists. Without it, looking for the few went through all names each time
-- that somebody signed.
CREATE INDEX signatures_organisations ON signatures (declaration, edition, ledger_index)
  WHERE listed AND kind = 'organisation';
