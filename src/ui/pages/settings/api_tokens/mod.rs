//! API tokens section of the settings: the viewer creates a token, sees it once, and revokes it.

mod create;
mod list;

use leptos::{html, prelude::*};

use crate::{
    api::users::api_tokens::get_tokens,
    browser::environment::focus_soon,
    shared::{ids::TokenId, page::payload::PagePayload, users::api_tokens::TokenList, words},
    ui::components::{
        ResourceView, Skeleton, forms::new_secret::NewSecret, not_found::LoadError, page_resource,
        reactive_view,
    },
};
use create::CreateTokenForm;
use list::TokenRows;

/// Reloads when `password_changes` changes: a new password ends all tokens.
#[component]
pub fn Tokens(password_changes: RwSignal<u32>) -> impl IntoView {
    let key = Signal::derive(move || password_changes.get().to_string());
    let mine = page_resource(key, || Box::pin(async { PagePayload::new(get_tokens().await) }));
    let created = RwSignal::new(None::<(TokenId, String)>);
    let on_create = move || mine.refetch();
    let section = NodeRef::<html::Section>::new();
    let on_revoke = move |revoked: TokenId| {
        if created.with_untracked(|made| made.as_ref().is_some_and(|(id, _)| *id == revoked)) {
            created.set(None);
        }
        // The pressed button disappears with its row, so the focus moves to the section.
        if let Some(section) = section.get_untracked() {
            focus_soon(section);
        }
        mine.refetch();
    };
    let [before_link, after_link] = words::around(&words::api_token_list_text(words::HOLE));
    view! {
        <section class="card" id="tokens" aria-labelledby="tokens-title" tabindex="-1" node_ref=section>
            <h2 id="tokens-title">{words::api_token_list_title()}</h2>
            <p>
                {before_link}
                <a class="link" href="/api/docs" rel="external">{words::api_token_list_text_link()}</a>
                {after_link}
            </p>
            <CreateTokenForm created on_create/>
            {reactive_view(move || created.get().map(|(_, token)| new_token(token)))}
            <ResourceView
                from=mine
                fallback=|| view! { <Skeleton count=2/> }
                show=Box::new(move |payload| match payload.take::<TokenList>() {
                    // `made` is the token created by a post without script; with script it is in `created`.
                    Ok(TokenList { tokens, made }) => {
                        view! {
                            {made.map(new_token)}
                            <TokenRows tokens on_revoke/>
                        }
                            .into_any()
                    }
                    Err(error) => view! { <LoadError error/> }.into_any(),
                })
            />
        </section>
    }
}

fn new_token(secret: String) -> AnyView {
    let (label, shown_once) = (words::api_token_copy_now(), words::api_token_shown_once());
    view! { <NewSecret id="made-token" label shown_once secret/> }.into_any()
}
