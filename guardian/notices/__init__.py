"""What people are told: facts and one resolved recipient become a text, through what may be disclosed, by an outbox."""
