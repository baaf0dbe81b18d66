//! Reading a body whole.

use std::{io, time::Duration};

use actix_web::{dev::Payload, error::PayloadError, http::StatusCode};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use tokio::time::{Instant, timeout_at};

use super::Limits;
use crate::{ApiError, ApiResult};

/// How many bytes give a body one more second.
const BYTES_A_SECOND: usize = 8 * 1024;

/// A body in one piece, as most are, is not copied.
pub(super) async fn whole(mut payload: Payload, limits: Limits) -> ApiResult<Bytes> {
    let mut whole = Bytes::new();
    let mut pieces = BytesMut::new();
    let began = Instant::now();
    loop {
        let so_far = whole.len() + pieces.len();
        let deadline = began + limits.deadline + Duration::from_secs(seconds(so_far));
        let Ok(next) = timeout_at(deadline, payload.next()).await else { return Err(ApiError::body_too_slow()) };
        let Some(piece) = next.transpose().map_err(|error| ApiError::broken_body(&error))? else { break };
        if so_far + piece.len() > limits.bytes {
            return Err(ApiError::too_large(limits.bytes));
        }
        if so_far == 0 {
            whole = piece;
        } else {
            pieces.extend_from_slice(&std::mem::take(&mut whole));
            pieces.extend_from_slice(&piece);
        }
    }
    Ok(if pieces.is_empty() { whole } else { pieces.freeze() })
}

fn seconds(bytes: usize) -> u64 {
    u64::try_from(bytes / BYTES_A_SECOND).unwrap_or(u64::MAX)
}

impl ApiError {
    /// 408: the client did not send its body in time.
    pub fn body_too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "body-too-slow", "the body of the request did not come in time")
    }

    /// Why a body did not come whole, as far as the connection knows.
    pub fn broken_body(error: &PayloadError) -> Self {
        match error {
            PayloadError::Io(error) if error.kind() == io::ErrorKind::TimedOut => Self::body_too_slow(),
            PayloadError::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                let detail = "the body says that it comes in chunks, and a chunk cannot be read";
                Self::new(StatusCode::BAD_REQUEST, "malformed-chunk", detail)
            }
            error => Self::malformed(format!("the body broke off: {error}")),
        }
    }
}
