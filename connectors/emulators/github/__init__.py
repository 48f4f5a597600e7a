"""One GitHub organisation on loopback: state, rules, answers, and the people who use it.

Nothing here imports Guardian or this connector's client: one misreading must not stand on both sides of the wire.
"""
