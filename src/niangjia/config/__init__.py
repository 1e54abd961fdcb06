"""Settings, addresses, WSGI: knows everyone, known by no one but the command line."""
