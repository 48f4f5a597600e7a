"""Receive what the platforms report: changed accounts and webhook events."""
