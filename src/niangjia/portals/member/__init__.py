"""The worker's own page: what was decided and why, how to object, who looked."""
