//! Quiet hours: what a user has chosen, and until when it is quiet for them now. They are what the clock of their zone shows,
//! whatever daylight saving does.

use chrono::{DateTime, Days, LocalResult, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use crate::{
    server::{context::ContextInner, domain::failed, store::users::quiet_hours},
    shared::{
        errors::{ApiError, Result},
        ids::UserId,
        users::{
            Viewer,
            quiet_hours::{QuietHours, QuietSettings},
        },
        values::time::Timestamp,
        words,
    },
};

/// A zone's clocks are never set forward by more than this.
const GAP_MAX_MINUTES: i64 = 180;

/// What the viewer has chosen.
pub async fn settings(context: &ContextInner, viewer: &Viewer) -> Result<QuietSettings> {
    let user = viewer.id;
    context
        .store
        .read_one(move |mut conn| Box::pin(async move { quiet_hours::get(&mut conn, user).await }))
        .await
        .map_err(failed)
}

/// Sets the viewer's quiet hours, or ends them. The zone is a name of the IANA database.
pub async fn choose(
    context: &ContextInner,
    viewer: &Viewer,
    hours: Option<QuietHours>,
    time_zone: &str,
) -> Result<()> {
    if time_zone.parse::<Tz>().is_err() {
        return Err(ApiError::invalid("time_zone", words::quiet_hours_refused_zone()));
    }
    let (user, time_zone) = (viewer.id, Some(time_zone.to_owned()));
    let chosen = QuietSettings { hours, time_zone };
    context
        .store
        .write(move |mut conn| {
            let chosen = chosen.clone();
            Box::pin(async move { quiet_hours::set(&mut conn, user, &chosen).await })
        })
        .await
        .map_err(failed)
}

/// Until when it is quiet for a user now.
pub async fn quiet_until(context: &ContextInner, user: UserId) -> Result<Option<Timestamp>> {
    let settings = context
        .store
        .read_one(move |mut conn| Box::pin(async move { quiet_hours::get(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    Ok(end(&settings, context.clock.now()))
}

/// When the quiet hours that `now` falls into end. `None` outside of them.
pub fn end(settings: &QuietSettings, now: Timestamp) -> Option<Timestamp> {
    let hours = settings.hours?;
    let zone = settings.time_zone.as_deref().and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC);
    let now: DateTime<Utc> = DateTime::from_timestamp_micros(now.0)?;
    let local = now.with_timezone(&zone);
    let minute = i64::from(local.hour() * 60 + local.minute());
    if !hours.contain(minute) {
        return None;
    }
    let is_tomorrow = hours.from > hours.to && minute >= hours.from;
    let day = local.date_naive().checked_add_days(Days::new(u64::from(is_tomorrow)))?;
    let end = day.and_hms_opt(0, 0, 0)? + TimeDelta::minutes(hours.to);
    // A time that the clocks skip is the first one after it; of one that they show twice, the first that is still to come.
    (0..=GAP_MAX_MINUTES).find_map(|skipped| {
        let at = match zone.from_local_datetime(&(end + TimeDelta::minutes(skipped))) {
            LocalResult::Single(at) => at,
            LocalResult::Ambiguous(first, second) => {
                if first > now {
                    first
                } else {
                    second
                }
            }
            LocalResult::None => return None,
        };
        Some(Timestamp(at.timestamp_micros()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros())
    }

    fn quiet(from: &str, to: &str, zone: &str) -> QuietSettings {
        QuietSettings { hours: QuietHours::parse(from, to).ok(), time_zone: Some(zone.to_owned()) }
    }

    #[test]
    fn f15_quiet_hours_are_what_the_clock_shows_over_both_changes() {
        let night = quiet("22:00", "07:00", "Europe/Berlin");
        for (now, ends) in [
            ("2026-06-10T23:30:00+02:00", Some("2026-06-11T07:00:00+02:00")),
            ("2026-06-11T06:59:59+02:00", Some("2026-06-11T07:00:00+02:00")),
            ("2026-06-11T07:00:00+02:00", None),
            ("2026-06-11T21:59:59+02:00", None),
            // The clocks go forward in the night of 29 March, and back in that of 25 October.
            ("2026-03-28T22:00:00+01:00", Some("2026-03-29T07:00:00+02:00")),
            ("2026-03-29T03:00:00+02:00", Some("2026-03-29T07:00:00+02:00")),
            ("2026-10-24T23:00:00+02:00", Some("2026-10-25T07:00:00+01:00")),
            ("2026-10-25T02:30:00+01:00", Some("2026-10-25T07:00:00+01:00")),
        ] {
            assert_eq!(end(&night, at(now)), ends.map(at), "{now}");
        }
        // An end that the clocks skip, and one that they show twice.
        let early = quiet("22:00", "02:30", "Europe/Berlin");
        assert_eq!(end(&early, at("2026-03-28T23:00:00+01:00")), Some(at("2026-03-29T03:00:00+02:00")));
        assert_eq!(end(&early, at("2026-10-24T23:00:00+02:00")), Some(at("2026-10-25T02:30:00+02:00")));
        assert_eq!(end(&early, at("2026-10-25T02:10:00+01:00")), Some(at("2026-10-25T02:30:00+01:00")));
        // Other zones, and an hour at noon.
        assert_eq!(
            end(&quiet("12:00", "13:00", "Asia/Kathmandu"), at("2026-06-10T12:30:00+05:45")),
            Some(at("2026-06-10T13:00:00+05:45"))
        );
        assert_eq!(end(&QuietSettings::default(), at("2026-06-10T12:30:00Z")), None);
    }
}
