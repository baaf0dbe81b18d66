//! Waiting, never for ever.

use std::time::Duration;

use kernel::{Clock as _, clock::SystemClock};

/// How long anything may take that happens by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks until there is an answer.
pub(crate) async fn eventually<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let until = SystemClock.now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(SystemClock.now() < until, "not within {} s: {what}", PATIENCE.as_secs());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A key that nobody has used.
pub(crate) fn fresh_key() -> String {
    kernel::Seams::system().ids.secret().to_string()
}
