"""What leaves the house: rows of the outbox, brought to chats, storage, mail and the worker's own tasks."""
