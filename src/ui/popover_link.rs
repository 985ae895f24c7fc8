//! Popover link: a link of the top bar that opens a popover below itself. The content of the popover is in the chunk of
//! pages: without script, and until that chunk is loaded, the link leads to its page.

use leptos::{ev, html, prelude::*};

use super::{
    chunks::registry::{self, Chunk, Popover},
    components::reactive_view,
    route::use_path,
};

#[component]
pub fn PopoverLink(
    /// The classes of the link and of its popover.
    class: &'static str,
    popover_class: &'static str,
    /// The id of the popover's heading.
    heading: &'static str,
    href: &'static str,
    #[prop(into)] label: Signal<String>,
    content: Popover,
    /// Whether it leads to its page all the same. It gets whether that is the page on screen.
    is_plain_link: fn(bool) -> bool,
    children: Children,
) -> impl IntoView {
    let path = use_path();
    let is_current = move || path.with(|path| path == href);
    let popover = NodeRef::<html::Div>::new();
    let is_open = RwSignal::new(false);
    // A press on the link closes an open popover before the click event, which must not open it again.
    let was_open = StoredValue::new(false);
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path)
            && let Some(popover) = popover.get_untracked()
            && is_open.get_untracked()
        {
            let hides = popover.hide_popover();
            debug_assert!(hides.is_ok());
        }
        path
    });
    let click = move |event: ev::MouseEvent| {
        let is_plain = !event.ctrl_key() && !event.meta_key() && !event.shift_key() && event.button() == 0;
        if !is_plain || is_plain_link(untrack(is_current)) || !Chunk::Pages.is_loaded() {
            return;
        }
        event.prevent_default();
        let Some(popover) = popover.get_untracked().filter(|_| !was_open.get_value()) else { return };
        is_open.set(true);
        let shows = popover.show_popover();
        debug_assert!(shows.is_ok());
    };
    let toggled = move |_| {
        // The browser closes it on Escape and on a press outside of it.
        let is_shown =
            popover.get_untracked().is_some_and(|popover| popover.matches(":popover-open") == Ok(true));
        is_open.set(is_shown);
    };
    view! {
        <a
            class=class
            href=href
            aria-label=move || label.get()
            aria-current=move || is_current().then_some("page")
            on:pointerdown=move |_| was_open.set_value(is_open.get_untracked())
            on:click=click
        >
            {children()}
        </a>
        <div class=popover_class popover="auto" role="dialog" aria-labelledby=heading node_ref=popover on:toggle=toggled>
            {reactive_view(move || is_open.get().then(|| registry::popover(content)))}
        </div>
    }
}
