"""Services that are brought: places, bookings, volunteers, contests - a room each, with its pages for everybody, for workers and for officers."""
