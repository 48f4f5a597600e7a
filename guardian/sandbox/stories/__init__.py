"""The stories: one module each, telling a whole journey over the emulated spaces in the words of the community.

A story acts as people do and checks what the spaces hold. It never looks into Guardian's tables.
"""
