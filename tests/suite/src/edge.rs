//! What stands between the network and the operations: limits, refused credentials, who may see what, files, traces.
//! Each guard has a control that takes it away.

mod figures;
mod files;
mod forwarded;
mod limits;
mod pages;
mod refusals;
mod starting;
mod traces;
