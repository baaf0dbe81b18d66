//! What each token makes the simulated provider do.

use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Approve,
    Decline(&'static str),
    /// The money is set aside and the answer never comes.
    ApproveAndHang,
    BeAway,
    ApproveAfter(Duration),
    /// By webhook.
    TellLater {
        approve: bool,
    },
}

pub(super) fn of_token(token: &str) -> Act {
    match token {
        "tok_approve" => Act::Approve,
        "tok_decline" => Act::Decline("the card was declined"),
        "tok_timeout_then_approve" => Act::ApproveAndHang,
        "tok_unavailable" => Act::BeAway,
        "tok_slow_3s" => Act::ApproveAfter(Duration::from_secs(3)),
        "tok_pending_then_approve" => Act::TellLater { approve: true },
        "tok_pending_then_decline" => Act::TellLater { approve: false },
        _ => Act::Decline("the token is not known"),
    }
}
