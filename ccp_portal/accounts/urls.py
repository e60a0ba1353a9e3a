"""Below /account/, under the names that Django and its apps know."""

from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.decorators.cache import never_cache

from . import views

urlpatterns = [
    path("password/", never_cache(views.PasswordChangeView.as_view()), name="password_change"),
    path("password/changed/", login_required(views.password_change_done), name="password_change_done"),
    path("devices/", never_cache(views.devices), name="devices"),
    path("reset/", views.PasswordResetView.as_view(), name="password_reset"),
    path("reset/asked/", views.password_reset_done, name="password_reset_done"),
    path("reset/<uidb64>/<token>/", views.PasswordResetConfirmView.as_view(), name="password_reset_confirm"),
    path("reset/done/", views.password_reset_complete, name="password_reset_complete"),
]
