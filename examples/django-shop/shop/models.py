"""The shop's users, items and orders, each of which tells the chat when it has changed, and what the chat has told."""

import uuid

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models, transaction

from shop import stoa


class Told(models.Model):
    """Something that the chat is told of: all of it, each time it has changed."""

    changed_at = models.DateTimeField(auto_now=True)
    kind: str

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        # That somebody has signed in is nothing that the chat knows of.
        if kwargs.get("update_fields") != ["last_login"]:
            transaction.on_commit(lambda: stoa.send(self.kind, self.state()))

    def state(self):
        return {"id": str(self.pk), "changed_at": self.changed_at.isoformat(), **self.facts()}


class User(Told, AbstractUser):
    kind = "user"

    def facts(self):
        return {"name": self.get_full_name()}

    def orders(self):
        """Those in which the user is guest or host, newest first."""
        mine = models.Q(guest=self) | models.Q(item__host=self)
        return Order.objects.filter(mine).select_related("item", "guest").order_by("-changed_at")


class Item(Told):
    kind = "listing"
    id = models.SlugField(primary_key=True)
    host = models.ForeignKey(User, models.PROTECT)
    title = models.CharField(max_length=80)
    price_minor = models.PositiveIntegerField()

    def facts(self):
        url = f"{settings.SHOP_URL}/items/{self.id}"
        return {"host": str(self.host_id), "kind": "item", "title": self.title, "price_minor": self.price_minor, "url": url}

    def price(self):
        return f"€{self.price_minor / 100:.2f}"


class Order(Told):
    kind = "order"
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    item = models.ForeignKey(Item, models.PROTECT)
    guest = models.ForeignKey(User, models.PROTECT)
    status = models.CharField(max_length=20, default="pending")
    by = models.CharField(max_length=5, default="guest")

    # Who may lead it from one status to which, and what the buttons say.
    STEPS = {
        "host": {
            "pending": {"accepted": "Accept", "declined": "Decline"},
            "accepted": {"completed": "Complete", "cancelled": "Cancel"},
        },
        "guest": {"pending": {"cancelled": "Cancel"}, "accepted": {"cancelled": "Cancel"}},
    }

    def facts(self):
        url = f"{settings.SHOP_URL}/orders/{self.id}"
        return {"listing": self.item_id, "guest": str(self.guest_id), "status": self.status, "by": self.by, "url": url}

    def part_of(self, user):
        return "guest" if user == self.guest else "host" if user.pk == self.item.host_id else None

    def steps(self, user):
        return self.STEPS.get(self.part_of(user), {}).get(self.status, {})

    def move(self, user, status):
        """Moves it on, if the user may; says whether."""
        with transaction.atomic():
            self.refresh_from_db()
            may = status in self.steps(user)
            if may:
                self.status, self.by = status, self.part_of(user)
                self.save()
        return may

    def heard(self):
        """What the chat has told of its conversation."""
        return Heard.objects.filter(item=self.item_id, guest=str(self.guest_id)).order_by("at")


class Heard(models.Model):
    """An event, once: the same one may come twice."""

    id = models.CharField(primary_key=True, max_length=100)
    type = models.CharField(max_length=50)
    at = models.CharField(max_length=40)
    item = models.CharField(max_length=128, null=True)
    guest = models.CharField(max_length=128, null=True)

    @classmethod
    def keep(cls, event):
        conversation = event["data"].get("conversation") or {}
        about = {
            "item": (conversation.get("listing") or {}).get("external_id"),
            "guest": (conversation.get("guest") or {}).get("external_id"),
        }
        cls.objects.get_or_create(id=event["id"], defaults={"type": event["type"], "at": event["timestamp"], **about})


def everything():
    """All that the chat is told of, what others name before those."""
    return [{"type": one.kind, **one.state()} for model in (User, Item, Order) for one in model.objects.all()]
