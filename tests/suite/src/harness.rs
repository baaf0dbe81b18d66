//! What scenarios are told with: shops to open, people who act in them, and ways to take a guard away.

mod admin;
mod api;
mod clock;
mod fleet;
mod footprint;
mod guest;
mod invoices;
mod kind;
mod place;
mod placement;
mod process;
mod proxy;
mod random;
mod sabotage;
mod shop;
mod story;
mod wait;

pub(crate) use admin::{Admin, Level};
pub(crate) use api::{ADMIN_KEY, Answer, Api, Ask};
pub(crate) use fleet::{Fleet, Plan, STORE};
pub(crate) use guest::{Guest, Order};
pub(crate) use invoices::{Invoices, Takings};
pub(crate) use kind::{Kind, aloud, variable};
pub(crate) use place::{Place, WEBHOOK_SECRET};
pub(crate) use placement::{Placement, Site};
pub(crate) use process::{Process, Program, Said, signal_to};
pub(crate) use proxy::{Fault, Lines};
pub(crate) use random::Random;
pub(crate) use sabotage::{Sabotage, alone, together};
pub(crate) use shop::{Shop, impatience};
pub(crate) use story::{run, stories, tell, told};
pub(crate) use wait::{eventually, fresh_key, fresh_name, in_time};
