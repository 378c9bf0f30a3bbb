"""Whether Quorate does its work, told to whoever watches: health, metrics, and a watchdog over each process."""
