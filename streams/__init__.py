"""The river: how events arrive, in which form and in which order.

This room knows topics, the wire format and the two engines that drive the rules. It asks for storage through
the port in `office`, and knows nothing of databases or mail.
"""
