"""The admin's site: our name and look around Django's admin, one page to sign in, and a start page that says what is missing."""
