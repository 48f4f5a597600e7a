"""Discord's own side of the wire: REST, gateway and people, over one state and one history.

Nothing here knows Guardian or its Discord client: one misreading must not stand on both sides of the wire.
"""
