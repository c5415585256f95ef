"""What `make up` and `make test` need on one machine; it is not part of the production image."""
