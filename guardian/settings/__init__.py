"""What one installation is told: its file read into frozen values, every fault named at once. Policy is read elsewhere."""
