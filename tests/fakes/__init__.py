"""Stand-ins for our own ports. Each passes the contract suite of the port that it stands for."""
