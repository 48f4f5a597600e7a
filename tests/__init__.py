"""The checks of the house: they mirror its rooms, and tell its stories over the emulated spaces."""
