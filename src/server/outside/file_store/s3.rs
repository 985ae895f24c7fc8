//! A bucket that speaks S3, through Stoa's own HTTP client.

use async_trait::async_trait;
use axum::http::Response;
use http_body_util::{BodyExt, Full};
use object_store::{
    ClientOptions,
    aws::{AmazonS3, AmazonS3Builder},
    client::{HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService},
};

use crate::server::outside::http::{HttpClient as OutsideClient, Reach};

/// The longest answer: a chunk of a file, with room for what lists objects.
const ANSWER_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Opens a bucket. Region, endpoint and keys are in the environment, by the names that AWS's own tools have.
pub fn open(bucket: &str) -> object_store::Result<AmazonS3> {
    AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_allow_http(true)
        .with_http_connector(Connector)
        .build()
}

#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        // The operator names the bucket's server, so it may be anywhere.
        let client = OutsideClient::with_answers(Reach::Anywhere, ANSWER_MAX_BYTES);
        Ok(HttpClient::new(Service(client)))
    }
}

struct Service(OutsideClient);

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Service")
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NoAnswer(String);

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let request = axum::http::Request::from_parts(parts, Full::new(body));
        let answer = self.0.send(request).await;
        let answer = answer.map_err(|reason| HttpError::new(HttpErrorKind::Interrupted, NoAnswer(reason)))?;
        let mut response = Response::new(answer.body.into());
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}
