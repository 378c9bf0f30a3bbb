"""What people read, composed from an effect: mails, calendars, minutes. Nothing here sends anything."""
