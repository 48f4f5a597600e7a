"""A mail server on loopback, as people and the group have one: SMTP in, mailboxes, IMAP, and bounces.

It knows nothing of the service, and it is no kinder to it than real ones are.
"""
