//! The html shell, the contexts, and what stands at each address.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::Router;

use crate::{
    browser::provide_live,
    shared::{
        session::{Session, Theme},
        text::in_raw_element,
    },
    ui::{
        dialog::{MessagesDialog, provide_messages_dialog},
        pages::{
            address::{Page, use_page},
            explore::ExplorePage,
            hosting::HostingPage,
            listing::ListingPage,
            listing_form::{EditListingPage, NewListingPage},
            messages::MessagesPage,
            not_found::NotFoundPage,
            settings::SettingsPage,
            sign_in::SignInPage,
            sign_up::SignUpPage,
        },
        parts::{ToastRegion, moment::provide_minute, toasts::provide_toasts},
        shell::{Frame, provide_me},
    },
};

/// Where this build's script, wasm and style sheet are, as full URLs with the hash of their content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    pub css: String,
    pub js: String,
    pub wasm: String,
}

/// The document around the app.
pub fn shell(options: LeptosOptions, assets: Assets) -> impl IntoView {
    let theme = use_context::<Session>().map(|session| session.theme).unwrap_or_default();
    let nonce = leptos::nonce::use_nonce();
    // Asks for both files at once. (A preload link for the wasm would be warned of in the console
    // wherever it is not used soon: a slow phone, scripts off.) Whoever leaves before they are there
    // has lost nothing: the page works as it is, and a network error is the browser's to report.
    let start = format!(
        "const wasm = fetch('{wasm}');\
         wasm.catch(() => {{}});\
         const load = async () => {{\
           const site = await import('{js}');\
           await site.default({{ module_or_path: wasm }});\
           return site;\
         }};\
         const site = await load().catch((error) => {{\
           if (!(error instanceof TypeError)) throw error;\
         }});\
         site?.hydrate();",
        js = assets.js,
        wasm = assets.wasm,
    );
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=(theme != Theme::Device).then(|| theme.as_str())>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content="light dark"/>
                <ThemeColor theme/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="manifest" href="/site.webmanifest"/>
                <link rel="stylesheet" href=assets.css/>
                <link rel="modulepreload" href=assets.js nonce=nonce.clone()/>
                <script type="module" nonce=nonce>{start}</script>
                <AutoReload options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The colour of the browser's own frame: that of the bar.
#[component]
fn ThemeColor(theme: Theme) -> impl IntoView {
    const LIGHT: &str = "#ffffff";
    const DARK: &str = "#1b1a17";
    // Written with the builder, since `view!` knows no `media` on `meta`.
    let meta = |colour| leptos::html::meta().name("theme-color").content(colour);
    match theme {
        Theme::Light => meta(LIGHT).into_any(),
        Theme::Dark => meta(DARK).into_any(),
        Theme::Device => (
            meta(LIGHT).attr("media", "(prefers-color-scheme: light)"),
            meta(DARK).attr("media", "(prefers-color-scheme: dark)"),
        )
            .into_any(),
    }
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // Written into the page by the server and read back on hydration: both sides start alike.
    let session = SharedValue::new(|| use_context::<Session>().unwrap_or_default()).into_inner();
    provide_context(session);
    provide_me();
    provide_minute();
    provide_toasts();
    let live = provide_live();
    provide_messages_dialog();
    // "(2) Messages · Stoa" while two messages are unread.
    let formatter = move |title: String| {
        let prefix = live.title_prefix();
        let title =
            if title.is_empty() { format!("{prefix}Stoa") } else { format!("{prefix}{title} · Stoa") };
        // The server's renderer writes it into the page as it is; the browser sets it as text.
        if is_server() { in_raw_element(&title) } else { title }
    };
    view! {
        <Title formatter/>
        <Router>
            <Pages/>
            <MessagesDialog/>
        </Router>
        <ToastRegion/>
    }
}

#[component]
fn Pages() -> impl IntoView {
    let page = use_page();
    let is_framed = Memo::new(move |_| page.get().is_framed());
    move || {
        if is_framed.get() {
            view! { <Frame>{move || show(page.get())}</Frame> }.into_any()
        } else {
            view! { {move || show(page.get())} }.into_any()
        }
    }
}

fn show(page: Page) -> AnyView {
    match page {
        Page::SignIn => view! { <SignInPage/> }.into_any(),
        Page::SignUp => view! { <SignUpPage/> }.into_any(),
        Page::Explore => view! { <ExplorePage/> }.into_any(),
        Page::NewListing => view! { <NewListingPage/> }.into_any(),
        Page::Listing(id) => view! { <ListingPage id/> }.into_any(),
        Page::EditListing(id) => view! { <EditListingPage id/> }.into_any(),
        Page::Messages => view! { <MessagesPage/> }.into_any(),
        Page::Hosting => view! { <HostingPage/> }.into_any(),
        Page::Settings => view! { <SettingsPage/> }.into_any(),
        Page::Unknown => view! { <NotFoundPage/> }.into_any(),
    }
}
