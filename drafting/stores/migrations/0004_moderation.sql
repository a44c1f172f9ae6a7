-- What changed last in each state, for those who look after the list.

CREATE INDEX signatures_by_change ON signatures (declaration, edition, state, changed);
