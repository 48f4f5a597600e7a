"""The command without its start: a process that has loaded everything is forked for each command that a test gives."""
