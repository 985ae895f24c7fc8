from django.conf import settings
from django.core.management import BaseCommand, call_command

from shop import stoa
from shop.models import Item, User, everything


class Command(BaseCommand):
    help = "Makes the database, with something in it, sends everything to the chat, and opens the shop"

    def handle(self, **options):
        call_command("migrate", verbosity=0)
        if not User.objects.exists():
            fill()
        stoa.send_all(everything())
        call_command("runserver", f"127.0.0.1:{settings.PORT}", use_reloader=False)


def fill():
    User(username="lena", first_name="Lena", last_name="Berg").save()
    User(username="omar", first_name="Omar", last_name="Nasser").save()
    host = User(username="oak-and-ash", first_name="Oak & Ash")
    host.save()
    Item(id="oak-table", host=host, title="Oak table", price_minor=42_000).save()
    Item(id="two-chairs", host=host, title="Two chairs", price_minor=12_500).save()
