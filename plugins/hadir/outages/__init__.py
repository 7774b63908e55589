"""What followed an outage of the service: whom it excused, and `gangguan`."""
