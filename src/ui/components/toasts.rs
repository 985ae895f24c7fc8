//! Short notices at the edge of the screen. They are a popover, since an open modal dialog would
//! cover anything else.

use std::{sync::Arc, time::Duration};

use leptos::{html, prelude::*};

use super::Icon;

/// The icon of what stays until it is closed.
const ERROR: &str = "alert";
const SHOWN_AT_MOST: usize = 3;
const SHOWN_FOR: Duration = Duration::from_secs(5);

/// Where notices are given to; the same for the whole app.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    last_id: StoredValue<u32>,
}

#[derive(Clone)]
struct Toast {
    id: u32,
    /// The same again replaces itself, instead of piling up.
    key: String,
    title: Option<String>,
    text: String,
    icon: &'static str,
    act: Option<Act>,
    is_error: bool,
}

/// What can be done about what a notice says.
#[derive(Clone)]
pub enum Act {
    /// It leads there.
    Open(String),
    /// Outlives what it was pressed in.
    Undo(Arc<dyn Fn() + Send + Sync>),
}

impl Toasts {
    /// Says something for 5 seconds.
    pub fn show(self, text: impl Into<String>) {
        let text = text.into();
        self.push(text.clone(), None, text, "check", None);
    }

    /// Says that something is done, which can be undone for as long as it says so.
    pub fn undoable(self, text: impl Into<String>, undo: Arc<dyn Fn() + Send + Sync>) {
        let text = text.into();
        self.push(text.clone(), None, text, "check", Some(Act::Undo(undo)));
    }

    /// Tells of something that has come. A newer one with the same key takes its place.
    pub fn tell(self, key: String, title: String, text: String, icon: &'static str, href: Option<String>) {
        self.push(key, Some(title), text, icon, href.map(Act::Open));
    }

    /// Says something that stays until it is closed.
    pub fn error(self, text: impl Into<String>) {
        let text = text.into();
        self.push(text.clone(), None, text, ERROR, None);
    }

    fn push(self, key: String, title: Option<String>, text: String, icon: &'static str, act: Option<Act>) {
        self.last_id.update_value(|id| *id += 1);
        let id = self.last_id.get_value();
        self.shown.update(|shown| {
            shown.retain(|toast| toast.key != key);
            shown.push(Toast { id, key, title, text, icon, act, is_error: icon == ERROR });
            if shown.len() > SHOWN_AT_MOST {
                let oldest = shown.iter().position(|toast| !toast.is_error).unwrap_or(0);
                shown.remove(oldest);
            }
        });
    }

    fn close(self, id: u32) {
        self.shown.try_update(|shown| shown.retain(|toast| toast.id != id));
    }
}

pub fn provide_toasts() {
    provide_context(Toasts { shown: RwSignal::new(Vec::new()), last_id: StoredValue::new(0) });
}

pub fn use_toasts() -> Toasts {
    expect_context()
}

#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = use_toasts();
    let region = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let is_empty = toasts.shown.with(Vec::is_empty);
        let Some(region) = region.get() else { return };
        // Hidden and shown anew with each notice: what enters the top layer last lies on top,
        // and a dialog may have been opened since.
        let hidden = region.hide_popover();
        let shown = if is_empty { Ok(()) } else { region.show_popover() };
        debug_assert!(hidden.is_ok() && shown.is_ok());
    });
    view! {
        <div class="toasts" popover="manual" role="region" aria-label="Notices" node_ref=region>
            <For each=move || toasts.shown.get() key=|toast| toast.id let:toast>
                <ToastCard toast/>
            </For>
        </div>
        // Read out from here, since a region that was hidden a moment ago often isn't.
        <p class="visually-hidden" role="status">
            {move || toasts.shown.with(|shown| shown.last().map(Toast::said))}
        </p>
    }
}

impl Toast {
    fn said(&self) -> String {
        self.title.as_ref().map_or_else(|| self.text.clone(), |title| format!("{title}: {}", self.text))
    }
}

#[component]
fn ToastCard(toast: Toast) -> impl IntoView {
    let toasts = use_toasts();
    let Toast { id, title, text, icon, act, is_error, .. } = toast;
    let is_held = RwSignal::new(false);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    Effect::new(move |_| {
        stop();
        if !is_error && !is_held.get() {
            timer.set_value(set_timeout_with_handle(move || toasts.close(id), SHOWN_FOR).ok());
        }
    });
    on_cleanup(stop);
    view! {
        <div
            class="toast"
            class:toast--error=is_error
            on:mouseenter=move |_| is_held.set(true)
            on:mouseleave=move |_| is_held.set(false)
            on:focusin=move |_| is_held.set(true)
            on:focusout=move |_| is_held.set(false)
        >
            <Icon name=icon/>
            <p dir="auto">
                {title.map(|title| view! { <b class="cut">{title}</b> }.into_any())}
                {text}
            </p>
            {act.map(|act| match act {
                Act::Open(href) => view! {
                    <a class="toast__open" href=href on:click=move |_| toasts.close(id)>"Open"</a>
                }.into_any(),
                Act::Undo(undo) => view! {
                    <button
                        class="button button--ghost button--small"
                        type="button"
                        on:click=move |_| {
                            toasts.close(id);
                            undo();
                        }
                    >
                        "Undo"
                    </button>
                }.into_any(),
            })}
            <button class="button button--icon" type="button" aria-label="Close" on:click=move |_| toasts.close(id)>
                <Icon name="x"/>
            </button>
        </div>
    }
}
