"""Mail out by SMTP, and the local mailbox that receives it on one machine."""
