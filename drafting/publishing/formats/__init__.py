"""What an edition comes out as beside pages and print: for book readers, word processors, programs."""
