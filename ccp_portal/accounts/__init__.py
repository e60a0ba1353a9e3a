"""A person's own account, whoever they are: signing in, the password and how it is reset, and where one is signed in."""
