"""Design: what all portals share — the policy of a page, its frame, its pieces, its words for codes."""
