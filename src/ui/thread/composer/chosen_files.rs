//! Files that are chosen for the next message: by button, paste and drop. They are looked at before sending, removed,
//! moved, and described.

use leptos::{ev, html, prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;

use crate::{
    browser::{
        environment::js::{call, call_async, get},
        sending::uploads,
    },
    shared::{
        ids::FileId,
        messages::files::{
            ALT_MAX_CHARS, FILE_MAX_BYTES, FILES_MAX, FileKind, MEDIA_MAX_BYTES, MessageFile, NAME_MAX_CHARS,
        },
        values::text::without_controls,
        words,
    },
    ui::{
        components::{Icon, Toasts, use_toasts},
        thread::log::files::size_text,
    },
};

/// The media types of pictures that are shown as such.
const PICTURES: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "image/gif"];

/// The files of the next message, in their order.
#[derive(Clone, Copy)]
pub struct ChosenFiles {
    pub files: RwSignal<Vec<MessageFile>>,
    pub toasts: Toasts,
}

impl ChosenFiles {
    pub fn new() -> Self {
        Self { files: RwSignal::new(Vec::new()), toasts: use_toasts() }
    }

    pub fn is_empty(self) -> bool {
        self.files.with(Vec::is_empty)
    }

    /// The same, without following it.
    pub fn has_any(self) -> bool {
        self.files.with_untracked(|files| !files.is_empty())
    }

    /// Takes the files of a paste or a drop (`source` names the event's data), unless text comes with them.
    pub fn take_from(self, event: &web_sys::Event, source: &str) {
        if Self::are_in(event, source) {
            event.prevent_default();
            self.add(&get(&get(event, source), "files"));
        }
    }

    /// Whether a paste, drag or drop has files, and no text.
    pub fn are_in(event: &web_sys::Event, source: &str) -> bool {
        let data = get(event, source);
        let types = get(&data, "types");
        let count = get(&types, "length").as_f64().unwrap_or_default() as u32;
        let types: Vec<_> =
            (0..count).filter_map(|index| get(&types, &index.to_string()).as_string()).collect();
        let has = |kind: &str| types.iter().any(|one| one == kind);
        has("Files") && !has("text/plain")
    }

    /// Adds the files of a `FileList`.
    fn add(self, files: &JsValue) {
        let count = get(files, "length").as_f64().unwrap_or_default() as u32;
        for index in 0..count {
            let file = get(files, &index.to_string());
            let text = |name: &str| get(&file, name).as_string().unwrap_or_default();
            let (name, size) = (text("name"), get(&file, "size").as_f64().unwrap_or_default() as i64);
            if self.has_all() {
                return self.toasts.error(words::composer_files_max(FILES_MAX as u64));
            }
            if size > FILE_MAX_BYTES {
                let max = (FILE_MAX_BYTES / (1024 * 1024)).to_string();
                self.toasts.error(words::composer_file_too_large(&max, &name));
                continue;
            }
            if size == 0 {
                self.toasts.error(words::composer_file_empty(&name));
                continue;
            }
            let is_picture = PICTURES.contains(&text("type").as_str()) && size <= MEDIA_MAX_BYTES;
            let id = FileId::new();
            uploads::hold(id, file.clone());
            let name = without_controls(&name).chars().take(NAME_MAX_CHARS).collect();
            let kind = if is_picture { FileKind::Image } else { FileKind::File };
            self.put(MessageFile {
                id,
                kind,
                name,
                size,
                width: None,
                height: None,
                duration: None,
                waveform: None,
                alt: None,
            });
            if is_picture {
                self.measure(id, file);
            }
        }
    }

    fn has_all(self) -> bool {
        self.files.with_untracked(Vec::len) >= FILES_MAX
    }

    /// Adds one that is held already.
    pub fn put(self, file: MessageFile) {
        if self.has_all() {
            uploads::release(file.id);
            return self.toasts.error(words::composer_files_max(FILES_MAX as u64));
        }
        self.files.update(|files| files.push(file));
    }

    /// Finds the size of a picture. One that can't be read here goes as a file.
    fn measure(self, id: FileId, file: JsValue) {
        spawn_local(async move {
            let sides = picture_sides(&file).await;
            self.files.update(|files| {
                let Some(chosen) = files.iter_mut().find(|chosen| chosen.id == id) else { return };
                match sides {
                    Some((width, height)) => (chosen.width, chosen.height) = (Some(width), Some(height)),
                    None => chosen.kind = FileKind::File,
                }
            });
        });
    }

    fn remove(self, id: FileId) {
        uploads::release(id);
        self.files.update(|files| files.retain(|file| file.id != id));
    }

    fn move_forward(self, id: FileId) {
        self.files.update(|files| {
            if let Some(at) = files.iter().position(|file| file.id == id).filter(|at| *at > 0) {
                files.swap(at, at - 1);
            }
        });
    }

    fn describe(self, id: FileId, text: String) {
        self.files.update(|files| {
            if let Some(file) = files.iter_mut().find(|file| file.id == id) {
                file.alt = Some(text).filter(|text| !text.trim().is_empty());
            }
        });
    }

    /// Takes all of them, to be sent.
    pub fn take(self) -> Vec<MessageFile> {
        self.files.try_update(std::mem::take).unwrap_or_default()
    }
}

async fn picture_sides(file: &JsValue) -> Option<(i64, i64)> {
    let bitmap = call_async(&window(), "createImageBitmap", std::slice::from_ref(file)).await?;
    let [width, height] =
        ["width", "height"].map(|side| get(&bitmap, side).as_f64().unwrap_or_default() as i64);
    call(&bitmap, "close", &[]);
    (width > 0 && height > 0).then_some((width, height))
}

/// The button that asks for files, or on a phone for its camera.
#[component]
pub fn AttachButton(chosen: ChosenFiles, #[prop(into)] is_disabled: Signal<bool>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let change = move |event: ev::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        chosen.add(&get(&input, "files"));
        // The same file can be chosen again.
        input.set_value("");
    };
    view! {
        <input type="file" multiple hidden node_ref=input aria-label=words::composer_attach() on:change=change/>
        <button
            class="composer__attach"
            type="button"
            aria-label=words::composer_attach()
            title=words::composer_attach()
            disabled=move || is_disabled.get()
            on:click=choose
        >
            <Icon name="plus"/>
        </button>
    }
}

/// The files of the next message, above its text.
#[component]
pub fn ChosenFileList(chosen: ChosenFiles) -> impl IntoView {
    move || {
        (!chosen.is_empty()).then(|| view! {
            <ul class="chosen" aria-label=words::composer_chosen()>
                <For each=move || chosen.files.get() key=|file| (file.id, file.kind == FileKind::Image, file.width) let:file>
                    <ChosenFileItem chosen file/>
                </For>
            </ul>
        })
    }
}

#[component]
fn ChosenFileItem(chosen: ChosenFiles, file: MessageFile) -> impl IntoView {
    let id = file.id;
    let name = file.name.clone();
    let is_picture = file.kind == FileKind::Image;
    let is_first = move || chosen.files.with(|files| files.first().is_some_and(|first| first.id == id));
    // Not before it is known to be one: what can't be decoded would be a broken picture for a moment.
    let look = if is_picture && file.width.is_some() {
        view! { <img class="chosen__picture" src=uploads::file_url(id) alt=""/> }.into_any()
    } else if file.kind == FileKind::Audio {
        view! { <audio class="chosen__sound" controls src=uploads::file_url(id) aria-label=name.clone()></audio> }.into_any()
    } else {
        view! { <span class="chosen__size">{size_text(file.size)}</span> }.into_any()
    };
    view! {
        <li class="chosen__file">
            {look}
            <span class="chosen__name"><bdi>{name.clone()}</bdi></span>
            {is_picture.then(|| view! {
                <input
                    class="chosen__alt"
                    type="text"
                    maxlength=ALT_MAX_CHARS.to_string()
                    placeholder=words::composer_describe()
                    aria-label=words::composer_describe_file(&name)
                    on:input=move |event| chosen.describe(id, event_target_value(&event))
                    on:keydown=|event| if event.key() == "Enter" { event.prevent_default() }
                />
            })}
            {move || (!is_first()).then(|| view! {
                <button class="chosen__move" type="button" aria-label=words::composer_move_file(&file.name) on:click=move |_| chosen.move_forward(id)>
                    <Icon name="back" class="icon--16"/>
                </button>
            })}
            <button class="chosen__remove" type="button" aria-label=words::composer_remove_file(&name) on:click=move |_| chosen.remove(id)>
                <Icon name="x" class="icon--16"/>
            </button>
        </li>
    }
}
