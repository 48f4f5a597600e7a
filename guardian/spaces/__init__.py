"""The ports to the places where people meet: what a space is asked, and what it may answer."""
