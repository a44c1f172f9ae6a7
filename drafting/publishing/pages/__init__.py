"""What stands on the pages of an edition."""
