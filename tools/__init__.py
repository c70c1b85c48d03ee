"""Tools for those who maintain the data of protestgen."""
