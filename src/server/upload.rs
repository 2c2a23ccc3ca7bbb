//! Bodies that are files: written piece by piece, never held whole.

use std::fs::File;

use axum::body::Body;
use axum::http::StatusCode;
use http_body_util::BodyExt;
use tokio::io::AsyncWriteExt;

use super::problem::Problem;

/// Writes a body of at most `most` bytes into a file, which is on the disk then. Returns the digest of its bytes,
/// hexadecimal.
///
/// # Errors
/// It broke off, is too large, or cannot be written.
pub async fn receive(mut body: Body, file: File, most: usize) -> Result<String, Problem> {
    let failed = |error: std::io::Error| Problem::own(format!("it cannot be kept: {error}"));
    let mut file = tokio::fs::File::from_std(file);
    let (mut bytes, mut hasher) = (0, blake3::Hasher::new());
    while let Some(frame) = body.frame().await {
        let broken = |_| Problem::new(StatusCode::BAD_REQUEST, "the upload broke off");
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        bytes += data.len();
        hasher.update(&data);
        if bytes > most {
            let reason = format!("is larger than the {} GB that are taken", most >> 30);
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, reason));
        }
        file.write_all(&data).await.map_err(failed)?;
    }
    // The last piece is written in the background: its failure is told here, and nowhere else.
    file.flush().await.map_err(failed)?;
    file.sync_all().await.map_err(failed)?;
    Ok(hasher.finalize().to_hex().to_string())
}
