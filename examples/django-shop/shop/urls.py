from django.urls import path

from shop import views

urlpatterns = [
    path("", views.home, name="home"),
    path("items/<slug:id>", views.item, name="item"),
    path("orders", views.orders, name="orders"),
    path("orders/<uuid:id>", views.order, name="order"),
    path("messages", views.messages, name="messages"),
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("chat-identity", views.chat_identity),
    path("webhooks/stoa", views.hear),
]
