"""Message streaming: what is said in a chat, posted by SNS to those who subscribe."""
