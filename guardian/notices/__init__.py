"""What people are notified of: facts for one recipient become a text, through what may be disclosed, by an outbox."""
