"""Bookings on the web: what is open to everybody, a worker's seats on a phone, and the officers' desk from the draft to the settlement."""
