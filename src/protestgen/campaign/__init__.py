"""What a campaign knows: cases, directory, translations, layers of folders."""
