"""The sentences of the agents' reasons (chats.reasons), registered when the package is imported: before any of its modules."""

from chats.reasons import register_reasons

register_reasons(
    {
        # Why a contact ended for its agent (routing.agent_contact); cannot_speak is chats'.
        "agent_ended": "the agent ended it",
        "customer_left": "the customer left",
        "chat_ended": "the chat ended",
        "was_removed": "Amazon Connect took us out of the chat, because another agent or a bot joined",
        "ended_in_connect": "it was ended or transferred in Amazon Connect",
        "customer_silent": "the customer did not answer any more",
        "not_joined": "the chat could not be joined in time",
        "contact_ended": "it has ended",
        "handed_on_to_agent": "handed on to %(name)s",
        "handed_on_to_queue": "handed on to the queue %(name)s",
        "back_to_queue": "back to the queue: %(why)s",
        # A supervisor stepped in (routing.interventions): told to the agent who had the contact.
        "taken_over": "%(name)s took it over",
        "given_away": "%(name)s gave it to somebody else",
        "sent_to_queue": "%(name)s sent it to a queue",
        "ended_by": "%(name)s ended it",
        "because": "%(what)s: %(reason)s",  # with the supervisor's own words
        "supervisor_ended": "a supervisor ended it",
        "being_joined": "the chat is just being joined",
        "nobody": "nobody",
        # … and put the agent into a state, or signed them out (routing.forced_states).
        "state_forced": "%(name)s put you in this state",
        "signed_out_by": "%(name)s signed you out",
        "account_closes": "%(name)s closes your account after your last contact",
        # Why an offer was not taken.
        "declined": "declined",
        "colleague_took_it": "a colleague took it",
        "no_room": "no room: the routing profile allows %(n)s chats at once",
        "earlier_offer_not_answered": "another offer before it was not answered",
        "no_answer": "no answer within %(seconds)s s: %(cause)s",
        "desk_lost_connection": "the desk had lost its connection",
        "offer_not_shown": "no tab of the desk reported that it showed it",
        "offer_in_background": "every tab that showed it was in the background",
        "offer_left_in_background": "it was seen, then the tab went to the background",
        "offer_shown_all_the_time": "it was shown in an open tab all the time",
        "sender_took_it_back": "the sender took it back",
        "colleague_has_no_desk": "the colleague has no desk any more",
        # Why the server changed an agent's state, or calls a supervisor.
        "next_state": "enqueued as the next state",
        "offers_not_answered": "%(n)s offers in a row were not answered",
        "no_open_desk": "no open desk",
        "no_open_desk_for": "no open desk for %(seconds)s s",
        "may_not_sign_in": "%(name)s may not sign in any more",
        "agent_absent": "%(name)s: %(why)s",
        # What is so instead of what an agent asked for (routing.guards): the end of a refusal's sentence.
        "you_serve_it": "you are serving it, end it first",
        "handed_to_you": "a colleague serves it and hands it on to you, accept or decline it first",
        "colleague_has_it": "a colleague has it now",
        "went_back_to_queue": "it went back to the queue",
        "still_offered": "it is still offered to you, accept or decline it first",
        "time_is_over": "the time to answer is over, it goes back to the queue",
        "none": "none",
        "none_yet": "none yet",
        # Why words are not taken from a desk.
        "not_on_your_desk": "There is no such contact on your desk.",
        "ended_not_sent": "The contact has ended: this was not sent.",
        "accept_first": "Accept the contact before you write in it.",
    }
)
