"""Pages for whoever was asked to a meeting: answers without a calendar or an account. A form publishes an event."""
