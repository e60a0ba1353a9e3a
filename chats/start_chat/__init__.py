"""How a page of a customer gets a chat: POST /livechat, and the contract it shares with the Lambda of deploy/."""
