"""Tests of what touches the world: real servers, files, mailboxes."""
