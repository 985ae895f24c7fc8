from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shop import stoa
from shop.models import Heard, Item, Order, User


def everywhere(request):
    """What all pages need."""
    return {"stoa_url": settings.STOA_URL, "users": User.objects.order_by("pk")}


def home(request):
    return render(request, "home.html", {"items": Item.objects.all()})


def item(request, id):
    item = get_object_or_404(Item, pk=id)
    if request.method == "POST":
        if not request.user.is_authenticated or request.user == item.host:
            raise Http404
        return redirect("order", Order.objects.create(item=item, guest=request.user).pk)
    return render(request, "item.html", {"item": item})


@login_required(login_url="home")
def orders(request):
    return render(request, "orders.html", {"orders": request.user.orders()})


@login_required(login_url="home")
def order(request, id):
    order = get_object_or_404(request.user.orders(), pk=id)
    if request.method == "POST":
        if not order.move(request.user, request.POST.get("status")):
            raise Http404
        return redirect("order", id)
    return render(request, "order.html", {"order": order, "steps": order.steps(request.user)})


@login_required(login_url="home")
def messages(request):
    return render(request, "messages.html")


@require_POST
def sign_in(request):
    # A real one asks for a password.
    login(request, get_object_or_404(User, username=request.POST.get("user")))
    return redirect("home")


@require_POST
def sign_out(request):
    logout(request)
    return redirect("home")


@never_cache
def chat_identity(request):
    """All that the elements need of the shop: who is this?"""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    return HttpResponse(stoa.identity(request.user), content_type="text/plain")


@csrf_exempt
@require_POST
def hear(request):
    event = stoa.verified(request)
    if not event:
        return HttpResponse(status=401)
    Heard.keep(event)
    return HttpResponse(status=204)
