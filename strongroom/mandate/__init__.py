"""Who may do what: the one question that every door asks (design rule 1)."""
