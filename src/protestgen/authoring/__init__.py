"""Starting a campaign, and adding entries to it."""
