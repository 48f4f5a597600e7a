"""The platforms' side of the wire: a server on loopback for each space.

Nothing here knows Guardian or a connector: one misreading must not stand on both sides of the wire.
"""
