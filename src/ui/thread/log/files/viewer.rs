//! The viewer of a conversation's pictures: one at a time, large; by keyboard, swipe and zoom.

use leptos::{ev, html, prelude::*};

use super::url;
use crate::{
    browser::use_live,
    shared::{
        ids::{ConversationId, FileId},
        messages::files::{FileKind, MessageFile},
        words,
    },
    ui::components::Icon,
};

/// A horizontal move of a finger beyond this turns to the next picture, in CSS pixels.
const SWIPE_MIN: i32 = 60;

/// Which picture is shown.
#[derive(Clone, Copy)]
pub struct Viewer {
    shown: RwSignal<Option<FileId>>,
}

impl Viewer {
    pub fn open(self, id: FileId) {
        self.shown.set(Some(id));
    }
}

/// The viewer of the thread around; `None` where a message stands alone.
pub fn use_viewer() -> Option<Viewer> {
    use_context()
}

/// Call it in the thread, before its messages are rendered.
pub fn provide_viewer() -> Viewer {
    let viewer = Viewer { shown: RwSignal::new(None) };
    provide_context(viewer);
    viewer
}

#[component]
pub fn PictureViewer(viewer: Viewer, conversation: ConversationId) -> impl IntoView {
    let live = use_live();
    let dialog = NodeRef::<html::Dialog>::new();
    let is_zoomed = RwSignal::new(false);
    let thread = live.thread(conversation);
    // All pictures of the messages that are loaded, oldest first.
    let pictures = Memo::new(move |_| -> Vec<MessageFile> {
        let is_picture = |file: &MessageFile| file.kind == FileKind::Image;
        thread.with(|slot| {
            let messages = slot.thread().into_iter().flat_map(|thread| thread.messages());
            messages.flat_map(|message| message.attached.read().files).filter(is_picture).collect()
        })
    });
    let shown = Memo::new(move |_| {
        let id = viewer.shown.get()?;
        let all = pictures.get();
        let at = all.iter().position(|file| file.id == id)?;
        Some((all[at].clone(), at, all.len()))
    });
    let turn = move |by: isize| {
        let Some((_, at, count)) = shown.get_untracked() else { return };
        let next = at.saturating_add_signed(by).min(count - 1);
        is_zoomed.set(false);
        viewer.shown.set(pictures.with_untracked(|all| all.get(next).map(|file| file.id)));
    };
    let close = move || viewer.shown.set(None);
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (shown.with(Option::is_some), dialog.open()) {
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let keydown = move |event: ev::KeyboardEvent| {
        let is_mirrored = document().dir() == "rtl";
        match (event.key().as_str(), is_mirrored) {
            ("ArrowRight", false) | ("ArrowLeft", true) => turn(1),
            ("ArrowLeft", false) | ("ArrowRight", true) => turn(-1),
            ("Home", _) => turn(isize::MIN / 2),
            ("End", _) => turn(isize::MAX / 2),
            ("+" | "-", _) => is_zoomed.update(|zoomed| *zoomed = !*zoomed),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let pressed_at = StoredValue::new(None::<i32>);
    let release = move |event: ev::PointerEvent| {
        let Some(from) = pressed_at.try_update_value(Option::take).flatten() else { return };
        let moved = event.client_x() - from;
        if moved.abs() >= SWIPE_MIN && !is_zoomed.get_untracked() {
            turn(if (moved < 0) == (document().dir() != "rtl") { 1 } else { -1 });
        }
    };
    view! {
        <dialog
            class="viewer"
            node_ref=dialog
            aria-label=words::file_viewer()
            on:close=move |_| close()
            on:keydown=keydown
            on:pointerdown=move |event| pressed_at.set_value(Some(event.client_x()))
            on:pointerup=release
        >
            {move || shown.get().map(|(file, at, count)| {
                let id = file.id;
                let alt = file.alt.clone().unwrap_or_else(|| words::file_picture_alt().to_owned());
                view! {
                    <header class="viewer__bar">
                        <span class="number" aria-live="polite">{format!("{} / {count}", at + 1)}</span>
                        <span class="viewer__alt"><bdi>{file.alt}</bdi></span>
                        <a class="button button--icon" href=url(id, "large") download=file.name aria-label=words::file_download()>
                            <Icon name="arrowdown"/>
                        </a>
                        <button class="button button--icon" type="button" aria-label=words::common_close() on:click=move |_| close()>
                            <Icon name="x"/>
                        </button>
                    </header>
                    <div class="viewer__stage" class:viewer__stage--zoomed=move || is_zoomed.get()>
                        <img
                            src=url(id, "large")
                            alt=alt
                            width=file.width.map(|width| width.to_string())
                            height=file.height.map(|height| height.to_string())
                            draggable="false"
                            on:dblclick=move |_| is_zoomed.update(|zoomed| *zoomed = !*zoomed)
                        />
                    </div>
                    <button
                        class="viewer__turn viewer__turn--back button button--icon"
                        type="button"
                        aria-label=words::file_previous()
                        disabled={at == 0}
                        on:click=move |_| turn(-1)
                    >
                        <Icon name="back" class="icon--directional"/>
                    </button>
                    <button
                        class="viewer__turn viewer__turn--on button button--icon"
                        type="button"
                        aria-label=words::file_next()
                        disabled={at + 1 == count}
                        on:click=move |_| turn(1)
                    >
                        <Icon name="arrowright" class="icon--directional"/>
                    </button>
                }
            })}
        </dialog>
    }
}
