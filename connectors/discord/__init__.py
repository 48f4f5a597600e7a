"""The room that speaks to Discord: client, translation, the port, intake, panels, and the emulated platform.

Nothing here judges, and nothing here talks to another connector.
"""
