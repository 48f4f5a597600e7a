"""The sandbox: emulated spaces, a seeded community, driven time, and the stories told in it.

For newcomers and end-to-end checks. No real space is ever reached from here, and nothing else imports it but the cli.
"""
