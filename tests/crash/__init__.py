"""Crash trials: the service is killed again and again under faults, and the spaces are judged afterwards."""
