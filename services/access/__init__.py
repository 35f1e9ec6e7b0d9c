"""Who may do what: roles granted on places, passed on by one-time links, and the journal of it."""
