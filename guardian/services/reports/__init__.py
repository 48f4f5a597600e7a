"""Receive reports through every channel, and talk with whoever made them."""
