//! Jump button: leads back to the end of the thread.

use leptos::prelude::*;

use crate::{
    shared::words,
    ui::components::{Icon, fresh_view},
};

/// Scrolls back to the end, and shows the number of messages that arrived below the reader meanwhile (C10).
#[component]
pub fn JumpButton(
    below: Memo<usize>,
    is_far: RwSignal<bool>,
    jump: impl Fn() + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let is_shown = Memo::new(move |_| is_far.get() || below.get() > 0);
    view! {
        <Show when=move || is_shown.get()>
            {
                let jump = jump.clone();
                view! {
                    <button class="thread__jump" type="button" on:click=move |_| jump()>
                        <Icon name="arrowdown" class="icon--16"/>
                        {fresh_view(move || {
                            let text = match below.get() {
                                0 => words::log_latest().to_owned(),
                                count => words::log_new_messages(count as u64),
                            };
                            Some(view! { <span>{text}</span> }.into_any())
                        })}
                    </button>
                }
            }
        </Show>
    }
}
