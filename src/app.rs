//! The application: the HTML document with its start script, and the root component that provides contexts
//! and shows the page of the current URL.

mod page_words;
mod start_script;

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{components::Router, location::RequestUrl};

use crate::{
    browser::provide_live,
    shared::{
        page::session::{PageSession, Theme},
        values::text::escape_raw_element,
        words::{self, Language},
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

use start_script::embed_script;
pub use start_script::start_script;

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
    pub words: Vec<WordsFile>,
}

/// The words of a chunk in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordsFile {
    pub language: Language,
    pub chunk: Chunk,
    pub url: String,
}

impl Assets {
    /// The words of each chunk in this language.
    pub fn words_of(&self, language: Language) -> impl Iterator<Item = &WordsFile> {
        self.words.iter().filter(move |file| file.language == language)
    }

    /// Every file of the build but the words, without duplicates.
    pub fn all(&self) -> Vec<String> {
        let chunks = self.chunks.iter().flat_map(|(_, files)| files);
        let files: BTreeSet<_> = [&self.css, &self.chunk_css, &self.js, &self.loader, &self.wasm]
            .into_iter()
            .chain(chunks)
            .collect();
        files.into_iter().cloned().collect()
    }

    /// The files of the wanted chunks, without duplicates.
    fn files_of(&self, is_wanted: impl Fn(Chunk) -> bool) -> BTreeSet<&String> {
        let wanted = self.chunks.iter().filter(|(chunk, _)| is_wanted(*chunk));
        wanted.flat_map(|(_, files)| files).collect()
    }

    /// The files of the other chunks that an idle browser prefetches, and their words in this language.
    fn prefetched(&self, needed: Option<Chunk>, language: Language) -> BTreeSet<&String> {
        let is_wanted = |chunk| Some(chunk) != needed && Chunk::PREFETCHED.contains(&chunk);
        let words = self.words_of(language).filter(|file| is_wanted(file.chunk)).map(|file| &file.url);
        self.files_of(is_wanted).into_iter().chain(words).collect()
    }
}

/// How the browser starts the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Hydrates the page that the server rendered.
    Hydrate,
    /// Renders everything itself from the data stored in the browser: the offline page.
    Mount,
    /// The same once the page around a frame has said who the visitor is.
    Embed,
}

/// The sites that may show frames, in the context of a frame's page.
#[derive(Clone, Debug, Default)]
pub struct EmbedSites(pub Vec<String>);

/// The style sheet of the marketplace's look, in the context of a page; nothing where it is that of Stoa.
#[derive(Clone, Debug)]
pub struct LookSheet(pub Option<String>);

/// The HTML document around the app.
pub fn shell(options: LeptosOptions, assets: Assets, start: Start) -> impl IntoView {
    let theme = use_context::<PageSession>().map(|session| session.theme).unwrap_or_default();
    let nonce = leptos::nonce::use_nonce();
    let url = use_context::<RequestUrl>().and_then(|url| url.parse().ok()).unwrap_or_default();
    // A frame shows the page after its prefix.
    let path = url.path().strip_prefix("/embed").filter(|_| start == Start::Embed).unwrap_or(url.path());
    let mut script = start_script(&assets, path, start);
    if let Some(EmbedSites(sites)) = use_context().filter(|_| start == Start::Embed) {
        script.insert_str(0, &embed_script(&sites));
    }
    let has_viewer = use_context::<PageSession>().is_some_and(|session| session.viewer.is_some());
    if start == Start::Hydrate && !has_viewer {
        script += FORGET_COVERS;
    }
    let look = use_context::<LookSheet>().and_then(|LookSheet(url)| url);
    let language = words::language();
    let needed = Chunk::for_path(path);
    // Styles of frames stand in the sheet of chunks.
    let is_later = needed.is_none() && start != Start::Embed;
    // The offline page stands at any URL.
    let words_json = page_words::page_words(&assets, needed.filter(|_| start != Start::Mount));
    view! {
        <!DOCTYPE html>
        <html lang=language.tag() dir=language.dir() data-site=assets.version.clone() data-theme=(theme != Theme::Device).then(|| theme.as_str())>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                // The page of a listing has its own.
                {(!matches!(Page::from_path(url.path()), Page::Listing(Some(_))))
                    .then(|| view! { <meta name="description" content=words::shell_description()/> })}
                <ThemeColor theme/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                // Apple's browsers take no SVG.
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="manifest" href="/site.webmanifest"/>
                <link rel="stylesheet" href=assets.css/>
                <link rel=if is_later { "prefetch" } else { "stylesheet" } href=assets.chunk_css data-later=is_later/>
                {look.map(|url| view! { <link rel="stylesheet" href=url/> })}
                <link rel="modulepreload" href=assets.js nonce=nonce.clone()/>
                <link rel="modulepreload" href=assets.loader nonce=nonce.clone()/>
                <script type="module" nonce=nonce.clone()>{script}</script>
                <script type="application/json" id="words" nonce=nonce>{words_json}</script>
                <AutoReload options/>
                <MetaTags/>
            </head>
            <body>{(start == Start::Hydrate).then(App)}</body>
        </html>
    }
}

/// Deletes the covers that the service worker has kept for whoever was signed in before.
const FORGET_COVERS: &str = "window.caches?.delete('stoa-covers').catch(() => {});";

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
            {reactive_view(move || registry::palette(live))}
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
