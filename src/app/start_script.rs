//! The script that starts the app.

use std::collections::BTreeSet;

use super::{Assets, Start};
use crate::{shared::words, ui::chunks::registry::Chunk};

/// sessionStorage key of the page that could not be hydrated.
const PLAIN_KEY: &str = "stoa-plain";
/// How long after its start a trap counts as one of hydration.
const GIVE_UP_MS: u32 = 10_000;

/// How long the program waits for the first paint at most: a window that is covered may never paint.
const PAINT_MS: u32 = 500;

/// A task of steps that follow hydration ends after this time.
const TASK_MS: u32 = 8;

/// The pause before the chunks of other pages are fetched again, where that failed. It doubles each time, up to the second one,
/// where the server answers: then it has a newer version. Where it does not, a plain line stands where the banner will.
const REST_MS: u32 = 4_000;
const REST_MAX_MS: u32 = 60_000;

/// The script that starts the app. It requests all files of the page at once, and prefetches the chunks of
/// other pages when the browser is idle. Chunks are only fetched into the HTTP cache here; the loader takes
/// them from there.
///
/// Until the page is interactive, Enter in the composer posts its form, as the Send button does; afterwards the
/// composer handles it.
///
/// All of it begins after the first paint, which it would hold up otherwise: on a slow line the files would take their
/// part of it, and where they are in the cache already hydration would come first.
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
        Start::Mount | Start::Embed => "mount",
    };
    let needed = Chunk::for_path(path);
    // Elements of a JavaScript array.
    let elements =
        |files: BTreeSet<&String>| files.iter().map(|file| format!("'{file}',")).collect::<String>();
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
         addEventListener('keydown', (event) => {{\
           const {{ target, key, shiftKey, isComposing }} = event;\
           const isSend = key === 'Enter' && !shiftKey && !isComposing && target.matches?.('.composer textarea');\
           if (!isSend || 'interactive' in document.documentElement.dataset) return;\
           if (matchMedia('(pointer: coarse)').matches) return;\
           event.preventDefault();\
           if (target.value.trim()) target.form.requestSubmit();\
         }});\
         await new Promise((done) => {{\
           if (document.hidden) done();\
           new PerformanceObserver(done).observe({{ type: 'paint', buffered: true }});\
           setTimeout(done, {PAINT_MS});\
         }});\
         const wasm = fetch('{wasm}');\
         wasm.catch(() => {{}});\
         const get = (files, priority) => Promise.all(files.map(async (file) => {{\
           const answer = await fetch(file, {{ priority }});\
           if (!answer.ok) throw new Error(file);\
           await answer.arrayBuffer();\
         }}));\
         get([{needed}], 'high').catch(() => {{}});\
         const load = async () => {{\
           if (isPlain) return;\
           const site = await import('{js}');\
           await site.default({{ module_or_path: wasm }});\
           return site;\
         }};\
         const site = await load().catch((error) => {{\
           if (!(error instanceof TypeError)) throw error;\
         }});\
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
           const line = document.createElement('p');\
           line.className = 'banner banner--wait';\
           line.setAttribute('role', 'status');\
           const rest = (wait) => get([{rest}], 'low').then(site.load_rest).then((isLoaded) => {{\
             if (!isLoaded) throw 0;\
             line.remove();\
             document.documentElement.dataset.loaded = '';\
           }}).catch((error) => {{\
             const isGone = error instanceof TypeError;\
             if (isGone) {{\
               line.textContent = {gone};\
               document.querySelector('.bar')?.after(line);\
             }}\
             setTimeout(rest, wait, isGone ? wait : Math.min(2 * wait, {REST_MAX_MS}));\
           }});\
           (window.requestIdleCallback ?? setTimeout)(() => rest({REST_MS}));\
         }}",
        gone = serde_json::Value::from(words::connection_reconnecting()),
        js = assets.js,
        wasm = assets.wasm,
        rest = elements(assets.prefetched(needed, words::language())),
        needed = elements(assets.files_of(|chunk| Some(chunk) == needed)),
    )
}

/// What comes before it in a frame on another site.
#[cfg(feature = "ssr")]
pub fn embed_script(sites: &[String]) -> String {
    let sites = serde_json::to_string(sites).unwrap_or_default();
    // In a block, since both have names.
    format!("{{\nconst SITES = {sites};\n{}\n}}\n", include_str!("embed_frame.js"))
}

#[cfg(not(feature = "ssr"))]
pub fn embed_script(_: &[String]) -> String {
    String::new()
}
