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

    /// The daemon of ClamAV, which scans each file before anybody can read it: its address, or the path of its socket.
    /// While it does not answer, no file can be sent.
    #[arg(long, env = "STOA_VIRUS_SCANNER", value_name = "HOST:PORT or PATH")]
    pub virus_scanner: Option<String>,
}
