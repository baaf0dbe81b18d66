//! The real binary: how it starts, how it ends, and what survives when it is killed.

mod durability;
mod killing;
mod replay;
mod starting;
mod stopping;
