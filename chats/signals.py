"""The only signals of the code: what a conversation tells whoever stands above it, without knowing who that is."""

from django.dispatch import Signal

contact_waits = Signal()  # contact: a Contact that has just become WAITING, at: when; sent inside the transaction
contact_ended = Signal()  # contact: a Contact that has just become ENDED; sent inside the transaction
end_explained = Signal()  # contact: an ENDED Contact, before: the reason it had until a better one became known
customer_named = Signal()  # conversation: whose customer's name has just become known; sent inside the transaction
