//! Where the bytes of files are kept.

use clap::Args;

/// Where the bytes of files are kept.
#[derive(Args, Clone)]
pub struct Files {
    /// A folder, which is made if it is not there, or a bucket that speaks S3, like s3://bucket/prefix, with the variables
    /// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and, for servers that are not Amazon's, AWS_ENDPOINT. Without
    /// it, the folder beside the database's file that ends in `.files`.
    #[arg(long, env = "STOA_FILES", value_name = "FOLDER or s3://BUCKET")]
    pub files: Option<String>,
}
