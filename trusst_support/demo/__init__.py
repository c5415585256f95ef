"""A demonstration: people, agreements and a few weeks of tickets, played through the portal's own actions."""
