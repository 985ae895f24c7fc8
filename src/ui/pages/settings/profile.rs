//! Profile section of the settings: name and colour.

use leptos::prelude::*;

use crate::{
    api::users::update_profile,
    shared::{
        page::session::PageSession,
        users::{HUES, NAME_MAX_CHARS, Person, check_name},
        words,
    },
    ui::{
        components::{
            Attempt, Avatar, CommandForm, SubmitButton, TextField,
            forms::{
                field::{FormErrorLine, focus_on_error},
                form::{CommandFuture, Fields},
            },
            use_toasts,
        },
        shell::ViewerPerson,
    },
};

#[component]
pub fn Profile() -> impl IntoView {
    let viewer =
        expect_context::<PageSession>().viewer.expect("a viewer: SignedIn renders this page for users only");
    let ViewerPerson(me) = expect_context();
    let shown = me.get_untracked().unwrap_or_else(|| viewer.person());
    let attempt = Attempt::at("/rpc/update_profile");
    let form = NodeRef::new();
    let error = attempt.error();
    let toasts = use_toasts();
    focus_on_error(form, error);
    let send = move |fields: Fields| -> CommandFuture {
        let name = fields.text("name");
        let hue = fields.text("hue").parse().unwrap_or(-1);
        Box::pin(async move {
            update_profile(name.clone(), hue).await?;
            let name = check_name(&name).unwrap_or(name);
            me.update(|me| *me = me.take().map(|me| Person { name, hue, ..me }));
            toasts.show(words::common_saved());
            Ok(String::new())
        })
    };
    view! {
        <section class="card" id="profile" aria-labelledby="profile-title">
            <h2 id="profile-title">{words::settings_profile_title()}</h2>
            <p>{words::settings_profile_text()}</p>
            <div class="settings__me">
                {move || me.get().map(|person| view! { <Avatar person size=56/> }.into_any())}
                <div>
                    <b class="cut" dir="auto">{move || me.get().map(|person| person.name)}</b>
                    <p class="muted cut">{viewer.email.clone()}</p>
                </div>
            </div>
            <CommandForm attempt node_ref=form send=Box::new(send)>
                <TextField
                    name="name"
                    label=words::settings_profile_name()
                    autocomplete="name"
                    value=shown.name.clone()
                    max=NAME_MAX_CHARS
                    error
                />
                <fieldset class="field">
                    <legend>{words::settings_profile_colour()}</legend>
                    <div class="swatches">
                        {(0..HUES).map(|hue| view! { <Swatch hue person=shown.clone()/> }.into_any()).collect_view()}
                    </div>
                </fieldset>
                <FormErrorLine error fields=&["name"]/>
                <SubmitButton pending=attempt.is_pending>{words::common_save()}</SubmitButton>
            </CommandForm>
        </section>
    }
}

#[component]
fn Swatch(hue: i64, person: Person) -> impl IntoView {
    let colour = hue_name(hue);
    view! {
        <label class=format!("swatch hue-{hue}") title=colour>
            <input type="radio" name="hue" value=hue.to_string() checked=person.hue == hue aria-label=colour/>
            <span aria-hidden="true">{person.initials()}</span>
        </label>
    }
}

fn hue_name(hue: i64) -> &'static str {
    let names: [&'static str; HUES as usize] = [
        words::settings_hue_rose(),
        words::settings_hue_sand(),
        words::settings_hue_moss(),
        words::settings_hue_teal(),
        words::settings_hue_sky(),
        words::settings_hue_plum(),
        words::settings_hue_clay(),
        words::settings_hue_slate(),
    ];
    names[hue as usize]
}
