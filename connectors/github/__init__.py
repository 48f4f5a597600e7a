"""GitHub: our few calls, their words and ours, the port, what arrives, and the platform's side in `emulator`."""
