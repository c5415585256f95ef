"""Mail that comes in: read within bounds, told apart, and never trusted; none of it touches the database."""
