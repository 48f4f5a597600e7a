"""The command line: one module a command, loaded only when it is given. It shows and asks; services decide."""
