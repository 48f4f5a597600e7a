"""Mail out over SMTP: plain texts to one address at a time. Nothing in a mail chooses whether it may be sent."""
