"""Tests of pure policy: tables with their sources, every pair of a state machine, properties where they are natural."""
