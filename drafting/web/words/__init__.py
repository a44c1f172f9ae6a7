"""What the interface says of things that the domain names by codes."""
