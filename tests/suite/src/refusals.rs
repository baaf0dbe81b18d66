//! Every kind of bad input: the problem that the design names, and nothing changed.

mod keys;
mod orders;
mod others;
