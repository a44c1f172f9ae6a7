"""Live texts on the wire: sockets, what each may cost, and the process that survives them."""
