"""The command line: one module a command, loaded only when it is given. It shows and asks; every decision is the desk's."""
