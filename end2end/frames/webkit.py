# The smallest browser on WebKitGTK, for WebKitWebDriver to drive. MiniBrowser has no window as narrow as a phone, and
# tells nobody of its console while it is driven.
import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2

folder = sys.argv[1]
data = WebKit2.WebsiteDataManager(base_data_directory=f"{folder}/data", base_cache_directory=f"{folder}/cache")
# As in Epiphany.
data.get_cookie_manager().set_accept_policy(WebKit2.CookieAcceptPolicy.NO_THIRD_PARTY)
data.set_itp_enabled(True)
settings = WebKit2.Settings(enable_write_console_messages_to_stdout=True)
if "--no-storage" in sys.argv:
    settings.set_enable_html5_local_storage(False)
    settings.set_enable_html5_database(False)
context = WebKit2.WebContext.new_with_website_data_manager(data)
context.set_automation_allowed(True)


def create_view(_session):
    window = Gtk.Window(default_width=1280, default_height=800)
    view = WebKit2.WebView(web_context=context, settings=settings, is_controlled_by_automation=True)
    window.add(view)
    view.connect("close", lambda _view: Gtk.main_quit())
    window.show_all()
    return view


def start(_context, session):
    info = WebKit2.ApplicationInfo()
    info.set_name("WebKitGTK")
    info.set_version(WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version())
    session.set_application_info(info)
    session.connect("create-web-view", create_view)


context.connect("automation-started", start)
Gtk.main()
