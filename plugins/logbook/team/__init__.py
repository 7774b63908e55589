"""A team's day as it comes in: in chat and on a page."""
