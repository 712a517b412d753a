"""Sample matters written from our own texts: the supply dispute and a second client's inquiry."""
