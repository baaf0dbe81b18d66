#![doc = include_str!("../README.md")]

mod client;
mod server;
mod wire;

pub use client::{Limits, RemoteFeed, Sign};
pub use server::{FeedServer, Verify};
pub use wire::{FeedPage, FeedQuery, MOST_EVENTS, MOST_WAIT_MS};
