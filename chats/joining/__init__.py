"""How our participant comes into a chat: by a hand-over of the flow, or with an agent's own token."""
