"""From entries of the ledger to a declaration."""
