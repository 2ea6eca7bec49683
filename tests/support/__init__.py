"""Media made for the tests, and the programs that judge what we write."""
