"""Say whose an account is: link, dispute, unlink, merge and split people."""
