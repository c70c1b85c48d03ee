"""The log of a campaign: what was done and what came back, and figures of it."""
