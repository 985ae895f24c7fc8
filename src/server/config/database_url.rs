//! Names of databases on the command line: a PostgreSQL URL, or the path of a SQLite file.

/// The database's name for logs and messages, without the password that a URL may hold.
pub fn redacted(database: &str) -> String {
    let Some((scheme, rest)) = database.split_once("://") else { return database.to_owned() };
    let (user, rest_of_url) = match rest.rsplit_once('@') {
        Some((user, rest_of_url)) => (user.split(':').next().unwrap_or_default(), rest_of_url),
        None => ("", rest),
    };
    let rest_of_url = rest_of_url.split('?').next().unwrap_or_default();
    if user.is_empty() {
        format!("{scheme}://{rest_of_url}")
    } else {
        format!("{scheme}://{user}@{rest_of_url}")
    }
}

/// Whether this is the URL of a PostgreSQL database. Anything else is a path.
pub fn is_url(database: &str) -> bool {
    database.contains("://")
}
