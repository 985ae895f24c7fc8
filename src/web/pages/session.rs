//! The page session: the state that a page starts from (viewer, sync cursor, unread counts, theme, settings),
//! read in one snapshot so that the cursor fits the counts.

use axum::http::HeaderMap;

use crate::shared::{notifications::preferences::Preferences, users::rank::Rank};
use crate::{
    server::{
        auth::cookies,
        commands::demo,
        context::Context,
        domain::{failed, users::sign_up_refusal},
        store::{notifications, operators::site_settings, orders, sync::positions, users},
    },
    shared::{
        errors::ApiError,
        operators::look::Look,
        page::session::{PageSession, Theme},
        users::Viewer,
    },
};

/// The session of a page that this viewer (or a visitor, if `None`) requests, and the look of all pages.
pub async fn read(
    context: &Context,
    viewer: Option<Viewer>,
    headers: &HeaderMap,
) -> Result<(PageSession, Option<Look>), ApiError> {
    let accounts = if context.config.demo && viewer.is_none() { demo::accounts() } else { Vec::new() };
    let user = viewer.as_ref().map(|viewer| viewer.id);
    let is_staff = viewer.as_ref().is_some_and(|viewer| viewer.rank != Rank::Member);
    let (settings, head, (unread, totals), choices, unread_orders, demo_accounts) = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let settings = site_settings::get(&mut conn).await?;
                let Some(user) = user else {
                    let accounts = users::named(&mut conn, accounts).await?;
                    return Ok((settings, 0, Default::default(), Preferences::default(), 0, accounts));
                };
                Ok((
                    settings,
                    positions::get(&mut conn, user).await?,
                    notifications::totals::totals(&mut conn, user).await?,
                    notifications::preferences::get(&mut conn, user).await?,
                    if is_staff { orders::board::unread_orders(&mut conn).await? } else { 0 },
                    accounts,
                ))
            })
        })
        .await
        .map_err(failed)?;
    // Only visitors are offered an account.
    let sign_up_notice = match viewer {
        None => sign_up_refusal(context, settings).await?,
        Some(_) => None,
    };
    let session = PageSession {
        viewer,
        epoch: context.epoch.clone(),
        head,
        unread,
        unread_orders,
        totals,
        choices,
        theme: theme(headers),
        now: context.clock.now(),
        demo_accounts,
        has_mail: context.mailer.is_some(),
        can_sign_up: settings.can_sign_up && sign_up_notice.is_none(),
        sign_up_notice: sign_up_notice.map(str::to_owned),
        can_make_rooms: settings.can_make_rooms || is_staff,
    };
    Ok((session, settings.look))
}

/// The theme from its cookie.
pub fn theme(headers: &HeaderMap) -> Theme {
    Theme::parse(cookies::read(headers, Theme::COOKIE).unwrap_or_default())
}
