"""An AWS on this machine: accounts with support plans, their cases, and what people at AWS would write."""
