//! Waiting, never for ever.

use std::time::Duration;

use kernel::{Clock as _, clock::SystemClock};

/// How long anything may take that happens by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks until there is an answer.
pub(crate) async fn eventually<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    in_time(what, ask).await.unwrap_or_else(|late| panic!("{late}"))
}

/// The same for a probe, which says what is wrong.
pub(crate) async fn in_time<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> Result<T, String> {
    let until = SystemClock.now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return Ok(answer);
        }
        if SystemClock.now() > until {
            return Err(format!("not within {} s: {what}", PATIENCE.as_secs()));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// An unused name: letters alone, because digits could be taken for a card number.
pub(crate) fn fresh_name() -> String {
    let id = kernel::Seams::system().ids.secret().as_u128();
    (0..32).map(|place| char::from(b'a' + u8::try_from((id >> (4 * place)) & 0xf).unwrap())).collect()
}

/// An unused key.
pub(crate) fn fresh_key() -> String {
    kernel::Seams::system().ids.secret().to_string()
}
