"""The letter: sender, options, composing, notes, editing, and the appeal."""
