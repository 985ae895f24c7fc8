//! Security headers of every response, and the reports of browsers about violations of the content security
//! policy.

pub mod csp_reports;
pub mod headers;
