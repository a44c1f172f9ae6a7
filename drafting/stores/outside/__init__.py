"""What the server reads from others, and how it is kept from reaching its own neighbours."""
