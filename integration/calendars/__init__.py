"""Events: as iCalendar and back, how they go out once and in order, who has answered."""
