"""Matters that are begun elsewhere than by a signed-in worker for themselves: by anybody, by a union, by somebody who helps a worker."""
