"""Pages that need no account: home, signing in, public notices, accessibility."""
