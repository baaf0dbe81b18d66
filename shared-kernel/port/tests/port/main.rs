//! A port of the tests' own, and everything that `#[port]` promises shown on it.
#![cfg(test)]

mod conversation;
mod descriptor;
mod mistakes;
mod switching;
mod till;
