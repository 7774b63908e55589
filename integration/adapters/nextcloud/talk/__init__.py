"""Talk as a chat platform."""
