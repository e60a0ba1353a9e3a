"""A link with which a person chooses a password: mailed where there is a mail server, else shown once to who made it.

It is good once, for PASSWORD_RESET_TIMEOUT, and no more after the person has signed in. The page behind it is
`password_reset_confirm`.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _


def made_for(person: User, request: HttpRequest) -> str:
    """The whole address, for this person alone."""
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    path = reverse("password_reset_confirm", args=[uid, default_token_generator.make_token(person)])
    return request.build_absolute_uri(path)


def can_be_mailed(person: User) -> bool:
    return bool(settings.EMAIL_URL and person.email)


def mail(person: User, link: str) -> None:
    """OSError and smtplib's errors, which are its children, when the server does not take it."""
    context = {"person": person, "link": link, "company": settings.CCP_COMPANY}
    text = render_to_string("admin/people/password_link.txt", context)
    send_mail(_("Your account of the chat desk"), text, None, [person.email])
