//! What scenarios are told with: shops to open, people who act in them, and ways to take a guard away.

mod admin;
mod api;
mod footprint;
mod guest;
mod invoices;
mod kind;
mod place;
mod process;
mod random;
mod sabotage;
mod shop;
mod story;
mod wait;

pub(crate) use admin::{Admin, Level};
pub(crate) use api::{ADMIN_KEY, Answer, Api, Ask};
pub(crate) use guest::{Guest, Order};
pub(crate) use invoices::{Invoices, Takings};
pub(crate) use kind::{Kind, aloud, variable};
pub(crate) use place::{Place, WEBHOOK_SECRET};
pub(crate) use process::{Process, Program, Said, signal_to};
pub(crate) use random::Random;
pub(crate) use sabotage::{Sabotage, alone, together};
pub(crate) use shop::Shop;
pub(crate) use story::{run, stories, tell};
pub(crate) use wait::{eventually, fresh_key, fresh_name};
