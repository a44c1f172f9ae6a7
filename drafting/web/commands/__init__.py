"""What the command line does. Each command is one function of the settings and its own arguments."""
