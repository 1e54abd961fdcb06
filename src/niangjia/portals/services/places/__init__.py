"""Places on the web: the public register and the nearest one, and the officers' register with its steps, measures and exchanges."""
