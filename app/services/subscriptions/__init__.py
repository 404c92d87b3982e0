"""Topic-based subscriptions: what became true is found in the outbox, numbered, and told until it is taken.

docs/subscriptions.md
"""
