"""Letters: kept, carried one by one or several at a time, and no faster than allowed."""
