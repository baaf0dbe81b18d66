//! The real binary: how it starts and ends, what survives when it is killed, how its modules move while people buy, and
//! what its deployment and its guide have people type.

mod clocks;
mod commands;
mod contention;
mod copies;
mod durability;
mod forwarding;
mod guide;
mod guide_by_hand;
mod killing;
mod leaving;
mod meeting;
mod moving;
mod refusing;
mod replay;
mod slow_peers;
mod starting;
mod stopped_readers;
mod stopping;
