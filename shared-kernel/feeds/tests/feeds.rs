//! What feeds promise, over real sockets, on SQLite and, when `BANYAN_TEST_POSTGRES` names a server, on Postgres.

#[cfg(test)]
#[path = "feeds/asking.rs"]
mod asking;
#[cfg(test)]
#[path = "feeds/broken_lines.rs"]
mod broken_lines;
#[cfg(test)]
#[path = "feeds/delivery.rs"]
mod delivery;
#[cfg(test)]
#[path = "feeds/going_back.rs"]
mod going_back;
#[cfg(test)]
#[path = "feeds/harness.rs"]
mod harness;
#[cfg(test)]
#[path = "feeds/listener.rs"]
mod listener;
#[cfg(test)]
#[path = "feeds/proxy.rs"]
mod proxy;
#[cfg(test)]
#[path = "feeds/strangers.rs"]
mod strangers;
#[cfg(test)]
#[path = "feeds/waiting.rs"]
mod waiting;
