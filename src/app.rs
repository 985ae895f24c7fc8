//! The html shell, the contexts, and what stands at each address.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{components::Router, location::RequestUrl};

use crate::{
    browser::provide_live,
    shared::{
        page::session::{PageSession, Theme},
        values::text::in_raw_element,
    },
    ui::{
        chunks::{
            registry::{self, Chunk},
            split_points::SPLIT_POINTS,
        },
        components::{ToastRegion, time::relative_time::provide_minute, toasts::provide_toasts},
        dialog::{MessagesDialog, handle::provide_messages_dialog},
        navigation::provide_path,
        pages::messages::MessagesPage,
        route::Page,
        shell::{Frame, provide_me},
    },
};

/// Where this build's files are, as full URLs with the hash of their content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// Names this build of the site.
    pub version: String,
    pub css: String,
    /// The styles that come with chunks.
    pub chunk_css: String,
    pub js: String,
    /// The script that loads chunks; `js` imports it.
    pub loader: String,
    pub wasm: String,
    /// The files of each chunk.
    pub chunks: Vec<(Chunk, Vec<String>)>,
}

impl Assets {
    /// Every file of the build, each once.
    pub fn all(&self) -> Vec<String> {
        let chunks = self.chunks.iter().flat_map(|(_, files)| files);
        let files: BTreeSet<_> = [&self.css, &self.chunk_css, &self.js, &self.loader, &self.wasm]
            .into_iter()
            .chain(chunks)
            .collect();
        files.into_iter().cloned().collect()
    }

    /// The files of these chunks, each once, as a list for the script.
    fn list(&self, is_wanted: impl Fn(Chunk) -> bool) -> String {
        let wanted = self.chunks.iter().filter(|(chunk, _)| is_wanted(*chunk));
        let files: BTreeSet<_> = wanted.flat_map(|(_, files)| files).collect();
        files.into_iter().map(|file| format!("'{file}',")).collect()
    }
}

/// How the browser comes to the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It takes up what the server has drawn.
    Hydrate,
    /// It draws everything itself, from what it has kept: the page that opens without a network.
    Mount,
}

/// The document around the app.
pub fn shell(options: LeptosOptions, assets: Assets, how: Start) -> impl IntoView {
    let theme = use_context::<PageSession>().map(|session| session.theme).unwrap_or_default();
    let nonce = leptos::nonce::use_nonce();
    let url = use_context::<RequestUrl>().and_then(|url| url.parse().ok()).unwrap_or_default();
    let start = start_script(&assets, url.path(), how);
    let is_later = Chunk::at(url.path()).is_none();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-site=assets.version.clone() data-theme=(theme != Theme::Device).then(|| theme.as_str())>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content="light dark"/>
                <ThemeColor theme/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="manifest" href="/site.webmanifest"/>
                <link rel="stylesheet" href=assets.css/>
                <link rel=if is_later { "prefetch" } else { "stylesheet" } href=assets.chunk_css data-later=is_later/>
                <link rel="modulepreload" href=assets.js nonce=nonce.clone()/>
                <link rel="modulepreload" href=assets.loader nonce=nonce.clone()/>
                <script type="module" nonce=nonce>{start}</script>
                <AutoReload options/>
                <MetaTags/>
            </head>
            <body>{(how == Start::Hydrate).then(App)}</body>
        </html>
    }
}

/// Asks for all files at once, and for those of other pages when the browser has nothing else to do.
/// (A preload link for wasm would be warned of in the console wherever it is not used soon: a slow
/// phone, scripts off.) Chunks are only brought near here; the loader finds them in the cache. Whoever
/// leaves before they are there has lost nothing: the page works as it is, and a network error is the
/// browser's to report.
pub fn start_script(assets: &Assets, path: &str, how: Start) -> String {
    let start = match how {
        Start::Hydrate => "hydrate",
        Start::Mount => "mount",
    };
    let needed = Chunk::at(path);
    format!(
        "const wasm = fetch('{wasm}');\
         wasm.catch(() => {{}});\
         const get = (files, priority) => Promise.all(files.map(async (file) => {{\
           const answer = await fetch(file, {{ priority }});\
           if (!answer.ok) throw new TypeError(file);\
           await answer.arrayBuffer();\
         }}));\
         get([{needed}], 'high').catch(() => {{}});\
         const load = async () => {{\
           const site = await import('{js}');\
           await site.default({{ module_or_path: wasm }});\
           return site;\
         }};\
         const site = await load().catch((error) => {{\
           if (!(error instanceof TypeError)) throw error;\
         }});\
         if (await site?.{start}()) {{\
           document.documentElement.dataset.interactive = '';\
           const rest = () => get([{rest}], 'low').then(site.load_rest).catch(() => {{}});\
           (window.requestIdleCallback ?? setTimeout)(rest);\
         }}",
        js = assets.js,
        wasm = assets.wasm,
        needed = assets.list(|chunk| Some(chunk) == needed),
        rest = assets.list(|chunk| Some(chunk) != needed && Chunk::PREFETCHED.contains(&chunk)),
    )
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
    registry::install(&SPLIT_POINTS);
    provide_meta_context();
    // Written into the page by the server and read back on hydration: both sides start alike.
    let session = SharedValue::new(|| use_context::<PageSession>().unwrap_or_default()).into_inner();
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
    let path = provide_path();
    let page = Memo::new(move |_| path.with(|path| Page::at(path)));
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
        Page::Messages => view! { <MessagesPage/> }.into_any(),
        other => registry::page(other),
    }
}
