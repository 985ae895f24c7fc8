//! Avatar: the initials of a user on their colour, until pictures can be uploaded; and the staff mark beside a name.

use leptos::prelude::*;

use super::Icon;
use crate::shared::{
    users::{HUES, Person},
    words,
};

/// `size` in px is one of 24, 28, 32, 36, 40, 44, 56, 72. The name is in `title` only: it always stands
/// beside the avatar too, and a screen reader would read it twice.
#[component]
pub fn Avatar(person: Person, #[prop(default = 40)] size: u16) -> impl IntoView {
    let class = format!("avatar avatar--{size} hue-{}", person.hue.rem_euclid(HUES));
    let initials = person.initials();
    view! {
        <span class=class title=person.name>
            <span aria-hidden="true">{initials}</span>
        </span>
    }
}

/// The picture of the marketplace's team, where no person stands for it yet.
#[component]
pub fn TeamAvatar(#[prop(default = 56)] size: u16) -> impl IntoView {
    view! { <span class=format!("avatar avatar--{size} avatar--team")><Icon name="hosting"/></span> }
}

/// Marks the name before it where the person is one of the staff.
#[component]
pub fn StaffMark(is_staff: bool) -> impl IntoView {
    is_staff.then(|| view! { <span class="staff">{words::staff_mark()}</span> }.into_any())
}
