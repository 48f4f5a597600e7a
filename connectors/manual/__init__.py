"""The room of spaces without a connector: people do there what is asked, and it counts once they say so."""
