"""What people fill in about reports: shape, never rules."""
