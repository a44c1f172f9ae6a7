"""What things cost, measured on the machine at hand. `make bench` prints it; nothing here passes or fails."""
