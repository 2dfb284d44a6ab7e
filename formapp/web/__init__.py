"""How people reach it: submissions, ticket pages, health, and the headers and errors of every answer."""
