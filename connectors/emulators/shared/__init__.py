"""The platform's side of the wire: what the three emulators share (server, faults, history).

Nothing here knows Guardian or a client: one misreading must not stand on both sides of the wire.
"""
