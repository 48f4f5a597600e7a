"""The configuration of one installation: its file as frozen values, every fault named at once. Policy is read elsewhere."""
