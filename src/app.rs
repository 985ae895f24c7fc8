//! The application: the HTML document with its start script, and the root component that provides contexts
//! and shows the page of the current URL.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{components::Router, location::RequestUrl};

use crate::{
    browser::provide_live,
    shared::{
        page::session::{PageSession, Theme},
        values::text::escape_raw_element,
    },
    ui::{
        chunks::{
            registry::{self, Chunk},
            split_points::SPLIT_POINTS,
        },
        components::{
            ToastRegion, reactive_view, time::minute_tick::provide_minute_tick, toasts::provide_toasts,
        },
        dialog::{MessagesDialog, handle::provide_messages_dialog},
        navigation::provide_path,
        pages::messages::MessagesPage,
        route::Page,
        shell::{AppFrame, provide_viewer_person},
    },
};

/// The URLs of this build's static assets, each with its content hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// Identifies this build of the site.
    pub version: String,
    pub css: String,
    /// The style sheet of code chunks.
    pub chunk_css: String,
    pub js: String,
    /// The script that loads chunks; `js` imports it.
    pub loader: String,
    pub wasm: String,
    /// The files of each chunk.
    pub chunks: Vec<(Chunk, Vec<String>)>,
}

impl Assets {
    /// Every file of the build, without duplicates.
    pub fn all(&self) -> Vec<String> {
        let chunks = self.chunks.iter().flat_map(|(_, files)| files);
        let files: BTreeSet<_> = [&self.css, &self.chunk_css, &self.js, &self.loader, &self.wasm]
            .into_iter()
            .chain(chunks)
            .collect();
        files.into_iter().cloned().collect()
    }

    /// The files of the wanted chunks, without duplicates, as elements of a JavaScript array.
    fn js_list(&self, is_wanted: impl Fn(Chunk) -> bool) -> String {
        let wanted = self.chunks.iter().filter(|(chunk, _)| is_wanted(*chunk));
        let files: BTreeSet<_> = wanted.flat_map(|(_, files)| files).collect();
        files.into_iter().map(|file| format!("'{file}',")).collect()
    }
}

/// How the browser starts the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Hydrates the page that the server rendered.
    Hydrate,
    /// Renders everything itself from the data stored in the browser: the offline page.
    Mount,
}

/// What search engines show below the title.
const DESCRIPTION: &str = "Stays, things and services, and the conversations about them: ask the host, book, and follow your order in one place.";

/// The HTML document around the app.
pub fn shell(options: LeptosOptions, assets: Assets, start: Start) -> impl IntoView {
    let theme = use_context::<PageSession>().map(|session| session.theme).unwrap_or_default();
    let nonce = leptos::nonce::use_nonce();
    let url = use_context::<RequestUrl>().and_then(|url| url.parse().ok()).unwrap_or_default();
    let mut script = start_script(&assets, url.path(), start);
    let has_viewer = use_context::<PageSession>().is_some_and(|session| session.viewer.is_some());
    if start == Start::Hydrate && !has_viewer {
        script += FORGET_COVERS;
    }
    let is_later = Chunk::for_path(url.path()).is_none();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-site=assets.version.clone() data-theme=(theme != Theme::Device).then(|| theme.as_str())>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                // The page of a listing has its own.
                {(!matches!(Page::from_path(url.path()), Page::Listing(Some(_))))
                    .then(|| view! { <meta name="description" content=DESCRIPTION/> })}
                <ThemeColor theme/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                // Apple's browsers take no SVG.
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="manifest" href="/site.webmanifest"/>
                <link rel="stylesheet" href=assets.css/>
                <link rel=if is_later { "prefetch" } else { "stylesheet" } href=assets.chunk_css data-later=is_later/>
                <link rel="modulepreload" href=assets.js nonce=nonce.clone()/>
                <link rel="modulepreload" href=assets.loader nonce=nonce.clone()/>
                <script type="module" nonce=nonce>{script}</script>
                <AutoReload options/>
                <MetaTags/>
            </head>
            <body>{(start == Start::Hydrate).then(App)}</body>
        </html>
    }
}

/// Deletes the covers that the service worker has kept for whoever was signed in before.
const FORGET_COVERS: &str = "window.caches?.delete('stoa-covers').catch(() => {});";

/// sessionStorage key of the page that could not be hydrated.
const PLAIN_KEY: &str = "stoa-plain";
/// How long after its start a trap counts as one of hydration.
const GIVE_UP_MS: u32 = 10_000;

/// How long hydration waits for the first paint at most: a window that is covered may never paint.
const PAINT_MS: u32 = 500;

/// A task of steps that follow hydration ends after this time.
const TASK_MS: u32 = 8;

/// The script that starts the app. It requests all files of the page at once, and prefetches the chunks of
/// other pages when the browser is idle. Chunks are only fetched into the HTTP cache here; the loader takes
/// them from there.
///
/// Until the page is interactive, Enter in the composer posts its form, as the Send button does; afterwards the
/// composer handles it.
///
/// Hydration begins after the first paint, which it would hold up otherwise where the program is in the cache.
///
/// If hydration traps, because an extension or a proxy has rewritten the page, the page is loaded once more and stays
/// without script, in which everything works by forms. A trapped program would leave it dead.
///
/// A cover that can't be loaded is hidden, and its neutral ground remains.
///
/// There is no preload link for wasm: on a slow phone or with scripts off, browsers log a warning that it was
/// not used. Network errors are ignored: the page works without script, and the browser reports them itself.
pub fn start_script(assets: &Assets, path: &str, start: Start) -> String {
    let entry_point = match start {
        Start::Hydrate => "hydrate",
        Start::Mount => "mount",
    };
    let needed = Chunk::for_path(path);
    format!(
        "const kept = (() => {{ try {{ return sessionStorage; }} catch {{ return null; }} }})();\
         const isPlain = kept?.getItem('{PLAIN_KEY}') === location.href;\
         kept?.removeItem('{PLAIN_KEY}');\
         if (isPlain) document.documentElement.dataset.plain = '';\
         const giveUp = ({{ error, reason }}) => {{\
           if (!kept || !((error ?? reason) instanceof WebAssembly.RuntimeError)) return;\
           kept.setItem('{PLAIN_KEY}', location.href);\
           location.reload();\
         }};\
         for (const kind of ['error', 'unhandledrejection']) {{\
           addEventListener(kind, giveUp);\
           setTimeout(() => removeEventListener(kind, giveUp), {GIVE_UP_MS});\
         }}\
         addEventListener('error', ({{ target }}) => {{\
           if (target.matches?.('.cover img')) target.hidden = true;\
         }}, true);\
         const wasm = fetch('{wasm}');\
         wasm.catch(() => {{}});\
         const get = (files, priority) => Promise.all(files.map(async (file) => {{\
           const answer = await fetch(file, {{ priority }});\
           if (!answer.ok) throw new TypeError(file);\
           await answer.arrayBuffer();\
         }}));\
         get([{needed}], 'high').catch(() => {{}});\
         const load = async () => {{\
           if (isPlain) return;\
           const site = await import('{js}');\
           await site.default({{ module_or_path: wasm }});\
           return site;\
         }};\
         addEventListener('keydown', (event) => {{\
           const {{ target, key, shiftKey, isComposing }} = event;\
           const isSend = key === 'Enter' && !shiftKey && !isComposing && target.matches?.('.composer textarea');\
           if (!isSend || 'interactive' in document.documentElement.dataset) return;\
           if (matchMedia('(pointer: coarse)').matches) return;\
           event.preventDefault();\
           if (target.value.trim()) target.form.requestSubmit();\
         }});\
         const painted = new Promise((done) => {{\
           if (document.hidden) done();\
           requestAnimationFrame(() => setTimeout(done));\
           setTimeout(done, {PAINT_MS});\
         }});\
         const site = await load().catch((error) => {{\
           if (!(error instanceof TypeError)) throw error;\
         }});\
         await painted;\
         document.documentElement.dataset.zone = Intl.DateTimeFormat().resolvedOptions().timeZone;\
         const pause = () => new Promise((done) => {{\
           const channel = new MessageChannel();\
           channel.port1.onmessage = done;\
           channel.port2.postMessage(null);\
         }});\
         if (await site?.{entry_point}()) {{\
           await pause();\
           for (let begin = performance.now(); site.hydrate_next();) {{\
             await null;\
             if (performance.now() - begin < {TASK_MS}) continue;\
             await pause();\
             begin = performance.now();\
           }}\
           document.documentElement.dataset.interactive = '';\
           const rest = () => get([{rest}], 'low').then(site.load_rest).catch(() => {{}});\
           (window.requestIdleCallback ?? setTimeout)(rest);\
         }}",
        js = assets.js,
        wasm = assets.wasm,
        needed = assets.js_list(|chunk| Some(chunk) == needed),
        rest = assets.js_list(|chunk| Some(chunk) != needed && Chunk::PREFETCHED.contains(&chunk)),
    )
}

/// The colour of the browser's toolbar, which matches the app's header.
#[component]
fn ThemeColor(theme: Theme) -> impl IntoView {
    const LIGHT: &str = "#ffffff";
    const DARK: &str = "#1b1a17";
    // Uses the builder, since `view!` does not support `media` on `meta`.
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

/// The root component, rendered by the server and hydrated by the browser.
#[component]
pub fn App() -> impl IntoView {
    registry::install(&SPLIT_POINTS);
    provide_meta_context();
    // The server serialises it into the page and hydration reads it back, so that both render from equal
    // state.
    let session = SharedValue::new(|| use_context::<PageSession>().unwrap_or_default()).into_inner();
    provide_context(session);
    provide_viewer_person();
    provide_minute_tick();
    provide_toasts();
    let live = provide_live();
    provide_messages_dialog();
    // "(2) Messages · Stoa" while two messages are unread.
    let formatter = move |title: String| {
        let prefix = live.title_prefix();
        let title =
            if title.is_empty() { format!("{prefix}Stoa") } else { format!("{prefix}{title} · Stoa") };
        // The server's renderer does not escape the title; the browser sets it as text.
        if is_server() { escape_raw_element(&title) } else { title }
    };
    view! {
        <Title formatter/>
        <Router>
            <Pages/>
            <MessagesDialog/>
            {reactive_view(registry::palette)}
        </Router>
        <ToastRegion/>
    }
}

/// The page of the current URL, inside the frame (navigation) if the page has one.
#[component]
fn Pages() -> impl IntoView {
    let path = provide_path();
    let page = Memo::new(move |_| path.with(|path| Page::from_path(path)));
    let is_framed = Memo::new(move |_| page.get().is_framed());
    move || {
        if is_framed.get() {
            view! { <AppFrame>{move || show(page.get())}</AppFrame> }.into_any()
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
