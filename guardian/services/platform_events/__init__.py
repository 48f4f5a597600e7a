"""Take in what the platforms tell of: changed accounts and webhook events."""
