"""What people can ask for on Discord, one module a feature, named as the use cases are.

Each only words a call of a use case and its answer: code names and clocks, never an identity, a report or evidence. How
a module declares its handlers: `command_set.CommandSet`.
"""
