"""Measurements of the running service against emulated spaces, as ratios within one run. Nothing here is a promise."""
