"""What happens when the published document changes: reading it, comparing it with the contract, taking it over."""
