"""The letter: sender, options, composing, notes, editing, and documents."""
