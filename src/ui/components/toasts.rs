//! Toasts: short messages at the edge of the screen. Their region is a popover, since an open modal dialog
//! would cover anything else.

use std::{sync::Arc, time::Duration};

use leptos::{html, prelude::*};

use super::Icon;
use crate::shared::{errors::Result, words};

/// Marks an error, which stays until it is closed or the page is left.
const ERROR_ICON: &str = "alert";
const TOASTS_MAX: usize = 3;
const TOAST_DURATION: Duration = Duration::from_secs(5);

/// The toasts of the app. At most 3 are shown; a further one drops the oldest, errors last.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    last_id: StoredValue<u32>,
}

#[derive(Clone)]
struct Toast {
    id: u32,
    /// Coalesces: a toast replaces the one with the same key.
    key: String,
    title: Option<String>,
    text: String,
    icon: &'static str,
    action: Option<ToastAction>,
    is_error: bool,
}

/// The button of a toast.
#[derive(Clone)]
pub enum ToastAction {
    /// A link to this URL.
    Open(String),
    /// The callback must work without the view that showed the toast: the user may have left that page.
    Undo(Arc<dyn Fn() + Send + Sync>),
}

impl Toasts {
    /// Shows `text` for 5 seconds.
    pub fn show(self, text: impl Into<String>) {
        let text = text.into();
        self.push(text.clone(), None, text, "check", None);
    }

    /// Confirms an action and offers to undo it for as long as the toast is shown.
    pub fn undoable(self, text: impl Into<String>, undo: Arc<dyn Fn() + Send + Sync>) {
        let text = text.into();
        self.push(text.clone(), None, text, "check", Some(ToastAction::Undo(undo)));
    }

    /// Shows a notification for 5 seconds, with a link to `href`. A newer one with the same key replaces it.
    pub fn notify(self, key: String, title: String, text: String, icon: &'static str, href: Option<String>) {
        self.push(key, Some(title), text, icon, href.map(ToastAction::Open));
    }

    /// Shows an error that stays until the user closes it or leaves the page.
    pub fn error(self, text: impl Into<String>) {
        let text = text.into();
        self.push(text.clone(), None, text, ERROR_ICON, None);
    }

    /// Shows why an action failed, until it succeeds, and gives its answer. `key` names the action.
    pub fn settle<T>(self, key: &str, answer: Result<T>) -> Option<T> {
        match answer {
            Ok(answer) => {
                self.close_with_key(key);
                Some(answer)
            }
            Err(error) => {
                self.push(key.to_owned(), None, error.message, ERROR_ICON, None);
                None
            }
        }
    }

    /// Closes all errors: the viewer has left the page that they belong to.
    pub fn close_errors(self) {
        if self.shown.with_untracked(|shown| shown.iter().any(|toast| toast.is_error)) {
            self.shown.update(|shown| shown.retain(|toast| !toast.is_error));
        }
    }

    fn push(
        self,
        key: String,
        title: Option<String>,
        text: String,
        icon: &'static str,
        action: Option<ToastAction>,
    ) {
        self.last_id.update_value(|id| *id += 1);
        let id = self.last_id.get_value();
        self.shown.update(|shown| {
            shown.retain(|toast| toast.key != key);
            shown.push(Toast { id, key, title, text, icon, action, is_error: icon == ERROR_ICON });
            if shown.len() > TOASTS_MAX {
                let oldest = shown.iter().position(|toast| !toast.is_error).unwrap_or(0);
                shown.remove(oldest);
            }
        });
    }

    /// Closes the toast with this key: what it tells of is on screen now.
    pub fn close_with_key(self, key: &str) {
        if self.shown.with_untracked(|shown| shown.iter().any(|toast| toast.key == key)) {
            self.shown.update(|shown| shown.retain(|toast| toast.key != key));
        }
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
        // Hide and show again for each toast: the element that enters the top layer last is on top, and a
        // dialog may have been opened since.
        let hidden = region.hide_popover();
        let shown = if is_empty { Ok(()) } else { region.show_popover() };
        debug_assert!(hidden.is_ok() && shown.is_ok());
    });
    view! {
        <div class="toasts" popover="manual" role="region" aria-label=words::toast_region() node_ref=region>
            <For each=move || toasts.shown.get() key=|toast| toast.id let:toast>
                <ToastCard toast/>
            </For>
        </div>
        // A separate live region, since screen readers often skip a popover that was just hidden and shown.
        <p class="visually-hidden" role="status">
            {move || toasts.shown.with(|shown| shown.last().map(Toast::announcement))}
        </p>
    }
}

impl Toast {
    fn announcement(&self) -> String {
        self.title.as_ref().map_or_else(|| self.text.clone(), |title| format!("{title}: {}", self.text))
    }
}

#[component]
fn ToastCard(toast: Toast) -> impl IntoView {
    let toasts = use_toasts();
    let Toast { id, title, text, icon, action, is_error, .. } = toast;
    let is_paused = RwSignal::new(false);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    Effect::new(move |_| {
        stop();
        if !is_error && !is_paused.get() {
            timer.set_value(set_timeout_with_handle(move || toasts.close(id), TOAST_DURATION).ok());
        }
    });
    on_cleanup(stop);
    view! {
        <div
            class="toast"
            class:toast--error=is_error
            on:mouseenter=move |_| is_paused.set(true)
            on:mouseleave=move |_| is_paused.set(false)
            on:focusin=move |_| is_paused.set(true)
            on:focusout=move |_| is_paused.set(false)
        >
            <Icon name=icon/>
            <p dir="auto">
                {title.map(|title| view! { <b class="cut">{title}</b> }.into_any())}
                {text}
            </p>
            {action.map(|action| match action {
                ToastAction::Open(href) => view! {
                    <a class="toast__open" href=href on:click=move |_| toasts.close(id)>{words::toast_open()}</a>
                }.into_any(),
                ToastAction::Undo(undo) => view! {
                    <button
                        class="button button--ghost button--small"
                        type="button"
                        on:click=move |_| {
                            toasts.close(id);
                            undo();
                        }
                    >
                        {words::toast_undo()}
                    </button>
                }.into_any(),
            })}
            <button class="button button--icon" type="button" aria-label=words::common_close() on:click=move |_| toasts.close(id)>
                <Icon name="x"/>
            </button>
        </div>
    }
}
