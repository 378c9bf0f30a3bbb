"""Webhooks as they leave: signed as Standard Webhooks wants, and called without trusting the one who is called."""
