"""The agents' side of Amazon Connect: queued contacts are offered, accepted, left and cleared, as in a CCP.

AWS has no public API for most of it: what an agent does is asked for by the control API, and clearly none of AWS's.
"""
