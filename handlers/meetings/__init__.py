"""What all kinds of meeting share: falling due, seats, invitations, minutes. Each kind's own rules stand above."""
